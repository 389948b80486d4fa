// What a person sees before the wasm has come.

import { expect, test } from "./console.ts";

test("the page's head is painted without the wasm, and stays where it is when that comes", async ({ page, server }) => {
  const complaints: string[] = [];
  page.on("console", (message) => complaints.push(message.text()));
  let come = () => {};
  const coming = new Promise<void>((done) => (come = done));
  await page.route("**/*.wasm", async (route) => {
    await coming;
    await route.continue();
  });
  const asked: string[] = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await page.goto(server.url, { waitUntil: "commit" });

  const places = () =>
    Promise.all(
      ["h1", "section", "h2"].map(async (name) => {
        const box = await page.locator(name).first().boundingBox();
        return box && [box.x, box.y];
      }),
    );
  await expect(page.locator("#shell h1")).toBeVisible();
  await expect(page.locator("#shell section")).toHaveCSS("border-radius", "8px");
  const before = await places();
  come();
  await expect(page.locator("#project")).toBeVisible();
  expect(await places()).toEqual(before);

  // What is asked for in advance is what is used.
  expect(new Set(asked).size).toBe(asked.length);
  expect(complaints).toEqual([]);
});
