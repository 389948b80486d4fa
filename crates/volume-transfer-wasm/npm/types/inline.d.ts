export * from "./api.js";
/** Starts the wasm module, once. */
export declare const init: (source?: import("./load.js").Source | PromiseLike<import("./load.js").Source>) => Promise<void>;
