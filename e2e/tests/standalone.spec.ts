// The server's binary with no other files: in an empty folder and, if this machine permits it, in a read-only container.

import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { App, expect, test } from "./console.ts";
import { BINARY, Server } from "./server.ts";

/** Runs a program as another user, on a read-only file system. */
const CONTAINER =
  "--unshare-user --unshare-pid --unshare-ipc --uid 65532 --gid 65532 --cap-drop ALL --clearenv --die-with-parent --chdir /".split(" ");

/** Returns whether this machine can run the binary in a container. Only a static binary needs no other files. */
const hasContainer = () =>
  BINARY.includes("musl") && spawnSync("bwrap", ["--ro-bind", "/", "/", "--unshare-user", "true"]).status === 0;

test("hands a volume over with the embedded page and the sandbox", async ({ page }) => {
  test.skip(!BINARY.includes("/distribution/"), "the binary contains no page");
  const folder = mkdtempSync(join(tmpdir(), "standalone-"));
  try {
    copyFileSync(BINARY, join(folder, "console"));
    await handOver(page, await Server.run(join(folder, "console"), [], folder));
    if (hasContainer()) {
      await handOver(page, await Server.run("bwrap", [...CONTAINER, "--ro-bind", folder, "/", "/console"]));
    }
    expect(readdirSync(folder)).toEqual(["console"]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

async function handOver(page: Page, server: Server): Promise<void> {
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
  await server.kill();
}
