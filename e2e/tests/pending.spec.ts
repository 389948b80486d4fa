// Pending transfers: which keys this tab has, and cancelling several transfers at once.

import { type App, expect, test } from "./console.ts";
import { gate } from "./routes.ts";
import { DATA_01, type Server } from "./server.ts";

const row = (app: App, name: string) => app.transfers.getByRole("row").filter({ hasText: name });

/** Returns the ID of a volume of demo project A. */
async function volumeId(server: Server, name: string): Promise<string> {
  const response = await server.request({ id: "dd14c6ac581f40059e27f5320b60bf2f", token: "demo-token-a" }, "GET", "volumes/detail");
  const { volumes } = (await response.json()) as { volumes: { id: string; name: string }[] };
  return volumes.find((volume) => volume.name === name)!.id;
}

/** Creates a transfer on the page and saves its key. */
async function createAndSave(app: App, volume: string, name: string): Promise<void> {
  await app.choose(volume, false);
  await app.name(name);
  await app.create();
  await app.button("handover.close").click();
  await expect(app.dialog).toBeHidden();
}

test("says which keys this tab has, and cancels the others in one go", async ({ app, page, server }) => {
  await server.create(DATA_01);
  await server.create(await volumeId(server, "data-02"));
  await app.useDemoProject("A");
  await createAndSave(app, "data-03", "mine");
  await app.show("transfers.title");
  await expect(row(app, "mine")).toContainText(app.text("transfers.key.saved"));
  await expect(row(app, "data-01")).toContainText(app.text("transfers.key.elsewhere"));

  await app.button("transfers.keyless", { count: 2 }).click();
  await app.button("transfers.cancel.several", { count: 2 }).click();
  const dialog = page.getByRole("dialog", { name: app.text("cancel.title.several", { count: 2 }) });
  await expect(dialog).toContainText("data-01");
  await expect(dialog).toContainText("data-02");
  await expect(dialog).not.toContainText("mine");
  expect(await server.transfers()).toHaveLength(3);
  await dialog.getByRole("button", { name: app.text("cancel.confirm.several"), exact: true }).click();
  await expect(page.getByRole("dialog")).toBeHidden();
  expect((await server.transfers()).map((transfer) => transfer.name)).toEqual(["mine"]);
  await expect(row(app, "data-01")).toHaveCount(0);
});

test("after a reload, this tab has no key", async ({ app, page }) => {
  await app.useDemoProject("A");
  await createAndSave(app, "data-01", "mine");
  await page.reload();
  await app.useDemoProject("A");
  await app.show("transfers.title");
  await expect(row(app, "mine")).toContainText(app.text("transfers.key.elsewhere"));
  await app.button("transfers.keyless.one").click();
  await expect(row(app, "mine").getByRole("checkbox")).toBeChecked();
});

test("selects all with one press, and a transfer that is gone doesn't stop the others", async ({ app, page, server }) => {
  await server.create(DATA_01);
  await server.create(await volumeId(server, "data-02"));
  await app.useDemoProject("A");
  await app.show("transfers.title");
  await page.getByRole("checkbox", { name: app.text("transfers.all"), exact: true }).check();
  await row(app, "data-01").getByRole("checkbox").uncheck();
  await expect(page.getByRole("checkbox", { name: app.text("transfers.all"), exact: true })).not.toBeChecked();
  await row(app, "data-01").getByRole("checkbox").check();
  await app.button("transfers.cancel.several", { count: 2 }).click();
  // Meanwhile, somebody else cancels the first one.
  await server.cancel((await server.transfers())[0]!.id);
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: app.text("cancel.confirm.several"), exact: true }).click();
  await expect(dialog).toBeHidden();
  expect(await server.transfers()).toEqual([]);
});

test("says that nothing is pending only after the list has been loaded", async ({ app, page }) => {
  const { opened, open } = gate();
  await page.route("**/os-volume-transfer/detail*", async (route) => {
    await opened;
    await route.continue();
  });
  await app.useDemoProject("A");
  await app.show("transfers.title");
  const status = app.region("transfers.title").getByRole("status").first();
  await expect(status).toHaveText("");
  open();
  await expect(status).toHaveText(app.text("transfers.none"));
});
