// The page with a real Cinder. Both must be running, and environment variables must contain their
// addresses: CONSOLE_URL is the page's server, ENDPOINT is entered on the page (the gateway, or Cinder), and
// CINDER_URL is Cinder itself, which has the sandbox's projects and tokens.

import { randomUUID } from "node:crypto";
import type { Page } from "@playwright/test";
import { test as base, expect } from "@playwright/test";
import { type App } from "../tests/console.ts";
import { loseResponse } from "../tests/routes.ts";
import { PROJECT_A, PROJECT_B } from "../tests/server.ts";
import { acceptFile, createVolume, openPage, send, variable } from "./services.ts";

/** Sends a request to Cinder as project A, and returns the response's JSON. */
const sendAsA = async (method: string, path: string, body?: object) => (await send(PROJECT_A, method, path, body)).json();

async function open(page: Page, project: typeof PROJECT_A): Promise<App> {
  const app = await openPage(page);
  await app.useToken();
  await app.textbox("connect.endpoint").fill(variable("ENDPOINT"));
  await app.connect(project.id, project.token, "cinder");
  await expect(app.table).toBeVisible();
  return app;
}

/** The name of a new volume in project A, for this test only. */
const test = base.extend<{ volume: string }>({
  volume: async ({}, use) => {
    const name = `given-${randomUUID()}`;
    await createVolume(PROJECT_A, name);
    await use(name);
  },
});

test("creates, lists and cancels a transfer", async ({ page, volume }) => {
  const app = await open(page, PROJECT_A);
  await app.choose(volume, false);
  await app.name("  second thoughts 转让 ");
  await app.create();
  expect(await app.key()).toMatch(/^[0-9a-f]{16}$/);
  await app.button("handover.close").click();
  await expect(app.row(volume)).toContainText(app.status("awaiting-transfer"));
  await app.show("transfers.title");
  await expect(app.transfers).toContainText("second thoughts 转让");

  await app.cancel("second thoughts 转让");
  await expect(app.region("transfers.title")).not.toContainText("second thoughts 转让");
  await app.show("volumes.title");
  await expect(app.row(volume)).toContainText(app.text("eligibility.eligible"));
  expect(app.posts).toHaveLength(1);
});

test("accepts a transfer in the other project", async ({ page, browser, volume }) => {
  const app = await open(page, PROJECT_A);
  await app.choose(volume, false);
  await app.create();
  const key = await app.key();
  const file = await app.download();
  await app.button("handover.close").click();

  const context = await browser.newContext();
  const other = await open(await context.newPage(), PROJECT_B);
  await acceptFile(other, file, key, volume);
  await context.close();

  // The sending side updates by itself.
  await expect(app.checkbox(volume)).toHaveCount(0);
});

test("finds and cancels a transfer whose response was lost", async ({ page, volume }) => {
  const app = await open(page, PROJECT_A);
  await app.choose(volume, false);
  await app.name("kept");
  await page.route("**/os-volume-transfer", loseResponse);
  await app.create();
  await expect(app.button("unknown.cancel")).toBeVisible();
  await expect(app.row(volume)).toContainText(app.status("awaiting-transfer"));
  await app.button("unknown.cancel").click();
  await app.cancelDialog.getByRole("button", { name: app.text("cancel.confirm"), exact: true }).click();
  await expect(app.alert).toContainText(app.text("unknown.cancelled"));
  await expect(app.row(volume)).toContainText(app.text("eligibility.eligible"));
  await page.unroute("**/os-volume-transfer");
  await expect(app.button("create.submit")).not.toHaveAttribute("aria-disabled");
  await app.create();
  await expect(app.dialog).toBeVisible();
  await expect(app.dialog).toContainText("kept");
});

test("saves the keys of eight out of ten volumes if one is rejected, one response is lost, and Cinder sends a 429", async ({ page, browser }) => {
  const names = Array.from({ length: 10 }, (_, index) => `ten-${randomUUID()}-${index}`);
  const ids = await Promise.all(names.map((name) => createVolume(PROJECT_A, name)));
  const app = await open(page, PROJECT_A);
  // Cinder rejects this one: another client has created a transfer for it since the list was loaded.
  const { transfer: other } = await sendAsA("POST", "os-volume-transfer", { transfer: { volume_id: ids[9] } });
  const sent: string[] = [];
  await page.route("**/os-volume-transfer", async (route) => {
    if (route.request().method() !== "POST") return route.fallback();
    const id: string = route.request().postDataJSON().transfer.volume_id;
    sent.push(id);
    if (id === ids[2]) return loseResponse(route);
    if (id === ids[4] && sent.filter((each) => each === id).length === 1) {
      return route.fulfill({ status: 429, headers: { "Retry-After": "1" }, json: { overLimit: { code: 429, message: "wait" } } });
    }
    return route.continue();
  });
  await app.select(...names);
  await app.create();
  await expect(app.run).toHaveAccessibleName(app.text("handover.title.several", { created: 8, total: 10 }), { timeout: 40_000 });
  await expect(app.run).toContainText("Invalid volume: status must be available");
  await expect(app.button("unknown.cancel")).toHaveCount(1);
  // No volume was posted twice, except for the one that got the 429.
  expect([...sent].sort()).toEqual([...ids, ids[4]!].sort());

  const file = await app.download();
  await app.button("unknown.cancel").click();
  await app.cancelDialog.getByRole("button", { name: app.text("cancel.confirm"), exact: true }).click();
  await expect(app.run).toContainText(app.text("unknown.cancelled"));
  await app.button("handover.close.several").click();

  // The recipient accepts all transfers in the file in one go, then loads the file again.
  const context = await browser.newContext();
  const recipient = await open(await context.newPage(), PROJECT_B);
  await recipient.show("accept.title");
  for (const accepted of [8, 0]) {
    await recipient.page.getByLabel(recipient.text("accept.file")).setInputFiles(file);
    if (accepted > 0) await recipient.button("accept.submit.several", { count: 8 }).click();
    await expect(recipient.page.getByText(recipient.text("accept.result", { accepted: 8, total: 8 }))).toBeVisible();
  }
  await context.close();
  const { transfers } = await sendAsA("GET", "os-volume-transfer/detail");
  const left = transfers.filter(({ volume_id }: { volume_id: string }) => ids.includes(volume_id));
  expect(left.map(({ id }: { id: string }) => id)).toEqual([other.id]);
});

test("shows Cinder's error messages and request IDs", async ({ page, volume }) => {
  const app = await open(page, PROJECT_A);
  await app.choose(volume, false);
  const { volumes } = await sendAsA("GET", "volumes/detail");
  const { id } = volumes.find((listed: { name: string }) => listed.name === volume);
  await sendAsA("POST", "os-volume-transfer", { transfer: { volume_id: id } });
  await app.create();
  await expect(app.alert).toContainText("Invalid volume: status must be available");
  await expect(app.alert).toContainText(/req-[0-9a-f-]{36}/);
  await expect(app.row(volume)).toContainText(app.status("awaiting-transfer"));

  await app.show("accept.title");
  await app.textbox("handover.id").fill(randomUUID());
  await app.textbox("handover.key").fill("0123456789abcdef");
  await app.button("accept.submit").click();
  await expect(app.alert.filter({ hasText: app.text("accept.rejected") })).toContainText(app.text("accept.not_found"));

  await app.changeConnection();
  await app.connect(PROJECT_A.id, "expired", "cinder");
  await expect(app.alert.filter({ hasText: app.text("response.token") })).toContainText("401");
});
