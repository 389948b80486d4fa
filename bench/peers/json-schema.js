// What a JSON Schema cannot say or do, for the two that go by it: values are trimmed beforehand,
// and a name, which has one reason at most, is measured by a function.

import { trim, utf8Length } from "../hand.js";

export function nameCode(text) {
  if (!text.isWellFormed()) return "lone_surrogate";
  if (text === "") return "blank";
  if (text.includes("\0")) return "nul";
  return utf8Length(text) > 255 ? "too_long" : "";
}

/** An empty name is none; one of white space is not. */
export const nameOf = (text) => (text ? trim(text) : null);

export const inputOf = ({ projectId, volumeId, name }) => ({
  projectId: trim(projectId),
  volumeId: trim(volumeId),
  name: nameOf(name),
});

/** What it means that a field of a request is not valid. */
export function codeOf(field, value) {
  if (field === "name") return nameCode(value);
  return value === "" ? "empty" : "malformed";
}

/** And one of a volume. */
export const REASONS = {
  "/status": "status",
  "/encrypted": "encryption",
  "/bootable": "system_disk",
  "/metadata/orderID": "billing",
  "/metadata/__system__encrypted": "encryption",
  "/metadata/policy": "backup_policy",
};

/** A volume lies on DSS, by a pool that nothing else explains. */
export const onPool = ({ service_type, dedicated_storage_id }) => Boolean(dedicated_storage_id) && !/^DE?SS$/i.test(service_type ?? "");
