// What an input does, as data: each behaviour is tried on an input and on the element, by every host's
// own bindings, and all that can be observed of the two must be the same or be listed here.

import type { CDPSession, Locator, Page } from "@playwright/test";
import { HOSTS, type Host } from "./hosts.ts";

/** What a form binds. */
export interface State {
  name?: string | null;
  value?: string | number | null;
  placeholder?: string | null;
  maxLength?: number | null;
  disabled?: boolean | null;
  required?: boolean | null;
  readOnly?: boolean | null;
  form?: string | null;
  type?: string | null;
  /** Whether the button and the fieldset are disabled. */
  button?: boolean;
  fieldset?: boolean;
  /** Whether what is typed is kept in capital letters. */
  upperCase?: boolean;
}

export const START: State = {
  name: "name",
  value: "first",
  placeholder: "a name",
  maxLength: 10,
  disabled: false,
  required: false,
  readOnly: false,
  form: undefined,
  type: "text",
  button: false,
  fieldset: false,
  upperCase: false,
};

interface Tools {
  page: Page;
  field: Locator;
  devtools: CDPSession;
  /** Waits for what the host or the browser does later. */
  settle(): Promise<void>;
  /** Binds other values. */
  bind(changes: State): Promise<void>;
  /** Runs in the page. What it returns is observed. */
  run(body: (field: HTMLInputElement) => unknown): Promise<void>;
}

/** What the element does otherwise. */
export interface Difference {
  /** What differs, and what is observed of the input and of the element, if that is always the same. */
  what: string;
  input?: unknown;
  element?: unknown;
  why: string;
  /** All hosts unless named. */
  hosts?: Host[];
}

export interface Behaviour {
  /** What is bound at first, beside `START`. */
  start?: State;
  /** HTML around the form. */
  around?: string;
  act(tools: Tools): Promise<unknown>;
  /** What must differ here. */
  differences?: Difference[];
}

const ATTRIBUTE = "React 18 sets the attribute of a custom element, which is its default value, and not the property";

/** What may differ in any behaviour, and must in one of them. */
export const EVERYWHERE: Difference[] = [
  { what: "sent", input: "name,", element: "", why: "an empty name is not sent" },
  { what: "default", element: "", hosts: ["React 19"], why: "React writes the value attribute of its own inputs only" },
  { what: "selection", input: "5,5,forward", element: "0,0,forward", hosts: ["React 18"], why: ATTRIBUTE },
];

const differs = (what: string, why: string, ...hosts: Host[]): Difference[] =>
  what.split(" ").map((what) => ({ what, why, ...(hosts.length && { hosts }) }));

const except = (...hosts: Host[]) => (Object.keys(HOSTS) as Host[]).filter((host) => !hosts.includes(host));

// Playwright's own way to focus puts an input's cursor somewhere else.
const focus = ({ run }: Tools) => run((field) => field.focus());

const press = (...keys: string[]) => async (tools: Tools) => {
  await focus(tools);
  const { page } = tools;
  for (const key of keys) await page.keyboard.press(key);
};

const type = (text: string) => async (tools: Tools) => {
  await focus(tools);
  const { page } = tools;
  await page.keyboard.press("End");
  await page.keyboard.type(text);
  await tools.settle();
};

const bind = (changes: State) => ({ bind }: Tools) => bind(changes);
const run = (body: (field: HTMLInputElement) => unknown) => ({ run }: Tools) => run(body);

export const BEHAVIOURS: Record<string, Behaviour> = {
  // Binding.
  "starts with what is bound": { act: async () => {} },
  "takes another value": { act: bind({ value: "second" }) },
  "takes an empty value": { act: bind({ value: "" }) },
  "takes a number": { act: bind({ value: 7 }) },
  "takes an undefined value": {
    act: bind({ value: undefined }),
    differences: [
      ...differs("value sent", "undefined empties it, where an input says the word", "plain HTML", "Angular", "Lit", "Solid"),
      ...differs("value sent", "React leaves the value of its own inputs as it was", "React 18", "React 19"),
      ...differs("default", "React leaves the value of its own inputs as it was", "React 18"),
    ],
  },
  "takes a null value": {
    act: bind({ value: null }),
    differences: [
      ...differs("value sent", "React leaves the value of its own inputs as it was", "React 18", "React 19"),
      ...differs("default", "React leaves the value of its own inputs as it was", "React 18"),
    ],
  },
  "takes another name": { act: bind({ name: "other" }) },
  "takes another placeholder": { act: bind({ placeholder: "a shorter name" }) },
  "takes an undefined placeholder": {
    act: bind({ placeholder: undefined }),
    differences: differs("placeholder", "undefined removes the attribute, where an input shows the word", "plain HTML", "Angular"),
  },
  "takes a null placeholder": {
    act: bind({ placeholder: null }),
    differences: differs("placeholder", "null removes the attribute, where an input shows the word", "plain HTML", "Angular"),
  },
  "takes another maximum length": { act: bind({ maxLength: 3 }) },
  "takes an undefined maximum length": {
    act: bind({ maxLength: undefined }),
    differences: differs("maxLength", "undefined removes the limit, where an input takes no text any more", "plain HTML", "Preact"),
  },
  "takes another type": {
    act: bind({ type: "search" }),
    differences: differs("type", "it is a text field, whatever its type attribute"),
  },
  "takes an undefined type": { act: bind({ type: undefined }) },
  "is disabled and enabled": { act: async ({ bind }) => { await bind({ disabled: true }); await bind({ disabled: false }); } },
  "is disabled": { act: bind({ disabled: true }) },
  "takes undefined for false": { start: { disabled: true, required: true, readOnly: true }, act: bind({ disabled: undefined, required: undefined, readOnly: undefined }) },
  "takes null for false": { start: { disabled: true, required: true, readOnly: true }, act: bind({ disabled: null, required: null, readOnly: null }) },
  "is required and empty": { start: { required: true, value: "" }, act: async () => {} },
  "is required and filled": { start: { required: true }, act: async () => {} },
  "is read-only": { start: { readOnly: true }, act: type("x") },
  "belongs to a form elsewhere": { act: bind({ form: "elsewhere" }) },
  "comes back from a form elsewhere": { start: { form: "elsewhere" }, act: bind({ form: undefined }) },

  // Typing.
  "takes what is typed": { act: type("ab") },
  "takes what is typed and is left": { act: async (tools) => { await type("ab")(tools); await tools.page.keyboard.press("Tab"); } },
  "takes no more than its maximum length": { act: type("123456789") },
  "is emptied": { act: press("ControlOrMeta+a", "Delete") },
  "shows what the form makes of it": {
    start: { upperCase: true, value: "" },
    act: type("ab"),
    differences: differs("value sent", ATTRIBUTE, "React 18"),
  },
  "takes another value after typing": {
    act: async (tools) => { await type("ab")(tools); await tools.bind({ value: "second" }); },
    differences: differs("value sent selection", ATTRIBUTE, "React 18"),
  },
  "is cleared after typing": {
    act: async (tools) => { await type("ab")(tools); await tools.bind({ value: "" }); },
    differences: differs("value sent selection", ATTRIBUTE, "React 18"),
  },
  "is filled by the browser": {
    // As autofill does it: no keys, then input and change.
    act: run((field) => {
      const inner = (field.shadowRoot?.querySelector("input") ?? field) as HTMLInputElement;
      Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value")!.set!.call(inner, "filled");
      inner.dispatchEvent(new InputEvent("input", { bubbles: true, composed: true }));
      inner.dispatchEvent(new Event("change", { bubbles: true }));
    }),
  },
  "is composed in": {
    start: { value: "" },
    act: async (tools) => {
      await focus(tools);
      const { devtools } = tools;
      await devtools.send("Input.imeSetComposition", { text: "juan", selectionStart: 4, selectionEnd: 4 });
      await devtools.send("Input.imeSetComposition", { text: "卷", selectionStart: 1, selectionEnd: 1 });
      await devtools.send("Input.insertText", { text: "卷" });
    },
  },
  "is being composed in": {
    start: { value: "" },
    act: async (tools) => {
      await focus(tools);
      const { devtools } = tools;
      await devtools.send("Input.imeSetComposition", { text: "juan", selectionStart: 4, selectionEnd: 4 });
    },
  },

  // Focus and selection.
  "is focused by its label": {
    act: ({ page }) => page.locator("label").click(),
    differences: differs("selection", "the browser selects the text when it passes a label's focus on"),
  },
  "is clicked in a label around it": {
    act: async ({ run, field }) => {
      await run((field) => { const label = document.querySelector("label")!; label.removeAttribute("for"); label.append(field); });
      await field.click({ position: { x: 12, y: 8 } });
    },
  },
  "is focused by a click": { act: ({ field }) => field.click({ position: { x: 12, y: 8 } }) },
  "is reached by Tab": { act: async ({ page }) => { await page.locator("body").click({ position: { x: 1, y: 1 } }); await page.keyboard.press("Tab"); } },
  "is skipped by Tab with a negative tabindex": {
    act: async ({ page, run }) => {
      await run((field) => (field.tabIndex = -1));
      await page.locator("body").click({ position: { x: 1, y: 1 } });
      await page.keyboard.press("Tab");
    },
  },
  "is focused and left by script": { act: run((field) => { field.focus(); field.blur(); }) },
  "is not focused while it is disabled": { start: { disabled: true }, act: run((field) => field.focus()) },
  "selects everything, and tells of it": {
    act: run((field) => {
      field.focus();
      const selected = new Promise((done) => addEventListener("select", ({ target }) => done((target as Element).id), { once: true, capture: true }));
      field.select();
      return Promise.race([selected, new Promise((done) => setTimeout(done, 500, "nobody"))]);
    }),
  },
  "selects a range": { act: run((field) => { field.focus(); field.setSelectionRange(1, 3, "backward"); }) },
  "sets where the selection starts": {
    act: run((field) => { field.focus(); field.selectionStart = 2; }),
    differences: differs("selection", ATTRIBUTE, "React 18"),
  },
  "replaces a range": { act: run((field) => { field.focus(); field.setRangeText("XY", 0, 2, "end"); }) },

  // Validation.
  "checks its validity": { start: { required: true, value: "" }, act: run((field) => [field.checkValidity(), field.form!.checkValidity()]) },
  "reports its validity": { start: { required: true, value: "" }, act: run((field) => field.reportValidity()) },
  "takes an error of the form's": { act: run((field) => { field.setCustomValidity("taken"); return field.validationMessage; }) },
  "lets go of an error of the form's": { act: run((field) => { field.setCustomValidity("taken"); field.setCustomValidity(""); }) },
  "is valid at once in a listener": {
    start: { required: true, value: "" },
    act: async (tools) => {
      await tools.run(() => {
        (globalThis as any).seen = [];
        document.addEventListener("input", ({ target }) => (globalThis as any).seen.push((target as HTMLInputElement).validity.valid), { capture: true, once: true });
      });
      await type("a")(tools);
      await tools.run(() => (globalThis as any).seen);
    },
  },

  "is too short": {
    start: { value: "" },
    act: async (tools) => { await tools.run((field) => (field.minLength = 5)); await type("ab")(tools); },
    differences: differs("invalid", "Angular and Solid set what was just typed, after which an input is never too short", "Angular", "Solid"),
  },
  "does not match its pattern": { act: run((field) => (field.pattern = "[0-9]+")) },
  "is not validated while it is disabled": { start: { disabled: true, required: true, value: "" }, act: run((field) => [field.checkValidity(), field.form!.checkValidity()]) },
  "is not validated while it is read-only": { start: { readOnly: true, required: true, value: "" }, act: run((field) => [field.checkValidity(), field.form!.checkValidity()]) },

  // The form.
  "is reset": {
    act: async (tools) => { await type("ab")(tools); await tools.run((field) => field.form!.reset()); },
    differences: [
      ...differs("value sent selection", "React writes the value attribute of its own inputs only", "React 19"),
      ...differs("state", "Svelte's bind:value, which is for its own inputs, follows a reset", "Svelte"),
    ],
  },
  "is reset to another default": {
    act: async (tools) => { await type("ab")(tools); await tools.run((field) => { field.defaultValue = "other"; field.form!.reset(); }); },
    differences: differs("state", "Svelte's bind:value, which is for its own inputs, follows a reset", "Svelte"),
  },
  "is disabled by its fieldset": { act: bind({ fieldset: true }) },
  "is enabled with its fieldset": { start: { fieldset: true }, act: bind({ fieldset: false }) },
  "is not sent while it is disabled": { start: { disabled: true }, act: ({ page }) => page.locator("button").click() },
  "is sent by a click": { act: ({ page }) => page.locator("button").click() },
  "blocks the form": { start: { required: true, value: "" }, act: ({ page }) => page.locator("button").click() },

  // Enter.
  "submits by Enter, as its button would": { act: press("Enter") },
  "submits by Enter after typing": { act: async (tools) => { await type("ab")(tools); await tools.page.keyboard.press("Enter"); } },
  "submits nothing by Enter past a disabled button": { start: { button: true }, act: press("Enter") },
  "submits nothing by Enter while it is invalid": { start: { required: true, value: "" }, act: press("Enter") },
  "submits by Enter while it is read-only": { start: { readOnly: true }, act: press("Enter") },
  "submits by Enter without a button": { act: async (tools) => { await tools.run(() => document.querySelector("button")!.remove()); await press("Enter")(tools); } },
  "submits nothing by Enter without a button and with another field": {
    act: async (tools) => {
      await tools.run((field) => { document.querySelector("button")!.remove(); field.after(Object.assign(document.createElement("input"), { name: "other" })); });
      await press("Enter")(tools);
    },
  },
  "submits by Enter without a button beside a checkbox": {
    act: async (tools) => {
      await tools.run((field) => { document.querySelector("button")!.remove(); field.after(Object.assign(document.createElement("input"), { name: "other", type: "checkbox" })); });
      await press("Enter")(tools);
    },
  },
  "submits by Enter from another field": {
    act: async ({ page, run }) => {
      await run((field) => { document.querySelector("button")!.remove(); field.after(Object.assign(document.createElement("input"), { name: "other", id: "other" })); });
      await page.locator("#other").press("Enter");
    },
    differences: differs("events", "browsers count inputs only, so the other one seems to be alone in its form"),
  },
  "submits by Enter with the form's first button": {
    around: '<button form="form" name="act" value="late">Late</button>',
    act: async (tools) => {
      await tools.run(() => document.querySelector("#form")!.prepend(Object.assign(document.createElement("input"), { type: "image", name: "act", value: "image", alt: "Send" })));
      await press("Enter")(tools);
    },
  },
  "submits by Enter with a button outside of the form": {
    around: '<button form="form" name="act" value="outside">Outside</button>',
    act: async (tools) => { await tools.run(() => document.querySelector("#form button")!.remove()); await press("Enter")(tools); },
  },
  "submits nothing by Enter if the key is prevented": {
    act: async (tools) => {
      await tools.run(() => document.addEventListener("keydown", (event) => event.preventDefault(), { once: true, capture: true }));
      await press("Enter")(tools);
    },
  },
  "submits nothing by Enter while composing": {
    start: { value: "" },
    act: async (tools) => {
      await focus(tools);
      await tools.devtools.send("Input.imeSetComposition", { text: "juan", selectionStart: 4, selectionEnd: 4 });
      await tools.devtools.send("Input.dispatchKeyEvent", { type: "rawKeyDown", key: "Enter", code: "Enter", windowsVirtualKeyCode: 229 });
      await tools.devtools.send("Input.insertText", { text: "卷" });
      await tools.devtools.send("Input.dispatchKeyEvent", { type: "keyUp", key: "Enter", code: "Enter", windowsVirtualKeyCode: 13 });
    },
  },
  "submits nothing by an Enter that comes after the composition it ends": {
    // Safari's order: compositionend, then the key that caused it, as key code 229.
    start: { value: "" },
    act: async (tools) => {
      await focus(tools);
      await tools.devtools.send("Input.imeSetComposition", { text: "juan", selectionStart: 4, selectionEnd: 4 });
      await tools.devtools.send("Input.insertText", { text: "卷" });
      await tools.devtools.send("Input.dispatchKeyEvent", { type: "rawKeyDown", key: "Enter", code: "Enter", windowsVirtualKeyCode: 229 });
      await tools.devtools.send("Input.dispatchKeyEvent", { type: "keyUp", key: "Enter", code: "Enter", windowsVirtualKeyCode: 13 });
    },
  },

  // The document.
  "is moved": { act: async (tools) => { await type("ab")(tools); await tools.run((field) => document.querySelector("fieldset")!.append(field)); } },
  "is removed and put back": { act: async (tools) => { await type("ab")(tools); await tools.run((field) => { const { parentNode } = field; field.remove(); parentNode!.append(field); }); } },
  "is cloned": {
    act: run((field) => (field.cloneNode() as HTMLInputElement).value),
    differences: differs("result", "a clone gets attributes, and an input's text besides", ...except("plain HTML", "React 18")),
  },
  "is cloned after typing": {
    act: async (tools) => { await type("ab")(tools); await tools.run((field) => (field.cloneNode() as HTMLInputElement).value); },
    differences: differs("result", "a clone gets attributes, and an input's text besides", ...except("React 18")),
  },
  "has its attributes as properties": {
    act: run((field) => {
      field.setAttribute("required", "");
      field.setAttribute("readonly", "");
      field.setAttribute("minlength", "2");
      field.setAttribute("pattern", "[a-z]+");
      field.setAttribute("autocomplete", "on");
      return [field.required, field.readOnly, field.minLength, field.pattern, field.autocomplete, field.hasAttribute("disabled")];
    }),
  },
  "has its properties as attributes": {
    act: run((field) => {
      field.required = field.readOnly = field.disabled = true;
      Object.assign(field, { minLength: 2, pattern: "[a-z]+", autocomplete: "on", defaultValue: "d", name: "n", placeholder: "p" });
      return ["required", "readonly", "disabled", "minlength", "pattern", "autocomplete", "value", "name", "placeholder"].map((name) => field.getAttribute(name));
    }),
    differences: differs("value", ATTRIBUTE, "React 18"),
  },
  "keeps an attribute for its default once it was typed in": { act: async (tools) => { await type("ab")(tools); await tools.run((field) => field.setAttribute("value", "default")); } },
  "refuses what is read-only": {
    act: run((field) =>
      ["form", "labels", "validity", "validationMessage", "willValidate"].map((name) => {
        try {
          Object.assign(field, { [name]: "other" });
          return "taken";
        } catch (error) {
          return (error as Error).name;
        }
      }),
    ),
    differences: differs("result form sent", "a framework sets the properties that there are: here they become attributes, where an input throws"),
  },
};
