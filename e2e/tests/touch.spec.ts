// The main job on a phone: by touch, with targets that a finger can hit, and with an on-screen keyboard.

import type { Locator } from "@playwright/test";
import { type App, expect, LANGUAGES, test } from "./console.ts";

test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

/** Checks that no visible control is smaller than 24 by 24 pixels, the minimum in WCAG 2.2. */
async function expectTargets(app: App): Promise<void> {
  const small = await app.page.locator("button, select, input, summary, a[href], [role=tab]").evaluateAll((all) =>
    all
      .filter((e) => e.checkVisibility() && !e.closest("[inert], .visually-hidden"))
      // Pressing a label activates its control.
      .map((e) => [e, ...((e as HTMLInputElement).labels ?? [])].map((part) => part.getBoundingClientRect()))
      .filter((boxes) => boxes[0]!.width > 1 && !boxes.some(({ width, height }) => width >= 24 && height >= 24))
      .map(([box], index) => `${index}: ${box!.width} × ${box!.height} at ${box!.x}, ${box!.y}`),
  );
  expect(small).toEqual([]);
}

async function tap(control: Locator): Promise<void> {
  await control.scrollIntoViewIfNeeded();
  await control.tap();
}

for (const language of LANGUAGES) {
  test.describe(`in ${language}`, () => {
    test.use({ language });

    test("hands a volume over by touch", async ({ app, page, server }) => {
      await expectTargets(app);
      await tap(app.button("connect.demo", { label: "A" }));
      await expect(app.table).toBeVisible();
      await expectTargets(app);
      await tap(app.checkbox("data-01"));
      await tap(app.button("volumes.continue"));
      await expect(app.textbox("create.name")).toBeVisible();
      await expectTargets(app);

      // The keyboard covers the lower part of the page, but neither the field nor the button.
      await tap(app.textbox("create.name"));
      await page.setViewportSize({ width: 390, height: 844 - 336 });
      await page.keyboard.type("first volume");
      await expect(app.textbox("create.name")).toBeInViewport({ ratio: 1 });
      await expect(app.button("create.submit")).toBeInViewport({ ratio: 1 });
      await tap(app.button("create.submit"));
      await page.setViewportSize({ width: 390, height: 844 });
      await expect(app.dialog).toBeVisible();
      await expectTargets(app);
      const [transfer] = await server.transfers();
      expect(transfer!.name).toBe("first volume");
      const file = await app.download(() => tap(app.button("handover.download")));
      await tap(app.button("handover.close"));
      await expect(app.dialog).toBeHidden();

      await tap(app.tab("transfers.title"));
      await expect(app.transfers).toContainText("first volume");
      await expectTargets(app);
      await tap(app.tab("accept.title"));
      await expectTargets(app);
      await app.page.getByLabel(app.text("accept.file")).setInputFiles(file);
      await expect(app.textbox("handover.id")).toHaveValue(transfer!.id);
    });
  });
}
