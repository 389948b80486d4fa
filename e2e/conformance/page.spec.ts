// The page and a real Cinder, from the first volume to the last transfer. Both run already, and
// environment variables say where: CONSOLE_URL is the page's server, ENDPOINT what is entered in the
// page (the gateway, or Cinder), CINDER_URL Cinder. Cinder has the sandbox's projects and tokens.

import { randomUUID } from "node:crypto";
import type { Page } from "@playwright/test";
import { test as base, expect } from "@playwright/test";
import { Console, loseAnswer, PROJECT_A, PROJECT_B, type Server } from "../tests/console.ts";

const CINDER = needed("CINDER_URL");

function needed(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
}

/** Asks Cinder behind the page's back, as the giving project. */
async function ask(method: string, path: string, body?: object) {
  const answer = await fetch(`${CINDER}/v3/${PROJECT_A.id}/${path}`, {
    method,
    headers: { "X-Auth-Token": PROJECT_A.token, "Content-Type": "application/json" },
    body: body ? JSON.stringify(body) : null,
  });
  expect(answer.ok, `${method} ${path}`).toBe(true);
  return answer.json();
}

async function open(page: Page, project: typeof PROJECT_A): Promise<Console> {
  // Nothing of it is used but where it is: it is not this test's to end.
  const app = new Console(page, { url: needed("CONSOLE_URL") } as unknown as Server);
  await app.open();
  await app.textbox("connect.endpoint").fill(needed("ENDPOINT"));
  await app.connect(project.id, project.token, "cinder");
  await expect(app.table).toBeVisible();
  return app;
}

/** A volume of A's that no other test knows; its name. */
const test = base.extend<{ volume: string }>({
  volume: async ({}, use) => {
    const name = `given-${randomUUID()}`;
    const { volume } = await ask("POST", "volumes", { volume: { name, size: 1 } });
    const status = async () => (await ask("GET", `volumes/${volume.id}`)).volume.status;
    await expect.poll(status).toBe("available");
    await use(name);
  },
});

test("a transfer is made, listed, and cancelled", async ({ page, volume }) => {
  const app = await open(page, PROJECT_A);
  await app.choose(volume, false);
  await app.name("  second thoughts 转让 ");
  await app.create();
  expect(await app.key()).toMatch(/^[0-9a-f]{16}$/);
  await app.button("handover.close").click();
  await expect(app.row(volume)).toContainText("awaiting-transfer");
  await expect(app.transfers).toContainText("second thoughts 转让");

  await app.cancel("second thoughts 转让");
  await expect(app.row(volume)).toContainText(app.say("eligibility.eligible"));
  await expect(app.region("transfers.title")).not.toContainText("second thoughts 转让");
  expect(app.posts).toHaveLength(1);
});

test("a transfer is accepted by the other project", async ({ page, browser, volume }) => {
  const app = await open(page, PROJECT_A);
  await app.choose(volume, false);
  await app.create();
  const key = await app.key();
  const downloading = page.waitForEvent("download");
  await app.button("handover.download").click();
  const file = await (await downloading).path();
  await app.button("handover.close").click();

  const context = await browser.newContext();
  const other = await open(await context.newPage(), PROJECT_B);
  await other.page.getByLabel(other.say("accept.file")).setInputFiles(file);
  await expect(other.textbox("handover.key")).toHaveValue(key);
  await other.button("accept.submit").click();
  await expect(other.page.getByText(other.say("accept.done", { volume }))).toBeVisible();
  await expect(other.radio(volume)).toBeVisible();
  await context.close();

  // Seen on the giving side without a press.
  await expect(app.radio(volume)).toHaveCount(0);
});

test("an answer that is lost is looked for, and its transfer cancelled", async ({ page, volume }) => {
  const app = await open(page, PROJECT_A);
  await app.choose(volume, false);
  await app.name("kept");
  await page.route("**/os-volume-transfer", loseAnswer);
  await app.create();
  await expect(app.button("unknown.cancel")).toBeVisible();
  await expect(app.row(volume)).toContainText("awaiting-transfer");
  await app.button("unknown.cancel").click();
  await app.cancelDialog.getByRole("button", { name: app.say("cancel.confirm"), exact: true }).click();
  await expect(app.alert).toContainText(app.say("unknown.cancelled"));
  await expect(app.row(volume)).toContainText(app.say("eligibility.eligible"));
  await page.unroute("**/os-volume-transfer");
  await expect(app.button("create.submit")).not.toHaveAttribute("aria-disabled");
  await app.create();
  await expect(app.dialog).toBeVisible();
  await expect(app.dialog).toContainText("kept");
});

test("Cinder's refusals come with its words and its request id", async ({ page, volume }) => {
  const app = await open(page, PROJECT_A);
  await app.choose(volume, false);
  const { volumes } = await ask("GET", "volumes/detail");
  const { id } = volumes.find((listed: { name: string }) => listed.name === volume);
  await ask("POST", "os-volume-transfer", { transfer: { volume_id: id } });
  await app.create();
  await expect(app.alert).toContainText("Invalid volume: status must be available");
  await expect(app.alert).toContainText(/req-[0-9a-f-]{36}/);
  await expect(app.row(volume)).toContainText("awaiting-transfer");

  await app.textbox("handover.id").fill(randomUUID());
  await app.textbox("handover.key").fill("0123456789abcdef");
  await app.button("accept.submit").click();
  await expect(app.alert.filter({ hasText: app.say("accept.rejected") })).toContainText(app.say("response.not_found"));

  await app.button("connect.change").click();
  await app.connect(PROJECT_A.id, "expired", "cinder");
  await expect(app.alert.filter({ hasText: app.say("response.token") })).toContainText("401");
});
