// Accessibility and pictures of every part, in both languages, both schemes and both widths.
//
// The pictures land in test-results/looks for people to look at; the one in the README is made
// here too, with `UPDATE_SCREENSHOT=1`.

import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect, test, type Language } from "./console.ts";

for (const language of ["en", "zh-CN"] satisfies Language[]) {
  for (const scheme of ["light", "dark"] as const) {
    for (const width of [1280, 320]) {
      test.describe(`${language} ${scheme} ${width}px`, () => {
        test.use({ language, colorScheme: scheme, viewport: { width, height: 900 } });

        test("every part is accessible and fits", async ({ app, page }) => {
          // Thirteen states, each searched by axe.
          test.setTimeout(180_000);
          const look = async (part: string) => {
            await page.screenshot({
              path: `test-results/looks/${part}-${language}-${scheme}-${width}.png`,
              fullPage: true,
            });
            const { violations } = await new AxeBuilder({ page })
              .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
              .analyze();
            expect(violations.map((v) => [v.id, v.nodes.map((n) => n.html)])).toEqual([]);
            expect(await overflow(page)).toBe(0);
          };
          await look("connect");
          await app.connect("a b", "");
          await look("connect-wrong");

          await app.useDemoProject("A");
          await look("volumes");
          await app.choose("worst-case");
          await look("ineligible");

          await app.choose("frozen-disk");
          await app.create();
          await expect(app.alert).toBeVisible();
          await look("rejected");

          await page.route("**/os-volume-transfer", (route) => route.abort());
          await app.choose("data-02");
          await app.name("卷".repeat(100));
          await app.create();
          await look("name-wrong");
          await app.name("first volume");
          await app.create();
          await expect(app.alert).toContainText(app.say("unknown.not_made"));
          await look("unknown");
          await page.unroute("**/os-volume-transfer");

          await app.choose("data-01");
          await app.create();
          await expect(app.dialog).toBeVisible();
          await app.key();
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

          await app.button("transfers.cancel", { name: made!.name ?? made!.id }).click();
          await expect(app.cancelDialog).toBeVisible();
          await look("cancel");
          await app.cancelDialog.getByRole("button", { name: app.say("cancel.confirm"), exact: true }).click();
          await expect(app.page.getByText(app.say("news.available", { volume: "data-01" }))).toBeVisible();
          await look("cancelled");
        });
      });
    }
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
