// Runs measurements in headless Chromium, each in its own page. Each memory measurement gets its
// own browser.

import { createServer } from "node:http";
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { extname } from "node:path";

const { chromium } = createRequire(new URL("../e2e/package.json", import.meta.url))("@playwright/test");

/** The suffix for the name of a candidate that reads a list while receiving it. */
export const STREAMED = ", streamed";

const ROOT = new URL("../", import.meta.url);
const SERVED = /^\/(bench|crates\/volume-transfer-wasm\/pkg)\/[\w./-]+$/;
const TYPES = { ".js": "text/javascript", ".wasm": "application/wasm", ".json": "application/json" };

/** Serves this folder, the package, and the files in `lists` under their names. */
export async function serve(lists) {
  const server = createServer((request, response) => {
    const path = request.url;
    const file = lists[path.slice(1)] ?? (SERVED.test(path) && !path.includes("..") ? new URL(`.${path}`, ROOT) : null);
    try {
      const bytes = path === "/" ? "<!doctype html><title>bench</title>" : readFileSync(file);
      response.writeHead(200, { "Content-Type": path === "/" ? "text/html" : (TYPES[extname(path)] ?? "application/json") });
      response.end(bytes);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  return { address: `http://127.0.0.1:${server.address().port}/`, stop: () => server.close() };
}

export const launch = () =>
  chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
      "--disable-gpu",
      "--disable-background-networking",
      "--js-flags=--expose-gc",
    ],
  });

/** Starts a browser for all timing measurements. */
export async function browser(address) {
  const running = await launch();
  const inPage = async (work, argument) => {
    const context = await running.newContext();
    try {
      const page = await context.newPage();
      await page.goto(address);
      return await page.evaluate(work, argument);
    } finally {
      await context.close();
    }
  };
  return {
    version: running.version(),
    time: (options) => inPage(async (options) => (await import("/bench/time.js")).time(options), options),
    first: (name, list) => inPage(measureFirst, { name, list }),
    stop: () => running.close(),
  };
}

/** Runs in the page. The list is fetched before the clock starts. */
async function measureFirst({ name, list }) {
  const { first } = await import("/bench/time.js");
  const bytes = new Uint8Array(await (await fetch(`/${list}`)).arrayBuffer());
  return first(name, bytes);
}

/** Runs in the page. The list is read as it arrives. */
async function readStream({ name, list }) {
  const { firstOfStream } = await import("/bench/time.js");
  return { rows: await firstOfStream(name, async () => (await fetch(`/${list}`)).body) };
}

/** Returns the number of bytes by which a page's peak memory grows while it handles the list. */
export async function memory(address, name, list, rows) {
  const running = await launch();
  try {
    const session = await running.newBrowserCDPSession();
    const page = await running.newPage();
    await page.goto(address);
    const { processInfo } = await session.send("SystemInfo.getProcessInfo");
    const peaks = () =>
      processInfo.filter(({ type }) => type === "renderer").map(({ id }) => {
        const status = readFileSync(`/proc/${id}/status`, "utf8");
        return Number(/VmHWM:\s+(\d+)/.exec(status)[1]) * 1024;
      });
    const before = peaks();
    const run = name.endsWith(STREAMED) ? readStream : measureFirst;
    const result = await page.evaluate(run, { name: name.replace(STREAMED, ""), list });
    if (result.rows !== rows) throw new Error(`${name} checked ${result.rows} of ${rows} volumes`);
    return Math.max(...peaks().map((peak, at) => peak - before[at]));
  } finally {
    await running.close();
  }
}
