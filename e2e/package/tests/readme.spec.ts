// Runs every JavaScript and HTML sample in the READMEs unchanged, in Node unless it needs a page. The
// comments after calls to `console.log` must match what is logged.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { expect, test } from "@playwright/test";
import { build } from "vite";
import { installed, project, serve, STRICT } from "../host.ts";

interface Sample {
  language: string;
  code: string;
  /** A title that says which sample of which file this is. */
  title: string;
}

const FILES = { "the package's README": join(installed, "README.md"), "README.md": new URL("../../../README.md", import.meta.url) };
const samples = Object.entries(FILES).flatMap(([name, file]): Sample[] => {
  const text = readFileSync(file, "utf8");
  return Array.from(text.matchAll(/^```(\w*)\n([^]*?)^```$/gm), ([, language, code], n) => ({
    language: language!,
    code: code!,
    title: `sample ${n + 1} of ${name}`,
  }));
});
const of = (...languages: string[]) => samples.filter(({ language }) => languages.includes(language));
// forms.spec.ts runs the form recipes and the module that they share, and transfer-form.spec.ts runs the
// samples with the transfer form.
const scripts = of("js").filter(({ code }) => !/^export |defineTransferForm/m.test(code));
const pages = of("html").filter(({ code }) => !code.includes("<volume-transfer-form"));

test("the READMEs contain only samples that are tested", () => {
  expect(new Set(samples.map(({ language }) => language))).toEqual(new Set(["sh", "js", "html", "jsx", "vue", "ts", "svelte"]));
  expect(scripts.length).toBeGreaterThan(3);
  // Scripts with relative imports belong to an HTML sample.
  expect(scripts.filter(belongsToPage)).toHaveLength(pages.length);
});

function belongsToPage({ code }: Sample): boolean {
  return code.includes('"./node_modules/');
}

/** Returns the values in the comments after calls to `console.log`. */
const documented = (code: string): unknown[] =>
  Array.from(code.matchAll(/^console\.log\(.*\);\s*\/\/ (.*)$/gm), ([, value]) => (0, eval)(`(${value})`));

for (const sample of scripts.filter((sample) => !belongsToPage(sample))) {
  const { code, title } = sample;
  const inBrowser = code.includes("document.");

  test(`${title} runs ${inBrowser ? "in a browser" : "in Node"}`, async ({ page }) => {
    if (!inBrowser) {
      const folder = project({ "sample.mjs": code, "logged.mjs": "const logged = []; console.log = (...values) => logged.push(...values); process.on('exit', () => process.stdout.write(JSON.stringify(logged)));" });
      const output = execFileSync(process.execPath, ["--import", "./logged.mjs", "sample.mjs"], { cwd: folder, encoding: "utf8" });
      const logged = JSON.parse(output) as unknown[];
      expect(logged.length).toBeGreaterThan(0);
      expect(isDeepStrictEqual(logged, documented(code)), `${output} is not ${JSON.stringify(documented(code))}`).toBe(true);
      return;
    }
    const root = project({ "main.js": code, "index.html": '<!doctype html><body><script type="module" src="/main.js"></script></body>' });
    await build({ root, logLevel: "error" });
    const site = await serve(join(root, "dist"), STRICT);
    await page.goto(site.url);
    await expect(page.locator("body")).toHaveText(/./);
    await site.close();
  });

  test(`${title} has no type errors`, () => {
    const root = project({ "sample.mjs": code });
    const options = "--allowJs --checkJs --noEmit --strict --target es2022 --module nodenext --lib es2022,dom --types node --typeRoots";
    const types = new URL("../../node_modules/@types", import.meta.url).pathname;
    const tsc = new URL("../../node_modules/.bin/tsc", import.meta.url).pathname;
    execFileSync(tsc, [...options.split(" "), types, "sample.mjs"], { cwd: root, stdio: "inherit" });
  });
}

for (const [n, html] of pages.entries()) {
  test(`${html.title} runs with the script below it`, async ({ page }) => {
    const site = await serve(project({ "index.html": html.code, "main.js": scripts.filter(belongsToPage)[n]!.code }), STRICT);
    await page.goto(site.url);
    await page.getByLabel("Transfer name").fill("  first volume ");
    await page.getByRole("button", { name: "Create transfer" }).click();
    await expect.poll(() => new URL(page.url()).searchParams.get("name")).toBe("first volume");
    await site.close();
  });
}
