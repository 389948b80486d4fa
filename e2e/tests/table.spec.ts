// The table of volumes: sorting, selecting, statuses, and width.

import { expect, LANGUAGES, test, type App } from "./console.ts";

/** Returns the names of the volumes, in the order of the rows. */
const names = (app: App) => app.table.locator("tbody label").allInnerTexts();

/** Replaces the service's list, and connects. */
async function list(app: App, volumes: object[]): Promise<void> {
  await app.page.route("**/cloudvolumes/detail*", (route) =>
    route.fulfill({
      json: {
        volumes: volumes.map((volume, index) => ({
          id: `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`,
          status: "available",
          bootable: "false",
          service_type: "EVS",
          ...volume,
        })),
      },
    }),
  );
  await app.useDemoProject("A");
}

/** Presses a column's header, and checks the resulting order. */
async function sorts(app: App, column: string, order: string, expected: string[]): Promise<void> {
  await app.sort(column);
  await expect.poll(() => names(app)).toEqual(expected);
  const header = app.table.getByRole("columnheader", { name: app.text(column), exact: true });
  await expect(header).toHaveAttribute("aria-sort", order);
}

const DISKS = [
  { name: "data-10", size: 100, created_at: "2026-01-03T00:00:00", status: "in-use" },
  { name: "Data-2", size: 40, created_at: "2026-01-02T00:00:00" },
  { name: "data-1", size: 40, created_at: "2025-12-31T00:00:00" },
  { name: "数据盘", size: 1024, created_at: "2026-01-01T00:00:00", status: "error" },
];

test("sorts by every column, and keeps the service's order for equal values", async ({ app }) => {
  await list(app, DISKS);
  expect(await names(app)).toEqual(["data-10", "Data-2", "data-1", "数据盘"]);
  await sorts(app, "volumes.name", "ascending", ["data-1", "Data-2", "data-10", "数据盘"]);
  await sorts(app, "volumes.name", "descending", ["数据盘", "data-10", "Data-2", "data-1"]);
  await sorts(app, "volumes.size", "ascending", ["Data-2", "data-1", "data-10", "数据盘"]);
  await sorts(app, "volumes.size", "descending", ["数据盘", "data-10", "Data-2", "data-1"]);
  await sorts(app, "volumes.status", "ascending", ["Data-2", "data-1", "数据盘", "data-10"]);
  await sorts(app, "handover.created", "ascending", ["data-1", "数据盘", "Data-2", "data-10"]);
  await sorts(app, "volumes.eligible", "ascending", ["Data-2", "data-1", "data-10", "数据盘"]);
  await sorts(app, "volumes.eligible", "descending", ["data-10", "数据盘", "Data-2", "data-1"]);
});

test("keeps the order, the focus and the selection through a refresh and a filter", async ({ app, page }) => {
  await list(app, DISKS);
  await app.sort("volumes.name");
  await app.checkbox("Data-2").check();
  await app.checkbox("data-10").focus();
  const refreshed = page.waitForResponse("**/cloudvolumes/detail*");
  await app.button("volumes.refresh").evaluate((button: HTMLButtonElement) => button.click());
  await refreshed;
  expect(await names(app)).toEqual(["data-1", "Data-2", "data-10", "数据盘"]);
  await expect(app.checkbox("data-10")).toBeFocused();
  await page.getByRole("searchbox").fill("10");
  await expect.poll(() => names(app)).toEqual(["data-10"]);
  await page.getByRole("searchbox").fill("");
  await expect.poll(() => names(app)).toEqual(["data-1", "Data-2", "data-10", "数据盘"]);
  await expect(app.checkbox("Data-2")).toBeChecked();
});

for (const by of ["mouse", "keyboard"] as const) {
  test(`selects a range in the order that is shown, by ${by}`, async ({ app, page }) => {
    await list(app, DISKS);
    await app.sort("volumes.name");
    const press = async (volume: string, shift: boolean) => {
      if (by === "mouse") return app.checkbox(volume).click(shift ? { modifiers: ["Shift"] } : {});
      await app.checkbox(volume).focus();
      await page.keyboard.press(shift ? "Shift+Space" : "Space");
    };
    const selected = () =>
      app.table.locator("tbody tr").filter({ has: page.getByRole("checkbox", { checked: true }) }).locator("label").allInnerTexts();
    await press("data-1", false);
    await press("data-10", true);
    await expect.poll(selected).toEqual(["data-1", "Data-2", "data-10"]);
    await press("Data-2", true);
    await expect.poll(selected).toEqual(["data-1"]);
  });
}

test("selects the eligible volumes that match the filter on all pages, and deselects all", async ({ app, page }) => {
  await list(app, Array.from({ length: 150 }, (_, n) => ({ name: `disk-${n}`, status: n % 2 ? "available" : "in-use" })));
  const count = (count: number) => app.region("create.title").getByText(app.text("create.count", { count }));
  await page.getByRole("searchbox").fill("disk-1");
  await app.selectAll.click();
  // The odd numbers among 1, 10 to 19, and 100 to 149.
  await expect(count(31)).toBeVisible();
  await expect(app.selectAll).toBeChecked();
  await page.getByRole("searchbox").fill("");
  await expect(app.selectAll).toHaveJSProperty("indeterminate", true);
  await app.selectAll.click();
  await expect(count(75)).toBeVisible();
  await app.checkbox("disk-3").uncheck();
  await expect(app.selectAll).toHaveJSProperty("indeterminate", true);
  await app.checkbox("disk-3").check();
  await app.selectAll.click();
  await expect(app.selectAll).not.toBeChecked();
  await expect(app.selectAll).toHaveJSProperty("indeterminate", false);
  await expect(app.region("create.title")).toContainText(app.text("create.choose"));
});

test("leaves the header's checkbox unchecked if nothing is eligible", async ({ app }) => {
  await list(app, [{ name: "attached", status: "in-use" }]);
  await app.selectAll.click();
  await expect(app.selectAll).not.toBeChecked();
  await expect(app.checkbox("attached")).not.toBeChecked();
});

for (const language of LANGUAGES) {
  test.describe(language, () => {
    test.use({ language });

    test("translates statuses, and quotes the service's own term", async ({ app }) => {
      await list(app, [
        { name: "attached", status: "in-use" },
        { name: "odd", status: "defragmenting" },
      ]);
      const status = (volume: string) => app.row(volume).locator("td.status bdi");
      await expect(status("attached")).toHaveText(app.text("status.in-use"));
      await expect(status("attached")).toHaveAttribute("title", "in-use");
      await expect(app.row("attached").getByRole("listitem").first()).toContainText(/[“（]in-use[”）]/);
      await expect(status("odd")).toHaveText("defragmenting");
      await expect(app.row("odd").getByRole("listitem").first()).toContainText("“defragmenting”");
    });

    for (const width of [320, 768, 1100, 1280, 1440]) {
      test(`fits within ${width} pixels`, async ({ app, page }) => {
        await page.setViewportSize({ width, height: 800 });
        await app.useDemoProject("A");
        await expect(app.checkbox("worst-case")).toBeVisible();
        // Anything wider than its container is cut off or overlaps its neighbor.
        const wide = await app.table.locator("tr, th, td, th button, .verdict").evaluateAll((all) =>
          all.filter((e) => e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 1).map((e) => e.outerHTML.slice(0, 120)),
        );
        expect(wide).toEqual([]);
        expect(await app.table.evaluate((table) => table.scrollWidth - table.parentElement!.clientWidth)).toBeLessThanOrEqual(0);
      });
    }
  });
}
