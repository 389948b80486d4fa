// The light entry: names, requests and lists.

import { isOpen, open } from "./calls.js";
import { compile, once } from "./load.js";

export {
  createTransferRequest,
  screenStream,
  screenVolumes,
  validateTransferName,
  type Constraint,
  type CreateInput,
  type CreateRequest,
  type Issue,
  type NameReport,
  type Options,
  type RequestReport,
  type ScreenReport,
  type Service,
  type Unit,
} from "./calls.js";
export { constraints, services } from "./codes.js";
export type { Source } from "./load.js";

/** Loads the wasm module, once: by default from beside this file. */
export const init = once(async (source) => {
  if (isOpen()) return;
  const module = await compile(source ?? new URL("./light.wasm", import.meta.url));
  open((await WebAssembly.instantiate(module)).exports);
});
