// The form entry point: names and requests, and schemas for form libraries.

import { startModule } from "./calls.js";
import { initWith } from "./load.js";
import { loadedBy } from "./schema.js";

export * from "./form-api.js";

/** Loads the wasm module, once. By default, its file is next to this one. */
export const init = loadedBy(initWith(startModule, () => new URL("./form.wasm", import.meta.url)));
