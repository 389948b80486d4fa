// A form's field for the transfer's name, which validates by itself.

import { explain, type Messages } from "./explain.js";
import { init, validateTransferName, type NameReport, type Service, type Source } from "./light.js";

export type { Messages, NameReport, Service, Source };

/** `<volume-transfer-name>`: takes part in a form as an input does. */
export interface VolumeTransferNameElement extends HTMLElement {
  /** The text as it was entered. */
  value: string;
  /** What the rule says of it. */
  readonly report: NameReport;
  /** The sentences; set them anew to change the language. */
  messages: Messages;
  readonly form: HTMLFormElement | null;
  readonly validity: ValidityState;
  readonly validationMessage: string;
  checkValidity(): boolean;
  reportValidity(): boolean;
}

export interface DefineOptions {
  messages: Messages;
  /** The element's name; `volume-transfer-name` unless told otherwise. */
  tag?: string | undefined;
  /** Where the wasm module is, as for `init`. */
  source?: Source | PromiseLike<Source> | undefined;
}

/** Loads the rules and registers the element. Its sentences are yours to choose. */
export async function defineTransferName(options: DefineOptions): Promise<void> {
  const { messages, tag = "volume-transfer-name", source } = options;
  await init(source);
  if (!customElements.get(tag)) customElements.define(tag, elementWith(messages));
}

// The class is made when it is asked for: where there is no HTMLElement, on a server, nobody asks.
function elementWith(defaults: Messages): CustomElementConstructor {
  const style = new CSSStyleSheet();
  style.replaceSync(`
    :host { display: inline-block; }
    :host([hidden]) { display: none; }
    input { box-sizing: border-box; width: 100%; min-height: 24px; font: inherit; }
    [part=counter], [part=error] { display: block; margin: 0; }
    [part=error]:empty { display: none; }
  `);

  return class extends HTMLElement implements VolumeTransferNameElement {
    static formAssociated = true;
    static observedAttributes = ["service", "disabled", "aria-label"];

    #internals = this.attachInternals();
    #input = document.createElement("input");
    #counter = document.createElement("span");
    #error = document.createElement("p");
    #messages = defaults;
    #report!: NameReport;
    /** Whether what is wrong is said already: once the field was left, or the form was to be sent. */
    #judged = false;

    constructor() {
      super();
      const root = this.attachShadow({ mode: "open", delegatesFocus: true });
      root.adoptedStyleSheets = [style];
      for (const [part, element] of Object.entries({ input: this.#input, counter: this.#counter, error: this.#error })) {
        element.part.add(part);
        element.id = part;
      }
      this.#error.setAttribute("aria-live", "polite");
      this.#input.setAttribute("aria-describedby", "error counter");
      this.#input.autocomplete = "off";
      this.#input.addEventListener("input", (event) => {
        // What an input method is still composing is not the name yet.
        if (!(event as InputEvent).isComposing) this.#read();
      });
      this.#input.addEventListener("compositionend", () => this.#read());
      this.#input.addEventListener("change", () => this.dispatchEvent(new Event("change", { bubbles: true })));
      this.#input.addEventListener("keydown", (event) => {
        if (event.key === "Enter" && !event.isComposing) this.form?.requestSubmit();
      });
      this.addEventListener("blur", () => {
        // What is said moves what is below it: not away from under a pointer that is pressing there.
        if (this.ownerDocument.querySelector(":active") === null) return this.#judge();
        const released = () => setTimeout(() => this.#judge());
        addEventListener("pointerup", released, { once: true, capture: true });
      });
      this.addEventListener("invalid", (event) => {
        // The reason stands below the field: no bubble beside it.
        event.preventDefault();
        this.#judge();
        const controls = Array.from(this.form?.elements ?? []) as HTMLInputElement[];
        const first = controls.find((control) => control.willValidate && !control.validity.valid);
        if ((first as unknown) === this) this.#input.focus();
      });
      root.append(this.#input, this.#counter, this.#error);
      this.#read();
    }

    connectedCallback(): void {
      if (!this.#input.value) this.value = this.getAttribute("value") ?? "";
      this.#label();
    }

    attributeChangedCallback(): void {
      this.#label();
      this.#read();
    }

    formResetCallback(): void {
      this.#judged = false;
      this.value = this.getAttribute("value") ?? "";
    }

    formDisabledCallback(disabled: boolean): void {
      this.#input.disabled = disabled;
    }

    formStateRestoreCallback(state: string): void {
      this.value = state;
    }

    get value(): string {
      return this.#input.value;
    }

    set value(text: string) {
      this.#input.value = text;
      this.#read();
    }

    get messages(): Messages {
      return this.#messages;
    }

    set messages(messages: Messages) {
      this.#messages = messages;
      this.#read();
    }

    get report(): NameReport {
      return this.#report;
    }

    get form(): HTMLFormElement | null {
      return this.#internals.form;
    }

    get name(): string {
      return this.getAttribute("name") ?? "";
    }

    get type(): string {
      return "volume-transfer-name";
    }

    get validity(): ValidityState {
      return this.#internals.validity;
    }

    get validationMessage(): string {
      return this.#internals.validationMessage;
    }

    get willValidate(): boolean {
      return this.#internals.willValidate;
    }

    checkValidity(): boolean {
      return this.#internals.checkValidity();
    }

    reportValidity(): boolean {
      return this.#internals.reportValidity();
    }

    /** Labels name the element; the input within it is what assistive technology meets. */
    #label(): void {
      const labels = Array.from(this.#internals.labels, (label) => label.textContent?.trim());
      const name = this.getAttribute("aria-label") ?? labels.join(" ");
      if (name) this.#input.setAttribute("aria-label", name);
    }

    #judge(): void {
      this.#judged = true;
      this.#label();
      this.#read();
    }

    #read(): void {
      const { value } = this.#input;
      const service = (this.getAttribute("service") ?? undefined) as Service | undefined;
      const report = validateTransferName(value, { service });
      this.#report = report;
      const { unit, length, limit } = report;
      const counter = { field: "counter", code: unit, params: { length, limit } };
      this.#counter.textContent = explain(counter, this.#messages);
      const wrong = explain(report, this.#messages);
      if (wrong) this.#internals.setValidity({ customError: true }, wrong, this.#input);
      else this.#internals.setValidity({});
      // No name is no entry; and a name goes as the service stores it.
      this.#internals.setFormValue(wrong ? value : report.value, value);
      this.#error.textContent = this.#judged ? wrong : "";
      if (this.#judged && wrong) this.#input.setAttribute("aria-invalid", "true");
      else this.#input.removeAttribute("aria-invalid");
    }
  };
}
