// Tests that the gateway forwards every response that Node can read, and that the package and the page
// find the key in it.

import { App, expect, test } from "../tests/console.ts";
import { Server } from "../tests/server.ts";
import { type Endpoint, serve, volumeOf } from "./endpoint.ts";
import table, { KEY } from "./table.ts";

const PROJECT = "dd14c6ac581f40059e27f5320b60bf2f";
const HEADERS = ["content-type", "retry-after"];
/** The number of rows per test. This many fit on one page of the volume list, which is rendered again for each row. */
const ROWS = 50;

interface Read {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** Sends a request. Returns null if Node can't read the response. */
async function read(url: string, method: "POST" | "GET", volume: string, headers = {}): Promise<Read | null> {
  const path = method === "POST" ? "os-volume-transfer" : `volumes/detail?marker=${volume}`;
  try {
    const response = await fetch(`${url}/v3/${PROJECT}/${path}`, {
      method,
      headers: { "Content-Type": "application/json", "X-Auth-Token": "t", ...headers },
      body: method === "POST" ? JSON.stringify({ transfer: { volume_id: volume } }) : null,
      redirect: "manual",
      signal: AbortSignal.timeout(1500),
    });
    const body = Buffer.from(await response.arrayBuffer()).toString("latin1");
    return { status: response.status, headers: Object.fromEntries(response.headers), body };
  } catch {
    return null;
  }
}

/** Sends a request without the gateway, on a connection that isn't reused after an odd response. */
const readDirectly = ({ url }: Endpoint, method: "POST" | "GET", volume: string) =>
  read(url, method, volume, { Connection: "close" });

const same = ({ status, headers, body }: Read) =>
  JSON.stringify([status, body, HEADERS.map((header) => headers[header])]);

/** Returns whether a response is the gateway's own error. */
function isOwn(read: Read): boolean {
  return read.status >= 500 && read.body.includes('"code":"gateway.');
}

/** Returns whether a response contains the transfer's key. */
function hasKey({ status, body }: Read): boolean {
  try {
    const text = Buffer.from(body, "latin1").toString("utf8").replace(/^\ufeff/, "");
    return status >= 200 && status < 300 && JSON.parse(text).transfer.auth_key === KEY;
  } catch {
    return false;
  }
}

const { init, readCreateResponse } = await import(
  new URL("../../crates/volume-transfer-wasm/pkg/index.js", import.meta.url).href
);

test("the table has at least 200 different responses", () => {
  const bytes = table.map(({ bytes, ending }) => bytes(volumeOf(0)).toString("latin1") + ending);
  expect(new Set(bytes).size).toBeGreaterThanOrEqual(200);
});

for (let first = 0; first < table.length; first += ROWS) {
  const rows = [...table.keys()].slice(first, first + ROWS);

  test(`the gateway and the package read rows ${first} to ${first + rows.length - 1} as Node does`, async () => {
    test.setTimeout(120_000);
    await init();
    const endpoint = await serve(rows);
    const gateway = await Server.start("--endpoint", endpoint.url);
    const differences: string[] = [];
    const check = async (row: number) => {
      const { name, others } = table[row]!;
      const volume = volumeOf(row);
      const report = (what: string) => differences.push(`${name}: ${what}`);
      const list = [await readDirectly(endpoint, "GET", volume), await read(gateway.url, "GET", volume)];
      if (list[0] && (!list[1] || same(list[0]) !== same(list[1]))) report("the list differs");
      if (!list[0] && !others && list[1] && !isOwn(list[1])) report("the gateway reads a list that Node doesn't");
      const direct = await readDirectly(endpoint, "POST", volume);
      const passed = await read(gateway.url, "POST", volume);
      if (direct) {
        if (!passed || same(direct) !== same(passed)) report(`${same(direct)} became ${passed && same(passed)}`);
        if (others) report("Node reads it, although it is listed as unreadable");
      } else if (others) {
        if (!passed || !hasKey(passed)) report("the gateway lost the key, which browsers or curl read");
      } else if (passed && !isOwn(passed)) report(`the gateway reads a ${passed.status} that Node doesn't`);
      // The package gets what its caller would have read.
      const body = passed && Buffer.from(passed.body, "latin1").toString("utf8");
      const response = passed ? { ...passed, body, volumeId: volume } : { lost: "connection", volumeId: volume };
      const outcome = readCreateResponse(response);
      const found = outcome.outcome === "created" && outcome.handover.authKey;
      if (passed && hasKey(passed) ? found !== KEY : found) report(`the package returned ${outcome.outcome}`);
      if (!direct && !others && outcome.outcome !== "outcomeUnknown") report(`the package returned ${outcome.outcome}`);
    };
    const waiting = [...rows];
    await Promise.all(Array.from({ length: 8 }, async () => {
      for (let row = waiting.shift(); row !== undefined; row = waiting.shift()) await check(row);
    }));
    await gateway.kill();
    endpoint.close();
    expect(differences).toEqual([]);
  });

  test(`the page finds the keys of rows ${first} to ${first + rows.length - 1}`, async ({ page }) => {
    test.setTimeout(120_000);
    const endpoint = await serve(rows);
    const gateway = await Server.start("--endpoint", endpoint.url);
    const app = new App(page, gateway);
    const connect = async () => {
      await app.open();
      await app.connect(PROJECT, "t", "cinder");
      await expect(app.table).toBeVisible();
    };
    await connect();
    const lost: string[] = [];
    for (const row of rows) {
      const { name, others } = table[row]!;
      await app.choose(`row-${row}`, false);
      await app.create();
      await expect(app.dialog.or(app.alert.first()).first()).toBeVisible();
      if (await app.dialog.isVisible()) {
        if ((await app.key()) !== KEY) lost.push(`${name}: another key`);
        await app.button("handover.close").click();
        await expect(app.dialog).toBeHidden();
        continue;
      }
      const direct = await readDirectly(endpoint, "POST", volumeOf(row));
      if (others || (direct && hasKey(direct))) lost.push(`${name}: ${await app.alert.first().innerText()}`);
      // An unknown outcome must not be shown as a rejection.
      const rejected = direct !== null && direct.status >= 400 && direct.status < 500;
      const text = await app.alert.first().innerText();
      if (!rejected && !text.includes(app.text("unknown.title"))) lost.push(`${name}: not unknown: ${text}`);
      await connect();
    }
    await gateway.kill();
    endpoint.close();
    expect(lost).toEqual([]);
  });
}
