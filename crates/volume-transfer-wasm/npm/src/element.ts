// A self-validating form field for a transfer's name.

import { sentence, type Messages } from "./explain.js";
import { init, validateTransferName, type NameReport, type Service, type Source } from "./form.js";

export type { Messages, NameReport, Service, Source };

/** The members of an `<input type="text">` that forms and frameworks use. */
type InputMember =
  | "autocomplete" | "checkValidity" | "defaultValue" | "disabled" | "form" | "labels" | "maxLength" | "minLength"
  | "name" | "pattern" | "placeholder" | "readOnly" | "reportValidity" | "required" | "select" | "selectionDirection"
  | "selectionEnd" | "selectionStart" | "setCustomValidity" | "setRangeText" | "setSelectionRange" | "type"
  | "validationMessage" | "validity" | "value" | "willValidate";

/** `<volume-transfer-name>`, which behaves like an `<input>`. The README lists the differences. */
export interface VolumeTransferNameElement extends HTMLElement, Pick<HTMLInputElement, InputMember> {
  /** The validation report for the current text. */
  readonly report: NameReport;
  /** The messages. Assign others to change the language. */
  messages: Messages;
  /** The service whose name rule applies. Reflects the attribute. Null means `evs-v2`. */
  service: string | null;
}

/** The options of `defineTransferName`. */
export interface DefineOptions {
  /** The messages, such as `volume-transfer/messages/en`. */
  messages: Messages;
  /** The element's name, by default `volume-transfer-name`. */
  tag?: string | undefined;
  /** The source of the wasm module, as for `init`. */
  source?: Source | PromiseLike<Source> | undefined;
}

/**
 * Loads the wasm module and registers the element.
 *
 * @throws {Error} if form-associated custom elements aren't supported, as in jsdom.
 */
export async function defineTransferName(options: DefineOptions): Promise<void> {
  const { messages, tag = "volume-transfer-name", source } = options;
  if (!("setFormValue" in (globalThis.ElementInternals?.prototype ?? {}))) {
    throw new Error('volume-transfer: the element needs a browser; elsewhere, use "volume-transfer/form"');
  }
  await init(source);
  if (!customElements.get(tag)) customElements.define(tag, elementWith(messages));
}

function create<Tag extends keyof HTMLElementTagNameMap>(tag: Tag, part: string): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  element.part = element.id = part;
  return element;
}

function setAttribute(element: Element, name: string, value: unknown): void {
  if (value == null) element.removeAttribute(name);
  else element.setAttribute(name, value as string);
}

// Servers have no HTMLElement, so the class is created on the first call.
function elementWith(defaults: Messages): CustomElementConstructor {
  const style = new CSSStyleSheet();
  style.replaceSync(`
    :host(:not([hidden])) { display: inline-block; }
    input { box-sizing: border-box; width: 100%; min-height: 24px; font: inherit; }
  `);
  const members = ["service", "tabIndex", ...Object.keys(HTMLInputElement.prototype)];

  return class Field extends HTMLElement {
    static formAssociated = true;
    static observedAttributes = ["aria-label", "enterkeyhint", ...members.map((name) => name.toLowerCase())];

    #internals = this.attachInternals();
    #form = document.createElement("form");
    #input = create("input", "input");
    #counter = create("div", "counter");
    #error = create("div", "error");
    #messages = defaults;
    #custom = "";
    /** Whether errors are shown: once the field has lost focus, or after an `invalid` event. */
    #touched = false;
    report!: NameReport;

    static {
      // Forwards every member of an input to the internals or, if they lack it, to the inner input.
      // No member is read-only, because frameworks assign any property that exists. A value assigned
      // to a member that is read-only on an input becomes an attribute.
      for (const name of members) {
        if (name === "setCustomValidity") continue;
        Object.defineProperty(this.prototype, name, {
          configurable: true,
          enumerable: true,
          get(this: Field) {
            // A capturing listener may read this before the input event reaches the inner input.
            this.#read(true);
            // A fieldset can also disable the inner input.
            if (name === "disabled") return this.hasAttribute(name);
            const owner = (name in this.#internals ? this.#internals : this.#input) as unknown as Record<string, unknown>;
            const member = owner[name];
            if (member === undefined) return this.getAttribute(name);
            if (typeof member !== "function") return member;
            return (...args: unknown[]) => {
              const result: unknown = member.apply(owner, args);
              this.#read();
              return result;
            };
          },
          set(this: Field, value: unknown) {
            const input = this.#input as HTMLInputElement & Record<string, unknown>;
            if (/^(value|selection)/.test(name)) {
              value ??= "";
              // Skips a value that equals the current one, because frameworks assign the text that was just typed, and
              // browsers never consider an assigned value too short.
              if (input[name] !== value || value === input.defaultValue) input[name] = value;
              this.#read();
            } else {
              if (typeof input[name] === "boolean") value = value ? "" : null;
              setAttribute(this, name.replace("defaultV", "v"), value);
            }
          },
        });
      }
    }

    constructor() {
      super();
      const root = this.attachShadow({ mode: "open", delegatesFocus: true });
      root.adoptedStyleSheets = [style];
      this.#form.append(this.#input, this.#counter, this.#error);
      this.#error.setAttribute("aria-live", "polite");
      // Omits the counter, which screen readers would read after every keystroke.
      this.#input.setAttribute("aria-describedby", "error");
      // The browser doesn't focus a host that is upgraded after being inserted.
      this.#input.autofocus = this.autofocus;
      // The inner input has a form of its own, so that the browser decides whether Enter submits.
      // Enter doesn't if the key press was prevented or ended a composition, and engines differ in
      // the order of these events.
      this.#form.noValidate = true;
      this.#form.autocomplete = "off";
      this.#form.onsubmit = (event) => {
        event.preventDefault();
        this.#submit();
      };
      root.append(this.#form);
      for (const type of ["input", "compositionend", "change", "select"]) {
        this.#input.addEventListener(type, (event) => {
          this.#read((event as InputEvent).isComposing);
          if (!event.composed) this.dispatchEvent(new Event(type, event));
        });
      }
      this.addEventListener("focus", () => this.#read());
      for (const type of ["blur", "invalid"]) {
        this.addEventListener(type, async () => {
          // Showing the error moves the content below it, so wait until no pointer is pressed. In
          // Firefox, the field loses focus before the pressed button becomes active.
          do await new Promise(requestAnimationFrame);
          while (document.querySelector(":active"));
          this.#touched = true;
          this.#read();
        });
      }
      this.#read();
    }

    connectedCallback(): void {
      // Properties that were set before the upgrade hide the accessors.
      for (const [name, value] of Object.entries(this)) {
        if (!(name in Field.prototype)) continue;
        Reflect.deleteProperty(this, name);
        Object.assign(this, { [name]: value });
      }
      this.#read();
    }

    attributeChangedCallback(name: string, _: string | null, value: string | null): void {
      // These three apply to the host alone.
      if (!/^(form|type|disabled)$/.test(name)) setAttribute(this.#input, name, value);
      this.#read();
    }

    formResetCallback(): void {
      this.#touched = false;
      this.#form.reset();
      this.#read();
    }

    formDisabledCallback(disabled: boolean): void {
      this.#input.disabled = disabled;
      this.#read();
    }

    formStateRestoreCallback(state: string): void {
      this.#input.value = state;
      this.#read();
    }

    get messages(): Messages {
      return this.#messages;
    }

    set messages(messages: Messages | null | undefined) {
      this.#messages = messages ?? defaults;
      this.#read();
    }

    // Delegated focus would select all of the text.
    override focus(options?: FocusOptions): void {
      this.#input.focus(options);
    }

    setCustomValidity(message: string): void {
      this.#custom = message;
      this.#read();
    }

    /** Submits the form on Enter, which browsers do only for inputs that are in the form itself. */
    #submit(): void {
      const { form } = this.#internals;
      if (!form) return;
      const controls = (this.getRootNode() as ParentNode).querySelectorAll<HTMLInputElement>("*");
      let fields = 0;
      for (const control of controls) {
        if (control.form !== form) continue;
        if (/^(submit|image)$/.test(control.type)) return control.click();
        if (/^(text|search|tel|url|email|password|number|month|week|date.*|time)$/.test(control.type)) fields++;
      }
      if (fields === 1) form.requestSubmit();
    }

    #read(composing = false): void {
      const input = this.#input;
      const { value } = input;
      const report = (this.report = validateTransferName(value, { service: this.getAttribute("service") as Service }));
      const text = (issue: Parameters<typeof sentence>[0]) => sentence(issue, this.#messages);
      const custom = this.#custom || report.issues.map(text).join("\n");
      input.setCustomValidity(custom);
      // Empty while the input is disabled or read-only.
      const error = input.validationMessage;
      this.#internals.setValidity(input.validity, error || custom || "-", input);
      // Sends a valid name as the service stores it, and omits an empty one.
      this.#internals.setFormValue(report.issues.length ? value : report.value, value);
      // Doesn't update the counter or the error while text is being composed.
      if (composing) return;
      this.#counter.textContent = text({ field: "counter", code: report.unit, params: report as never });
      const shown = this.#touched ? error : "";
      // Screen readers announce the same text again if it is replaced.
      if (this.#error.textContent !== shown) this.#error.textContent = shown;
      input.setAttribute("aria-invalid", `${shown !== ""}`);
      // Assistive technology sees the inner input, but labels refer to the host.
      const labels = Array.from(this.#internals.labels ?? [], (label) => label.textContent);
      input.setAttribute("aria-label", this.getAttribute("aria-label") ?? labels.join(" "));
    }
  };
}
