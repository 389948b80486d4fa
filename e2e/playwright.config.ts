import { availableParallelism } from "node:os";
import { defineConfig, type Project } from "@playwright/test";
import type { Options } from "./tests/console.ts";
import { DOWNLOADS, FIREFOX } from "./tests/firefox.ts";

// Chromium's sandbox doesn't work for root, which runs the tests in most containers.
const root = process.getuid?.() === 0;

const firefox: Project["use"] = {
  browserName: "firefox",
  channel: FIREFOX.channel,
  launchOptions: {
    executablePath: FIREFOX.executablePath,
    args: [],
    downloadsPath: DOWNLOADS,
    // The panel that lists the downloads would take the keyboard focus from the page.
    firefoxUserPrefs: { "browser.download.alwaysOpenPanel": false },
  },
};

export default defineConfig<Options>({
  projects: [
    // The page with its server.
    { name: "page", testDir: "./tests" },
    // With a simulated translator: the tests in which stale text could mislead the user.
    {
      name: "translated",
      testDir: "./tests",
      testMatch: ["main-job", "many", "life", "posts", "list", "table", "accept", "pending", "walks"].map((name) => `${name}.spec.ts`),
      use: { translated: true },
    },
    // In Firefox: the tests of behavior that could differ there.
    {
      name: "firefox",
      testDir: "./tests",
      testMatch: ["accept", "credentials", "life", "list", "main-job", "secrets", "start", "table"].map((name) => `${name}.spec.ts`),
      use: firefox,
    },
    // package/tests/hosts.spec.ts simulates an input method, which works only in Chromium.
    { name: "package-firefox", testDir: "./package/tests", testIgnore: "hosts.spec.ts", use: firefox },
    // The main job in WebKit, which has a driver of its own.
    { name: "webkit", testDir: "./webkit", workers: 1 },
    // The main job with a screen reader, in Firefox.
    { name: "screen-reader", testDir: "./screen-reader", workers: 1 },
    // The installed npm package.
    { name: "package", testDir: "./package/tests" },
    // Unusual responses, sent through the gateway to the package and the page.
    { name: "responses", testDir: "./responses" },
    // The page with a real Cinder and with a real Keystone, and the plugin with a real Horizon. These
    // tests are slower.
    ...["cinder", "keystone", "horizon"].map((name) => ({
      name,
      testDir: "./conformance",
      testMatch: `${name}.spec.ts`,
    })),
  ],
  // The accessibility trees don't depend on the platform.
  snapshotPathTemplate: "{testDir}/trees/{arg}{ext}",
  fullyParallel: true,
  forbidOnly: Boolean(process.env.CI),
  // Tests wait a lot, for example for timers, so each core can run more than one.
  workers: Math.ceil(availableParallelism() * 1.5),
  // A test that passes only on the second try has found a bug, too.
  retries: 0,
  // Generous, because machines differ in speed, and only failing tests wait this long.
  timeout: 180_000,
  expect: { timeout: 30_000 },
  reporter: "list",
  use: {
    browserName: "chromium",
    launchOptions: {
      // The installed browser, which `cargo xtask test` finds. Playwright doesn't download its own.
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: [
        ...(root ? ["--no-sandbox"] : []),
        "--disable-gpu",
        "--disable-background-networking",
        // For a host that isn't local, which browsers trust less.
        "--host-resolver-rules=MAP console.test 127.0.0.1",
      ],
    },
    // Recordings would contain tokens and keys.
    trace: "off",
    video: "off",
  },
});
