// What the page shows before its module has started, and after a panic.

import { expect, test } from "./console.ts";

test("paints the header before the module arrives, and doesn't move it then", async ({ page, server }) => {
  const consoleMessages: string[] = [];
  page.on("console", (message) => consoleMessages.push(message.text()));
  let release = () => {};
  const released = new Promise<void>((done) => (release = done));
  await page.route("**/*.wasm", async (route) => {
    await released;
    await route.continue();
  });
  const requests: string[] = [];
  page.on("request", (request) => requests.push(new URL(request.url()).pathname));
  await page.goto(server.url, { waitUntil: "commit" });

  const places = () =>
    Promise.all(
      ["h1", "section", "h2"].map(async (name) => {
        const box = await page.locator(name).first().boundingBox();
        return box && [box.x, box.y];
      }),
    );
  await expect(page.locator("#shell h1")).toBeVisible();
  await expect(page.locator("#shell section")).toHaveCSS("border-radius", "8px");
  const before = await places();
  release();
  await expect(page.locator("#project")).toBeVisible();
  expect(await places()).toEqual(before);

  // The preloaded files are used, not requested again.
  expect(new Set(requests).size).toBe(requests.length);
  expect(consoleMessages).toEqual([]);
});

const HTML = { contentType: "text/html", body: "<!doctype html><title>Sign in</title>" };

for (const [what, files, failure, details] of [
  ["its script is blocked", "**/*.js", "abort", /\/web-\w+\.js: –/],
  ["its script is not found", "**/*.js", { status: 404, body: "" }, /\/web-\w+\.js: 404/],
  ["a proxy replaces its script", "**/*.js", HTML, /\/web-\w+\.js: 200 text\/html/],
  ["its module is blocked", "**/*.wasm", "abort", /_bg\.wasm: –/],
  ["its module is not found", "**/*.wasm", { status: 404, body: "" }, /_bg\.wasm: 404/],
  ["a proxy replaces its module", "**/*.wasm", HTML, /_bg\.wasm: 200 text\/html/],
  ["its module is truncated", "**/*.wasm", { contentType: "application/wasm", body: "\0asm" }, /CompileError/],
] as const) {
  test(`names the missing file when ${what}, and can be reloaded`, async ({ page, server }) => {
    await page.route(files, (route) => (failure === "abort" ? route.abort() : route.fulfill(failure)));
    await page.goto(server.url);
    const alert = page.getByRole("alert").filter({ hasText: "couldn't be loaded" });
    await expect(alert).toContainText(details);
    await expect(alert).toContainText("页面无法加载");
    await page.unrouteAll();
    await alert.getByRole("button", { name: "Reload" }).click();
    await expect(page.locator("#project")).toBeVisible();
    await expect(page.locator("#failure")).toBeHidden();
  });
}

test("says which browsers are supported if WebAssembly or its SIMD is missing", async ({ page, server }) => {
  for (const lacks of ["delete window.WebAssembly", "WebAssembly.validate = () => false"]) {
    const context = await page.context().browser()!.newContext();
    const old = await context.newPage();
    await old.addInitScript(lacks);
    await old.goto(server.url);
    await expect(old.locator("#failure")).toContainText(/WebAssembly with SIMD: .*Safari 16\.4[^]*当前浏览器/);
    await context.close();
  }
});

test("says that loading is slow until the page starts", async ({ page, server }) => {
  let release = () => {};
  const released = new Promise<void>((done) => (release = done));
  await page.route("**/*.wasm", async (route) => {
    await released;
    await route.continue();
  });
  await page.clock.install();
  await page.goto(server.url, { waitUntil: "commit" });
  await expect(page.locator("#shell h1")).toBeVisible();
  await expect(page.locator("#failure")).toBeHidden();
  await page.clock.fastForward(10_000);
  await expect(page.getByRole("alert").filter({ hasText: "Still loading" })).toBeVisible();
  release();
  await expect(page.locator("#project")).toBeVisible();
  await expect(page.locator("#failure")).toBeHidden();
});

test("stops and sends nothing more after a panic", async ({ app, page }) => {
  await app.useDemoProject("A");
  await app.choose("data-02");
  await app.name("unchanged");
  // Real browsers never reject with a string. It makes the module panic.
  await page.evaluate(() => {
    window.fetch = () => Promise.reject("not an Error");
  });
  await app.button("volumes.refresh").click();
  const alert = page.getByRole("alert").filter({ hasText: "has stopped" });
  await expect(alert).toContainText("页面因内部错误已停止");

  const sent: string[] = [];
  page.on("request", (request) => sent.push(request.url()));
  await app.create();
  await app.button("volumes.refresh").click({ force: true });
  await page.getByRole("textbox", { name: app.text("create.name") }).press("Enter");
  // Long enough for the page to poll its transfers.
  await page.waitForTimeout(6_000);
  expect(sent).toEqual([]);
  expect(await app.server.transfers()).toEqual([]);
  expect(page.url()).toBe(`${app.server.url}/`);

  await alert.getByRole("button", { name: "Reload" }).click();
  await expect(page.locator("#project")).toBeVisible();
});

test("keeps a displayed key after a panic", async ({ app, page }) => {
  await app.useDemoProject("A");
  await app.choose("data-02");
  await app.create();
  const key = await app.key();
  await page.evaluate(() => {
    window.fetch = () => Promise.reject("not an Error");
    // The page polls its transfers when it becomes visible.
    document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
  });
  const alert = app.dialog.getByRole("alert").filter({ hasText: "has stopped" });
  await expect(alert).toContainText("copy it now");
  await app.button("handover.close").click({ force: true });
  await page.keyboard.press("Escape");
  await expect(app.dialog.getByText(key)).toBeVisible();
  const dialogs: string[] = [];
  page.on("dialog", (dialog) => {
    dialogs.push(dialog.type());
    void dialog.dismiss();
  });
  await alert.getByRole("button", { name: "Reload" }).click({ noWaitAfter: true });
  await expect.poll(() => dialogs).toEqual(["beforeunload"]);
});
