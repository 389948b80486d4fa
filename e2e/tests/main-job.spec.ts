// The main job from end to end, in every language, with the mouse and with the keyboard only.

import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { App, expect, LANGUAGES, Presses, plainMessages, test } from "./console.ts";
import { DATA_01, PROJECT_A, PROJECT_B } from "./server.ts";

for (const language of LANGUAGES) {
  test.describe(`in ${language}`, () => {
    test.use({ language });

    test("creates a transfer and hands it over", async ({ app }) => {
      await app.useDemoProject("A");
      await app.choose("data-01");
      await app.name("  first volume ");
      await app.create();

      await expect(app.dialog).toBeVisible();
      const [transfer] = await app.server.transfers();
      expect(transfer).toMatchObject({ volume_id: DATA_01, name: "first volume" });
      await app.dialog.getByText(app.text("handover.details"), { exact: true }).click();
      for (const value of [transfer!.id, "first volume", DATA_01, `os-volume-transfer/${transfer!.id}`]) {
        await expect(app.dialog).toContainText(value);
      }
      await expect(app.dialog).toContainText("self: http");
      await expect(app.dialog).toContainText("bookmark: http");
      await expect(app.dialog).toContainText(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6} UTC/);

      // The key is hidden at first.
      await expect(app.dialog.getByText(/^[0-9a-f]{16}$/)).toHaveCount(0);
      const key = await app.key();

      const file = await app.download();
      expect(basename(file)).toBe(`volume-transfer-${transfer!.id}.json`);
      expect(JSON.parse(await readFile(file, "utf8"))).toEqual({
        version: 2,
        service: "evs-v2",
        endpoint: app.server.url,
        region: null,
        source_project: PROJECT_A.id,
        transfers: [
          {
            transfer_id: transfer!.id,
            auth_key: key,
            name: "first volume",
            volume_id: DATA_01,
            volume_name: "data-01",
            size: 40,
            created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
          },
        ],
      });

      await app.button("handover.close").click();
      await expect(app.dialog).toBeHidden();
      await expect(app.row("data-01")).toContainText(app.status("awaiting-transfer"));
      await expect(app.row("data-01")).toContainText(app.text("eligibility.ineligible"));
      await expect(app.checkbox("data-01")).not.toBeChecked();
      expect(app.posts).toHaveLength(1);
      expect(app.consoleMessages).toEqual([]);
    });

    test("creates a transfer with the keyboard only", async ({ app, page }) => {
      const press = (key: string) => page.keyboard.press(key);
      await app.createByKeyboard("by keyboard");

      // Escape doesn't close the dialog, so that nobody loses the key by accident.
      await press("Escape");
      await press("Escape");
      await expect(app.dialog).toBeVisible();

      await app.tabTo(app.text("handover.show"));
      await press("Space");
      await expect(app.dialog.getByText(/^[0-9a-f]{16}$/)).toBeVisible();
      await app.tabTo(app.text("handover.close"));
      await press("Enter");
      await expect(app.dialog).toBeHidden();
      await expect(page.locator(":focus")).toHaveText(app.text("volumes.title"));
      expect((await app.server.transfers()).map((t) => t.name)).toEqual(["by keyboard"]);
    });
  });
}

test("gets from the list to the saved key in four presses and without scrolling", async ({ app, page }) => {
  await page.setViewportSize({ width: 1280, height: 800 });
  await app.useDemoProject("A");
  const presses = new Presses(page);
  await presses.on(app.checkbox("data-01"));
  await presses.on(app.textbox("create.name"));
  await page.keyboard.type("first volume");
  await presses.on(app.button("create.submit"));
  await expect(app.dialog).toBeVisible();
  await app.download(() => presses.on(app.button("handover.download")));
  expect(presses.count).toBe(4);
});

test("has the documented accessible names", async ({ app, page }) => {
  await expect(page.getByRole("region", { name: "Sign in", exact: true })).toBeVisible();
  await expect(page.getByRole("radio")).toHaveCount(3);
  for (const name of ["User name", "Domain"]) {
    await expect(page.getByRole("textbox", { name, exact: true })).toBeVisible();
  }
  for (const name of ["Application credential", "Password", "Token"]) {
    await page.getByRole("radio", { name, exact: true }).check();
  }
  await expect(page.getByRole("textbox", { name: "Project ID", exact: true })).toBeVisible();
  await expect(page.getByRole("textbox", { name: "Token", exact: true })).toHaveAttribute("type", "password");
  const service = page.getByRole("combobox", { name: "Service", exact: true });
  await expect(service.getByRole("option")).toHaveText(["EVS v2", "EVS v3", "OpenStack Cinder"]);
  for (const name of ["Use demo project A", "Use demo project B", "Connect"]) {
    await expect(page.getByRole("button", { name, exact: true })).toBeVisible();
  }
  await page.getByRole("button", { name: "Use demo project A", exact: true }).click();
  await expect(page.getByRole("button", { name: "Connection", exact: true })).toBeVisible();
  for (const name of ["Volumes", "Pending transfers", "Accept a transfer"]) {
    await expect(page.getByRole("tab", { name, exact: true })).toBeVisible();
  }
  const table = page.getByRole("table", { name: "Volumes", exact: true });
  await table.getByRole("checkbox", { name: "data-01", exact: true }).check();
  const create = page.getByRole("region", { name: "Create volume transfer", exact: true });
  await create.getByRole("textbox", { name: "Transfer name", exact: true }).fill("first volume");
  await create.getByRole("button", { name: "Create transfer", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Transfer created", exact: true });
  for (const name of ["Show key", "Copy key", "Download credentials", "I have saved the key"]) {
    await expect(dialog.getByRole("button", { name, exact: true })).toBeVisible();
  }
});

test("sends no name if the field is empty", async ({ app }) => {
  await app.useDemoProject("A");
  await app.choose("data-02");
  await app.create();
  await expect(app.dialog).toContainText(app.text("handover.name.none"));
  expect(Object.keys(JSON.parse(app.posts[0]!.body!).transfer)).toEqual(["volume_id"]);
});

test("creates a transfer with every service", async ({ app }) => {
  for (const [service, volume, looksUpSnapshots] of [
    ["evs-v3", "data-01", true],
    ["cinder", "data-02", false],
  ] as const) {
    await app.connect(PROJECT_A.id, PROJECT_A.token, service);
    // Otherwise, the volume might be chosen from the previous list.
    await expect(app.signIn).toBeHidden();
    await expect(app.button("connect.menu")).toHaveAccessibleDescription(new RegExp(app.text(`service.${service}`)));
    await app.choose(volume, looksUpSnapshots);
    await app.create();
    await expect(app.dialog).toBeVisible();
    expect(app.posts.at(-1)!.url).toContain("/v3/");
    await app.button("handover.close").click();
    await app.changeConnection();
  }
});

test("confirms copying only if it succeeded", async ({ app, context }) => {
  await app.useDemoProject("A");
  await app.choose("data-01");
  await app.create();
  await context.clearPermissions();
  await app.page.evaluate(() => {
    navigator.clipboard.writeText = () => Promise.reject(new DOMException("no", "NotAllowedError"));
  });
  await app.button("handover.copy").click();
  await expect(app.dialog).toContainText(app.text("handover.copy_failed"));
  await expect(app.dialog).not.toContainText(app.text("handover.copied"));
  // The key is shown, so that the user can copy it.
  const key = await app.dialog.getByText(/^[0-9a-f]{16}$/).innerText();

  await app.page.evaluate(() => {
    navigator.clipboard.writeText = (text) => {
      (window as unknown as { copied: string }).copied = text;
      return Promise.resolve();
    };
  });
  await app.button("handover.copy").click();
  await expect(app.dialog).toContainText(app.text("handover.copied"));
  expect(await app.page.evaluate(() => (window as unknown as { copied: string }).copied)).toBe(key);
});

test("warns before the user leaves while a key is displayed", async ({ app, page }) => {
  await app.useDemoProject("A");
  await app.choose("data-01");
  const dialogs: string[] = [];
  page.on("dialog", (dialog) => {
    dialogs.push(dialog.type());
    void dialog.dismiss();
  });
  await app.create();
  await expect(app.dialog).toBeVisible();
  await page.close({ runBeforeUnload: true });
  await expect.poll(() => dialogs).toEqual(["beforeunload"]);
  await app.button("handover.close").click();
  await page.reload();
  expect(dialogs).toHaveLength(1);
});

test("describes a volume by its eligibility and reasons, without the long ID", async ({ app }) => {
  await app.useDemoProject("A");
  const ineligible = app.text("eligibility.ineligible");
  await expect(app.checkbox("worst-case")).toHaveAccessibleDescription(new RegExp(`^${ineligible}.*${app.text("volume.encryption")}`));
  await expect(app.checkbox("worst-case")).not.toHaveAccessibleDescription(/[0-9a-f]{8}-/);
});

test("filters by text and by eligibility", async ({ app, page }) => {
  await app.useDemoProject("A");
  await page.getByRole("searchbox").fill("DATA-0");
  await expect(app.checkboxes).toHaveCount(3);
  await page.getByRole("searchbox").fill(DATA_01);
  await expect(app.checkboxes).toHaveCount(1);
  await page.getByRole("searchbox").fill("no such volume");
  await expect(app.region("volumes.title")).toContainText(app.text("volumes.none_match"));
  await page.getByRole("searchbox").fill("");
  const eligibility = page.getByRole("combobox", { name: app.text("volumes.eligibility") });
  // The rows are drawn over several frames.
  const all = 25;
  await expect(app.checkboxes).toHaveCount(all);
  await eligibility.selectOption("eligible");
  await expect(app.checkbox("worst-case")).toHaveCount(0);
  const eligible = await app.checkboxes.count();
  await eligibility.selectOption("ineligible");
  await expect(app.checkbox("worst-case")).toBeVisible();
  expect(eligible + (await app.checkboxes.count())).toBe(all);
});

test("sends the volume that is shown, whatever was chosen before", async ({ app, page }) => {
  await app.useDemoProject("A");
  for (const volume of ["data-01", "worst-case", "data-02"]) {
    await app.choose(volume);
    await expect(page.locator(".choice")).toHaveText(new RegExp(`^${volume} · \\d+ GiB$`));
  }
  const listed = await app.row("data-02").locator("code").innerText();
  await app.create();
  await expect(app.dialog).toContainText(listed);
  expect(JSON.parse(app.posts[0]!.body!).transfer.volume_id).toBe(listed);
  await app.button("handover.close").click();
  await app.changeConnection();
  await app.useDemoProject("B");
  await expect(app.button("connect.menu")).toHaveAccessibleDescription(new RegExp(PROJECT_B.id));
  await expect(app.button("connect.menu")).not.toHaveAccessibleDescription(new RegExp(PROJECT_A.id));
});

test("leaves no text in the previous language after a switch", async ({ app, page, server }) => {
  await app.useDemoProject("A");
  await app.choose("worst-case");
  await app.name("x".repeat(300));
  for (const language of LANGUAGES.toReversed()) {
    const now = new App(page, server, language);
    await page.locator("select").first().selectOption(language);
    await expect(now.table).toBeVisible();
    const text = await page.locator("body").innerText();
    for (const other of LANGUAGES.filter((other) => other !== language)) {
      for (const message of plainMessages(other)) expect(text, language).not.toContain(message);
    }
    expect(plainMessages(language).filter((message) => text.includes(message)).length).toBeGreaterThan(20);
  }
});
