// The same jobs in handwritten JavaScript, as a good console developer would write them for EVS v2:
// no library, a single pass and minimal results. This does slightly less than the package. It
// supports only one service, and assumes that its input has the right types and that volumes have valid
// IDs.

const LIMIT = 255;
const STATUS = 1, BILLING = 2, FROZEN = 4, ENCRYPTION = 8, SNAPSHOTS = 16, POLICY = 32, DSS = 64, DESS = 128, SYSTEM = 256;
export const bits = { status: STATUS, billing: BILLING, encryption: ENCRYPTION, backup_policy: POLICY, dss: DSS, dess: DESS, system_disk: SYSTEM };

/** Whitespace above U+007F that the service removes with Python's `strip`. */
const BLANKS = new Set("\u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000");

function isBlank(text, at) {
  const unit = text.charCodeAt(at);
  return unit < 0x80 ? unit === 32 || (unit >= 9 && unit <= 13) || (unit >= 28 && unit < 32) : BLANKS.has(text[at]);
}

export function trim(text) {
  let from = 0;
  let to = text.length;
  while (from < to && isBlank(text, from)) from++;
  while (to > from && isBlank(text, to - 1)) to--;
  return text.slice(from, to);
}

/** Returns the length in UTF-8 bytes. Each half of a surrogate pair counts as two. */
export function utf8Length(text) {
  let length = text.length;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit > 0x7f) length += unit > 0x7ff && (unit < 0xd800 || unit > 0xdfff) ? 2 : 1;
  }
  return length;
}

/** Returns the position of the first lone surrogate. */
function loneSurrogateAt(text) {
  for (let at = 0; at < text.length; at++) {
    const char = text.codePointAt(at);
    if (char > 0xffff) at++;
    else if (char >= 0xd800 && char <= 0xdfff) return at;
  }
}

/** Returns the issue with a name, if any. `text` is the name as typed; `value` is trimmed. */
function nameIssue(text, value, length) {
  const issue = (code, params) => ({ field: "name", code, params });
  if (!text.isWellFormed()) return issue("lone_surrogate", { position: loneSurrogateAt(text) });
  if (text === "") return null;
  if (value === "") return issue("blank", { length, limit: LIMIT, unit: "bytes" });
  const nul = text.indexOf("\0");
  if (nul >= 0) return issue("nul", { position: Array.from(text.slice(0, nul)).length });
  return length > LIMIT ? issue("too_long", { length, limit: LIMIT, unit: "bytes" }) : null;
}

/** Validates a name, as a form does on every keystroke. */
export function name(text) {
  const value = trim(text);
  const length = utf8Length(value.isWellFormed() ? value : value.toWellFormed());
  const issue = nameIssue(text, value, length);
  return {
    value: issue || text === "" ? null : value,
    length,
    limit: LIMIT,
    unit: "bytes",
    required: false,
    issues: issue ? [issue] : [],
  };
}

export const PROJECT = /^[\w-]{1,64}$/;
export const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;

/** Builds a create request from valid input. */
export function assemble(projectId, volumeId, name) {
  return {
    method: "POST",
    path: `/v2/${projectId}/os-volume-transfer`,
    headers: { Accept: "application/json", "Content-Type": "application/json" },
    body: JSON.stringify({ transfer: name === null ? { volume_id: volumeId } : { volume_id: volumeId, name } }),
  };
}

const idIssue = (field, text) => ({ field, code: text === "" ? "empty" : "malformed", params: {} });

/** Validates and builds a create request. */
export function request(input) {
  const issues = [];
  const projectId = trim(input.projectId);
  if (!PROJECT.test(projectId)) issues.push(idIssue("projectId", projectId));
  const volumeId = trim(input.volumeId).toLowerCase();
  if (!UUID.test(volumeId)) issues.push(idIssue("volumeId", volumeId));
  const { value, issues: nameIssues } = name(input.name);
  if (nameIssues.length) issues.push(nameIssues[0]);
  return { request: issues.length ? null : assemble(projectId, volumeId, value), issues };
}

/** Reads a boolean that may also be given as text or as a number, or be missing. */
function flag(value) {
  switch (value) {
    case true: case "true": case "True": case "1": case 1: return true;
    case false: case "false": case "False": case "0": case 0: return false;
    default: return typeof value === "string" ? { true: true, false: false }[value.toLowerCase()] : undefined;
  }
}

const filled = (value) => typeof value === "string" ? value !== "" : typeof value === "number";

/**
 * Returns the violated and unknown constraints of every volume. Bit n stands for the nth constraint, in the
 * order in which the API documentation lists them.
 */
export function screen(volumes) {
  const ids = [];
  const violated = new Uint16Array(volumes.length);
  const unknown = new Uint16Array(volumes.length);
  let unreadable = 0;
  for (const volume of volumes) {
    if (typeof volume?.id !== "string") {
      unreadable++;
      continue;
    }
    const { metadata } = volume;
    const bootable = flag(volume.bootable);
    const type = typeof volume.service_type === "string" ? volume.service_type.toUpperCase() : "";
    const dedicated = filled(volume.dedicated_storage_id);
    let violations = 0;
    let unknowns = FROZEN | SNAPSHOTS;
    if (volume.status !== "available") violations |= STATUS;
    if (filled(metadata?.orderID)) violations |= BILLING;
    if (flag(volume.encrypted) === true || flag(metadata?.__system__encrypted) === true) violations |= ENCRYPTION;
    if (filled(metadata?.policy)) violations |= POLICY;
    else unknowns |= POLICY;
    if (type === "DESS") violations |= DESS;
    else if (type === "DSS" || dedicated) violations |= DSS;
    else if (type !== "EVS") unknowns |= DSS | DESS;
    if (bootable === undefined) unknowns |= SYSTEM;
    else if (bootable) violations |= SYSTEM;
    violated[ids.length] = violations;
    unknown[ids.length] = unknowns;
    ids.push(volume.id);
  }
  return { ids, violated, unknown, unreadable };
}

/** Checks the volumes of a parsed list response. */
function screenBody(body) {
  const more = body.volumes_links?.some((link) => link.rel === "next") ?? false;
  return { ...screen(body.volumes), more };
}

/** Checks a list response given as bytes. */
export const screenBytes = (bytes) => screenBody(JSON.parse(new TextDecoder().decode(bytes)));

/** Checks a list response given as text. */
export const screenText = (text) => screenBody(JSON.parse(text));
