// The same jobs without any checks, as a lower bound for their cost. The result for a list is useless.

import module from "./build/unchecked-module.js";
import { assemble } from "./hand.js";

let quotes;
let memory;

export async function ready() {
  const { instance } = await WebAssembly.instantiate(module);
  quotes = instance.exports.quotes;
  memory = new Uint8Array(instance.exports.memory.buffer);
}

/** Creates a request's objects without checking anything. */
export const request = ({ projectId, volumeId, name }) => ({ request: assemble(projectId, volumeId, name || null), issues: [] });

/** Copies a list's bytes into a module's memory and looks at each of them once. Counts the quotes. */
export function screenBytes(bytes) {
  let count = 0;
  for (let at = 0; at < bytes.length; at += memory.length) {
    const chunk = bytes.subarray(at, at + memory.length);
    memory.set(chunk);
    memory.fill(0, chunk.length, (chunk.length + 15) & ~15);
    count += quotes((chunk.length + 15) & ~15);
  }
  return { quotes: count };
}

/** Does the same while the list is being received. */
export async function screenStream(stream) {
  let count = 0;
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return { quotes: count };
    count += screenBytes(value).quotes;
  }
}
