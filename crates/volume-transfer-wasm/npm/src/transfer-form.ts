// The page's form for one volume, as an element: the volume's requirements, the name, the request and the
// handover of the key. Loads nothing until it is on screen.

import type { Service } from "./calls.js";
import type { Source } from "./load.js";
import type { Form } from "./transfer-form-app.js";

export type { Service, Source };

/** The languages that the element can show. */
export type Language = "en" | "zh-CN";

/** The details of `transfer-created` and `handover-closed`. Neither contains the key. */
export interface TransferDetail {
  transferId: string;
  volumeId: string;
}

/** The details of `transfer-failed`. */
export interface FailureDetail {
  /** If it is `unknown`, a transfer may exist. The form looks for it and offers to cancel it. */
  outcome: "rejected" | "unknown";
  volumeId: string;
  /** The response's HTTP status. This field and those below are missing if no response arrived. */
  status?: string;
  /** The service's error code. */
  code?: string;
  /** The service's message. */
  message?: string;
  requestId?: string;
}

/** The element's events. */
export interface TransferFormEvents {
  /** The form shows the key. */
  "transfer-created": CustomEvent<TransferDetail>;
  "transfer-failed": CustomEvent<FailureDetail>;
  /** The user has confirmed that the key is saved. The form has dropped it. */
  "handover-closed": CustomEvent<TransferDetail>;
}

/** `<volume-transfer-form>`. Its attributes are `service`, `endpoint`, `project-id`, `volume-id` and `language`. */
export interface VolumeTransferFormElement extends HTMLElement {
  /** The volume's record, as the service lists it. If this is set, the form doesn't initially load the volume. */
  volume: object | null;
  /** Whether removing the element now would lose a key. */
  readonly wouldLoseKeys: boolean;
  /** Loads the volume again. */
  refresh(): void;
  addEventListener<Name extends keyof TransferFormEvents>(
    type: Name,
    listener: (event: TransferFormEvents[Name]) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(type: string, listener: EventListenerOrEventListenerObject, options?: boolean | AddEventListenerOptions): void;
}

/** The options of `defineTransferForm`. */
export interface TransferFormOptions {
  /**
   * Sends a request to the volume service, with a token that you add as `X-Auth-Token`. The element
   * never sees the token.
   */
  fetch: (request: Request) => Promise<Response>;
  /** The element's name, by default `volume-transfer-form`. */
  tag?: string | undefined;
  /** The source of the wasm module, as for `init`. */
  source?: Source | PromiseLike<Source> | undefined;
}

/** Registers the element. Does nothing if its name is taken. */
export function defineTransferForm(options: TransferFormOptions): void {
  const tag = options.tag ?? "volume-transfer-form";
  if (!customElements.get(tag)) customElements.define(tag, elementWith(options));
}

/** Uses `import()` only with string literals, so that bundlers find the files. */
const load = () => import("./transfer-form-app.js");
const languages = {
  en: () => import("./transfer-form-en.js"),
  "zh-CN": () => import("./transfer-form-zh-CN.js"),
};

// Servers have no HTMLElement, so the class is created on the first call.
function elementWith({ fetch, source }: TransferFormOptions): CustomElementConstructor {
  return class TransferForm extends HTMLElement {
    static observedAttributes = ["service", "endpoint", "project-id", "volume-id", "language"];

    #root = this.attachShadow({ mode: "open" });
    #form: Form | undefined;
    #volume: object | null = null;
    /** Whether the element has been on screen. */
    #seen = false;
    /** Counts the calls to `#mount`, of which only the last takes effect. */
    #mounts = 0;
    #observer: IntersectionObserver | undefined;
    /** Whether to mount the form again once no key can be lost. */
    #outdated = false;

    connectedCallback(): void {
      // A property that was set before the upgrade hides the accessor.
      if (Object.hasOwn(this, "volume")) {
        const { volume } = this;
        Reflect.deleteProperty(this, "volume");
        this.volume = volume;
      }
      // Moving the element disconnects and reconnects it, but keeps the form.
      if (this.#form || this.#observer) return;
      this.#observer = new IntersectionObserver((entries) => {
        if (!entries.some((entry) => entry.isIntersecting)) return;
        this.#observer?.disconnect();
        this.#seen = true;
        void this.#mount();
      });
      this.#observer.observe(this);
    }

    disconnectedCallback(): void {
      queueMicrotask(() => {
        if (!this.isConnected) this.#unmount();
      });
    }

    attributeChangedCallback(name: string, before: string | null, after: string | null): void {
      if (before !== after) void (name === "language" ? this.#translate() : this.#mount());
    }

    get volume(): object | null {
      return this.#volume;
    }

    set volume(volume: object | null) {
      this.#volume = volume;
      void this.#mount();
    }

    get wouldLoseKeys(): boolean {
      return this.#form?.wouldLoseKeys ?? false;
    }

    refresh(): void {
      this.#form?.refresh();
    }

    #language(): Language {
      const tag = this.getAttribute("language") ?? this.closest("[lang]")?.getAttribute("lang") ?? navigator.language;
      return /^zh\b/i.test(tag) ? "zh-CN" : "en";
    }

    async #translate(): Promise<void> {
      // A form that hasn't appeared yet will be mounted in the new language.
      if (!this.#form) return this.#mount();
      const language = this.#language();
      const { default: texts } = await languages[language]();
      if (language !== this.#language()) return;
      this.#form?.setLanguage(language, texts);
      this.#root.querySelector(".embedded")?.setAttribute("lang", language);
    }

    /** Mounts the form, replacing any earlier one. Postpones this while removing the earlier one would lose a key. */
    async #mount(): Promise<void> {
      const mount = ++this.#mounts;
      if (!this.#seen || this.#postpone()) return;
      const language = this.#language();
      const parent = document.createElement("div");
      parent.className = "embedded";
      parent.part = "form";
      parent.lang = language;
      // Both languages are written left to right, whatever the direction of the host page.
      parent.dir = "ltr";
      try {
        const [app, { default: texts }] = await Promise.all([load(), languages[language]()]);
        await app.start(source);
        // The attributes may have changed, and a key may have been shown, in the meantime.
        if (mount !== this.#mounts || !this.isConnected || this.#postpone()) return;
        this.#form?.free();
        this.#form = undefined;
        app.style(this.#root);
        this.#root.replaceChildren(parent);
        const attribute = (name: string) => this.getAttribute(name) ?? "";
        const record = this.#volume ? JSON.stringify(this.#volume) : "";
        this.#form = new app.Form(
          this.#root,
          parent,
          language,
          texts,
          attribute("service") || "evs-v2",
          new URL(attribute("endpoint"), document.baseURI).href,
          attribute("project-id"),
          attribute("volume-id") || String((this.#volume as { id?: unknown } | null)?.id ?? ""),
          record,
          fetch,
          (name: string, detail: object) => {
            this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
            // Waits until the module has returned, because it is still running.
            if (this.#outdated) queueMicrotask(() => void this.#mount());
          },
        );
      } catch (cause) {
        const problem = typeof cause === "string" ? `${cause} is missing or invalid` : String(cause);
        const error = new Error(`volume-transfer: ${problem}`, { cause });
        parent.setAttribute("role", "alert");
        parent.textContent = error.message;
        this.#root.replaceChildren(parent);
        reportError(error);
      }
    }

    #postpone(): boolean {
      return (this.#outdated = this.wouldLoseKeys);
    }

    #unmount(): void {
      this.#observer?.disconnect();
      this.#observer = undefined;
      this.#form?.free();
      this.#form = undefined;
      this.#root.replaceChildren();
    }
  };
}
