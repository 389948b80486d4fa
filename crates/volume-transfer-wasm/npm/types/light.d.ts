export * from "./light-api.js";
/** Loads the wasm module, once: by default from beside this file. */
export declare const init: (source?: PromiseLike<import("./load.js").Source> | import("./load.js").Source) => Promise<void>;
