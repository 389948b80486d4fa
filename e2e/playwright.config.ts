import { defineConfig } from "@playwright/test";
import type { Options } from "./tests/console.ts";

// Chromium's sandbox does not work for root, which is who runs the tests in most containers.
const root = process.getuid?.() === 0;

export default defineConfig<Options>({
  // The page with its server; the npm package in what people build with; odd responses to both;
  // the page with a Cinder.
  projects: [
    { name: "page", testDir: "./tests" },
    // The same tests under an imitation of a translator, except for screenshots and timings.
    {
      name: "translated",
      testDir: "./tests",
      testIgnore: ["looks.spec.ts", "long.spec.ts"],
      use: { translated: true },
    },
    { name: "package", testDir: "./package/tests" },
    { name: "responses", testDir: "./responses" },
    // A real service takes its time.
    { name: "conformance", testDir: "./conformance", timeout: 120_000, expect: { timeout: 20_000 } },
  ],
  fullyParallel: true,
  forbidOnly: Boolean(process.env.CI),
  workers: 2,
  // A test that passes the second time has found something too.
  retries: 0,
  timeout: 30_000,
  reporter: "list",
  use: {
    browserName: "chromium",
    launchOptions: {
      // The browser that is there: `cargo xtask test` looks for it, and downloads none.
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: [
        ...(root ? ["--no-sandbox"] : []),
        "--disable-gpu",
        "--disable-background-networking",
      ],
    },
    // Recordings would keep tokens and keys.
    trace: "off",
    video: "off",
  },
});
