import Type from "typebox";
import { Compile } from "typebox/compile";
import { Settings } from "typebox/system";
import { PROJECT, UUID, assemble } from "../hand.js";
import { REASONS, codeOf, inputOf, nameCode, nameOf, onPool } from "./json-schema.js";

// The default limit is 8 errors.
Settings.Set({ maxErrors: Infinity });

const Field = Type.Union([Type.Null(), Type.Refine(Type.String(), (text) => nameCode(text) === "")]);
const Name = Compile(Field);
const Request = Compile(
  Type.Object({ projectId: Type.String({ pattern: PROJECT }), volumeId: Type.String({ pattern: UUID }), name: Field }),
);

const none = Type.Optional(Type.Enum(["", null]));
const off = Type.Optional(Type.Enum([false, "false", "False", "FALSE", "0", "", null]));

const Volume = Compile(
  Type.Object({
    id: Type.String(),
    status: Type.Literal("available"),
    encrypted: off,
    bootable: off,
    service_type: Type.Optional(Type.Union([Type.Null(), Type.Refine(Type.String(), (of) => !/^DE?SS$/i.test(of))])),
    dedicated_storage_id: Type.Optional(Type.Union([Type.String(), Type.Null()])),
    metadata: Type.Optional(
      Type.Union([Type.Null(), Type.Object({ orderID: none, __system__encrypted: off, policy: none })]),
    ),
  }),
);

// A dedicated storage pool without a matching service type means DSS. This check is a separate type,
// because refinements aren't run if a field is invalid.
const Storage = Compile(Type.Refine(Type.Object({}), (volume) => !onPool(volume)));

export function name(text) {
  const value = nameOf(text);
  return Name.Check(value) ? { value, issues: [] } : { value: null, issues: [{ field: "name", code: codeOf("name", value) }] };
}

export function request(input) {
  const value = inputOf(input);
  if (Request.Check(value)) {
    return { request: assemble(value.projectId, value.volumeId.toLowerCase(), value.name), issues: [] };
  }
  // A union also reports its members' errors, so this keeps only one for each field.
  const fields = new Set(Request.Errors(value).map(({ instancePath }) => instancePath.slice(1)));
  return { request: null, issues: Array.from(fields, (field) => ({ field, code: codeOf(field, value[field]) })) };
}

function reason({ instancePath, keyword }, volume) {
  if (instancePath === "/service_type") return keyword === "~refine" ? volume.service_type.toLowerCase() : undefined;
  return REASONS[instancePath];
}

export const eligibility = (volumes) =>
  volumes.map((volume) => {
    const reasons = Volume.Check(volume)
      ? []
      : Volume.Errors(volume).map((error) => reason(error, volume)).filter((code) => code !== undefined);
    if (!Storage.Check(volume)) reasons.push("dss");
    return reasons;
  });
