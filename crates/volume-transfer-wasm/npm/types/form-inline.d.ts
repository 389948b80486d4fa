export * from "./form-api.js";
/** Starts the wasm module, once. */
export declare const init: (source?: PromiseLike<import("./load.js").Source> | import("./load.js").Source) => Promise<void>;
