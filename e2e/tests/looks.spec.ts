// Accessibility and layout of every state, in all languages, color schemes and widths.
//
// By default, axe checks narrow screens in only one language and scheme, because their colors and names
// are the same as on wide ones. `LOOKS=all` checks every combination, and writes a screenshot of each to
// test-results/looks for people to review. `UPDATE_SCREENSHOT=1` updates the README's screenshot.

import type { Page } from "@playwright/test";
import { violations } from "../axe.ts";
import { type App, expect, LANGUAGES, test } from "./console.ts";
import { deliver, gate, loseResponse } from "./routes.ts";
import { DATA_01, PROJECT_A } from "./server.ts";
import { Trees } from "./tree.ts";

const ALL = process.env.LOOKS === "all";
const LIST = "**/*volumes/detail*";
const POST = "**/os-volume-transfer";

/** The last size is a small laptop screen at 400% zoom. */
const SIZES = [[1440, 900], [768, 1024], [320, 640], [320, 256]] as const;

/** The tags of the axe rules that the page follows. */
const STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** The axe rules whose results depend on the color scheme. */
const COLOR_RULES = ["color-contrast", "link-in-text-block"];

/** What is announced when the list of volumes is reloaded. */
const RELOADING = /^(Loading volumes…|\d+ to \d+ of \d+)$/;

type Scheme = "light" | "dark" | "forced";
type Look = (state: string) => Promise<void>;

/** The user's tasks, in their usual order. Each shows its states one by one. */
const TASKS: Record<string, (app: App, page: Page, look: Look) => Promise<void>> = {
  "signing in": async (app, page, look) => {
    await expect(app.password).toBeVisible();
    await look("signin-password");
    await app.signInAs("", "", "");
    await look("signin-invalid");
    await app.signInAs("dave", "account-a", "wrong");
    await expect(app.alert).toBeVisible();
    await look("signin-rejected");
    await app.button("signin.passcode.add").click();
    await look("signin-passcode-added");
    await app.signInWith("application");
    await look("signin-application");
    await app.signInAs("dave", "account-a");
    await expect(app.textbox("signin.passcode")).toBeFocused();
    await look("signin-passcode");
    await app.signInAs("carol", "account-a");
    await expect(app.combobox("signin.project")).toBeFocused();
    await look("signin-choice");
    await page.route("**/identity/**", (route) => route.abort());
    await app.button("signin.back").click();
    await app.signInAs("carol", "account-a");
    await expect(app.alert).toContainText(app.text("signin.failed"));
    await look("signin-service-down");
    await page.unroute("**/identity/**");
    await page.route("**/identity/v3/auth/tokens", async (route) => {
      const response = await deliver(route);
      const body = await response.json();
      body.token.expires_at = new Date(Date.now() + 300_000).toISOString();
      await route.fulfill({ response, json: body });
    });
    await app.signInAsAlice();
    await expect(app.button("signin.again")).toBeVisible();
    await look("signin-token-ending");
    await app.button("connect.menu").click();
    await look("signin-menu");
    await app.button("signin.change").click();
    await expect(app.combobox("signin.project")).toBeFocused();
    await look("signin-change-project");
    await page.unrouteAll();
  },

  connecting: async (app, page, look) => {
    await look("connect");
    await app.connect("a b", "");
    await look("connect-invalid");
    await page.route(LIST, (route) => route.fulfill({ status: 401, body: "" }));
    await app.connect(PROJECT_A.id, "expired");
    await expect(app.alert).toBeVisible();
    await look("connect-refused");
    const { opened, open } = gate();
    await page.unroute(LIST);
    await page.route(LIST, async (route) => {
      await opened;
      await route.continue();
    });
    await app.connect(PROJECT_A.id, PROJECT_A.token, "cinder");
    await expect(app.button("progress.stop")).toBeVisible();
    await look("connecting");
    open();
    await expect(app.signIn).toBeHidden();
    await app.button("connect.menu").click();
    await look("connection-menu");
    await app.button("connect.change").click();
    await look("connect-dialog");
    await page.unroute(LIST);
  },

  listing: async (app, page, look) => {
    await app.useDemoProject("A");
    await look("volumes");
    await page.route(LIST, (route) => route.fulfill({ status: 503, body: "" }));
    await page.route("**/os-volume-transfer/detail*", (route) => route.fulfill({ status: 503, body: "" }));
    await app.button("volumes.refresh").click();
    await expect(app.alert.filter({ hasText: app.text("volumes.old") })).toBeVisible();
    await look("volumes-out-of-date");
    await app.show("transfers.title");
    await expect(app.alert.filter({ hasText: app.text("transfers.old") })).toBeVisible();
    await look("transfers-out-of-date");
    await page.unrouteAll();
    await app.show("volumes.title");
    await page.getByRole("searchbox").fill("no such volume");
    await expect(app.region("volumes.title")).toContainText(app.text("volumes.none_match"));
    await look("volumes-none-match");
  },

  "handing over one volume": async (app, page, look) => {
    await app.useDemoProject("A");
    await app.choose("worst-case");
    await look("one-ineligible");
    await app.choose("data-02");
    await app.showAllChecks();
    await look("one-all-requirements");
    await page.route(POST, (route) =>
      route.fulfill({ status: 401, json: { error: { code: "EVS.5401", message: "expired" } } }),
    );
    await app.create();
    await expect(app.button("connect.renew")).toBeVisible();
    await look("one-token-expired");
    await app.button("connect.renew").click();
    await expect(app.signIn).toBeVisible();
    await look("one-token-renewal");
    await app.button("connect.demo", { label: "A" }).click();
    await expect(app.signIn).toBeHidden();
    await page.unroute(POST);
    await page.route(POST, (route) => route.abort());
    await app.name("卷".repeat(100));
    await app.create();
    await look("one-name-invalid");
    await app.name("first volume");
    await app.create();
    await expect(app.alert).toContainText(app.text("unknown.not_made"));
    await look("one-unknown");
    await page.unroute(POST);
    await page.route(POST, loseResponse);
    await app.create();
    await expect(app.button("unknown.cancel")).toBeVisible();
    await look("one-unknown-made");
    await page.unroute(POST);
    await app.button("unknown.cancel").click();
    await app.cancelDialog.getByRole("button", { name: app.text("cancel.confirm"), exact: true }).click();
    await expect(app.alert).toContainText(app.text("unknown.cancelled"));
    await look("one-unknown-cancelled");
    await app.choose("data-01");
    await app.create();
    await expect(app.dialog).toBeVisible();
    await look("one-handover");
    await app.key();
    await app.dialog.getByText(app.text("handover.details"), { exact: true }).click();
    await look("one-handover-shown");
  },

  "handing over several volumes": async (app, page, look) => {
    await app.useDemoProject("A");
    await app.select("data-01", "data-02", "data-03", "worst-case", "old-system-disk");
    await look("several-violated");
    await app.button("create.leave_out", { count: 2 }).click();
    await app.name("move-{volume}");
    await app.select("数据盘-上海-01", "frozen-disk");
    await look("several-named");
    let sent = 0;
    const { opened, open } = gate();
    await page.route(POST, async (route) => {
      sent++;
      if (sent === 1) return loseResponse(route);
      // At most two requests are in flight, so the run waits here until both get their responses.
      if (sent <= 3) await opened;
      if (sent === 5) {
        return route.fulfill({ status: 401, json: { error: { code: "EVS.5401", message: "expired" } } });
      }
      return route.continue();
    });
    await app.create();
    const pause = app.run.getByRole("alert").filter({ hasText: app.text("run.paused") });
    await expect(app.run.getByRole("button", { name: app.text("progress.stop"), exact: true })).toBeVisible();
    await expect(app.button("unknown.cancel")).toBeVisible();
    await look("several-in-progress");
    open();
    await expect(pause).toBeVisible();
    await expect(app.run).toHaveAccessibleName(app.text("handover.title.several", { created: 3, total: 5 }));
    await look("several-paused");
    await app.run.getByRole("button", { name: app.text("run.continue"), exact: true }).click();
    await expect(app.run.getByRole("button", { name: app.text("handover.close.several"), exact: true })).not.toHaveAttribute("aria-disabled");
    await expect(app.button("unknown.cancel")).toBeVisible();
    await look("several-finished-with-failures");
    await app.button("handover.close.several").click();
    await expect(app.run).toBeHidden();

    await app.deselect();
    await page.unroute(POST);
    await app.select("数据盘-北京-02", "media-cache");
    await app.create();
    await expect(app.run).toHaveAccessibleName(app.text("handover.title.several", { created: 2, total: 2 }));
    await look("several-handover");
    await app.button("handover.close.several").click();

    await app.show("transfers.title");
    await app.page.getByRole("checkbox", { name: app.text("transfers.all"), exact: true }).check();
    await look("pending-several");
    const count = (await app.server.transfers()).length;
    await app.button("transfers.cancel.several", { count }).click();
    await look("cancel-several");
  },

  "cancelling and accepting": async (app, page, look) => {
    await app.server.create(DATA_01);
    const [transfer] = await app.server.transfers();
    await app.useDemoProject("A");
    await app.show("transfers.title");
    await look("pending");
    await app.button("transfers.cancel", { name: transfer!.id }).click();
    await expect(app.cancelDialog).toBeVisible();
    await look("cancel");
    const CANCEL = /os-volume-transfer\/[0-9a-f-]{36}$/;
    await page.route(CANCEL, (route) => route.abort());
    await app.cancelDialog.getByRole("button", { name: app.text("cancel.confirm"), exact: true }).click();
    await expect(app.cancelDialog).toContainText(app.text("cancel.unknown"));
    await look("cancel-unknown");
    await page.unroute(CANCEL);
    await app.cancelDialog.getByRole("button", { name: app.text("cancel.confirm"), exact: true }).click();
    await expect(page.getByText(app.text("news.cancelled", { volume: "data-01" }))).toBeVisible();
    await look("cancelled");

    await app.show("accept.title");
    await app.button("accept.submit").click();
    await look("accept-invalid");
    await app.textbox("handover.id").fill(transfer!.id);
    await app.textbox("handover.key").fill("0123456789abcdef");
    await app.button("accept.submit").click();
    await expect(app.alert.filter({ hasText: app.text("accept.rejected") })).toBeVisible();
    await look("accept-refused");
    await page.route("**/accept", (route) =>
      route.fulfill({ status: 202, json: { transfer: { id: transfer!.id, volume_id: DATA_01, name: null } } }),
    );
    await app.button("accept.submit").click();
    await expect(page.getByText(app.text("accept.done", { volume: "data-01" }))).toBeVisible();
    await look("accepted");
  },
};

for (const language of LANGUAGES) {
  for (const [width, height] of SIZES) {
    // Other languages are checked on the largest screen and on a small phone.
    if (!ALL && language !== "en" && width !== 1440 && height !== 640) continue;
    test.describe(`${language} ${width}×${height}`, () => {
      test.use({ language, viewport: { width, height } });
      for (const [task, show] of Object.entries(TASKS)) {
        test(`${task} is accessible and fits`, async ({ app, page }) => {
          const trees = language === "en" && width === 1440 ? await Trees.watch(page, RELOADING) : undefined;
          await show(app, page, async (state) => {
            await trees?.add(state);
            // Switching the color scheme in each state is faster than another run.
            const schemes: Scheme[] = ALL ? ["light", "dark", "forced"] : width === 1440 ? ["light", "dark"] : ["light"];
            for (const scheme of schemes) {
              const forced = scheme === "forced";
              // Turns off transitions, during which axe would see intermediate colors.
              await page.emulateMedia({
                colorScheme: forced ? "light" : scheme,
                forcedColors: forced ? "active" : "none",
                reducedMotion: "reduce",
              });
              const where = `${state}, ${scheme}`;
              if (ALL) {
                const path = `test-results/looks/${state}-${language}-${scheme}-${width}x${height}.png`;
                await page.screenshot({ path, fullPage: true });
              }
              expect(await overflowing(page), where).toEqual([]);
              // Forced colors come from the system, so axe doesn't check them.
              if (!forced && (ALL || width === 1440 || language === "en")) {
                await scrollUp(page);
                expect(await violations(page, { runOnly: scheme === "light" ? STANDARDS : COLOR_RULES }), where).toEqual([]);
              }
            }
          });
          if (trees) expect(String(trees)).toMatchSnapshot(`${task}.txt`);
        });
      }
    });
  }
}

test("shows which tab is the current one in forced colors", async ({ app, page }) => {
  await page.emulateMedia({ forcedColors: "active" });
  await app.useDemoProject("A");
  const border = (key: string) => app.tab(key).evaluate((tab) => getComputedStyle(tab).borderBottomColor);
  expect(await border("volumes.title")).not.toBe(await border("accept.title"));
});

test("doesn't announce a status again if its text stays the same", async ({ app, page }) => {
  await app.useDemoProject("A");
  const status = app.region("volumes.title").getByRole("status");
  await expect(status).toHaveText(app.text("volumes.shown", { from: 1, to: 25, total: 25 }));
  await status.evaluate((element) => new MutationObserver(() => element.classList.add("announced")).observe(element, { childList: true, characterData: true, subtree: true }));
  await app.sort("volumes.name");
  await expect(app.table.getByRole("columnheader", { name: app.text("volumes.name"), exact: true })).toHaveAttribute("aria-sort", "ascending");
  await expect(status).not.toHaveClass(/announced/);
  // New text is announced.
  await page.getByRole("searchbox").fill("data-01");
  await expect(status).toHaveClass(/announced/);
});

test("follows the browser's language and color scheme, and stores other choices", async ({ app, page }) => {
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
  await page.setViewportSize({ width: 1280, height: 800 });
  await app.useDemoProject("A");
  await app.choose("data-01");
  await app.name("first volume");
  await page.screenshot({ path: "../docs/page.png" });
});

/** Returns what overflows, or starts to the left of the page, where it can't be scrolled into view. */
function overflowing(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const scrollers = document.querySelectorAll("html, dialog[open], .list, .panel, .menu, .scroll, [role=tabpanel]");
    const excess = (element: Element) =>
      Math.max(element.scrollWidth - element.clientWidth, -element.getBoundingClientRect().left);
    const wide = [...scrollers].filter((element) => excess(element) > 0);
    return wide.map((element) => `${element.tagName}.${element.className}: ${excess(element)}`);
  });
}

/** Scrolls tables to the top, because axe would report a row that is half covered by the header as too small. */
function scrollUp(page: Page): Promise<void> {
  return page.locator(".scroll").evaluateAll((all) => all.forEach((element) => element.scrollTo(0, 0)));
}
