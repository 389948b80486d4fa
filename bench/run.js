// `cargo xtask bench`: builds the peers, compares their results, times them in turn in Node and in
// Chromium, and writes the report. With `--check`, it stops after comparing the results. With
// `--page`, it only measures the page and prints its tables.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { build, sizes } from "./build.js";
import { STREAMED, browser, memory, serve } from "./browser.js";
import { listText } from "./data.js";
import { measure } from "./page.js";
import { printPage, write } from "./report.js";
import { PEERS, UNCHECKED, check, jobs, load } from "./time.js";

/** Takes samples of all candidates in turn. The order rotates from round to round. */
async function inTurn(names, take) {
  const samples = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(turn + round) % names.length];
      samples[name].push(await take(name));
    }
  }
  return samples;
}

const rounds = process.argv.includes("--quick") ? 3 : 9;
if (process.argv.includes("--page")) {
  printPage(await measure(inTurn));
  process.exit();
}

await build();
check(await load(), 2_000);
console.log("all results are the same");
if (process.argv.includes("--check")) process.exit();

// `--quick` is for working on the bench itself: small lists, few rounds, and no report file.
const quick = process.argv.includes("--quick");
const counts = quick ? [100, 1_000] : [100, 1_000, 10_000, 100_000];
const largest = counts.at(-1);

const loadBefore = loadavg()[0];
const work = mkdtempSync(join(tmpdir(), "bench-"));
const lists = { "list-1000": join(work, "list-1000"), "list-largest": join(work, "list-largest") };
/** What each list contains. The candidate that checks nothing counts quotes instead of rows. */
const contents = Object.fromEntries(
  Object.entries({ "list-1000": 1_000, "list-largest": largest }).map(([name, rows]) => {
    const text = listText(rows);
    writeFileSync(lists[name], text);
    return [name, { rows, quotes: text.split('"').length - 1 }];
  }),
);
const expected = (name, list) => contents[list][name.startsWith(UNCHECKED) ? "quotes" : "rows"];

const node = (...words) => {
  const script = new URL("node.js", import.meta.url).pathname;
  return JSON.parse(execFileSync(process.execPath, ["--expose-gc", script, ...words], { maxBuffer: 1 << 26 }));
};
const server = await serve(lists);
const chromium = await browser(server.address);
const hosts = {
  Node: {
    time: (options) => node("time", JSON.stringify(options)),
    first: (name) => node("first", name, lists["list-1000"]),
    memory: (name) => {
      const command = name.endsWith(STREAMED) ? "stream" : "first";
      const { rows, peak } = node(command, name.replace(STREAMED, ""), lists["list-largest"]);
      if (rows !== expected(name, "list-largest")) throw new Error(`${name} checked ${rows} of ${largest} volumes`);
      return peak;
    },
  },
  Chromium: {
    time: chromium.time,
    first: (name) => chromium.first(name, "list-1000"),
    memory: (name) => memory(server.address, name, "list-largest", expected(name, "list-largest")),
  },
};

const results = [];
let page;
try {
  for (const [host, { time, first, memory }] of Object.entries(hosts)) {
    const add = (job, of, items, samples) => {
      results.push({ host, job, of, items, samples });
      console.log(`${host}: (${job}) ${of}${items > 1 ? `, ${items.toLocaleString("en")}` : ""}`);
    };
    for (const [at, { job, of, items }] of jobs(counts).entries()) {
      add(job, of, items, await time({ at, counts, rounds }));
    }
    const cold = async (name) => {
      const { elapsed, rows } = await first(name);
      if (rows !== expected(name, "list-1000")) throw new Error(`${name} checked ${rows} of 1000 volumes`);
      return elapsed * 1e6;
    };
    add("e", "the first 1,000 from bytes", 1, await inTurn(["volume-transfer", ...PEERS, UNCHECKED], cold));
    if (process.platform === "linux") {
      add("f", `${largest.toLocaleString("en")} from bytes`, 1, await inTurn(["volume-transfer", `volume-transfer${STREAMED}`, "hand", `${UNCHECKED}${STREAMED}`], memory));
    }
  }
  page = await measure(inTurn);
  console.log("Chromium: (g) the page");
} finally {
  await chromium.stop();
  server.stop();
  rmSync(work, { recursive: true });
}
write({ results, page, sizes: sizes(), rounds, largest, chromium: chromium.version, loads: [loadBefore, loadavg()[0]], quick });
