// What `<volume-transfer-form>` loads once it is on screen: the wasm module's glue and the styles.

import init, * as glue from "../build/transfer-form/glue.js";
import css from "../build/transfer-form.css";
import { initWith, type Source } from "./load.js";

/** A mounted form, which stays until it is freed. */
export interface Form {
  readonly wouldLoseKeys: boolean;
  setLanguage(tag: string, lines: string): void;
  refresh(): void;
  free(): void;
}

/** Mounts the form. Throws the name of the first invalid setting. */
export const Form: new (
  root: ShadowRoot,
  parent: HTMLElement,
  tag: string,
  lines: string,
  service: string,
  endpoint: string,
  projectId: string,
  volumeId: string,
  record: string,
  fetch: (request: Request) => Promise<Response>,
  onEvent: (name: string, detail: object) => void,
) => Form = glue.Form;

/** @internal */
export const start = initWith(
  async (module) => {
    await init({ module_or_path: module });
  },
  () => new URL("./transfer-form.wasm", import.meta.url),
) as (source?: Source | PromiseLike<Source>) => Promise<void>;

/** The elements that the host's style sheet can refer to as parts. */
const PARTS: Record<string, string> = {
  h2: "title",
  button: "button",
  "button.primary": "button primary",
  "input:not([type=checkbox])": "input",
  dialog: "dialog",
  ".message": "message",
};

let sheet: CSSStyleSheet | undefined;

/** Styles a shadow tree, and names its parts whenever it changes. */
export function style(root: ShadowRoot): void {
  if (root.adoptedStyleSheets.length) return;
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
  }
  root.adoptedStyleSheets = [sheet];
  new MutationObserver(() => {
    for (const [selector, part] of Object.entries(PARTS)) {
      for (const element of root.querySelectorAll(selector)) element.setAttribute("part", part);
    }
  }).observe(root, { childList: true, subtree: true });
}
