// The light entry: names, requests and lists.

import { startLight } from "./calls.js";
import { initWith } from "./load.js";

export * from "./light-api.js";

/** Loads the wasm module, once: by default from beside this file. */
export const init = initWith(startLight, () => new URL("./light.wasm", import.meta.url));
