// Loads an entry point's wasm module.

/** A response, as `fetch` returns it. */
interface ResponseLike {
  readonly status: number;
  readonly url: string;
  readonly headers: { get(name: string): string | null };
  arrayBuffer(): Promise<ArrayBuffer>;
}

/**
 * A wasm module: its URL, a response that contains it, its bytes, or a `WebAssembly.Module`. The
 * last one is typed as `object`, because TypeScript declares it only in the DOM library.
 */
export type Source = string | { readonly href: string } | ResponseLike | ArrayBuffer | ArrayBufferView | object;

type MaybePromise<T> = T | PromiseLike<T>;

/**
 * Creates an entry point's `init`. It starts the module once, however often it is called. After a
 * failure it can be called again.
 *
 * @internal
 */
export function initWith(
  start: (module: WebAssembly.Module) => void | Promise<void>,
  fallback: () => Source,
): (source?: MaybePromise<Source>) => Promise<void> {
  let started: Promise<void> | undefined;
  return (source) =>
    (started ??= compile(source, fallback)
      .then(start)
      .catch((error: unknown) => {
        started = undefined;
        throw error;
      }));
}

async function compile(
  source: MaybePromise<Source> | undefined,
  fallback: () => Source,
): Promise<WebAssembly.Module> {
  let from = "";
  try {
    let found = ((await source) ?? fallback()) as any;
    // Not `instanceof`, because a module from another realm is an instance of a different class.
    if (found[Symbol.toStringTag] === "WebAssembly.Module") return found;
    if (found.href || typeof found === "string") {
      from = ` at ${found}`;
      found = await (/^file:/.test(found) ? readFile(found) : fetch(found));
    }
    if (found.arrayBuffer) {
      from = ` at ${found.url} (${found.status} ${found.headers.get("content-type")})`;
      // Compiles bytes rather than the stream, because that works with any content type.
      found = await found.arrayBuffer();
    }
    return await WebAssembly.compile(found);
  } catch (cause) {
    const message = `volume-transfer: no wasm module${from}: ${cause}. Pass its address to init(), or import "volume-transfer/inline"`;
    throw new Error(message, { cause });
  }
}

/**
 * Reads a `file:` URL, which `fetch` can't. Uses Node's API, or `XMLHttpRequest` in a page that was
 * itself opened from a file.
 */
function readFile(url: string | URL): unknown {
  const builtin = globalThis.process?.getBuiltinModule as typeof process.getBuiltinModule | undefined;
  if (builtin) return builtin("node:fs").readFileSync(new URL(url));
  return new Promise((done) => {
    const request = new XMLHttpRequest();
    request.open("GET", url);
    request.responseType = "arraybuffer";
    request.onloadend = () => done(request.response);
    request.send();
  });
}

/** @internal */
export const parseBase64 = (base64: string): Uint8Array =>
  Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
