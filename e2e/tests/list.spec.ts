// The list of volumes: in pages, read again, and without what was in it before.

import { DATA_01, expect, test } from "./console.ts";

test("what was learned of a volume is asked again with the list", async ({ app, page }) => {
  await app.useDemoProject("A");
  await app.choose("with-snapshots");
  await expect(app.check("backups_and_snapshots")).toContainText(app.say("verdict.violated"));
  await page.route("**/cloudsnapshots/detail*", (route) => route.fulfill({ json: { snapshots: [] } }));
  await app.button("volumes.refresh").click();
  await expect(app.check("backups_and_snapshots")).toContainText(app.say("verdict.met"));
});

test("a volume that is gone takes its form along, and nothing else", async ({ app, page }) => {
  await app.useDemoProject("A");
  await app.choose("data-01");
  await page.route("**/cloudvolumes/detail*", async (route) => {
    const answer = await route.fetch();
    const list = await answer.json();
    list.volumes = list.volumes.filter((volume: { name: string }) => volume.name !== "data-01");
    await route.fulfill({ response: answer, json: list });
  });
  await page.route("**/os-volume-transfer", (route) =>
    route.fulfill({
      status: 404,
      json: { itemNotFound: { code: 404, message: `Volume ${DATA_01} could not be found.` } },
    }),
  );
  // The focus is in the field when the field goes.
  await app.textbox("create.name").click();
  await page.keyboard.type("typed");
  await page.keyboard.press("Enter");
  await expect(app.radio("data-01")).toHaveCount(0);
  await expect(app.alert).toContainText(app.say("response.not_found"));
  await expect(app.region("create.title")).toContainText(app.say("create.choose"));

  await app.choose("data-02");
  await app.name("alive");
  await page.unroute("**/os-volume-transfer");
  await app.create();
  await expect(app.dialog).toBeVisible();
  expect(app.complaints.filter((said) => !said.includes("404"))).toEqual([]);
});

test("a list that cannot be read again stays, and says so", async ({ app, page }) => {
  await app.useDemoProject("A");
  await page.route("**/cloudvolumes/detail*", (route) => route.fulfill({ status: 503, body: "" }));
  await app.button("volumes.refresh").click();
  await expect(app.alert).toContainText(app.say("volumes.old"));
  await expect(app.radio("data-01")).toBeVisible();
  await page.unroute("**/cloudvolumes/detail*");
  await app.button("volumes.refresh").click();
  await expect(app.alert).toHaveCount(0);
});

test("later pages are read, and a missing one is said to be missing", async ({ app, page }) => {
  const volume = (at: number) => ({
    id: `00000000-0000-4000-8000-${String(at).padStart(12, "0")}`,
    name: `volume ${at}`,
    status: "available",
  });
  const first = Array.from({ length: 150 }, (_, at) => volume(at));
  let later: { status: number; json?: unknown } = { status: 200, json: { volumes: [volume(150)] } };
  await page.route("**/cloudvolumes/detail*", (route) =>
    route.request().url().includes(`marker=${first.at(-1)!.id}`)
      ? route.fulfill(later)
      : route.fulfill({ json: { volumes: first, volumes_links: [{ rel: "next", href: "x" }] } }),
  );
  await app.useDemoProject("A");
  await expect(app.region("volumes.title")).toContainText(
    app.say("volumes.shown", { from: 1, to: 100, total: 151 }),
  );
  await app.button("volumes.next").click();
  await expect(app.radio("volume 150")).toBeVisible();
  await expect(app.radio("volume 0")).toHaveCount(0);

  later = { status: 500 };
  await app.button("volumes.refresh").click();
  await expect(app.alert).toContainText(app.say("volumes.incomplete"));
  await expect(app.region("volumes.title")).toContainText("150");
});
