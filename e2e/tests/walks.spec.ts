// Random walks through the page with random faults. Afterwards the page must list every transfer
// of the service, and every volume that awaits its transfer.
//
// A walk is reproducible by its number: `FIRST_WALK=17 WALKS=1` repeats the seventeenth.

import type { Route } from "@playwright/test";
import { App, expect, loseResponse, PROJECT_A, test as base } from "./console.ts";

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
    });
    await use(page);
  },
});

/** Faults of a request that changes something, before or after the service has processed it. */
const FAULTS: Record<string, (route: Route) => Promise<unknown>> = {
  none: (route) => route.continue(),
  slow: async (route) => {
    await new Promise((done) => setTimeout(done, 150));
    await route.continue();
  },
  refused: (route) => route.abort("connectionrefused"),
  dropped: loseResponse,
  "504 after processing": async (route) => {
    await route.fetch();
    await route.fulfill({ status: 504, body: "<html>" });
  },
  "502 before processing": (route) => route.fulfill({ status: 502, body: "" }),
  "empty 202": async (route) => {
    await route.fetch();
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
    let presses = 0;

    let fault = "none";
    await page.route(CHANGE, (route) => {
      const now = route.request().method() === "GET" ? "none" : fault;
      fault = "none";
      return FAULTS[now]!(route);
    });
    // Some lists fail to load as well.
    let failing = 0;
    await page.route(LIST, (route) =>
      failing-- > 0 ? route.fulfill({ status: 503, body: "" }) : route.continue(),
    );
    page.on("dialog", (dialog) => void dialog.accept());

    const create = async (times: number) => {
      const button = app.button("create.submit");
      if ((await button.count()) === 0) return;
      presses += times;
      if (!(await attempt((within) => button.click({ ...within, force: true, clickCount: times, delay: 1 })))) return;
      await expect(page.getByText(app.text("create.busy"))).toHaveCount(0);
      await expect(page.getByText(app.text("unknown.looking"))).toHaveCount(0);
      if (await app.dialog.isVisible()) {
        const id = await app.dialog.getByText(/^[0-9a-f-]{36}$/).first().innerText();
        keys.set(id, await app.key());
        await app.button("handover.close").click();
      }
    };
    const steps: Record<string, () => Promise<void>> = {
      choose: async () => {
        const radios = app.table.getByRole("radio");
        const which = random();
        const count = await radios.count();
        if (count > 0) await attempt((within) => radios.nth(Math.floor(which * count)).check(within));
      },
      "choose data": async () => {
        const radio = app.radio(pick(["data-01", "data-02", "new-cluster-volume"]));
        if (await radio.count()) await attempt((within) => radio.check(within));
      },
      name: async () => {
        const field = app.textbox("create.name");
        if (await field.count()) await field.fill(pick(["", "first volume", "过户", "n".repeat(300)]));
      },
      create: () => create(1),
      "create twice": () => create(2),
      refresh: () => app.button("volumes.refresh").click({ force: true }),
      cancel: async () => {
        const buttons = app.transfers.getByRole("button");
        const which = random();
        const count = await buttons.count();
        if (count === 0 || !(await attempt((within) => buttons.nth(Math.floor(which * count)).click(within)))) return;
        const confirm = app.cancelDialog.getByRole("button", { name: app.text("cancel.confirm"), exact: true });
        await confirm.click();
        await expect(page.getByText(app.text("cancel.busy"))).toHaveCount(0);
        // After an error, the dialog stays open.
        if (await app.cancelDialog.isVisible()) await app.button("cancel.keep").click();
      },
      accept: async () => {
        const waiting = (await server.transfers()).find((transfer) => keys.has(transfer.id));
        if (waiting) await server.accept(waiting.id, keys.get(waiting.id)!);
      },
      reload: async () => {
        await page.reload();
        // If the list can't be loaded, try again.
        do {
          await app.button("connect.demo", { label: "A" }).click();
          await expect(app.table.or(app.alert)).toBeVisible();
        } while (!(await app.table.isVisible()));
      },
    };
    const weighted = ["choose", "choose data", "choose data", "name", "create", "create", "create", "create twice", "refresh", "cancel", "cancel", "accept", "reload"];

    await app.useDemoProject("A");
    for (let step = 0; step < STEPS; step++) {
      const next = pick(weighted);
      fault = pick(Object.keys(FAULTS));
      failing = random() < 0.2 ? 1 + Math.floor(random() * 2) : 0;
      history.push(`${next} (${fault}${failing > 0 ? `, ${failing} loads fail` : ""})`);
      await test.step(history.at(-1)!, steps[next]!);
    }
    fault = "none";
    failing = 0;

    // Follow the page's advice for unknown outcomes.
    const search = app.button("unknown.look");
    if (await search.count()) await attempt((within) => search.click(within));
    if (await app.alert.filter({ hasText: app.text("volumes.old") }).count()) await steps.refresh!();

    const walk = history.join("\n");
    await expect(async () => {
      const transfers = (await server.transfers()).map((transfer) => transfer.id).sort();
      expect(await listed(app), walk).toEqual(transfers);
    }).toPass({ timeout: 15_000 });
    const list = await (await server.request(PROJECT_A, "GET", "cloudvolumes/detail")).json();
    const waiting = (list.volumes as { id: string; status: string }[]).filter((v) => v.status === "awaiting-transfer");
    expect(waiting).toHaveLength((await server.transfers()).length);
    for (const { id } of waiting) {
      const row = app.table.getByRole("row").filter({ hasText: id });
      await expect(row, walk).toContainText("awaiting-transfer");
    }
    // At most one request for each press.
    expect(app.posts.length, walk).toBeLessThanOrEqual(presses);
    expect(app.consoleMessages.filter((message) => /panicked|unreachable|RuntimeError/.test(message)), walk).toEqual([]);
  });
}

/** Runs an action, and returns false if its element has disappeared, because rows come and go. */
function attempt(action: (within: { timeout: number }) => Promise<void>): Promise<boolean> {
  return action({ timeout: 1000 }).then(() => true, () => false);
}

/** Returns the IDs of the transfers in the page's table. */
async function listed(app: App): Promise<string[]> {
  const ids = await app.transfers.locator("tbody td.id").allInnerTexts();
  return ids.map((id) => id.trim()).sort();
}

/** Mulberry32, a random number generator that is reproducible by its seed. */
function generator(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
