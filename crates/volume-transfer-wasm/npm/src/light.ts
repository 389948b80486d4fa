// The light entry: names, requests and lists.

import { startLight } from "./calls.js";
import { initWith } from "./load.js";

export * from "./light-api.js";

/** Loads the wasm module, once. By default, its file is next to this one. */
export const init = initWith(startLight, () => new URL("./light.wasm", import.meta.url));
