// The full entry.

import { start } from "./answer.js";
import { compile, once } from "./load.js";

export * from "./api.js";

/** Loads the wasm module, once: by default from beside this file. */
export const init = once(async (source) => {
  await start(await compile(source ?? new URL("./volume-transfer.wasm", import.meta.url)));
});
