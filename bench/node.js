// One thing to measure in Node, in a process of its own: `node node.js time OPTIONS`,
// `first PEER FILE` or `stream FILE`. Prints a line of JSON.

import { createReadStream, readFileSync } from "node:fs";
import { Readable } from "node:stream";
import { first, firstOfStream, time } from "./time.js";

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
} else if (what === "stream") {
  const before = peak();
  const rows = await firstOfStream(() => Readable.toWeb(createReadStream(name)));
  console.log(JSON.stringify({ rows, peak: before && peak() - before }));
} else {
  const before = peak();
  const done = await first(name, readFileSync(file));
  console.log(JSON.stringify({ ...done, peak: before && peak() - before }));
}
