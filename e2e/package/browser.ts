// A page that runs the package's suite in a browser.

import { join } from "node:path";
import * as full from "volume-transfer";
import * as light from "volume-transfer/light";
import { build } from "vite";
import { project } from "./host.ts";
import { fullSuite, lightSuite } from "./suite.ts";

export const INDEX = '<!doctype html><meta charset="utf-8" /><title>A console</title><body><script type="module" src="main.js"></script></body>';

/** Builds the page. Returns its folder, and the text that it shows if everything passes. */
export async function buildSuite(): Promise<{ root: string; expected: string }> {
  const main = `
    import * as full from "volume-transfer";
    import * as light from "volume-transfer/light";
    import * as inline from "volume-transfer/inline";
    import { failures, fullSuite, lightSuite } from "${new URL("./suite.ts", import.meta.url).pathname}";
    await Promise.all([full.init(), light.init(), inline.init()]);
    const suites = [lightSuite(light), ...[full, inline].flatMap((api) => [lightSuite(api), fullSuite(api)])];
    const failed = (await Promise.all(suites.map(failures))).flat();
    const count = suites.flatMap(Object.keys).length;
    document.body.append(failed.join("\\n") || count + " passed");`;
  const root = project({ "index.html": INDEX.replace("main.js", "/main.js"), "main.js": main });
  await build({ root, logLevel: "error" });
  const count = 3 * Object.keys(lightSuite(light)).length + 2 * Object.keys(fullSuite(full)).length;
  return { root: join(root, "dist"), expected: `${count} passed` };
}
