// The light entry point for runtimes that can't compile wasm. Their bundlers compile the module.

import module from "./light.wasm?module";
import { startModule } from "./calls.js";
import { initWith } from "./load.js";

export * from "./light-api.js";

/** Starts the wasm module, once. */
export const init = initWith(startModule, () => module);
