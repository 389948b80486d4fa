// Job (g): compares the page with small pages built with React, with React and Ant Design, and
// with no library. Runs in headless Chromium with a throttled network and CPU.

import { createServer } from "node:http";
import { createRequire } from "node:module";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { extname } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { launch } from "./browser.js";
import { listText } from "./data.js";

const { build: esbuild } = createRequire(new URL("../e2e/package.json", import.meta.url))("esbuild");

/** Lighthouse's "Slow 4G" and CPU slowdown. The latency is added to every request. */
const NETWORK = { offline: false, latency: 150, downloadThroughput: 1.6e6 / 8, uploadThroughput: 750e3 / 8 };
const CPU_SLOWDOWN = 4;
/** The number of keystrokes in a sample. */
export const KEYS = 20;

const here = (path) => new URL(path, import.meta.url);
const PROJECT = "dd14c6ac581f40059e27f5320b60bf2f";
const LIST = listText(30);
const DEMO = { demo_projects: [{ label: "A", project_id: PROJECT, token: "token" }] };

/** Responses to requests for anything other than files. All pages get the same list. */
const RESPONSES = {
  "/volumes.json": LIST,
  "/console.json": JSON.stringify(DEMO),
  [`/v2/${PROJECT}/cloudvolumes/detail`]: LIST,
  [`/v2/${PROJECT}/os-volume-transfer/detail`]: '{"transfers":[]}',
};

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".wasm": "application/wasm", ".svg": "image/svg+xml", ".txt": "text/plain" };

/**
 * For each page: its folder, its first field, whether the form must be submitted before that field
 * is validated, where the field's message appears, the name field, and where its message appears.
 */
const PAGES = {
  "volume-transfer": {
    folder: "../dist/",
    first: "#project",
    submits: true,
    message: "#project-error",
    name: "#transfer-name",
    error: "#transfer-name-error",
  },
  plain: { folder: "build/plain/", first: "#name", message: "#name-error", name: "#name", error: "#name-error" },
  react: { folder: "build/react/", first: "#name", message: "#name-error", name: "#name", error: "#name-error" },
  antd: { folder: "build/antd/", first: "#name", message: "form", name: "#name", error: "form" },
};

/** Builds the other pages for production. */
async function build() {
  for (const name of ["plain", "react", "antd"]) {
    const folder = here(PAGES[name].folder);
    mkdirSync(folder, { recursive: true });
    await esbuild({
      entryPoints: [here(`page/${name}/main.${name === "plain" ? "js" : "jsx"}`).pathname],
      outfile: new URL("main.js", folder).pathname,
      bundle: true,
      minify: true,
      format: "esm",
      target: "es2022",
      jsx: "automatic",
      define: { "process.env.NODE_ENV": '"production"' },
      legalComments: "none",
      logLevel: "warning",
    });
    // Ant Design's styles are in its script. The others use our page's style sheet.
    const sheet = name === "antd" ? "" : '<link rel="stylesheet" href="/main.css">';
    if (sheet) {
      const [entry, outfile] = [here("../web/style.css").pathname, new URL("main.css", folder).pathname];
      await esbuild({ entryPoints: [entry], outfile, minify: true, logLevel: "warning" });
    }
    writeFileSync(
      new URL("index.html", folder),
      `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">` +
        `<title>Volume transfer</title><link rel="icon" href="data:,"><script type="module" src="/main.js"></script>${sheet}</head>` +
        `<body><div id="root"></div></body></html>`,
    );
  }
}

const brotli = (bytes) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } });

/** Returns a page's files, except for the compressed variants from our page's build. */
function files(folder) {
  const names = readdirSync(here(folder)).filter((name) => !/\.(br|gz)$/.test(name));
  return new Map(names.map((name) => [name, readFileSync(new URL(name, here(folder)))]));
}

/** Returns the raw, gzip and Brotli sizes, in bytes, of everything that a page loads initially. */
function sizeOf(folder) {
  const sum = (bytes) => bytes.reduce((total, { length }) => total + length, 0);
  // Includes only the English messages, which are the ones that the visits use.
  const loaded = [...files(folder)].filter(([name]) => !name.endsWith(".txt") || name.startsWith("en-"));
  const all = loaded.map(([, bytes]) => bytes);
  return [sum(all), sum(all.map((bytes) => gzipSync(bytes, { level: 9 }))), sum(all.map(brotli))];
}

async function serve(folder) {
  const packed = new Map(Array.from(files(folder), ([name, bytes]) => [`/${name}`, brotli(bytes)]));
  const server = createServer((request, response) => {
    const path = request.url.split("?")[0];
    const file = packed.get(path === "/" ? "/index.html" : path);
    if (file) {
      const type = TYPES[path === "/" ? ".html" : extname(path)];
      response.writeHead(200, { "Content-Type": type, "Content-Encoding": "br", "Content-Length": file.length }).end(file);
    } else if (RESPONSES[path]) {
      response.writeHead(200, { "Content-Type": "application/json" }).end(RESPONSES[path]);
    } else {
      response.writeHead(404, { "Content-Type": "application/json" }).end("{}");
    }
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  return { address: `http://127.0.0.1:${server.address().port}/`, stop: () => server.close() };
}

/**
 * Runs in the page before anything else, and enters text until the first field shows its message.
 * Records when text can be entered, when the page first responds, and when it validates.
 */
function tryUntilAlive({ first, submits, message }) {
  // Calls the prototype's setter, because React overrides it on the element to track changes.
  window.enter = (input, text) => {
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(input, text);
    input.dispatchEvent(new InputEvent("input", { bubbles: true }));
  };
  const times = {};
  const record = (name) => (times[name] ??= performance.now());
  const showsMessage = () => /too long|Enter the project/.test(document.querySelector(message)?.textContent);
  const timer = setInterval(() => {
    const input = document.querySelector(first);
    if (showsMessage()) {
      record("answers");
      record("alive");
      window.times = times;
      clearInterval(timer);
    } else if (input) {
      if (input.checkVisibility()) record("typed");
      enter(input, submits ? "" : "a".repeat(300));
      if (submits) input.form.requestSubmit();
      // Our page says immediately that it has registered the press.
      if (document.querySelector("#loading:not([hidden])")) record("answers");
    }
  }, 5);
}

/** Runs in the page, and measures the time from an input event to its message, in milliseconds. */
async function keystrokes({ name, error, keys }) {
  const input = document.querySelector(name);
  const message = document.querySelector(error);
  let total = 0;
  for (let key = 0; key < keys; key++) {
    const length = 301 + (key % 2);
    const started = performance.now();
    const shown = new Promise((done) => {
      const observer = new MutationObserver(() => {
        if (!message.textContent.includes(String(length))) return;
        observer.disconnect();
        done(performance.now());
      });
      observer.observe(message, { subtree: true, childList: true, characterData: true });
    });
    enter(input, "a".repeat(length));
    total += (await shown) - started;
    await new Promise((pause) => setTimeout(pause, 20));
  }
  return total / keys;
}

/** Connects and selects a volume, so that the name field appears. */
async function openNameField(tab) {
  await tab.getByRole("button", { name: "Use demo project A" }).click();
  await tab.locator("tbody tr:not(:has(.reasons))").first().getByRole("checkbox").check();
  await tab.locator("#transfer-name").fill("a".repeat(300));
  await tab.locator("#transfer-name").blur();
}

/** Visits a page with an empty cache. Times are in nanoseconds, as in the other jobs. */
async function visit(browser, address, page) {
  const context = await browser.newContext({ locale: "en" });
  try {
    const tab = await context.newPage();
    const session = await context.newCDPSession(tab);
    await session.send("Network.enable");
    await session.send("Network.emulateNetworkConditions", NETWORK);
    await session.send("Emulation.setCPUThrottlingRate", { rate: CPU_SLOWDOWN });
    await tab.addInitScript(tryUntilAlive, page);
    await tab.goto(address, { waitUntil: "commit" });
    const times = await tab.waitForFunction(() => {
      const [paint] = performance.getEntriesByName("first-contentful-paint");
      return paint && window.times && { paint: paint.startTime, ...window.times };
    });
    const { paint, typed, answers, alive } = await times.jsonValue();
    if (page.submits) await openNameField(tab);
    // Warm up, so that hot code is compiled.
    await tab.evaluate(keystrokes, { ...page, keys: KEYS });
    const key = await tab.evaluate(keystrokes, { ...page, keys: KEYS });
    return { paint: paint * 1e6, typed: typed * 1e6, answers: answers * 1e6, alive: alive * 1e6, key: key * 1e6 };
  } finally {
    await context.close();
  }
}

/** Measures all pages in turn. Returns samples of each measure by page name, and the pages' sizes. */
export async function measure(inTurn) {
  await build();
  const names = Object.keys(PAGES);
  const servers = Object.fromEntries(await Promise.all(names.map(async (name) => [name, await serve(PAGES[name].folder)])));
  const browser = await launch();
  try {
    const visits = await inTurn(names, (name) => visit(browser, servers[name].address, PAGES[name]));
    const of = (measure) => Object.fromEntries(names.map((name) => [name, visits[name].map((visit) => visit[measure])]));
    return {
      samples: Object.fromEntries(["paint", "typed", "answers", "alive", "key"].map((measure) => [measure, of(measure)])),
      sizes: Object.fromEntries(names.map((name) => [name, sizeOf(PAGES[name].folder)])),
    };
  } finally {
    await browser.close();
    for (const { stop } of Object.values(servers)) stop();
  }
}
