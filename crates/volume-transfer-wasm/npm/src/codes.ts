// Generated from the core by `cargo xtask package`. Do not edit.

/** The codes of the services. The first one is the default. */
export const services = [
  "evs-v2",
  "evs-v3",
  "cinder",
] as const;

/** The codes of the constraints on a volume. Bit n of a mask stands for the nth one. */
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

/** The codes for a verdict on one constraint. */
export const verdicts = [
  "met",
  "violated",
  "unknown",
] as const;

/** The codes for the verdict on a volume as a whole. */
export const eligibilities = [
  "eligible",
  "ineligible",
  "unknown",
] as const;

/** The codes for an invalid name. */
export const nameCodes = [
  "required",
  "blank",
  "too_long",
  "nul",
  "lone_surrogate",
] as const;

/** The codes for an invalid ID. */
export const idCodes = [
  "empty",
  "malformed",
] as const;

/** The codes for a missing response. */
export const lostCodes = [
  "connection",
  "timeout",
] as const;

/** The codes for a service's error. */
export const faultCodes = [
  "token",
  "project",
  "address",
  "token_too_long",
  "permission",
  "blocked",
  "not_found",
  "auth_key",
  "refused",
  "account",
  "quota",
  "busy",
  "server",
] as const;

/** The codes for an unknown outcome. */
export const unknownCodes = [
  "connection",
  "timeout",
  "failed",
  "blocked",
  "unreadable",
  "other_volume",
] as const;

/** Each service's name rule, and the parts of its path before and after the project ID. */
export const profiles = [
  { limit: 255, unit: "bytes", required: false, path: ["/v2/", "/os-volume-transfer"] },
  { limit: 255, unit: "bytes", required: false, path: ["/v3/", "/os-volume-transfer"] },
  { limit: 255, unit: "characters", required: false, path: ["/v3/", "/os-volume-transfer"] },
] as const;

/** Each service's constraints as a mask. */
export const masks = [511, 511, 9] as const;

/** The parts of a create request: before the volume ID, after it if there is no name, and before and
 * after the name. */
export const create = {
  method: "POST",
  headers: { "Accept": "application/json", "Content-Type": "application/json" },
  volume: "{\"transfer\":{\"volume_id\":\"",
  unnamed: "\"}}",
  named: ["\",\"name\":", "}}"],
} as const;

/** Combines the flags that `of` returns for each field that the rules depend on. */
export const flagsOf = (volume: any, of: (index: number, value: unknown) => number): number => {
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

/** The names of the fields that `flagsOf` reads, and whether they are in `metadata`. */
export const flagFields = [
  ["status", false],
  ["bootable", false],
  ["encrypted", false],
  ["service_type", false],
  ["dedicated_storage_id", false],
  ["orderID", true],
  ["__system__encrypted", true],
  ["policy", true],
] as const;
