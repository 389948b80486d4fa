// The form entry point with the wasm module embedded, for Node and CommonJS.

import base64 from "../build/form.wasm";
import { startModule } from "./calls.js";
import { initWith, parseBase64 } from "./load.js";
import { loadedBy } from "./schema.js";

export * from "./form-api.js";

/** Starts the wasm module, once. */
export const init = loadedBy(initWith(startModule, () => parseBase64(base64)));
