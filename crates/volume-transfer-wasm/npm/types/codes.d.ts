/** The codes of the services. The first one is the default. */
export declare const services: readonly ["evs-v2", "evs-v3", "cinder"];
/** The codes of the constraints on a volume. Bit n of a mask stands for the nth one. */
export declare const constraints: readonly ["status", "billing", "frozen", "encryption", "backups_and_snapshots", "backup_policy", "dss", "dess", "system_disk"];
/** The codes for a verdict on one constraint. */
export declare const verdicts: readonly ["met", "violated", "unknown"];
/** The codes for the verdict on a volume as a whole. */
export declare const eligibilities: readonly ["eligible", "ineligible", "unknown"];
/** The codes for an invalid name. */
export declare const nameCodes: readonly ["required", "blank", "too_long", "nul", "lone_surrogate"];
/** The codes for an invalid ID. */
export declare const idCodes: readonly ["empty", "malformed"];
/** The codes for a missing response. */
export declare const lostCodes: readonly ["connection", "timeout"];
/** The codes for a service's error. */
export declare const faultCodes: readonly ["token", "project", "address", "token_too_long", "permission", "blocked", "not_found", "auth_key", "refused", "account", "quota", "busy", "server"];
/** The codes for an unknown outcome. */
export declare const unknownCodes: readonly ["connection", "timeout", "failed", "blocked", "unreadable", "other_volume"];
/** Each service's name rule, and the parts of its path before and after the project ID. */
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
/** Each service's constraints as a mask. */
export declare const masks: readonly [511, 511, 9];
/** The parts of a create request: before the volume ID, after it if there is no name, and before and
 * after the name. */
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
/** Combines the flags that `of` returns for each field that the rules depend on. */
export declare const flagsOf: (volume: any, of: (index: number, value: unknown) => number) => number;
/** The names of the fields that `flagsOf` reads, and whether they are in `metadata`. */
export declare const flagFields: readonly [readonly ["status", false], readonly ["bootable", false], readonly ["encrypted", false], readonly ["service_type", false], readonly ["dedicated_storage_id", false], readonly ["orderID", true], readonly ["__system__encrypted", true], readonly ["policy", true]];
