import { ArkErrors, type } from "arktype";
import { PROJECT, UUID, assemble, trim, utf8Length } from "../hand.js";

const Name = type("string")
  .narrow((text, ctx) => text.isWellFormed() || ctx.reject({ message: "lone_surrogate" }))
  .pipe(trim)
  .to(
    type("string").narrow((text, ctx) => {
      if (text === "") return ctx.reject({ message: "blank" });
      if (text.includes("\0")) return ctx.reject({ message: "nul" });
      return utf8Length(text) <= 255 || ctx.reject({ message: "too_long" });
    }),
  )
  .or("null");

const id = (shape) =>
  type("string")
    .pipe(trim)
    .to(
      type("string").narrow((text, ctx) => shape.test(text) || ctx.reject({ message: text === "" ? "empty" : "malformed" })),
    );

const Request = type({ projectId: id(PROJECT), volumeId: id(UUID).pipe((text) => text.toLowerCase()), name: Name });

const none = (message) => type("'' | null").configure({ message });
const off = (message) => type("false | 'false' | 'False' | 'FALSE' | '0' | '' | null").configure({ message });

const Volume = type({
  id: "string",
  status: type("'available'").configure({ message: "status" }),
  "encrypted?": off("encryption"),
  "bootable?": off("system_disk"),
  "service_type?": type("string | null").narrow((of, ctx) =>
    /^DE?SS$/i.test(of ?? "") ? ctx.reject({ message: of.toLowerCase() }) : true,
  ),
  "metadata?": type({
    "orderID?": none("billing"),
    "__system__encrypted?": off("encryption"),
    "policy?": none("backup_policy"),
  }).or("null"),
});

// A dedicated storage pool without a matching service type means DSS. This check is a separate type,
// because predicates aren't run if a type has other errors.
const Storage = type({ "service_type?": "string | null", "dedicated_storage_id?": "string | null" }).narrow(
  ({ service_type, dedicated_storage_id }, ctx) =>
    !dedicated_storage_id || /^DE?SS$/i.test(service_type ?? "") || ctx.reject({ message: "dss" }),
);

export function name(text) {
  const value = Name(text || null);
  return value instanceof ArkErrors
    ? { value: null, issues: value.map(({ message }) => ({ field: "name", code: message })) }
    : { value, issues: [] };
}

export function request(input) {
  const value = Request({ ...input, name: input.name || null });
  if (value instanceof ArkErrors) {
    return { request: null, issues: value.map(({ path, message }) => ({ field: path[0], code: message })) };
  }
  return { request: assemble(value.projectId, value.volumeId, value.name), issues: [] };
}

const reasons = (value) => (value instanceof ArkErrors ? value.map(({ message }) => message) : []);

export const eligibility = (volumes) => volumes.map((volume) => [...reasons(Volume(volume)), ...reasons(Storage(volume))]);
