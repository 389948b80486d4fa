// A canary key and a canary token are looked for wherever they must not be.

import { expect, PROJECT_A, test } from "./console.ts";

const KEY = "cafe00d0cafe00d0";
const TOKEN = PROJECT_A.token;

test("the key and the token leave no trace", async ({ app, page, context }) => {
  const urls: string[] = [];
  page.on("request", (request) => urls.push(request.url(), request.headers()["referer"] ?? ""));
  await app.useDemoProject("A");
  await app.choose("data-01");
  await page.route("**/os-volume-transfer", async (route) => {
    const answer = await route.fetch();
    const body = await answer.json();
    body.transfer.auth_key = KEY;
    await route.fulfill({ response: answer, json: body });
  });
  await app.create();
  const html = () => page.evaluate(() => document.documentElement.outerHTML);
  await expect(app.dialog).toBeVisible();
  expect(await html()).not.toContain(KEY);
  expect(await app.key()).toBe(KEY);
  expect(await html()).toContain(KEY);
  await app.button("handover.download").click();
  await app.button("handover.close").click();
  await expect(app.dialog).toBeHidden();

  expect(await html()).not.toContain(KEY);
  const stored = JSON.stringify(
    await page.evaluate(async () => [
      { ...localStorage }, { ...sessionStorage }, document.cookie, location.href, history.state,
      (await indexedDB.databases()).map((d) => d.name), await caches.keys(),
      Object.keys(window).map((name) => {
        try { return String(JSON.stringify((window as never)[name])); } catch { return ""; }
      }),
    ]),
  );
  const cookies = JSON.stringify(await context.cookies());
  for (const secret of [KEY, TOKEN]) {
    for (const place of [stored, cookies, urls.join(" "), app.complaints.join(" ")]) {
      expect(place).not.toContain(secret);
    }
  }
});

test("the connection is kept for this tab alone, and only when asked", async ({ app, page, context }) => {
  const kept = () => page.evaluate(() => JSON.stringify({ ...sessionStorage, ...localStorage }));
  await app.connect(PROJECT_A.id, TOKEN);
  await expect(app.table).toBeVisible();
  expect(await kept()).not.toContain(TOKEN);

  await app.button("connect.change").click();
  await page.getByLabel(app.say("connect.keep")).check();
  await app.connect(PROJECT_A.id, TOKEN);
  await expect(app.button("connect.change")).toBeVisible();
  expect(await kept()).toContain(TOKEN);
  await page.reload();
  await expect(page.getByLabel(app.say("connect.token"), { exact: true })).toHaveValue(TOKEN);

  const other = await context.newPage();
  await other.goto(app.server.url);
  await expect(other.getByLabel(app.say("connect.token"), { exact: true })).toHaveValue("");

  // Taken back, it is gone.
  await page.getByLabel(app.say("connect.keep")).uncheck();
  await app.connect(PROJECT_A.id, TOKEN);
  await expect(app.button("connect.change")).toBeVisible();
  expect(await kept()).not.toContain(TOKEN);
});

test("a name full of markup stays text", async ({ app, page }) => {
  await app.useDemoProject("A");
  const name = "<img src=x onerror=alert(1)>";
  await app.choose(name);
  await app.name("<script>alert(2)</script>\u202e\u200b");
  await app.create();
  await expect(app.dialog).toContainText("<script>alert(2)</script>");
  await expect(page.locator("img")).toHaveCount(0);
  expect(app.complaints).toEqual([]);
});

test("the content security policy stops what is injected", async ({ app, page }) => {
  await page.evaluate(() => {
    for (const fill of [
      (s: HTMLScriptElement) => (s.textContent = "window.injected = 1"),
      (s: HTMLScriptElement) => (s.src = "data:text/javascript,window.injected=2"),
    ]) {
      const script = document.createElement("script");
      fill(script);
      document.body.append(script);
    }
  });
  await expect.poll(() => app.complaints.filter((c) => c.includes("Content Security Policy")).length).toBe(2);
  expect(await page.evaluate(() => "injected" in window)).toBe(false);
});
