// Random walks through the page with random faults. Afterward, the page must list every transfer
// that the service has, and show which volumes are awaiting transfer.
//
// A walk can be reproduced by its number: `FIRST_WALK=17 WALKS=1` repeats the seventeenth.

import type { Route } from "@playwright/test";
import { App, test as base, expect } from "./console.ts";
import { deliver, loseResponse, postData } from "./routes.ts";
import { PROJECT_A } from "./server.ts";

const FIRST = Number(process.env.FIRST_WALK ?? 1);
const WALKS = Number(process.env.WALKS ?? 8);
const STEPS = 10;

const CHANGE = /\/os-volume-transfer(\/[0-9a-f-]{36})?$/;
const LIST = /\/(os-volume-transfer|cloudvolumes)\/detail/;

const test = base.extend({
  // Shortens the page's pauses, but not the timeout of its requests.
  page: async ({ page }, use) => {
    await page.addInitScript(() => {
      const timeout = window.setTimeout.bind(window);
      window.setTimeout = ((then: TimerHandler, after = 0) => timeout(then, after / 20)) as typeof window.setTimeout;
      // Pauses that the service asks for end at a fixed time, so the clock has to run faster too.
      const [now, start] = [Date.now, Date.now()];
      Date.now = () => start + 20 * (now() - start);
    });
    await use(page);
  },
});

/** Faults for a request that changes something, before or after the service has processed it. */
const FAULTS: Record<string, (route: Route) => Promise<unknown>> = {
  none: (route) => route.continue(),
  slow: async (route) => {
    await new Promise((done) => setTimeout(done, 150));
    await route.continue();
  },
  refused: (route) => route.abort("connectionrefused"),
  dropped: loseResponse,
  "504 after processing": async (route) => {
    await deliver(route);
    await route.fulfill({ status: 504, body: "<html>" });
  },
  "502 before processing": (route) => route.fulfill({ status: 502, body: "" }),
  "empty 202": async (route) => {
    await deliver(route);
    await route.fulfill({ status: 202, body: "" });
  },
  401: (route) => route.fulfill({ status: 401, json: { error: { code: "EVS.5401", message: "expired" } } }),
  429: (route) => route.fulfill({ status: 429, headers: { "Retry-After": "1" }, body: "" }),
};

for (let seed = FIRST; seed < FIRST + WALKS; seed++) {
  test(`walk ${seed}`, async ({ app, page, server }) => {
    const random = generator(seed);
    const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
    const history: string[] = [];
    const keys = new Map<string, string>();
    /** How many create requests a volume may have: one per press, plus one per 401 or 429. */
    const allowed = new Map<string, number>();
    const allow = (volume: string) => allowed.set(volume, (allowed.get(volume) ?? 0) + 1);
    const posts = new Map<string, number>();

    let faults: string[] = [];
    let held: Promise<void> | undefined;
    await page.route(CHANGE, async (route) => {
      const method = route.request().method();
      const now = method === "GET" ? "none" : (faults.shift() ?? "none");
      if (method === "POST") {
        const volume: string = JSON.parse(postData(route.request())!).transfer.volume_id;
        posts.set(volume, (posts.get(volume) ?? 0) + 1);
        if (now === "401" || now === "429") allow(volume);
        await held;
      }
      // The page may have been reloaded in the meantime.
      await FAULTS[now]!(route).catch(() => {});
    });
    // Some lists fail to load as well.
    let failing = 0;
    await page.route(LIST, (route) =>
      failing-- > 0 ? route.fulfill({ status: 503, body: "" }) : route.continue(),
    );
    page.on("dialog", (dialog) => void dialog.accept());

    const finish = async () => {
      const close = app.run.getByRole("button", { name: /^(I have saved the keys?|Close)$/ });
      const pause = app.run.getByRole("alert").filter({ hasText: app.text("run.paused") });
      while (await app.run.isVisible()) {
        if (await pause.isVisible()) {
          await attempt((within) => pause.getByRole("button", { name: /^(Continue|Stop)$/ }).nth(random() < 0.7 ? 0 : 1).click(within));
        } else if ((await close.getAttribute("aria-disabled", { timeout: 1_000 }).catch(() => "")) === null) {
          break;
        }
        await page.waitForTimeout(20);
      }
      await expect(page.getByText(app.text("unknown.looking"))).toHaveCount(0);
      if (!(await app.run.isVisible())) return;
      if (await app.dialog.isVisible()) {
        const id = await app.dialog.getByText(/^[0-9a-f-]{36}$/).first().innerText();
        keys.set(id, await app.key());
      }
      const lost = app.run.getByRole("button", { name: app.text("unknown.cancel"), exact: true });
      if (random() < 0.5 && (await lost.count()) > 0) {
        await lost.first().click();
        await confirm();
      }
      await close.click();
      await expect(app.run).toBeHidden();
    };
    const confirm = async () => {
      const question = page.getByRole("dialog").filter({ has: page.locator("#cancel") });
      await question.getByRole("button", { name: /^Cancel transfers?$/ }).click();
      await expect(page.getByText(app.text("cancel.busy"))).toHaveCount(0);
      // After an error, the dialog stays open.
      const failed = await question.getByRole("alert").filter({ hasText: /\S/ }).isVisible();
      if (failed) await question.getByRole("button", { name: app.text("cancel.keep") }).click();
      await expect(question).toBeHidden();
    };
    const create = async (times: number, meanwhile?: () => Promise<void>) => {
      const button = app.button("create.submit");
      if ((await button.count()) === 0) return;
      const selected = app.table.locator("tbody").getByRole("checkbox", { checked: true });
      const volumes = await selected.evaluateAll((boxes) => boxes.map((box) => box.id.replace("volume-", "")));
      volumes.forEach(allow);
      if (!(await attempt((within) => button.click({ ...within, force: true, clickCount: times, delay: 1 })))) return;
      await meanwhile?.();
      await expect(page.getByText(app.text("create.busy"))).toHaveCount(0);
      await finish();
    };
    const checkboxes = async (names: RegExp, count: number) => {
      const boxes = app.checkboxes.and(page.getByLabel(names));
      for (let times = 0; times < count; times++) {
        const which = random();
        const total = await boxes.count();
        if (total > 0) await attempt((within) => boxes.nth(Math.floor(which * total)).check(within));
      }
    };
    const comeBack = async () => {
      await page.reload();
      // If the list can't be loaded, try again.
      do {
        await app.button("connect.demo", { label: "A" }).click();
        await expect(app.signIn.getByRole("alert").filter({ hasText: /\S/ }).or(app.tab("volumes.title"))).toBeVisible();
      } while (!(await app.tab("volumes.title").isVisible()));
      await app.show("volumes.title");
    };
    const steps: Record<string, () => Promise<void>> = {
      choose: async () => {
        await app.deselect();
        await checkboxes(/./, 1);
      },
      "choose data": async () => {
        await app.deselect();
        await checkboxes(/^data-0/, 1);
      },
      "choose many": async () => {
        await checkboxes(/^data-0|^数据盘|cache|warehouse|frozen/, 2 + Math.floor(random() * 4));
        const leaveOut = app.region("create.title").getByRole("button", { name: /^Leave out/ });
        if (await leaveOut.isVisible()) await attempt((within) => leaveOut.click(within));
      },
      name: async () => {
        const field = app.textbox("create.name");
        if (await field.count()) await field.fill(pick(["", "first volume", "过户-{volume}", "n".repeat(300)]));
      },
      create: () => create(1),
      "create twice": () => create(2),
      "create and stop": async () => {
        let release = () => {};
        held = new Promise((done) => (release = done));
        await create(1, async () => {
          // A run of one volume can't be stopped, and neither can one that wasn't started.
          const stop = app.run.getByRole("button", { name: app.text("progress.stop"), exact: true });
          if (await app.run.isVisible()) await attempt((within) => stop.click(within));
          release();
        });
        held = undefined;
        release();
      },
      "create and leave": () => create(1, comeBack),
      refresh: () => app.button("volumes.refresh").click({ force: true }),
      cancel: async () => {
        await app.show("transfers.title");
        const buttons = app.transfers.locator("tbody").getByRole("button");
        const which = random();
        const count = await buttons.count();
        if (count > 0 && (await attempt((within) => buttons.nth(Math.floor(which * count)).click(within)))) await confirm();
        await app.show("volumes.title");
      },
      "cancel all": async () => {
        await app.show("transfers.title");
        const all = page.getByRole("checkbox", { name: app.text("transfers.all"), exact: true });
        const cancel = app.region("transfers.title").getByRole("button", { name: /^Cancel (transfer|\d+ transfers)$/ });
        if ((await all.count()) > 0 && (await attempt((within) => all.check(within))) && (await attempt((within) => cancel.click(within)))) await confirm();
        await app.show("volumes.title");
      },
      accept: async () => {
        const waiting = (await server.transfers()).find((transfer) => keys.has(transfer.id));
        if (waiting) await server.accept(waiting.id, keys.get(waiting.id)!);
      },
      reload: comeBack,
    };
    const weighted = [
      "choose", "choose data", "choose data", "choose many", "choose many", "choose many", "name",
      "create", "create", "create", "create twice", "create and stop", "create and leave",
      "refresh", "cancel", "cancel", "cancel all", "accept", "reload",
    ];

    await app.useDemoProject("A");
    for (let step = 0; step < STEPS; step++) {
      const next = pick(weighted);
      faults = Array.from({ length: 4 }, () => (random() < 0.5 ? pick(Object.keys(FAULTS)) : "none"));
      failing = random() < 0.2 ? 1 + Math.floor(random() * 2) : 0;
      history.push(`${next} (${faults}${failing > 0 ? `, ${failing} loads fail` : ""})`);
      await test.step(history.at(-1)!, steps[next]!);
    }
    faults = [];
    failing = 0;

    // Follow the page's advice for unknown outcomes.
    const search = app.button("unknown.look").first();
    if (await search.count()) await attempt((within) => search.click(within));
    if (await app.alert.filter({ hasText: app.text("volumes.old") }).count()) await steps.refresh!();

    const walk = history.join("\n");
    await app.show("transfers.title");
    await expect(async () => {
      const transfers = (await server.transfers()).map((transfer) => transfer.id).sort();
      expect(await listed(app), walk).toEqual(transfers);
    }).toPass({ timeout: 30_000 });
    await app.show("volumes.title");
    const list = await (await server.request(PROJECT_A, "GET", "cloudvolumes/detail")).json();
    const waiting = (list.volumes as { id: string; status: string }[]).filter((v) => v.status === "awaiting-transfer");
    expect(waiting).toHaveLength((await server.transfers()).length);
    for (const { id } of waiting) {
      const row = app.table.getByRole("row").filter({ hasText: id });
      await expect(row, walk).toContainText(app.status("awaiting-transfer"));
    }
    for (const [volume, count] of posts) expect(count, `${volume}\n${walk}`).toBeLessThanOrEqual(allowed.get(volume) ?? 0);
    expect(app.consoleMessages.filter((message) => /panicked|unreachable|RuntimeError/.test(message)), walk).toEqual([]);
  });
}

/** Runs an action, and returns whether it succeeded. Its element may be gone, because rows come and go. */
function attempt(action: (within: { timeout: number }) => Promise<void>): Promise<boolean> {
  return action({ timeout: 1000 }).then(() => true, () => false);
}

/** Returns the IDs of the transfers in the page's table. */
async function listed(app: App): Promise<string[]> {
  const ids = await app.transfers.locator("tbody td.id").allInnerTexts();
  return ids.map((id) => id.trim()).sort();
}

/** Mulberry32, a random number generator whose output can be reproduced from its seed. */
function generator(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
