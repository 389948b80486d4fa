export * from "./api.js";
/** Loads the wasm module, once: by default from beside this file. */
export declare const init: (source?: import("./load.js").Source | PromiseLike<import("./load.js").Source>) => Promise<void>;
