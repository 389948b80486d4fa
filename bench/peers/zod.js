import * as z from "zod";
import { PROJECT, UUID, assemble, trim, utf8Length } from "../hand.js";

const Name = z
  .string()
  .refine((text) => text.isWellFormed(), { error: "lone_surrogate", abort: true })
  .overwrite(trim)
  .min(1, { error: "blank", abort: true })
  .refine((text) => !text.includes("\0"), { error: "nul", abort: true })
  .refine((text) => utf8Length(text) <= 255, { error: "too_long" });

const Field = Name.nullable();

const id = (shape) => z.string().overwrite(trim).min(1, { error: "empty", abort: true }).regex(shape, { error: "malformed" });

const Request = z.object({ projectId: id(PROJECT), volumeId: id(UUID).toLowerCase(), name: Field });

const none = (error) => z.literal(["", null], { error }).optional();
const off = (error) => z.literal([false, "false", "False", "FALSE", "0", "", null], { error }).optional();

const Volume = z
  .object({
    id: z.string(),
    status: z.literal("available", { error: "status" }),
    encrypted: off("encryption"),
    bootable: off("system_disk"),
    service_type: z
      .string()
      .refine((type) => type.toUpperCase() !== "DSS", { error: "dss", abort: true })
      .refine((type) => type.toUpperCase() !== "DESS", { error: "dess" })
      .nullish(),
    dedicated_storage_id: z.string().nullish(),
    metadata: z
      .object({ orderID: none("billing"), __system__encrypted: off("encryption"), policy: none("backup_policy") })
      .nullish(),
  })
  // A dedicated storage pool without a matching service type means DSS. `when` makes this check run
  // despite other issues.
  .refine(({ service_type, dedicated_storage_id }) => !dedicated_storage_id || /^DE?SS$/i.test(service_type ?? ""), {
    error: "dss",
    when: ({ value }) => typeof value === "object" && value !== null,
  });

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
