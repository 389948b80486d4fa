// Provides each consumer with a folder of its own and a static server.

import { once } from "node:events";
import { cpSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "@playwright/test";

const here = fileURLToPath(new URL(".", import.meta.url));

/** The folder in which the package is installed, from the tarball that `npm pack` created. */
export const installed = join(here, "node_modules", "volume-transfer");

/** Creates a project with the package installed, and with a fixture's files. */
export function project(files: Record<string, string>, fixture?: string): string {
  const folder = mkdtempSync(join(tmpdir(), "volume-transfer-"));
  if (fixture) cpSync(join(here, "consumers", fixture), folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  // As `npm install` would do.
  const packages = join(folder, "node_modules");
  cpSync(installed, join(packages, "volume-transfer"), { recursive: true });
  for (const name of ["react", "react-dom"]) {
    symlinkSync(join(here, "..", "node_modules", name), join(packages, name));
  }
  return folder;
}

/** Returns the code blocks under a heading in the package's README, in order. */
export function readme(heading: string): string[] {
  const text = readFileSync(join(installed, "README.md"), "utf8");
  const section = text.split(/^## /m).find((part) => part.startsWith(`${heading}\n`));
  if (!section) throw new Error(`the README has no section ${heading}`);
  return Array.from(section.matchAll(/^```\w+\n([^]*?)^```$/gm), ([, code]) => code!);
}

const TYPES: Record<string, string> = {
  ".css": "text/css",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".json": "application/json",
  ".wasm": "application/wasm",
};

export interface Site {
  url: string;
  close(): Promise<void>;
}

/** Returns an array that collects the page's errors and warnings as they occur. */
export function recordErrors(page: Page): string[] {
  const errors: string[] = [];
  // Firefox requests an icon on its own, and reports that the strict policy blocks it.
  const record = (text: string) => text.includes("/favicon.ico") || errors.push(text);
  page.on("pageerror", (error) => record(error.message));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) record(message.text());
  });
  return errors;
}

/** Serves files under a content security policy. `service` answers the requests for the volume service. */
export async function serve(folder: string, policy: string, types = TYPES, service?: RequestListener): Promise<Site> {
  const server = createServer((request, response) => {
    if (service && /^\/v[23]\//.test(request.url ?? "")) return service(request, response);
    const path = normalize(new URL(request.url ?? "/", "http://localhost").pathname);
    try {
      const body = readFileSync(join(folder, path.endsWith("/") ? `${path}index.html` : path));
      response.setHeader("Content-Type", types[extname(path) || ".html"] ?? "application/octet-stream");
      response.setHeader("Content-Security-Policy", policy);
      response.end(body);
    } catch {
      response.writeHead(path === "/favicon.ico" ? 204 : 404).end();
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    close: () => new Promise((done) => {
      server.close(() => done());
      server.closeAllConnections();
    }),
  };
}

/** Forbids inline scripts, inline styles and other origins; allows compiling wasm. */
export const STRICT =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; base-uri 'none'; form-action 'self'";
