// The page and a real Cinder, from the first volume to the last transfer. Both run already, and
// environment variables say where: CONSOLE_URL is the page's server, CINDER_URL the endpoint as it
// is entered in the page. Cinder has the sandbox's projects and tokens.

import { randomUUID } from "node:crypto";
import type { Page } from "@playwright/test";
import { test as base, expect } from "@playwright/test";
import { Console, PROJECT_A, PROJECT_B, type Server } from "../tests/console.ts";

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
  await app.textbox("connect.endpoint").fill(CINDER);
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
  await expect(app.row(volume)).toContainText("available");
  await expect(app.transfers).not.toContainText("second thoughts 转让");
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
