// The full entry.

import { start } from "./answer.js";
import { initWith } from "./load.js";

export * from "./api.js";

/** Loads the wasm module, once: by default from beside this file. */
export const init = initWith(start, () => new URL("./volume-transfer.wasm", import.meta.url));
