// How a wasm module comes to be there.

/** A wasm module, or where it is. */
export type Source = string | URL | Response | BufferSource | WebAssembly.Module;

export async function compile(source: Source | PromiseLike<Source>): Promise<WebAssembly.Module> {
  let found = await source;
  if (found instanceof URL && found.protocol === "file:") {
    // Only Node has files, and `fetch` there does not read them.
    found = process.getBuiltinModule("node:fs").readFileSync(found) as Uint8Array<ArrayBuffer>;
  }
  if (found instanceof WebAssembly.Module) return found;
  // Node takes 30 ms when it is first asked what a `Response` is, so bytes are told apart before.
  if (!ArrayBuffer.isView(found) && !(found instanceof ArrayBuffer)) {
    const response = found instanceof Response ? found : await fetch(found);
    if (!response.ok) throw new Error(`volume-transfer: ${response.url} answered ${response.status}`);
    // Not as a stream, which works only where the server knows the type of wasm.
    found = await response.arrayBuffer();
  }
  return WebAssembly.compile(found as BufferSource);
}

/** Starts once, however often it is called; a start that failed can be tried again. */
export function once(start: (source?: Source | PromiseLike<Source>) => Promise<void>) {
  let started: Promise<void> | undefined;
  return (source?: Source | PromiseLike<Source>): Promise<void> =>
    (started ??= start(source).catch((error: unknown) => {
      started = undefined;
      throw error;
    }));
}
