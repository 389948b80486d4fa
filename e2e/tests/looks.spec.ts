// Accessibility and pictures of every part, in both languages, both schemes and both widths.
//
// The pictures land in test-results/looks for people to look at; the one in the README is made
// here too, with `UPDATE_SCREENSHOT=1`.

import { AxeBuilder } from "@axe-core/playwright";
import type { Page, Route } from "@playwright/test";
import { DATA_01, expect, LANGUAGES, loseAnswer, PROJECT_A, test } from "./console.ts";

const LIST = "**/*volumes/detail*";

for (const language of LANGUAGES) {
  for (const width of [1280, 320]) {
    test.describe(`${language} ${width}px`, () => {
      test.use({ language, viewport: { width, height: 900 } });

      test("every part is accessible and fits", async ({ app, page }) => {
        // Twenty states and more, each searched by axe.
        test.setTimeout(300_000);
        const look = async (part: string) => {
          // A scheme is nothing but style, so that nobody has to come here a second time for it.
          for (const scheme of ["light", "dark"] as const) {
            // Without transitions, of which axe would see the middle.
            await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
            await page.screenshot({
              path: `test-results/looks/${part}-${language}-${scheme}-${width}.png`,
              fullPage: true,
            });
            const where = `${part}, ${scheme}`;
            expect(await overflow(page), where).toBe(0);
            // Colours and names are the same on a narrow screen; what changes there is the table.
            if (width === 320 && (language !== "en" || scheme !== "light")) continue;
            expect(await violations(page), where).toEqual([]);
          }
        };
        await look("connect");
        await app.connect("a b", "");
        await look("connect-wrong");
        await page.route(LIST, (route) => route.fulfill({ status: 401, body: "" }));
        await app.connect(PROJECT_A.id, "expired");
        await expect(app.alert).toBeVisible();
        await look("connect-refused");
        let answer = () => {};
        const slow = async (route: Route) => {
          await new Promise<void>((done) => (answer = done));
          await route.continue();
        };
        await page.unroute(LIST);
        await page.route(LIST, slow);
        await app.connect(PROJECT_A.id, PROJECT_A.token, "cinder");
        await expect(app.button("progress.stop")).toBeVisible();
        await look("connecting");
        answer();
        await app.choose("data-01", false);
        await look("cinder");
        await app.button("connect.change").click();
        await page.unroute(LIST);
        await page.getByRole("combobox", { name: app.say("connect.service"), exact: true }).selectOption("evs-v2");

        await app.useDemoProject("A");
        await look("volumes");
        await page.route(LIST, (route) => route.fulfill({ status: 503, body: "" }));
        await page.route("**/os-volume-transfer/detail*", (route) => route.fulfill({ status: 503, body: "" }));
        await app.button("volumes.refresh").click();
        await expect(app.alert.filter({ hasText: app.say("volumes.old") })).toBeVisible();
        await expect(app.alert.filter({ hasText: app.say("transfers.old") })).toBeVisible();
        await look("out-of-date");
        await page.unrouteAll();
        await app.button("volumes.refresh").click();
        await expect(app.alert).toHaveCount(0);
        await app.choose("worst-case");
        await look("ineligible");

        await app.choose("frozen-disk");
        await app.create();
        await expect(app.alert).toBeVisible();
        await look("rejected");

        await app.choose("data-02");
        await page.route("**/os-volume-transfer", (route) =>
          route.fulfill({ status: 401, json: { error: { code: "EVS.5401", message: "expired" } } }),
        );
        await app.create();
        await expect(app.button("connect.renew")).toBeVisible();
        await look("token-expired");
        await app.button("connect.renew").click();
        await expect(app.button("connect.submit")).toBeVisible();
        await look("token-renewal");
        await app.useDemoProject("A");
        await page.unroute("**/os-volume-transfer");
        await page.route("**/os-volume-transfer", (route) => route.abort());
        await app.name("卷".repeat(100));
        await app.create();
        await look("name-wrong");
        await app.name("first volume");
        await app.create();
        await expect(app.alert).toContainText(app.say("unknown.not_made"));
        await look("unknown");
        await page.unroute("**/os-volume-transfer");
        await page.route("**/os-volume-transfer", loseAnswer);
        await app.create();
        await expect(app.button("unknown.cancel")).toBeVisible();
        await look("unknown-made");
        await app.button("unknown.cancel").click();
        await app.cancelDialog.getByRole("button", { name: app.say("cancel.confirm"), exact: true }).click();
        await expect(app.alert).toContainText(app.say("unknown.cancelled"));
        await look("unknown-cancelled");
        await page.unroute("**/os-volume-transfer");

        await app.choose("data-01");
        await app.create();
        await expect(app.dialog).toBeVisible();
        await look("handover-hidden");
        const key = await app.key();
        await look("handover");
        await app.button("handover.close").click();
        await expect(app.transfers).toBeVisible();
        await app.button("accept.submit").click();
        await look("transfers");

        const [made] = await app.server.transfers();
        await app.textbox("handover.id").fill(made!.id);
        await app.textbox("handover.key").fill("0123456789abcdef");
        await app.button("accept.submit").click();
        await expect(app.alert.filter({ hasText: app.say("accept.rejected") })).toBeVisible();
        await look("accept-refused");

        await app.textbox("handover.key").fill(key);
        await app.button("transfers.cancel", { name: made!.name ?? made!.id }).click();
        await expect(app.cancelDialog).toBeVisible();
        await look("cancel");
        const CANCEL = /os-volume-transfer\/[0-9a-f-]{36}$/;
        await page.route(CANCEL, (route) => route.abort());
        await app.cancelDialog.getByRole("button", { name: app.say("cancel.confirm"), exact: true }).click();
        await expect(app.cancelDialog).toContainText(app.say("cancel.unknown"));
        await look("cancel-unknown");
        await page.unroute(CANCEL);
        await app.cancelDialog.getByRole("button", { name: app.say("cancel.confirm"), exact: true }).click();
        await expect(app.page.getByText(app.say("news.available", { volume: "data-01" }))).toBeVisible();
        await look("cancelled");

        await app.server.create(DATA_01);
        const [other] = await app.server.transfers();
        await page.route("**/accept", (route) =>
          route.fulfill({ status: 202, json: { transfer: { id: other!.id, volume_id: DATA_01, name: null } } }),
        );
        await app.textbox("handover.id").fill(other!.id);
        await app.button("accept.submit").click();
        await expect(page.getByText(app.say("accept.done", { volume: "data-01" }))).toBeVisible();
        await look("accepted");
      });
    });
  }
}

test("language and scheme follow the browser, can be switched, and are remembered", async ({ app, page }) => {
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

test("the README's picture", async ({ app, page }) => {
  test.skip(!process.env.UPDATE_SCREENSHOT, "made with UPDATE_SCREENSHOT=1");
  await page.setViewportSize({ width: 1280, height: 1200 });
  await app.useDemoProject("A");
  await app.choose("data-01");
  await app.name("first volume");
  await page.evaluate(() => window.scrollTo(0, 0));
  await page.screenshot({ path: "../docs/page.png" });
});

/** By how many pixels the page is wider than its window. */
function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/**
 * What axe finds, by its rules. What it does not complain of is not described, and the page has no
 * frames whose results would have to be put together: both take many times as long as looking.
 */
async function violations(page: Page): Promise<[rule: string, elements: string[]][]> {
  const { violations } = await new AxeBuilder({ page })
    .options({ resultTypes: ["violations"] })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
    .setLegacyMode()
    .analyze();
  return violations.map((v) => [v.id, v.nodes.map((n) => n.html)]);
}
