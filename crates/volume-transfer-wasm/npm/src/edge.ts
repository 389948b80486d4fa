// The full entry for runtimes that compile no wasm themselves: their bundlers bring it compiled.

import module from "./volume-transfer.wasm?module";
import { start } from "./answer.js";
import { initWith } from "./load.js";

export * from "./api.js";

/** Starts the wasm module, once. */
export const init = initWith(start, () => module);
