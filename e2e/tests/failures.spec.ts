// Failures of a create request. In each case the input is kept, the page says what happened and what
// to do, and no second transfer is created. docs/failures.md lists them.

import { readFileSync } from "node:fs";
import { createServer, request as forward, type Server as Http } from "node:http";
import type { AddressInfo } from "node:net";
import type { Page, Route } from "@playwright/test";
import { App, expect, test } from "./console.ts";
import { deliver, gate } from "./routes.ts";
import { DATA_01, PROJECT_A, Server } from "./server.ts";

const POST = "**/os-volume-transfer";

/** Fills in and submits the form, with a handler for its request. */
async function createWith(app: App, page: Page, handler: (route: Route) => unknown): Promise<void> {
  await app.useDemoProject("A");
  await app.choose("data-01");
  await app.name("kept");
  await page.route(POST, handler);
  await app.create();
}

async function expectInputKept(app: App, transfers: number): Promise<void> {
  await expect(app.textbox("create.name")).toHaveValue("kept");
  expect(app.posts).toHaveLength(1);
  expect(await app.server.transfers()).toHaveLength(transfers);
}

/** Shortens the timeout of the page's requests. */
async function shortenTimeout(page: Page, milliseconds: number): Promise<void> {
  await page.addInitScript((milliseconds) => {
    const timeout = AbortSignal.timeout.bind(AbortSignal);
    AbortSignal.timeout = () => timeout(milliseconds);
  }, milliseconds);
}

test("sends one request while Enter is held down", async ({ app, page }) => {
  await app.useDemoProject("A");
  await app.choose("data-01");
  const { opened, open } = gate();
  await page.route(POST, async (route) => {
    await opened;
    await route.continue();
  });
  await app.textbox("create.name").focus();
  // A key that is held down repeats.
  for (let times = 0; times < 20; times++) await page.keyboard.down("Enter");
  await page.keyboard.up("Enter");
  open();
  await expect(app.dialog).toBeVisible();
  expect(app.posts).toHaveLength(1);
  expect(await app.server.transfers()).toHaveLength(1);
});

test("finds the transfer after a truncated response", async ({ app, page, server }) => {
  const proxy = await truncatingProxy(server.url);
  await page.goto(`http://127.0.0.1:${(proxy.address() as AddressInfo).port}`);
  await app.useDemoProject("A");
  await app.choose("data-01");
  await app.name("kept");
  await app.create();
  await expect(app.alert).toContainText(app.text("response.connection"));
  const [transfer] = await server.transfers();
  await expect(app.alert).toContainText(app.text("unknown.made", { id: transfer!.id }));
  await expectInputKept(app, 1);
  proxy.closeAllConnections();
  proxy.close();
});

/** Starts a proxy that closes the connection in the middle of the response to a create request. */
async function truncatingProxy(upstream: string): Promise<Http> {
  const proxy = createServer((incoming, outgoing) => {
    const forwarded = forward(upstream + incoming.url, { method: incoming.method, headers: incoming.headers }, (response) => {
      outgoing.writeHead(response.statusCode!, response.headers);
      if (incoming.method === "POST") {
        response.once("data", (bytes: Buffer) => {
          outgoing.write(bytes.subarray(0, bytes.length / 2), () => outgoing.destroy());
        });
      } else {
        response.pipe(outgoing);
      }
    });
    forwarded.on("error", () => outgoing.destroy());
    incoming.pipe(forwarded);
  });
  await new Promise<void>((done) => proxy.listen(0, "127.0.0.1", done));
  return proxy;
}

for (const created of [true, false]) {
  test(`a timeout with ${created ? "a transfer created" : "nothing created"}`, async ({ app, page, server }) => {
    await shortenTimeout(page, 1500);
    await page.reload();
    await createWith(app, page, async (route) => {
      if (created) await deliver(route);
      // Never responds.
    });
    await expect(app.alert).toContainText(app.text("response.timeout"));
    const text = created
      ? app.text("unknown.made", { id: (await server.transfers())[0]!.id })
      : app.text("unknown.not_made");
    await expect(app.alert).toContainText(text);
    await expectInputKept(app, created ? 1 : 0);
  });
}

test.describe("a refusal", () => {
  const refusals = [
    ["403 from the policy", 403, { forbidden: { code: 403, message: "Policy doesn't allow volume:create_transfer to be performed." } }, {}, "permission"],
    ["403 from the gateway", 403, { error_code: "APIGW.0302", error_msg: "The IAM user does not have permission." }, {}, "permission"],
    ["404 for a volume that is gone", 404, { itemNotFound: { code: 404, message: `Volume ${DATA_01} could not be found.` } }, {}, "not_found"],
    ["400 from Cinder, status", 400, { badRequest: { code: 400, message: "Invalid volume: status must be available" } }, {}, "refused"],
    ["400 from Cinder, lost race", 400, { badRequest: { code: 400, message: `Invalid volume: Transfer: Volume id ${DATA_01} expected in available state.` } }, {}, "refused"],
    ["400 from Cinder, encrypted", 400, { badRequest: { code: 400, message: "Invalid volume: transferring encrypted volume is not supported" } }, {}, "refused"],
    ["400 from EVS, status", 400, { error: { code: "EVS.5400", message: "Invalid volume: status must be available" } }, {}, "refused"],
    ["400 from EVS, in a badrequest envelope", 400, { badrequest: { code: "XXX", message: "the volume cannot be transferred" } }, {}, "refused"],
    ["400 for an invalid name", 400, { badRequest: { code: 400, message: "Invalid input for field/attribute name. Value: kept." } }, {}, "refused"],
    ["400 for a truncated token", 400, { error: { code: "Common.0013", message: "Invalid token in the header" } }, {}, "token"],
    ["413 with Retry-After", 413, { overLimit: { code: 413, message: "VolumeLimitExceeded", retryAfter: "0" } }, { "Retry-After": "0" }, "quota"],
    ["413 without Retry-After", 413, { error: { code: "EVS.5413", message: "Insufficient volume quota." } }, {}, "quota"],
    ["429 with an empty body", 429, "", {}, "busy"],
    ["431 for a long token", 431, "", {}, "token_too_long"],
    ["400 from a proxy for a long token", 400, "<html><title>400 Request Header Or Cookie Too Large</title></html>", {}, "token_too_long"],
  ] as const;
  for (const [what, status, body, headers, kind] of refusals) {
    test(what, async ({ app, page }) => {
      await createWith(app, page, (route) =>
        route.fulfill({
          status,
          headers: { ...headers, "X-Openstack-Request-Id": "req-of-support" },
          body: typeof body === "string" ? body : JSON.stringify(body),
        }),
      );
      const alert = app.alert.filter({ hasText: app.text("create.rejected") });
      await expect(alert).toContainText(app.text(`response.${kind}`));
      await expect(alert).toContainText(String(status));
      await expect(alert).toContainText("req-of-support");
      const error = typeof body === "string" ? {} : (Object.values(body)[0] as { message?: string });
      if (error.message) await expect(alert).toContainText(error.message);
      await expectInputKept(app, 0);
      // The request can be repeated at once.
      await page.unroute(POST);
      await app.create();
      await expect(app.dialog).toBeVisible();
    });
  }
});

test.describe("a server that fails", () => {
  for (const status of [500, 502, 503, 504]) {
    for (const [what, body] of [
      ["JSON", '{"computeFault":{"code":500,"message":"The server has either erred."}}'],
      ["HTML", "<html><b>Bad gateway</b></html>"],
      ["nothing", ""],
    ]) {
      test(`${status} with ${what}`, async ({ app, page, server }) => {
        // The transfer is created before the failure.
        await createWith(app, page, async (route) => {
          await deliver(route);
          await route.fulfill({ status, body: body! });
        });
        await expect(app.alert).toContainText(app.text("response.failed"));
        await expect(app.alert).toContainText(String(status));
        await expect(app.alert.locator("b")).toHaveCount(0);
        const [transfer] = await server.transfers();
        await expect(app.alert).toContainText(app.text("unknown.made", { id: transfer!.id }));
        await expectInputKept(app, 1);
      });
    }
  }
});

test.describe("a 202", () => {
  /** Returns a handler that changes the real response. */
  const changing = (change: (transfer: Record<string, unknown>) => void, type = "application/json") =>
    async (route: Route) => {
      const response = await deliver(route);
      const body = await response.json();
      change(body.transfer);
      await route.fulfill({ status: 202, contentType: type, body: JSON.stringify(body) });
    };

  test("with an empty body", async ({ app, page, server }) => {
    await createWith(app, page, async (route) => {
      await deliver(route);
      await route.fulfill({ status: 202, body: "" });
    });
    await expect(app.alert).toContainText(app.text("response.unreadable", { status: 202 }));
    const [transfer] = await server.transfers();
    await expect(app.alert).toContainText(app.text("unknown.made", { id: transfer!.id }));
    await expectInputKept(app, 1);
  });

  test("without auth_key", async ({ app, page, server }) => {
    await createWith(app, page, changing((transfer) => delete transfer.auth_key));
    await expect(app.alert).toContainText(app.text("response.unreadable", { status: 202 }));
    const [transfer] = await server.transfers();
    await expect(app.alert).toContainText(app.text("unknown.made", { id: transfer!.id }));
    await expectInputKept(app, 1);
  });

  test("with a different volume_id", async ({ app, page, server }) => {
    await createWith(app, page, changing((transfer) => (transfer.volume_id = "b104b8db-170d-441b-897a-3c8ba9c5a214")));
    await expect(app.alert).toContainText(app.text("response.other_volume"));
    const [transfer] = await server.transfers();
    await expect(app.alert).toContainText(app.text("unknown.made", { id: transfer!.id }));
    await expectInputKept(app, 1);
  });

  test("with unknown fields, the wrong content type and a javascript: link", async ({ app, page }) => {
    await createWith(app, page, changing((transfer) => {
      transfer.next_year = { s: [1, null] };
      transfer.links = [{ rel: "self", href: "javascript:alert(1)" }];
    }, "text/html"));
    await expect(app.dialog).toBeVisible();
    expect(await app.key()).toMatch(/^[0-9a-f]{16}$/);
    await expect(app.dialog).toContainText("self: javascript:alert(1)");
    await expect(app.dialog.getByRole("link")).toHaveCount(0);
  });
});

test("scrolls a rejection into view below a long list of requirements", async ({ app, page }) => {
  await page.route(POST, (route) => route.fulfill({ status: 400, json: { badRequest: { code: 400, message: "Invalid volume" } } }));
  await page.setViewportSize({ width: 1440, height: 900 });
  await app.useDemoProject("A");
  await app.choose("data-01");
  await app.showAllChecks();
  await expect(app.button("create.submit")).toBeEnabled();
  // Playwright's own click would scroll the panel, as would the keyboard focus.
  await page.locator(".panel").evaluate((panel) => panel.scrollTo(0, 0));
  const { x, y } = (await app.button("create.submit").boundingBox())!;
  await page.mouse.click(x + 10, y + 10);
  await expect(app.alert.getByText("Invalid volume")).toBeInViewport();
});

test("a redirect to a login page", async ({ app, page }) => {
  await createWith(app, page, (route) => route.fulfill({ status: 302, headers: { Location: "/login" } }));
  await expect(app.alert).toContainText(app.text("unknown.title"));
  await expect(app.alert).toContainText(app.text("unknown.not_made"));
  await expectInputKept(app, 0);
});

test("mentions CORS if the endpoint doesn't allow requests from the page", async ({ page }) => {
  const elsewhere = createServer((_, response) => response.end('{"volumes":[]}'));
  await new Promise<void>((done) => elsewhere.listen(0, "127.0.0.1", done));
  const endpoint = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}`;
  const server = await Server.start("--allow-endpoint", endpoint);
  const app = new App(page, server);
  await app.open();
  await app.useToken();
  await app.textbox("connect.endpoint").fill(endpoint);
  await app.connect(PROJECT_A.id, PROJECT_A.token);
  await expect(app.alert).toContainText("CORS");
  await expect(app.textbox("connect.project")).toHaveValue(PROJECT_A.id);
  await server.kill();
  elsewhere.closeAllConnections();
  elsewhere.close();
});

test.describe("leaving", () => {
  for (const when of ["while posting", "while the key is shown"]) {
    for (const [how, leave] of [
      ["reloading", (page: Page) => page.evaluate(() => setTimeout(() => location.reload()))],
      ["going back", (page: Page) => page.evaluate(() => setTimeout(() => history.back()))],
      ["closing the tab", (page: Page) => page.close({ runBeforeUnload: true })],
    ] as const) {
      test(`by ${how} ${when} requires confirmation`, async ({ app, page }) => {
        await page.goto("about:blank");
        await app.open();
        const dialogs: string[] = [];
        page.on("dialog", (dialog) => {
          dialogs.push(dialog.type());
          void dialog.dismiss();
        });
        const { opened, open } = gate();
        await createWith(app, page, async (route) => {
          if (when === "while posting") await opened;
          await route.continue();
        });
        if (when !== "while posting") await expect(app.dialog).toBeVisible();
        await leave(page);
        await expect.poll(() => dialogs).toEqual(["beforeunload"]);
        open();
        // The user stays, so nothing is lost.
        await expect(app.dialog).toBeVisible();
        expect(await app.key()).toMatch(/^[0-9a-f]{16}$/);
        expect(app.posts).toHaveLength(1);
      });
    }
  }

  test("anyway leaves behind a transfer, which the page lists when it is opened again", async ({ app, page, server }) => {
    await app.useDemoProject("A");
    await app.choose("data-01");
    await app.create();
    await expect(app.dialog).toBeVisible();
    page.on("dialog", (dialog) => void dialog.accept());
    await page.reload();
    await app.useDemoProject("A");
    const [transfer] = await server.transfers();
    await app.show("transfers.title");
    await expect(app.transfers).toContainText(transfer!.id);
    await app.cancel(transfer!.id);
    await expect(page.getByText(app.text("news.cancelled", { volume: "data-01" }))).toBeVisible();
  });
});

test("shows 10,000 volumes if the last page fails to load", async ({ app, page }) => {
  const PAGE = 1000;
  await page.route("**/cloudvolumes/detail*", (route) => {
    const marker = new URL(route.request().url()).searchParams.get("marker");
    const from = marker === null ? 0 : Number(marker.slice(-12)) + 1;
    if (from >= 10 * PAGE) return route.fulfill({ status: 503, body: "<html>" });
    const volumes = Array.from({ length: PAGE }, (_, index) => ({
      id: `00000000-0000-4000-8000-${String(from + index).padStart(12, "0")}`,
      name: `volume ${from + index}`,
      status: "available",
    }));
    return route.fulfill({ json: { volumes, volumes_links: [{ rel: "next", href: "x" }] } });
  });
  await app.useDemoProject("A");
  await expect(app.alert).toContainText(app.text("volumes.incomplete"));
  await expect(app.region("volumes.title")).toContainText(
    app.text("volumes.shown", { from: 1, to: 100, total: 10 * PAGE }),
  );
  await page.getByRole("searchbox").fill("volume 9999");
  await expect(app.checkboxes).toHaveCount(1);
  await app.choose("volume 9999");
});

test("docs/failures.md names existing tests", () => {
  const table = readFileSync(new URL("../../docs/failures.md", import.meta.url), "utf8");
  const rows = table.split("\n").filter((line) => line.startsWith("| ") && line.includes(".spec.ts"));
  expect(rows.length).toBeGreaterThan(25);
  for (const row of rows) {
    const [, , , where] = row.split("|").map((cell) => cell.trim());
    const [, file, title] = /^`([\w-]+\.spec\.ts)`: (.+)$/.exec(where!) ?? [];
    const source = readFileSync(new URL(file!, import.meta.url), "utf8");
    expect(source.includes(title!), `${file} has no “${title}”`).toBe(true);
  }
});
