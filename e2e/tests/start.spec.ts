// What the page shows before its module has started, and after a panic.

import type { Page } from "@playwright/test";
import { expect, test } from "./console.ts";
import { gate } from "./routes.ts";
import { PROJECT_A, PROJECT_B } from "./server.ts";

/** Holds back the module until the returned function is called. */
async function holdModule(page: Page): Promise<() => void> {
  const { opened, open } = gate();
  await page.route("**/*.wasm", async (route) => {
    await opened;
    await route.continue();
  });
  return open;
}

/** Waits until the module has taken over the form. */
const started = (page: Page) => expect(page.locator("html")).toHaveAttribute("data-connected");

test("paints the form before the module arrives, and doesn't move it afterward", async ({ page, server }) => {
  const consoleMessages: string[] = [];
  page.on("console", (message) => consoleMessages.push(message.text()));
  const release = await holdModule(page);
  const requests: string[] = [];
  page.on("request", (request) => requests.push(new URL(request.url()).pathname));
  await page.goto(server.url, { waitUntil: "commit" });

  const places = () =>
    Promise.all(
      ["h1", "section", "h2", "#project", "#connect-submit"].map(async (name) => {
        const box = await page.locator(name).first().boundingBox();
        return box && [box.x, box.y];
      }),
    );
  await expect(page.getByRole("button", { name: "Use demo project A" })).toBeVisible();
  await expect(page.locator("section").first()).toHaveCSS("border-radius", "8px");
  const before = await places();
  release();
  await started(page);
  expect(await places()).toEqual(before);

  // The preloaded files are used, not requested again.
  expect(new Set(requests).size).toBe(requests.length);
  expect(consoleMessages).toEqual([]);
});

test("keeps the text, the caret and the focus when the module takes over the form", async ({ page, server }) => {
  const release = await holdModule(page);
  await page.goto(server.url, { waitUntil: "commit" });
  await page.getByRole("radio", { name: "Token", exact: true }).check();
  await page.getByLabel("Project ID").pressSequentially("abc");
  await page.keyboard.press("ArrowLeft");
  await page.getByLabel("Service").selectOption("OpenStack Cinder");
  await page.getByLabel("Project ID").focus();
  release();
  await started(page);
  await page.keyboard.type("x");
  await expect(page.getByLabel("Project ID")).toHaveValue("abxc");
  await expect(page.getByLabel("Service")).toHaveValue("cinder");
});

test("connects only once if the button was pressed several times before the module arrived", async ({ page, server }) => {
  const release = await holdModule(page);
  const lists: string[] = [];
  page.on("request", (request) => {
    if (request.url().includes("cloudvolumes")) lists.push(request.url());
  });
  await page.goto(server.url, { waitUntil: "commit" });
  await page.getByRole("radio", { name: "Token", exact: true }).check();
  await page.getByLabel("Project ID").fill(PROJECT_A.id);
  await page.locator("#token").fill(PROJECT_A.token);
  await page.locator("#token").press("Enter");
  await page.getByRole("button", { name: "Connect", exact: true }).click();
  await expect(page.getByText("You will be connected as soon as the page is ready")).toBeVisible();
  // The browser didn't submit the form, so the URL doesn't contain the token.
  expect(page.url()).toBe(`${server.url}/`);
  release();
  await expect(page.getByRole("table", { name: "Volumes" })).toBeVisible();
  expect(lists.length).toBe(1);
  await expect(page.locator("#token")).toHaveValue("");
});

test("connects to a demo project that was chosen before the module arrived", async ({ page, server }) => {
  const release = await holdModule(page);
  await page.goto(server.url, { waitUntil: "commit" });
  await page.getByRole("button", { name: "Use demo project B" }).click();
  release();
  await expect(page.getByRole("button", { name: "Connection" })).toContainText(PROJECT_B.id);
});

test("offers no demo project without a sandbox", async ({ page, server }) => {
  await page.route("**/console.json", (route) => route.fulfill({ status: 404, body: "" }));
  await page.goto(server.url);
  await started(page);
  await expect(page.getByRole("button", { name: /demo project/ })).toHaveCount(0);
});

test("loads only the browser's language, and shows it before the module arrives", async ({ browser, server }) => {
  for (const [locale, tag, title] of [
    ["zh-Hans-CN", "zh-CN", "登录"],
    ["en-GB", "en", "Sign in"],
    ["fr", "en", "Sign in"],
  ] as const) {
    const context = await browser.newContext({ locale });
    const page = await context.newPage();
    const release = await holdModule(page);
    const files: string[] = [];
    page.on("request", (request) => {
      if (request.url().endsWith(".txt")) files.push(new URL(request.url()).pathname.split("-").slice(0, -1).join("-"));
    });
    await page.goto(server.url, { waitUntil: "commit" });
    await expect(page.getByRole("heading", { name: title })).toBeVisible();
    await expect(page.locator("html")).toHaveAttribute("lang", tag);
    release();
    await started(page);
    await expect(page.getByRole("heading", { name: title })).toBeVisible();
    expect(files).toEqual([`/${tag}`]);
    await context.close();
  }
});

test("stays in the current language when another one can't be loaded, and says so", async ({ app, page }) => {
  await app.useDemoProject("A");
  await page.route("**/zh-CN-*.txt", (route) => route.abort());
  await page.locator("#language").selectOption("zh-CN");
  await expect(page.getByText("This language couldn't be loaded.")).toBeVisible();
  await expect(page.locator("#language")).toHaveValue("en");
  await expect(page.getByRole("table", { name: "Volumes" })).toBeVisible();
  await page.unrouteAll();
  await page.locator("#language").selectOption("zh-CN");
  await expect(page.getByRole("table", { name: "云硬盘" })).toBeVisible();
  await expect(page.locator("#language-error")).toBeEmpty();
});

const HTML = { contentType: "text/html", body: "<!doctype html><title>Sign in</title>" };

for (const [what, files, failure, details] of [
  ["its script is blocked", "**/*.js", "abort", /\/web-\w+\.js: –/],
  ["its script is not found", "**/*.js", { status: 404, body: "" }, /\/web-\w+\.js: 404/],
  ["a proxy replaces its script", "**/*.js", HTML, /\/web-\w+\.js: 200 text\/html/],
  ["its module is blocked", "**/*.wasm", "abort", /_bg\.wasm: –/],
  ["its module is not found", "**/*.wasm", { status: 404, body: "" }, /_bg\.wasm: 404/],
  ["a proxy replaces its module", "**/*.wasm", HTML, /_bg\.wasm: 200 text\/html/],
  ["its language file is not found", "**/en-*.txt", { status: 404, body: "" }, /en-\w+\.txt: 404/],
  ["a proxy replaces its language file", "**/en-*.txt", HTML, /en-\w+\.txt: 200 text\/html/],
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
    await started(page);
    await expect(page.locator("#failure")).toBeHidden();
  });
}

test("says which browsers are supported if WebAssembly or SIMD is missing", async ({ page, server }) => {
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
  const release = await holdModule(page);
  await page.clock.install();
  await page.goto(server.url, { waitUntil: "commit" });
  await expect(page.locator("h1")).toBeVisible();
  await expect(page.locator("#failure")).toBeHidden();
  await page.clock.fastForward(10_000);
  await expect(page.getByRole("alert").filter({ hasText: "Still loading" })).toBeVisible();
  release();
  await started(page);
  await expect(page.locator("#failure")).toBeHidden();
});

test("stops and sends nothing more after a panic", async ({ app, page }) => {
  await app.useDemoProject("A");
  await app.choose("data-02");
  await app.name("unchanged");
  // A rejection with a string makes the module panic. In real browsers, `fetch` never rejects with one.
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
  await expect(page.locator("#user")).toBeVisible();
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
