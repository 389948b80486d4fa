// Compares and times the candidates. Runs in Node and in a browser.

import { bits } from "./hand.js";
import { invalidRequests, listText, names, validRequests } from "./data.js";

export const PEERS = ["hand", "ajv", "zod", "zod-mini", "valibot", "arktype", "typebox"];

/** The name of the candidate that checks nothing. */
export const UNCHECKED = "unchecked";

/** The minimum duration of a sample, in milliseconds. Browsers have coarse clocks. */
const SAMPLE = 30;
/** The warm-up time before the first sample, in milliseconds. It ensures that code is fully optimized. */
const WARM_UP = 300;

const VARIANTS = [
  { names: "ascii", pretty: false },
  { names: "ascii", pretty: true },
  { names: "chinese", pretty: false },
  { names: "chinese", pretty: true },
];
export const variantName = ({ names, pretty }) => `${names}, ${pretty ? "pretty" : "compact"}`;

/** The package is loaded as published, and the others as bundled. */
export const fileOf = (name) => (name.startsWith("volume-transfer") ? `./peers/${name}.js` : `./build/${name}.js`);

/** Loads and initializes all candidates. */
export async function load() {
  const peers = {};
  for (const name of [...PEERS, "volume-transfer", "volume-transfer-full"]) {
    peers[name] = await import(fileOf(name));
    await peers[name].ready?.();
  }
  peers[UNCHECKED] = await import(fileOf(UNCHECKED));
  await peers[UNCHECKED].ready();
  return peers;
}

/** Throws an error if two candidates return different results for any of the inputs. The lists have
 * `count` volumes. */
export function check(peers, count) {
  const { hand, "volume-transfer": ours, "volume-transfer-full": full } = peers;
  const same = (what, name, found, expected) => {
    const [one, other] = [found, expected].map((result) => JSON.stringify(result));
    if (one === other) return;
    // For a list, reports the first row that differs.
    if (Array.isArray(found) && found.length === expected.length) {
      found.forEach((part, at) => same(`${what}, ${at}`, name, part, expected[at]));
    }
    throw new Error(`${what}: ${name} returned ${one}, expected ${other}`);
  };
  const codes = ({ issues }) => issues.map(({ field, code }) => `${field}.${code}`).sort();

  for (const text of names()) {
    const report = ours.name(text);
    same(`name ${JSON.stringify(text)}`, "hand", hand.name(text), report);
    for (const name of PEERS) {
      const result = peers[name].name(text);
      same(`name ${JSON.stringify(text)}`, name, [result.value, codes(result)], [report.value, codes(report)]);
    }
  }
  for (const input of [...validRequests, ...invalidRequests]) {
    const report = ours.request(input);
    for (const name of PEERS) {
      const result = peers[name].request(input);
      same(`request ${JSON.stringify(input)}`, name, [result.request, codes(result)], [report.request, codes(report)]);
    }
  }

  for (const input of validRequests.filter(({ projectId }) => projectId.trim() === projectId)) {
    same(`request ${JSON.stringify(input)}`, UNCHECKED, peers[UNCHECKED].request(input).request, ours.request(input).request);
  }

  const places = Object.fromEntries(ours.constraints.map((constraint, bit) => [constraint, 1 << bit]));
  for (const [code, bit] of Object.entries(bits)) same("constraint", "hand", bit, places[code]);
  const masks = (codes) => codes.reduce((mask, code) => mask | places[code], 0);
  for (const variant of VARIANTS) {
    const what = `list (${variantName(variant)})`;
    const text = listText(count, variant);
    const bytes = new TextEncoder().encode(text);
    const { volumes } = JSON.parse(text);
    const plain = ({ ids, violated, unknown, unreadable, more }) => [ids, [...violated], [...unknown], unreadable, more];
    const report = ours.screenBytes(bytes);
    if (report.count !== count || report.issues.length) throw new Error(`${what}: not all volumes were read`);
    same(what, UNCHECKED, peers[UNCHECKED].screenBytes(bytes).quotes, text.split('"').length - 1);
    const result = { ...report, ids: Array.from({ length: count }, (_, n) => report.id(n)) };
    same(what, "hand, from bytes", plain(hand.screenBytes(bytes)), plain(result));
    same(what, "hand, from text", plain(hand.screenText(text)), plain(result));
    const [ids, violated, unknown] = plain(result);
    volumes.forEach((volume, n) => {
      const row = JSON.parse(new TextDecoder().decode(bytes.subarray(report.rows[2 * n], report.rows[2 * n + 1])));
      same(`${what}, row ${n}`, "the package, row position", row, volume);
    });
    const objects = hand.eligibility(volumes);
    same(what, "hand, from objects", [objects.ids, [...objects.violated], [...objects.unknown]], [ids, violated, unknown]);
    const checked = full.eligibility(volumes);
    same(what, "the package, from objects", [[...checked.violated], [...checked.unknown]], [violated, unknown]);
    // Schemas can't report unknown constraints, only violated ones.
    for (const name of PEERS.slice(1)) same(what, name, peers[name].eligibility(volumes).map(masks), violated);
  }
}

/** Keeps results alive, so that calls aren't optimized away. */
let sink;

/**
 * Times the candidates in turn. Returns each one's nanoseconds per item for every round.
 *
 * Garbage is collected before each sample, so that no candidate pays for another's. Since this may also
 * discard optimized code, fast candidates run once more, untimed, before the sample.
 */
function measure(candidates, items, rounds) {
  const run = (work, times) => {
    const start = performance.now();
    for (let time = 0; time < times; time++) sink = work();
    return performance.now() - start;
  };
  const entries = Object.entries(candidates).map(([name, work]) => {
    for (let elapsed = 0; elapsed < WARM_UP; ) elapsed += run(work, 1);
    let times = 1;
    while (run(work, times) < SAMPLE) times *= 2;
    return { name, work, times, samples: [] };
  });
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < entries.length; turn++) {
      const { work, times, samples } = entries[(turn + round) % entries.length];
      sink = undefined;
      globalThis.gc?.();
      if (times > 1) run(work, times);
      samples.push((run(work, times) / times / items) * 1e6);
    }
  }
  sink = undefined;
  return Object.fromEntries(entries.map(({ name, samples }) => [name, samples]));
}

/**
 * Returns jobs (a) to (d) for lists of these sizes, each with a function that creates its
 * candidates.
 */
export function jobs(counts) {
  const each = (inputs, call) => () => {
    let last;
    for (const input of inputs) last = call(input);
    return last;
  };
  const all = (inputs, job) => (peers) =>
    Object.fromEntries(["volume-transfer", ...PEERS].map((name) => [name, each(inputs, peers[name][job])]));
  const list = [
    { job: "a", of: "names", items: names().length, make: all(names(), "name") },
    {
      job: "b",
      of: "valid",
      items: validRequests.length,
      make: (peers) => ({ ...all(validRequests, "request")(peers), [UNCHECKED]: each(validRequests, peers[UNCHECKED].request) }),
    },
    { job: "b", of: "invalid", items: invalidRequests.length, make: all(invalidRequests, "request") },
  ];
  for (const count of counts.filter((count) => count === 1_000 || count === 10_000)) {
    const make = (peers) => {
      const { volumes } = JSON.parse(listText(count));
      const ours = peers["volume-transfer-full"];
      const candidates = { "volume-transfer": () => ours.eligibility(volumes) };
      for (const name of PEERS) candidates[name] = () => peers[name].eligibility(volumes);
      return candidates;
    };
    list.push({ job: "c", of: variantName(VARIANTS[0]), items: count, make });
  }
  for (const count of counts) {
    for (const variant of VARIANTS) {
      const make = ({ hand, "volume-transfer": ours, [UNCHECKED]: unchecked }) => {
        const bytes = new TextEncoder().encode(listText(count, variant));
        // This is the same kind of string that `response.text()` returns.
        const text = new TextDecoder().decode(bytes);
        return {
          "volume-transfer": () => ours.screenBytes(bytes),
          hand: () => hand.screenBytes(bytes),
          "hand, from text": () => hand.screenText(text),
          [UNCHECKED]: () => unchecked.screenBytes(bytes),
        };
      };
      list.push({ job: "d", of: variantName(variant), items: count, make });
    }
  }
  return list;
}

/**
 * Times one of the jobs. Call this in a separate process or page, so that no job runs code that was
 * optimized for another one.
 */
export async function time({ at, counts, rounds }) {
  const { items, make } = jobs(counts)[at];
  return measure(make(await load()), items, rounds);
}

/**
 * Lets a candidate check a list while it is being received. Returns the number of rows, or, if it checks
 * nothing, the number of quotes.
 */
export async function firstOfStream(name, open) {
  const { ready, screenStream } = await import(fileOf(name));
  await ready();
  const { count, quotes } = await screenStream(await open());
  return count ?? quotes;
}

/** Measures how long a candidate takes to load and to check a list. */
export async function first(name, bytes) {
  const start = performance.now();
  const peer = await import(fileOf(name));
  await peer.ready?.();
  const screen = peer.screenBytes ?? ((bytes) => peer.eligibility(JSON.parse(new TextDecoder().decode(bytes)).volumes));
  const result = screen(bytes);
  return { elapsed: performance.now() - start, rows: result.count ?? result.quotes ?? (result.ids ?? result).length };
}
