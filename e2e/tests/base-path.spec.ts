// The page under a base path, and behind a proxy that removes the path.

import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { App, expect, test } from "./console.ts";
import { Server } from "./server.ts";

/** Signs in, and creates a transfer. */
async function createTransfer(app: App): Promise<void> {
  await app.open();
  await expect(app.textbox("signin.user")).toBeVisible();
  await app.signInAsAlice();
  await app.choose("data-01");
  await app.create();
  expect(await app.key()).toMatch(/^[0-9a-f]{16}$/);
}

test("works under a base path", async ({ page }) => {
  const server = await Server.start("--base-path", "/cloud/transfer");
  expect(server.url).toMatch(/\/cloud\/transfer\/$/);
  const app = new App(page, server);
  await createTransfer(app);
  expect(app.posts.map(({ url }) => new URL(url).pathname.split("/").slice(0, 4).join("/"))).toContain("/cloud/transfer/v2");
  await server.kill();
});

test("works behind a proxy that removes the path", async ({ page }) => {
  const server = await Server.start();
  const proxy = createServer((incoming, outgoing) => {
    if (!incoming.url!.startsWith("/transfer/")) return outgoing.writeHead(404).end();
    const { method, headers } = incoming;
    const target = new URL(incoming.url!.slice("/transfer".length), server.url);
    incoming.pipe(request(target, { method, headers }, (response) => {
      outgoing.writeHead(response.statusCode!, response.headers);
      response.pipe(outgoing);
    }));
  });
  await new Promise<void>((done) => proxy.listen(0, "127.0.0.1", done));
  const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}/transfer/`;
  await createTransfer(new App(page, { url } as unknown as Server));
  proxy.closeAllConnections();
  proxy.close();
  await server.kill();
});
