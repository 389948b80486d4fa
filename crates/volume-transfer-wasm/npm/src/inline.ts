// The full entry with the wasm module in it, for bundlers that can't serve a file.

import base64 from "../build/volume-transfer.wasm";
import { start } from "./answer.js";
import { compile, once } from "./load.js";

export * from "./api.js";

/** Starts the wasm module, once. */
export const init = once(async (source) => {
  const bytes = () => Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  await start(await compile(source ?? bytes()));
});
