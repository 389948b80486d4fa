// Searches for a canary key and token everywhere they must not appear.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Page } from "@playwright/test";
import * as traces from "../traces.ts";
import { App, test, expect } from "./console.ts";
import { deliver, postData } from "./routes.ts";
import { DATA_01, PROJECT_A, PROJECT_B, Server } from "./server.ts";

const { KEY } = traces;
const TOKEN = PROJECT_A.token;

/** Searches all places where a page can leave data. */
class Search {
  private readonly urls: string[] = [];

  constructor(
    private readonly app: App,
    private readonly server: Server,
  ) {
    app.page.on("request", (request) => this.urls.push(request.url(), request.headers()["referer"] ?? ""));
  }

  html(): Promise<string> {
    return this.app.page.evaluate(traces.documentData);
  }

  async expectNoTraceOf(...secrets: string[]): Promise<void> {
    const places = {
      storage: await this.app.page.evaluate(traces.storedData),
      cookies: JSON.stringify(await this.app.page.context().cookies()),
      URLs: this.urls.join(" "),
      "the browser's console": this.app.consoleMessages.join(" "),
      "the server's log": this.server.log,
      "the page": await this.html(),
    };
    // Checks that the search works.
    expect(places.URLs).toContain(this.server.url);
    expect(places["the server's log"]).toContain(this.server.url);
    expect(places["the page"]).toContain("</html>");
    for (const [place, text] of Object.entries(places)) {
      for (const secret of secrets) expect(text.includes(secret), `${secret} in ${place}`).toBe(false);
    }
  }
}

/** Replaces the key in the real response with the canary. */
async function withCanary(page: Page): Promise<void> {
  await page.route("**/os-volume-transfer", async (route) => {
    const response = await deliver(route);
    const body = await response.json();
    body.transfer.auth_key = KEY;
    await route.fulfill({ response, json: body });
  });
}

/** Accepts a transfer with a credentials file that contains the canary. */
async function acceptCanary(app: App): Promise<void> {
  await app.show("accept.title");
  await app.page.getByLabel(app.text("accept.file")).setInputFiles({
    name: "credentials.json",
    mimeType: "application/json",
    buffer: Buffer.from(JSON.stringify({ transfer_id: "00000000-0000-4000-8000-000000000001", auth_key: KEY })),
  });
  await expect(app.textbox("handover.key")).toHaveValue(KEY);
  await app.button("accept.submit").click();
}

test("creating a transfer leaves no trace of the key or the token", async ({ app, page, server }) => {
  const search = new Search(app, server);
  await app.useDemoProject("A");
  await app.choose("data-01");
  await withCanary(page);
  await app.create();
  await expect(app.dialog).toBeVisible();
  await search.expectNoTraceOf(KEY, TOKEN);
  expect(await app.key()).toBe(KEY);
  expect(await search.html()).toContain(KEY);
  await app.button("handover.download").click();
  await app.button("handover.close").click();
  await expect(app.dialog).toBeHidden();
  await search.expectNoTraceOf(KEY, TOKEN);
});

test("accepting a transfer leaves no trace of the key or the token", async ({ app, page, server }) => {
  const search = new Search(app, server);
  await app.useDemoProject("B");
  await app.show("accept.title");
  await app.textbox("handover.id").fill("00000000-0000-4000-8000-000000000000");
  await app.textbox("handover.key").fill(KEY);
  expect(await search.html()).toContain(KEY);
  await app.button("accept.submit").click();
  await expect(app.alert).toContainText(app.text("accept.not_found"));
  await expect(app.alert).not.toContainText(KEY);

  // Accepts a transfer from a file.
  await page.route("**/accept", (route) =>
    route.fulfill({ status: 202, json: { transfer: { id: "t", volume_id: DATA_01, name: null, links: [] } } }),
  );
  await acceptCanary(app);
  await expect(app.textbox("handover.key")).toHaveValue("");
  await search.expectNoTraceOf(KEY, PROJECT_B.token);
});

/** Returns how often a string occurs in the module's memory. */
const occurrences = (page: Page, text: string) => page.evaluate(traces.occurrences, text);

/** Reloads the page with the module's memory exposed. */
async function reloadExposed(app: App, page: Page): Promise<void> {
  await page.addInitScript(traces.exposeMemory);
  await page.reload();
  await expect(app.button("connect.submit")).toBeVisible();
}

test.describe("the module's memory", () => {
  test.beforeEach(async ({ app, page }) => reloadExposed(app, page));

  test("contains no key after the dialog is closed", async ({ app, page }) => {
    await app.useDemoProject("A");
    await app.choose("data-01");
    await withCanary(page);
    await app.create();
    expect(await app.key()).toBe(KEY);
    expect(await occurrences(page, KEY)).toBeGreaterThan(0);
    await app.button("handover.copy").click();
    await app.button("handover.download").click();
    await app.button("handover.close").click();
    await expect(app.dialog).toBeHidden();
    expect(await occurrences(page, KEY.slice(8))).toBe(0);
  });

  test("contains no key after it has been used", async ({ app, page }) => {
    await app.useDemoProject("B");
    await acceptCanary(app);
    await expect(app.alert).toContainText(app.text("accept.not_found"));
    expect(await occurrences(page, KEY.slice(8))).toBe(0);
  });
});

test.describe("signing in", () => {
  // A password, a passcode and an application secret that occur nowhere else on the page.
  const PASSWORD = "canary-passw0rd";
  const PASSCODE = "71936482";
  const SECRET = "canary-s3cret";
  const RECEIPT = "canary-receipt-0badf00d";
  const TOKENS = ["canary-token-1cafe", "canary-token-2cafe"] as const;

  /** Replaces the identity service, and returns what the page sends. A password also requires a passcode. */
  async function withCanaries(page: Page): Promise<string[]> {
    const seen: string[] = [];
    const user = { id: "u", name: "alice", domain: { name: "account-a" } };
    await page.route("**/identity/v3/auth/**", (route) => {
      const request = route.request();
      const body = postData(request) ?? "";
      seen.push(body, JSON.stringify(request.headers()));
      if (request.url().endsWith("/projects")) {
        return route.fulfill({ json: { projects: [{ id: PROJECT_A.id, name: "project-a", enabled: true }] } });
      }
      if (request.method() === "DELETE") return route.fulfill({ status: 204 });
      if (body.includes(PASSWORD) && !body.includes(PASSCODE)) {
        return route.fulfill({
          status: 401,
          headers: { "Openstack-Auth-Receipt": RECEIPT },
          json: { receipt: { methods: ["password"], user }, required_auth_methods: [["password", "totp"]] },
        });
      }
      const scoped = body.includes(PROJECT_A.id) || body.includes(SECRET);
      const token = { user, expires_at: "2099-01-01T00:00:00.000000Z", ...(scoped && { project: { id: PROJECT_A.id, name: "project-a" } }) };
      return route.fulfill({ status: 201, headers: { "X-Subject-Token": TOKENS[scoped ? 1 : 0] }, json: { token } });
    });
    // The sandbox doesn't know the canary token.
    await page.route("**/v2/**", (route) =>
      route.continue({ headers: { ...route.request().headers(), "x-auth-token": PROJECT_A.token } }),
    );
    return seen;
  }

  test("leaves no trace of the password, the passcode, the receipt or the tokens", async ({ app, page, server }) => {
    const search = new Search(app, server);
    const seen = await withCanaries(page);
    await app.signInAs("alice", "account-a", PASSWORD);
    await app.textbox("signin.passcode").fill(PASSCODE);
    await app.button("connect.submit").click();
    await expect(app.checkbox("data-01")).toBeVisible();
    // The canaries were really used.
    for (const secret of [PASSWORD, PASSCODE, RECEIPT, TOKENS[0]]) expect(seen.join()).toContain(secret);
    await search.expectNoTraceOf(PASSWORD, PASSCODE, RECEIPT, ...TOKENS);
    expect(await occurrences(page, PASSWORD.slice(3))).toBe(0);
    expect(await occurrences(page, PASSCODE)).toBe(0);
    expect(await occurrences(page, RECEIPT.slice(8))).toBe(0);
    expect(await occurrences(page, TOKENS[0].slice(7))).toBe(0);
    // Only the token in use remains.
    expect(await occurrences(page, TOKENS[1].slice(7))).toBeGreaterThan(0);
    await app.button("connect.menu").click();
    await app.button("signin.out").click();
    await expect(app.signIn).toBeVisible();
    await search.expectNoTraceOf(PASSWORD, PASSCODE, RECEIPT, ...TOKENS);
    await expect.poll(() => occurrences(page, TOKENS[1].slice(7))).toBe(0);
  });

  test("leaves no trace of an application credential's secret", async ({ app, page, server }) => {
    const search = new Search(app, server);
    const seen = await withCanaries(page);
    await app.signInWith("application");
    await app.textbox("signin.credential").fill("console");
    await page.getByLabel(app.text("signin.secret"), { exact: true }).fill(SECRET);
    await app.button("connect.submit").click();
    await expect(app.checkbox("data-01")).toBeVisible();
    expect(seen.join()).toContain(SECRET);
    await search.expectNoTraceOf(SECRET, ...TOKENS);
    expect(await occurrences(page, SECRET.slice(3))).toBe(0);
  });

  test("error messages contain no password", async ({ app, page, server }) => {
    const search = new Search(app, server);
    await page.route("**/identity/v3/auth/tokens", (route) => {
      const message = `Invalid input: '${postData(route.request())}'`;
      return route.fulfill({ status: 400, json: { error: { code: 400, message, title: "Bad Request" } } });
    });
    await app.signInAs("alice", "account-a", PASSWORD);
    await expect(app.alert).toContainText(app.text("rejection.malformed"));
    await app.password.fill("");
    await search.expectNoTraceOf(PASSWORD);
  });

  test.beforeEach(async ({ app, page }) => reloadExposed(app, page));
});

test("messages about invalid responses contain no key", async ({ app, page, server }) => {
  const search = new Search(app, server);
  await app.useDemoProject("A");
  await app.choose("data-01");
  const key = { auth_key: KEY, volume_id: "b104b8db-170d-441b-897a-3c8ba9c5a214", id: "t" };
  for (const [status, body] of [
    [202, JSON.stringify({ transfer: key })],
    [202, JSON.stringify({ transfer: key }).slice(0, -3)],
    [202, JSON.stringify({ transfer: { ...key, id: null } })],
    [500, JSON.stringify({ transfer: key })],
    [400, JSON.stringify({ transfer: key })],
  ] as const) {
    await page.route("**/os-volume-transfer", (route) => route.fulfill({ status, body }));
    await app.create();
    await expect(app.alert).toBeVisible();
    await expect(page.getByText(app.text("unknown.looking"))).toHaveCount(0);
    await search.expectNoTraceOf(KEY, TOKEN);
    await page.unroute("**/os-volume-transfer");
  }
  expect(app.posts).toHaveLength(5);
});

test("stores the connection for this tab only, and only on request", async ({ app, page, context }) => {
  const stored = () => page.evaluate(() => JSON.stringify({ ...sessionStorage, ...localStorage }));
  await app.connect(PROJECT_A.id, TOKEN);
  await expect(app.table).toBeVisible();
  expect(await stored()).not.toContain(TOKEN);

  await app.changeConnection();
  await page.getByLabel(app.text("connect.keep")).check();
  await app.connect(PROJECT_A.id, TOKEN);
  await expect(app.signIn).toBeHidden();
  expect(await stored()).toContain(TOKEN);
  await page.reload();
  await expect(app.token).toHaveValue(TOKEN);

  const other = await context.newPage();
  await other.goto(app.server.url);
  await expect(other.locator("#token")).toHaveValue("");

  // Clearing the checkbox removes the stored data.
  await page.getByLabel(app.text("connect.keep")).uncheck();
  await app.connect(PROJECT_A.id, TOKEN);
  await expect(app.signIn).toBeHidden();
  expect(await stored()).not.toContain(TOKEN);
});

test("shows markup in names as text", async ({ app, page }) => {
  await app.useDemoProject("A");
  const name = "<img src=x onerror=alert(1)>";
  await app.choose(name);
  await app.name("<script>alert(2)</script>\u202e\u200b");
  await app.create();
  await expect(app.dialog).toContainText("<script>alert(2)</script>");
  await expect(page.locator("img")).toHaveCount(0);
  expect(app.consoleMessages).toEqual([]);
});

test("the content security policy blocks injected scripts", async ({ app, page }) => {
  let requests = 0;
  const elsewhere = createServer((_, response) => {
    requests++;
    response.setHeader("Access-Control-Allow-Origin", "*");
    response.setHeader("Content-Type", "text/javascript");
    response.end("window.injected = 4");
  });
  await new Promise<void>((done) => elsewhere.listen(0, "127.0.0.1", done));
  const remote = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/`;
  const attempts = await page.evaluate(async (remote) => {
    const script = () => document.body.appendChild(document.createElement("script"));
    const injections = [
      // Trusted Types block these before anything is loaded.
      () => (script().src = remote),
      () => (script().textContent = "window.injected = 1"),
      () => (document.body.innerHTML = "<img src=x onerror='window.injected = 2'>"),
      // The allowlist of scripts blocks these.
      ...["data:text/javascript,window.injected=3", remote].map((url) => () => import(url)),
    ];
    return Promise.all(injections.map((inject) => Promise.resolve().then(inject).then(() => "done", (error) => error.name)));
  }, remote);
  expect(attempts).toEqual(Array(5).fill("TypeError"));
  // Chromium names the missing type, and Firefox the directive.
  const blocked = (reason: RegExp) => app.consoleMessages.filter((message) => reason.test(message)).length;
  await expect.poll(() => [blocked(/requires 'Trusted|require-trusted-types-for/), blocked(/script-src/)]).toEqual([3, 2]);
  expect(await page.evaluate(() => "injected" in window)).toBe(false);
  // Scripts that do run can't send anything to other hosts.
  const sent = await page.evaluate((remote) => fetch(remote).then(() => true, () => false), remote);
  expect(sent).toBe(false);
  expect(requests).toBe(0);
  elsewhere.close();
});
