import * as z from "zod/mini";
import { PROJECT, UUID, assemble, trim, utf8Length } from "../hand.js";

const Field = z.nullable(
  z.string().check(
    z.refine((text) => text.isWellFormed(), { error: "lone_surrogate", abort: true }),
    z.overwrite(trim),
    z.minLength(1, { error: "blank", abort: true }),
    z.refine((text) => !text.includes("\0"), { error: "nul", abort: true }),
    z.refine((text) => utf8Length(text) <= 255, { error: "too_long" }),
  ),
);

const id = (shape, ...more) =>
  z.string().check(z.overwrite(trim), z.minLength(1, { error: "empty", abort: true }), z.regex(shape, { error: "malformed" }), ...more);

const Request = z.object({ projectId: id(PROJECT), volumeId: id(UUID, z.toLowerCase()), name: Field });

const none = (error) => z.optional(z.literal(["", null], { error }));
const off = (error) => z.optional(z.literal([false, "false", "False", "FALSE", "0", "", null], { error }));

const Volume = z
  .object({
    id: z.string(),
    status: z.literal("available", { error: "status" }),
    encrypted: off("encryption"),
    bootable: off("system_disk"),
    service_type: z.nullish(
      z.string().check(
        z.refine((type) => type.toUpperCase() !== "DSS", { error: "dss", abort: true }),
        z.refine((type) => type.toUpperCase() !== "DESS", { error: "dess" }),
      ),
    ),
    dedicated_storage_id: z.nullish(z.string()),
    metadata: z.nullish(
      z.object({ orderID: none("billing"), __system__encrypted: off("encryption"), policy: none("backup_policy") }),
    ),
  })
  // A dedicated storage pool without a matching service type means DSS. `when` makes this check run
  // despite other issues.
  .check(
    z.refine(({ service_type, dedicated_storage_id }) => !dedicated_storage_id || /^DE?SS$/i.test(service_type ?? ""), {
      error: "dss",
      when: ({ value }) => typeof value === "object" && value !== null,
    }),
  );

export function name(text) {
  const { data, error } = Field.safeParse(text || null);
  return { value: data ?? null, issues: error ? error.issues.map(({ message }) => ({ field: "name", code: message })) : [] };
}

export function request(input) {
  const { data, error } = Request.safeParse({ ...input, name: input.name || null });
  if (error) return { request: null, issues: error.issues.map(({ path, message }) => ({ field: path[0], code: message })) };
  return { request: assemble(data.projectId, data.volumeId, data.name), issues: [] };
}

export const eligibility = (volumes) =>
  volumes.map((volume) => {
    const { error } = Volume.safeParse(volume);
    return error ? error.issues.map(({ message }) => message) : [];
  });
