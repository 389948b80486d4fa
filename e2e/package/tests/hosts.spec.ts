// Compares `<volume-transfer-name>` with `<input>` in every host.

import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, type CDPSession, type Page } from "@playwright/test";
import { BEHAVIORS, EVERYWHERE, START, type Behavior, type Difference } from "../element/behaviors.ts";
import { bundle, HOSTS, POLICY, type Host } from "../element/hosts.ts";
import { installed, project, serve } from "../host.ts";

type Observations = Record<string, unknown>;

/** Tries a behavior on an input or the element. Returns what can be observed. */
async function observe(page: Page, devtools: CDPSession, tag: string, { start, around, act }: Behavior): Promise<Observations> {
  const errors: string[] = [];
  const onError = (error: Error) => errors.push(error.message);
  page.on("pageerror", onError);
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
  const observations = await page.evaluate(() => (globalThis as any).test.observe());
  page.off("pageerror", onError);
  return { ...observations, result, errors: errors.join("; ") };
}

/** Returns whether a listed difference explains an observed one. */
function covers(listed: Difference, observed: { what: string; input?: string; element?: string }): boolean {
  const is = (side: "input" | "element") => !(side in listed) || JSON.stringify(listed[side]) === observed[side];
  return listed.what === observed.what && observed.input !== observed.element && is("input") && is("element");
}

for (const host of Object.keys(HOSTS) as Host[]) {
  test(`behaves like an input in ${host}`, async ({ page }) => {
    const root = project({ "index.html": '<!doctype html><meta charset="utf-8" /><title>A form</title><style>#field { font: 16px monospace; }</style><script type="module" src="main.js"></script>', "main.js": await bundle(host) });
    copyFileSync(join(installed, "form.wasm"), join(root, "form.wasm"));
    const site = await serve(root, POLICY);
    await page.goto(site.url);
    await page.waitForFunction(() => "test" in globalThis);
    const devtools = await page.context().newCDPSession(page);
    const applies = ({ hosts }: Difference) => !hosts || hosts.includes(host);
    const unused = new Set(EVERYWHERE.filter(applies));
    const failures: string[] = [];
    for (const [name, behavior] of Object.entries(BEHAVIORS)) {
      const input = await observe(page, devtools, "input", behavior);
      const element = await observe(page, devtools, "volume-transfer-name", behavior);
      const listed = (behavior.differences ?? []).filter(applies);
      for (const what of Object.keys(input)) {
        const both = { what, input: JSON.stringify(input[what]), element: JSON.stringify(element[what]) };
        const known = [...listed, ...EVERYWHERE.filter(applies)].find((difference) => covers(difference, both));
        if (known) unused.delete(known);
        const differs = both.input !== both.element;
        if (differs && !known) failures.push(`${name}: ${what} is ${both.element}, not ${both.input}`);
        if (!differs && listed.some((difference) => difference.what === what)) failures.push(`${name}: ${what} doesn't differ`);
      }
    }
    for (const { what, why } of unused) failures.push(`${what} never differs: ${why}`);
    await site.close();
    expect(failures).toEqual([]);
  });
}
