// What is checked and timed, the same in Node and in a browser.

import { bits } from "./hand.js";
import { invalidRequests, listText, names, validRequests } from "./data.js";

export const PEERS = ["hand", "ajv", "zod", "zod-mini", "valibot", "arktype", "typebox"];

/** At least so long is a job repeated for one sample, in milliseconds: clocks of browsers are coarse. */
const SAMPLE = 30;
/** And before the first one, so that it is compiled as well as it will ever be. */
const WARM = 300;

const VARIANTS = [
  { names: "ascii", pretty: false },
  { names: "ascii", pretty: true },
  { names: "chinese", pretty: false },
  { names: "chinese", pretty: true },
];
export const variantName = ({ names, pretty }) => `${names}, ${pretty ? "pretty" : "compact"}`;

/** The package is loaded as it is published, the others as a bundler makes them. */
export const fileOf = (name) => (name.startsWith("volume-transfer") ? `./peers/${name}.js` : `./build/${name}.js`);

/** All there is to compare, each ready to be called. */
export async function load() {
  const peers = {};
  for (const name of [...PEERS, "volume-transfer", "volume-transfer-full"]) {
    peers[name] = await import(fileOf(name));
    await peers[name].ready?.();
  }
  return peers;
}

/** Throws where two do not give the same answer, of anything that is timed, with lists of `count`. */
export function check(peers, count) {
  const { hand, "volume-transfer": ours, "volume-transfer-full": full } = peers;
  const same = (what, name, found, expected) => {
    const [one, other] = [found, expected].map((answer) => JSON.stringify(answer));
    if (one === other) return;
    // Of a long list, the first row that is not the same.
    if (Array.isArray(found) && found.length === expected.length) {
      found.forEach((part, at) => same(`${what}, ${at}`, name, part, expected[at]));
    }
    throw new Error(`${what}: ${name} says ${one}, and not ${other}`);
  };
  const codes = ({ issues }) => issues.map(({ field, code }) => `${field}.${code}`).sort();

  for (const text of names()) {
    const report = ours.name(text);
    same(`name ${JSON.stringify(text)}`, "hand", hand.name(text), report);
    for (const name of PEERS) {
      const answer = peers[name].name(text);
      same(`name ${JSON.stringify(text)}`, name, [answer.value, codes(answer)], [report.value, codes(report)]);
    }
  }
  for (const input of [...validRequests, ...invalidRequests]) {
    const report = ours.request(input);
    for (const name of PEERS) {
      const answer = peers[name].request(input);
      same(`request ${JSON.stringify(input)}`, name, [answer.request, codes(answer)], [report.request, codes(report)]);
    }
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
    if (report.count !== count || report.issues.length) throw new Error(`${what}: not all of it was read`);
    const answer = { ...report, ids: Array.from({ length: count }, (_, n) => report.id(n)) };
    same(what, "hand, from bytes", plain(hand.screenBytes(bytes)), plain(answer));
    same(what, "hand, from text", plain(hand.screenText(text)), plain(answer));
    const [ids, violated, unknown] = plain(answer);
    volumes.forEach((volume, n) => {
      const row = JSON.parse(new TextDecoder().decode(bytes.subarray(report.rows[2 * n], report.rows[2 * n + 1])));
      same(`${what}, row ${n}`, "the package, by its place", row, volume);
    });
    const objects = hand.eligibility(volumes);
    same(what, "hand, of objects", [objects.ids, [...objects.violated], [...objects.unknown]], [ids, violated, unknown]);
    const checked = full.eligibility(volumes);
    same(what, "the package, of objects", [[...checked.violated], [...checked.unknown]], [violated, unknown]);
    // A schema is broken or not: none of them tells what is unknown.
    for (const name of PEERS.slice(1)) same(what, name, peers[name].eligibility(volumes).map(masks), violated);
  }
}

let kept;

/**
 * Times candidates by turns, `rounds` times: for each one, nanoseconds per item, round by round.
 *
 * Before each sample the garbage of the others is collected, so that nobody pays for it. That also
 * throws away compiled code which only knows objects that are gone, so what is quick runs untimed
 * before it is timed.
 */
function measure(candidates, items, rounds) {
  const run = (work, times) => {
    const start = performance.now();
    for (let time = 0; time < times; time++) kept = work();
    return performance.now() - start;
  };
  const entries = Object.entries(candidates).map(([name, work]) => {
    for (let took = 0; took < WARM; ) took += run(work, 1);
    let times = 1;
    while (run(work, times) < SAMPLE) times *= 2;
    return { name, work, times, samples: [] };
  });
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < entries.length; turn++) {
      const { work, times, samples } = entries[(turn + round) % entries.length];
      kept = undefined;
      globalThis.gc?.();
      if (times > 1) run(work, times);
      samples.push((run(work, times) / times / items) * 1e6);
    }
  }
  kept = undefined;
  return Object.fromEntries(entries.map(({ name, samples }) => [name, samples]));
}

/** The jobs (a) to (d) with lists of these sizes: what each is of, and a maker of its candidates. */
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
    { job: "b", of: "valid", items: validRequests.length, make: all(validRequests, "request") },
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
      const make = ({ hand, "volume-transfer": ours }) => {
        const bytes = new TextEncoder().encode(listText(count, variant));
        // As `response.text()` makes it.
        const text = new TextDecoder().decode(bytes);
        return {
          "volume-transfer": () => ours.screenBytes(bytes),
          hand: () => hand.screenBytes(bytes),
          "hand, from text": () => hand.screenText(text),
        };
      };
      list.push({ job: "d", of: variantName(variant), items: count, make });
    }
  }
  return list;
}

/**
 * Times one of the jobs: for each candidate a sample a round, in nanoseconds per item. To be called
 * in a process or page of its own, so that no job finds code that another one has bent.
 */
export async function time({ at, counts, rounds }) {
  const { items, make } = jobs(counts)[at];
  return measure(make(await load()), items, rounds);
}

/** The first answer, of a list that is still coming: how many rows it has. */
export async function firstOfStream(open) {
  const { ready, screenStream } = await import(fileOf("volume-transfer"));
  await ready();
  return (await screenStream(await open())).count;
}

/** How long the first answer takes, of a list from its bytes, by a peer that is not loaded yet. */
export async function first(name, bytes) {
  const start = performance.now();
  const peer = await import(fileOf(name));
  await peer.ready?.();
  const screen = peer.screenBytes ?? ((bytes) => peer.eligibility(JSON.parse(new TextDecoder().decode(bytes)).volumes));
  const answer = screen(bytes);
  return { took: performance.now() - start, rows: answer.count ?? (answer.ids ?? answer).length };
}
