// Formats the report, for the terminal and for `docs/benchmarks.md`.

import { readFileSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { STREAMED } from "./browser.js";
import { KEYS } from "./page.js";
import { UNCHECKED } from "./time.js";

const FILE = new URL("../docs/benchmarks.md", import.meta.url);
const OURS = "volume-transfer";

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

/**
 * Returns the median, minimum and maximum of the ratios of two candidates' samples within each
 * round.
 */
function ratio(over, under) {
  const all = over.map((value, round) => value / under[round]);
  return { median: median(all), min: Math.min(...all), max: Math.max(...all) };
}

const figure = (value) => (value < 10 ? value.toPrecision(3) : Math.round(value).toLocaleString("en"));
const spread = ({ median, min, max }) => `${figure(median)} (${figure(min)} to ${figure(max)})`;

function amount(job, value) {
  if (job === "f") return `${figure(value / 1e6)} MB`;
  if (value < 1e3) return `${figure(value)} ns`;
  return value < 1e6 ? `${figure(value / 1e3)} µs` : `${figure(value / 1e6)} ms`;
}

const row = (...cells) => `| ${cells.join(" | ")} |`;
const table = (head, rows) => [row(...head), row(...head.map((_, at) => (at ? "---:" : "---"))), ...rows.map((cells) => row(...cells))].join("\n");

const JOBS = {
  a: "Validate a name, as a form does on every keystroke",
  b: "Build a create request",
  c: "Eligibility of parsed volumes, time per volume",
  d: "Eligibility of a list response from bytes, time per volume",
  e: "Cold start: load, and check 1,000 volumes from bytes",
  f: "Peak memory of (d)",
};

const MEASURES = {
  paint: "First contentful paint",
  typed: "Ready for input: the first field accepts text",
  answers: "First response: a button press or a keystroke shows a message",
  alive: "First validation: the first field shows a validation message",
  key: "Keystroke to message",
};
/** Upper limits for the page's times, relative to another page's. */
const PAGE_TARGETS = [["paint", "react", 0.42], ["paint", "antd", 0.15], ["answers", "react", 0.7], ["alive", "react", 1.5], ["key", "react", 0.1]];
const PAGE_NAMES = { plain: "no library", react: "React", antd: "React with Ant Design" };

function pageTable({ samples }) {
  const rows = Object.entries(samples).flatMap(([measure, all]) =>
    Object.keys(all).map((name) => [MEASURES[measure], PAGE_NAMES[name] ?? name, amount("g", median(all[name])), name === "react" ? "1" : spread(ratio(all[name], all.react))]),
  );
  return table(["", "", "Chromium", "vs. React"], rows);
}

const bytes = (sizes) => table(["", "raw", "gzip -9", "brotli -11"], Object.entries(sizes).map(([name, all]) => [PAGE_NAMES[name] ?? name, ...all.map((bytes) => bytes.toLocaleString("en"))]));

function jobTable(results, job) {
  const hosts = [...new Set(results.map(({ host }) => host))];
  const mine = results.filter((result) => result.job === job);
  const kinds = [...new Set(mine.map(({ of, items }) => JSON.stringify([of, items])))];
  const rows = kinds.flatMap((kind) => {
    const [of, items] = JSON.parse(kind);
    const found = hosts.map((host) => mine.find((r) => r.host === host && r.of === of && r.items === items));
    const label = "cd".includes(job) ? `${items.toLocaleString("en")}, ${of}` : of;
    const names = Object.keys(found.find((r) => r).samples);
    return names.map((name) => [
      label,
      name,
      ...found.flatMap((r) => (r ? [amount(job, median(r.samples[name])), name === "hand" ? "1" : spread(ratio(r.samples[name], r.samples.hand))] : ["", ""])),
    ]);
  });
  return table(["", "", ...hosts.flatMap((host) => [host, "vs. hand"])], rows);
}

/**
 * Returns all targets with their results. Each has a `max` or a `min` for the median. `other` is the ratio
 * that simpler code achieves.
 */
function targets({ results, page, sizes, largest }) {
  const list = [];
  const add = (what, host, goal, value, other = null) => {
    const reached = ({ median }) => ("max" in goal ? median <= goal.max : median >= goal.min);
    const missed = other && !reached(other) ? "**not met**, nor by simpler code" : "**not met**";
    const met = value === null ? "**not measured**" : reached(value) ? "met" : missed;
    const target = "max" in goal ? `≤ ${goal.max.toLocaleString("en")}` : `≥ ${goal.min} × faster`;
    list.push([what, host, target, value === null ? "" : (value.text ?? spread(value)), other ? figure(other.median) : "", met]);
  };
  const find = (host, job, matches = () => true) =>
    results.filter((result) => result.host === host && result.job === job && matches(result));
  /** Returns the lowest ratio among all results that match, or null if there is none. */
  const lowest = (host, job, matches, over, under) => {
    const all = find(host, job, matches).map(({ of, items, samples }) => ({ of, items, ...ratio(samples[over], samples[under]) }));
    if (!all.length) return null;
    const found = all.toSorted((a, b) => a.median - b.median)[0];
    const where = all.length > 1 ? `, at ${found.items.toLocaleString("en")}, ${found.of}` : "";
    return { ...found, text: spread(found) + where };
  };
  for (const host of ["Node", "Chromium"]) {
    add("(a) one name, relative to hand", host, { max: host === "Node" ? 1.1 : 1.25 }, lowest(host, "a", undefined, OURS, "hand"));
    const [list100, list1000, memory] = host === "Node" ? [8, 12, 0.06] : [5, 8, 0.15];
    const valid = ({ of }) => of === "valid";
    add("(b) a valid request, compared with zod", host, { min: 3 }, lowest(host, "b", valid, "zod", OURS), lowest(host, "b", valid, "zod", UNCHECKED));
    add("(b) an invalid request, compared with zod", host, { min: 12 }, lowest(host, "b", ({ of }) => of === "invalid", "zod", OURS));
    const parsed = ({ items }) => items === 10_000;
    add("(c) parsed objects, 10,000, relative to hand", host, { max: 1.1 }, lowest(host, "c", parsed, OURS, "hand"));
    for (const [name, min] of [["ajv", 2], ["valibot", 15], ["zod", 40]]) {
      add(`(c) parsed objects, 10,000, compared with ${name}`, host, { min }, lowest(host, "c", parsed, name, OURS), lowest(host, "c", parsed, name, "hand"));
    }
    const page100 = ({ items }) => items === 100;
    add("(d) 100 volumes from bytes, compared with hand", host, { min: list100 }, lowest(host, "d", page100, "hand", OURS), lowest(host, "d", page100, "hand", UNCHECKED));
    const long = ({ items, of }) => items >= 1_000 && of === "ascii, compact";
    add("(d) 1,000 or more, ascii, compact, compared with hand", host, { min: list1000 }, lowest(host, "d", long, "hand", OURS), lowest(host, "d", long, "hand", UNCHECKED));
    add("(d) at every size, compared with hand from text", host, { min: 7 }, lowest(host, "d", undefined, "hand, from text", OURS));
    const growths = find(host, "d", ({ items }) => items === largest).map(({ of, samples }) => {
      const [small] = find(host, "d", (result) => result.of === of && result.items === 1_000);
      return { of, ...ratio(samples[OURS], small.samples[OURS]) };
    });
    const growth = growths.toSorted((a, b) => b.median - a.median)[0];
    add(`(d) time per volume at ${largest.toLocaleString("en")}, relative to 1,000`, host, { max: 1.3 }, { ...growth, text: `${spread(growth)}, ${growth.of}` });
    add("(e) cold start, relative to hand", host, { max: 0.6 }, lowest(host, "e", undefined, OURS, "hand"), lowest(host, "e", undefined, UNCHECKED, "hand"));
    add(`(f) memory at ${largest.toLocaleString("en")}, relative to hand`, host, { max: 0.35 }, lowest(host, "f", undefined, OURS, "hand"));
    add("(f) the same, streamed, relative to hand", host, { max: memory }, lowest(host, "f", undefined, OURS + STREAMED, "hand"), lowest(host, "f", undefined, UNCHECKED + STREAMED, "hand"));
  }
  for (const [measure, other, max] of PAGE_TARGETS) {
    const all = page.samples[measure];
    add(`(g) the page: ${MEASURES[measure].toLowerCase()}, relative to ${PAGE_NAMES[other]}`, "Chromium", { max }, ratio(all[OURS], all[other]), ratio(all.plain, all[other]));
  }
  const weights = [["volume-transfer/light", sizes["volume-transfer/light"], 10], ["volume-transfer", sizes["volume-transfer"], 36], ["(g) the page: initial load", page.sizes[OURS], 180]];
  for (const [what, [, , brotli], kilobytes] of weights) {
    add(`${what}, Brotli`, "", { max: kilobytes * 1024 }, { median: brotli, text: brotli.toLocaleString("en") });
  }
  return list;
}

/** The jobs that a console does all day, each with the result that measures it. */
const TASKS = [
  ["Validate a name, on every keystroke", "a"],
  ["Check a form, and create the request", "b", "valid"],
  ["Find the errors in a form", "b", "invalid"],
  ["Check a page of 100 volumes", "d", "ascii, compact", 100],
  ["Check a list of 1,000 volumes", "d", "ascii, compact", 1_000],
  ["The same, right after the page has loaded, including the time to load everything it needs", "e"],
  ["Memory for the longest list, read as it arrives", "f"],
];

/** Returns the table of what people wait for, in the browser. */
function tasks(results) {
  const rows = TASKS.map(([task, job, of, items]) => {
    const result = results.find((r) => r.host === "Chromium" && r.job === job && (!of || r.of === of) && (!items || r.items === items));
    if (!result) return [task, "", "", ""];
    const whole = job === "d" ? result.items : 1;
    const shown = (name) => (result.samples[name] ? amount(job, median(result.samples[name]) * whole) : "");
    return [task, shown(job === "f" ? OURS + STREAMED : OURS), shown("hand"), shown("zod")];
  });
  return table(["", OURS, "handwritten", "zod"], rows);
}

const version = (name) => JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, import.meta.url), "utf8")).version;

/** Prints the page's tables. */
export function printPage(page) {
  console.log(pageTable(page) + "\n\n" + bytes(page.sizes));
}

/** Prints the report, and writes it to the file unless this was a quick run. */
export function write(run) {
  const { results, page, sizes, rounds, chromium, loads, quick } = run;
  const memory = Math.round(totalmem() / 2 ** 30);
  const text = `# Benchmarks

Generated by \`cargo xtask bench\` on ${new Date().toISOString().slice(0, 10)}. It compares the npm package and the page with what a console developer would otherwise use.

${cpus().length} ${process.arch} cores, ${memory} GB, ${process.platform}; Node ${process.versions.node}, Chromium ${chromium}; ${["ajv", "zod", "valibot", "arktype", "typebox", "react", "antd"].map((name) => `${name} ${version(name)}`).join(", ")}. The load average was ${loads[0].toFixed(1)} at the start and ${loads[1].toFixed(1)} at the end; the benchmark alone accounts for about 1. Times measured under a higher load are less reliable, as are ratios with a wide spread.

## What people wait for

In Chromium, as medians of ${rounds} rounds. People notice a delay of about 100 ms, and a browser has 16 ms for each frame.

${tasks(results)}

*Handwritten* is JavaScript without a library, written for these jobs alone. Lists are read from the response's bytes; handwritten code decodes and parses them first, which takes most of its time. With zod, the list must be parsed, too.

So for names and forms, all candidates are fast enough: choose based on what they check. The difference matters for long lists, for memory, and for what has to be loaded.

## Targets

Results are medians of ${rounds} rounds, with the minimum and maximum in parentheses. If a target covers several lists, the worst result is shown. "Relative to" means a ratio of times or sizes, and lower is better. *Simpler code* shows what a target leaves room for: for a request, *hand* without its checks; for parsed objects, *hand*; for a list, from bytes or from a stream, code that only copies the bytes into wasm memory and looks at each of them once; for the page, the one without a library, which has only a list and a name field.

${table(["", "", "target", "result", "simpler code", ""], targets(run))}

## Appendix: how it was measured

Before anything is timed, all candidates' results for lists of 2,000 volumes are compared. \`cargo xtask test bench\` does the same in every test run. The candidates take turns in each round, in rotating order. Ratios are computed within a round, except those between two sizes, which are not timed together. Each row of (a) to (d) runs in its own process or page, each sample of (e) in a new one, and each sample of (f) in a new process or browser. Garbage is collected before each sample. Fast candidates then run once untimed, and are repeated often enough that a sample takes at least 30 ms.

- **Data** is generated from a fixed seed. It consists of EVS list responses with ASCII and Chinese names, compact (about 1.2 KB per volume) and pretty-printed. Some fields have the unusual spellings that services are known to use. See \`bench/data.js\`.
- **hand** is handwritten JavaScript without a library (\`bench/hand.js\`). Like the package, it returns bit masks, which are the cheapest representation. It supports only one service, and does not check that volume IDs are UUIDs.
- **Libraries** return all reasons why a volume can't be transferred, as a list of codes. Unlike the package and hand, they do not report unknown constraints. ajv's schemas are compiled at build time. For what schemas can't express (trimming like Python and counting bytes), the libraries use hand's functions.
- **(c)**: one call to \`checkVolumes\` from \`volume-transfer\` checks all volumes. The other jobs use \`volume-transfer/light\`.
- **(d)**: the same list is read repeatedly, so the package already knows how the service writes rows, as it does from a console's second list onward. Learning that takes about a seventh of the time for 100 volumes, and is included in (e). *hand* includes \`TextDecoder\` and \`JSON.parse\`; *hand, from text* starts with the decoded text.
- **(e)**: the time from the start of the import until the result is available, with the list already in memory. In Chromium, files come from a server on the same machine. The package has two files, and the others have one each.
- **(f)**: the growth in the process's peak memory, including the response itself. *Streamed* is \`screenStream\`, which reads a response from a file or from \`fetch\` as it arrives.
- **(g)**: visits start with an empty cache. Each request is delayed by 150 ms, with 1.6 Mbit/s down and 750 kbit/s up (Lighthouse's "Slow 4G"). The CPU is slowed down by a factor of four. Files are served Brotli-compressed by a server on the same machine. Our page is the complete page. The others (\`bench/page\`) consist of a list of volumes with their eligibility, computed with hand's rules, and a name field; esbuild builds them for production. The keystroke time for *no library* is what the browser itself contributes. All other times are measured from the start of the visit, with a check every 5 ms. *Ready for input*: until the first field is visible. *First response*: until the page shows a message about what was entered, which may say that the page is still loading. *First validation*: until the first field shows a validation message. On our page, this is the project ID, which is validated on submit; on the others, it is the name. *Keystroke to message*: from the input event until the message is in the document, as the mean of ${KEYS} changes to a name that is too long, after the same number of warm-up changes. On our page, one of 30 volumes is selected at that point.

${Object.entries(JOBS)
  .filter(([job]) => results.some((result) => result.job === job))
  .map(([job, title]) => `## (${job}) ${title}\n\n${jobTable(results, job)}`)
  .join("\n\n")}

## (g) The page

${pageTable(page)}

## Bundle sizes

Everything that is loaded for jobs (a) to (d), in bytes, minified by esbuild.

${bytes(sizes)}

The pages in (g), with everything that is loaded initially:

${bytes(page.sizes)}
`;
  console.log(`\n${text}`);
  if (!quick) writeFileSync(FILE, text);
}
