import * as v from "valibot";
import { PROJECT, UUID, assemble, trim, utf8Length } from "../hand.js";

// Stops at the first error, because a name has at most one issue.
const Field = v.nullable(
  v.pipe(
    v.string(),
    v.check((text) => text.isWellFormed(), "lone_surrogate"),
    v.transform(trim),
    v.nonEmpty("blank"),
    v.check((text) => !text.includes("\0"), "nul"),
    v.check((text) => utf8Length(text) <= 255, "too_long"),
  ),
);

const id = (shape, ...more) =>
  v.pipe(v.string(), v.transform(trim), v.nonEmpty("empty"), v.regex(shape, "malformed"), ...more);

const Request = v.object({ projectId: id(PROJECT), volumeId: id(UUID, v.toLowerCase()), name: Field });

const none = (error) => v.optional(v.picklist(["", null], error));
const off = (error) => v.optional(v.picklist([false, "false", "False", "FALSE", "0", "", null], error));

const Volume = v.pipe(
  v.object({
    id: v.string(),
    status: v.literal("available", "status"),
    encrypted: off("encryption"),
    bootable: off("system_disk"),
    service_type: v.nullish(
      v.pipe(
        v.string(),
        v.check((type) => type.toUpperCase() !== "DSS", "dss"),
        v.check((type) => type.toUpperCase() !== "DESS", "dess"),
      ),
    ),
    dedicated_storage_id: v.nullish(v.string()),
    metadata: v.nullish(
      v.object({ orderID: none("billing"), __system__encrypted: off("encryption"), policy: none("backup_policy") }),
    ),
  }),
  // A dedicated storage pool without a matching service type means DSS. This check runs even if other
  // fields are invalid.
  v.partialCheck(
    [["service_type"], ["dedicated_storage_id"]],
    ({ service_type, dedicated_storage_id }) => !dedicated_storage_id || /^DE?SS$/i.test(service_type ?? ""),
    "dss",
  ),
);

// Each pipe stops at its first error, but all fields of an object are validated.
const FIRST = { abortPipeEarly: true };

export function name(text) {
  const { output, issues } = v.safeParse(Field, text || null, FIRST);
  return issues
    ? { value: null, issues: issues.map(({ message }) => ({ field: "name", code: message })) }
    : { value: output, issues: [] };
}

export function request(input) {
  const { output, issues } = v.safeParse(Request, { ...input, name: input.name || null }, FIRST);
  if (issues) return { request: null, issues: issues.map(({ path, message }) => ({ field: path[0].key, code: message })) };
  return { request: assemble(output.projectId, output.volumeId, output.name), issues: [] };
}

export const eligibility = (volumes) =>
  volumes.map((volume) => v.safeParse(Volume, volume).issues?.map(({ message }) => message) ?? []);
