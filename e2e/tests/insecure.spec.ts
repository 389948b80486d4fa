// The page served over plain HTTP from a host other than localhost, where browsers offer neither
// the clipboard nor encryption.

import { expect, test } from "./console.ts";

test("hands a volume over without the clipboard and without encryption", async ({ app, page, server }) => {
  await page.goto(server.url.replace("127.0.0.1", "console.test"));
  await expect(app.signIn).toBeVisible();
  expect(await page.evaluate(() => isSecureContext)).toBe(false);
  await app.useDemoProject("A");
  await app.choose("data-01");
  await app.create();
  await expect(app.dialog).toBeVisible();

  // The key can be copied by hand.
  await app.button("handover.copy").click();
  await expect(app.dialog).toContainText(app.text("handover.copy_failed"));
  const key = await app.dialog.getByText(/^[0-9a-f]{16}$/).innerText();
  await expect(app.dialog).toContainText(app.text("handover.passphrase.insecure"));
  const file = await app.download();
  await app.button("handover.close").click();
  await expect(app.dialog).toBeHidden();

  await app.changeConnection();
  await app.useDemoProject("B");
  await app.show("accept.title");
  await page.getByLabel(app.text("accept.file")).setInputFiles(file);
  await expect(app.textbox("handover.key")).toHaveValue(key);
  await app.button("accept.submit").click();
  await expect(page.getByText(app.text("accept.done", { volume: "data-01" }))).toBeVisible();
  expect(await server.transfers()).toEqual([]);
  // Chromium reports that a header for secure contexts has no effect.
  expect(app.consoleMessages.filter((message) => !message.includes("Cross-Origin-Opener-Policy"))).toEqual([]);
});
