// Tests how the package loads its wasm module: importing it has no side effects, and if it
// fails to start, the error says why and what to do.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

/** The folder with the files for browsers. Node would resolve the package's name to other files. */
const folder = new URL("node_modules/volume-transfer/", import.meta.url);
const { init } = await import(new URL("index.js", folder));
const light = await import(new URL("light.js", folder));
const wasm = readFileSync(new URL("volume-transfer.wasm", folder));

/** Runs a script in a separate Node process, so that it can change globals. */
const node = (script) =>
  execFileSync(process.execPath, ["--input-type=module", "--eval", script], { cwd: fileURLToPath(folder), encoding: "utf8" });

let server;
let origin;
before(async () => {
  const routes = {
    "/app/x.wasm": [200, "text/html", "<!doctype html><html></html>"],
    "/missing.wasm": [404, "text/plain", "not found"],
    "/empty.wasm": [200, "application/wasm", ""],
    "/cut.wasm": [200, "application/wasm", wasm.subarray(0, 10_000)],
    "/mislabeled.wasm": [200, "text/plain", wasm],
  };
  server = createServer((request, response) => {
    if (request.url === "/moved.wasm") return response.writeHead(302, { Location: "/app/x.wasm" }).end();
    const [status, type, body] = routes[request.url];
    response.writeHead(status, { "Content-Type": type }).end(body);
  }).listen(0, "127.0.0.1");
  await new Promise((done) => server.once("listening", done));
  origin = `http://127.0.0.1:${server.address().port}`;
});
after(() => server.close());

const ENTRIES = [
  "index.js", "light.js", "form.js", "element.js", "inline.js", "light-inline.js", "form-inline.js", "messages/en.js",
  "cjs/index.js", "cjs/light.js", "cjs/form.js", "cjs/element.js",
];
for (const entry of ENTRIES) {
  test(`importing ${entry} accesses no global that a host may lack`, () => {
    const globals = ["TextDecoder", "TextEncoder", "WebAssembly", "process", "fetch", "Response", "URL", "atob", "document", "HTMLElement", "CSSStyleSheet", "customElements", "XMLHttpRequest"];
    const output = node(`
      const trap = (name) => Object.defineProperty(globalThis, name, { get() { throw new Error(name + " was accessed"); } });
      const { log } = console;
      ${JSON.stringify(globals)}.forEach(trap);
      log(Object.keys(await import("./${entry}")).length > 0);`);
    assert.equal(output, "true\n");
  });
}

test("starts without TextDecoder and TextEncoder, as in jsdom", () => {
  const output = node(`
    // Node's fetch needs them when it is first used.
    new Response();
    delete globalThis.TextDecoder;
    delete globalThis.TextEncoder;
    const { init, readCreateResponse, screenVolumes } = await import("./index.js");
    await init();
    const body = JSON.stringify({ transfer: { id: "t", auth_key: "k", volume_id: "c86b9af4-151d-4ead-b62c-5fb967af0e37", name: "卷" } });
    console.log(readCreateResponse({ status: 202, body }).record.name, screenVolumes("{}").issues[0].code);`);
  assert.equal(output, "卷 malformed\n");
});

for (const [path, expected] of [
  ["/app/x.wasm", /at http:\S+\/app\/x\.wasm \(200 text\/html\)/],
  ["/moved.wasm", /at http:\S+\/app\/x\.wasm \(200 text\/html\)/],
  ["/missing.wasm", /at http:\S+\/missing\.wasm \(404 text\/plain\)/],
  ["/empty.wasm", /at http:\S+\/empty\.wasm \(200 application\/wasm\)/],
  ["/cut.wasm", /at http:\S+\/cut\.wasm \(200 application\/wasm\)/],
]) {
  test(`the error after a failed start states the address, the response and a solution: ${path}`, async () => {
    for (const start of [init, light.init]) {
      for (const source of [origin + path, new URL(path, origin), fetch(origin + path)]) {
        await assert.rejects(start(source), (error) => {
          assert.match(error.message, expected);
          assert.match(error.message, /Pass its address to init\(\), or import "volume-transfer\/inline"/);
          assert.ok(error.cause instanceof Error);
          return true;
        });
      }
    }
  });
}

test("the error names an address that can't be reached", async () => {
  await assert.rejects(init("http://127.0.0.1:1/x.wasm"), /at http:\/\/127\.0\.0\.1:1\/x\.wasm: TypeError: fetch failed/);
  await assert.rejects(init(new URL("nowhere.wasm", folder)), /at file:\S+nowhere\.wasm: Error: ENOENT/);
  for (const source of [5, {}, true, "", "::", new Uint8Array([1]), new ArrayBuffer(0)]) {
    await assert.rejects(init(source), /volume-transfer: no wasm module/);
  }
});

test("starts after failures, with any content type", async () => {
  await init(`${origin}/mislabeled.wasm`);
  await light.init(new URL("light.wasm", folder));
  assert.equal(light.validateTransferName(" a ").value, "a");
});

test("accepts a module from another realm", () => {
  const output = node(`
    import { readFileSync } from "node:fs";
    import { runInNewContext } from "node:vm";
    import { init, validateTransferName } from "./index.js";
    const bytes = readFileSync("volume-transfer.wasm");
    await init(runInNewContext("new WebAssembly.Module(bytes)", { bytes }));
    console.log(validateTransferName(" a ").value);`);
  assert.equal(output, "a\n");
});

test("imports messages by their JSON file name, as bundlers do", async () => {
  const { default: en } = await import("volume-transfer/messages/en.json");
  assert.equal(en["name.required"], "This service requires a name.");
  assert.deepEqual(createRequire(import.meta.url)("volume-transfer/messages/en.json"), en);
});
