// Works around what Playwright can't do with an unmodified Firefox, which it drives over WebDriver
// BiDi: read the bodies of requests, and notice when a blob is downloaded.

import { mkdirSync, readdirSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, type Page, type Request } from "@playwright/test";

/** How to launch the installed Firefox, which Playwright drives over WebDriver BiDi. */
export const FIREFOX = { channel: "moz-firefox", executablePath: process.env.FIREFOX ?? "/usr/bin/firefox-esr" };

/** The folder that this worker's Firefox saves files to. */
export const DOWNLOADS = join(tmpdir(), `volume-transfer-firefox-${process.env.TEST_WORKER_INDEX ?? "0"}`);

export function isFirefox(page: Page): boolean {
  return page.context().browser()?.browserType().name() === "firefox";
}

/** Presses something that saves a file, and returns the file's path. */
export async function download(press: () => Promise<void>): Promise<string> {
  mkdirSync(DOWNLOADS, { recursive: true });
  // Firefox reserves the name with an empty file, and writes to a .part file that then replaces it.
  const complete = (file: string) =>
    !file.endsWith(".part") && (statSync(join(DOWNLOADS, file), { throwIfNoEntry: false })?.size ?? 0) > 0;
  const files = () => readdirSync(DOWNLOADS).filter(complete);
  const before = new Set(files());
  await press();
  const saved = () => files().filter((file) => !before.has(file));
  await expect.poll(saved, "a saved file").toHaveLength(1);
  return join(DOWNLOADS, saved()[0]!);
}

const bodies = new WeakMap<Page, string[]>();

/** Returns the body of a request that the page has sent. */
export function bodyOf(request: Request): string | null {
  const index = request.headers()["x-recorded-body"];
  return index === undefined ? null : (bodies.get(request.frame().page())?.[Number(index)] ?? null);
}

/** Records the body of each POST before it is sent, and adds the body's index as a header. */
export async function recordBodies(page: Page): Promise<void> {
  if (bodies.has(page)) return;
  const sent: string[] = [];
  bodies.set(page, sent);
  await page.exposeFunction("recordBody", (body: string) => sent.push(body) - 1);
  await page.addInitScript(() => {
    const send = window.fetch;
    window.fetch = async (input, init) => {
      const request = new window.Request(input, init);
      const record = (window as unknown as { recordBody(body: string): Promise<number> }).recordBody;
      if (request.method === "POST") {
        request.headers.set("x-recorded-body", String(await record(await request.clone().text())));
      }
      return send(request);
    };
  });
}
