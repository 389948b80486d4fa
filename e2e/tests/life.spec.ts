// After a transfer is created: accepting, cancelling, polling, and finding it after an unknown outcome.

import { readFileSync } from "node:fs";
import { App, expect, LANGUAGES, test } from "./console.ts";
import { deliver, gate, loseResponse } from "./routes.ts";
import { DATA_01, PROJECT_A } from "./server.ts";

for (const language of LANGUAGES) {
  test.describe(`in ${language}`, () => {
    test.use({ language });

    test("hands a volume over from project A to project B with the keyboard only", async ({ app, browser, server }) => {
      await app.createByKeyboard("first volume");
      await app.tabTo(app.text("handover.download"));
      const file = await app.download(() => app.page.keyboard.press("Enter"));
      const key = JSON.parse(readFileSync(file, "utf8")).transfers[0].auth_key;
      await app.tabTo(app.text("handover.close"));
      await app.page.keyboard.press("Enter");
      await expect(app.dialog).toBeHidden();
      await app.showByKeyboard("transfers.title");
      await expect(app.transfers.getByRole("row")).toHaveCount(2);
      await expect(app.transfers).toContainText("first volume");
      await expect(app.transfers).toContainText("data-01");

      const context = await browser.newContext({ locale: language });
      const other = new App(await context.newPage(), server, language);
      await other.open();
      await other.tabTo(other.text("connect.demo", { label: "B" }));
      await other.page.keyboard.press("Enter");
      await expect(other.page.locator(":focus")).toHaveText(other.text("volumes.title"));
      await other.showByKeyboard("accept.title");
      const choosing = other.page.waitForEvent("filechooser");
      await other.tabTo(other.text("accept.file"));
      await other.page.keyboard.press("Enter");
      await (await choosing).setFiles(file);
      await expect(other.textbox("handover.key")).toHaveValue(key);
      await expect(other.button("accept.submit")).toBeFocused();
      await other.page.keyboard.press("Enter");
      await expect(other.page.getByText(other.text("accept.done", { volume: "data-01" }))).toBeVisible();
      // The used credentials are removed.
      await expect(other.textbox("handover.id")).toHaveValue("");
      await expect(other.textbox("handover.key")).toHaveValue("");
      expect(await other.page.content()).not.toContain(key);
      await other.show("volumes.title");
      await expect(other.checkbox("data-01")).toBeVisible();
      await context.close();

      // The sending side updates by itself.
      await expect(app.page.getByText(app.text("news.gone", { volume: "data-01" }))).toBeVisible();
      await expect(app.transfers).toHaveCount(0);
      await app.show("volumes.title");
      await expect(app.checkbox("data-01")).toHaveCount(0);
      expect(app.consoleMessages.filter((message) => !message.includes("404"))).toEqual([]);
    });

    test("cancels a transfer with the keyboard only", async ({ app, page }) => {
      await app.createByKeyboard("second thoughts");
      await app.tabTo(app.text("handover.close"));
      await page.keyboard.press("Enter");
      await expect(app.dialog).toBeHidden();
      await app.showByKeyboard("transfers.title");
      await expect(app.transfers).toBeVisible();
      await app.tabTo(app.text("transfers.cancel", { name: "second thoughts" }));
      await page.keyboard.press("Enter");
      await expect(app.cancelDialog).toBeVisible();
      // Escape keeps the transfer.
      await page.keyboard.press("Escape");
      await expect(app.cancelDialog).toBeHidden();
      expect(await app.server.transfers()).toHaveLength(1);

      await app.tabTo(app.text("transfers.cancel", { name: "second thoughts" }));
      await page.keyboard.press("Enter");
      await expect(app.cancelDialog.getByRole("heading")).toBeFocused();
      await page.keyboard.press("Tab");
      await expect(app.cancelDialog.getByRole("button", { name: app.text("cancel.confirm") })).toBeFocused();
      await page.keyboard.press("Enter");
      await expect(app.cancelDialog).toBeHidden();
      await expect(page.locator(":focus")).toHaveText(app.text("transfers.title"));
      await expect(page.getByText(app.text("news.cancelled", { volume: "data-01" }))).toBeVisible();
      await app.show("volumes.title");
      await expect(app.row("data-01")).toContainText(app.text("eligibility.unknown"));
      expect(await app.server.transfers()).toEqual([]);
    });
  });
}

test("has the documented accessible names", async ({ app, page }) => {
  await app.useDemoProject("A");
  await app.show("accept.title");
  const accept = page.getByRole("region", { name: "Accept a transfer", exact: true });
  await expect(accept.getByRole("textbox", { name: "Transfer ID", exact: true })).toBeVisible();
  await expect(accept.getByRole("textbox", { name: "Authorization key", exact: true })).toBeVisible();
  await expect(accept.getByRole("button", { name: "Accept transfer", exact: true })).toBeVisible();
  await app.show("volumes.title");
  await app.choose("data-01");
  await app.name("NAME");
  await app.create();
  await app.button("handover.close").click();
  await app.show("transfers.title");
  const table = page.getByRole("table", { name: "Pending transfers", exact: true });
  await expect(table.getByRole("button", { name: "Cancel transfer NAME", exact: true })).toHaveText("Cancel");
});

test.describe("accepting", () => {
  test("explains invalid input and keeps it", async ({ app, page, server }) => {
    await server.create(DATA_01);
    const [transfer] = await server.transfers();
    await app.useDemoProject("B");
    await app.show("accept.title");
    await app.button("accept.submit").click();
    await expect(app.textbox("handover.id")).toBeFocused();
    await expect(app.textbox("handover.id")).toHaveAccessibleDescription(new RegExp(app.text("transferId.empty")));
    await app.textbox("handover.id").fill(transfer!.id);
    await app.button("accept.submit").click();
    await expect(app.textbox("handover.key")).toBeFocused();
    expect(app.posts).toEqual([]);

    await app.textbox("handover.key").fill(" 0123456789abcdef ");
    await app.button("accept.submit").click();
    await expect(app.alert).toContainText(app.text("accept.rejected"));
    await expect(app.alert).toContainText(app.text("response.auth_key"));
    await expect(app.alert).toContainText(/Invalid auth key/);
    await expect(app.alert).not.toContainText("0123456789abcdef");
    await expect(app.textbox("handover.id")).toHaveValue(transfer!.id);
    await expect(app.textbox("handover.key")).toHaveValue(" 0123456789abcdef ");

    await app.textbox("handover.id").fill("00000000-0000-4000-8000-000000000000");
    await app.button("accept.submit").click();
    await expect(app.alert).toContainText(app.text("accept.not_found"));
    await page.getByLabel(app.text("accept.file")).setInputFiles({
      name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("no credentials"),
    });
    await expect(page.getByLabel(app.text("accept.file"))).toHaveAccessibleDescription(new RegExp(`^${app.text("accept.file.malformed")}`));
  });

  test("sends one request for repeated presses", async ({ app, page }) => {
    await app.useDemoProject("B");
    await app.show("accept.title");
    await app.textbox("handover.id").fill("00000000-0000-4000-8000-000000000000");
    await app.textbox("handover.key").fill("0123456789abcdef");
    const { opened, open } = gate();
    await page.route("**/accept", async (route) => {
      await opened;
      await route.continue();
    });
    await app.button("accept.submit").dblclick();
    await app.textbox("handover.key").press("Enter");
    open();
    await expect(app.alert).toContainText(app.text("accept.rejected"));
    expect(app.posts).toHaveLength(1);
  });

  test("reports an unknown outcome if the response is lost", async ({ app, page, server }) => {
    await app.useDemoProject("A");
    await app.choose("data-01");
    await app.create();
    const key = await app.key();
    await app.button("handover.close").click();
    const [transfer] = await server.transfers();
    await page.route("**/accept", loseResponse);
    await app.show("accept.title");
    await app.textbox("handover.id").fill(transfer!.id);
    await app.textbox("handover.key").fill(key);
    await app.button("accept.submit").click();
    await expect(app.alert).toContainText(app.text("accept.unknown"));
    await app.show("volumes.title");
    await expect(app.row("data-01")).toContainText(app.text("eligibility.unknown"));
  });
});

test.describe("cancelling", () => {
  test("says that the transfer was accepted in the meantime", async ({ app, server }) => {
    await app.useDemoProject("A");
    await app.choose("data-01");
    await app.name("too late");
    await app.create();
    const key = await app.key();
    await app.button("handover.close").click();
    const [transfer] = await server.transfers();
    await app.show("transfers.title");
    await app.button("transfers.cancel", { name: "too late" }).click();
    await server.accept(transfer!.id, key);
    await app.cancelDialog.getByRole("button", { name: app.text("cancel.confirm"), exact: true }).click();
    await expect(app.cancelDialog).toContainText(app.text("cancel.rejected"));
    await expect(app.cancelDialog).toContainText(app.text("cancel.not_found"));
    await app.button("cancel.keep").click();
    await expect(app.page.getByText(app.text("news.gone", { volume: "data-01" }))).toBeVisible();
  });

  test("resolves an unknown outcome by itself", async ({ app, page }) => {
    await app.useDemoProject("A");
    await app.choose("data-01");
    await app.name("lost");
    await app.create();
    await app.button("handover.close").click();
    await page.route(/os-volume-transfer\/[0-9a-f-]{36}$/, loseResponse);
    await app.show("transfers.title");
    await app.cancel("lost");
    await expect(app.cancelDialog).toContainText(app.text("cancel.unknown"));
    await app.button("cancel.keep").click();
    await expect(page.getByText(app.text("news.available", { volume: "data-01" }))).toBeVisible();
  });
});

test.describe("in zh-CN", () => {
  test.use({ language: "zh-CN" });

  test("translates the status that a volume has after its transfer", async ({ app, page, server }) => {
    await app.useDemoProject("A");
    await app.choose("data-01");
    await app.create();
    await app.button("handover.close").click();
    const [transfer] = await server.transfers();
    await server.cancel(transfer!.id);
    await page.route(/volumes\/(detail|[0-9a-f-]{36})/, async (route) => {
      const response = await deliver(route);
      const json = await response.json();
      for (const volume of json.volumes ?? [json.volume]) if (volume.id === DATA_01) volume.status = "in-use";
      await route.fulfill({ response, json });
    });
    await app.show("transfers.title");
    await expect(page.getByText(app.text("news.other", { volume: "data-01", status: app.status("in-use") }))).toBeVisible();
  });
});

test("cancels a transfer whose key was lost and creates another", async ({ app, page, server }) => {
  await app.useDemoProject("A");
  await app.choose("data-01");
  await app.name("kept");
  await page.route("**/os-volume-transfer", loseResponse);
  await app.create();
  await expect(app.alert).toContainText(app.text("unknown.title"));
  const [transfer] = await server.transfers();
  await expect(app.alert).toContainText(app.text("unknown.made", { id: transfer!.id }));
  await app.button("unknown.cancel").click();
  await app.cancelDialog.getByRole("button", { name: app.text("cancel.confirm"), exact: true }).click();
  await expect(app.alert).toContainText(app.text("unknown.cancelled"));
  // The focus moves to the volumes, because the transfers are in another tab.
  await expect(page.locator(":focus")).toHaveText(app.text("volumes.title"));
  await expect(app.textbox("create.name")).toHaveValue("kept");
  await page.unroute("**/os-volume-transfer");
  await expect(app.button("create.submit")).not.toHaveAttribute("aria-disabled");
  await app.create();
  await expect(app.dialog).toBeVisible();
  expect((await server.transfers()).map((t) => t.name)).toEqual(["kept"]);
});

test("searches again when the network comes back", async ({ app, page, context, server }) => {
  await app.useDemoProject("A");
  await app.choose("data-01");
  await page.route("**/os-volume-transfer", async (route) => {
    await deliver(route);
    await context.setOffline(true);
    await route.abort("connectionreset");
  });
  await app.create();
  const unknown = app.alert.filter({ hasText: app.text("unknown.title") });
  await expect(unknown).toContainText(app.text("unknown.cannot_tell"));
  await context.setOffline(false);
  const [transfer] = await server.transfers();
  await expect(unknown).toContainText(app.text("unknown.made", { id: transfer!.id }));
});

test("keeps the input when the token expires", async ({ app, page }) => {
  await app.useDemoProject("A");
  await app.choose("data-01");
  await app.name("kept");
  await page.route("**/os-volume-transfer", (route) =>
    route.fulfill({ status: 401, json: { error: { code: 401, title: "Unauthorized", message: "expired" } } }),
  );
  await app.create();
  await expect(app.alert).toContainText(app.text("response.token"));
  await app.button("connect.renew").click();
  const token = app.token;
  await expect(token).toBeFocused();
  await expect(token).toHaveValue("");
  await expect(app.textbox("connect.project")).toHaveValue(PROJECT_A.id);
  await page.unroute("**/os-volume-transfer");
  await token.fill(PROJECT_A.token);
  await page.keyboard.press("Enter");
  await expect(app.signIn).toBeHidden();
  await expect(app.checkbox("data-01")).toBeChecked();
  await expect(app.textbox("create.name")).toHaveValue("kept");
  await app.create();
  await expect(app.dialog).toBeVisible();
});

test.describe("slow requests", () => {
  test("show the elapsed time after one second", async ({ app, page }) => {
    await app.useDemoProject("A");
    await app.choose("data-01");
    const seconds = app.region("create.title").getByText(app.text("progress.seconds", { seconds: 1 }));
    const { opened, open } = gate();
    await page.route("**/os-volume-transfer", async (route) => {
      await opened;
      await route.continue();
    });
    await app.create();
    await expect(app.region("create.title")).toContainText(app.text("create.busy"));
    await expect(seconds).toHaveCount(0);
    await expect(seconds).toBeVisible();
    // There is no Stop button, because the transfer may already exist.
    await expect(app.region("create.title").getByRole("button", { name: app.text("progress.stop") })).toHaveCount(0);
    open();
    await expect(app.dialog).toBeVisible();
    await expect(seconds).toHaveCount(0);
  });

  test("can be stopped if they only read, and keep the previous list", async ({ app, page }) => {
    let pages = 0;
    const endless = async () => {
      await page.route("**/cloudvolumes/detail*", async (route) => {
        // Every page has a new ID, and every third page never arrives.
        if (++pages % 3 === 0) return;
        const id = `00000000-0000-4000-8000-${String(pages).padStart(12, "0")}`;
        const volumes = Array.from({ length: 1000 }, () => ({ id, name: "v", status: "available" }));
        await route.fulfill({ json: { volumes, volumes_links: [{ rel: "next", href: "x" }] } });
      });
    };
    await endless();
    await app.signInWith("token");
    await app.textbox("connect.project").fill(PROJECT_A.id);
    await app.token.fill(PROJECT_A.token);
    await app.button("connect.submit").click();
    await expect(app.signIn).toContainText(app.text("progress.count", { count: 2000 }));
    await app.button("progress.stop").click();
    await expect(app.signIn).not.toContainText(app.text("connect.busy"));
    await expect(app.textbox("connect.project")).toHaveValue(PROJECT_A.id);
    await page.unroute("**/cloudvolumes/detail*");
    await app.button("connect.submit").click();
    await expect(app.checkbox("data-01")).toBeVisible();

    await endless();
    await app.button("volumes.refresh").click();
    await expect(app.region("volumes.title")).toContainText(app.text("progress.count", { count: 2000 }));
    await app.button("progress.stop").click();
    await expect(app.alert).toContainText(app.text("volumes.stopped"));
    await expect(app.checkbox("data-01")).toBeVisible();
    await page.unroute("**/cloudvolumes/detail*");
    await app.button("volumes.refresh").click();
    await expect(app.alert).toHaveCount(0);
  });
});

test("leaves snapshots behind in Cinder on request", async ({ app, page }) => {
  await app.connect(PROJECT_A.id, PROJECT_A.token, "cinder");
  await app.choose("data-01", false);
  const leave = page.getByLabel(app.text("create.leave_snapshots"));
  await expect(leave).not.toBeChecked();
  await leave.check();
  await app.create();
  await expect(app.dialog).toBeVisible();
  expect(app.posts[0]!.url).toMatch(/\/volume-transfers$/);
  expect(JSON.parse(app.posts[0]!.body!).transfer).toMatchObject({ volume_id: DATA_01, no_snapshots: true });
});

test("shows Retry-After in seconds or as a date", async ({ app, page }) => {
  await app.useDemoProject("A");
  await app.choose("data-01");
  for (const [header, text] of [
    ["120", app.text("fault.seconds", { seconds: 120 })],
    ["Wed, 21 Oct 2026 07:28:00 GMT", /2026/],
  ] as const) {
    await page.route("**/os-volume-transfer", (route) =>
      route.fulfill({ status: 429, headers: { "Retry-After": header }, body: "" }),
    );
    await app.create();
    await expect(app.alert).toContainText(app.text("response.busy"));
    await expect(app.alert).toContainText(text);
    await page.unroute("**/os-volume-transfer");
  }
});

test("pauses polling while the page is hidden", async ({ app, page, server }) => {
  await page.clock.install();
  await page.reload();
  await app.useDemoProject("A");
  await app.choose("data-01");
  await app.create();
  await app.button("handover.close").click();
  await app.show("transfers.title");
  await expect(app.transfers).toBeVisible();
  let requests = 0;
  page.on("request", (request) => {
    if (request.url().endsWith("os-volume-transfer/detail")) requests++;
  });
  const hide = (hidden: boolean) =>
    page.evaluate((hidden) => {
      Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
      window.dispatchEvent(new Event("visibilitychange"));
    }, hidden);
  await hide(true);
  // Runs due timers once per step, which is much faster than running them whenever they are due.
  for (let minutes = 0; minutes < 10; minutes++) await page.clock.fastForward(60_000);
  expect(requests).toBe(0);
  const [transfer] = await server.transfers();
  await server.cancel(transfer!.id);
  await hide(false);
  await expect(page.getByText(app.text("news.available", { volume: "data-01" }))).toBeVisible();
});
