// The list of volumes: pagination and reloading.

import { test, expect } from "./console.ts";
import { deliver } from "./routes.ts";
import { DATA_01 } from "./server.ts";

test("looks up a volume's snapshots again after a refresh", async ({ app, page }) => {
  await app.useDemoProject("A");
  await app.choose("with-snapshots");
  await expect(app.check("backups_and_snapshots")).toContainText(app.text("verdict.violated"));
  await page.route("**/cloudsnapshots/detail*", (route) => route.fulfill({ json: { snapshots: [] } }));
  await app.button("volumes.refresh").click();
  await app.showAllChecks();
  await expect(app.check("backups_and_snapshots")).toContainText(app.text("verdict.met"));
});

test("removes the form when its volume leaves the list", async ({ app, page }) => {
  await app.useDemoProject("A");
  await app.choose("data-01");
  await page.route("**/cloudvolumes/detail*", async (route) => {
    const response = await deliver(route);
    const list = await response.json();
    list.volumes = list.volumes.filter((volume: { name: string }) => volume.name !== "data-01");
    await route.fulfill({ response, json: list });
  });
  await page.route("**/os-volume-transfer", (route) =>
    route.fulfill({
      status: 404,
      json: { itemNotFound: { code: 404, message: `Volume ${DATA_01} could not be found.` } },
    }),
  );
  // The field has the focus when it is removed.
  await app.textbox("create.name").click();
  await page.keyboard.type("typed");
  await page.keyboard.press("Enter");
  await expect(app.checkbox("data-01")).toHaveCount(0);
  await expect(app.alert).toContainText(app.text("response.not_found"));
  await expect(app.region("create.title")).toContainText(app.text("create.choose"));

  await app.choose("data-02");
  await app.name("alive");
  await page.unroute("**/os-volume-transfer");
  await app.create();
  await expect(app.dialog).toBeVisible();
  expect(app.consoleMessages.filter((message) => !message.includes("404"))).toEqual([]);
});

test("keeps the list if it can't be reloaded, and says so", async ({ app, page }) => {
  await app.useDemoProject("A");
  await page.route("**/cloudvolumes/detail*", (route) => route.fulfill({ status: 503, body: "" }));
  await app.button("volumes.refresh").click();
  await expect(app.alert).toContainText(app.text("volumes.old"));
  await expect(app.checkbox("data-01")).toBeVisible();
  await page.unroute("**/cloudvolumes/detail*");
  await app.button("volumes.refresh").click();
  await expect(app.alert).toHaveCount(0);
});

test("loads all pages, and reports a missing one", async ({ app, page }) => {
  const volume = (index: number) => ({
    id: `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`,
    name: `volume ${index}`,
    status: "available",
  });
  const first = Array.from({ length: 150 }, (_, index) => volume(index));
  let later: { status: number; json?: unknown } = { status: 200, json: { volumes: [volume(150)] } };
  await page.route("**/cloudvolumes/detail*", (route) =>
    route.request().url().includes(`marker=${first.at(-1)!.id}`)
      ? route.fulfill(later)
      : route.fulfill({ json: { volumes: first, volumes_links: [{ rel: "next", href: "x" }] } }),
  );
  await app.useDemoProject("A");
  await expect(app.region("volumes.title")).toContainText(
    app.text("volumes.shown", { from: 1, to: 100, total: 151 }),
  );
  // The button is below the table, but not below the edge of the window.
  await page.setViewportSize({ width: 1280, height: 800 });
  await expect(app.button("volumes.next")).toBeInViewport({ ratio: 1 });
  await app.button("volumes.next").click();
  await expect(app.checkbox("volume 150")).toBeVisible();
  await expect(app.checkbox("volume 0")).toHaveCount(0);

  later = { status: 500 };
  await app.button("volumes.refresh").click();
  await expect(app.alert).toContainText(app.text("volumes.incomplete"));
  await expect(app.region("volumes.title")).toContainText("150");
});
