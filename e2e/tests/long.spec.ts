// A list of 100,000 volumes.

import { expect, test, type App } from "./console.ts";
import type { Page } from "@playwright/test";

const COUNT = 100_000;
const PAGE = 1_000;
/**
 * The maximum processor time of a task on the page's main thread, in milliseconds. Time during which
 * the system runs something else doesn't count, so that the test doesn't fail on a busy machine.
 */
const MAX_TASK = 100;

/** The number in a volume's name. The numbers aren't in sorted order. */
const number = (index: number) => (index * 7_919) % COUNT;

async function connect(app: App, page: Page): Promise<void> {
  await page.route("**/cloudvolumes/detail*", (route) => {
    const marker = new URL(route.request().url()).searchParams.get("marker");
    const from = marker === null ? 0 : Number(marker.slice(-12)) + 1;
    const volumes = Array.from({ length: PAGE }, (_, n) => ({
      id: `00000000-0000-4000-8000-${String(from + n).padStart(12, "0")}`,
      name: (from + n) % 2 ? `Data-${number(from + n)}` : `数据盘-${number(from + n)}`,
      status: (from + n) % 3 ? "available" : "in-use",
      size: number(from + n),
      bootable: "false",
      service_type: "EVS",
      metadata: {},
    }));
    const volumes_links = from + PAGE < COUNT ? [{ rel: "next", href: "x" }] : [];
    return route.fulfill({ json: { volumes, volumes_links } });
  });
  await app.button("connect.demo", { label: "A" }).click();
  await expect(app.region("volumes.title")).toContainText(
    app.text("volumes.shown", { from: 1, to: 100, total: COUNT }),
    { timeout: 60_000 },
  );
}

interface TraceEvent {
  name: string;
  pid: number;
  tid: number;
  /** Processor time, in microseconds. */
  tdur?: number;
  args: { name?: string };
}

/** Starts recording the page's tasks. Returns a function that stops recording and returns the longest task's time. */
async function recordTasks(page: Page): Promise<() => Promise<number>> {
  const browser = page.context().browser()!;
  await browser.startTracing(page, { categories: ["toplevel", "disabled-by-default-devtools.timeline"] });
  return async () => {
    await page.waitForTimeout(300);
    const trace = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
    const threads = new Set(
      trace.traceEvents
        .filter((event) => event.name === "thread_name" && event.args.name === "CrRendererMain")
        .map((event) => `${event.pid} ${event.tid}`),
    );
    const tasks = trace.traceEvents.filter(
      (event) => event.name.endsWith("RunTask") && threads.has(`${event.pid} ${event.tid}`),
    );
    expect(tasks.length).toBeGreaterThan(0);
    return Math.max(...tasks.map((task) => (task.tdur ?? 0) / 1000));
  };
}

test("stays responsive with 100,000 volumes", async ({ app, page }) => {
  await connect(app, page);
  // Takes the best of up to three rounds, because the first one compiles the code, and other
  // programs may slow down the processor.
  const longest: Record<string, number> = {};
  const measure = async (name: string, action: () => Promise<void>) => {
    const end = await recordTasks(page);
    await action();
    longest[name] = Math.min(longest[name] ?? Infinity, await end());
  };
  for (let round = 0; round < 3; round++) {
    await use(app, page, measure);
    if (Math.max(...Object.values(longest)) < MAX_TASK) break;
  }
  for (const [name, duration] of Object.entries(longest)) {
    expect.soft(duration, name).toBeLessThan(MAX_TASK);
  }
});

type Measure = (name: string, action: () => Promise<void>) => Promise<void>;

/** Types, sorts and selects. Ends with the volumes sorted by size and none selected. */
async function use(app: App, page: Page, measure: Measure): Promise<void> {
  const search = page.getByRole("searchbox");
  for (const [text, matches] of [["data-9999", 6], ["数据盘-9999", 5], ["40008000", 0]] as const) {
    await search.fill("");
    await measure(`type ${text}`, async () => {
      await search.pressSequentially(text, { delay: 50 });
      await expect(app.checkboxes).toHaveCount(matches);
    });
  }
  await search.fill("");
  await expect(app.checkboxes).toHaveCount(100);

  const first = app.table.locator("tbody tr").first();
  await measure("sort by name", async () => {
    await app.sort("volumes.name");
    await expect(first).toContainText("Data-1", { timeout: 60_000 });
  });
  await measure("reverse", async () => {
    await app.sort("volumes.name");
    await expect(first).toContainText("数据盘", { timeout: 60_000 });
  });
  await measure("sort by size", async () => {
    await app.sort("volumes.size");
    await expect(first).toContainText(app.text("volumes.size.value", { size: 0 }), { timeout: 60_000 });
  });

  const eligible = app.table.locator("tbody tr").filter({ hasNotText: app.text("eligibility.ineligible") });
  const box = eligible.first().getByRole("checkbox");
  await measure("select one", () => box.check());
  await measure("select all", () => app.selectAll.check());
  await expect(app.region("create.title")).toContainText(app.text("create.blocked.many", { limit: 1000 }));
  await measure("deselect one of them", () => box.uncheck());
  await expect(app.selectAll).toHaveJSProperty("indeterminate", true);
  await measure("select it again", () => box.check());
  await measure("deselect all", () => app.selectAll.uncheck());
  await expect(app.checkboxes.and(page.getByRole("checkbox", { checked: true }))).toHaveCount(0);
}
