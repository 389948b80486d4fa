// The server's binary with no other files: in an empty folder and, if this machine permits it, in a read-only container.

import { copyFileSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { containerProblem, inContainer } from "../container.mjs";
import { App, expect, test } from "./console.ts";
import { BINARY, Server } from "./server.ts";

test("hands a volume over with the embedded page and the sandbox", async ({ page }) => {
  test.skip(!BINARY.includes("/distribution/"), "the binary contains no page");
  const folder = mkdtempSync(join(tmpdir(), "standalone-"));
  try {
    copyFileSync(BINARY, join(folder, "console"));
    await handOver(page, await Server.run(join(folder, "console"), [], folder));
    const problem = containerProblem(BINARY);
    if (problem) {
      test.info().annotations.push({ type: "not run in a container", description: problem });
    } else {
      const [program, ...options] = inContainer(folder, "console");
      await handOver(page, await Server.run(program, options));
    }
    expect(readdirSync(folder)).toEqual(["console"]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** Creates a transfer on the page, and accepts it with the key that the page shows. */
async function handOver(page: Page, server: Server): Promise<void> {
  try {
    const app = new App(page, server);
    await app.open();
    await app.useDemoProject("A");
    await app.choose("data-01");
    await app.name("first volume");
    await app.create();
    await expect(app.dialog).toBeVisible();
    const [transfer] = await server.transfers();
    const key = await app.key();
    await app.button("handover.close").click();
    await server.accept(transfer!.id, key);
    expect(await server.transfers()).toEqual([]);
  } finally {
    await server.kill();
  }
}
