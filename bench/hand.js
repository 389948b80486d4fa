// The same jobs by hand, as a good console developer would write them for EVS v2: no library,
// nothing looked at twice, the leanest answers there are. It does a little less than the package:
// it knows one service, trusts its input to be of the right type, and a volume's id to be one.

const LIMIT = 255;
const STATUS = 1, BILLING = 2, FROZEN = 4, ENCRYPTION = 8, SNAPSHOTS = 16, POLICY = 32, DSS = 64, DESS = 128, SYSTEM = 256;
export const bits = { status: STATUS, billing: BILLING, encryption: ENCRYPTION, backup_policy: POLICY, dss: DSS, dess: DESS, system_disk: SYSTEM };

/** The white space above U+0080 that Python's `strip` takes off, as the service does. */
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

/** How many bytes a text has in UTF-8: the two halves of a pair have two each. */
export function utf8Length(text) {
  let length = text.length;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit > 0x7f) length += unit > 0x7ff && (unit < 0xd800 || unit > 0xdfff) ? 2 : 1;
  }
  return length;
}

function loneAt(text) {
  for (let at = 0; at < text.length; at++) {
    const char = text.codePointAt(at);
    if (char > 0xffff) at++;
    else if (char >= 0xd800 && char <= 0xdfff) return at;
  }
}

/** What is wrong with a name, if anything is: `text` as it was typed, `value` trimmed. */
function nameIssue(text, value, length) {
  const issue = (code, params) => ({ field: "name", code, params });
  if (!text.isWellFormed()) return issue("lone_surrogate", { position: loneAt(text) });
  if (text === "") return null;
  if (value === "") return issue("blank", { length, limit: LIMIT, unit: "bytes" });
  const nul = text.indexOf("\0");
  if (nul >= 0) return issue("nul", { position: Array.from(text.slice(0, nul)).length });
  return length > LIMIT ? issue("too_long", { length, limit: LIMIT, unit: "bytes" }) : null;
}

/** One name, as on a keystroke. */
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

/** The request for what is fine. */
export function assemble(projectId, volumeId, name) {
  return {
    method: "POST",
    path: `/v2/${projectId}/os-volume-transfer`,
    headers: { Accept: "application/json", "Content-Type": "application/json" },
    body: JSON.stringify({ transfer: name === null ? { volume_id: volumeId } : { volume_id: volumeId, name } }),
  };
}

const idIssue = (field, text) => ({ field, code: text === "" ? "empty" : "malformed", params: {} });

/** One create request. */
export function request(input) {
  const issues = [];
  const projectId = trim(input.projectId);
  if (!PROJECT.test(projectId)) issues.push(idIssue("projectId", projectId));
  const volumeId = trim(input.volumeId).toLowerCase();
  if (!UUID.test(volumeId)) issues.push(idIssue("volumeId", volumeId));
  const { value, issues: wrong } = name(input.name);
  if (wrong.length) issues.push(wrong[0]);
  return { request: issues.length ? null : assemble(projectId, volumeId, value), issues };
}

/** A field that may be a truth value, a text of one or nothing. */
function flag(value) {
  switch (value) {
    case true: case "true": case "True": case "1": case 1: return true;
    case false: case "false": case "False": case "0": case 0: return false;
    default: return typeof value === "string" ? { true: true, false: false }[value.toLowerCase()] : undefined;
  }
}

const filled = (value) => typeof value === "string" ? value !== "" : typeof value === "number";

/** Every volume's violated and unknown constraints: bit n stands for the n-th of the API page. */
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
    let no = 0;
    let open = FROZEN | SNAPSHOTS;
    if (volume.status !== "available") no |= STATUS;
    if (filled(metadata?.orderID)) no |= BILLING;
    if (flag(volume.encrypted) === true || flag(metadata?.__system__encrypted) === true) no |= ENCRYPTION;
    if (filled(metadata?.policy)) no |= POLICY;
    else open |= POLICY;
    if (type === "DESS") no |= DESS;
    else if (type === "DSS" || dedicated) no |= DSS;
    else if (type !== "EVS") open |= DSS | DESS;
    if (bootable === undefined) open |= SYSTEM;
    else if (bootable) no |= SYSTEM;
    violated[ids.length] = no;
    unknown[ids.length] = open;
    ids.push(volume.id);
  }
  return { ids, violated, unknown, unreadable };
}

/** The same of a parsed response. */
function screenBody(body) {
  const more = body.volumes_links?.some((link) => link.rel === "next") ?? false;
  return { ...screen(body.volumes), more };
}

/** A list response from its bytes, as `fetch` gives them. */
export const screenBytes = (bytes) => screenBody(JSON.parse(new TextDecoder().decode(bytes)));

/** And from its text. */
export const screenText = (text) => screenBody(JSON.parse(text));
