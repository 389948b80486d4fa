// The page with a real Keystone, and a real Cinder that validates tokens with it. The gateway and both services
// must be running, and environment variables must contain their addresses: CONSOLE_URL is the gateway, which
// serves the page, and KEYSTONE_URL and CINDER_URL are the services. SEEDED contains Keystone's IDs as JSON.

import { createHmac, randomUUID } from "node:crypto";
import type { Page } from "@playwright/test";
import { test, expect } from "@playwright/test";
import type { App } from "../tests/console.ts";
import { acceptFile, createVolume, openPage, sendTo, signedIn, variable } from "./services.ts";

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

/** Sends a request about alice's application credentials to Keystone. */
async function credentials(method: string, path: string, body?: object): Promise<Response> {
  const url = `${variable("KEYSTONE_URL")}/v3/users/${seeded.alice}/application_credentials${path}`;
  return sendTo(url, await signedIn(seeded, "alice", "project-a"), method, body);
}

/** Creates an application credential for alice in project A, and returns its ID. */
async function createCredential(name: string, secret: string, expiresAt?: Date): Promise<string> {
  const expires_at = expiresAt?.toISOString().replace("Z", "");
  const created = await credentials("POST", "", { application_credential: { name, secret, expires_at } });
  return (await created.json()).application_credential.id;
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

async function submitSecret(app: App, secret: string): Promise<void> {
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
    await app.textbox("signin.credential").fill(seeded.console!);
    await submitSecret(app, "demo-secret");
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
  test.setTimeout(300_000);
  const volume = await createOwnVolume();
  const app = await open(page);
  await app.signInWith("application");
  // In Keystone, a token expires with its application credential, so only this test's token expires soon. The time
  // is in whole seconds.
  const expiresAt = new Date(Math.floor(Date.now() / 1000 + 75) * 1000);
  const credential = `rotated-${randomUUID()}`;
  const expiring = await createCredential(credential, "first secret", expiresAt);
  await app.textbox("signin.credential").fill(credential);
  await app.textbox("signin.user").fill("alice");
  await app.textbox("signin.domain").fill("account-a");
  await submitSecret(app, "first secret");
  await chooseProject(app);
  await app.choose(volume, false);
  await app.name("kept");
  await app.create();
  await app.button("handover.close").click();
  await app.show("transfers.title");
  await expect(page.getByText(app.text("signin.ended"))).toBeVisible({ timeout: 100_000 });
  expect(Date.now()).toBeGreaterThanOrEqual(expiresAt.getTime());

  // Replaces the credential with one of the same name, as when a secret is rotated.
  await credentials("DELETE", `/${expiring}`);
  await createCredential(credential, "second secret");
  await app.button("signin.again").first().click();
  await expect(app.textbox("signin.credential")).toHaveValue(credential);
  await expect(app.textbox("signin.user")).toHaveValue("alice");
  await submitSecret(app, "second secret");
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
