// The package in WebKit.

import { expect } from "@playwright/test";
import { buildSuite } from "../package/browser.ts";
import { serve, STRICT } from "../package/host.ts";
import { test } from "./driver.ts";

test("the package's suite passes", async ({ webkit }) => {
  const { root, expected } = await buildSuite();
  const site = await serve(root, STRICT);
  await webkit.open(site.url);
  await expect.poll(() => webkit.text()).toBe(expected);
  await site.close();
});
