// Helpers for the two libraries based on JSON Schema, which can't express trimming or the name
// rule.

import { trim, utf8Length } from "../hand.js";

export function nameCode(text) {
  if (!text.isWellFormed()) return "lone_surrogate";
  if (text === "") return "blank";
  if (text.includes("\0")) return "nul";
  return utf8Length(text) > 255 ? "too_long" : "";
}

/** An empty string means no name, but a blank one is invalid. */
export const nameOf = (text) => (text ? trim(text) : null);

export const inputOf = ({ projectId, volumeId, name }) => ({
  projectId: trim(projectId),
  volumeId: trim(volumeId),
  name: nameOf(name),
});

/** Returns the code for an invalid field of a request. */
export function codeOf(field, value) {
  if (field === "name") return nameCode(value);
  return value === "" ? "empty" : "malformed";
}

/** The codes for invalid fields of a volume. */
export const REASONS = {
  "/status": "status",
  "/encrypted": "encryption",
  "/bootable": "system_disk",
  "/metadata/orderID": "billing",
  "/metadata/__system__encrypted": "encryption",
  "/metadata/policy": "backup_policy",
};

/** Returns whether a volume's storage pool is the only sign that it is on DSS. */
export const onPool = ({ service_type, dedicated_storage_id }) => Boolean(dedicated_storage_id) && !/^DE?SS$/i.test(service_type ?? "");
