/** The services, each by its stable code. The first one is the default. */
export declare const services: readonly ["evs-v2", "evs-v3", "cinder"];
/** The constraints that a service may put on a volume. Bit n of a mask stands for the n-th. */
export declare const constraints: readonly ["status", "billing", "frozen", "encryption", "backups_and_snapshots", "backup_policy", "dss", "dess", "system_disk"];
/** What is known of a constraint. */
export declare const verdicts: readonly ["met", "violated", "unknown"];
/** The same of a volume as a whole. */
export declare const eligibilities: readonly ["eligible", "ineligible", "unknown"];
/** Why a text is not a name. */
export declare const nameCodes: readonly ["required", "blank", "too_long", "nul", "lone_surrogate"];
/** Why a text is not an id. */
export declare const idCodes: readonly ["empty", "malformed"];
/** Why no answer came. */
export declare const lostCodes: readonly ["connection", "timeout"];
/** What a refusal is about. */
export declare const faultCodes: readonly ["token", "project", "address", "permission", "not_found", "auth_key", "refused", "account", "quota", "busy", "server"];
/** Why an outcome is not known. */
export declare const unknownCodes: readonly ["connection", "timeout", "failed", "unreadable", "other_volume"];
/** Each service's name rule, and its path around a project's id. */
export declare const profiles: readonly [{
    readonly limit: 255;
    readonly unit: "bytes";
    readonly required: false;
    readonly path: readonly ["/v2/", "/os-volume-transfer"];
}, {
    readonly limit: 255;
    readonly unit: "bytes";
    readonly required: false;
    readonly path: readonly ["/v3/", "/os-volume-transfer"];
}, {
    readonly limit: 255;
    readonly unit: "characters";
    readonly required: false;
    readonly path: readonly ["/v3/", "/os-volume-transfer"];
}];
/** Each service's constraints, as a mask. */
export declare const masks: readonly [511, 511, 9];
/** The create request around a volume's id: what follows it without a name, or what stands
 * before and after the name in JSON. */
export declare const create: {
    readonly method: "POST";
    readonly headers: {
        readonly Accept: "application/json";
        readonly "Content-Type": "application/json";
    };
    readonly volume: "{\"transfer\":{\"volume_id\":\"";
    readonly unnamed: "\"}}";
    readonly named: readonly ["\",\"name\":", "}}"];
};
/** What the rules look at in a volume's record: the bits that `of` says of each value, together. */
export declare const signsOf: (volume: any, of: (sign: number, value: unknown) => number) => number;
/** The same fields, by their names, and whether metadata has them. */
export declare const signs: readonly [readonly ["status", false], readonly ["bootable", false], readonly ["encrypted", false], readonly ["service_type", false], readonly ["dedicated_storage_id", false], readonly ["orderID", true], readonly ["__system__encrypted", true], readonly ["policy", true]];
