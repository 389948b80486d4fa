// The full entry point.

import { start } from "./response.js";
import { initWith } from "./load.js";

export * from "./api.js";

/** Loads the wasm module, once. By default, its file is next to this one. */
export const init = initWith(start, () => new URL("./volume-transfer.wasm", import.meta.url));
