// What bad input gets, and what happens when the server says no or says nothing.

import { DATA_01, expect, loseAnswer, PROJECT_A, test } from "./console.ts";

test.describe("a name that the service would refuse", () => {
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
      // Not by `fill`: what goes over to the browser as JSON would mend the surrogate.
      await field.evaluate((input: HTMLInputElement, units: number[]) => {
        input.value = String.fromCharCode(...units);
        input.dispatchEvent(new InputEvent("input", { bubbles: true }));
      }, Array.from({ length: text.length }, (_, at) => text.charCodeAt(at)));
      await app.create();
      await expect(field).toHaveAccessibleDescription(new RegExp(`^${escape(app.say(key, values))}`));
      await expect(field).toHaveAttribute("aria-invalid", "true");
      await expect(field).toBeFocused();
      expect(app.posts).toEqual([]);

      await app.name("mended");
      await expect(field).not.toHaveAttribute("aria-invalid");
      await app.create();
      await expect(app.dialog).toBeVisible();
    });
  }

  test("does not move the button that is pressed when it is judged", async ({ app, page }) => {
    await app.useDemoProject("A");
    await app.choose("data-01");
    await page.setViewportSize({ width: 320, height: 700 });
    await app.textbox("create.name").fill("n".repeat(300));
    const button = app.button("create.submit");
    await button.scrollIntoViewIfNeeded();
    const { x, y } = (await button.boundingBox())!;
    // At its upper edge, as a person may.
    await page.mouse.move(x + 10, y + 3);
    await page.mouse.down();
    await expect(app.page.locator(":focus")).toHaveText(app.say("create.submit"));
    expect((await button.boundingBox())!.y).toBe(y);
    await page.mouse.up();
    await expect(app.textbox("create.name")).toBeFocused();
    await expect(app.textbox("create.name")).toHaveAccessibleDescription(/300/);
    expect(app.posts).toEqual([]);
  });

  test("is judged when the field is left, and counted all the time", async ({ app, page }) => {
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

test.describe("a volume that cannot go", () => {
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
    test(`${volume} says why: ${constraints.join(", ")}`, async ({ app }) => {
      await app.useDemoProject("A");
      const status = volume === "web-server-root-attached" || volume === "worst-case" ? "in-use" : "";
      for (const constraint of all) {
        const reason = app.say(`volume.${constraint}`, { status });
        const has = expect(app.row(volume));
        await (constraints.includes(constraint) ? has.toContainText(reason) : has.not.toContainText(reason));
      }
      await app.choose(volume);
      for (const constraint of constraints) {
        await expect(app.check(constraint)).toContainText(app.say("verdict.violated"));
      }
      await expect(app.button("create.submit")).toHaveAccessibleDescription(
        app.say("create.blocked.violated"),
      );
      await app.createInVain("checks");
    });
  }

  test("has snapshots, which only asking shows", async ({ app }) => {
    await app.useDemoProject("A");
    await expect(app.row("with-snapshots")).toContainText(app.say("eligibility.unknown"));
    await app.choose("with-snapshots");
    await expect(app.check("backups_and_snapshots")).toContainText(app.say("volume.backups_and_snapshots"));
    await expect(app.row("with-snapshots")).toContainText(app.say("volume.backups_and_snapshots"));
    await app.createInVain("checks");
  });

  test("is frozen, which only the server's refusal shows", async ({ app }) => {
    await app.useDemoProject("A");
    await app.choose("frozen-disk");
    await expect(app.check("frozen")).toContainText(app.say("verdict.unknown"));
    await app.name("kept");
    await app.create();
    await expect(app.alert).toContainText("EVS.2068");
    await expect(app.alert).toContainText("volume is locked");
    await expect(app.check("frozen")).toContainText(app.say("volume.frozen"));
    await expect(app.row("frozen-disk")).toContainText(app.say("volume.frozen"));
    await expect(app.textbox("create.name")).toHaveValue("kept");
    expect(app.posts).toHaveLength(1);

    // What was said of this volume is not left standing beside another.
    await app.choose("data-01");
    await expect(app.alert).toHaveCount(0);
  });

  for (const [volume, constraint] of [
    ["with-backups", "backups_and_snapshots"],
    ["vault-policy", "backup_policy"],
  ] as const) {
    test(`${volume}, which only asking the backup service shows`, async ({ app }) => {
      await app.useDemoProject("A");
      await app.choose(volume);
      await expect(app.check(constraint)).toContainText(app.say(`volume.${constraint}`));
      await app.createInVain("checks");
    });
  }

  test("has backups, on which the server decides where nobody answers for them", async ({ app, page }) => {
    await page.route("**/v3/*/backups?*", (route) => route.fulfill({ status: 404, body: "<html>" }));
    await app.useDemoProject("A");
    await app.choose("with-backups");
    await expect(app.check("backups_and_snapshots")).toContainText(app.say("verdict.unknown"));
    await app.create();
    await expect(app.alert).toContainText(app.say("create.rejected"));
    await expect(app.alert).toContainText(/backup/);
  });

  test("was taken in the meantime", async ({ app, server }) => {
    await app.useDemoProject("A");
    await app.choose("data-01");
    await server.create(DATA_01);
    await app.create();
    await expect(app.alert).toContainText("Invalid volume: status must be available");
    await expect(app.alert).toContainText(/req-[0-9a-f-]{36}/);
    await expect(app.alert).toContainText("400");
    // The list was read again, and knows it now.
    await expect(app.row("data-01")).toContainText("awaiting-transfer");
    expect(app.posts).toHaveLength(1);
  });
});

test.describe("a connection that fails", () => {
  test("by the token", async ({ app }) => {
    await app.connect(PROJECT_A.id, "no-such-token");
    await expect(app.alert).toContainText(app.say("response.token"));
    await expect(app.alert).toContainText(/req-/);
    await expect(app.textbox("connect.project")).toHaveValue(PROJECT_A.id);
  });

  test("by the project", async ({ app }) => {
    await app.connect("0".repeat(32), PROJECT_A.token);
    await expect(app.alert).toContainText(app.say("response.project"));
  });

  test("by the endpoint, where nothing answers or nothing may", async ({ app }) => {
    await app.textbox("connect.endpoint").fill("http://127.0.0.1:9");
    await app.connect(PROJECT_A.id, PROJECT_A.token);
    await expect(app.alert).toContainText(app.say("response.connection"));
    await expect(app.alert).toContainText(app.say("response.address"));
  });

  test("by the endpoint, where something else answers", async ({ app, server }) => {
    await app.textbox("connect.endpoint").fill(`${server.url}/elsewhere`);
    await app.connect(PROJECT_A.id, PROJECT_A.token);
    await expect(app.alert).toContainText(app.say("response.address"));
    await expect(app.alert).toContainText("404");
  });

  const answers = [
    ["an HTML page", 200, "<html>Sign in</html>", "read.unreadable"],
    ["broken JSON", 200, '{"volumes": [', "read.unreadable"],
    ["an HTML error page", 502, "<html>Bad gateway</html>", "response.server"],
    ["an empty error", 503, "", "response.server"],
    ["a denial", 403, '{"forbidden":{"code":403,"message":"no <b>way</b>"}}', "response.permission"],
  ] as const;
  for (const [what, status, body, key] of answers) {
    test(`by ${what}`, async ({ app, page }) => {
      await page.route("**/cloudvolumes/detail*", (route) =>
        route.fulfill({ status, body, headers: { "X-Openstack-Request-Id": "req-of-support" } }),
      );
      await app.connect(PROJECT_A.id, PROJECT_A.token);
      await expect(app.alert).toContainText(app.say(key));
      await expect(app.alert).toContainText(String(status));
      await expect(app.alert).toContainText("req-of-support");
      await expect(app.alert.locator("b")).toHaveCount(0);
      // The page is as alive as before.
      await page.unroute("**/cloudvolumes/detail*");
      await app.useDemoProject("A");
    });
  }

  test("by what was typed", async ({ app }) => {
    await app.textbox("connect.endpoint").fill("javascript:alert(1)");
    await app.connect("a/b", "two words");
    const token = app.page.getByLabel(app.say("connect.token"), { exact: true });
    await expect(app.textbox("connect.endpoint")).toBeFocused();
    await expect(app.textbox("connect.endpoint")).toHaveAccessibleDescription(/http/);
    await expect(app.textbox("connect.project")).toHaveAccessibleDescription(/letters/);
    await expect(token).toHaveAccessibleDescription(/cannot be a token/);
    await app.textbox("connect.endpoint").fill(app.server.url);
    await app.connect("", "");
    await expect(app.textbox("connect.project")).toBeFocused();
    await expect(token).toHaveAccessibleDescription(/Enter a token/);
  });
});

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
    await app.createInVain("trouble");
    await expect(app.page.getByText(app.say("unknown.cannot_tell"))).toBeVisible();
    await app.createInVain("trouble");
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

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
