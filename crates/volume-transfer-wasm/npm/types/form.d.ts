export * from "./form-api.js";
/** Loads the wasm module, once. By default, its file is next to this one. */
export declare const init: (source?: PromiseLike<import("./load.js").Source> | import("./load.js").Source) => Promise<void>;
