// Tests the installed package in Node, in a browser, and with bundlers and TypeScript.

import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test, type Page } from "@playwright/test";
import * as full from "volume-transfer";
import * as light from "volume-transfer/light";
import { build, createServer } from "vite";
import * as firefox from "../../tests/firefox.ts";
import { buildSuite, INDEX } from "../browser.ts";
import { installed, project, readme, recordErrors, serve, STRICT, type Site } from "../host.ts";
import { fullSuite, lightSuite, type Suite } from "../suite.ts";

test.describe("in Node", () => {
  test.beforeAll(async () => {
    await Promise.all([full.init(), light.init()]);
  });
  const run = (entry: string, suite: Suite) => {
    for (const [name, body] of Object.entries(suite)) test(`${entry}: ${name}`, body);
  };
  run("light", lightSuite(light));
  run("full", { ...lightSuite(full), ...fullSuite(full) });

  test("a script imports all entry points by name", () => {
    const output = execFileSync(process.execPath, [join(project({}, "node"), "main.js")], { encoding: "utf8" });
    expect(output).toContain("passed");
  });
});

/** Opens a page. Returns an array that collects its errors as they occur. */
async function open(page: Page, site: Pick<Site, "url">): Promise<string[]> {
  const errors = recordErrors(page);
  await page.goto(site.url);
  return errors;
}

test("the quick start runs in an empty Vite project, in a build and on the development server", async ({ page }) => {
  const [quickStart] = readme("Quick start");
  const root = project({ "index.html": INDEX.replace("main.js", "/main.js"), "main.js": quickStart! });
  const expected = "“first volume” is a valid name";

  await build({ root, logLevel: "error" });
  const site = await serve(join(root, "dist"), STRICT);
  const errors = await open(page, site);
  await expect(page.locator("body")).toHaveText(expected);
  expect(errors).toEqual([]);
  await site.close();

  const server = await createServer({ root, logLevel: "error", server: { host: "127.0.0.1", port: 0 } });
  await server.listen();
  await page.goto(server.resolvedUrls!.local[0]!);
  await expect(page.locator("body")).toHaveText(expected);
  await server.close();
});

test("the suite passes in a browser", async ({ page }) => {
  const { root, expected } = await buildSuite();
  const site = await serve(root, STRICT);
  const errors = await open(page, site);
  await expect(page.locator("body")).toHaveText(expected);
  expect(errors).toEqual([]);
  await site.close();
});

test("webpack needs no configuration for wasm", async ({ page }) => {
  const [quickStart] = readme("Quick start");
  const root = project({ "main.js": quickStart!, "package.json": '{"type":"module"}' }, "webpack");
  execFileSync(process.execPath, [new URL("../../node_modules/webpack/bin/webpack.js", import.meta.url).pathname], {
    cwd: root,
    stdio: "pipe",
  });
  expect(readdirSync(join(root, "dist")).filter((file) => file.endsWith(".wasm"))).toHaveLength(1);
  const site = await serve(root, STRICT);
  await page.route(`${site.url}index.html`, (route) => route.fulfill({ body: INDEX.replace("main.js", "dist/main.js"), contentType: "text/html" }));
  const errors = await open(page, { url: `${site.url}index.html` });
  await expect(page.locator("body")).toHaveText("“first volume” is a valid name");
  expect(errors).toEqual([]);
  await site.close();
});

test("loads a module with the wrong content type, from another path, and after a failure", async ({ page }) => {
  const root = project({
    "index.html": INDEX,
    "main.js": `
      import { init, validateTransferName } from "./node_modules/volume-transfer/light.js";
      const failed = await init("./nowhere.wasm").catch((error) => error.message);
      await Promise.all([init("./node_modules/volume-transfer/light.wasm"), init()]);
      document.body.append(failed, "; ", validateTransferName("a").value);`,
  });
  const site = await serve(root, STRICT, { ".html": "text/html", ".js": "text/javascript", ".wasm": "text/plain" });
  await open(page, site);
  await expect(page.locator("body")).toHaveText(/no wasm module at \S+nowhere\.wasm \(404 null\): .*; a$/);
  await site.close();
});

for (const [resolution, module] of [["bundler", "esnext"], ["nodenext", "nodenext"]]) {
  test(`the types compile under strict TypeScript, resolved as ${resolution}`, () => {
    const root = project({ "package.json": '{"type":"module"}' }, "typescript");
    const tsc = new URL("../../node_modules/.bin/tsc", import.meta.url).pathname;
    execFileSync(tsc, ["--project", root, "--moduleResolution", resolution!, "--module", module!], { stdio: "inherit" });
  });
}

test("a React console validates names and reports outcomes", async ({ page }) => {
  const root = project({}, "react");
  await build({ root, logLevel: "error" });
  const site = await serve(join(root, "dist"), STRICT);
  if (firefox.isFirefox(page)) await firefox.recordBodies(page);
  const errors = await open(page, site);
  const posts: string[] = [];
  const key = "9266c59563c84664";
  await page.route("**/os-volume-transfer", async (route) => {
    posts.push(route.request().postData() ?? firefox.bodyOf(route.request()) ?? "");
    expect(route.request().headers()["x-auth-token"]).toBe("demo-token-a");
    const transfer = { id: "t", auth_key: key, volume_id: "c86b9af4-151d-4ead-b62c-5fb967af0e37" };
    if (posts.length === 1) await route.fulfill({ status: 401, json: { error: { code: 401, message: "no" } } });
    else if (posts.length === 2) await route.abort();
    else await route.fulfill({ status: 202, json: { transfer } });
  });
  const name = page.getByLabel("Transfer name");
  const create = page.getByRole("button", { name: "Create transfer" });
  await expect(page.getByText("0 of 255 bytes")).toBeVisible();
  // Types ASCII, because in Firefox, React doesn't notice anything else that Playwright enters.
  const type = async (text: string) => {
    await name.selectText();
    await page.keyboard.type(text);
  };
  await type("a".repeat(258));
  await expect(page.getByText("at most 255 bytes (a Chinese character takes 3); this name has 258")).toBeVisible();
  await expect(create).toBeDisabled();
  await type(" first volume ");
  await expect(page.getByText("12 of 255 bytes")).toBeVisible();
  for (const message of ["The token is invalid or has expired", "The connection was lost", "The transfer was created"]) {
    await create.click();
    await expect(page.locator("p[role=status]")).toContainText(message);
  }
  expect(posts[0]).toBe('{"transfer":{"volume_id":"c86b9af4-151d-4ead-b62c-5fb967af0e37","name":"first volume"}}');
  await expect(page.locator("body")).not.toContainText(key);
  expect(errors.filter((error) => !/Failed to load resource/.test(error))).toEqual([]);
  await site.close();
});

test("the package contains only the files it needs", () => {
  const files = readdirSync(installed).filter((file) => !file.endsWith(".d.ts")).sort();
  expect(files).toEqual([
    "LICENSE-APACHE", "LICENSE-MIT", "README.md", "THIRD-PARTY.txt", "cjs", "edge.js", "element.js", "form-edge.js", "form-inline.js",
    "form.js", "form.wasm", "index.js", "inline.js", "light-edge.js", "light-inline.js", "light.js", "light.wasm", "messages", "package.json",
    "transfer-form-app.js", "transfer-form-en.js", "transfer-form-zh-CN.js", "transfer-form.js", "transfer-form.wasm", "volume-transfer.wasm",
  ]);
});
