// The credentials file: what the page saves, and files protected by a passphrase, which Python's
// jwcrypto can also open and create.

import { spawnSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { type App, test, expect } from "./console.ts";
import { deliver } from "./routes.ts";
import { DATA_01, PROJECT_A } from "./server.ts";

const PASSPHRASE = "correct horse 电池";
const KEY = "cafe00d0beef11e1";
const ALGORITHMS = `algs=["PBES2-HS512+A256KW", "A256GCM"]`;

/** Runs a Python program that uses jwcrypto, with the passphrase as its argument. */
function jwcrypto(program: string, input: string): string {
  const python = process.env.JWCRYPTO_PYTHON;
  test.skip(!python, "SKIPPED: no Python with jwcrypto (JWCRYPTO_PYTHON)");
  const result = spawnSync(python!, ["-c", `import sys\nfrom jwcrypto import jwa, jwe, jwk\n${program}`, PASSPHRASE], { input });
  expect(result.status, result.stderr.toString()).toBe(0);
  return result.stdout.toString();
}

async function download(app: App): Promise<{ name: string; text: string }> {
  const file = await app.download();
  return { name: basename(file), text: await readFile(file, "utf8") };
}

async function choose(app: App, text: string): Promise<void> {
  await app.page.getByLabel(app.text("accept.file")).setInputFiles({
    name: "credentials.jwe",
    mimeType: "application/jose",
    buffer: Buffer.from(text),
  });
}

const passphrase = (app: App, key: string) => app.page.getByLabel(app.text(key), { exact: true });

async function createOne(app: App): Promise<void> {
  await app.useDemoProject("A");
  await app.choose("data-01");
  await app.name("for B");
  await app.create();
  await expect(app.dialog).toBeVisible();
}

/** Opens a protected file as project B. */
async function open(app: App, text: string, secret: string): Promise<void> {
  await choose(app, text);
  await expect(passphrase(app, "accept.passphrase")).toBeFocused();
  await passphrase(app, "accept.passphrase").fill(secret);
  await app.button("accept.open").click();
}

test("saves the transfer, its volume, and the service and project that it comes from", async ({ app, server }) => {
  await createOne(app);
  const { name, text } = await download(app);
  const file = JSON.parse(text);
  const { id } = (await server.transfers())[0]!;
  expect(name).toBe(`volume-transfer-${id}.json`);
  expect(file).toMatchObject({
    version: 2, service: "evs-v2", endpoint: server.url, region: null, source_project: PROJECT_A.id,
    transfers: [{ transfer_id: id, auth_key: await app.key(), name: "for B", volume_id: DATA_01, volume_name: "data-01" }],
  });
  expect(file.transfers[0].size).toBeGreaterThan(0);
});

test("a protected file opens only with its passphrase", async ({ app, page }) => {
  await createOne(app);
  const key = await app.key();
  const field = passphrase(app, "handover.passphrase");
  await field.fill(PASSPHRASE);
  await expect(field).toHaveAttribute("type", "password");
  await app.button("handover.passphrase.show").click();
  await expect(field).toHaveAttribute("type", "text");
  const { name, text } = await download(app);
  expect(name).toMatch(/^volume-transfer-.*\.jwe$/);
  expect(text).not.toContain(key);
  const header = JSON.parse(Buffer.from(text.split(".")[0]!, "base64url").toString());
  expect(header).toMatchObject({ alg: "PBES2-HS512+A256KW", enc: "A256GCM", p2c: 600_000 });
  // Downloading the file again encrypts it anew.
  const again = await download(app);
  expect(again.text).not.toBe(text);
  await app.button("handover.close").click();

  await page.reload();
  await app.useDemoProject("B");
  await app.show("accept.title");
  await open(app, text, "something else");
  await expect(page.getByText(app.text("accept.passphrase.wrong"))).toBeVisible();
  await passphrase(app, "accept.passphrase").fill(PASSPHRASE);
  await app.button("accept.open").click();
  await expect(app.textbox("handover.key")).toHaveValue(key);
  await expect(passphrase(app, "accept.passphrase")).toBeHidden();
  await app.button("accept.submit").click();
  await expect(page.getByText(app.text("accept.done", { volume: "data-01" }))).toBeVisible();
});

test("jwcrypto opens the page's file", async ({ app }) => {
  await createOne(app);
  await passphrase(app, "handover.passphrase").fill(PASSPHRASE);
  const { text } = await download(app);
  const opened = jwcrypto(
    `jwa.default_max_pbkdf2_iterations = 600_000
token = jwe.JWE(${ALGORITHMS})
token.deserialize(sys.stdin.read(), jwk.JWK.from_password(sys.argv[1]))
sys.stdout.write(token.payload.decode())`,
    text,
  );
  expect(JSON.parse(opened).transfers[0].auth_key).toBe(await app.key());
});

test("the page opens jwcrypto's file", async ({ app }) => {
  const file = { version: 2, transfers: [{ transfer_id: "00000000-0000-4000-8000-000000000001", auth_key: KEY }] };
  const made = jwcrypto(
    `token = jwe.JWE(sys.stdin.read(), protected={"alg": "PBES2-HS512+A256KW", "enc": "A256GCM"}, ${ALGORITHMS})
token.add_recipient(jwk.JWK.from_password(sys.argv[1]))
sys.stdout.write(token.serialize(compact=True))`,
    JSON.stringify(file),
  );
  await app.useDemoProject("B");
  await app.show("accept.title");
  await open(app, made, PASSPHRASE);
  await expect(app.textbox("handover.key")).toHaveValue(KEY);
});

test("says why a file with unsupported algorithms can't be opened, and doesn't run a huge number of iterations", async ({ app, page }) => {
  await app.useDemoProject("B");
  await app.show("accept.title");
  const header = { alg: "PBES2-HS512+A256KW", enc: "A256GCM", p2s: "AAAA", p2c: 600_000 };
  const tag = "A".repeat(22);
  for (const change of [{ alg: "dir" }, { enc: "A128GCM" }, { p2c: 2_000_000_000 }, { p2c: 1 }, { crit: ["x"] }]) {
    const encoded = Buffer.from(JSON.stringify({ ...header, ...change })).toString("base64url");
    await choose(app, `${encoded}.AAAA.AAAA.AAAA.${tag}`);
    await expect(page.getByText(app.text("accept.file.protected"))).toBeVisible();
    await choose(app, "nonsense");
    await expect(page.getByText(app.text("accept.file.protected"))).toBeHidden();
  }
});

test("leaves no trace of the passphrase or the key", async ({ app, page }) => {
  await page.route("**/os-volume-transfer", async (route) => {
    const response = await deliver(route);
    const body = await response.json();
    if (body.transfer) body.transfer.auth_key = KEY;
    await route.fulfill({ response, json: body });
  });
  const secret = "canary-passphrase-7";
  const traces = () =>
    page.evaluate(() =>
      [
        document.documentElement.outerHTML,
        ...[...document.querySelectorAll("input")].map((input) => input.value),
        JSON.stringify([{ ...localStorage }, { ...sessionStorage }, location.href, history.state, document.title]),
      ].join(" "),
    );
  const urls: string[] = [];
  page.on("request", (request) => urls.push(request.url()));
  await createOne(app);
  await passphrase(app, "handover.passphrase").fill(secret);
  const { text } = await download(app);
  await app.button("handover.close").click();
  await expect(app.dialog).toBeHidden();
  for (const canary of [secret, KEY]) expect(await traces()).not.toContain(canary);

  await app.show("accept.title");
  await open(app, text, secret);
  await expect(app.textbox("handover.key")).toHaveValue(KEY);
  expect(await traces()).not.toContain(secret);
  await app.textbox("handover.key").fill("");
  for (const canary of [secret, KEY]) {
    expect(await traces()).not.toContain(canary);
    expect([...urls, ...app.consoleMessages].join(" ")).not.toContain(canary);
  }
});

test("without a secure context, says why no passphrase can be set", async ({ app, page }) => {
  await page.addInitScript(() => Object.defineProperty(crypto, "subtle", { value: undefined }));
  await page.reload();
  await createOne(app);
  await expect(page.getByText(app.text("handover.passphrase.insecure"))).toBeVisible();
  await expect(passphrase(app, "handover.passphrase")).toHaveCount(0);
  const { name } = await download(app);
  expect(name).toMatch(/\.json$/);
  await app.button("handover.close").click();

  await app.show("accept.title");
  const header = Buffer.from('{"alg":"PBES2-HS512+A256KW","enc":"A256GCM","p2s":"AAAA","p2c":600000}');
  await choose(app, `${header.toString("base64url")}.AAAA.AAAA.AAAA.${"A".repeat(22)}`);
  await expect(page.getByText(app.text("accept.file.insecure"))).toBeVisible();
});
