// The form entry point for runtimes that can't compile wasm. Their bundlers compile the module.

import module from "./form.wasm?module";
import { startModule } from "./calls.js";
import { initWith } from "./load.js";
import { loadedBy } from "./schema.js";

export * from "./form-api.js";

/** Starts the wasm module, once. */
export const init = loadedBy(initWith(startModule, () => module));
