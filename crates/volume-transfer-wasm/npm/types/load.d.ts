/** A response, as `fetch` returns it. */
interface ResponseLike {
    readonly status: number;
    readonly url: string;
    readonly headers: {
        get(name: string): string | null;
    };
    arrayBuffer(): Promise<ArrayBuffer>;
}
/**
 * A wasm module: its URL, a response that contains it, its bytes, or a `WebAssembly.Module`. The
 * last one is typed as `object`, because TypeScript declares it only in the DOM library.
 */
export type Source = string | {
    readonly href: string;
} | ResponseLike | ArrayBuffer | ArrayBufferView | object;
export {};
