// Accessibility and screenshots of every state, in both languages, colour schemes and widths.
//
// The screenshots are written to test-results/looks for people to review. `UPDATE_SCREENSHOT=1` also
// updates the README's screenshot.

import { AxeBuilder } from "@axe-core/playwright";
import type { Page, Route } from "@playwright/test";
import { DATA_01, expect, LANGUAGES, loseResponse, PROJECT_A, test } from "./console.ts";

const LIST = "**/*volumes/detail*";

for (const language of LANGUAGES) {
  for (const width of [1280, 320]) {
    test.describe(`${language} ${width}px`, () => {
      test.use({ language, viewport: { width, height: 900 } });

      test("every state is accessible and fits the width", async ({ app, page }) => {
        // axe checks more than twenty states.
        test.setTimeout(300_000);
        const check = async (state: string) => {
          // Switching the colour scheme in each state is faster than a second run.
          for (const scheme of ["light", "dark"] as const) {
            // Without transitions, during which axe would see intermediate colours.
            await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
            await page.screenshot({
              path: `test-results/looks/${state}-${language}-${scheme}-${width}.png`,
              fullPage: true,
            });
            const where = `${state}, ${scheme}`;
            expect(await overflow(page), where).toBe(0);
            // Narrow screens use the same colours and names. Only the table differs.
            if (width === 320 && (language !== "en" || scheme !== "light")) continue;
            expect(await violations(page), where).toEqual([]);
          }
        };
        await check("connect");
        await app.connect("a b", "");
        await check("connect-wrong");
        await page.route(LIST, (route) => route.fulfill({ status: 401, body: "" }));
        await app.connect(PROJECT_A.id, "expired");
        await expect(app.alert).toBeVisible();
        await check("connect-refused");
        let respond = () => {};
        const slow = async (route: Route) => {
          await new Promise<void>((done) => (respond = done));
          await route.continue();
        };
        await page.unroute(LIST);
        await page.route(LIST, slow);
        await app.connect(PROJECT_A.id, PROJECT_A.token, "cinder");
        await expect(app.button("progress.stop")).toBeVisible();
        await check("connecting");
        respond();
        await app.choose("data-01", false);
        await check("cinder");
        await app.button("connect.change").click();
        await page.unroute(LIST);
        await page.getByRole("combobox", { name: app.text("connect.service"), exact: true }).selectOption("evs-v2");

        await app.useDemoProject("A");
        await check("volumes");
        await page.route(LIST, (route) => route.fulfill({ status: 503, body: "" }));
        await page.route("**/os-volume-transfer/detail*", (route) => route.fulfill({ status: 503, body: "" }));
        await app.button("volumes.refresh").click();
        await expect(app.alert.filter({ hasText: app.text("volumes.old") })).toBeVisible();
        await expect(app.alert.filter({ hasText: app.text("transfers.old") })).toBeVisible();
        await check("out-of-date");
        await page.unrouteAll();
        await app.button("volumes.refresh").click();
        await expect(app.alert).toHaveCount(0);
        await app.choose("worst-case");
        await check("ineligible");

        await app.choose("frozen-disk");
        await app.create();
        await expect(app.alert).toBeVisible();
        await check("rejected");

        await app.choose("data-02");
        await page.route("**/os-volume-transfer", (route) =>
          route.fulfill({ status: 401, json: { error: { code: "EVS.5401", message: "expired" } } }),
        );
        await app.create();
        await expect(app.button("connect.renew")).toBeVisible();
        await check("token-expired");
        await app.button("connect.renew").click();
        await expect(app.button("connect.submit")).toBeVisible();
        await check("token-renewal");
        await app.useDemoProject("A");
        await page.unroute("**/os-volume-transfer");
        await page.route("**/os-volume-transfer", (route) => route.abort());
        await app.name("卷".repeat(100));
        await app.create();
        await check("name-wrong");
        await app.name("first volume");
        await app.create();
        await expect(app.alert).toContainText(app.text("unknown.not_made"));
        await check("unknown");
        await page.unroute("**/os-volume-transfer");
        await page.route("**/os-volume-transfer", loseResponse);
        await app.create();
        await expect(app.button("unknown.cancel")).toBeVisible();
        await check("unknown-made");
        await app.button("unknown.cancel").click();
        await app.cancelDialog.getByRole("button", { name: app.text("cancel.confirm"), exact: true }).click();
        await expect(app.alert).toContainText(app.text("unknown.cancelled"));
        await check("unknown-cancelled");
        await page.unroute("**/os-volume-transfer");

        await app.choose("data-01");
        await app.create();
        await expect(app.dialog).toBeVisible();
        await check("handover-hidden");
        const key = await app.key();
        await check("handover");
        await app.button("handover.close").click();
        await expect(app.transfers).toBeVisible();
        await app.button("accept.submit").click();
        await check("transfers");

        const [transfer] = await app.server.transfers();
        await app.textbox("handover.id").fill(transfer!.id);
        await app.textbox("handover.key").fill("0123456789abcdef");
        await app.button("accept.submit").click();
        await expect(app.alert.filter({ hasText: app.text("accept.rejected") })).toBeVisible();
        await check("accept-refused");

        await app.textbox("handover.key").fill(key);
        await app.button("transfers.cancel", { name: transfer!.name ?? transfer!.id }).click();
        await expect(app.cancelDialog).toBeVisible();
        await check("cancel");
        const CANCEL = /os-volume-transfer\/[0-9a-f-]{36}$/;
        await page.route(CANCEL, (route) => route.abort());
        await app.cancelDialog.getByRole("button", { name: app.text("cancel.confirm"), exact: true }).click();
        await expect(app.cancelDialog).toContainText(app.text("cancel.unknown"));
        await check("cancel-unknown");
        await page.unroute(CANCEL);
        await app.cancelDialog.getByRole("button", { name: app.text("cancel.confirm"), exact: true }).click();
        await expect(app.page.getByText(app.text("news.available", { volume: "data-01" }))).toBeVisible();
        await check("cancelled");

        await app.server.create(DATA_01);
        const [other] = await app.server.transfers();
        await page.route("**/accept", (route) =>
          route.fulfill({ status: 202, json: { transfer: { id: other!.id, volume_id: DATA_01, name: null } } }),
        );
        await app.textbox("handover.id").fill(other!.id);
        await app.button("accept.submit").click();
        await expect(page.getByText(app.text("accept.done", { volume: "data-01" }))).toBeVisible();
        await check("accepted");
      });
    });
  }
}

test("follows the browser's language and colour scheme, and stores other choices", async ({ app, page }) => {
  const html = page.locator("html");
  await expect(html).toHaveAttribute("lang", "en");
  await page.getByLabel("Language").selectOption("中文");
  await expect(html).toHaveAttribute("lang", "zh-CN");
  await expect(page).toHaveTitle("云硬盘过户");
  await page.getByLabel("配色").selectOption("深色");
  await page.reload();
  await expect(html).toHaveAttribute("lang", "zh-CN");
  await expect(html).toHaveAttribute("data-scheme", "dark");
  expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe("rgb(16, 21, 28)");
  await expect(app.page.getByRole("heading", { level: 1 })).toHaveText("云硬盘过户");
});

test("the README's screenshot", async ({ app, page }) => {
  test.skip(!process.env.UPDATE_SCREENSHOT, "needs UPDATE_SCREENSHOT=1");
  await page.setViewportSize({ width: 1280, height: 1200 });
  await app.useDemoProject("A");
  await app.choose("data-01");
  await app.name("first volume");
  await page.evaluate(() => window.scrollTo(0, 0));
  await page.screenshot({ path: "../docs/page.png" });
});

/** Returns by how many pixels the page is wider than the window. */
function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/**
 * Returns axe's violations. Skips the details of passed rules and the support for frames, which the
 * page doesn't have: both take much longer than the checks.
 */
async function violations(page: Page): Promise<[rule: string, elements: string[]][]> {
  const { violations } = await new AxeBuilder({ page })
    .options({ resultTypes: ["violations"] })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
    .setLegacyMode()
    .analyze();
  return violations.map((v) => [v.id, v.nodes.map((n) => n.html)]);
}
