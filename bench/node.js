// One thing to measure in Node, in a process of its own: `node node.js time OPTIONS`, or
// `first PEER FILE`. Prints a line of JSON.

import { readFileSync } from "node:fs";
import { first, time } from "./time.js";

/** The largest memory that this process has had so far, in bytes, where the system tells. */
function peak() {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]) * 1024;
  } catch {
    return null;
  }
}

const [what, name, file] = process.argv.slice(2);
if (what === "time") {
  console.log(JSON.stringify(await time(JSON.parse(name))));
} else {
  const before = peak();
  const done = await first(name, readFileSync(file));
  console.log(JSON.stringify({ ...done, peak: before && peak() - before }));
}
