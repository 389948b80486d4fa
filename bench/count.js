// The calls whose instructions `cargo xtask count` counts: node count.js COUNTED_MODULE prints how
// many instructions of wasm each one takes.

import { readFileSync } from "node:fs";
import { listText, validRequests } from "./data.js";
import { name, ready, request, screenBytes } from "./peers/volume-transfer.js";

// The package keeps its instance to itself; and Node has modules of its own.
let counter;
const { instantiate } = WebAssembly;
WebAssembly.instantiate = async (...given) => {
  const made = await instantiate(...given);
  counter ??= made.exports?.counted;
  return made;
};
await ready(readFileSync(process.argv[2]));

/** Each says whether it was done: what was not would look quick. */
const jobs = {
  "name, ascii": () => name("order-service-shard-01").value,
  "name, chinese": () => name("数据盘-上海-01").value,
  "name, too long": () => name("卷".repeat(86)).issues.length === 1,
  request: () => request(validRequests[0]).request,
};
for (const names of ["ascii", "chinese"]) {
  for (const pretty of [false, true]) {
    const bytes = new TextEncoder().encode(listText(1_000, { names, pretty }));
    jobs[`list, ${names}, ${pretty ? "pretty" : "compact"}`] = () => screenBytes(bytes).count === 1_000;
  }
}

const counts = {};
for (const [job, run] of Object.entries(jobs)) {
  // The very first call also asks where the buffers are.
  run();
  const before = counter.value;
  if (!run()) throw new Error(`${job} was not done`);
  counts[job] = Number(counter.value - before);
}
console.log(JSON.stringify(counts));
