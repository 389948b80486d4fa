// Create requests: each is sent once, redirects aren't followed, and the page searches for the
// transfer if the outcome is unknown.

import { expect, test } from "./console.ts";
import { deliver, gate, loseResponse } from "./routes.ts";
import { PROJECT_A } from "./server.ts";

test.describe("when the outcome is unknown", () => {
  test("after the server stops, nothing is sent again", async ({ app, page, server }) => {
    await app.useDemoProject("A");
    await app.choose("data-01");
    await app.name("kept");
    await page.route("**/os-volume-transfer", async (route) => {
      await server.kill();
      await route.continue();
    });
    await app.create();
    await expect(app.alert.filter({ hasText: app.text("unknown.title") })).toContainText(
      app.text("response.connection"),
    );
    await expect(app.button("create.submit")).toHaveAccessibleDescription(
      app.text("create.blocked.unknown"),
    );
    await app.createBlocked("create-failure");
    await expect(app.page.getByText(app.text("unknown.cannot_tell"))).toBeVisible();
    await app.createBlocked("create-failure");
    expect(app.posts).toHaveLength(1);
    await expect(app.textbox("create.name")).toHaveValue("kept");
  });

  test("after a lost response, the transfer is found", async ({ app, page, server }) => {
    await app.useDemoProject("A");
    await app.choose("data-01");
    await page.route("**/os-volume-transfer", loseResponse);
    await app.create();
    await expect(app.alert).toContainText(app.text("unknown.title"));
    const [transfer] = await server.transfers();
    await expect(page.getByText(app.text("unknown.made", { id: transfer!.id }))).toBeVisible();
    await expect(app.row("data-01")).toContainText(app.status("awaiting-transfer"));
    expect(app.posts).toHaveLength(1);
  });

  test("searches the project that the request was sent to", async ({ app, page, server }) => {
    await app.useDemoProject("A");
    await app.choose("data-01");
    await page.route("**/os-volume-transfer", async (route) => {
      await deliver(route);
      await app.changeConnection();
      await app.button("connect.demo", { label: "B" }).click();
      await expect(app.checkbox("staging-data-01")).toBeVisible();
      await route.abort("connectionreset");
    });
    await app.create();
    await expect(app.alert).toContainText(PROJECT_A.id);
    const [transfer] = await server.transfers();
    await expect(app.alert).toContainText(app.text("unknown.made", { id: transfer!.id }));
  });

  test("with an expired token, the search asks for a new one", async ({ app, page }) => {
    await app.useDemoProject("A");
    await app.choose("data-01");
    await page.route("**/os-volume-transfer", (route) => route.abort());
    await page.route("**/os-volume-transfer/detail", (route) =>
      route.fulfill({ status: 401, json: { error: { code: "EVS.5401", message: "expired" } } }),
    );
    await app.create();
    const unknown = app.alert.filter({ hasText: app.text("unknown.title") });
    await expect(unknown).toContainText(app.text("unknown.cannot_tell"));
    await expect(unknown).toContainText("EVS.5401");
    await expect(unknown).toContainText(app.text("response.token"));
  });

  test("after a gateway error, the request can be repeated once no transfer is found", async ({ app, page }) => {
    await app.useDemoProject("A");
    await app.choose("data-01");
    await page.route("**/os-volume-transfer", (route) =>
      route.fulfill({ status: 502, contentType: "text/html", body: "<h1>Bad gateway</h1>" }),
    );
    await app.create();
    await expect(app.alert).toContainText(app.text("response.failed"));
    await expect(app.alert).toContainText("502");
    // One search proves nothing, because the service may still be processing the request.
    await expect(app.alert).toContainText(app.text("unknown.looking"));
    await expect(app.alert).toContainText(app.text("unknown.not_made"));
    await page.unroute("**/os-volume-transfer");
    await app.create();
    await expect(app.dialog).toBeVisible();
    expect(app.posts).toHaveLength(2);
  });

  const unreadable = [
    ["an empty 202", 202, ""],
    ["a 202 without a key", 202, '{"transfer":{"id":"t"}}'],
    ["Cinder's 204 for a missing token", 204, ""],
    ["a sign-in page", 200, "<html>Sign in</html>"],
  ] as const;
  for (const [what, status, body] of unreadable) {
    test(`after ${what}`, async ({ app, page }) => {
      await app.useDemoProject("A");
      await app.choose("data-01");
      await page.route("**/os-volume-transfer", (route) => route.fulfill({ status, body }));
      await app.create();
      await expect(app.alert).toContainText(app.text("response.unreadable", { status }));
      await expect(app.alert).toContainText(app.text("unknown.not_made"));
      expect(app.posts).toHaveLength(1);
    });
  }
});

test("shows the key even after connecting to another project", async ({ app, page }) => {
  await app.useDemoProject("A");
  await app.choose("data-01");
  await page.route("**/os-volume-transfer", async (route) => {
    await app.changeConnection();
    await app.button("connect.demo", { label: "B" }).click();
    await expect(app.checkbox("staging-data-01")).toBeVisible();
    await route.continue();
  });
  await app.create();
  await expect(app.dialog).toBeVisible();
  expect(await app.key()).toMatch(/^[0-9a-f]{16}$/);
  await app.button("handover.close").click();
  await app.choose("staging-data-01");
  expect(app.consoleMessages).toEqual([]);
});

test("doesn't follow redirects, so that the token isn't sent elsewhere", async ({ app, page }) => {
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
  await expect(app.alert).toContainText(app.text("unknown.title"));
  expect(followed).toBe(false);
});

test("sends one request for repeated presses", async ({ app, page }) => {
  await app.useDemoProject("A");
  await app.choose("data-01");
  const { opened, open } = gate();
  await page.route("**/os-volume-transfer", async (route) => {
    await opened;
    await route.continue();
  });
  await app.button("create.submit").dblclick();
  await app.textbox("create.name").press("Enter");
  await app.create();
  open();
  await expect(app.dialog).toBeVisible();
  expect(app.posts).toHaveLength(1);
});

test("ignores the second click of a double click if the first one has moved another button under the pointer", async ({ app, page }) => {
  await app.useDemoProject("A");
  await app.choose("data-01");
  await page.route("**/os-volume-transfer", loseResponse);
  await app.create();
  const cancel = app.button("unknown.cancel");
  await expect(cancel).toBeVisible();
  const clickOnCancel = async (clickCount: number) => {
    await cancel.scrollIntoViewIfNeeded();
    const { x, y, width, height } = (await cancel.boundingBox())!;
    await page.mouse.move(x + width / 2, y + height / 2);
    await page.mouse.down({ clickCount });
    await page.mouse.up({ clickCount });
  };
  // The pointer stays where it is and the button moves. Moving the pointer instead has the same effect.
  await app.create();
  await clickOnCancel(2);
  await page.waitForTimeout(200);
  await expect(app.cancelDialog).toBeHidden();
  await clickOnCancel(1);
  await expect(app.cancelDialog).toBeVisible();
});
