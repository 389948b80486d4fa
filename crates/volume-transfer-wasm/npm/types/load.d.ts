/** A wasm module, or where it is. */
export type Source = string | URL | Response | BufferSource | WebAssembly.Module;
export declare function compile(source: Source | PromiseLike<Source>): Promise<WebAssembly.Module>;
/** Starts once, however often it is called; a start that failed can be tried again. */
export declare function once(start: (source?: Source | PromiseLike<Source>) => Promise<void>): (source?: Source | PromiseLike<Source>) => Promise<void>;
