// The page in WebKit: the main job, and behavior that could differ from other engines.

import { expect } from "@playwright/test";
import { type Change, startProxy } from "../proxy.ts";
import { LANGUAGES, message } from "../tests/console.ts";
import { DATA_01, PROJECT_A, type Server } from "../tests/server.ts";
import { CONTROL, SHIFT, test, type WebKit } from "./driver.ts";

const en = (key: string, values = {}) => message("en", key, values);

/** Opens the page and connects to a demo project. */
async function openAs(webkit: WebKit, url: string, label: "A" | "B", language = "en"): Promise<void> {
  await webkit.open(url);
  await webkit.evaluate((language) => {
    sessionStorage.clear();
    localStorage.setItem("volume-transfer.language", language);
  }, language);
  await webkit.open(url);
  // Waits for the last button to appear. Until then, the first one could move while it is being clicked.
  await webkit.find("button", message(language, "signin.demo", { label: "dave" }));
  await webkit.click("button", message(language, "connect.demo", { label }));
  await webkit.find("tab", new RegExp(message(language, "volumes.title")));
}

/** Opens the page through a proxy that changes responses. */
async function openChanged(webkit: WebKit, server: Server, change: Change): Promise<() => void> {
  const proxy = await startProxy(server.url, change);
  await openAs(webkit, proxy.url, "A");
  return () => proxy.close();
}

for (const language of LANGUAGES) {
  test(`hands a volume over in ${language}`, async ({ server, webkit }) => {
    const text = (key: string, values = {}) => message(language, key, values);
    await openAs(webkit, server.url, "A", language);
    await webkit.click("checkbox", "data-01");
    await webkit.fill("textbox", text("create.name"), "  first volume ");
    await webkit.click("button", text("create.submit"));
    await webkit.find("dialog", text("handover.title"));
    const [transfer] = await server.transfers();
    expect(transfer).toMatchObject({ volume_id: DATA_01, name: "first volume" });

    expect(await webkit.shownKey()).toBeUndefined();
    await webkit.click("button", text("handover.show"));
    await expect.poll(() => webkit.shownKey()).toBeDefined();
    const key = (await webkit.shownKey())!;
    await webkit.click("button", text("handover.copy"));
    await expect.poll(() => webkit.text()).toContain(text("handover.copied"));
    await webkit.click("button", text("handover.close"));
    await expect.poll(() => webkit.all("dialog", text("handover.title"))).toEqual([]);
    await expect.poll(() => webkit.text()).toContain(text("status.awaiting-transfer"));
    const rest = await webkit.evaluate(() => document.documentElement.outerHTML + JSON.stringify([localStorage, sessionStorage]));
    expect(rest).not.toContain(key);
    expect(rest).not.toContain(PROJECT_A.token);

    await openAs(webkit, server.url, "B", language);
    await webkit.click("tab", new RegExp(text("accept.title")));
    await webkit.fill("textbox", text("handover.id"), transfer!.id);
    // Pastes what the button copied.
    await webkit.click("textbox", text("handover.key"));
    await webkit.press(CONTROL, "v");
    await expect.poll(() => webkit.evaluate(() => document.querySelector<HTMLInputElement>("#accept-key")!.value)).toBe(key);
    await webkit.click("button", text("accept.submit"));
    await expect.poll(() => webkit.text()).toContain(text("accept.done", { volume: "data-01" }));
    expect(await server.transfers()).toEqual([]);
  });
}

test("offers to cancel a transfer whose response was lost", async ({ server, webkit }) => {
  const close = await openChanged(webkit, server, ({ method, url }, body) =>
    method === "POST" && url?.endsWith("/os-volume-transfer") ? null : body,
  );
  await webkit.click("checkbox", "data-01");
  await webkit.click("button", en("create.submit"));
  await expect.poll(() => webkit.text()).toContain(en("unknown.title"));
  const [transfer] = await server.transfers();
  await expect.poll(() => webkit.text()).toContain(en("unknown.made", { id: transfer!.id }));
  await webkit.click("button", en("unknown.cancel"));
  await webkit.click("button", en("cancel.confirm"));
  await expect.poll(() => server.transfers()).toEqual([]);
  close();
});

test("selects a range with the keyboard, and filters 10,000 volumes", async ({ server, webkit }) => {
  const volumes = Array.from({ length: 10_000 }, (_, index) => ({
    id: `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`,
    name: index === 0 ? "data-01" : `disk-${index}`,
    status: "available",
    size: 1,
  }));
  const close = await openChanged(webkit, server, ({ url }, body) =>
    url?.includes("cloudvolumes/detail") ? JSON.stringify({ volumes: /marker=|offset=[1-9]/.test(url) ? [] : volumes }) : body,
  );
  await webkit.fill("searchbox", en("volumes.filter"), "disk-999");
  await webkit.find("checkbox", "disk-9998");
  const press = async (name: string, ...keys: string[]) => {
    await webkit.evaluate((name: string) => {
      const label = [...document.querySelectorAll("td label")].find((label) => label.textContent === name) as HTMLLabelElement;
      label.control!.focus();
    }, name);
    await webkit.press(...keys);
  };
  await press("disk-9990", " ");
  await press("disk-9992", SHIFT, " ");
  const checked = () => webkit.evaluate(() => document.querySelectorAll("tbody input:checked").length);
  await expect.poll(checked).toBe(3);
  close();
});

test("keeps the volume, the name and the token when the user comes back", async ({ server, webkit }) => {
  await openAs(webkit, server.url, "A");
  await webkit.fill("searchbox", en("volumes.filter"), "data-01");
  await webkit.click("checkbox", "data-01");
  await webkit.fill("textbox", en("create.name"), "before leaving");
  await webkit.evaluate(() => ((window as { visited?: boolean }).visited = true));
  await webkit.open("about:blank");
  await webkit.call("POST", "/back", {});
  // The page is restored from the back/forward cache instead of starting again.
  expect(await webkit.evaluate(() => (window as { visited?: boolean }).visited)).toBe(true);
  const texts = () => webkit.evaluate(() => [...document.querySelectorAll("[type=search], #transfer-name")].map((field) => (field as HTMLInputElement).value));
  await expect.poll(texts).toEqual(["data-01", "before leaving"]);
  await webkit.click("button", en("create.submit"));
  await webkit.find("dialog", en("handover.title"));
  expect(await server.transfers()).toMatchObject([{ volume_id: DATA_01, name: "before leaving" }]);
});
