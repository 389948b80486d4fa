// Finds violations of accessibility rules with axe.

import type { Page } from "@playwright/test";
import axe from "axe-core";

/**
 * Returns the violated rules, each with the HTML of the elements that violate it. Checks the elements that match
 * `selector`, which must not be in a frame. Loads axe only once per document, because loading it takes as long as a check.
 */
export async function violations(page: Page, options: axe.RunOptions = {}, selector = "html"): Promise<[rule: string, elements: string[]][]> {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe.source);
  return page.evaluate(
    async ([selector, options]) => {
      // In Firefox, Playwright can't turn transitions off, and axe could see a color halfway through one.
      const shadowRoots = Array.from(document.querySelectorAll("*"), ({ shadowRoot }) => shadowRoot ?? []).flat();
      const transitions = [document, ...shadowRoots].flatMap((root) => root.getAnimations());
      await Promise.allSettled(transitions.map(({ finished }) => finished));
      // Without `resultTypes`, axe would also describe the elements that pass, which takes longer than checking them.
      const { violations } = await (window as unknown as { axe: typeof axe }).axe.run(selector, { resultTypes: ["violations"], ...options });
      return violations.map(({ id, nodes }): [string, string[]] => [id, nodes.map(({ html }) => html)]);
    },
    [selector, options] as const,
  );
}
