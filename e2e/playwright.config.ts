import { defineConfig } from "@playwright/test";
import type { Options } from "./tests/console.ts";

// Chromium's sandbox doesn't work for root, which runs the tests in most containers.
const root = process.getuid?.() === 0;

export default defineConfig<Options>({
  projects: [
    // The page with its server.
    { name: "page", testDir: "./tests" },
    // Under an imitation of a translator: the tests in which a stale text could mislead.
    {
      name: "translated",
      testDir: "./tests",
      testMatch: ["main-job", "many", "life", "posts", "list", "table", "accept", "pending", "walks"].map((name) => `${name}.spec.ts`),
      use: { translated: true },
    },
    // The installed npm package.
    { name: "package", testDir: "./package/tests" },
    // Odd responses to the gateway, the package and the page.
    { name: "responses", testDir: "./responses" },
    // The page with a real Cinder, and with a real Keystone. Both are slower.
    ...["cinder", "keystone"].map((name) => ({
      name,
      testDir: "./conformance",
      testMatch: `${name}.spec.ts`,
      timeout: 120_000,
      expect: { timeout: 20_000 },
    })),
  ],
  fullyParallel: true,
  forbidOnly: Boolean(process.env.CI),
  workers: 2,
  // A test that passes only the second time has found a bug, too.
  retries: 0,
  // Generous, since a test that waits too long fails anyway, and machines differ in speed.
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: "list",
  use: {
    browserName: "chromium",
    launchOptions: {
      // The installed browser. `cargo xtask test` finds it and downloads none.
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: [
        ...(root ? ["--no-sandbox"] : []),
        "--disable-gpu",
        "--disable-background-networking",
      ],
    },
    // Recordings would contain tokens and keys.
    trace: "off",
    video: "off",
  },
});
