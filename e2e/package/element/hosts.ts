// Bundles a page for each host, the way an application would be bundled.

import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build, type BuildOptions, type Plugin } from "esbuild";

const require = createRequire(import.meta.url);
const path = (file: string) => fileURLToPath(new URL(`hosts/${file}`, import.meta.url));

/** Compiles matching files with the framework's own compiler. */
const compiled = (filter: RegExp, compile: (text: string, filename: string) => string | Promise<string>): Plugin => ({
  name: "framework",
  setup({ onLoad }) {
    onLoad({ filter }, async ({ path }) => ({ contents: await compile(readFileSync(path, "utf8"), path), loader: "js" }));
  },
});

export const svelte = compiled(/\.svelte$/, async (text, filename) => {
  const { compile } = await import("svelte/compiler");
  return compile(text, { filename, generate: "client" }).js.code;
});

export const vue = compiled(/\.vue$/, async (text, filename) => {
  const { compileScript, parse } = await import("vue/compiler-sfc");
  const compilerOptions = { isCustomElement: (tag: string) => tag.includes("-") };
  const { descriptor } = parse(text, { filename, templateParseOptions: compilerOptions });
  return compileScript(descriptor, { id: "form", inlineTemplate: true, templateOptions: { compilerOptions } }).content;
});

const solid = compiled(/solid\.jsx$/, async (text, filename) => {
  const babel = require("@babel/core");
  return (await babel.transformAsync(text, { filename, presets: ["babel-preset-solid"], configFile: false })).code;
});

/** The entry file and the build options of each host. */
export const HOSTS = {
  "plain HTML": { entry: "plain.js" },
  "React 18": { entry: "react.jsx", alias: { react: "react18", "react-dom": "react-dom18" } },
  "React 19": { entry: "react.jsx" },
  Vue: { entry: "vue.js", plugins: [vue] },
  Svelte: { entry: "svelte.js", plugins: [svelte] },
  Angular: { entry: "angular.js" },
  Preact: { entry: "preact.jsx" },
  Lit: { entry: "lit.js" },
  Solid: { entry: "solid.jsx", plugins: [solid] },
} satisfies Record<string, { entry: string; alias?: Record<string, string>; plugins?: Plugin[] }>;

export type Host = keyof typeof HOSTS;

/** The build options that an application would use. */
export const APPLICATION = {
  bundle: true,
  format: "esm",
  target: "es2022",
  jsx: "automatic",
  conditions: ["browser"],
  define: { "process.env.NODE_ENV": '"production"', ngDevMode: "false" },
  logLevel: "error",
} satisfies BuildOptions;

/** A content security policy that allows what frameworks do: Angular compiles its templates in the page. */
export const POLICY = "default-src 'self'; style-src 'unsafe-inline'; script-src 'self' 'wasm-unsafe-eval' 'unsafe-eval'";

/** Bundles the script of a host's page. It defines the element and provides `window.test`. */
export async function bundle(host: Host): Promise<string> {
  const { entry, ...options }: BuildOptions & { entry: string } = HOSTS[host];
  const { outputFiles } = await build({
    stdin: { contents: `import { mount } from ${JSON.stringify(path(entry))}; import { start } from "./page.js"; start(mount);`, resolveDir: fileURLToPath(new URL(".", import.meta.url)) },
    write: false,
    ...APPLICATION,
    ...options,
  });
  return outputFiles![0]!.text;
}
