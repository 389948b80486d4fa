// Made from the core by `cargo xtask package`; a change here is overwritten.

/** The services, each by its stable code. The first one is the default. */
export const services = [
  "evs-v2",
  "evs-v3",
  "cinder",
] as const;

/** The constraints that a service may put on a volume. Bit n of a mask stands for the n-th. */
export const constraints = [
  "status",
  "billing",
  "frozen",
  "encryption",
  "backups_and_snapshots",
  "backup_policy",
  "dss",
  "dess",
  "system_disk",
] as const;

/** What is known of a constraint. */
export const verdicts = [
  "met",
  "violated",
  "unknown",
] as const;

/** The same of a volume as a whole. */
export const eligibilities = [
  "eligible",
  "ineligible",
  "unknown",
] as const;

/** Why a text is not a name. */
export const nameCodes = [
  "required",
  "blank",
  "too_long",
  "nul",
  "lone_surrogate",
] as const;

/** Why a text is not an id. */
export const idCodes = [
  "empty",
  "malformed",
] as const;

/** Why no answer came. */
export const lostCodes = [
  "connection",
  "timeout",
] as const;

/** What a refusal is about. */
export const faultCodes = [
  "token",
  "project",
  "address",
  "permission",
  "not_found",
  "auth_key",
  "refused",
  "account",
  "quota",
  "busy",
  "server",
] as const;

/** Why an outcome is not known. */
export const unknownCodes = [
  "connection",
  "timeout",
  "failed",
  "unreadable",
  "other_volume",
] as const;

/** Each service's name rule, and its path around a project's id. */
export const profiles = [
  { limit: 255, unit: "bytes", required: false, path: ["/v2/", "/os-volume-transfer"] },
  { limit: 255, unit: "bytes", required: false, path: ["/v3/", "/os-volume-transfer"] },
  { limit: 255, unit: "characters", required: false, path: ["/v3/", "/os-volume-transfer"] },
] as const;

/** Each service's constraints, as a mask. */
export const masks = [511, 511, 9] as const;

/** The create request around a volume's id: what follows it without a name, or what stands
 * before and after the name in JSON. */
export const create = {
  method: "POST",
  headers: { "Accept": "application/json", "Content-Type": "application/json" },
  volume: "{\"transfer\":{\"volume_id\":\"",
  unnamed: "\"}}",
  named: ["\",\"name\":", "}}"],
} as const;

/** What the rules look at in a volume's record: the bits that `of` says of each value, together. */
export const signsOf = (volume: any, of: (sign: number, value: unknown) => number): number => {
  const metadata = volume.metadata;
  return (
      of(0, volume.status)
    | of(1, volume.bootable)
    | of(2, volume.encrypted)
    | of(3, volume.service_type)
    | of(4, volume.dedicated_storage_id)
    | of(5, metadata?.orderID)
    | of(6, metadata?.__system__encrypted)
    | of(7, metadata?.policy)
  );
};

/** The same fields, by their names, and whether metadata has them. */
export const signs = [
  ["status", false],
  ["bootable", false],
  ["encrypted", false],
  ["service_type", false],
  ["dedicated_storage_id", false],
  ["orderID", true],
  ["__system__encrypted", true],
  ["policy", true],
] as const;
