// Runs one measurement in its own Node process: `node node.js time OPTIONS`, `first PEER FILE` or
// `stream PEER FILE`. Prints one line of JSON.

import { createReadStream, readFileSync } from "node:fs";
import { Readable } from "node:stream";
import { first, firstOfStream, time } from "./time.js";

/** Returns this process's peak memory in bytes, or null if the system does not report it. */
function peak() {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]) * 1024;
  } catch {
    return null;
  }
}

const [command, name, file] = process.argv.slice(2);
if (command === "time") {
  console.log(JSON.stringify(await time(JSON.parse(name))));
} else if (command === "stream") {
  const before = peak();
  const rows = await firstOfStream(name, () => Readable.toWeb(createReadStream(file)));
  console.log(JSON.stringify({ rows, peak: before && peak() - before }));
} else {
  const before = peak();
  const result = await first(name, readFileSync(file));
  console.log(JSON.stringify({ ...result, peak: before && peak() - before }));
}
