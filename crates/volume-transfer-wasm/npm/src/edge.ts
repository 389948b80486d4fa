// The full entry point for runtimes that can't compile wasm. Their bundlers compile the module.

import module from "./volume-transfer.wasm?module";
import { start } from "./response.js";
import { initWith } from "./load.js";

export * from "./api.js";

/** Starts the wasm module, once. */
export const init = initWith(start, () => module);
