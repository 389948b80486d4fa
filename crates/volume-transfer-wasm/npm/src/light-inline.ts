// The light entry point with the wasm module embedded, for Node and CommonJS.

import base64 from "../build/light.wasm";
import { startModule } from "./calls.js";
import { initWith, parseBase64 } from "./load.js";

export * from "./light-api.js";

/** Starts the wasm module, once. */
export const init = initWith(startModule, () => parseBase64(base64));
