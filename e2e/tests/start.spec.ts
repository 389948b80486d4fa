// What a person sees before the wasm has come.

import { expect, test } from "./console.ts";

test("the page's head is painted without the wasm, and stays where it is when that comes", async ({ page, server }) => {
  const complaints: string[] = [];
  page.on("console", (message) => complaints.push(message.text()));
  let come = () => {};
  const coming = new Promise<void>((done) => (come = done));
  await page.route("**/*.wasm", async (route) => {
    await coming;
    await route.continue();
  });
  const asked: string[] = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
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
  come();
  await expect(page.locator("#project")).toBeVisible();
  expect(await places()).toEqual(before);

  // What is asked for in advance is what is used.
  expect(new Set(asked).size).toBe(asked.length);
  expect(complaints).toEqual([]);
});

const HTML = { contentType: "text/html", body: "<!doctype html><title>Sign in</title>" };

for (const [what, files, failure, said] of [
  ["its script is blocked", "**/*.js", "abort", /\/web-\w+\.js: –/],
  ["its script is not found", "**/*.js", { status: 404, body: "" }, /\/web-\w+\.js: 404/],
  ["a proxy answers in place of its script", "**/*.js", HTML, /\/web-\w+\.js: 200 text\/html/],
  ["its module is blocked", "**/*.wasm", "abort", /_bg\.wasm: –/],
  ["its module is not found", "**/*.wasm", { status: 404, body: "" }, /_bg\.wasm: 404/],
  ["a proxy answers in place of its module", "**/*.wasm", HTML, /_bg\.wasm: 200 text\/html/],
  ["its module arrives cut", "**/*.wasm", { contentType: "application/wasm", body: "\0asm" }, /CompileError/],
] as const) {
  test(`the page says what is missing when ${what}, and tries again`, async ({ page, server }) => {
    await page.route(files, (route) => (failure === "abort" ? route.abort() : route.fulfill(failure)));
    await page.goto(server.url);
    const alert = page.getByRole("alert").filter({ hasText: "couldn't be loaded" });
    await expect(alert).toContainText(said);
    await expect(alert).toContainText("页面无法加载");
    await page.unrouteAll();
    await alert.getByRole("button", { name: "Reload" }).click();
    await expect(page.locator("#project")).toBeVisible();
    await expect(page.locator("#failure")).toBeHidden();
  });
}

test("a browser without WebAssembly, or without its SIMD, is told what it takes", async ({ page, server }) => {
  for (const lacks of ["delete window.WebAssembly", "WebAssembly.validate = () => false"]) {
    const context = await page.context().browser()!.newContext();
    const old = await context.newPage();
    await old.addInitScript(lacks);
    await old.goto(server.url);
    await expect(old.locator("#failure")).toContainText(/WebAssembly with SIMD: .*Safari 16\.4[^]*当前浏览器/);
    await context.close();
  }
});

test("a slow start is said to be one, and the word goes when the page comes", async ({ page, server }) => {
  let come = () => {};
  const coming = new Promise<void>((done) => (come = done));
  await page.route("**/*.wasm", async (route) => {
    await coming;
    await route.continue();
  });
  await page.clock.install();
  await page.goto(server.url, { waitUntil: "commit" });
  await expect(page.locator("#shell h1")).toBeVisible();
  await expect(page.locator("#failure")).toBeHidden();
  await page.clock.fastForward(10_000);
  await expect(page.getByRole("alert").filter({ hasText: "Still loading" })).toBeVisible();
  come();
  await expect(page.locator("#project")).toBeVisible();
  await expect(page.locator("#failure")).toBeHidden();
});

test("after a panic the page says that it has stopped, and sends nothing more", async ({ app, page }) => {
  await app.useDemoProject("A");
  await app.choose("data-02");
  await app.name("left as it is");
  // No browser's fetch does this, and the module does not survive it.
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
  await page.getByRole("textbox", { name: app.say("create.name") }).press("Enter");
  // The page looks at its transfers from time to time.
  await page.waitForTimeout(6_000);
  expect(sent).toEqual([]);
  expect(await app.server.transfers()).toEqual([]);
  expect(page.url()).toBe(`${app.server.url}/`);

  await alert.getByRole("button", { name: "Reload" }).click();
  await expect(page.locator("#project")).toBeVisible();
});

test("a key on the screen outlasts a panic", async ({ app, page }) => {
  await app.useDemoProject("A");
  await app.choose("data-02");
  await app.create();
  const key = await app.key();
  await page.evaluate(() => {
    window.fetch = () => Promise.reject("not an Error");
    // The page looks at its transfers when it is seen again.
    document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
  });
  const alert = app.dialog.getByRole("alert").filter({ hasText: "has stopped" });
  await expect(alert).toContainText("copy it now");
  await app.button("handover.close").click({ force: true });
  await page.keyboard.press("Escape");
  await expect(app.dialog.getByText(key)).toBeVisible();
  const asked: string[] = [];
  page.on("dialog", (dialog) => {
    asked.push(dialog.type());
    void dialog.dismiss();
  });
  await alert.getByRole("button", { name: "Reload" }).click({ noWaitAfter: true });
  await expect.poll(() => asked).toEqual(["beforeunload"]);
});
