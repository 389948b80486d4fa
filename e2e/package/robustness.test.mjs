// Tests that no input from JavaScript crashes the module, makes its memory grow, or leaves the key in it.

import assert from "node:assert/strict";
import { test } from "node:test";

/** The memory of each module that starts. The package doesn't export it. */
const memories = [];
const { instantiate } = WebAssembly;
WebAssembly.instantiate = async (...args) => {
  const started = await instantiate(...args);
  const { exports } = started.instance ?? started;
  // Node also starts modules of its own.
  if (exports.buffers) memories.push(exports.memory);
  return started;
};

const full = await import("volume-transfer");
const light = await import("volume-transfer/light");
const form = await import("volume-transfer/form");
await Promise.all([full.init(), light.init(), form.init()]);
const sizes = () => memories.map((memory) => memory.buffer.byteLength);

/** Creates a random number generator. Failures print its seed. */
function random(seed) {
  return (below) => {
    seed = (Math.imul(seed, 1664525) + 1013904223) | 0;
    return Math.floor(((seed >>> 8) / 2 ** 24) * below);
  };
}

const ID = "c86b9af4-151d-4ead-b62c-5fb967af0e37";
const KEYS = [
  "service", "facts", "snapshots", "frozen", "projectId", "volumeId", "volume", "name", "status", "headers", "body",
  "lost", "id", "metadata", "orderID", "bootable", "toJSON", "length", "then",
];
const WORDS = [
  "evs-v2", "cinder", ID, ID.toUpperCase(), "available", "in-use", "true", "1", "", " ", "timeout", "a/b", "卷", "\0",
  "\ud800", "\udc00\ud800", "😀", "a".repeat(300), '{"transfer":{"id":"t","auth_key":"k"}}', `{"volumes":[{"id":"${ID}"}]}`,
  '{"volumes":[', '{"error":{"code":"EVS.1002","message":"m"}}', "[".repeat(200), '{"volumes":[{"id":"\\ud800"}]}',
];

/** Generates a value of any kind, often one that is nearly valid. */
function anything(below, depth = 0) {
  const again = () => anything(below, depth + 1);
  const pick = (of) => of[below(of.length)];
  const kind = below(depth > 3 ? 12 : 20);
  switch (kind) {
    case 0: return pick([null, undefined, true, false]);
    case 1: return pick([0, -1, 1.5, NaN, Infinity, 202, 400, 502, 1e308, 2 ** 53]);
    case 2: return pick([1n, -(2n ** 70n), Symbol("s"), () => 1, class {}, /r/, new Date(NaN), new Error("e")]);
    case 3: return String.fromCharCode(...Array.from({ length: below(40) }, () => below(0x10000)));
    case 4: return below(50) ? pick(WORDS) : pick(["卷", "\t", "x\ud800"]).repeat(100_000);
    case 5: return new Uint8Array(Array.from({ length: below(60) }, () => below(256)));
    case 6: return new TextEncoder().encode(pick(WORDS)).buffer;
    case 7: return pick([new Map(), new Set([1]), new Headers({ a: "b" }), new URLSearchParams("a=b"), new ArrayBuffer(0), new Float64Array(3), globalThis, Proxy, Object.create(null)]);
    case 8: return { get [pick(KEYS)]() { throw new Error("getter"); } };
    case 9: return new Proxy({}, { get() { throw new Error("trap"); }, has() { throw new Error("trap"); }, ownKeys() { throw new Error("trap"); } });
    case 10: {
      const { proxy, revoke } = Proxy.revocable({}, {});
      revoke();
      return proxy;
    }
    case 11: return pick(WORDS);
    case 12: {
      const own = { id: ID };
      own[pick(KEYS)] = own;
      return own;
    }
    case 13: return Array.from({ length: below(4) }, again);
    case 14: return { toString() { throw new Error("text"); }, valueOf() { throw new Error("value"); }, toJSON: again };
    case 15: return (function* () { for (;;) yield ["a", "b"]; })();
    default: return Object.fromEntries(Array.from({ length: 1 + below(5) }, () => [pick(KEYS), again()]));
  }
}

test("returns a result for each of 100,000 calls with random input, and keeps working", () => {
  const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31);
  const below = random(seed);
  const calls = [
    ["validateTransferName", full.validateTransferName],
    ["checkEligibility", full.checkEligibility],
    ["checkVolumes", full.checkVolumes],
    ["screenVolumes", full.screenVolumes],
    ["createTransferRequest", full.createTransferRequest],
    ["readCreateResponse", full.readCreateResponse],
    ["light validateTransferName", light.validateTransferName],
    ["light screenVolumes", light.screenVolumes],
    ["light createTransferRequest", light.createTransferRequest],
    ["form validateTransferName", form.validateTransferName],
    ["form createTransferRequest", form.createTransferRequest],
  ];
  const seen = new Set();
  for (let at = 0; at < 100_000; at++) {
    const [name, call] = calls[below(calls.length)];
    const values = [anything(below), anything(below)];
    let result;
    try {
      result = call(...values);
    } catch (error) {
      throw new Error(`seed ${seed}, call ${at}: ${name} threw ${error}`);
    }
    full.explain(result, {});
    const items = "issues" in result ? result.issues : [result];
    for (const { field, code, params } of items) {
      seen.add(`${name} ${code}`);
      if (typeof field !== "string" || typeof code !== "string" || typeof params !== "object") {
        throw new Error(`seed ${seed}, call ${at}: ${name} returned ${JSON.stringify(items)}`);
      }
    }
  }
  // The input was varied enough to produce many different codes.
  assert.ok(seen.size > 25, `only ${seen.size} codes`);
  assert.equal(full.validateTransferName(" a ").value, "a");
  assert.equal(light.validateTransferName(" a ").value, "a");
  assert.equal(form.validateTransferName(" a ").value, "a");
  assert.equal(full.readCreateResponse({ lost: "timeout" }).code, "timeout");
  // The largest input takes a third of a megabyte, and must not be kept.
  for (const size of sizes()) assert.ok(size < 4 << 20, `${size} bytes`);
});

test("uses no more memory after repeated init and 1,450,000 calls", async () => {
  const body = JSON.stringify({ transfer: { id: "t", auth_key: "k", volume_id: ID } });
  const round = (entry, at) => {
    entry.validateTransferName(`first volume ${at}`);
    entry.createTransferRequest({ projectId: "p", volumeId: ID, name: `卷 ${at}` });
  };
  for (let at = 0; at < 1000; at++) round(full, at);
  full.readCreateResponse({ status: 202, body });
  const before = sizes();
  for (let at = 0; at < 225_000; at++) {
    round(full, at);
    round(light, at);
    round(form, at);
    if (at % 1000 === 0) await Promise.all([full.init(), light.init(), form.init()]);
  }
  for (let at = 0; at < 100_000; at++) {
    full.readCreateResponse({ status: 202, body, volumeId: ID });
    if (at % 100 === 0) full.checkEligibility({ id: ID });
  }
  assert.deepEqual(sizes(), before);
  assert.equal(memories.length, 3);
});

test("returns the key and leaves no copy in the module's memory", () => {
  const key = "5ca1ab1e0ddba11a";
  const body = JSON.stringify({ transfer: { id: "t", auth_key: key, volume_id: ID } });
  const found = () => memories.some((memory) => Buffer.from(memory.buffer).includes(key));
  const outcome = full.readCreateResponse({ status: 202, body, volumeId: ID });
  assert.equal(outcome.outcome === "created" && outcome.handover.authKey, key);
  assert.equal(found(), false);
  // Checks that the search can find a key.
  new Uint8Array(memories[0].buffer).set(Buffer.from(key), memories[0].buffer.byteLength - 64);
  assert.equal(found(), true);
  new Uint8Array(memories[0].buffer).fill(0, memories[0].buffer.byteLength - 64);
});
