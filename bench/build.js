// Bundles each peer into one minified file in `build`, for both Node and the browser, and measures sizes.

import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { PEERS } from "./time.js";
import { compile } from "./peers/ajv-schemas.js";

const { build: esbuild } = createRequire(new URL("../e2e/package.json", import.meta.url))("esbuild");

const here = (path) => new URL(path, import.meta.url);
const PACKAGE = "../crates/volume-transfer-wasm/pkg";

export async function build() {
  mkdirSync(here("build"), { recursive: true });
  writeFileSync(here("build/ajv-compiled.js"), compile());
  const binary = here("build/unchecked.wasm");
  execFileSync(here("../e2e/node_modules/.bin/wasm-as").pathname, ["--enable-simd", here("unchecked.wat").pathname, "-o", binary.pathname]);
  writeFileSync(here("build/unchecked-module.js"), `export default new Uint8Array([${readFileSync(binary).join()}]);\n`);
  await esbuild({
    entryPoints: [...PEERS.map((name) => `peers/${name}.js`), "unchecked.js"].map((file) => here(file).pathname),
    entryNames: "[name]",
    outdir: here("build").pathname,
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    legalComments: "none",
    logLevel: "warning",
  });
}

/**
 * Returns the raw, gzip and Brotli sizes, in bytes, of everything that is loaded before the first
 * result.
 */
export function sizes() {
  const sizeOf = (files) =>
    files.map((file) => readFileSync(here(file))).reduce(
      ([raw, gzip, brotli], bytes) => [
        raw + bytes.length,
        gzip + gzipSync(bytes, { level: 9 }).length,
        brotli + brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length,
      ],
      [0, 0, 0],
    );
  const index = readFileSync(here(`${PACKAGE}/index.js`), "utf8");
  const shared = Array.from(index.matchAll(/from"\.\/([^"]+)"/g), ([, file]) => `${PACKAGE}/${file}`);
  return {
    "volume-transfer/light": sizeOf([`${PACKAGE}/light.js`, `${PACKAGE}/light.wasm`]),
    "volume-transfer": sizeOf([`${PACKAGE}/index.js`, ...shared, `${PACKAGE}/volume-transfer.wasm`]),
    ...Object.fromEntries(PEERS.map((name) => [name, sizeOf([`build/${name}.js`])])),
  };
}
