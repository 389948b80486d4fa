// `<volume-transfer-name>` beside `<input>` in every host: the two must do the same.

import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, type CDPSession, type Page } from "@playwright/test";
import { BEHAVIOURS, EVERYWHERE, START, type Behaviour, type Difference } from "../element/behaviours.ts";
import { bundle, HOSTS, type Host } from "../element/hosts.ts";
import { installed, project, serve } from "../host.ts";

// Angular compiles its templates in the page.
const POLICY = "default-src 'self'; style-src 'unsafe-inline'; script-src 'self' 'wasm-unsafe-eval' 'unsafe-eval'";

type Observations = Record<string, unknown>;

/** Does the same to an input or the element, and observes it. */
async function observe(page: Page, devtools: CDPSession, tag: string, { start, around, act }: Behaviour): Promise<Observations> {
  const complaints: string[] = [];
  const complain = (error: Error) => complaints.push(error.message);
  page.on("pageerror", complain);
  await page.evaluate(([tag, state, around]) => (globalThis as any).test.show(tag, state, around), [tag, { ...START, ...start }, around] as const);
  const field = page.locator("#field");
  const settle = () =>
    page.evaluate(async () => {
      await new Promise(requestAnimationFrame);
      await new Promise((done) => setTimeout(done));
    });
  let result: unknown;
  await act({
    settle,
    page,
    field,
    devtools,
    bind: (changes) => page.evaluate((changes) => (globalThis as any).test.update(changes), changes),
    run: async (body) => {
      result = await page.evaluate(`(${body})(document.getElementById("field"))`);
    },
  });
  await settle();
  const seen = await page.evaluate(() => (globalThis as any).test.observe());
  page.off("pageerror", complain);
  return { ...seen, result, complaints: complaints.join("; ") };
}

/** Whether a listed difference is the one that is seen. */
function covers(listed: Difference, seen: { what: string; input?: string; element?: string }): boolean {
  const is = (side: "input" | "element") => !(side in listed) || JSON.stringify(listed[side]) === seen[side];
  return listed.what === seen.what && seen.input !== seen.element && is("input") && is("element");
}

for (const host of Object.keys(HOSTS) as Host[]) {
  test(`is an input in ${host}`, async ({ page }) => {
    // Some 150 forms, where a neighbour may take the processor.
    test.setTimeout(90_000);
    const root = project({ "index.html": '<!doctype html><meta charset="utf-8" /><title>A form</title><style>#field { font: 16px monospace; }</style><script type="module" src="main.js"></script>', "main.js": await bundle(host) });
    copyFileSync(join(installed, "light.wasm"), join(root, "light.wasm"));
    const site = await serve(root, POLICY);
    await page.goto(site.url);
    await page.waitForFunction(() => "test" in globalThis);
    const devtools = await page.context().newCDPSession(page);
    const here = ({ hosts }: Difference) => !hosts || hosts.includes(host);
    const unused = new Set(EVERYWHERE.filter(here));
    const wrong: string[] = [];
    for (const [name, behaviour] of Object.entries(BEHAVIOURS)) {
      const input = await observe(page, devtools, "input", behaviour);
      const element = await observe(page, devtools, "volume-transfer-name", behaviour);
      const listed = (behaviour.differences ?? []).filter(here);
      for (const what of Object.keys(input)) {
        const both = { what, input: JSON.stringify(input[what]), element: JSON.stringify(element[what]) };
        const known = [...listed, ...EVERYWHERE.filter(here)].find((difference) => covers(difference, both));
        if (known) unused.delete(known);
        const differs = both.input !== both.element;
        if (differs && !known) wrong.push(`${name}: ${what} is ${both.element}, not ${both.input}`);
        if (!differs && listed.some((difference) => difference.what === what)) wrong.push(`${name}: ${what} does not differ`);
      }
    }
    for (const { what, why } of unused) wrong.push(`${what} never differs: ${why}`);
    await site.close();
    expect(wrong).toEqual([]);
  });
}
