// Names, volumes and connections that the page or the server rejects.

import { expect, test } from "./console.ts";
import { DATA_01, PROJECT_A } from "./server.ts";

test.describe("an invalid name", () => {
  const cases = [
    ["spaces only", "   ", "name.blank", {}],
    ["256 bytes", "a".repeat(256), "name.too_long", { length: 256, limit: 255, unit: "unit.bytes" }],
    ["86 Chinese characters", "卷".repeat(86), "name.too_long", { length: 258, limit: 255, unit: "unit.bytes" }],
    ["a NUL", "ab\u0000c", "name.nul", { position: 2 }],
    ["a lone surrogate", "a\ud800", "name.lone_surrogate", { position: 1 }],
  ] as const;
  for (const [what, text, key, values] of cases) {
    test(what, async ({ app }) => {
      await app.useDemoProject("A");
      await app.choose("data-01");
      const field = app.textbox("create.name");
      // Doesn't use `fill`, which would replace the surrogate on the way to the browser.
      await field.evaluate((input: HTMLInputElement, units: number[]) => {
        input.value = String.fromCharCode(...units);
        input.dispatchEvent(new InputEvent("input", { bubbles: true }));
      }, Array.from({ length: text.length }, (_, index) => text.charCodeAt(index)));
      await app.create();
      await expect(field).toHaveAccessibleDescription(new RegExp(`^${escape(app.text(key, values))}`));
      await expect(field).toHaveAttribute("aria-invalid", "true");
      await expect(field).toBeFocused();
      expect(app.posts).toEqual([]);

      await app.name("valid");
      await expect(field).not.toHaveAttribute("aria-invalid");
      await app.create();
      await expect(app.dialog).toBeVisible();
    });
  }

  test("shows its error without moving a button that is held down", async ({ app, page }) => {
    await app.useDemoProject("A");
    await page.setViewportSize({ width: 320, height: 700 });
    await app.choose("data-01");
    await app.textbox("create.name").fill("n".repeat(300));
    const button = app.button("create.submit");
    await button.scrollIntoViewIfNeeded();
    const { x, y } = (await button.boundingBox())!;
    // Presses near the upper edge, which would be the first to move away from the pointer.
    await page.mouse.move(x + 10, y + 3);
    await page.mouse.down();
    await expect(app.page.locator(":focus")).toHaveText(app.text("create.submit"));
    expect((await button.boundingBox())!.y).toBe(y);
    await page.mouse.up();
    await expect(app.textbox("create.name")).toBeFocused();
    await expect(app.textbox("create.name")).toHaveAccessibleDescription(/300/);
    expect(app.posts).toEqual([]);
  });

  test("is validated when the field loses the focus, and counted on every keystroke", async ({ app, page }) => {
    await app.useDemoProject("A");
    await app.choose("data-01");
    const field = app.textbox("create.name");
    await field.focus();
    await page.keyboard.type("  ");
    await expect(field).not.toHaveAttribute("aria-invalid");
    await expect(app.region("create.title")).toContainText("0 of 255 bytes");
    await field.blur();
    await expect(field).toHaveAttribute("aria-invalid", "true");
    await field.focus();
    await page.keyboard.insertText("卷a");
    await expect(field).not.toHaveAttribute("aria-invalid");
    await expect(app.region("create.title")).toContainText("4 of 255 bytes");
  });
});

test.describe("a volume that can't be transferred", () => {
  const visible = {
    "web-server-root-attached": ["status"],
    "billing-monthly": ["billing"],
    "encrypted-payroll": ["encryption"],
    "policy-protected": ["backup_policy"],
    "dss-pool-disk": ["dss"],
    "dess-disk": ["dess"],
    "old-system-disk": ["system_disk"],
    "worst-case": ["status", "billing", "encryption", "backup_policy", "dss", "system_disk"],
  };
  const all = [
    "status", "billing", "frozen", "encryption", "backups_and_snapshots",
    "backup_policy", "dss", "dess", "system_disk",
  ];

  for (const [volume, constraints] of Object.entries(visible)) {
    test(`${volume} shows its reasons: ${constraints.join(", ")}`, async ({ app }) => {
      await app.useDemoProject("A");
      for (const constraint of all) {
        const values = { name: app.status("in-use"), status: "in-use" };
        const reason = app.text(constraint === "status" ? "volumes.status.violated" : `volume.${constraint}`, values);
        const has = expect(app.row(volume));
        await (constraints.includes(constraint) ? has.toContainText(reason) : has.not.toContainText(reason));
      }
      await app.choose(volume);
      for (const constraint of constraints) {
        await expect(app.check(constraint)).toContainText(app.text("verdict.violated"));
      }
      await expect(app.button("create.submit")).toHaveAccessibleDescription(
        app.text("create.blocked.violated"),
      );
      await app.createBlocked("checks");
    });
  }

  test("has snapshots, which are looked up when it is chosen", async ({ app }) => {
    await app.useDemoProject("A");
    await expect(app.row("with-snapshots")).toContainText(app.text("eligibility.unknown"));
    await app.choose("with-snapshots");
    await expect(app.check("backups_and_snapshots")).toContainText(app.text("volume.backups_and_snapshots"));
    await expect(app.row("with-snapshots")).toContainText(app.text("volume.backups_and_snapshots"));
    await app.createBlocked("checks");
  });

  test("is frozen, as the server's rejection reveals", async ({ app }) => {
    await app.useDemoProject("A");
    await app.choose("frozen-disk");
    await app.showAllChecks();
    await expect(app.check("frozen")).toContainText(app.text("verdict.unknown"));
    await app.name("kept");
    await app.create();
    await expect(app.alert).toContainText("EVS.2068");
    await expect(app.alert).toContainText("volume is locked");
    await expect(app.check("frozen")).toContainText(app.text("volume.frozen"));
    await expect(app.row("frozen-disk")).toContainText(app.text("volume.frozen"));
    await expect(app.textbox("create.name")).toHaveValue("kept");
    expect(app.posts).toHaveLength(1);

    // The error disappears when another volume is chosen.
    await app.choose("data-01");
    await expect(app.alert).toHaveCount(0);
  });

  for (const [volume, constraint] of [
    ["with-backups", "backups_and_snapshots"],
    ["vault-policy", "backup_policy"],
  ] as const) {
    test(`${volume}: backups are looked up when it is chosen`, async ({ app }) => {
      await app.useDemoProject("A");
      await app.choose(volume);
      await expect(app.check(constraint)).toContainText(app.text(`volume.${constraint}`));
      await app.createBlocked("checks");
    });
  }

  test("has backups, which the server checks if the lookup fails", async ({ app, page }) => {
    await page.route("**/v3/*/backups?*", (route) => route.fulfill({ status: 404, body: "<html>" }));
    await app.useDemoProject("A");
    await app.choose("with-backups");
    await app.showAllChecks();
    await expect(app.check("backups_and_snapshots")).toContainText(app.text("verdict.unknown"));
    await app.create();
    await expect(app.alert).toContainText(app.text("create.rejected"));
    await expect(app.alert).toContainText(/backup/);
  });

  test("is no longer available", async ({ app, server }) => {
    await app.useDemoProject("A");
    await app.choose("data-01");
    await server.create(DATA_01);
    await app.create();
    await expect(app.alert).toContainText("Invalid volume: status must be available");
    await expect(app.alert).toContainText(/req-[0-9a-f-]{36}/);
    await expect(app.alert).toContainText("400");
    // The list was reloaded.
    await expect(app.row("data-01")).toContainText(app.status("awaiting-transfer"));
    expect(app.posts).toHaveLength(1);
  });
});

test.describe("a connection that fails", () => {
  test("because of the token", async ({ app }) => {
    await app.connect(PROJECT_A.id, "no-such-token");
    await expect(app.alert).toContainText(app.text("response.token"));
    await expect(app.alert).toContainText(/req-/);
    await expect(app.textbox("connect.project")).toHaveValue(PROJECT_A.id);
  });

  test("because of the project", async ({ app }) => {
    await app.connect("0".repeat(32), PROJECT_A.token);
    await expect(app.alert).toContainText(app.text("response.project"));
  });

  test("because nothing is listening at the endpoint", async ({ app }) => {
    await app.signInWith("token");
    await app.textbox("connect.endpoint").fill("http://127.0.0.1:9");
    await app.connect(PROJECT_A.id, PROJECT_A.token);
    await expect(app.alert).toContainText(app.text("response.connection"));
    await expect(app.alert).toContainText(app.text("response.address"));
  });

  test("because the endpoint is another service", async ({ app, server }) => {
    await app.signInWith("token");
    await app.textbox("connect.endpoint").fill(`${server.url}/elsewhere`);
    await app.connect(PROJECT_A.id, PROJECT_A.token);
    await expect(app.alert).toContainText(app.text("response.address"));
    await expect(app.alert).toContainText("404");
  });

  const responses = [
    ["an HTML page", 200, "<html>Sign in</html>", "read.unreadable"],
    ["broken JSON", 200, '{"volumes": [', "read.unreadable"],
    ["an HTML error page", 502, "<html>Bad gateway</html>", "response.server"],
    ["an empty error", 503, "", "response.server"],
    ["a denial", 403, '{"forbidden":{"code":403,"message":"no <b>way</b>"}}', "response.permission"],
  ] as const;
  for (const [what, status, body, key] of responses) {
    test(`because of ${what}`, async ({ app, page }) => {
      await page.route("**/cloudvolumes/detail*", (route) =>
        route.fulfill({ status, body, headers: { "X-Openstack-Request-Id": "req-of-support" } }),
      );
      await app.connect(PROJECT_A.id, PROJECT_A.token);
      await expect(app.alert).toContainText(app.text(key));
      await expect(app.alert).toContainText(String(status));
      await expect(app.alert).toContainText("req-of-support");
      await expect(app.alert.locator("b")).toHaveCount(0);
      // The page still works.
      await page.unroute("**/cloudvolumes/detail*");
      await app.useDemoProject("A");
    });
  }

  test("because of invalid input", async ({ app }) => {
    await app.signInWith("token");
    await app.textbox("connect.endpoint").fill("javascript:alert(1)");
    await app.connect("a/b", "two words");
    const token = app.token;
    await expect(app.textbox("connect.endpoint")).toBeFocused();
    await expect(app.textbox("connect.endpoint")).toHaveAccessibleDescription(/http/);
    await expect(app.textbox("connect.project")).toHaveAccessibleDescription(/letters/);
    await expect(token).toHaveAccessibleDescription(/isn't a valid token/);
    await app.textbox("connect.endpoint").fill(app.server.url);
    await app.connect("", "");
    await expect(app.textbox("connect.project")).toBeFocused();
    await expect(token).toHaveAccessibleDescription(/Enter a token/);
  });
});

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
