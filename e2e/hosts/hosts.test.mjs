// Runs the package in every supported host, one after another, and checks the table of hosts in the
// README. `UPDATE_README=1` updates the table.

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { chromium } from "@playwright/test";

const here = fileURLToPath(new URL(".", import.meta.url));
const README = fileURLToPath(new URL("../../crates/volume-transfer-wasm/npm/README.md", import.meta.url));

/** Returns the path of a file in an installed package, as resolved from a folder. */
function find(file, from = ".") {
  const folders = [join(here, from), here].map((folder) => join(folder, "node_modules", file));
  return folders.find(existsSync) ?? assert.fail(`${file} is not installed`);
}
const versionOf = (name, from) => JSON.parse(readFileSync(find(join(name, "package.json"), from), "utf8")).version;

/** Disables telemetry, and hides this test runner from nested ones. */
const ENVIRONMENT = {
  ...process.env,
  CI: "1",
  DENO_NO_UPDATE_CHECK: "1",
  NEXT_TELEMETRY_DISABLED: "1",
  NG_CLI_ANALYTICS: "false",
  NODE_TEST_CONTEXT: undefined,
  WRANGLER_SEND_METRICS: "false",
};

/** Runs a program. If it fails, the error contains its output. */
async function run(cwd, program, args, env) {
  const options = { cwd, env: { ...ENVIRONMENT, ...env }, maxBuffer: 1 << 26 };
  return promisify(execFile)(program, args, options).then(
    ({ stdout }) => stdout.trim(),
    (error) => assert.fail(`${program} ${args.join(" ")}: ${error.stdout}\n${error.stderr || error}`),
  );
}
const node = (cwd, args, env) => run(cwd, process.execPath, args, env);

/** Creates a folder for a host, with the given files and `probe.js`. */
function app(name, files = {}, folder = join(here, "build", name)) {
  for (const old of ["app", "src", "dist", ".next", "out"]) rmSync(join(folder, old), { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  cpSync(join(here, "apps/probe.js"), join(folder, "probe.js"));
  for (const [path, text] of Object.entries(files)) {
    if (text === true) cpSync(join(here, "apps", path), folder, { recursive: true });
    else writeFileSync(join(folder, path), text);
  }
  return folder;
}

/** Starts a server. Returns the address that it prints. */
async function start(t, cwd, program, args, address = /https?:\/\/[\w.]+:\d+/) {
  const child = spawn(program, args, { cwd, env: ENVIRONMENT, stdio: ["ignore", "pipe", "pipe"] });
  t.after(() => child.kill());
  let output = "";
  return new Promise((done, fail) => {
    const read = (data) => {
      output += data;
      const found = address.exec(output);
      if (found) done(found[0]);
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.on("exit", () => fail(new Error(output)));
  });
}

async function get(url) {
  const response = await fetch(url);
  const text = await response.text();
  assert.equal(response.status, 200, text);
  return text;
}

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript", ".css": "text/css", ".wasm": "application/wasm" };

/** Serves a folder like a static server that returns a page for missing paths. */
async function serve(t, folder) {
  const server = createServer((request, response) => {
    const path = new URL(request.url, "http://localhost").pathname;
    try {
      const body = readFileSync(join(folder, path.endsWith("/") ? `${path}index.html` : path));
      response.setHeader("Content-Type", TYPES[extname(path) || ".html"] ?? "application/octet-stream").end(body);
    } catch {
      response.setHeader("Content-Type", "text/html").end(HTML);
    }
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  t.after(() => server.close().closeAllConnections());
  return `http://127.0.0.1:${server.address().port}/`;
}

const HTML = '<!doctype html><meta charset="utf-8"><title>A page</title><body><output></output><script type="module" src="main.js"></script></body>';
const launch = (...args) =>
  chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [...(process.getuid?.() === 0 ? ["--no-sandbox"] : []), "--disable-gpu", "--disable-background-networking", ...args],
  });

/** Returns the text that a page shows once it is done. */
async function shown(url, selector = "output", options = []) {
  const browser = await launch(...options);
  try {
    const page = await browser.newPage();
    const failed = new Promise((_, fail) => page.on("pageerror", fail));
    failed.catch(() => {});
    await page.goto(url);
    const output = page.locator(selector, { hasText: /./ });
    await Promise.race([output.waitFor({ timeout: 20_000 }), failed]);
    return await output.innerText();
  } finally {
    await browser.close();
  }
}

/** The expected result of `probe`, which is what Node returns. */
let expected;
const table = [];
let hosts = 0;

before(async () => {
  const installed = join(here, "node_modules/volume-transfer");
  rmSync(installed, { recursive: true, force: true });
  cpSync(join(here, "../package/node_modules/volume-transfer"), installed, { recursive: true });
  const { probe } = await import("./apps/probe.js");
  expected = await probe(await import("volume-transfer"));
  assert.match(expected, /"outcome":"created"/);
});

/** Defines a host's test, and its row in the table. */
function host(name, version, imports, note, body) {
  hosts++;
  test(`${name} ${version}: ${imports} ${note}`, async (t) => {
    const result = await body(t);
    if (result !== undefined) assert.equal(result, expected);
    table.push({ name, version, imports, note });
  });
}

const MAIN = (specifier) => `
  import * as api from "${specifier}";
  import { probe } from "./probe.js";
  probe(api).then(log, log);
  function log(result) {
    if (globalThis.document) document.querySelector("output").textContent = result;
    else console.log(String(result));
  }`;
const SELF = "`volume-transfer`";
const INLINE = "`volume-transfer/inline`";

const NODE = process.versions.node;
host("Node", NODE, `${SELF}, as ESM`, "", () => node(app("node", { "main.mjs": MAIN("volume-transfer") }), ["main.mjs"]));
host("Node", NODE, '`require("volume-transfer")`', "", () =>
  node(app("require", { "main.cjs": 'import("./probe.js").then(({ probe }) => probe(require("volume-transfer"))).then(console.log);' }), ["main.cjs"]),
);
host("Deno", versionOf("deno"), SELF, "", () =>
  run(app("deno", { "main.mjs": MAIN("volume-transfer") }), find(".bin/deno"), ["run", "--no-lock", "--node-modules-dir=manual", "main.mjs"]),
);
host("Bun", versionOf("bun"), SELF, "", () =>
  run(app("bun", { "main.mjs": MAIN("volume-transfer") }), find(".bin/bun"), ["main.mjs"]),
);

host("workerd, with Wrangler", `${versionOf("workerd")}, ${versionOf("wrangler")}`, SELF, "", async (t) => {
  const root = app("worker", { worker: true });
  await node(root, [find("wrangler/bin/wrangler.js"), "deploy", "--dry-run", "--outdir", "dist"]);
  const wasm = readdirSync(join(root, "dist")).filter((file) => file.includes(".wasm"));
  const modules = wasm.map((file) => `(name = "./${file}", wasm = embed "dist/${file}")`);
  writeFileSync(join(root, "config.capnp"), `
    using Workerd = import "/workerd/workerd.capnp";
    const config :Workerd.Config = (
      services = [(name = "main", worker = (modules = [(name = "main", esModule = embed "dist/main.js"), ${modules}], compatibilityDate = "2026-01-01"))],
      sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
    );`);
  const child = spawn(find(".bin/workerd"), ["serve", "config.capnp", "--control-fd=3"], { cwd: root, stdio: ["ignore", "inherit", "inherit", "pipe"] });
  t.after(() => child.kill());
  const port = await new Promise((done, fail) => {
    child.stdio[3].on("data", (data) => {
      const found = /"port":\s*(\d+)/.exec(data);
      if (found) done(found[1]);
    });
    child.on("exit", () => fail(new Error("workerd stopped")));
  });
  return get(`http://127.0.0.1:${port}/`);
});

for (const [name, bundler, flags] of [
  ["next15", "webpack", []],
  ["next15", "Turbopack", ["--turbopack"]],
  ["next16", "webpack", ["--webpack"]],
  ["next16", "Turbopack", []],
]) {
  const from = `versions/${name}`;
  host(`Next, with ${bundler}`, versionOf("next", from), SELF, "client and server components, Node and edge route handlers", async (t) => {
    const root = app("next", { next: true }, join(here, from));
    const next = find("next/dist/bin/next", from);
    await node(root, [next, "build", ...flags]);
    const url = await start(t, root, process.execPath, [next, "start", "--port", "0", "--hostname", "127.0.0.1"]);
    assert.equal(await get(`${url}/api/node`), expected);
    assert.equal(await get(`${url}/api/edge`), expected);
    assert.equal(await shown(`${url}/server`), expected);
    return shown(`${url}/client`);
  });
}

host("Vite", versionOf("vite"), SELF, "app", async (t) => {
  const root = app("vite", { "index.html": HTML.replace("main.js", "/main.js"), "main.js": MAIN("volume-transfer") });
  const { build } = await import("vite");
  await build({ root, logLevel: "error" });
  return shown(await serve(t, join(root, "dist")));
});
host("Vite", versionOf("vite"), SELF, "library mode", async (t) => {
  const root = app("vite-library", { "main.js": MAIN("volume-transfer") });
  const { build } = await import("vite");
  await build({ root, logLevel: "error", build: { lib: { entry: join(root, "main.js"), formats: ["es"], fileName: "main" } } });
  return shown(await serve(t, join(root, "dist")));
});
host("webpack", versionOf("webpack"), SELF, "for browsers and for Node", async (t) => {
  const root = app("webpack", { "main.js": MAIN("volume-transfer") });
  const { default: webpack } = await import("webpack");
  for (const target of ["node", "web"]) {
    const output = { path: join(root, "dist", target), filename: target === "node" ? "main.cjs" : "main.js" };
    const compiler = webpack({ context: root, mode: "production", entry: "./main.js", target, output });
    await promisify((done) => compiler.run((error, stats) => done(error ?? (stats.hasErrors() && new Error(stats.toString())), stats)))();
  }
  assert.equal(await node(root, ["dist/node/main.cjs"]), expected);
  return shown(await serve(t, join(root, "dist/web")));
});

/** esbuild, Rollup and Angular don't copy files that a module refers to by URL. */
const NOT_COPIED = "doesn't copy the `.wasm` file";
const bundlers = {
  esbuild: async (root) => {
    const { build } = await import("esbuild");
    await build({ entryPoints: [join(root, "main.js")], bundle: true, format: "esm", outfile: join(root, "dist/main.js"), logLevel: "error" });
  },
  rollup: async (root) => {
    const { rollup } = await import("rollup");
    const { default: resolve } = await import("@rollup/plugin-node-resolve");
    const bundle = await rollup({ input: join(root, "main.js"), plugins: [resolve({ browser: true })] });
    await bundle.write({ file: join(root, "dist/main.js"), format: "es" });
  },
};
for (const [name, title] of [["esbuild", "esbuild"], ["rollup", "Rollup"]]) {
  host(title, versionOf(name), `${INLINE}, or ${SELF} and a copy of the \`.wasm\` file`, NOT_COPIED, async (t) => {
    const inline = app(`${name}-inline`, { "main.js": MAIN("volume-transfer/inline") });
    await bundlers[name](inline);
    assert.equal(await shown(await serve(t, join(inline, "dist"))), expected);
    const root = app(name, { "main.js": MAIN("volume-transfer") });
    await bundlers[name](root);
    const url = await serve(t, join(root, "dist"));
    const error = await shown(url);
    assert.match(error, /no wasm module at http:.*\/volume-transfer\.wasm \(200 text\/html\): .*volume-transfer\/inline/);
    cpSync(join(here, "node_modules/volume-transfer/volume-transfer.wasm"), join(root, "dist/volume-transfer.wasm"));
    return shown(url);
  });
}
host("esbuild", versionOf("esbuild"), SELF, "`platform: \"node\"`", async () => {
  const root = app("esbuild-node", { "main.js": MAIN("volume-transfer") });
  const { build } = await import("esbuild");
  for (const format of ["esm", "cjs"]) {
    const outfile = join(root, `dist/main.${format === "esm" ? "mjs" : "cjs"}`);
    await build({ entryPoints: [join(root, "main.js")], bundle: true, platform: "node", format, outfile, logLevel: "error" });
    assert.equal(await node(root, [outfile]), expected);
  }
});
host("Angular", versionOf("@angular/core", "versions/angular"), `${INLINE}, or ${SELF} and the \`.wasm\` file as an asset`, NOT_COPIED, async (t) => {
  const root = app("angular", { angular: true }, join(here, "versions/angular"));
  cpSync(join(here, "node_modules/volume-transfer/volume-transfer.wasm"), join(root, "public/volume-transfer.wasm"));
  await node(root, [find("@angular/cli/bin/ng.js", "versions/angular"), "build"]);
  const url = await serve(t, join(root, "dist"));
  assert.equal(await shown(url, "p"), expected);
  return shown(url);
});

for (const version of ["jest29", "jest30"]) {
  const from = `versions/${version}`;
  const jest = (config, env) => {
    const root = app("jest", { jest: true }, join(here, from));
    const text = { testMatch: ["<rootDir>/host.test.js"], ...config };
    writeFileSync(join(root, "jest.config.json"), JSON.stringify(text));
    return node(root, [find("jest/bin/jest.js", from), "--ci"], { EXPECTED: expected, ...env }).then(() => undefined);
  };
  const babel = { transform: { "\\.js$": ["babel-jest", { presets: [["@babel/preset-env", { targets: "current node" }]] }] } };
  const vm = { NODE_OPTIONS: "--experimental-vm-modules --no-warnings" };
  for (const testEnvironment of ["node", "jsdom"]) {
    host("Jest", versionOf("jest", from), SELF, `CommonJS with Babel, in ${testEnvironment}`, () => jest({ ...babel, testEnvironment }));
    host("Jest", versionOf("jest", from), SELF, `\`--experimental-vm-modules\`, in ${testEnvironment}`, async () => {
      const root = join(here, from);
      const manifest = readFileSync(join(root, "package.json"), "utf8");
      writeFileSync(join(root, "package.json"), JSON.stringify({ ...JSON.parse(manifest), type: "module" }));
      try {
        await jest({ transform: {}, testEnvironment }, vm);
      } finally {
        writeFileSync(join(root, "package.json"), manifest);
      }
    });
  }
}

for (const environment of ["node", "jsdom", "happy-dom"]) {
  const version = environment === "node" ? "" : ` ${versionOf(environment)}; \`defineTransferName\` rejects, because the element needs a browser`;
  host("Vitest", versionOf("vitest"), SELF, `in ${environment}${version}`, async () => {
    const root = app(`vitest-${environment}`, { vitest: true });
    await node(root, [find("vitest/vitest.mjs"), "run", "--root", root, "--environment", environment], { EXPECTED: expected });
  });
}

const CHROMIUM = await launch().then(async (browser) => {
  const version = browser.version();
  await browser.close();
  return version;
});
host("A page from `file://`", `Chromium ${CHROMIUM}`, SELF, "as in Electron or Cordova, where a page may read files", () => {
  const root = app("file", { "index.html": HTML, "main.js": MAIN("./package/index.js") });
  cpSync(join(here, "node_modules/volume-transfer"), join(root, "package"), { recursive: true });
  return shown(pathToFileURL(join(root, "index.html")).href, "output", ["--allow-file-access-from-files"]);
});
host("A page from `file://`", `Chromium ${CHROMIUM}`, INLINE, "as in a browser, bundled as one classic script", async () => {
  const html = HTML.replace('type="module"', "defer");
  for (const entry of ["inline", "light"]) {
    const specifier = entry === "inline" ? "volume-transfer/inline" : "volume-transfer";
    const root = app(`file-${entry}`, { "index.html": html, "main.src.js": MAIN(specifier) });
    const { build } = await import("esbuild");
    await build({ entryPoints: [join(root, "main.src.js")], bundle: true, format: "iife", outfile: join(root, "main.js"), logLevel: "silent" });
    const text = await shown(pathToFileURL(join(root, "index.html")).href);
    if (entry === "inline") assert.equal(text, expected);
    else assert.match(text, /volume-transfer: no wasm module.*volume-transfer\/inline/);
  }
});

for (const [title, from] of [["TypeScript", "."], ["TypeScript", ".."]]) {
  host(title, versionOf("typescript", from), "all entry points except `volume-transfer/element`", "`lib: es2022` alone, with and without Node's types, module resolution `bundler`, `node16` and `nodenext`, ESM and CommonJS", async () => {
    const source = `
      import { init, readCreateResponse, screenStream, validateTransferName, type Source } from "volume-transfer";
      import * as light from "volume-transfer/light";
      import * as form from "volume-transfer/form";
      import * as inline from "volume-transfer/inline";
      import messages from "volume-transfer/messages/en";
      const source: Source = new Uint8Array();
      export const all = [init(source), light.init("a"), form.init(), inline.init(), messages["a"], validateTransferName("x").value];
      export const read = [readCreateResponse({ status: 202, headers: { a: "b" } }), screenStream];
      // @ts-expect-error a misspelled option
      validateTransferName("x", { servce: "cinder" });
      // @ts-expect-error an invalid source
      init(5);`;
    const root = app(`typescript-${from === "." ? "5" : "7"}`, { "main.mts": source, "main.cts": source });
    const tsc = find(".bin/tsc", from);
    const resolutions = [["esnext", "bundler"], ["node16", "node16"], ["nodenext", "nodenext"]];
    const variants = resolutions.flatMap(([module, moduleResolution]) =>
      [[], ["node"]].map((types) => ({ module, moduleResolution, types })),
    );
    await Promise.all(
      variants.map((variant, n) => {
        const strict = { strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false, esModuleInterop: true };
        const compilerOptions = { noEmit: true, target: "es2022", lib: ["es2022"], ...strict, ...variant };
        const files = variant.module === "esnext" ? ["main.mts"] : ["main.mts", "main.cts"];
        writeFileSync(join(root, `tsconfig.${n}.json`), JSON.stringify({ compilerOptions, files }));
        return run(root, tsc, ["--project", `tsconfig.${n}.json`]);
      }),
    );
  });
}

after(() => {
  // Hosts whose test failed or was filtered out have no row.
  if (table.length < hosts) return;
  const [begin, end] = ["<!-- hosts: written by the tests in e2e/hosts -->\n", "<!-- end of hosts -->"];
  const rows = table.map(({ name, version, imports, note }) => `| ${name} | ${version} | ${imports} | ${note} |\n`);
  const block = `${begin}| host | tested version | import | notes |\n| --- | --- | --- | --- |\n${rows.join("")}${end}`;
  const readme = readFileSync(README, "utf8");
  const [head, rest] = readme.split(begin);
  const tail = rest.split(end)[1];
  const now = head + block + tail;
  if (process.env.UPDATE_README) return writeFileSync(README, now);
  // Ignores the versions of Node and Chromium, which depend on the machine. All others are locked.
  const pinned = (text) => text.replace(/(?<=\| Node \| |Chromium )[\d.]+/g, "");
  assert.equal(pinned(readme), pinned(now), "the README's table is out of date: UPDATE_README=1 updates it");
});
