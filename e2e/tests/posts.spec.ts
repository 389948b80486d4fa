// A post is sent once and to one address; and what the page makes of it when no answer says what
// became of it.

import { expect, loseAnswer, PROJECT_A, test } from "./console.ts";

test.describe("an outcome that is unknown", () => {
  test("the server stops in mid-post, and nothing is sent again", async ({ app, page, server }) => {
    await app.useDemoProject("A");
    await app.choose("data-01");
    await app.name("kept");
    await page.route("**/os-volume-transfer", async (route) => {
      await server.kill();
      await route.continue();
    });
    await app.create();
    await expect(app.alert.filter({ hasText: app.say("unknown.title") })).toContainText(
      app.say("response.connection"),
    );
    await expect(app.button("create.submit")).toHaveAccessibleDescription(
      app.say("create.blocked.unknown"),
    );
    await app.createInVain("create-failure");
    await expect(app.page.getByText(app.say("unknown.cannot_tell"))).toBeVisible();
    await app.createInVain("create-failure");
    expect(app.posts).toHaveLength(1);
    await expect(app.textbox("create.name")).toHaveValue("kept");
  });

  test("the answer is lost, and the transfer is found", async ({ app, page, server }) => {
    await app.useDemoProject("A");
    await app.choose("data-01");
    await page.route("**/os-volume-transfer", loseAnswer);
    await app.create();
    await expect(app.alert).toContainText(app.say("unknown.title"));
    const [made] = await server.transfers();
    await expect(page.getByText(app.say("unknown.made", { id: made!.id }))).toBeVisible();
    await expect(app.row("data-01")).toContainText("awaiting-transfer");
    expect(app.posts).toHaveLength(1);
  });

  test("the transfer is looked for in the project that it was posted in", async ({ app, page, server }) => {
    await app.useDemoProject("A");
    await app.choose("data-01");
    await page.route("**/os-volume-transfer", async (route) => {
      await route.fetch();
      await app.button("connect.change").click();
      await app.button("connect.demo", { label: "B" }).click();
      await expect(app.radio("staging-data-01")).toBeVisible();
      await route.abort("connectionreset");
    });
    await app.create();
    await expect(app.alert).toContainText(PROJECT_A.id);
    const [made] = await server.transfers();
    await expect(app.alert).toContainText(app.say("unknown.made", { id: made!.id }));
  });

  test("the token has expired when it is looked for", async ({ app, page }) => {
    await app.useDemoProject("A");
    await app.choose("data-01");
    await page.route("**/os-volume-transfer", (route) => route.abort());
    await page.route("**/os-volume-transfer/detail", (route) =>
      route.fulfill({ status: 401, json: { error: { code: "EVS.5401", message: "expired" } } }),
    );
    await app.create();
    const unknown = app.alert.filter({ hasText: app.say("unknown.title") });
    await expect(unknown).toContainText(app.say("unknown.cannot_tell"));
    await expect(unknown).toContainText("EVS.5401");
    await expect(unknown).toContainText(app.say("response.token"));
  });

  test("the gateway fails, nothing was made, and it can be tried again", async ({ app, page }) => {
    await app.useDemoProject("A");
    await app.choose("data-01");
    await page.route("**/os-volume-transfer", (route) =>
      route.fulfill({ status: 502, contentType: "text/html", body: "<h1>Bad gateway</h1>" }),
    );
    await app.create();
    await expect(app.alert).toContainText(app.say("response.failed"));
    await expect(app.alert).toContainText("502");
    // One look proves nothing: the service may still be at work.
    await expect(app.alert).toContainText(app.say("unknown.looking"));
    await expect(app.alert).toContainText(app.say("unknown.not_made"));
    await page.unroute("**/os-volume-transfer");
    await app.create();
    await expect(app.dialog).toBeVisible();
    expect(app.posts).toHaveLength(2);
  });

  const unreadable = [
    ["an empty 202", 202, ""],
    ["a 202 without a key", 202, '{"transfer":{"id":"t"}}'],
    ["Cinder's 204 to a missing token", 204, ""],
    ["a sign-in page", 200, "<html>Sign in</html>"],
  ] as const;
  for (const [what, status, body] of unreadable) {
    test(`the answer is ${what}`, async ({ app, page }) => {
      await app.useDemoProject("A");
      await app.choose("data-01");
      await page.route("**/os-volume-transfer", (route) => route.fulfill({ status, body }));
      await app.create();
      await expect(app.alert).toContainText(app.say("response.unreadable", { status }));
      await expect(app.alert).toContainText(app.say("unknown.not_made"));
      expect(app.posts).toHaveLength(1);
    });
  }
});

test("a key that comes when another project was connected to is not lost", async ({ app, page }) => {
  await app.useDemoProject("A");
  await app.choose("data-01");
  await page.route("**/os-volume-transfer", async (route) => {
    await app.button("connect.change").click();
    await app.button("connect.demo", { label: "B" }).click();
    await expect(app.radio("staging-data-01")).toBeVisible();
    await route.continue();
  });
  await app.create();
  await expect(app.dialog).toBeVisible();
  expect(await app.key()).toMatch(/^[0-9a-f]{16}$/);
  await app.button("handover.close").click();
  await app.choose("staging-data-01");
  expect(app.complaints).toEqual([]);
});

test("a redirect is not followed with the token", async ({ app, page }) => {
  await app.useDemoProject("A");
  await app.choose("data-01");
  let followed = false;
  await page.route("**/elsewhere", (route) => {
    followed = true;
    return route.fulfill({ status: 200, body: "" });
  });
  await page.route("**/os-volume-transfer", (route) =>
    route.fulfill({ status: 307, headers: { Location: "/elsewhere" } }),
  );
  await app.create();
  await expect(app.alert).toContainText(app.say("unknown.title"));
  expect(followed).toBe(false);
});

test("one press sends once, however often it is pressed", async ({ app, page }) => {
  await app.useDemoProject("A");
  await app.choose("data-01");
  await page.route("**/os-volume-transfer", async (route) => {
    await new Promise((done) => setTimeout(done, 300));
    await route.continue();
  });
  await app.button("create.submit").dblclick();
  await app.textbox("create.name").press("Enter");
  await app.create();
  await expect(app.dialog).toBeVisible();
  expect(app.posts).toHaveLength(1);
});
