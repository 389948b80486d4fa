// Many volumes in one run: each is sent once, no key is lost, and the page reports every transfer.

import { readFile } from "node:fs/promises";
import type { Page, Route } from "@playwright/test";
import { type App, Presses, test, expect } from "./console.ts";
import { deliver, loseResponse, postData } from "./routes.ts";
import { DATA_01, PROJECT_A } from "./server.ts";

const POST = "**/os-volume-transfer";
const FACTS = /\/cloudsnapshots\/detail|\/backups\?|\/vaults\?|\/policies\?/;

/** The volumes of demo project A that can be transferred. One of them has no name. */
const NINE = [
  "data-01",
  "data-02",
  "data-03",
  "数据盘-上海-01",
  "数据盘-北京-02",
  "analytics-warehouse",
  "bdfaef42-8c7d-4431-b331-dab129ea3a7b",
  "<img src=x onerror=alert(1)>",
  "media-cache",
];
/** The service rejects this one, but its record doesn't show why. */
const FROZEN = "frozen-disk";
const TEN = [...NINE, FROZEN];

type Post = { volume: string; at: number };

/** Records the create requests, and delays each one, so that they overlap. */
class Posts {
  readonly sent: Post[] = [];
  /** The largest number of requests in progress at the same time. */
  mostInFlight = 0;
  private inFlight = 0;

  /** `respond` may handle a request instead of the service. Requests are numbered from 1. */
  static async record(page: Page, milliseconds: number, respond?: (route: Route, volume: string, number: number) => Promise<unknown> | undefined): Promise<Posts> {
    const posts = new Posts();
    await page.route(POST, async (route) => {
      if (route.request().method() !== "POST") return route.fallback();
      const volume: string = JSON.parse(postData(route.request())!).transfer.volume_id;
      posts.sent.push({ volume, at: Date.now() });
      const number = posts.sent.length;
      posts.mostInFlight = Math.max(posts.mostInFlight, ++posts.inFlight);
      await new Promise((done) => setTimeout(done, milliseconds));
      posts.inFlight--;
      await (respond?.(route, volume, number) ?? route.continue());
    });
    return posts;
  }

  /** Returns how many times each volume was sent. */
  counts(): number[] {
    const counts = new Map<string, number>();
    for (const { volume } of this.sent) counts.set(volume, (counts.get(volume) ?? 0) + 1);
    return [...counts.values()];
  }
}

const refuse = (status: number, code: string, headers = {}) => (route: Route) =>
  route.fulfill({ status, headers, json: { error: { code, message: "no" } } });

/** Connects, selects the volumes, and presses the button. */
async function create(app: App, volumes: readonly string[]): Promise<void> {
  await app.useDemoProject("A");
  await app.select(...volumes);
  await expect(app.region("create.title")).toContainText(app.text("create.count", { count: volumes.length }));
  await app.create();
  await expect(app.run).toBeVisible();
}

/** Waits until the dialog shows how many transfers were created, and nothing is in progress. */
async function finished(app: App, created: number, total: number): Promise<void> {
  await expect(app.run).toHaveAccessibleName(app.text("handover.title.several", { created, total }));
  await expect(app.run.getByRole("button", { name: app.text("handover.close.several"), exact: true })).not.toHaveAttribute("aria-disabled");
}

/** Downloads the file, and checks that it has the keys of exactly these transfers. */
async function expectSaved(app: App, transfers: { id: string; volume_id: string }[]): Promise<{ transfer_id: string; auth_key: string }[]> {
  const saved = JSON.parse(await readFile(await app.download(), "utf8")).transfers;
  const pairs = (all: { id: string; volume_id: string }[]) => all.map((t) => `${t.id} ${t.volume_id}`).sort();
  expect(pairs(saved.map((t: { transfer_id: string }) => ({ ...t, id: t.transfer_id })))).toEqual(pairs(transfers));
  for (const { auth_key } of saved) expect(auth_key).toMatch(/^[0-9a-f]{16}$/);
  return saved;
}

test("gets from the list to the saved keys of ten volumes in at most six presses and without scrolling", async ({ app, page, server }) => {
  await page.setViewportSize({ width: 1280, height: 800 });
  // A project with ten volumes.
  await page.route("**/cloudvolumes/detail*", async (route) => {
    const response = await deliver(route);
    const { volumes } = await response.json();
    const long = volumes.find((volume: { name: string | null }) => volume.name?.startsWith("nightly-exports"));
    long.name = "nightly-exports";
    const wanted = [...NINE, long.name];
    const ten = volumes.filter((volume: { id: string; name: string | null }) => wanted.includes(volume.name ?? volume.id));
    await route.fulfill({ response, json: { volumes: ten } });
  });
  await app.useDemoProject("A");
  const presses = new Presses(page);
  await presses.on(app.selectAll);
  await expect(app.region("create.title")).toContainText(app.text("create.count", { count: 10 }));
  await presses.on(app.textbox("create.name"));
  await page.keyboard.type("move-{volume}");
  await presses.on(app.button("create.submit"));
  await finished(app, 10, 10);
  await app.download(() => presses.on(app.button("handover.download")));
  await presses.on(app.button("handover.close.several"));
  await expect(app.run).toBeHidden();
  expect(presses.count).toBeLessThanOrEqual(6);
  expect(await server.transfers()).toHaveLength(10);
});

test("a rejection, a lost response and a 429 among ten volumes leave eight keys, one reason, and one transfer to cancel", async ({ app, page, server }) => {
  let delayedUntil = 0;
  const posts = await Posts.record(page, 100, (route, _, number) => {
    if (number === 3) return loseResponse(route);
    if (number !== 5) return undefined;
    delayedUntil = Date.now() + 1_000;
    return refuse(429, "APIGW.0308", { "Retry-After": "1" })(route);
  });
  await create(app, TEN);
  await finished(app, 8, 10);

  // Only the volume that got the 429 was sent again.
  expect(posts.counts().sort()).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 1, 2]);
  expect(posts.mostInFlight).toBe(2);
  // The other request was in flight when the 429 arrived.
  const early = posts.sent.slice(6).filter((post) => post.at < delayedUntil);
  expect(early).toEqual([]);

  await expect(app.run.getByText("EVS.2068")).toHaveCount(1);
  await expect(app.run.getByText(app.text("create.rejected"))).toHaveCount(1);
  await expect(app.button("unknown.cancel")).toHaveCount(1);
  const transfers = await server.transfers();
  expect(transfers).toHaveLength(9);
  expect(new Set(transfers.map((t) => t.volume_id)).size).toBe(9);
  const lost = transfers.find((t) => t.volume_id === posts.sent[2]!.volume)!;
  await expect(app.run).toContainText(app.text("unknown.made", { id: lost.id }));
  const saved = await expectSaved(app, transfers.filter((t) => t.id !== lost.id));
  await server.accept(saved[0]!.transfer_id, saved[0]!.auth_key);

  await app.button("unknown.cancel").click();
  await app.cancelDialog.getByRole("button", { name: app.text("cancel.confirm"), exact: true }).click();
  await expect(app.run).toContainText(app.text("unknown.cancelled"));
  await app.button("handover.close.several").click();
  await expect(app.run).toBeHidden();
  await app.show("transfers.title");
  await expect(app.transfers.locator("tbody").getByRole("row")).toHaveCount(7);
  expect(app.consoleMessages.filter((message) => /panicked|unreachable/.test(message))).toEqual([]);
});

test("looks up several volumes with at most four requests at a time, and skips those deselected in the meantime", async ({ app, page }) => {
  let [inFlight, most, sent] = [0, 0, 0];
  await page.route(FACTS, async (route) => {
    sent++;
    most = Math.max(most, ++inFlight);
    await new Promise((done) => setTimeout(done, 300));
    inFlight--;
    await route.continue();
  });
  await app.useDemoProject("A");
  await app.select(...TEN);
  await app.select("with-snapshots", "with-backups", "vault-policy");
  const panel = app.region("create.title");
  for (const volume of ["with-snapshots", "with-backups", "vault-policy"]) {
    await expect(panel.getByRole("listitem").filter({ hasText: volume })).toBeVisible();
  }
  await expect.poll(() => inFlight).toBe(0);
  expect(most).toBe(4);

  await app.button("create.leave_out", { count: 3 }).click();
  await expect(panel).toContainText(app.text("create.count", { count: 10 }));
  await app.deselect();
  const before = sent;
  await app.checkbox("data-01").check();
  await app.checkbox("data-01").uncheck();
  await app.checkbox("data-02").check();
  await expect.poll(() => inFlight).toBe(0);
  // A volume takes at most four queries: snapshots, backups, vaults, and a vault's policies.
  expect(sent - before).toBeLessThanOrEqual(8);
});

test("names each transfer according to the pattern, and previews the names", async ({ app, server }) => {
  await app.useDemoProject("A");
  await app.select("data-01", "data-02");
  await app.name("move-{volume}");
  await expect(app.page.getByRole("list", { name: app.text("create.name.preview") })).toHaveText(/move-data-01.*move-data-02/);
  await app.create();
  await finished(app, 2, 2);
  expect((await server.transfers()).map((t) => t.name).sort()).toEqual(["move-data-01", "move-data-02"]);
});

test("rejects a pattern that is too long for one of the volumes", async ({ app }) => {
  await app.useDemoProject("A");
  await app.select("data-01", "数据盘-上海-01");
  await app.name("x".repeat(244) + "{volume}");
  await expect(app.textbox("create.name")).toHaveAccessibleDescription(/数据盘-上海-01/);
  await app.create();
  await expect(app.textbox("create.name")).toBeFocused();
  expect(app.posts).toEqual([]);
});

test("creates nothing while one of the volumes can't be transferred", async ({ app }) => {
  await app.useDemoProject("A");
  await app.select("data-01", "data-02", "worst-case");
  await expect(app.button("create.submit")).toHaveAccessibleDescription(app.text("create.blocked.some"));
  await app.createBlocked("checks");
  await app.button("create.leave_out", { count: 1 }).click();
  await expect(app.checkbox("worst-case")).not.toBeChecked();
  await app.create();
  await finished(app, 2, 2);
  expect(app.posts).toHaveLength(2);
});

test("stops in the middle: nothing new is sent, and the keys so far can be saved", async ({ app, page, server }) => {
  const posts = await Posts.record(page, 600);
  await create(app, NINE);
  await app.run.getByRole("button", { name: app.text("progress.stop"), exact: true }).click();
  const sent = posts.sent.length;
  expect(sent).toBeLessThan(9);
  await finished(app, sent, 9);
  await expect(app.run.getByText(app.text("run.not_sent"), { exact: true })).toHaveCount(9 - sent);
  expect(posts.sent).toHaveLength(sent);
  await expectSaved(app, await server.transfers());
  await app.button("handover.close.several").click();
  // Volumes that weren't sent are still selected.
  await expect(app.table.locator("tbody").getByRole("checkbox", { checked: true })).toHaveCount(9 - sent);
});

test("pauses when the token expires, and continues with a new one without losing a key", async ({ app, page, server }) => {
  let expired = false;
  const posts = await Posts.record(page, 50, (route, _, number) => {
    if (number === 4) expired = true;
    return expired ? refuse(401, "EVS.5401")(route) : undefined;
  });
  await create(app, NINE);
  const pause = app.run.getByRole("alert");
  await expect(pause).toContainText(app.text("run.paused"));
  await expect(pause).toContainText(app.text("response.token"));
  const sent = posts.sent.length;
  const before = await server.transfers();
  expect(before).toHaveLength(3);

  await app.button("connect.renew").click();
  const token = app.token;
  await expect(token).toBeFocused();
  expired = false;
  await token.fill(PROJECT_A.token);
  await page.keyboard.press("Enter");
  await expect(app.signIn).toBeHidden();
  await expect(app.run).toBeVisible();
  // The user is back in the dialog.
  await expect(app.run.locator(":focus")).toHaveCount(1);
  // Nothing is sent until the user says so.
  expect(posts.sent).toHaveLength(sent);
  await app.button("run.continue").click();
  await finished(app, 9, 9);
  await expectSaved(app, await server.transfers());
  expect(await server.transfers()).toHaveLength(9);
  expect(posts.counts().filter((count) => count > 1)).toHaveLength(sent - 3);
});

test("pauses when a quota is reached, and keeps what was created if the user stops", async ({ app, page, server }) => {
  const posts = await Posts.record(page, 50, (route, _, number) =>
    number > 3 ? refuse(413, "EVS.5413")(route) : undefined,
  );
  await create(app, NINE);
  const pause = app.run.getByRole("alert");
  await expect(pause).toContainText(app.text("run.paused"));
  await expect(pause).toContainText(app.text("response.quota"));
  await pause.getByRole("button", { name: app.text("progress.stop"), exact: true }).click();
  await finished(app, 3, 9);
  expect(posts.sent.length).toBeLessThanOrEqual(5);
  await expect(app.run.getByText(app.text("run.not_sent"), { exact: true })).toHaveCount(6);
  await expectSaved(app, await server.transfers());
});

test("asks for confirmation before the user leaves with an unsaved key", async ({ app, page }) => {
  const dialogs: string[] = [];
  page.on("dialog", (dialog) => {
    dialogs.push(dialog.type());
    void dialog.dismiss();
  });
  await Posts.record(page, 300);
  await create(app, ["data-01", "data-02", "data-03"]);
  await page.close({ runBeforeUnload: true });
  await expect.poll(() => dialogs).toEqual(["beforeunload"]);
  await finished(app, 3, 3);
  await page.close({ runBeforeUnload: true });
  await expect.poll(() => dialogs).toHaveLength(2);
  await app.button("handover.close.several").click();
  await page.reload();
  expect(dialogs).toHaveLength(2);
});

test("lists what was created when the user comes back, and cancels it in one go", async ({ app, page, server }) => {
  await create(app, ["data-01", "data-02", "data-03"]);
  await finished(app, 3, 3);
  page.on("dialog", (dialog) => void dialog.accept());
  await page.reload();
  await app.useDemoProject("A");
  await app.show("transfers.title");
  await expect(app.transfers.locator("tbody").getByRole("row")).toHaveCount(3);
  await app.button("transfers.keyless", { count: 3 }).click();
  await app.button("transfers.cancel.several", { count: 3 }).click();
  const question = page.getByRole("dialog", { name: app.text("cancel.title.several", { count: 3 }), exact: true });
  for (const { id } of await server.transfers()) await expect(question).toContainText(id);
  await question.getByRole("button", { name: app.text("cancel.confirm.several"), exact: true }).click();
  await expect(question).toBeHidden();
  await expect(app.transfers).toHaveCount(0);
  expect(await server.transfers()).toEqual([]);
});

test("keeps the keys when the connection changes during a run", async ({ app, page, server }) => {
  let refused = false;
  await Posts.record(page, 50, (route, volume) => {
    if (refused || volume !== DATA_01) return undefined;
    refused = true;
    return refuse(401, "EVS.5401")(route);
  });
  await create(app, ["data-01", "data-02", "data-03"]);
  await app.button("connect.renew").click();
  await app.button("connect.demo", { label: "B" }).click();
  await expect(app.signIn).toBeHidden();
  // The run's requests still go to the project that it was started in.
  await app.button("run.continue").click();
  await finished(app, 3, 3);
  await expectSaved(app, await server.transfers());
  await app.button("handover.close.several").click();
  await expect(app.checkbox("staging-data-01")).toBeVisible();
});
