// The whole form in WebKit, on a page whose styles would break it.

import { expect } from "@playwright/test";
import { formPage, HOSTILE } from "../package/form-page.ts";
import { serve, STRICT } from "../package/host.ts";
import { message } from "../tests/console.ts";
import { DATA_01 } from "../tests/server.ts";
import { test, type WebKit } from "./driver.ts";
import { startProxy } from "./proxy.ts";

const en = (key: string, values = {}) => message("en", key, values);

/** Opens the page, with the service at an address. */
async function open(webkit: WebKit, service: string): Promise<() => Promise<void>> {
  const site = await serve(formPage(HOSTILE), STRICT, undefined, service);
  await webkit.open(site.url);
  return () => site.close();
}

const events = (webkit: WebKit) => webkit.evaluate(() => (window as unknown as { events: [string, object][] }).events);

test("hands a volume over in the form", async ({ server, webkit }) => {
  const close = await open(webkit, server.url);
  await webkit.fill("textbox", en("create.name"), "  first volume ");
  await webkit.click("button", en("create.submit"));
  await webkit.find("dialog", en("handover.title"));
  const [transfer] = await server.transfers();
  expect(transfer).toMatchObject({ volume_id: DATA_01, name: "first volume" });

  const shown = async () => /\b[0-9a-f]{16}\b/.exec(await webkit.text())?.[0];
  expect(await shown()).toBeUndefined();
  await webkit.click("button", en("handover.show"));
  await expect.poll(shown).toBeDefined();
  const key = (await shown())!;
  await webkit.click("button", en("handover.close"));
  await expect.poll(() => webkit.text()).toContain(transfer!.id);
  expect(await shown()).toBeUndefined();
  const detail = { transferId: transfer!.id, volumeId: DATA_01 };
  expect(await events(webkit)).toEqual([["transfer-created", detail], ["handover-closed", detail]]);
  await server.accept(transfer!.id, key);
  await close();
});

test("offers to cancel the form's transfer if the response was lost", async ({ server, webkit }) => {
  const proxy = await startProxy(server.url, (request, body) => (request.method === "POST" ? null : body));
  const close = await open(webkit, proxy.url);
  await webkit.click("button", en("create.submit"));
  await webkit.click("button", en("unknown.cancel"));
  expect(await events(webkit)).toEqual([["transfer-failed", { outcome: "unknown", volumeId: DATA_01 }]]);
  await webkit.click("button", en("cancel.confirm"));
  await expect.poll(() => webkit.text()).toContain(en("unknown.cancelled"));
  expect(await server.transfers()).toEqual([]);
  await close();
  proxy.close();
});
