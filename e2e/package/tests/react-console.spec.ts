// Builds the React console in `examples`, and transfers volumes with both of its forms.

import { cpSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test as base, type Page } from "@playwright/test";
import { build } from "vite";
import { forwardTo } from "../../proxy.ts";
import { DATA_01, Server } from "../../tests/server.ts";
import { project, serve, STRICT } from "../host.ts";

// Ant Design adds styles to the document.
const POLICY = `${STRICT}; style-src 'unsafe-inline'; img-src data:`;

const test = base.extend<{ server: Server; console: Page }, { built: string }>({
  built: [
    async ({}, use) => {
      const root = project({});
      cpSync(new URL("../../../examples/react-console", import.meta.url), root, {
        recursive: true,
        filter: (path) => !path.includes("node_modules"),
      });
      for (const name of ["antd", "vite"]) {
        symlinkSync(new URL(`../../node_modules/${name}`, import.meta.url), join(root, "node_modules", name));
      }
      await build({ root, logLevel: "error" });
      await use(join(root, "dist"));
    },
    { scope: "worker" },
  ],
  server: async ({}, use) => {
    const server = await Server.start();
    await use(server);
    await server.kill();
  },
  console: async ({ page, built, server }, use) => {
    const site = await serve(built, POLICY, undefined, forwardTo(server.url));
    await page.goto(site.url);
    await use(page);
    await site.close();
  },
});

// Runs the tests in one worker, which builds the console only once.
test.describe.configure({ mode: "default" });

const row = (page: Page, name: string) => page.getByRole("row", { name });

test("transfers a volume with the ready-made form", async ({ console: page, server }) => {
  await row(page, "data-01").getByRole("button", { name: "Transfer", exact: true }).click();
  await page.getByRole("textbox", { name: "Transfer name" }).fill("first volume");
  await page.getByRole("button", { name: "Create transfer" }).click();
  await page.getByRole("button", { name: "I have saved the key" }).click();
  expect(await server.transfers()).toMatchObject([{ volume_id: DATA_01, name: "first volume" }]);
  // The console loads the list again.
  await expect(row(page, "data-01")).toContainText("awaiting-transfer");
});

test("transfers a volume with the console's own form", async ({ console: page, server }) => {
  await row(page, "data-01").getByRole("button", { name: "Transfer (own form)" }).click();
  const name = page.getByRole("textbox", { name: "Transfer name" });
  await name.pressSequentially("a".repeat(256));
  await page.getByRole("button", { name: "Create transfer" }).click();
  await expect(page.getByText("this name has 256")).toBeVisible();
  expect(await server.transfers()).toEqual([]);
  await name.press("ControlOrMeta+a");
  await name.pressSequentially("first volume");
  await page.getByRole("button", { name: "Create transfer" }).click();
  await expect(page.getByText("Authorization key", { exact: true })).toBeVisible();
  expect(await server.transfers()).toMatchObject([{ volume_id: DATA_01, name: "first volume" }]);
  await page.getByRole("button", { name: "I have saved the key" }).click();
  await expect(row(page, "data-01")).toContainText("awaiting-transfer");
});

test("says why a volume can't be transferred", async ({ console: page }) => {
  await row(page, "worst-case").getByText("Not eligible").hover();
  await expect(page.getByRole("tooltip")).toContainText("It is encrypted.");
});
