// The full entry with the wasm module in it: for Node, for CommonJS, and for bundlers that can't
// serve a file.

import base64 from "../build/volume-transfer.wasm";
import { start } from "./answer.js";
import { initWith, parseBase64 } from "./load.js";

export * from "./api.js";

/** Starts the wasm module, once. */
export const init = initWith(start, () => parseBase64(base64));
