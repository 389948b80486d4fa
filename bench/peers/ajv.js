import { Name, Request, Volume } from "../build/ajv-compiled.js";
import { assemble } from "../hand.js";
import { REASONS, codeOf, inputOf, nameOf } from "./json-schema.js";

export function name(text) {
  const value = nameOf(text);
  return Name(value)
    ? { value, issues: [] }
    : { value: null, issues: Name.errors.map(() => ({ field: "name", code: codeOf("name", value) })) };
}

export function request(input) {
  const value = inputOf(input);
  if (Request(value)) return { request: assemble(value.projectId, value.volumeId.toLowerCase(), value.name), issues: [] };
  const issues = Request.errors.map(({ instancePath }) => {
    const field = instancePath.slice(1);
    return { field, code: codeOf(field, value[field]) };
  });
  return { request: null, issues };
}

/**
 * Returns an error's code. ajv reports both a failed branch and its `if`, but only the latter has
 * a code.
 */
function reason({ instancePath, keyword }, volume) {
  if (keyword === "if") return "dss";
  if (keyword === "not") return volume.service_type.toLowerCase();
  return REASONS[instancePath];
}

export const eligibility = (volumes) =>
  volumes.map((volume) =>
    Volume(volume) ? [] : Volume.errors.map((error) => reason(error, volume)).filter((code) => code !== undefined),
  );
