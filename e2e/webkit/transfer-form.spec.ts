// The whole form in WebKit, on a page whose styles would break it.

import { expect } from "@playwright/test";
import { formPage, HOSTILE } from "../package/form-page.ts";
import { serve, STRICT } from "../package/host.ts";
import { type Change, forwardTo } from "../proxy.ts";
import { message } from "../tests/console.ts";
import { DATA_01, type Server } from "../tests/server.ts";
import { test, type WebKit } from "./driver.ts";

const en = (key: string, values = {}) => message("en", key, values);

/** Opens the page, and changes the service's responses. */
async function open(webkit: WebKit, server: Server, change?: Change): Promise<() => Promise<void>> {
  const site = await serve(formPage(HOSTILE), STRICT, undefined, forwardTo(server.url, change));
  await webkit.open(site.url);
  return () => site.close();
}

const events = (webkit: WebKit) => webkit.evaluate(() => (window as unknown as { events: [string, object][] }).events);

test("hands a volume over in the form", async ({ server, webkit }) => {
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
  expect(await events(webkit)).toEqual([["transfer-created", detail], ["handover-closed", detail]]);
  await server.accept(transfer!.id, key);
  await close();
});

test("offers to cancel the form's transfer if the response was lost", async ({ server, webkit }) => {
  const close = await open(webkit, server, (request, body) => (request.method === "POST" ? null : body));
  await webkit.click("button", en("create.submit"));
  await webkit.click("button", en("unknown.cancel"));
  expect(await events(webkit)).toEqual([["transfer-failed", { outcome: "unknown", volumeId: DATA_01 }]]);
  await webkit.click("button", en("cancel.confirm"));
  await expect.poll(() => webkit.text()).toContain(en("unknown.cancelled"));
  expect(await server.transfers()).toEqual([]);
  await close();
});
