// Accepts the transfers from a credentials file, one after another, and loads the file again.

import type { Route } from "@playwright/test";
import { type App, expect, test } from "./console.ts";
import { deliver, gate } from "./routes.ts";
import { PROJECT_A, PROJECT_B, type Server } from "./server.ts";

const ACCEPT = "**/accept";

type Entry = { transfer_id: string; auth_key: string; volume_id: string; volume_name: string; size: number };

/** Creates transfers for volumes in demo project A, and returns their entries for a credentials file. */
async function transfers(server: Server, ...names: string[]): Promise<Entry[]> {
  const { volumes } = (await (await server.request(PROJECT_A, "GET", "volumes/detail")).json()) as {
    volumes: { id: string; name: string; size: number }[];
  };
  const created = [];
  for (const name of names) {
    const volume = volumes.find((volume) => volume.name === name)!;
    const response = await server.request(PROJECT_A, "POST", "os-volume-transfer", { transfer: { volume_id: volume.id } });
    const { transfer } = (await response.json()) as { transfer: { id: string; auth_key: string } };
    created.push({ transfer_id: transfer.id, auth_key: transfer.auth_key, volume_id: volume.id, volume_name: name, size: volume.size });
  }
  return created;
}

const file = (server: Server, transfers: object[], fields = {}) =>
  JSON.stringify({ version: 2, service: "evs-v2", endpoint: server.url, source_project: PROJECT_A.id, transfers, ...fields });

async function choose(app: App, text: string): Promise<void> {
  await app.page.getByLabel(app.text("accept.file")).setInputFiles({
    name: "credentials.json",
    mimeType: "application/json",
    buffer: Buffer.from(text),
  });
}

/** A volume that fits within project B's quota together with data-01 and data-02; data-03 doesn't. */
const THIRD = "数据盘-上海-01";

const rows = (app: App) => app.page.locator(".accept tbody").getByRole("row");
const row = (app: App, volume: string) => rows(app).filter({ hasText: volume });
const acceptAll = (app: App, count: number) => app.button("accept.submit.several", { count });
const result = (app: App, accepted: number, total: number) =>
  app.page.getByText(app.text("accept.result", { accepted, total }));

const refuse = (status: number, code: string, headers = {}) => (route: Route) =>
  route.fulfill({ status, headers, json: { error: { code, message: "no" } } });

async function openAsB(app: App): Promise<void> {
  await app.useDemoProject("B");
  await app.show("accept.title");
}

test("accepts a file's transfers in one go, and recognizes them when the file is loaded again", async ({ app, page, server }) => {
  const entries = await transfers(server, "data-01", "data-02", THIRD);
  const text = file(server, entries);
  await openAsB(app);
  await choose(app, text);
  await expect(rows(app)).toHaveCount(3);
  await expect(row(app, "data-01")).toContainText(app.text("run.waiting"));
  expect(app.posts).toHaveLength(0);
  await acceptAll(app, 3).click();
  await expect(result(app, 3, 3)).toBeVisible();
  await expect(page.getByText(app.text("accept.row.accepted"), { exact: true })).toHaveCount(3);
  expect(await server.transfers()).toEqual([]);

  // In the same tab.
  await choose(app, text);
  await expect(page.getByText(app.text("accept.row.accepted"), { exact: true })).toHaveCount(3);
  await expect(acceptAll(app, 3)).toHaveCount(0);
  expect(app.posts).toHaveLength(3);
  await page.getByRole("link", { name: app.text("accept.show"), exact: true }).click();
  await expect(app.checkbox("data-02")).toBeVisible();

  // After a reload.
  await page.reload();
  await openAsB(app);
  await choose(app, text);
  await acceptAll(app, 3).click();
  await expect(page.getByText(app.text("accept.row.here"), { exact: true })).toHaveCount(3);
  await expect(page.getByText(app.text("accept.result.gone", { count: 3 }))).toBeVisible();
  await expect(app.alert).toHaveCount(0);
});

test("a wrong key and a transfer that is gone don't stop the others", async ({ app, server }) => {
  const entries = await transfers(server, "data-01", "data-02", "data-03");
  await server.cancel(entries[1]!.transfer_id);
  await openAsB(app);
  await choose(app, file(server, [{ ...entries[0], auth_key: "0000000000000000" }, ...entries.slice(1)]));
  await acceptAll(app, 3).click();
  await expect(result(app, 1, 3)).toBeVisible();
  await expect(row(app, "data-01")).toContainText(app.text("accept.row.key"));
  await expect(row(app, "data-01")).toContainText(app.text("response.auth_key"));
  await expect(row(app, "data-02")).toContainText(app.text("accept.row.gone"));
  await expect(row(app, "data-03")).toContainText(app.text("accept.row.accepted"));

  // The right file continues where the wrong one stopped.
  await choose(app, file(server, entries));
  await app.button("accept.submit").click();
  await expect(result(app, 2, 3)).toBeVisible();
  expect(app.posts).toHaveLength(4);
});

test("an exhausted quota pauses the rest, which can be resumed", async ({ app, page, server }) => {
  const entries = await transfers(server, "data-01", "data-02", THIRD);
  let full = true;
  let number = 0;
  await page.route(ACCEPT, (route) => (++number > 1 && full ? refuse(413, "EVS.1042")(route) : route.continue()));
  await openAsB(app);
  await choose(app, file(server, entries));
  await acceptAll(app, 3).click();
  await expect(app.alert).toContainText(app.text("run.paused"));
  await expect(app.alert).toContainText(app.text("response.quota"));
  await expect(row(app, THIRD)).toContainText(app.text("run.waiting"));
  expect(number).toBe(2);
  full = false;
  await app.button("run.continue").click();
  await expect(result(app, 3, 3)).toBeVisible();
  expect(number).toBe(4);
});

test("waits as long as the service asks it to", async ({ app, page, server }) => {
  const entries = await transfers(server, "data-01", "data-02");
  const times: number[] = [];
  await page.route(ACCEPT, (route) => {
    times.push(Date.now());
    return times.length === 1 ? refuse(429, "429", { "Retry-After": "2" })(route) : route.continue();
  });
  await openAsB(app);
  await choose(app, file(server, entries));
  await acceptAll(app, 2).click();
  await expect(result(app, 2, 2)).toBeVisible();
  expect(times).toHaveLength(3);
  expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(1900);
});

test("reports an unknown outcome after a lost response, and accepting again does no harm", async ({ app, page, server }) => {
  const entries = await transfers(server, "data-01", "data-02");
  let lost = 0;
  await page.route(ACCEPT, async (route) => {
    if (lost++ > 0) return route.continue();
    await deliver(route);
    await route.abort("connectionreset");
  });
  await openAsB(app);
  await choose(app, file(server, entries));
  await acceptAll(app, 2).click();
  await expect(result(app, 1, 2)).toBeVisible();
  await expect(row(app, "data-01")).toContainText(app.text("run.unknown"));
  await expect(row(app, "data-01")).toContainText(app.text("accept.unknown"));
  await app.button("accept.submit").click();
  await expect(row(app, "data-01")).toContainText(app.text("accept.row.here"));
});

test("stops on request and continues later", async ({ app, page, server }) => {
  const entries = await transfers(server, "data-01", "data-02", THIRD);
  const { opened, open } = gate();
  await page.route(ACCEPT, async (route) => {
    await opened;
    await route.continue();
  });
  await openAsB(app);
  await choose(app, file(server, entries));
  await acceptAll(app, 3).click();
  await app.button("progress.stop").click();
  open();
  await expect(result(app, 1, 3)).toBeVisible();
  expect(await server.transfers()).toHaveLength(2);
  await acceptAll(app, 2).click();
  await expect(result(app, 3, 3)).toBeVisible();
  expect(app.posts).toHaveLength(3);
});

test("reads a file that is dropped or pasted", async ({ app, browserName, page, server }) => {
  const text = file(server, await transfers(server, "data-01", "data-02"));
  await openAsB(app);
  const paste = (text: string) =>
    app.textbox("handover.id").evaluate((field, text) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData("text/plain", text);
      return field.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
    }, text);
  // Firefox hides the clipboard data of an event that a script has created.
  if (browserName !== "firefox") {
    expect(await paste("00000000-0000-4000-8000-000000000000"), "pasting an ID is left to the field").toBe(true);
    expect(await paste(text)).toBe(false);
    await expect(rows(app)).toHaveCount(2);
    await app.button("accept.clear").click();
    await expect(app.textbox("handover.id")).toHaveValue("");
  }

  const drop = (text: string) =>
    page.evaluate((text) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([text], "credentials.json"));
      return document.body.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
    }, text);
  expect(await drop(text)).toBe(false);
  await expect(rows(app)).toHaveCount(2);

  // In the page's other tabs, a dropped file isn't opened in place of the page either.
  await app.button("accept.clear").click();
  await app.show("volumes.title");
  expect(await drop(text)).toBe(false);
  await app.show("accept.title");
  await expect(rows(app)).toHaveCount(0);
});

test("fills in the fields for a single transfer, and recognizes it when its file is loaded again", async ({ app, server }) => {
  const entries = await transfers(server, "data-01");
  await openAsB(app);
  await choose(app, file(server, entries));
  await expect(app.textbox("handover.id")).toHaveValue(entries[0]!.transfer_id);
  await app.button("accept.submit").click();
  await expect(app.page.getByText(app.text("accept.done", { volume: "data-01" }))).toBeVisible();
  await choose(app, file(server, entries));
  await expect(row(app, "data-01")).toContainText(app.text("accept.row.accepted"));
  expect(app.posts).toHaveLength(1);
});

test("warns about a file for another service, and says why a file can't be used", async ({ app, page, server }) => {
  const entries = await transfers(server, "data-01", "data-02");
  await openAsB(app);
  for (const [text, message] of [
    ["", "accept.file.empty"],
    ["nonsense", "accept.file.malformed"],
    ['{"transfers":[]}', "accept.file.no_transfers"],
  ] as const) {
    await choose(app, text);
    await expect(page.getByText(app.text(message))).toBeVisible();
  }
  await choose(app, file(server, entries, { service: "cinder" }));
  await expect(page.getByText(app.text("accept.warning.service"))).toBeVisible();
  await choose(app, file(server, entries, { endpoint: "https://evs.example.com" }));
  await expect(page.getByText(app.text("accept.warning.endpoint"))).toBeVisible();
  await choose(app, file(server, [...entries, { transfer_id: 5 }]));
  await expect(page.getByText(app.text("accept.warning.endpoint"))).toBeHidden();
  await expect(page.getByText(app.text("accept.file.unreadable", { count: 1 }))).toBeVisible();
  // A warning doesn't prevent accepting.
  await acceptAll(app, 2).click();
  await expect(result(app, 2, 2)).toBeVisible();
});

test("chooses a file with the keyboard, in the page's language", async ({ app, page }) => {
  await openAsB(app);
  // Starts waiting well before the key press, because the browser needs a moment to report file choosers.
  const chooser = page.waitForEvent("filechooser");
  await app.tabTo(app.text("accept.file"));
  await page.keyboard.press("Enter");
  await chooser;
});

test("stops accepting after connecting to another project", async ({ app, page, server }) => {
  const entries = await transfers(server, "data-01", "data-02", "data-03");
  const { opened, open } = gate();
  await page.route(ACCEPT, async (route) => {
    await opened;
    await route.continue();
  });
  await openAsB(app);
  await choose(app, file(server, entries));
  await acceptAll(app, 3).click();
  await expect.poll(() => app.posts.length).toBe(1);
  await app.changeConnection();
  await app.connect(PROJECT_A.id, PROJECT_A.token);
  await expect(app.signIn).toBeHidden();
  open();
  await app.show("accept.title");
  await expect(row(app, "data-01")).toContainText(app.text("accept.row.accepted"));
  await expect(acceptAll(app, 2)).toBeVisible();
  expect(app.posts).toHaveLength(1);
  expect(PROJECT_B.id).not.toBe(PROJECT_A.id);
});
