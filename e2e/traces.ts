// Functions that run in the page, to find traces of a secret there.

/** A key that the tests can recognize. */
export const KEY = "cafe00d0beef11e1";

/** Returns everything that the page has stored or keeps in global variables. */
export async function storedData(): Promise<string> {
  const databases = await Promise.all((await indexedDB.databases()).map(async ({ name }) => {
    const database = await new Promise<IDBDatabase>((done, failed) => {
      const opening = indexedDB.open(name!);
      opening.onsuccess = () => done(opening.result);
      opening.onerror = () => failed(opening.error);
    });
    return Promise.all([...database.objectStoreNames].map((store) => new Promise((done) => {
      const reading = database.transaction(store).objectStore(store).getAll();
      reading.onsuccess = () => done([store, reading.result]);
    })));
  }));
  // Browsers only have caches in secure contexts.
  const cached = await Promise.all((await globalThis.caches?.keys() ?? []).map(async (name) => {
    const cache = await caches.open(name);
    return Promise.all((await cache.keys()).map(async (key) => [key.url, await (await cache.match(key))!.text()]));
  }));
  const globals = Object.keys(window).map((name) => {
    try { return String(JSON.stringify((window as never)[name])); } catch { return ""; }
  });
  return JSON.stringify([
    { ...localStorage }, { ...sessionStorage }, document.cookie, location.href, history.state,
    document.title, databases, cached, globals,
  ]);
}

/** Returns the HTML of the document and of the form in it, and the values of their fields. */
export function documentData(): string {
  const form = document.querySelector("volume-transfer-form")?.shadowRoot;
  const fields = [document, form].flatMap((root) => [...(root?.querySelectorAll("input") ?? [])]);
  return document.documentElement.outerHTML + (form?.innerHTML ?? "") + fields.map((field) => field.value).join(" ");
}

/** The page's wasm module, once it has started. */
type Exposed = { wasm?: { memory: WebAssembly.Memory } };

/** Exposes the memory of the wasm module that starts next. */
export function exposeMemory(): void {
  for (const name of ["instantiate", "instantiateStreaming"] as const) {
    const start = WebAssembly[name] as (...input: unknown[]) => Promise<WebAssembly.WebAssemblyInstantiatedSource | WebAssembly.Instance>;
    (WebAssembly as unknown as Record<string, unknown>)[name] = async (...input: unknown[]) => {
      const started = await start.apply(WebAssembly, input);
      const { exports } = "instance" in started ? started.instance : started;
      (window as Exposed).wasm = exports as unknown as { memory: WebAssembly.Memory };
      return started;
    };
  }
}

/** Counts the occurrences of a string in the module's memory. */
export function occurrences(text: string): number {
  const memory = new Uint8Array((window as Exposed).wasm!.memory.buffer);
  const bytes = new TextEncoder().encode(text);
  let found = 0;
  for (let at = memory.indexOf(bytes[0]!); at >= 0; at = memory.indexOf(bytes[0]!, at + 1)) {
    if (bytes.every((byte, i) => memory[at + i] === byte)) found++;
  }
  return found;
}
