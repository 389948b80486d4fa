// Drives WebKit, Safari's engine, over WebDriver. Playwright can only drive its own build of WebKit.

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { test as base, expect } from "@playwright/test";
import { startDisplay } from "../display.ts";
import { Server } from "../tests/server.ts";

const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";

/** Selectors for the elements that can have each role. The browser computes the actual role. */
const CANDIDATES: Record<string, string> = {
  alert: "[role=alert]",
  button: "button",
  checkbox: "input[type=checkbox]",
  combobox: "select",
  dialog: "dialog[open]",
  searchbox: "[type=search]",
  tab: "[role=tab]",
  textbox: "input, textarea",
};

/** WebDriver's key codes. */
export const SHIFT = "\uE008";
export const CONTROL = "\uE009";

/** A browser window. */
export class WebKit {
  private constructor(
    private readonly session: string,
    private readonly processes: ChildProcess[],
  ) {}

  static async start(): Promise<WebKit> {
    const { server, display } = await startDisplay();
    const port = 4560 + Number(process.env.TEST_PARALLEL_INDEX ?? 0);
    const driver = spawn("WebKitWebDriver", [`--port=${port}`], {
      stdio: "ignore",
      // WebKit's sandbox doesn't work for root, which runs the tests in most containers.
      env: { ...process.env, DISPLAY: display, WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1" },
    });
    const architecture = process.arch === "arm64" ? "aarch64" : "x86_64";
    const folders = ["4.1", "4.0"].map((version) => `/usr/lib/${architecture}-linux-gnu/webkit2gtk-${version}`);
    const binary = folders.map((folder) => `${folder}/MiniBrowser`).find(existsSync);
    const options = { binary, args: ["--automation"] };
    const body = JSON.stringify({ capabilities: { alwaysMatch: { "webkitgtk:browserOptions": options } } });
    const url = `http://127.0.0.1:${port}/session`;
    // The driver takes a moment to start.
    for (let tries = 0; ; tries++) {
      try {
        const { value } = await (await fetch(url, { method: "POST", body })).json();
        if (!value.sessionId) throw new Error(JSON.stringify(value));
        const webkit = new WebKit(`${url}/${value.sessionId}`, [driver, server]);
        await webkit.call("POST", "/window/rect", { x: 0, y: 0, width: 1380, height: 980 });
        return webkit;
      } catch (error) {
        if (tries === 20) throw error;
        await new Promise((done) => setTimeout(done, 500));
      }
    }
  }

  async stop(): Promise<void> {
    await this.call("DELETE", "").catch(() => {});
    for (const process of this.processes) process.kill();
  }

  async call(method: string, path: string, body?: object): Promise<unknown> {
    const response = await fetch(this.session + path, { method, body: body ? JSON.stringify(body) : null });
    const { value } = (await response.json()) as { value: { error?: string; message?: string } | null };
    if (value?.error) throw new Error(`${value.error}: ${value.message}`);
    return value;
  }

  async open(url: string): Promise<void> {
    await this.call("POST", "/url", { url });
  }

  /** Calls a function in the page, and waits for its promise. */
  async evaluate<T>(call: (...args: never[]) => T, ...args: unknown[]): Promise<Awaited<T>> {
    const script = `return (${call}).apply(null, arguments)`;
    return (await this.call("POST", "/execute/sync", { script, args })) as Awaited<T>;
  }

  /** Returns the form's text, or the whole page's if it contains no form. */
  text(): Promise<string> {
    return this.evaluate(() => {
      const form = document.querySelector("volume-transfer-form")?.shadowRoot?.querySelector<HTMLElement>(".embedded");
      return (form ?? document.body).innerText;
    });
  }

  /** Returns the key that the page or the form shows. */
  async shownKey(): Promise<string | undefined> {
    return /\b[0-9a-f]{16}\b/.exec(await this.text())?.[0];
  }

  /**
   * Returns the visible elements with this role whose accessible name equals or matches `name`. If the
   * page contains the form, searches only the form.
   */
  async all(role: string, name: string | RegExp): Promise<string[]> {
    const pattern = name instanceof RegExp ? name : new RegExp(`^${name.replace(/[^\p{L}\p{N}\s]/gu, "\\$&")}$`);
    const found = await this.evaluate(
      (candidates: string, pattern: string) => {
        const root = document.querySelector("volume-transfer-form")?.shadowRoot ?? document;
        return [...root.querySelectorAll<HTMLInputElement>(candidates)].filter((element) => {
          const title = root.getElementById(element.getAttribute("aria-labelledby") ?? "");
          const label = element.getAttribute("aria-label") ?? title?.textContent ?? element.labels?.[0]?.textContent ?? element.textContent;
          return element.checkVisibility() && new RegExp(pattern).test(label!.trim());
        }) as unknown as Record<string, string>[];
      },
      CANDIDATES[role],
      pattern.source,
    );
    const matching: string[] = [];
    for (const element of found.map((element) => element[ELEMENT]!)) {
      // Compares the role and the label that the browser computes. An element can disappear in the meantime.
      const [computed, label] = await Promise.all(
        ["computedrole", "computedlabel"].map((what) => this.call("GET", `/element/${element}/${what}`).catch(() => "")),
      );
      if (pattern.test(String(label)) && computed === role) matching.push(element);
    }
    return matching;
  }

  /** Waits for the element with this role and name. */
  async find(role: string, name: string | RegExp): Promise<string> {
    await expect.poll(async () => (await this.all(role, name)).length, `${role} ${name}`).toBe(1);
    return (await this.all(role, name))[0]!;
  }

  async click(role: string, name: string | RegExp): Promise<void> {
    await this.call("POST", `/element/${await this.find(role, name)}/click`, {});
  }

  async fill(role: string, name: string, text: string): Promise<void> {
    const element = await this.find(role, name);
    await this.call("POST", `/element/${element}/clear`, {});
    await this.call("POST", `/element/${element}/value`, { text });
    // The driver may return before the last characters have arrived.
    await expect.poll(() => this.call("GET", `/element/${element}/property/value`)).toBe(text);
  }

  /** Presses the keys in order, then releases them in reverse order. */
  async press(...keys: string[]): Promise<void> {
    const down = keys.map((value) => ({ type: "keyDown", value }));
    const up = keys.toReversed().map((value) => ({ type: "keyUp", value }));
    await this.call("POST", "/actions", { actions: [{ type: "key", id: "keyboard", actions: [...down, ...up] }] });
  }
}

/** `webkit` is a browser window that the tests share, because WebKit is slow to start. */
export const test = base.extend<{ server: Server }, { webkit: WebKit }>({
  webkit: [
    async ({}, use) => {
      const webkit = await WebKit.start();
      await use(webkit);
      await webkit.stop();
    },
    { scope: "worker" },
  ],
  server: async ({}, use) => {
    const server = await Server.start();
    await use(server);
    await server.kill();
  },
});
