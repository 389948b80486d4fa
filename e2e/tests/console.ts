// The page as a person meets it: verbs over accessible names, and a server of its own per test.

import { spawn, type ChildProcess } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { test as base, expect, type Locator, type Page, type Route } from "@playwright/test";
import { translate } from "./translator.ts";

export { expect };

const LOCALES = new URL("../../locales/", import.meta.url);

/** The page's sentences by language, of which there are as many as there are files. */
const messages: Record<string, Record<string, string>> = Object.fromEntries(
  readdirSync(LOCALES).map((file) => [
    file.replace(".json", ""),
    JSON.parse(readFileSync(new URL(file, LOCALES), "utf8")),
  ]),
);

export const LANGUAGES = Object.keys(messages);

/** A language's sentences that have no values in them, without the names of products. */
export function sentences(language: string): string[] {
  const all = Object.entries(messages[language] ?? {});
  return all
    .filter(([key, text]) => !text.includes("{") && text.length > 5 && !/^(service|app\.language)/.test(key))
    .map(([, text]) => text);
}

/** The sandbox's projects, whose credentials are public. */
export const PROJECT_A = { id: "dd14c6ac581f40059e27f5320b60bf2f", token: "demo-token-a" };

export const PROJECT_B = { id: "40acc331ac784f34842ba4f08ff2be48", token: "demo-token-b" };

/** The API page's sample volume, which the sandbox calls data-01. */
export const DATA_01 = "c86b9af4-151d-4ead-b62c-5fb967af0e37";

/** A console server with a fresh sandbox. */
export class Server {
  /** Whatever the server has written. */
  log = "";

  private constructor(
    public url: string,
    private readonly process: ChildProcess,
  ) {}

  static async start(...options: string[]): Promise<Server> {
    const binary = process.env.CONSOLE_SERVER ?? "../target/release/console-server";
    const child = spawn(binary, ["--listen", "127.0.0.1:0", "--page", "../dist", ...options], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    const server = new Server("", child);
    child.stderr.pipe(process.stderr);
    child.stderr.on("data", (written) => (server.log += written));
    await new Promise<void>((listening, failed) => {
      child.stdout.on("data", (written) => {
        server.log += written;
        const url = /(http:\S+)\n/.exec(server.log)?.[1];
        if (url) listening(void (server.url = url));
      });
      child.once("exit", () => failed(new Error("the console server said no address")));
    });
    return server;
  }

  /** Ends it at once, as a crash would. */
  kill(): Promise<void> {
    return new Promise((done) => {
      if (this.process.exitCode !== null || this.process.signalCode !== null) return done();
      this.process.once("exit", () => done());
      this.process.kill("SIGKILL");
    });
  }

  /** Asks the service behind the page's back. */
  async ask(project: typeof PROJECT_A, method: string, path: string, body?: object): Promise<Response> {
    const answer = await fetch(`${this.url}/v2/${project.id}/${path}`, {
      method,
      headers: { "X-Auth-Token": project.token, "Content-Type": "application/json" },
      body: body ? JSON.stringify(body) : null,
    });
    expect(answer.ok, `${method} ${path}`).toBe(true);
    return answer;
  }

  /** What the service says of project A's transfers. */
  async transfers(): Promise<{ id: string; volume_id: string; name: string | null }[]> {
    const answer = await this.ask(PROJECT_A, "GET", "os-volume-transfer/detail");
    return (await answer.json()).transfers;
  }

  async create(volumeId: string): Promise<void> {
    await this.ask(PROJECT_A, "POST", "os-volume-transfer", { transfer: { volume_id: volumeId } });
  }

  /** Project B accepts. */
  async accept(transfer: string, key: string): Promise<void> {
    await this.ask(PROJECT_B, "POST", `os-volume-transfer/${transfer}/accept`, { accept: { auth_key: key } });
  }

  async cancel(transfer: string): Promise<void> {
    await this.ask(PROJECT_A, "DELETE", `os-volume-transfer/${transfer}`);
  }
}

export class Console {
  /** Every create request that left the page. */
  readonly posts: { url: string; body: string | null }[] = [];
  /** Whatever the browser's console and the page's own errors said. */
  readonly complaints: string[] = [];

  constructor(
    readonly page: Page,
    readonly server: Server,
    readonly language = "en",
  ) {
    page.on("request", (request) => {
      if (request.method() === "POST") {
        this.posts.push({ url: request.url(), body: request.postData() });
      }
    });
    page.on("console", (message) => this.complaints.push(message.text()));
    page.on("pageerror", (error) => this.complaints.push(error.message));
  }

  /** A sentence of the page in its language, with its placeholders filled in. */
  say(key: string, values: Record<string, string | number> = {}): string {
    const message = messages[this.language]?.[key];
    if (message === undefined) throw new Error(`there is no sentence ${key}`);
    // A value may be a sentence of its own, by its key.
    return message.replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = String(values[name]);
      return messages[this.language]?.[value] ?? value;
    });
  }

  async open(): Promise<void> {
    await this.page.goto(this.server.url);
    await expect(this.region("connect.title")).toBeVisible();
  }

  region(key: string): Locator {
    return this.page.getByRole("region", { name: this.say(key), exact: true });
  }

  button(key: string, values = {}): Locator {
    return this.page.getByRole("button", { name: this.say(key, values), exact: true });
  }

  textbox(key: string): Locator {
    return this.page.getByRole("textbox", { name: this.say(key), exact: true });
  }

  get alert(): Locator {
    return this.page.getByRole("alert").filter({ hasText: /\S/ });
  }

  get table(): Locator {
    return this.page.getByRole("table", { name: this.say("volumes.title"), exact: true });
  }

  get transfers(): Locator {
    return this.page.getByRole("table", { name: this.say("transfers.title"), exact: true });
  }

  get cancelDialog(): Locator {
    return this.page.getByRole("dialog", { name: this.say("cancel.title"), exact: true });
  }

  /** Cancels a transfer by its row, and says yes when asked. */
  async cancel(transfer: string): Promise<void> {
    await this.button("transfers.cancel", { name: transfer }).click();
    await this.cancelDialog.getByRole("button", { name: this.say("cancel.confirm"), exact: true }).click();
  }

  get dialog(): Locator {
    return this.page.getByRole("dialog", { name: this.say("handover.title"), exact: true });
  }

  async useDemoProject(label: "A" | "B"): Promise<void> {
    await this.button("connect.demo", { label }).click();
    await expect(this.table).toBeVisible();
  }

  async connect(project: string, token: string, service = "evs-v2"): Promise<void> {
    await this.textbox("connect.project").fill(project);
    await this.page.getByLabel(this.say("connect.token"), { exact: true }).fill(token);
    await this.page
      .getByRole("combobox", { name: this.say("connect.service"), exact: true })
      .selectOption(service);
    await this.button("connect.submit").click();
  }

  radio(volume: string): Locator {
    return this.table.getByRole("radio", { name: volume, exact: true });
  }

  row(volume: string): Locator {
    return this.table.getByRole("row").filter({ has: this.page.getByRole("radio", { name: volume, exact: true }) });
  }

  /** The checklist's line for a constraint. */
  check(constraint: string): Locator {
    return this.region("create.title")
      .getByRole("listitem")
      .filter({ hasText: this.say(`constraint.${constraint}`) });
  }

  /** Chooses a volume; a service that has the constraint is asked for its snapshots. */
  async choose(volume: string, asks = true): Promise<void> {
    const asked = asks && this.page.waitForResponse((a) => a.url().includes("snapshots/detail"));
    await this.radio(volume).check();
    await asked;
    await expect(this.region("create.title")).toContainText(volume);
  }

  async name(text: string): Promise<void> {
    await this.textbox("create.name").fill(text);
    await this.textbox("create.name").blur();
  }

  /** Presses the button, also where it says that it will do nothing. */
  async create(): Promise<void> {
    await this.button("create.submit").click({ force: true });
  }

  /** Presses where nothing may be sent, and sees where the focus is led instead. */
  async createInVain(leadsTo: "checks" | "create-failure"): Promise<void> {
    const posts = this.posts.length;
    await this.create();
    await expect(this.page.locator(`#${leadsTo}`)).toBeFocused();
    expect(this.posts).toHaveLength(posts);
  }

  /** Presses Tab until the focus is on what is called so. */
  async tabTo(name: string): Promise<void> {
    const named = this.page.getByLabel(name, { exact: true }).or(this.page.getByText(name, { exact: true }));
    for (let tries = 0; tries < 60; tries++) {
      await this.page.keyboard.press("Tab");
      if (await named.evaluateAll((all) => all.some((e) => (e.closest("button") ?? e) === document.activeElement))) return;
    }
    throw new Error(`the Tab key never got to ${name}`);
  }

  /** Chooses demo project A and data-01, and creates a transfer, by keyboard alone. */
  async createByKeyboard(name: string): Promise<void> {
    const { keyboard } = this.page;
    await this.tabTo(this.say("connect.demo", { label: "A" }));
    await keyboard.press("Enter");
    await expect(this.page.locator(":focus")).toHaveText(this.say("volumes.title"));
    // Arrows choose within the group; the list begins with the newest volume.
    await this.tabTo("new-cluster-volume");
    await keyboard.press("ArrowDown");
    await expect(this.radio("data-01")).toBeChecked();
    await this.tabTo(this.say("create.name"));
    await keyboard.type(name);
    await keyboard.press("Enter");
    await expect(this.dialog).toBeVisible();
  }

  /** The key as the dialog shows it, shown if need be. */
  async key(): Promise<string> {
    const show = this.button("handover.show");
    if ((await show.getAttribute("aria-pressed")) === "false") await show.click();
    return this.dialog.getByText(/^[0-9a-f]{16}$/).innerText();
  }
}

/** The service does its work, and its answer never gets here. */
export async function loseAnswer(route: Route): Promise<void> {
  await route.fetch();
  await route.abort("connectionreset");
}

export type Options = { language: string; serverOptions: string[]; translated: boolean };
type Fixtures = { server: Server; app: Console };

/** `app` is the page, open and not connected. */
export const test = base.extend<Options & Fixtures>({
  language: ["en", { option: true }],
  serverOptions: [[], { option: true }],
  /** Whether something like a browser's translation runs over the page. */
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
    const app = new Console(page, server, language);
    await app.open();
    await use(app);
    // The page may still be reading when the test is over, and its server goes next.
    await page.unrouteAll({ behavior: "ignoreErrors" });
  },
});
