// Runs the README's sample request.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "./console.ts";

test("the README's curl command creates a transfer", ({ server }) => {
  const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
  const samples = Array.from(readme.matchAll(/^```sh\n([^]*?)^```$/gm), ([, code]) => code!);
  const curl = samples.filter((code) => code.startsWith("curl"));
  expect(curl).toHaveLength(1);
  // The README's port may be in use, so curl is configured to connect to the test's server instead.
  const home = mkdtempSync(join(tmpdir(), "curl-"));
  writeFileSync(join(home, ".curlrc"), `connect-to = "127.0.0.1:8080:${new URL(server.url).host}"\n`);
  const output = execFileSync("sh", ["-c", curl[0]!], { encoding: "utf8", env: { ...process.env, CURL_HOME: home } });
  expect(output).toMatch(/^HTTP\/1\.1 202 /);
  expect(output).toMatch(/"auth_key":"\w+"/);
});
