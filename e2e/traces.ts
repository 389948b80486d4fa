// Functions that run in the page, to find traces of a secret there.

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
