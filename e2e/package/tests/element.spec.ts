// The form-associated field, in the README's page without a bundler, from a plain static server.

import AxeBuilder from "@axe-core/playwright";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test as base, type Page } from "@playwright/test";
import { defineTransferName } from "volume-transfer/element";
import { installed, project, readme, serve, STRICT } from "../host.ts";

const messages = (language: string): Record<string, string> =>
  JSON.parse(readFileSync(join(installed, "messages", `${language}.json`), "utf8"));

const test = base.extend<{ form: Page }>({
  form: async ({ page }, use) => {
    const [html, script] = readme("Without a bundler");
    const root = project({
      "index.html": html!,
      "main.js": script!,
    });
    const site = await serve(root, STRICT);
    const complaints: string[] = [];
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("console", (message) => complaints.push(message.text()));
    await page.goto(site.url);
    await expect(page.getByText("0 of 255 bytes")).toBeVisible();
    await use(page);
    expect(complaints).toEqual([]);
    await site.close();
  },
});

const field = (page: Page) => page.getByRole("textbox", { name: "Transfer name" });
const sent = (page: Page) => new URL(page.url()).searchParams.get("name");

test("counts live, and sends the name as the service stores it", async ({ form }) => {
  await field(form).fill("  卷 1 ");
  await expect(form.getByText("5 of 255 bytes")).toBeVisible();
  await form.getByRole("button").click();
  await expect.poll(() => sent(form)).toBe("卷 1");
});

test("no name is no entry", async ({ form }) => {
  await form.getByRole("button").click();
  await form.waitForURL(/\?$/);
  expect(sent(form)).toBeNull();
});

test("blocks submission, says why, and lets go when it is mended", async ({ form }) => {
  await field(form).fill("a".repeat(256));
  const wrong = form.getByText("The name is too long: 256 of at most 255 bytes");
  await expect(wrong).toBeHidden();
  await form.getByRole("button").click();
  await expect(wrong).toBeVisible();
  await expect(field(form)).toBeFocused();
  await expect(field(form)).toHaveAttribute("aria-invalid", "true");
  await expect(field(form)).toHaveAccessibleDescription(/256 of at most 255/);
  expect(sent(form)).toBeNull();
  await field(form).fill("first volume");
  await expect(wrong).toBeHidden();
  await field(form).press("Enter");
  await expect.poll(() => sent(form)).toBe("first volume");
});

test("is judged when it is left, not while it is first typed in", async ({ form }) => {
  await field(form).pressSequentially("  ");
  const wrong = form.getByText(messages("en")["name.blank"]!);
  await expect(wrong).toBeHidden();
  await field(form).press("Tab");
  await expect(wrong).toBeVisible();
});

test("waits for an input method to be done", async ({ form }) => {
  const dispatch = (isComposing: boolean, value: string) =>
    field(form).evaluate(
      (input: HTMLInputElement, [isComposing, value]) => {
        input.value = value as string;
        input.dispatchEvent(new InputEvent("input", { isComposing: isComposing as boolean, bubbles: true }));
      },
      [isComposing, value] as const,
    );
  await dispatch(true, "juan");
  await expect(form.getByText("0 of 255 bytes")).toBeVisible();
  await dispatch(false, "卷");
  await expect(form.getByText("3 of 255 bytes")).toBeVisible();
});

test("submits nothing by an Enter that ends a composition, whichever of the two comes first", async ({ form }) => {
  await field(form).evaluate((input: HTMLInputElement) => {
    // Safari's order: the composition has ended when its key is reported.
    input.focus();
    input.dispatchEvent(new CompositionEvent("compositionstart", { bubbles: true, composed: true }));
    input.value = "卷";
    input.dispatchEvent(new InputEvent("input", { isComposing: true, bubbles: true, composed: true }));
    input.dispatchEvent(new CompositionEvent("compositionend", { data: "卷", bubbles: true, composed: true }));
    for (const type of ["keydown", "keyup"]) {
      input.dispatchEvent(new KeyboardEvent(type, { key: "Enter", keyCode: 229, bubbles: true, composed: true, cancelable: true }));
    }
  });
  await expect(form.getByText("3 of 255 bytes")).toBeVisible();
  expect(form.url()).not.toContain("?");
  await field(form).press("Enter");
  await expect.poll(() => sent(form)).toBe("卷");
});

test("keeps the properties and the focus that it was given before it was defined", async ({ form }) => {
  const seen = await form.evaluate(async (messages) => {
    document.body.insertAdjacentHTML("beforeend", '<form><late-name name="a" value="default" autofocus></late-name></form>');
    const early = document.querySelector("late-name")!;
    Object.assign(early, { value: "typed", required: true, service: "cinder", messages: { ...messages, "counter.characters": "{length}!" } });
    const { defineTransferName } = await import("/node_modules/volume-transfer/element.js" as string);
    await defineTransferName({ messages, tag: "late-name" });
    await new Promise(requestAnimationFrame);
    const { value, defaultValue, required, service, shadowRoot } = early as unknown as HTMLInputElement & { service: string };
    const counter = shadowRoot!.querySelector("[part=counter]")!.textContent;
    return [value, defaultValue, required, service, counter, document.activeElement === early, Object.keys(early)];
  }, messages("en"));
  expect(seen).toEqual(["typed", "default", true, "cinder", "5!", true, ["report"]]);
});

test("has its text again when the page is come back to", async ({ form }) => {
  await field(form).fill("first volume");
  await form.goto("about:blank");
  await form.goBack();
  await expect(field(form)).toHaveValue("first volume");
  await form.getByRole("button").click();
  await expect.poll(() => sent(form)).toBe("first volume");
});

test("submits nothing by Enter outside of a form", async ({ form }) => {
  await form.evaluate(() => {
    const button = Object.assign(document.createElement("button"), { id: "outside" });
    button.onclick = () => button.remove();
    document.body.append(document.querySelector("volume-transfer-name")!, button);
  });
  await form.locator("volume-transfer-name input").press("Enter");
  await expect(form.locator("#outside")).toBeVisible();
});

test("says an error once", async ({ form }) => {
  await field(form).fill(" ");
  await field(form).press("Tab");
  const replaced = await form.locator("volume-transfer-name").evaluate(async (host) => {
    let count = 0;
    new MutationObserver((records) => (count += records.length)).observe(host.shadowRoot!.querySelector("[part=error]")!, { childList: true });
    Object.assign(host, { value: "  " });
    host.focus();
    await new Promise(requestAnimationFrame);
    return count;
  });
  expect(replaced).toBe(0);
});

test("says where it does not work", async () => {
  await expect(defineTransferName({ messages: {} })).rejects.toThrow(/needs a browser.*volume-transfer\/light/);
});

test("resets, is disabled with its form, and speaks Chinese", async ({ form }) => {
  await field(form).fill(" ");
  await field(form).press("Tab");
  const element = form.locator("volume-transfer-name");
  await element.evaluate((host, messages) => Object.assign(host, { messages }), messages("zh-CN"));
  await expect(form.getByText(messages("zh-CN")["name.blank"]!)).toBeVisible();
  await form.evaluate(() => document.forms[0]!.reset());
  await expect(form.getByText(messages("zh-CN")["name.blank"]!)).toBeHidden();
  await expect(field(form)).toHaveValue("");
  await element.evaluate((host) => host.setAttribute("disabled", ""));
  await expect(field(form)).toBeDisabled();
});

test("follows the service", async ({ form }) => {
  await form.locator("volume-transfer-name").evaluate((host) => host.setAttribute("service", "cinder"));
  await field(form).fill("卷");
  await expect(form.getByText("1 of 255 characters")).toBeVisible();
});

test("has nothing that axe would object to", async ({ form }) => {
  await field(form).fill(" ");
  await field(form).press("Tab");
  const { violations } = await new AxeBuilder({ page: form }).disableRules(["landmark-one-main", "page-has-heading-one", "region"]).analyze();
  expect(violations).toEqual([]);
});
