// The table, with each target met or not, for the terminal and for `docs/benchmarks.md`.

import { readFileSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { STREAMED } from "./browser.js";
import { KEYS } from "./page.js";

const FILE = new URL("../docs/benchmarks.md", import.meta.url);
const OURS = "volume-transfer";

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

/** What one sample makes of another, round by round: the median, the least and the most. */
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
  a: "One name, as on a keystroke",
  b: "One create request",
  c: "Eligibility of objects that are parsed already, a volume",
  d: "Eligibility of a list response from its bytes, a volume",
  e: "Cold start to the first answer: the first 1,000 volumes from bytes",
  f: "Peak memory of (d)",
};

const MEASURES = {
  paint: "First contentful paint",
  usable: "Usable: the first field has answered",
  key: "From a keystroke to its message",
};
/** What the page may take at most of what another takes. */
const PAGE_TARGETS = [["paint", "react", 0.4], ["paint", "antd", 0.15], ["usable", "react", 0.7], ["key", "react", 0.1]];
const PAGE_NAMES = { plain: "no library", react: "React", antd: "React with Ant Design" };

function pageTable({ samples }) {
  const rows = Object.entries(samples).flatMap(([measure, all]) =>
    Object.keys(all).map((name) => [MEASURES[measure], PAGE_NAMES[name] ?? name, amount("g", median(all[name])), name === "react" ? "1" : spread(ratio(all[name], all.react))]),
  );
  return table(["", "", "Chromium", "of React's"], rows);
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
  return table(["", "", ...hosts.flatMap((host) => [host, "of hand's"])], rows);
}

/** Every target, with what was reached: `most` and `least` are of the median. */
function targets({ results, page, sizes, largest }) {
  const find = (host, job, of, items) =>
    results.filter((r) => r.host === host && r.job === job && (!of || r.of === of) && (!items || r.items === items));
  const list = [];
  const add = (what, host, goal, value) => {
    const met = value === null ? "**not measured**" : ("most" in goal ? value.median <= goal.most : value.median >= goal.least) ? "met" : "**not met**";
    const asked = "most" in goal ? `≤ ${goal.most.toLocaleString("en")}` : `≥ ${goal.least} × faster`;
    list.push([what, host, asked, value === null ? "" : (value.text ?? spread(value)), met]);
  };
  const between = (host, job, of, items, over, under) => {
    const [result] = find(host, job, of, items);
    return result ? ratio(result.samples[over], result.samples[under]) : null;
  };
  /** The least that was reached at any size and in any variant. */
  const worst = (host, over) => {
    const all = find(host, "d").map(({ of, items, samples }) => ({ of, items, ...ratio(samples[over], samples[OURS]) }));
    const least = all.toSorted((a, b) => a.median - b.median)[0];
    return { ...least, text: `${spread(least)}, at ${least.items.toLocaleString("en")}, ${least.of}` };
  };
  for (const host of ["Node", "Chromium"]) {
    add("(a) one name, of hand's time", host, { most: host === "Node" ? 1.1 : 1.25 }, between(host, "a", null, null, OURS, "hand"));
    add("(b) a valid request, than zod", host, { least: 2.5 }, between(host, "b", "valid", null, "zod", OURS));
    add("(b) an invalid request, than zod", host, { least: 12 }, between(host, "b", "invalid", null, "zod", OURS));
    if (host === "Node") add("(c) parsed objects, 10,000, of hand's time", host, { most: 1.15 }, between(host, "c", null, 10_000, OURS, "hand"));
    for (const [name, least] of [["ajv", 2], ["valibot", 15], ["zod", 40]]) {
      add(`(c) parsed objects, 10,000, than ${name}`, host, { least }, between(host, "c", null, 10_000, name, OURS));
    }
    add("(d) from bytes at every size, than decode + parse + hand", host, { least: 10 }, worst(host, "hand"));
    add("(d) the same, than parse + hand from text", host, { least: 7 }, worst(host, "hand, from text"));
    const growths = find(host, "d", null, largest).map(({ of, samples }) => {
      const small = find(host, "d", of, 1_000)[0].samples[OURS];
      return { of, ...ratio(samples[OURS], small) };
    });
    const growth = growths.toSorted((a, b) => b.median - a.median)[0];
    add(`(d) a volume at ${largest.toLocaleString("en")}, of its time at 1,000`, host, { most: 1.3 }, { ...growth, text: `${spread(growth)}, ${growth.of}` });
    add("(e) cold start, of hand's time", host, { most: 0.3 }, between(host, "e", null, null, OURS, "hand"));
    add(`(f) memory at ${largest.toLocaleString("en")}, of hand's`, host, { most: 0.35 }, between(host, "f", null, null, OURS, "hand"));
    add("(f) the same, streamed in parts", host, { most: 0.05 }, between(host, "f", null, null, STREAMED, "hand"));
  }
  for (const [entry, most] of [["volume-transfer/light", 6 * 1024], ["volume-transfer", 32 * 1024]]) {
    const [, , brotli] = sizes[entry];
    add(`${entry}, brotli`, "", { most }, { median: brotli, text: brotli.toLocaleString("en") });
  }
  for (const [measure, other, most] of PAGE_TARGETS) {
    const all = page.samples[measure];
    add(`(g) the page: ${MEASURES[measure].toLowerCase()}, of ${PAGE_NAMES[other]}'s`, "Chromium", { most }, ratio(all[OURS], all[other]));
  }
  const [, , weight] = page.sizes[OURS];
  add("(g) the page: its first load, brotli", "", { most: 80 * 1024 }, { median: weight, text: weight.toLocaleString("en") });
  return list;
}

const version = (name) => JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, import.meta.url), "utf8")).version;

/** Prints the report; and writes it, unless it was a quick run. */
export function write(run) {
  const { results, page, sizes, rounds, chromium, loads, quick } = run;
  const memory = Math.round(totalmem() / 2 ** 30);
  const text = `# Benchmarks

What \`cargo xtask bench\` measured on ${new Date().toISOString().slice(0, 10)}, and wrote here: the npm package and the page beside what a console developer would use in their place.

${cpus().length} cores of ${process.arch}, ${memory} GB, ${process.platform}; Node ${process.versions.node}, Chromium ${chromium}; ${["ajv", "zod", "valibot", "arktype", "typebox", "react", "antd"].map((name) => `${name} ${version(name)}`).join(", ")}. The machine's load was ${loads[0].toFixed(1)} before and ${loads[1].toFixed(1)} at the end, where the bench by itself makes about 1: the more other work it had, the less the times say, and a ratio with a wide spread says less than one with a narrow one.

## Targets

What was reached is the median of ${rounds} rounds, with the least and the most of them; where there are several sizes and kinds of list, it is the worst one's.

${table(["", "", "target", "reached", ""], targets(run))}

## How

Every answer of everyone is compared before anything is timed, with lists of 2,000 volumes, and \`cargo xtask test bench\` does it in every run. Candidates take turns within a round, in an order that moves on, and a ratio is one within a round, but for that of two sizes, which were not timed together. Each row of (a) to (d) has a process or a page of its own, each sample of (e) a new one, each of (f) a new process or browser. Garbage is collected before a sample; what is quick then runs untimed first, and is repeated until a sample takes 30 ms.

- **Data**: from a seed; list responses of EVS with about 1.2 KB a volume (compact), with ASCII and Chinese names, compact and pretty-printed, some fields spelled in the odd ways that are known of the service. See \`bench/data.js\`.
- **hand** is JavaScript without a library (\`bench/hand.js\`). It gives masks as the package does, which is the leanest way; it knows one service only, and does not look at whether an id is a UUID.
- **Libraries** give every reason for which a volume cannot go, as a list of codes. They do not tell what is unknown, and the package and hand do. ajv's schemas are compiled beforehand. Functions that no schema can express (trimming as Python does, counting bytes) are hand's.
- **(c)**: the package is called once for all, by \`checkVolumes\` of \`volume-transfer\`. The other jobs use \`volume-transfer/light\`.
- **(d)**: *hand* is \`TextDecoder\`, \`JSON.parse\` and hand; *hand, from text* has the text already.
- **(e)**: from before the import until the answer, with the bytes at hand; in Chromium files come from a server on the same machine, the package's being two.
- **(f)**: by how much the peak of the process's memory is above what it was before the bytes came; the bytes are in it. *Streamed* is \`screenStream\`, which reads them from a file or from \`fetch\` while they come.
- **(g)**: every visit has nothing in its cache; 150 ms are added to every request, 1.6 Mbit/s come down and 750 kbit/s go up (Lighthouse's "Slow 4G"), the processor is slowed down four times, everything comes brotli-compressed from a server on the same machine. The page is the whole page of this project, in two languages; the others are one list of volumes with eligibility, by hand's rules, and one field for the name (\`bench/page\`), built by esbuild for production. What *no library* takes for a keystroke is what the browser itself takes. *Usable*: from the start of the visit until the first field has answered what was put into it, tried every 5 ms; that is the project's id here, which is judged when its form is sent, and the name there. *Keystroke*: from the input event until the message that tells of it is in the document, the mean of ${KEYS} changes of a name that is too long, after as many that are not counted; of the page, with a volume chosen among 30.

${Object.entries(JOBS)
  .filter(([job]) => results.some((result) => result.job === job))
  .map(([job, title]) => `## (${job}) ${title}\n\n${jobTable(results, job)}`)
  .join("\n\n")}

## (g) The page

${pageTable(page)}

## Bundle sizes

In bytes: all that is loaded for jobs (a) to (d), minified by esbuild.

${bytes(sizes)}

The pages of (g), with all that is loaded first:

${bytes(page.sizes)}
`;
  console.log(`\n${text}`);
  if (!quick) writeFileSync(FILE, text);
}
