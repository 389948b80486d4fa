// A page object that finds elements by their accessible names, and a fixture that starts a server
// for each test.

import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test as base, expect, type Locator, type Page } from "@playwright/test";
import * as firefox from "./firefox.ts";
import { postData } from "./routes.ts";
import { Server } from "./server.ts";
import { translate } from "./translator.ts";

export { expect };

const LOCALES = new URL("../../locales/", import.meta.url);

/** The page's messages by language. */
const messages: Record<string, Record<string, string>> = Object.fromEntries(
  readdirSync(LOCALES).map((file) => [
    file.replace(".json", ""),
    JSON.parse(readFileSync(new URL(file, LOCALES), "utf8")),
  ]),
);

export const LANGUAGES = Object.keys(messages);

/** Returns a language's messages, except those with placeholders, very short ones, and product names. */
export function plainMessages(language: string): string[] {
  const all = Object.entries(messages[language] ?? {});
  return all
    .filter(([key, text]) => !text.includes("{") && text.length > 5 && !/^(service|app\.language)/.test(key))
    .map(([, text]) => text);
}

/** Returns a message, with its placeholders replaced. */
export function message(language: string, key: string, values: Record<string, string | number> = {}): string {
  const message = messages[language]?.[key];
  if (message === undefined) throw new Error(`unknown message ${key}`);
  // A value may be the key of another message.
  return message.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = String(values[name]);
    return messages[language]?.[value] ?? value;
  });
}

export class App {
  /** The POST requests that the page sent. */
  readonly posts: { url: string; body: string | null }[] = [];
  /** The browser's console messages and the page's uncaught errors. */
  readonly consoleMessages: string[] = [];

  constructor(
    readonly page: Page,
    readonly server: Server,
    readonly language = "en",
  ) {
    page.on("request", (request) => {
      if (request.method() === "POST") {
        this.posts.push({ url: request.url(), body: postData(request) });
      }
    });
    page.on("console", (message) => this.consoleMessages.push(message.text()));
    page.on("pageerror", (error) => this.consoleMessages.push(error.message));
  }

  /** Returns a message in the page's language, with its placeholders replaced. */
  text(key: string, values: Record<string, string | number> = {}): string {
    return message(this.language, key, values);
  }

  /** Returns a status as the page shows it: translated, if it is known. */
  status(status: string): string {
    return messages[this.language]?.[`status.${status}`] ?? status;
  }

  async open(): Promise<void> {
    if (firefox.isFirefox(this.page)) await firefox.recordBodies(this.page);
    await this.page.goto(this.server.url);
    await expect(this.signIn).toBeVisible();
  }

  region(key: string): Locator {
    return this.page.getByRole("region", { name: this.text(key), exact: true });
  }

  button(key: string, values = {}): Locator {
    return this.page.getByRole("button", { name: this.text(key, values), exact: true });
  }

  textbox(key: string): Locator {
    return this.page.getByRole("textbox", { name: this.text(key), exact: true });
  }

  /** The connection form. Initially, it is the page's only content; later, it is a dialog. */
  get signIn(): Locator {
    const name = { name: this.text("connect.title"), exact: true };
    return this.page.getByRole("region", name).or(this.page.getByRole("dialog", name));
  }

  /** A tab. The number of pending transfers may follow its name. */
  tab(key: string): Locator {
    return this.page.getByRole("tab", { name: this.text(key) });
  }

  /** Closes the panel if it covers the list. */
  async closePanel(): Promise<void> {
    if (await this.button("create.close").isVisible()) await this.button("create.close").click();
  }

  /** Shows a tab. */
  async show(key: string): Promise<void> {
    await this.closePanel();
    await this.tab(key).click();
    await expect(this.tab(key)).toHaveAttribute("aria-selected", "true");
  }

  /** Shows a tab with the keyboard: moves back to the current tab, then along the tabs. */
  async showByKeyboard(key: string): Promise<void> {
    const focused = this.page.locator(":focus");
    const press = async (name: string, done: () => Promise<boolean>) => {
      for (let tries = 0; !(await done()); tries++) {
        if (tries > 60) throw new Error(`${key} can't be reached with ${name}`);
        await this.page.keyboard.press(name);
      }
    };
    await press("Shift+Tab", async () => (await focused.getAttribute("role")) === "tab");
    // The focus moves at once, the selection a little later.
    const tab = this.tab(key);
    await press("ArrowRight", () => tab.evaluate((element) => element === document.activeElement));
    await expect(tab).toHaveAttribute("aria-selected", "true");
  }

  get alert(): Locator {
    return this.page.getByRole("alert").filter({ hasText: /\S/ });
  }

  get table(): Locator {
    return this.page.getByRole("table", { name: this.text("volumes.title"), exact: true });
  }

  get transfers(): Locator {
    return this.page.getByRole("table", { name: this.text("transfers.title"), exact: true });
  }

  get cancelDialog(): Locator {
    return this.page.getByRole("dialog", { name: this.text("cancel.title"), exact: true });
  }

  /** Cancels a transfer in the table, and confirms the cancellation. */
  async cancel(transfer: string): Promise<void> {
    await this.button("transfers.cancel", { name: transfer }).click();
    await this.cancelDialog.getByRole("button", { name: this.text("cancel.confirm"), exact: true }).click();
  }

  get dialog(): Locator {
    return this.page.getByRole("dialog", { name: this.text("handover.title"), exact: true });
  }

  /** The dialog of a run, for one volume or for several. */
  get run(): Locator {
    return this.page.getByRole("dialog").filter({ has: this.page.locator("#handover") });
  }

  async useDemoProject(label: "A" | "B"): Promise<void> {
    await this.button("connect.demo", { label }).click();
    await expect(this.signIn).toBeHidden();
    // After a reload, another tab may be shown.
    if ((await this.tab("volumes.title").getAttribute("aria-selected")) === "true") await expect(this.table).toBeVisible();
  }

  /** Opens the form to change the connection. */
  async changeConnection(): Promise<void> {
    await this.closePanel();
    await this.button("connect.menu").click();
    await this.button("connect.change").click();
    await expect(this.signIn).toBeVisible();
  }

  /** The field for the token. A radio button has the same name. */
  get token(): Locator {
    return this.page.locator("input[type=password]").and(this.page.getByLabel(this.text("connect.token"), { exact: true }));
  }

  /** The field for the password. A radio button has the same name. */
  get password(): Locator {
    return this.page.locator("input[type=password]").and(this.page.getByLabel(this.text("signin.password"), { exact: true }));
  }

  /** Chooses how to sign in. */
  async signInWith(method: "password" | "application" | "token"): Promise<void> {
    await this.page.getByRole("radio", { name: this.text(`signin.method.${method}`), exact: true }).check();
  }

  combobox(key: string): Locator {
    return this.page.getByRole("combobox", { name: this.text(key), exact: true });
  }

  /** Fills in the user's name, domain and password, and presses the button. */
  async signInAs(user: string, domain: string, password = `demo-${user}`): Promise<void> {
    await this.signInWith("password");
    await this.textbox("signin.user").fill(user);
    await this.textbox("signin.domain").fill(domain);
    await this.password.fill(password);
    await this.button("connect.submit").click();
  }

  /** Signs in as alice, who has two projects, and takes the preselected one. */
  async signInAsAlice(): Promise<void> {
    await this.signInAs("alice", "account-a");
    await expect(this.combobox("signin.project")).toBeFocused();
    await this.button("connect.submit").click();
    await expect(this.signIn).toBeHidden();
  }

  /** Chooses to sign in with a token. Only a server with an identity service offers a choice. */
  async useToken(): Promise<void> {
    await this.page.locator("#connect[data-regions]").waitFor({ state: "attached" });
    if (await this.page.locator("#methods").isVisible()) await this.signInWith("token");
  }

  async connect(project: string, token: string, service = "evs-v2"): Promise<void> {
    await this.useToken();
    await this.textbox("connect.project").fill(project);
    await this.token.fill(token);
    await this.page
      .getByRole("combobox", { name: this.text("connect.service"), exact: true })
      .selectOption(service);
    await this.button("connect.submit").click();
  }

  /** The checkboxes of the volumes, not including the one in the table's header. */
  get checkboxes(): Locator {
    return this.table.locator("tbody").getByRole("checkbox");
  }

  /** The checkbox in the table's header. */
  get selectAll(): Locator {
    return this.table.getByRole("checkbox", { name: this.text("volumes.select_all"), exact: true });
  }

  /** Presses a column's header. */
  async sort(column: string): Promise<void> {
    await this.table.getByRole("button", { name: this.text(column), exact: true }).click();
  }

  checkbox(volume: string): Locator {
    return this.table.getByRole("checkbox", { name: volume, exact: true });
  }

  row(volume: string): Locator {
    return this.table.getByRole("row").filter({ has: this.page.getByRole("checkbox", { name: volume, exact: true }) });
  }

  /** Also shows the requirements that are met. */
  async showAllChecks(): Promise<void> {
    await this.button("create.checks.all").click();
  }

  /** Returns a constraint's item in the checklist. Only violated constraints are shown at first. */
  check(constraint: string): Locator {
    return this.region("create.title")
      .getByRole("listitem")
      .filter({ hasText: this.text(`constraint.${constraint}`) });
  }

  /** Deselects all volumes. On narrow screens, also closes the panel. */
  async deselect(): Promise<void> {
    await this.closePanel();
    const selected = this.table.locator("tbody").getByRole("checkbox", { checked: true });
    while ((await selected.count()) > 0) await selected.first().uncheck();
  }

  /** Selects more volumes. On narrow screens, also opens the panel. */
  async select(...volumes: string[]): Promise<void> {
    await this.closePanel();
    for (const volume of volumes) await this.checkbox(volume).check();
    if (await this.button("volumes.continue").isVisible()) await this.button("volumes.continue").click();
  }

  /** Selects only this volume and, unless told otherwise, waits for the page to look up its snapshots. */
  async choose(volume: string, looksUpSnapshots = true): Promise<void> {
    await this.deselect();
    const lookup =
      looksUpSnapshots && this.page.waitForResponse((response) => response.url().includes("snapshots/detail"));
    await this.select(volume);
    await lookup;
    await expect(this.region("create.title")).toContainText(volume);
  }

  async name(text: string): Promise<void> {
    await this.textbox("create.name").fill(text);
    await this.textbox("create.name").blur();
  }

  /** Presses the button, even if it is disabled. */
  async create(): Promise<void> {
    await this.button("create.submit").click({ force: true });
  }

  /** Presses the button. Expects that nothing is sent, and that the focus moves to the given element. */
  async createBlocked(focused: "checks" | "create-failure"): Promise<void> {
    const posts = this.posts.length;
    await this.create();
    await expect(this.page.locator(`#${focused}`)).toBeFocused();
    expect(this.posts).toHaveLength(posts);
  }

  /** Presses Tab until the element with this name has the focus. */
  async tabTo(name: string): Promise<void> {
    const named = this.page.getByLabel(name, { exact: true }).or(this.page.getByText(name, { exact: true }));
    for (let tries = 0; tries < 60; tries++) {
      await this.page.keyboard.press("Tab");
      if (await named.evaluateAll((all) => all.some((e) => (e.closest("button") ?? e) === document.activeElement))) return;
    }
    throw new Error(`${name} can't be reached with the Tab key`);
  }

  /** Connects to demo project A and creates a transfer of data-01 with the keyboard only. */
  async createByKeyboard(name: string): Promise<void> {
    const { keyboard } = this.page;
    await this.tabTo(this.text("connect.demo", { label: "A" }));
    await keyboard.press("Enter");
    await expect(this.page.locator(":focus")).toHaveText(this.text("volumes.title"));
    await this.tabTo("data-01");
    await keyboard.press("Space");
    await expect(this.checkbox("data-01")).toBeChecked();
    await this.tabTo(this.text("create.name"));
    await keyboard.type(name);
    await keyboard.press("Enter");
    await expect(this.dialog).toBeVisible();
  }

  /** Presses something that saves a file, such as the button for the credentials file. Returns the file's path. */
  async download(press = () => this.button("handover.download").click()): Promise<string> {
    if (firefox.isFirefox(this.page)) return firefox.download(press);
    const downloading = this.page.waitForEvent("download");
    await press();
    const download = await downloading;
    const path = join(mkdtempSync(join(tmpdir(), "volume-transfer-")), download.suggestedFilename());
    await download.saveAs(path);
    return path;
  }

  /** Returns the key from the dialog, after showing it if it is hidden. */
  async key(): Promise<string> {
    const show = this.button("handover.show");
    if ((await show.getAttribute("aria-pressed")) === "false") await show.click();
    return this.dialog.getByText(/^[0-9a-f]{16}$/).innerText();
  }
}

/** Presses controls, which must already be in view, and counts the presses. */
export class Presses {
  count = 0;

  constructor(private readonly page: Page) {}

  async on(control: Locator): Promise<void> {
    this.count++;
    await expect(control).toBeInViewport({ ratio: 1 });
    await control.click();
    // In Firefox, Playwright always scrolls.
    if (firefox.isFirefox(this.page)) return;
    // Playwright scrolls to what it clicks, which would otherwise go unnoticed.
    const scrolled = await this.page.evaluate(() =>
      [...document.querySelectorAll("html, body, .list, .panel, .scroll, dialog")].filter((e) => e.scrollTop > 0).map((e) => e.className || e.tagName),
    );
    expect(scrolled, `after press ${this.count}`).toEqual([]);
  }
}

export type Options = { language: string; serverOptions: string[]; translated: boolean };
type Fixtures = { server: Server; app: App };

/** `app` is the open page, which isn't connected yet. */
export const test = base.extend<Options & Fixtures>({
  language: ["en", { option: true }],
  serverOptions: [[], { option: true }],
  /** Whether to simulate the browser's translation of the page. */
  translated: [false, { option: true }],
  page: async ({ page, translated }, use) => {
    if (translated) await translate(page);
    await use(page);
  },
  locale: async ({ language }, use) => use(language),
  server: async ({ serverOptions }, use) => {
    const server = await Server.start(...serverOptions);
    await use(server);
    await server.kill();
  },
  app: async ({ page, server, language }, use) => {
    const app = new App(page, server, language);
    await app.open();
    await use(app);
    // The page may still be loading when the test ends and the server stops.
    await page.unrouteAll({ behavior: "ignoreErrors" });
  },
});
