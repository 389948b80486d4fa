// A real Horizon with the plugin in examples/horizon, a real Keystone and a real Cinder. All must be running,
// and environment variables must contain their addresses: HORIZON_URL, KEYSTONE_URL and CINDER_URL. SEEDED contains
// Keystone's IDs as JSON, and PICTURE contains the path for a screenshot.

import { expect, test, type Page } from "@playwright/test";
import { administrator, createVolume, send, signedIn, variable } from "./services.ts";

const seeded: Record<string, string> = JSON.parse(variable("SEEDED"));

async function signIn(page: Page): Promise<void> {
  await page.goto(`${variable("HORIZON_URL")}/auth/login/`);
  await page.locator("#id_domain").fill("account-b");
  await page.locator("#id_username").fill("bob");
  await page.locator("#id_password").fill("demo-bob");
  await page.locator("#loginBtn").click();
  await page.goto(`${variable("HORIZON_URL")}/project/volumes/`);
}

test("creates a transfer with our field, and says why other volumes can't be transferred", async ({ page }) => {
  // Horizon compiles its style sheets for the first page.
  test.setTimeout(240_000);
  const errors: string[] = [];
  page.on("console", (message) => message.text().includes("volume-transfer:") && errors.push(message.text()));
  const project = await signedIn(seeded, "bob", "project-b");
  const given = await createVolume(project, "data-01");
  const broken = await createVolume(project, "data-02");
  await send(await administrator(), "POST", `volumes/${broken}/action`, { "os-reset_status": { status: "error" } });
  await page.setViewportSize({ width: 1280, height: 800 });
  await signIn(page);

  const row = (id: string) => page.locator(`tr[data-object-id="${id}"]`);
  const reason = "Only available volumes can be transferred.";
  await expect(row(broken)).toContainText(reason);
  await expect(row(broken).getByText("Create Transfer")).toHaveCount(0);
  await expect(row(given)).not.toContainText(reason);

  await row(given).locator(".dropdown-toggle").click();
  await row(given).getByText("Create Transfer").click();
  const dialog = page.locator(".modal-dialog");
  const name = dialog.getByRole("textbox", { name: "Transfer Name" });
  await name.fill("卷".repeat(256));
  await expect(dialog).toContainText("256 of 255 characters");
  await dialog.getByRole("button", { name: "Create Volume Transfer" }).click();
  await expect(dialog).toContainText("at most 255 characters");
  await expect(name).toBeFocused();
  await name.fill("first volume");
  await expect(dialog).toContainText("12 of 255 characters");
  await page.screenshot({ path: variable("PICTURE") });
  await dialog.getByRole("button", { name: "Create Volume Transfer" }).click();
  // Horizon shows the key.
  await expect(page.getByLabel("Authorization Key")).toHaveValue(/^[0-9a-f]{16}$/);
  const { transfers } = await (await send(project, "GET", "os-volume-transfer/detail")).json();
  expect(transfers.find((transfer: { volume_id: string }) => transfer.volume_id === given)).toMatchObject({ name: "first volume" });

  // The form itself can be opened for any volume.
  await page.goto(`${variable("HORIZON_URL")}/project/volumes/${broken}/create_transfer/`);
  await expect(page.locator("form", { hasText: "Transfer Name" })).toContainText(reason);
  await expect(page.getByRole("button", { name: "Create Volume Transfer" })).toBeDisabled();
  expect(errors).toEqual([]);
});
