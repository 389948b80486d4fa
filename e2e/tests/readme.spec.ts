// The README's request, run as it stands.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "./console.ts";

test("the README's curl creates a transfer", ({ server }) => {
  const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
  const samples = Array.from(readme.matchAll(/^```sh\n([^]*?)^```$/gm), ([, code]) => code!);
  const curl = samples.filter((code) => code.startsWith("curl"));
  expect(curl).toHaveLength(1);
  // The README's port may be taken here, so curl's settings lead from there to the server.
  const home = mkdtempSync(join(tmpdir(), "curl-"));
  writeFileSync(join(home, ".curlrc"), `connect-to = "127.0.0.1:8080:${new URL(server.url).host}"\n`);
  const said = execFileSync("sh", ["-c", curl[0]!], { encoding: "utf8", env: { ...process.env, CURL_HOME: home } });
  expect(said).toMatch(/^HTTP\/1\.1 202 /);
  expect(said).toMatch(/"auth_key":"\w+"/);
});
