// Tests the files that `cargo xtask dist` built, which are in the folder that DIST names: each binary alone in an
// empty folder, and the static one in the root folder of a container. TARGETS lists the targets that
// were built.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { request } from "node:http";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { brotliDecompressSync } from "node:zlib";
import { containerProblem, inContainer } from "../container.mjs";

const DIST = process.env.DIST;
const TARGETS = process.env.TARGETS.split(" ");
const ROOT = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

const files = readdirSync(DIST);
const binaryFor = (target) => files.find((file) => file.endsWith(target) || file.endsWith(`${target}.exe`));
const hash = (bytes) => createHash("sha256").update(bytes).digest("hex");

/** Requests a path and returns the response, whose body isn't decompressed. */
function send(url, options, body) {
  return new Promise((done, failed) => {
    const sent = request(url, options, async (response) => {
      done({ status: response.statusCode, headers: response.headers, body: Buffer.concat(await response.toArray()) });
    });
    sent.on("error", failed).end(body);
  });
}

/** Copies a binary into an empty folder, where `check` uses it. */
async function inEmptyFolder(binary, check) {
  const folder = mkdtempSync(join(tmpdir(), "dist-"));
  try {
    copyFileSync(join(DIST, binary), join(folder, binary));
    await check(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Runs a server that must fail, and returns its error. */
function error(program, ...options) {
  const { status, stderr } = spawnSync(program, options, { encoding: "utf8", timeout: 10_000 });
  assert.equal(status, 1, `it must fail: ${stderr}`);
  return stderr;
}

/** Starts a server, and checks that it serves this build's page and the sandbox. */
async function checkServer(cwd, [program, ...options]) {
  const server = spawn(program, [...options, "--listen", "127.0.0.1:0"], { cwd });
  try {
    const url = await new Promise((done, failed) => {
      let output = "";
      const collect = (text) => {
        output += text;
        const address = /(http:\S+)\n/.exec(output)?.[1];
        if (address) done(address);
      };
      server.stdout.on("data", collect);
      server.stderr.on("data", collect);
      server.once("error", failed).once("close", () => failed(new Error(`it printed no address: ${output}`)));
    });
    const page = await send(url, { headers: { "Accept-Encoding": "br" } });
    assert.equal(page.headers["content-encoding"], "br");
    assert.match(page.headers["content-security-policy"], /script-src 'self' 'wasm-unsafe-eval' 'sha256-/);
    assert.deepEqual(brotliDecompressSync(page.body), readFileSync(join(ROOT, "dist/index.html")));

    const facts = await send(`${url}/console.json`, {});
    assert.equal(JSON.parse(facts.body).demo_projects?.length, 2, "it must be the sandbox");

    const headers = { "X-Auth-Token": "demo-token-a", "Content-Type": "application/json" };
    const path = `${url}/v2/dd14c6ac581f40059e27f5320b60bf2f/os-volume-transfer`;
    const transfer = { volume_id: "c86b9af4-151d-4ead-b62c-5fb967af0e37", name: "first volume" };
    const created = await send(path, { method: "POST", headers }, JSON.stringify({ transfer }));
    assert.equal(created.status, 202, String(created.body));
  } finally {
    server.kill();
  }
}

test("SHA256SUMS contains the checksums of all other files", () => {
  const lines = readFileSync(join(DIST, "SHA256SUMS"), "utf8").trimEnd().split("\n");
  const others = files.filter((file) => file !== "SHA256SUMS").sort();
  assert.deepEqual(lines, others.map((file) => `${hash(readFileSync(join(DIST, file)))}  ${file}`));
});

test("the licenses and the bills of materials list the crates of the server and the page", () => {
  const licenses = readFileSync(join(DIST, "THIRD-PARTY.txt"), "utf8");
  const bills = files.filter((file) => file.endsWith(".cdx.json"));
  assert.equal(bills.length, TARGETS.length + 1);
  for (const file of bills) {
    const text = readFileSync(join(DIST, file), "utf8");
    const bill = JSON.parse(text);
    assert.equal(bill.bomFormat, "CycloneDX");
    assert.equal(bill.serialNumber, undefined, "two builds would differ");
    const names = bill.components.map(({ name }) => name);
    for (const name of file.includes("-page") ? ["leptos"] : ["include_dir", "libsqlite3-sys", "rustls"]) {
      assert.ok(names.includes(name), `${file}: ${name}`);
      assert.ok(licenses.includes(`\n${name} `), `${name} is missing from THIRD-PARTY.txt`);
    }
    assert.ok(!text.includes(ROOT), file);
  }
});

for (const target of TARGETS) {
  const binary = binaryFor(target);
  test(`${binary} contains no path from this machine`, () => {
    const bytes = readFileSync(join(DIST, binary));
    for (const path of [ROOT, process.env.CARGO_HOME, join(homedir(), ".cargo")]) {
      assert.ok(!path || !bytes.includes(path), `two builds would differ: ${path}`);
    }
  });

  test(`${binary} serves the page and the sandbox from an empty folder`, () =>
    inEmptyFolder(binary, async (folder) => {
      await checkServer(folder, [join(folder, binary)]);
      assert.deepEqual(readdirSync(folder), [binary]);
    }));

  test(`${binary} --page DIR replaces the embedded page`, () =>
    inEmptyFolder(binary, (folder) => {
      assert.match(error(join(folder, binary), "--page", folder), /contains no built page: omit --page/);
    }));
}

const container = TARGETS.find((target) => target.includes("musl"));
test("the static binary runs as another user in a read-only container", { skip: containerProblem(container) ?? false }, () => {
  const binary = binaryFor(container);
  return inEmptyFolder(binary, async (folder) => {
    const inside = inContainer(folder, binary);
    await checkServer(folder, inside);
    assert.match(error(...inside, "--listen", "127.0.0.1:0", "--data", "/sandbox.db"), /sandbox\.db/);
  });
});
