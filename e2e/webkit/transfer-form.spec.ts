// The transfer form in WebKit, on a page whose styles would break it.

import { expect } from "@playwright/test";
import axe from "axe-core";
import { formPage, HOSTILE, insertKey, loseCreated } from "../package/form-page.ts";
import { serve, STRICT } from "../package/host.ts";
import { type Change, forwardTo } from "../proxy.ts";
import { message } from "../tests/console.ts";
import { DATA_01, PROJECT_A, type Server } from "../tests/server.ts";
import { documentData, KEY, storedData } from "../traces.ts";
import { test, type WebKit } from "./driver.ts";

const en = (key: string, values = {}) => message("en", key, values);

/** Opens the page, and changes the service's responses. */
async function open(webkit: WebKit, server: Server, change?: Change): Promise<() => Promise<void>> {
  const site = await serve(formPage(HOSTILE), STRICT, undefined, forwardTo(server.url, change));
  await webkit.open(site.url);
  return () => site.close();
}

const events = (webkit: WebKit) => webkit.evaluate(() => (window as unknown as { events: [string, object][] }).events);

test("hands a volume over with the form", async ({ server, webkit }) => {
  const close = await open(webkit, server);
  await webkit.fill("textbox", en("create.name"), "  first volume ");
  await webkit.click("button", en("create.submit"));
  await webkit.find("dialog", en("handover.title"));
  const [transfer] = await server.transfers();
  expect(transfer).toMatchObject({ volume_id: DATA_01, name: "first volume" });

  expect(await webkit.shownKey()).toBeUndefined();
  await webkit.click("button", en("handover.show"));
  await expect.poll(() => webkit.shownKey()).toBeDefined();
  const key = (await webkit.shownKey())!;
  await webkit.click("button", en("handover.close"));
  await expect.poll(() => webkit.text()).toContain(transfer!.id);
  expect(await webkit.shownKey()).toBeUndefined();
  const detail = { transferId: transfer!.id, volumeId: DATA_01 };
  await expect.poll(() => events(webkit)).toEqual([["transfer-created", detail], ["handover-closed", detail]]);
  await server.accept(transfer!.id, key);
  await close();
});

test("offers to cancel the form's transfer if the response was lost", async ({ server, webkit }) => {
  const close = await open(webkit, server, loseCreated);
  await webkit.click("button", en("create.submit"));
  await webkit.click("button", en("unknown.cancel"));
  await expect.poll(() => events(webkit)).toEqual([["transfer-failed", { outcome: "unknown", volumeId: DATA_01 }]]);
  await webkit.click("button", en("cancel.confirm"));
  await expect.poll(() => webkit.text()).toContain(en("unknown.cancelled"));
  expect(await server.transfers()).toEqual([]);
  await close();
});

test("leaves no trace of the form's key", async ({ server, webkit }) => {
  const close = await open(webkit, server, insertKey);
  const traces = async () => JSON.stringify([
    await events(webkit), await webkit.evaluate(storedData), await webkit.evaluate(documentData),
  ]);
  await webkit.click("button", en("create.submit"));
  await webkit.find("dialog", en("handover.title"));
  expect(await traces()).not.toContain(KEY);
  await webkit.click("button", en("handover.show"));
  await expect.poll(traces).toContain(KEY);
  await webkit.click("button", en("handover.close"));
  await expect.poll(() => webkit.all("dialog", en("handover.title"))).toEqual([]);
  expect(await traces()).not.toContain(KEY);
  // Checks that the search works: the host page stores its token.
  expect(await webkit.evaluate(storedData)).toContain(PROJECT_A.token);
  await close();
});

test("the form is accessible in both color schemes", async ({ server, webkit }) => {
  const close = await open(webkit, server);
  await webkit.find("button", en("create.submit"));
  await webkit.call("POST", "/execute/sync", { script: axe.source, args: [] });
  const violations = () => webkit.evaluate(async () => {
    const { violations } = await (window as unknown as { axe: typeof axe }).axe.run("volume-transfer-form");
    return violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]);
  });
  for (const scheme of ["light", "dark"]) {
    await webkit.evaluate((scheme) => { document.documentElement.style.colorScheme = scheme; }, scheme);
    await expect.poll(() => webkit.evaluate(() =>
      getComputedStyle(document.querySelector("volume-transfer-form")!.shadowRoot!.querySelector("button")!).colorScheme)).toBe(scheme);
    // The colors change gradually.
    await expect.poll(violations, scheme).toEqual([]);
  }
  await webkit.click("button", en("create.submit"));
  await webkit.find("dialog", en("handover.title"));
  expect(await violations()).toEqual([]);
  await close();
});
