// The messages of the small pages, keyed by the codes in `hand.js`.

import { bits, name, screen } from "../hand.js";

const CONSTRAINTS = {
  status: "The status is not “available”.",
  billing: "The volume is billed yearly or monthly.",
  encryption: "The volume is encrypted.",
  backup_policy: "The volume has a backup policy.",
  dss: "The volume is on dedicated storage (DSS).",
  dess: "The volume is on dedicated enterprise storage (DESS).",
  system_disk: "The volume is bootable.",
};

/** Returns the volumes of a list response, each with all the reasons why it can't be transferred. */
export function readVolumes(body) {
  const { violated } = screen(body.volumes);
  return body.volumes.map((volume, index) => ({
    ...volume,
    reasons: Object.keys(CONSTRAINTS).filter((code) => violated[index] & bits[code]).map((code) => CONSTRAINTS[code]),
  }));
}

/** Returns the message for an invalid name, or an empty string. */
export function nameProblem(text) {
  const [issue] = name(text).issues;
  if (!issue) return "";
  const { length, limit, position } = issue.params;
  switch (issue.code) {
    case "too_long": return `The name is too long: ${length} bytes, but the limit is ${limit}.`;
    case "blank": return "The name is blank.";
    case "nul": return `The name contains a NUL at position ${position}.`;
    default: return `The name contains an incomplete character at position ${position}.`;
  }
}
