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
 * A wasm module: its address, the response that brings it, its bytes, or a `WebAssembly.Module`,
 * which TypeScript knows as an `object` only.
 */
export type Source = string | {
    readonly href: string;
} | ResponseLike | ArrayBuffer | ArrayBufferView | object;
export {};
