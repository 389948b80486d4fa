// The page with a real Keystone, and a real Cinder that validates tokens with it. The gateway and both services
// must be running, and environment variables must contain their addresses: CONSOLE_URL is the gateway, which
// serves the page, and KEYSTONE_URL and CINDER_URL are the services. SEEDED contains Keystone's IDs as JSON.

import { createHmac, randomUUID } from "node:crypto";
import type { Page } from "@playwright/test";
import { test, expect } from "@playwright/test";
import type { App } from "../tests/console.ts";
import { acceptFile, createVolume, openPage, signedIn, variable } from "./services.ts";

const seeded: Record<string, string> = JSON.parse(variable("SEEDED"));

/** Returns the current passcode for a secret in base32. */
function passcode(secret: string): string {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret.replace(/=+$/, "")].map((letter) => letters.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g)!.map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const digest = createHmac("sha1", key).update(counter).digest();
  const number = digest.readUInt32BE(digest[19]! & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, "0");
}

/** Creates a volume in project A, without the page, and returns its name. */
async function createOwnVolume(): Promise<string> {
  const name = `given-${randomUUID()}`;
  await createVolume(await signedIn(seeded, "alice", "project-a"), name);
  return name;
}

/** Creates an application credential for alice in project A, and returns its ID. */
async function createCredential(secret: string, expiresAt: Date): Promise<string> {
  const { token } = await signedIn(seeded, "alice", "project-a");
  const expires_at = expiresAt.toISOString().replace("Z", "");
  const response = await fetch(`${variable("KEYSTONE_URL")}/v3/users/${seeded.alice}/application_credentials`, {
    method: "POST",
    headers: { "X-Auth-Token": token, "Content-Type": "application/json" },
    body: JSON.stringify({ application_credential: { name: `expires-${randomUUID()}`, secret, expires_at } }),
  });
  expect(response.status).toBe(201);
  return (await response.json()).application_credential.id;
}

async function open(page: Page): Promise<App> {
  const app = await openPage(page);
  await expect(app.textbox("signin.user")).toBeVisible();
  await page.getByRole("combobox", { name: app.text("connect.service"), exact: true }).selectOption("cinder");
  return app;
}

/** Chooses a project by name, if given. If there is only one project, the page doesn't ask. */
async function chooseProject(app: App, name?: string): Promise<void> {
  if (name !== undefined) {
    await app.combobox("signin.project").selectOption({ label: name });
    await app.button("connect.submit").click();
  }
  await expect(app.table).toBeVisible();
}

async function fillCredential(app: App, id: string, secret: string): Promise<void> {
  await app.textbox("signin.credential").fill(id);
  await app.page.getByLabel(app.text("signin.secret"), { exact: true }).fill(secret);
  await app.button("connect.submit").click();
}

/** The ways to sign in that Keystone supports. */
const WAYS: Record<string, (app: App) => Promise<void>> = {
  "a password": async (app) => {
    await app.signInAs("alice", "account-a");
    await chooseProject(app, "project-a");
  },
  "an application credential": async (app) => {
    await app.signInWith("application");
    await fillCredential(app, seeded.console!, "demo-secret");
    await chooseProject(app);
  },
  "a second factor": async (app) => {
    await app.signInAs("dave", "account-a");
    await expect(app.textbox("signin.passcode")).toBeFocused();
    await app.textbox("signin.passcode").fill(passcode(seeded.totp_secret!));
    await app.button("connect.submit").click();
    await chooseProject(app);
  },
};

// The longest test comes first, so that the others run while it waits.
test("renews an expired token and then cancels the transfer", async ({ page }) => {
  const volume = await createOwnVolume();
  const app = await open(page);
  await app.signInWith("application");
  // Keystone's tokens expire with their application credential, so only this test's token expires soon, on a whole
  // second.
  const expiresAt = new Date(Math.floor(Date.now() / 1000 + 60) * 1000);
  await fillCredential(app, await createCredential("short-lived", expiresAt), "short-lived");
  await chooseProject(app);
  await app.choose(volume, false);
  await app.name("kept");
  await app.create();
  await app.button("handover.close").click();
  await app.show("transfers.title");
  await expect(page.getByText(app.text("signin.ended"))).toBeVisible({ timeout: 90_000 });
  expect(Date.now()).toBeGreaterThanOrEqual(expiresAt.getTime());
  await app.button("signin.again").first().click();
  // Another credential could be another user's, so the page asks for the project, and suggests the same one.
  await fillCredential(app, seeded.console!, "demo-secret");
  await expect(app.combobox("signin.project")).toHaveValue(seeded["project-a"]!);
  await app.button("connect.submit").click();
  await expect(app.signIn).toBeHidden();
  await app.cancel("kept");
  await expect(app.region("transfers.title")).not.toContainText("kept");
  await app.show("volumes.title");
  await expect(app.row(volume)).toContainText(app.text("eligibility.eligible"));
});

for (const [way, signIn] of Object.entries(WAYS)) {
  test(`hands a volume over after signing in with ${way}`, async ({ page, browser }) => {
    const volume = await createOwnVolume();
    const app = await open(page);
    await signIn(app);

    // Creates and cancels a transfer. Other tests have transfers in the same project.
    const name = `with ${way}`;
    await app.choose(volume, false);
    await app.name(name);
    await app.create();
    await app.button("handover.close").click();
    await app.show("transfers.title");
    await app.cancel(name);
    await expect(app.region("transfers.title")).not.toContainText(name);

    // Creates another one, and accepts it in the other project.
    await app.show("volumes.title");
    await expect(app.row(volume)).toContainText(app.text("eligibility.eligible"));
    await app.choose(volume, false);
    await app.create();
    const key = await app.key();
    const file = await app.download();
    await app.button("handover.close").click();

    const context = await browser.newContext();
    const other = await open(await context.newPage());
    await other.signInAs("bob", "account-b");
    await chooseProject(other);
    await acceptFile(other, file, key, volume);
    await context.close();
  });
}

test("says why a sign-in was rejected, in Keystone's words", async ({ page }) => {
  const app = await open(page);
  await app.signInAs("alice", "account-a", "wrong");
  await expect(app.password).toBeFocused();
  await expect(app.alert).toContainText("401");
  await app.signInAs("carol", "account-a");
  const closed = app.combobox("signin.project").getByRole("option", { name: "project-a-closed" });
  await expect(closed).toBeDisabled();
});
