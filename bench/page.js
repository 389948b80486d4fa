// Job (g): the page beside a small one in React, in React with Ant Design, and without a library, in
// headless Chromium with a slow network and a slow processor.

import { createServer } from "node:http";
import { createRequire } from "node:module";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { extname } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { launch } from "./browser.js";
import { listText } from "./data.js";

const { build: esbuild } = createRequire(new URL("../e2e/package.json", import.meta.url))("esbuild");

/** Lighthouse's "Slow 4G", with its round trip for every request; and its slower processor. */
const NETWORK = { offline: false, latency: 150, downloadThroughput: 1.6e6 / 8, uploadThroughput: 750e3 / 8 };
const SLOWER = 4;
/** Keystrokes for one sample. */
export const KEYS = 20;

const here = (path) => new URL(path, import.meta.url);
const PROJECT = "dd14c6ac581f40059e27f5320b60bf2f";
const LIST = listText(30);
const DEMO = { demo_projects: [{ label: "A", project_id: PROJECT, token: "token" }] };

/** What is asked of a server beside the files: the same list for everyone. */
const ANSWERS = {
  "/volumes.json": LIST,
  "/console.json": JSON.stringify(DEMO),
  [`/v2/${PROJECT}/cloudvolumes/detail`]: LIST,
  [`/v2/${PROJECT}/os-volume-transfer/detail`]: '{"transfers":[]}',
};

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".wasm": "application/wasm", ".svg": "image/svg+xml" };

/**
 * A page's first field, and what a person does there to be answered; the field for the name, what
 * leads to it, and where it is said what is wrong with it.
 */
const PAGES = {
  "volume-transfer": {
    folder: "../dist/",
    first: "#project",
    sends: true,
    answer: "#project-error",
    name: "#transfer-name",
    error: "#transfer-name-error",
  },
  plain: { folder: "build/plain/", first: "#name", answer: "#name-error", name: "#name", error: "#name-error" },
  react: { folder: "build/react/", first: "#name", answer: "#name-error", name: "#name", error: "#name-error" },
  antd: { folder: "build/antd/", first: "#name", answer: "form", name: "#name", error: "form" },
};

/** The others, each as a bundler makes it for production. */
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
    // Ant Design brings its styles in its script; the others get this page's.
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

/** A page's files, without those that the page's own build has compressed already. */
function files(folder) {
  const names = readdirSync(here(folder)).filter((name) => !/\.(br|gz)$/.test(name));
  return new Map(names.map((name) => [name, readFileSync(new URL(name, here(folder)))]));
}

/** What there is to load before a page is alive, in bytes: raw, gzip, brotli. */
function weigh(folder) {
  const sum = (bytes) => bytes.reduce((total, { length }) => total + length, 0);
  const all = [...files(folder).values()];
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
    } else if (ANSWERS[path]) {
      response.writeHead(200, { "Content-Type": "application/json" }).end(ANSWERS[path]);
    } else {
      response.writeHead(404, { "Content-Type": "application/json" }).end("{}");
    }
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  return { address: `http://127.0.0.1:${server.address().port}/`, stop: () => server.close() };
}

/** In the page, before anything else: tries the first field until it answers. */
function tryUntilAnswered({ first, sends, answer }) {
  // The setter of the class, since React puts its own before it to see what changed.
  window.enter = (input, text) => {
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(input, text);
    input.dispatchEvent(new InputEvent("input", { bubbles: true }));
  };
  const said = () => /too long|Enter the project/.test(document.querySelector(answer)?.textContent);
  const timer = setInterval(() => {
    const input = document.querySelector(first);
    if (said()) {
      window.usable = performance.now();
      clearInterval(timer);
    } else if (input) {
      enter(input, sends ? "" : "a".repeat(300));
      if (sends) input.form.requestSubmit();
    }
  }, 5);
}

/** In the page: from an input event to the message that tells of it, in milliseconds. */
async function keystrokes({ name, error, keys }) {
  const input = document.querySelector(name);
  const place = document.querySelector(error);
  let total = 0;
  for (let key = 0; key < keys; key++) {
    const length = 301 + (key % 2);
    const started = performance.now();
    const told = new Promise((done) => {
      const look = new MutationObserver(() => {
        if (!place.textContent.includes(String(length))) return;
        look.disconnect();
        done(performance.now());
      });
      look.observe(place, { subtree: true, childList: true, characterData: true });
    });
    enter(input, "a".repeat(length));
    total += (await told) - started;
    await new Promise((pause) => setTimeout(pause, 20));
  }
  return total / keys;
}

/** To the field for the name of a transfer, where that is not what comes first. */
async function toName(tab) {
  await tab.getByRole("button", { name: "Use demo project A" }).click();
  const row = tab.getByRole("row").filter({ hasText: "can be transferred" }).first();
  await row.getByRole("radio").check();
  await tab.locator("#transfer-name").fill("a".repeat(300));
  await tab.locator("#transfer-name").blur();
}

/** One visit with nothing in the cache. Times are in nanoseconds, as the other jobs' are. */
async function visit(browser, address, page) {
  const context = await browser.newContext({ locale: "en" });
  try {
    const tab = await context.newPage();
    const session = await context.newCDPSession(tab);
    await session.send("Network.enable");
    await session.send("Network.emulateNetworkConditions", NETWORK);
    await session.send("Emulation.setCPUThrottlingRate", { rate: SLOWER });
    await tab.addInitScript(tryUntilAnswered, page);
    await tab.goto(address, { waitUntil: "commit" });
    const times = await tab.waitForFunction(() => {
      const [paint] = performance.getEntriesByName("first-contentful-paint");
      return paint && window.usable && [paint.startTime, window.usable];
    });
    const [paint, usable] = await times.jsonValue();
    if (page.sends) await toName(tab);
    // The first ones are not counted: what is quick is compiled by then.
    await tab.evaluate(keystrokes, { ...page, keys: KEYS });
    const key = await tab.evaluate(keystrokes, { ...page, keys: KEYS });
    return { paint: paint * 1e6, usable: usable * 1e6, key: key * 1e6 };
  } finally {
    await context.close();
  }
}

/** Every page by turns: samples of each measure by the page's name, and what the pages weigh. */
export async function measure(byTurns) {
  await build();
  const names = Object.keys(PAGES);
  const servers = Object.fromEntries(await Promise.all(names.map(async (name) => [name, await serve(PAGES[name].folder)])));
  const browser = await launch();
  try {
    const visits = await byTurns(names, (name) => visit(browser, servers[name].address, PAGES[name]));
    const of = (measure) => Object.fromEntries(names.map((name) => [name, visits[name].map((visit) => visit[measure])]));
    return {
      samples: { paint: of("paint"), usable: of("usable"), key: of("key") },
      sizes: Object.fromEntries(names.map((name) => [name, weigh(PAGES[name].folder)])),
    };
  } finally {
    await browser.close();
    for (const { stop } of Object.values(servers)) stop();
  }
}
