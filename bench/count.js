// Makes the calls that `cargo xtask count` measures: `node count.js MODULE` prints how many wasm
// instructions each one executes. MODULE is the package's module with a counter added.

import { readFileSync } from "node:fs";
import { listText, validRequests } from "./data.js";
import { name, ready, request, screenBytes } from "./peers/volume-transfer.js";

// Intercepts the instance, because the package doesn't expose it. Node's own wasm modules have no
// counter.
let counter;
const { instantiate } = WebAssembly;
WebAssembly.instantiate = async (...args) => {
  const instance = await instantiate(...args);
  counter ??= instance.exports?.counted;
  return instance;
};
await ready(readFileSync(process.argv[2]));

/** Each job returns whether it succeeded, because one that fails early would look cheap. */
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

/** A list unlike any service's. After reading it, the reader has to relearn how a service writes rows. */
const strange = new TextEncoder().encode('{"volumes":[{"":"an unusual row"}]}');
jobs["list, ascii, compact, again"] = jobs["list, ascii, compact"];

const counts = {};
for (const [job, run] of Object.entries(jobs)) {
  // The first call also looks up the buffers.
  run();
  if (!job.endsWith("again")) screenBytes(strange);
  const before = counter.value;
  if (!run()) throw new Error(`${job} failed`);
  counts[job] = Number(counter.value - before);
}
console.log(JSON.stringify(counts));
