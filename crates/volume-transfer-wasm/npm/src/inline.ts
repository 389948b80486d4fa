// The full entry point with the wasm module embedded, for Node, CommonJS, and bundlers that don't
// copy the wasm file.

import base64 from "../build/volume-transfer.wasm";
import { start } from "./response.js";
import { initWith, parseBase64 } from "./load.js";

export * from "./api.js";

/** Starts the wasm module, once. */
export const init = initWith(start, () => parseBase64(base64));
