// Tests the page in `examples/playground`, and runs the `curl` command that it shows.

import { execFileSync } from "node:child_process";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { expect, test as base, type Page } from "@playwright/test";
import { violations } from "../../axe.ts";
import { DATA_01, PROJECT_A, Server } from "../../tests/server.ts";
import { project, recordErrors, serve, STRICT } from "../host.ts";

const test = base.extend<{ playground: Page; server: Server }>({
  server: async ({}, use) => {
    const server = await Server.start();
    await use(server);
    await server.kill();
  },
  playground: async ({ page }, use) => {
    const errors = recordErrors(page);
    const root = project({});
    for (const file of ["index.html", "main.js", "style.css"]) {
      cpSync(new URL(`../../../examples/playground/${file}`, import.meta.url), join(root, file));
    }
    const site = await serve(root, `${STRICT}; style-src 'self'`);
    await page.goto(site.url);
    await expect(page.getByRole("status")).toHaveText("Eligible");
    await use(page);
    await site.close();
    expect(errors).toEqual([]);
  },
});

test("shows what is wrong with a name and a volume", async ({ playground: page }) => {
  const name = page.getByRole("textbox", { name: "Transfer name" });
  await name.fill("卷".repeat(86));
  await expect(name).toHaveAccessibleDescription("258 of 255 bytes");
  await expect(page.getByText("The name is too long.")).toBeVisible();
  await page.getByRole("combobox", { name: "Service" }).selectOption("Cinder");
  await expect(name).toHaveAccessibleDescription("86 of 255 characters");
  await expect(page.getByText("The name is too long.")).toBeHidden();
  await page.getByRole("combobox", { name: "Service" }).selectOption("EVS v2");
  await name.fill("");

  const volume = page.getByRole("textbox", { name: "Volume" });
  await volume.fill(JSON.stringify({ id: DATA_01, status: "in-use", encrypted: true }));
  await expect(page.getByRole("status")).toHaveText("Not eligible");
  await expect(page.getByText("Not encrypted: not met")).toBeVisible();
  await expect(page.getByText("Its status is “in-use”.")).toBeVisible();
  // The format in which the service returns a single volume.
  await volume.fill(JSON.stringify({ volume: { id: DATA_01, status: "available" } }));
  await expect(page.getByRole("status")).toHaveText("Eligible");
  await volume.fill("{");
  await expect(page.getByText("This isn't a volume record.")).toBeVisible();
  await expect(page.getByRole("region", { name: "Request" })).toBeEmpty();
});

test("shows a request that curl can send", async ({ playground: page, server }) => {
  await page.getByRole("textbox", { name: "Transfer name" }).fill(`it's "B"`);
  const command = await page.getByRole("region", { name: "Request" }).innerText();
  const variables = { ...process.env, ENDPOINT: server.url, TOKEN: PROJECT_A.token };
  const response = execFileSync("sh", ["-c", `${command} --silent`], { env: variables, encoding: "utf8" });
  expect(JSON.parse(response).transfer).toMatchObject({ volume_id: DATA_01, name: `it's "B"` });
});

test("is accessible in both color schemes", async ({ playground: page }) => {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await violations(page)).toEqual([]);
  }
});
