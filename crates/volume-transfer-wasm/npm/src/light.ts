// The light entry point: names, requests and lists.

import { startModule } from "./calls.js";
import { initWith } from "./load.js";

export * from "./light-api.js";

/** Loads the wasm module, once. By default, its file is next to this one. */
export const init = initWith(startModule, () => new URL("./light.wasm", import.meta.url));
