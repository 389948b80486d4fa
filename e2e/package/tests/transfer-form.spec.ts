// Tests the transfer form as the README embeds it, with the sandbox, under a strict content security
// policy, and on a page whose styles would break it.

import { expect, test as base, type Locator, type Page } from "@playwright/test";
import type { FailureDetail, TransferDetail, VolumeTransferFormElement } from "volume-transfer/transfer-form";
import { violations } from "../../axe.ts";
import { type Change, forwardTo } from "../../proxy.ts";
import { gate } from "../../tests/routes.ts";
import { DATA_01, PROJECT_A, Server } from "../../tests/server.ts";
import { documentData, exposeMemory, KEY, occurrences, storedData } from "../../traces.ts";
import { formPage, HOSTILE, insertKey, loseCreated } from "../form-page.ts";
import { project, readme, recordErrors, serve, STRICT } from "../host.ts";

const POST = "**/os-volume-transfer";

interface Host {
  page: Page;
  server: Server;
  /** Changes the service's responses. */
  network: { change?: Change | undefined };
  form: Locator;
  /** The names and details of the element's events. */
  events(): Promise<[string, TransferDetail | FailureDetail][]>;
}

const test = base.extend<{ styles: string; host: Host; errors: string[] }>({
  /** The host page's style sheet. */
  styles: ["", { option: true }],
  errors: async ({ page }, use) => {
    const errors = recordErrors(page);
    await use(errors);
    // Browsers also report the failed requests that some tests cause.
    expect(errors.filter((error) => !/^Failed to load resource|NetworkError/.test(error))).toEqual([]);
  },
  host: async ({ page, styles, errors }, use) => {
    void errors;
    const server = await Server.start();
    const network: Host["network"] = {};
    const service = forwardTo(server.url, (request, body) => (network.change ? network.change(request, body) : body));
    const site = await serve(formPage(styles), STRICT, undefined, service);
    await page.goto(site.url);
    const form = page.locator("volume-transfer-form");
    const events = () => page.evaluate(() => (window as unknown as { events: [] }).events);
    await use({ page, server, form, events, network });
    await site.close();
    await server.kill();
  },
});

const create = (form: Locator) => form.getByRole("button", { name: "Create transfer", exact: true });
const name = (form: Locator) => form.getByRole("textbox", { name: "Transfer name" });
const dialog = (form: Locator) => form.getByRole("dialog", { name: "Transfer created" });

for (const [title, styles] of [["on a plain page", ""], ["on a hostile page", HOSTILE]] as const) {
  test.describe(title, () => {
    test.use({ styles });

    test("hands a volume over", async ({ host: { page, server, form, events } }) => {
      await expect(form.getByRole("heading", { name: "Requirements" })).toBeVisible();
      await expect(create(form)).not.toHaveAttribute("aria-disabled");
      await name(form).fill(" first volume ");
      await expect(form.getByText("12 of 255 bytes")).toBeVisible();
      await name(form).press("Enter");
      await expect(dialog(form)).toBeVisible();
      const [transfer] = await server.transfers();
      expect(transfer).toMatchObject({ volume_id: DATA_01, name: "first volume" });

      await expect(form.getByRole("group", { name: "Authorization key" })).toContainText("hidden");
      await form.getByRole("button", { name: "Show key" }).click();
      const key = await form.getByRole("group", { name: "Authorization key" }).innerText();
      await server.accept(transfer!.id, key.trim());
      // The browser asks for confirmation before it reloads the page, because the key would be lost.
      const asked = page.waitForEvent("dialog");
      void page.reload().catch(() => {});
      await (await asked).dismiss();

      await form.getByRole("button", { name: "I have saved the key" }).click();
      await expect(dialog(form)).toBeHidden();
      const detail = { transferId: transfer!.id, volumeId: DATA_01 };
      await expect.poll(events).toEqual([["transfer-created", detail], ["handover-closed", detail]]);
    });

    test("leaves no trace of the key", async ({ host: { page, form, network, events } }) => {
      await page.addInitScript(exposeMemory);
      await page.reload();
      const urls: string[] = [];
      const messages: string[] = [];
      page.on("request", (request) => urls.push(request.url()));
      page.on("console", (message) => messages.push(message.text()));
      const traces = async () => JSON.stringify([
        urls, messages, await events(), await page.evaluate(storedData), await page.evaluate(documentData),
      ]);
      network.change = insertKey;
      await create(form).click();
      await expect(dialog(form)).toBeVisible();
      expect(await traces()).not.toContain(KEY);
      await form.getByRole("button", { name: "Show key" }).click();
      await expect.poll(traces).toContain(KEY);
      expect(await page.evaluate(occurrences, KEY)).toBeGreaterThan(0);
      await form.getByRole("button", { name: "I have saved the key" }).click();
      await expect(dialog(form)).toBeHidden();
      expect(await traces()).not.toContain(KEY);
      expect(await page.evaluate(occurrences, KEY.slice(8))).toBe(0);
      // Checks that the search works: the host page stores its token.
      expect(urls.join()).toContain("/os-volume-transfer");
      expect(await page.evaluate(storedData)).toContain(PROJECT_A.token);
    });

    test("looks for the transfer if the response was lost, and cancels it", async ({ host: { server, form, events, network } }) => {
      network.change = loseCreated;
      await create(form).click();
      const cancel = form.getByRole("button", { name: "Cancel this transfer" });
      await expect(cancel).toBeVisible();
      expect(await server.transfers()).toHaveLength(1);
      await expect.poll(events).toEqual([["transfer-failed", { outcome: "unknown", volumeId: DATA_01 }]]);
      await cancel.click();
      await form.getByRole("dialog").getByRole("button", { name: "Cancel transfer", exact: true }).click();
      await expect(form.getByText("The transfer was cancelled. You can create a new one.")).toBeVisible();
      expect(await server.transfers()).toEqual([]);
      network.change = undefined;
      await create(form).click();
      await expect(dialog(form)).toBeVisible();
    });

    test("is laid out from left to right, in its own language", async ({ host: { form } }) => {
      await expect(create(form)).toHaveCSS("direction", "ltr");
      await form.evaluate((element) => element.setAttribute("language", "zh-CN"));
      const button = form.getByRole("button", { name: "创建过户" });
      await expect(button).toBeVisible();
      expect(await button.evaluate((button) => button.closest("[lang]")!.getAttribute("lang"))).toBe("zh-CN");
    });

    test("is accessible in both color schemes", async ({ host: { page, form } }) => {
      await expect(create(form)).toBeVisible();
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        // The form follows the system, unless the host page's styles apply to it.
        await page.evaluate((scheme) => { document.documentElement.style.colorScheme = scheme; }, colorScheme);
        await expect(create(form)).toHaveCSS("color-scheme", styles ? colorScheme : "light dark");
        expect(await violations(page, {}, "volume-transfer-form")).toEqual([]);
      }
      await create(form).click();
      await expect(dialog(form)).toBeVisible();
      expect(await violations(page, {}, "volume-transfer-form")).toEqual([]);
      const buttons = await form.getByRole("button").evaluateAll((all) =>
        all.map((button) => getComputedStyle(button)).map(({ letterSpacing, textTransform, boxSizing, minHeight }) =>
          [letterSpacing, textTransform, boxSizing, minHeight].join()));
      expect(new Set(buttons)).toEqual(new Set(["normal,none,border-box,32px", "normal,none,border-box,40px"]));
    });
  });
}

/** Shows the form for another volume of the sandbox. */
async function show(volume: string, { server, form }: Host): Promise<void> {
  const response = await server.request(PROJECT_A, "GET", "cloudvolumes/detail");
  const { volumes } = (await response.json()) as { volumes: { id: string; name: string }[] };
  const { id } = volumes.find(({ name }) => name === volume)!;
  await form.evaluate((element, id) => element.setAttribute("volume-id", id), id);
}

test("says why a volume can't be transferred, and sends nothing", async ({ host }) => {
  const { server, form } = host;
  await show("worst-case", host);
  await expect(form.getByText("It is encrypted.")).toBeVisible();
  await expect(create(form)).toHaveAttribute("aria-disabled", "true");
  // Playwright would wait until the button is enabled.
  await create(form).click({ force: true });
  expect(await server.transfers()).toEqual([]);
});

test("shows a pending transfer, and cancels it", async ({ host: { page, server, form } }) => {
  await create(form).click();
  await form.getByRole("button", { name: "I have saved the key" }).click();
  await expect(form.getByRole("heading", { name: "Pending transfers" })).toBeVisible();
  await expect(create(form)).toBeHidden();
  const [transfer] = await server.transfers();
  await expect(form.getByText(transfer!.id)).toBeVisible();
  // It is also shown to someone who opens the page later.
  await page.reload();
  await form.getByRole("button", { name: "Cancel transfer", exact: true }).click();
  await form.getByRole("dialog").getByRole("button", { name: "Cancel transfer", exact: true }).click();
  await expect(create(form)).not.toHaveAttribute("aria-disabled");
  expect(await server.transfers()).toEqual([]);
});

test("reports a rejection in the service's own words", async ({ host: { page, form, events, network } }) => {
  await page.route(POST, (route) =>
    route.fulfill({ status: 400, headers: { "x-openstack-request-id": "req-1" }, json: { badRequest: { code: 400, message: "Invalid volume" } } }));
  const reason = form.getByRole("alert").getByText("Invalid volume");
  await expect(form.getByText("data-01 · 40 GiB")).toBeVisible();
  network.change = (_, body) => body.toString().replace(/"size":\s*40/, '"size":41');
  await create(form).click();
  // The reason remains visible after the volume, which may have changed, has been reloaded.
  await expect(form.getByText("data-01 · 41 GiB")).toBeVisible();
  await expect(reason).toBeVisible();
  const detail = { outcome: "rejected", volumeId: DATA_01, status: "400", message: "Invalid volume", requestId: "req-1" };
  await expect.poll(events).toMatchObject([["transfer-failed", detail]]);
  // The host page may have fixed the cause.
  await form.evaluate((element: VolumeTransferFormElement) => element.refresh());
  await expect(reason).toBeHidden();
});

test("forgets a rejection once the transfer that caused it is cancelled", async ({ host: { page, server, form } }) => {
  await page.route(POST, async (route) => {
    await server.create(DATA_01);
    await route.fulfill({ status: 400, json: { badRequest: { code: 400, message: "Invalid volume" } } });
  });
  await create(form).click();
  await form.getByRole("button", { name: "Cancel transfer", exact: true }).click();
  await form.getByRole("dialog").getByRole("button", { name: "Cancel transfer", exact: true }).click();
  await expect(create(form)).toBeVisible();
  await expect(form.getByText("Invalid volume")).toHaveCount(0);
});

test("has no button for a new token, which the host page provides", async ({ host: { page, form, events } }) => {
  await page.route(POST, (route) => route.fulfill({ status: 401, json: { error: { code: "EVS.5401", message: "expired" } } }));
  await create(form).click();
  await expect(form.getByRole("alert").getByText("EVS.5401")).toBeVisible();
  await expect(form.getByRole("button", { name: /token|sign in/i })).toHaveCount(0);
  await expect.poll(events).toMatchObject([["transfer-failed", { status: "401", code: "EVS.5401" }]]);
});

test("says why the volume can't be loaded, and tries again", async ({ host: { page, form } }) => {
  await expect(create(form)).toBeVisible();
  await page.route("**/cloudvolumes/*", (route) => route.abort());
  await form.evaluate((element: VolumeTransferFormElement) => element.refresh());
  await expect(form.getByRole("alert").filter({ hasText: "The connection was lost" })).toBeVisible();
  await page.unroute("**/cloudvolumes/*");
  await form.getByRole("button", { name: "Refresh" }).click();
  await expect(create(form)).toBeVisible();
});

test("is readable on a light page in the dark color scheme, even while it is loading", async ({ host: { page, form } }) => {
  await page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
  await expect(create(form)).toBeVisible();
  const { opened, open } = gate();
  await page.route(/cloudvolumes\//, async (route) => {
    await opened;
    await route.continue();
  });
  await form.evaluate((element: VolumeTransferFormElement) => element.refresh());
  await expect(form.getByText("Loading volumes…")).toBeVisible();
  expect(await violations(page, {}, "volume-transfer-form")).toEqual([]);
  open();
  await expect(form.getByText("Loading volumes…")).toBeHidden();
  await page.route(/cloudvolumes\//, (route) => route.abort());
  await form.evaluate((element: VolumeTransferFormElement) => element.refresh());
  await expect(form.getByRole("alert").filter({ hasText: "The connection was lost" })).toBeVisible();
  expect(await violations(page, {}, "volume-transfer-form")).toEqual([]);
});

test("shows a given record without loading the volume", async ({ host: { page, form } }) => {
  await expect(create(form)).toBeVisible();
  const requests: string[] = [];
  page.on("request", (request) => requests.push(request.url()));
  await form.evaluate((element: VolumeTransferFormElement, id) => {
    element.volume = { id, name: "from the host", size: 7, status: "available" };
  }, DATA_01);
  await expect(form.getByText("from the host · 7 GiB")).toBeVisible();
  expect(requests.filter((url) => url.endsWith(`/cloudvolumes/${DATA_01}`))).toEqual([]);
});

test("speaks the language of the content around it, or its own", async ({ host: { page, form } }) => {
  await expect(create(form)).toBeVisible();
  await form.evaluate((element) => element.setAttribute("language", "zh-CN"));
  await expect(form.getByRole("button", { name: "创建过户" })).toBeVisible();
  await page.evaluate(() => {
    document.querySelector("volume-transfer-form")!.removeAttribute("language");
    document.documentElement.lang = "zh-Hans-CN";
    const form = document.querySelector("volume-transfer-form")!;
    form.replaceWith(form.cloneNode());
  });
  await expect(form.getByRole("button", { name: "创建过户" })).toBeVisible();
});

test("keeps its state when it is moved, and a key when its attributes change", async ({ host }) => {
  const { page, form } = host;
  await name(form).fill("moved");
  await page.evaluate(() => document.body.prepend(document.querySelector("volume-transfer-form")!));
  await expect(name(form)).toHaveValue("moved");
  expect(await form.evaluate((element: VolumeTransferFormElement) => element.wouldLoseKeys)).toBe(false);
  await create(form).click();
  await expect(dialog(form)).toBeVisible();
  expect(await form.evaluate((element: VolumeTransferFormElement) => element.wouldLoseKeys)).toBe(true);
  await show("worst-case", host);
  await expect(dialog(form)).toBeVisible();
  await form.getByRole("button", { name: "I have saved the key" }).click();
  await expect(form.getByText("It is encrypted.")).toBeVisible();
});

test("can switch to another volume while it is loading", async ({ host }) => {
  const { page, form } = host;
  await expect(create(form)).toBeVisible();
  const { opened, open } = gate();
  await page.route(/cloudvolumes\/|cloudsnapshots|backups|vaults/, async (route) => {
    await opened;
    await route.continue();
  });
  await form.evaluate((element: VolumeTransferFormElement) => element.refresh());
  await show("worst-case", host);
  open();
  await expect(form.getByText("It is encrypted.")).toBeVisible();
});

test("posts once, however often the button is pressed", async ({ host: { page, server, form } }) => {
  let posts = 0;
  const { opened, open } = gate();
  await page.route(POST, async (route) => {
    posts++;
    await opened;
    await route.continue();
  });
  await create(form).dblclick();
  // Playwright would wait until the button is enabled.
  await create(form).click({ force: true });
  open();
  await expect(dialog(form)).toBeVisible();
  expect(posts).toBe(1);
  expect(await server.transfers()).toHaveLength(1);
});

test.describe("below the fold", () => {
  test.use({ styles: "volume-transfer-form { display: block; margin-block-start: 3000px }" });

  test("loads nothing until it is on screen", async ({ host: { page, form } }) => {
    const loaded = () => page.evaluate(() => performance.getEntriesByType("resource").map(({ name }) => name.split("/").pop()));
    await form.evaluate((element) => element.setAttribute("language", "en"));
    await page.waitForLoadState("networkidle");
    expect((await loaded()).filter((file) => file?.startsWith("transfer-form"))).toEqual(["transfer-form.js"]);
    await form.evaluate((element) => element.scrollIntoView());
    await expect(create(form)).toBeVisible();
    expect((await loaded()).filter((file) => file?.startsWith("transfer-form")).sort()).toEqual(
      ["transfer-form-app.js", "transfer-form-en.js", "transfer-form.js", "transfer-form.wasm"]);
  });
});

test("says which attribute is wrong", async ({ page }) => {
  const errors = recordErrors(page);
  const [html, script] = readme("The transfer form");
  const site = await serve(project({ "index.html": html!.replace(DATA_01, "not a volume"), "main.js": script! }), STRICT);
  await page.goto(site.url);
  await expect(page.getByRole("alert")).toHaveText("volume-transfer: volume-id is missing or invalid");
  await expect.poll(() => errors.join()).toContain("volume-id");
  await site.close();
});
