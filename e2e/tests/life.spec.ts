// What comes after a transfer was made: handed over, accepted, cancelled, followed, and found again.

import { readFileSync } from "node:fs";
import { Console, DATA_01, expect, LANGUAGES, loseAnswer, PROJECT_A, test } from "./console.ts";

for (const language of LANGUAGES) {
  test.describe(`in ${language}`, () => {
    test.use({ language });

    test("project A hands a volume over to project B, both by keyboard alone", async ({ app, browser, server }) => {
      await app.createByKeyboard("first volume");
      const downloading = app.page.waitForEvent("download");
      await app.tabTo(app.say("handover.download"));
      await app.page.keyboard.press("Enter");
      const file = await (await downloading).path();
      const key = JSON.parse(readFileSync(file, "utf8")).auth_key;
      await app.tabTo(app.say("handover.close"));
      await app.page.keyboard.press("Enter");
      await expect(app.dialog).toBeHidden();
      await expect(app.transfers.getByRole("row")).toHaveCount(2);
      await expect(app.transfers).toContainText("first volume");
      await expect(app.transfers).toContainText("data-01");

      const context = await browser.newContext({ locale: language });
      const other = new Console(await context.newPage(), server, language);
      await other.open();
      await other.tabTo(other.say("connect.demo", { label: "B" }));
      await other.page.keyboard.press("Enter");
      await expect(other.page.locator(":focus")).toHaveText(other.say("volumes.title"));
      const choosing = other.page.waitForEvent("filechooser");
      await other.tabTo(other.say("accept.file"));
      await other.page.keyboard.press("Enter");
      await (await choosing).setFiles(file);
      await expect(other.textbox("handover.key")).toHaveValue(key);
      await expect(other.button("accept.submit")).toBeFocused();
      await other.page.keyboard.press("Enter");
      await expect(other.page.getByText(other.say("accept.done", { volume: "data-01" }))).toBeVisible();
      await expect(other.radio("data-01")).toBeVisible();
      // What has been used is not left lying about.
      await expect(other.textbox("handover.id")).toHaveValue("");
      await expect(other.textbox("handover.key")).toHaveValue("");
      expect(await other.page.content()).not.toContain(key);
      await context.close();

      // Seen on the giving side without a press.
      await expect(app.page.getByText(app.say("news.gone", { volume: "data-01" }))).toBeVisible({ timeout: 15_000 });
      await expect(app.radio("data-01")).toHaveCount(0);
      await expect(app.transfers).toHaveCount(0);
      expect(app.complaints.filter((said) => !said.includes("404"))).toEqual([]);
    });

    test("a transfer is cancelled, by keyboard alone", async ({ app, page }) => {
      await app.createByKeyboard("second thoughts");
      await app.tabTo(app.say("handover.close"));
      await page.keyboard.press("Enter");
      await expect(app.transfers).toBeVisible();
      await app.tabTo(app.say("transfers.cancel", { name: "second thoughts" }));
      await page.keyboard.press("Enter");
      await expect(app.cancelDialog).toBeVisible();
      // Escape keeps it.
      await page.keyboard.press("Escape");
      await expect(app.cancelDialog).toBeHidden();
      expect(await app.server.transfers()).toHaveLength(1);

      await app.tabTo(app.say("transfers.cancel", { name: "second thoughts" }));
      await page.keyboard.press("Enter");
      await expect(app.cancelDialog.getByRole("heading")).toBeFocused();
      await page.keyboard.press("Tab");
      await expect(app.cancelDialog.getByRole("button", { name: app.say("cancel.confirm") })).toBeFocused();
      await page.keyboard.press("Enter");
      await expect(app.cancelDialog).toBeHidden();
      await expect(page.locator(":focus")).toHaveText(app.say("transfers.title"));
      await expect(page.getByText(app.say("news.available", { volume: "data-01" }))).toBeVisible();
      await expect(app.row("data-01")).toContainText(app.say("eligibility.unknown"));
      expect(await app.server.transfers()).toEqual([]);
    });
  });
}

test("has the accessible names that people and tools rely on", async ({ app, page }) => {
  await app.useDemoProject("A");
  const accept = page.getByRole("region", { name: "Accept a transfer", exact: true });
  await expect(accept.getByRole("textbox", { name: "Transfer ID", exact: true })).toBeVisible();
  await expect(accept.getByRole("textbox", { name: "Authorization key", exact: true })).toBeVisible();
  await expect(accept.getByRole("button", { name: "Accept transfer", exact: true })).toBeVisible();
  await app.choose("data-01");
  await app.name("NAME");
  await app.create();
  await app.button("handover.close").click();
  const table = page.getByRole("table", { name: "Pending transfers", exact: true });
  await expect(table.getByRole("button", { name: "Cancel transfer NAME", exact: true })).toBeVisible();
});

test.describe("accepting", () => {
  test("says what is wrong with what was entered, and keeps it", async ({ app, page, server }) => {
    await server.create(DATA_01);
    const [made] = await server.transfers();
    await app.useDemoProject("B");
    await app.button("accept.submit").click();
    await expect(app.textbox("handover.id")).toBeFocused();
    await expect(app.textbox("handover.id")).toHaveAccessibleDescription(new RegExp(app.say("transferId.empty")));
    await app.textbox("handover.id").fill(made!.id);
    await app.button("accept.submit").click();
    await expect(app.textbox("handover.key")).toBeFocused();
    expect(app.posts).toEqual([]);

    await app.textbox("handover.key").fill(" 0123456789abcdef ");
    await app.button("accept.submit").click();
    await expect(app.alert).toContainText(app.say("accept.rejected"));
    await expect(app.alert).toContainText(app.say("response.auth_key"));
    await expect(app.alert).toContainText(/Invalid auth key/);
    await expect(app.alert).not.toContainText("0123456789abcdef");
    await expect(app.textbox("handover.id")).toHaveValue(made!.id);
    await expect(app.textbox("handover.key")).toHaveValue(" 0123456789abcdef ");

    await app.textbox("handover.id").fill("00000000-0000-4000-8000-000000000000");
    await app.button("accept.submit").click();
    await expect(app.alert).toContainText(app.say("response.not_found"));
    await page.getByLabel(app.say("accept.file")).setInputFiles({
      name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("no credentials"),
    });
    await expect(page.getByLabel(app.say("accept.file"))).toHaveAccessibleDescription(app.say("accept.file.malformed"));
  });

  test("sends once, however often it is pressed", async ({ app, page }) => {
    await app.useDemoProject("B");
    await app.textbox("handover.id").fill("00000000-0000-4000-8000-000000000000");
    await app.textbox("handover.key").fill("0123456789abcdef");
    await page.route("**/accept", async (route) => {
      await new Promise((done) => setTimeout(done, 300));
      await route.continue();
    });
    await app.button("accept.submit").dblclick();
    await app.textbox("handover.key").press("Enter");
    await expect(app.alert).toContainText(app.say("accept.rejected"));
    expect(app.posts).toHaveLength(1);
  });

  test("says that the outcome is unknown when the answer is lost", async ({ app, page, server }) => {
    await app.useDemoProject("A");
    await app.choose("data-01");
    await app.create();
    const key = await app.key();
    await app.button("handover.close").click();
    const [made] = await server.transfers();
    await page.route("**/accept", loseAnswer);
    await app.textbox("handover.id").fill(made!.id);
    await app.textbox("handover.key").fill(key);
    await app.button("accept.submit").click();
    await expect(app.alert).toContainText(app.say("accept.unknown"));
    await expect(app.row("data-01")).toContainText(app.say("eligibility.unknown"));
  });
});

test.describe("cancelling", () => {
  test("one that was accepted in the meantime says so", async ({ app, server }) => {
    await app.useDemoProject("A");
    await app.choose("data-01");
    await app.name("too late");
    await app.create();
    const key = await app.key();
    await app.button("handover.close").click();
    const [made] = await server.transfers();
    await app.button("transfers.cancel", { name: "too late" }).click();
    await server.accept(made!.id, key);
    await app.cancelDialog.getByRole("button", { name: app.say("cancel.confirm"), exact: true }).click();
    await expect(app.cancelDialog).toContainText(app.say("cancel.rejected"));
    await expect(app.cancelDialog).toContainText(app.say("response.not_found"));
    await app.button("cancel.keep").click();
    await expect(app.page.getByText(app.say("news.gone", { volume: "data-01" }))).toBeVisible();
  });

  test("whose answer is lost is no riddle for long", async ({ app, page }) => {
    await app.useDemoProject("A");
    await app.choose("data-01");
    await app.name("lost");
    await app.create();
    await app.button("handover.close").click();
    await page.route(/os-volume-transfer\/[0-9a-f-]{36}$/, loseAnswer);
    await app.cancel("lost");
    await expect(app.cancelDialog).toContainText(app.say("cancel.unknown"));
    await app.button("cancel.keep").click();
    await expect(page.getByText(app.say("news.available", { volume: "data-01" }))).toBeVisible();
  });
});

test("a transfer whose key was lost is cancelled and made anew", async ({ app, page, server }) => {
  await app.useDemoProject("A");
  await app.choose("data-01");
  await app.name("kept");
  await page.route("**/os-volume-transfer", loseAnswer);
  await app.create();
  await expect(app.alert).toContainText(app.say("unknown.title"));
  const [made] = await server.transfers();
  await expect(app.alert).toContainText(app.say("unknown.made", { id: made!.id }));
  await app.button("unknown.cancel").click();
  await app.cancelDialog.getByRole("button", { name: app.say("cancel.confirm"), exact: true }).click();
  await expect(app.alert).toContainText(app.say("unknown.cancelled"));
  await expect(app.textbox("create.name")).toHaveValue("kept");
  await page.unroute("**/os-volume-transfer");
  await expect(app.button("create.submit")).not.toHaveAttribute("aria-disabled");
  await app.create();
  await expect(app.dialog).toBeVisible();
  expect((await server.transfers()).map((t) => t.name)).toEqual(["kept"]);
});

test("the network comes back, and the page looks by itself", async ({ app, page, context, server }) => {
  await app.useDemoProject("A");
  await app.choose("data-01");
  await page.route("**/os-volume-transfer", async (route) => {
    await route.fetch();
    await context.setOffline(true);
    await route.abort("connectionreset");
  });
  await app.create();
  const unknown = app.alert.filter({ hasText: app.say("unknown.title") });
  await expect(unknown).toContainText(app.say("unknown.cannot_tell"));
  await context.setOffline(false);
  const [made] = await server.transfers();
  await expect(unknown).toContainText(app.say("unknown.made", { id: made!.id }));
});

test("a token that expires in mid-flow costs no entry", async ({ app, page }) => {
  await app.useDemoProject("A");
  await app.choose("data-01");
  await app.name("kept");
  await page.route("**/os-volume-transfer", (route) =>
    route.fulfill({ status: 401, json: { error: { code: 401, title: "Unauthorized", message: "expired" } } }),
  );
  await app.create();
  await expect(app.alert).toContainText(app.say("response.token"));
  await app.button("connect.renew").click();
  const token = page.getByLabel(app.say("connect.token"), { exact: true });
  await expect(token).toBeFocused();
  await expect(token).toHaveValue("");
  await expect(app.textbox("connect.project")).toHaveValue(PROJECT_A.id);
  await page.unroute("**/os-volume-transfer");
  await token.fill(PROJECT_A.token);
  await page.keyboard.press("Enter");
  await expect(app.button("connect.change")).toBeVisible();
  await expect(app.radio("data-01")).toBeChecked();
  await expect(app.textbox("create.name")).toHaveValue("kept");
  await app.create();
  await expect(app.dialog).toBeVisible();
});

test.describe("what takes long", () => {
  test("says for how long it has, and nothing where it is quick", async ({ app, page }) => {
    await app.useDemoProject("A");
    await app.choose("data-01");
    const seconds = app.region("create.title").getByText(app.say("progress.seconds", { seconds: 1 }));
    let answer = () => {};
    await page.route("**/os-volume-transfer", async (route) => {
      await new Promise<void>((done) => (answer = done));
      await route.continue();
    });
    await app.create();
    await expect(app.region("create.title")).toContainText(app.say("create.busy"));
    await expect(seconds).toHaveCount(0);
    await expect(seconds).toBeVisible();
    // What may have been done cannot be taken back by looking away.
    await expect(app.region("create.title").getByRole("button", { name: app.say("progress.stop") })).toHaveCount(0);
    answer();
    await expect(app.dialog).toBeVisible();
    await expect(seconds).toHaveCount(0);
  });

  test("and only reads can be stopped, with what was there before", async ({ app, page }) => {
    let pages = 0;
    const endless = async () => {
      await page.route("**/cloudvolumes/detail*", async (route) => {
        // Each page is another one, and the third never comes.
        if (++pages % 3 === 0) return;
        const id = `00000000-0000-4000-8000-${String(pages).padStart(12, "0")}`;
        const volumes = Array.from({ length: 1000 }, () => ({ id, name: "v", status: "available" }));
        await route.fulfill({ json: { volumes, volumes_links: [{ rel: "next", href: "x" }] } });
      });
    };
    await endless();
    await app.textbox("connect.project").fill(PROJECT_A.id);
    await page.getByLabel(app.say("connect.token"), { exact: true }).fill(PROJECT_A.token);
    await app.button("connect.submit").click();
    await expect(app.region("connect.title")).toContainText(app.say("progress.count", { count: 2000 }));
    await app.button("progress.stop").click();
    await expect(app.region("connect.title")).not.toContainText(app.say("connect.busy"));
    await expect(app.textbox("connect.project")).toHaveValue(PROJECT_A.id);
    await page.unroute("**/cloudvolumes/detail*");
    await app.button("connect.submit").click();
    await expect(app.radio("data-01")).toBeVisible();

    await endless();
    await app.button("volumes.refresh").click();
    await expect(app.region("volumes.title")).toContainText(app.say("progress.count", { count: 2000 }));
    await app.button("progress.stop").click();
    await expect(app.alert).toContainText(app.say("volumes.stopped"));
    await expect(app.radio("data-01")).toBeVisible();
    await page.unroute("**/cloudvolumes/detail*");
    await app.button("volumes.refresh").click();
    await expect(app.alert).toHaveCount(0);
  });
});

test("Cinder's snapshots are left behind when asked", async ({ app, page }) => {
  await app.connect(PROJECT_A.id, PROJECT_A.token, "cinder");
  await app.choose("data-01", false);
  const leave = page.getByLabel(app.say("create.leave_snapshots"));
  await expect(leave).not.toBeChecked();
  await leave.check();
  await app.create();
  await expect(app.dialog).toBeVisible();
  expect(app.posts[0]!.url).toMatch(/\/volume-transfers$/);
  expect(JSON.parse(app.posts[0]!.body!).transfer).toMatchObject({ volume_id: DATA_01, no_snapshots: true });
});

test("a wait is said in seconds and as a date", async ({ app, page }) => {
  await app.useDemoProject("A");
  await app.choose("data-01");
  for (const [header, said] of [
    ["120", app.say("fault.seconds", { seconds: 120 })],
    ["Wed, 21 Oct 2026 07:28:00 GMT", /2026/],
  ] as const) {
    await page.route("**/os-volume-transfer", (route) =>
      route.fulfill({ status: 429, headers: { "Retry-After": header }, body: "" }),
    );
    await app.create();
    await expect(app.alert).toContainText(app.say("response.busy"));
    await expect(app.alert).toContainText(said);
    await page.unroute("**/os-volume-transfer");
  }
});

test("a hidden page asks nothing, and looks when it is seen again", async ({ app, page, server }) => {
  await page.clock.install();
  await page.reload();
  await app.useDemoProject("A");
  await app.choose("data-01");
  await app.create();
  await app.button("handover.close").click();
  await expect(app.transfers).toBeVisible();
  let asked = 0;
  page.on("request", (request) => {
    if (request.url().endsWith("os-volume-transfer/detail")) asked++;
  });
  const hide = (hidden: boolean) =>
    page.evaluate((hidden) => {
      Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
      window.dispatchEvent(new Event("visibilitychange"));
    }, hidden);
  await hide(true);
  await page.clock.runFor(10 * 60_000);
  expect(asked).toBe(0);
  const [made] = await server.transfers();
  await server.cancel(made!.id);
  await hide(false);
  await expect(page.getByText(app.say("news.available", { volume: "data-01" }))).toBeVisible();
});
