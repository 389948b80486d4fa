// What browsers and laptops do to a page: two tabs, sleep, password managers, and reader modes.

import { readFileSync } from "node:fs";
import { App, expect, test } from "./console.ts";
import { DATA_01, PROJECT_A, PROJECT_B } from "./server.ts";

const READABILITY = readFileSync(new URL(import.meta.resolve("@mozilla/readability/Readability.js")), "utf8");

test("two tabs keep their projects, tokens and keys separate", async ({ app, page, context, server }) => {
  const other = new App(await context.newPage(), server);
  await other.open();
  await app.useDemoProject("A");
  await other.useDemoProject("B");

  const sent: [string, string | undefined][] = [];
  context.on("request", (request) => {
    if (request.method() === "POST") sent.push([new URL(request.url()).pathname.split("/")[2]!, request.headers()["x-auth-token"]]);
  });
  await app.choose("data-01");
  await other.table.locator("tbody").getByRole("checkbox").first().check();
  await app.create();
  await other.create();
  for (const [tab, project] of [[app, PROJECT_A], [other, PROJECT_B]] as const) {
    await expect(tab.dialog).toBeVisible();
    expect(sent).toContainEqual([project.id, project.token]);
  }
  expect(sent).toHaveLength(2);
  const [key, otherKey] = [await app.key(), await other.key()];
  expect(otherKey).not.toBe(key);
  await expect(other.dialog).not.toContainText(key);

  // Another tab with the same project says that it doesn't have the key.
  const third = new App(await context.newPage(), server);
  await third.open();
  await third.useDemoProject("A");
  await third.show("transfers.title");
  await expect(third.transfers).toContainText(third.text("transfers.key.elsewhere"));
  expect(await third.page.content()).not.toContain(key);

  // Closing the dialog in one tab leaves the other tab's key alone.
  await other.button("handover.close").click();
  await expect(other.dialog).toBeHidden();
  expect(await app.key()).toBe(key);
  expect(await page.content()).not.toContain(PROJECT_B.token);
});

test.describe("a laptop that sleeps for a day", () => {
  test.use({ serverOptions: ["--token-lifetime", "5"] });

  test("keeps what was entered, and creates one transfer after the user signs in again", async ({ app, page, server }) => {
    await page.clock.install();
    await page.reload();
    await app.signInAsAlice();
    await app.choose("data-01");
    await app.name("after a night");
    // The page's clock jumps ahead, but the server's doesn't, so the token takes 5 seconds to expire.
    await page.clock.fastForward(24 * 3600_000);
    await new Promise((done) => setTimeout(done, 5500));
    await app.button("signin.again").click();
    await app.signInAs("alice", "account-a");
    await expect(app.signIn).toBeHidden();
    await expect(app.checkbox("data-01")).toBeChecked();
    await expect(app.textbox("create.name")).toHaveValue("after a night");
    await app.create();
    await expect(app.dialog).toBeVisible();
    expect(await server.transfers()).toMatchObject([{ name: "after a night" }]);
  });

  test("keeps a key on the screen", async ({ app, page }) => {
    await page.clock.install();
    await page.reload();
    await app.signInAsAlice();
    await app.choose("data-01");
    await app.create();
    await expect(app.dialog).toBeVisible();
    const key = await app.key();
    await page.clock.fastForward(24 * 3600_000);
    await expect(app.dialog).toBeVisible();
    expect(await app.key()).toBe(key);
  });
});

test.describe("a password manager", () => {
  /** Fills in a field without firing events, as some password managers do. */
  const fillSilently = (app: App, field: "user" | "password", value: string) =>
    (field === "user" ? app.textbox("signin.user") : app.password).evaluate((input: HTMLInputElement, value) => {
      Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value")!.set!.call(input, value);
    }, value);

  test("fills in the user name and the password, even without events", async ({ app }) => {
    await fillSilently(app, "user", "bob");
    await app.textbox("signin.domain").fill("account-b");
    await fillSilently(app, "password", "demo-bob");
    await app.button("connect.submit").click();
    await expect(app.signIn).toBeHidden();
    await expect(app.button("connect.menu")).toContainText("project-b");
  });

  test("isn't offered tokens, secrets or keys", async ({ app, page }) => {
    await app.useDemoProject("A");
    await app.choose("data-01");
    await app.create();
    await expect(app.dialog).toBeVisible();
    const fields = await page
      .locator("input:not([type=checkbox], [type=radio], [type=file])")
      .evaluateAll((all) => Object.fromEntries((all as HTMLInputElement[]).map((input) => [input.id, input.autocomplete])));
    expect(fields).toMatchObject({ token: "off", secret: "off", passphrase: "off", "accept-id": "off", "accept-key": "off" });
    const offered = Object.entries(fields).filter(([, autocomplete]) => autocomplete !== "off");
    expect(Object.fromEntries(offered)).toEqual({
      user: "username",
      domain: "organization",
      password: "current-password",
      passcode: "one-time-code",
    });
  });
});

test("reader mode shows each volume with its own status, and no key", async ({ app, page, context }) => {
  // Readability runs in another tab, because the page's content security policy would block it. The
  // policy doesn't apply to reader modes.
  const reader = await context.newPage();
  await reader.addScriptTag({ content: READABILITY });
  const read = async () =>
    reader.evaluate((html) => {
      const { Readability } = window as unknown as { Readability: new (document: Document) => { parse(): { textContent: string } } };
      return new Readability(new DOMParser().parseFromString(html, "text/html")).parse().textContent;
    }, await page.content());
  const row = (status: string) => new RegExp(`data-01${DATA_01}40 \\w+${app.status(status)}`);

  await app.useDemoProject("A");
  await app.choose("data-01");
  expect(await read()).toMatch(row("available"));
  await app.create();
  await expect(app.dialog).toBeVisible();
  const key = await app.key();
  await expect(app.row("data-01")).toContainText(app.status("awaiting-transfer"));
  const text = await read();
  expect(text).toMatch(row("awaiting-transfer"));
  for (const secret of [key, PROJECT_A.token]) expect(text).not.toContain(secret);
});
