// The messages of the small pages, for the codes of `hand.js`.

import { bits, name, screen } from "../hand.js";

const CONSTRAINTS = {
  status: "Its status is not “available”.",
  billing: "It is billed yearly or monthly.",
  encryption: "It is encrypted.",
  backup_policy: "It has a backup policy.",
  dss: "It lies on a dedicated storage pool.",
  dess: "It lies on dedicated enterprise storage.",
  system_disk: "It is marked bootable.",
};

/** Returns the volumes of a list response, each with all reasons why it can't be transferred. */
export function readVolumes(body) {
  const { violated } = screen(body.volumes);
  return body.volumes.map((volume, at) => ({
    ...volume,
    reasons: Object.keys(CONSTRAINTS).filter((code) => violated[at] & bits[code]).map((code) => CONSTRAINTS[code]),
  }));
}

/** Returns the message for an invalid name, or an empty text. */
export function nameProblem(text) {
  const [issue] = name(text).issues;
  if (!issue) return "";
  const { length, limit, position } = issue.params;
  switch (issue.code) {
    case "too_long": return `The name is too long: ${length} of at most ${limit} bytes.`;
    case "blank": return "The name is blank.";
    case "nul": return `The name has a NUL at position ${position}.`;
    default: return `The name has half a character at position ${position}.`;
  }
}
