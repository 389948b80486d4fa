// The behaviors of an input, as data. Each is tried on an input and on the element, with every host's
// own bindings. All observable differences between the two must be listed here.

import type { CDPSession, Locator, Page } from "@playwright/test";
import { HOSTS, type Host } from "./hosts.ts";

/** The values that a form binds. */
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
  /** Whether the button is disabled. */
  button?: boolean;
  /** Whether the fieldset is disabled. */
  fieldset?: boolean;
  /** Whether typed text is converted to upper case. */
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
  /** Waits until the host and the browser have finished asynchronous work. */
  settle(): Promise<void>;
  /** Updates bound values. */
  bind(changes: State): Promise<void>;
  /** Runs a function in the page. Its result is compared, too. */
  run(body: (field: HTMLInputElement) => unknown): Promise<void>;
}

/** A difference between the element and an input. */
export interface Difference {
  /** The observation that differs. */
  what: string;
  /** The value observed on the input, if it is always the same. */
  input?: unknown;
  /** The value observed on the element, if it is always the same. */
  element?: unknown;
  why: string;
  /** The hosts in which it differs; all by default. */
  hosts?: Host[];
}

export interface Behavior {
  /** Initial values that differ from `START`. */
  start?: State;
  /** HTML around the form. */
  around?: string;
  act(tools: Tools): Promise<unknown>;
  /** The differences that must occur. */
  differences?: Difference[];
}

const ATTRIBUTE = "React 18 sets a custom element's attribute, which is its default value, instead of the property";

/** Differences that may occur in any behavior, and must occur in at least one. */
export const EVERYWHERE: Difference[] = [
  { what: "sent", input: "name,", element: "", why: "an empty name isn't submitted" },
  { what: "default", element: "", hosts: ["React 19"], why: "React writes the value attribute of its own inputs only" },
  { what: "selection", input: "5,5,forward", element: "0,0,forward", hosts: ["React 18"], why: ATTRIBUTE },
];

const differs = (what: string, why: string, ...hosts: Host[]): Difference[] =>
  what.split(" ").map((what) => ({ what, why, ...(hosts.length && { hosts }) }));

const except = (...hosts: Host[]) => (Object.keys(HOSTS) as Host[]).filter((host) => !hosts.includes(host));

// Doesn't use Playwright's `focus`, which moves an input's cursor.
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

export const BEHAVIORS: Record<string, Behavior> = {
  // Binding.
  "starts with the bound values": { act: async () => {} },
  "updates the value": { act: bind({ value: "second" }) },
  "accepts an empty value": { act: bind({ value: "" }) },
  "accepts a number": { act: bind({ value: 7 }) },
  "accepts an undefined value": {
    act: bind({ value: undefined }),
    differences: [
      ...differs("value sent", "undefined empties the element, but an input shows the word", "plain HTML", "Angular", "Lit", "Solid"),
      ...differs("value sent", "React doesn't change the value of its own inputs", "React 18", "React 19"),
      ...differs("default", "React doesn't change the value of its own inputs", "React 18"),
    ],
  },
  "accepts a null value": {
    act: bind({ value: null }),
    differences: [
      ...differs("value sent", "React doesn't change the value of its own inputs", "React 18", "React 19"),
      ...differs("default", "React doesn't change the value of its own inputs", "React 18"),
    ],
  },
  "updates the name": { act: bind({ name: "other" }) },
  "updates the placeholder": { act: bind({ placeholder: "a shorter name" }) },
  "accepts an undefined placeholder": {
    act: bind({ placeholder: undefined }),
    differences: differs("placeholder", "undefined removes the attribute, but an input shows the word", "plain HTML", "Angular"),
  },
  "accepts a null placeholder": {
    act: bind({ placeholder: null }),
    differences: differs("placeholder", "null removes the attribute, but an input shows the word", "plain HTML", "Angular"),
  },
  "updates the maximum length": { act: bind({ maxLength: 3 }) },
  "accepts an undefined maximum length": {
    act: bind({ maxLength: undefined }),
    differences: differs("maxLength", "undefined removes the limit, but an input accepts no more text", "plain HTML", "Preact"),
  },
  "updates the type": {
    act: bind({ type: "search" }),
    differences: differs("type", "it is a text field, whatever its type attribute says"),
  },
  "accepts an undefined type": { act: bind({ type: undefined }) },
  "is disabled and enabled": { act: async ({ bind }) => { await bind({ disabled: true }); await bind({ disabled: false }); } },
  "is disabled": { act: bind({ disabled: true }) },
  "treats undefined as false": { start: { disabled: true, required: true, readOnly: true }, act: bind({ disabled: undefined, required: undefined, readOnly: undefined }) },
  "treats null as false": { start: { disabled: true, required: true, readOnly: true }, act: bind({ disabled: null, required: null, readOnly: null }) },
  "is required and empty": { start: { required: true, value: "" }, act: async () => {} },
  "is required and filled in": { start: { required: true }, act: async () => {} },
  "is read-only": { start: { readOnly: true }, act: type("x") },
  "is assigned to another form by ID": { act: bind({ form: "elsewhere" }) },
  "returns from another form": { start: { form: "elsewhere" }, act: bind({ form: undefined }) },

  // Typing.
  "accepts typed text": { act: type("ab") },
  "accepts typed text and loses focus": { act: async (tools) => { await type("ab")(tools); await tools.page.keyboard.press("Tab"); } },
  "limits typed text to its maximum length": { act: type("123456789") },
  "is cleared by key presses": { act: press("ControlOrMeta+a", "Delete") },
  "shows the value that the form derives": {
    start: { upperCase: true, value: "" },
    act: type("ab"),
    differences: differs("value sent", ATTRIBUTE, "React 18"),
  },
  "updates the value after typing": {
    act: async (tools) => { await type("ab")(tools); await tools.bind({ value: "second" }); },
    differences: differs("value sent selection", ATTRIBUTE, "React 18"),
  },
  "is cleared after typing": {
    act: async (tools) => { await type("ab")(tools); await tools.bind({ value: "" }); },
    differences: differs("value sent selection", ATTRIBUTE, "React 18"),
  },
  "is autofilled": {
    // Autofill fires an input and a change event, but no key events.
    act: run((field) => {
      const inner = (field.shadowRoot?.querySelector("input") ?? field) as HTMLInputElement;
      Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value")!.set!.call(inner, "filled");
      inner.dispatchEvent(new InputEvent("input", { bubbles: true, composed: true }));
      inner.dispatchEvent(new Event("change", { bubbles: true }));
    }),
  },
  "accepts composed text": {
    start: { value: "" },
    act: async (tools) => {
      await focus(tools);
      const { devtools } = tools;
      await devtools.send("Input.imeSetComposition", { text: "juan", selectionStart: 4, selectionEnd: 4 });
      await devtools.send("Input.imeSetComposition", { text: "卷", selectionStart: 1, selectionEnd: 1 });
      await devtools.send("Input.insertText", { text: "卷" });
    },
  },
  "is in the middle of a composition": {
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
    differences: differs("selection", "the browser selects the text when it delegates focus from a label"),
  },
  "is clicked inside its label": {
    act: async ({ run, field }) => {
      await run((field) => { const label = document.querySelector("label")!; label.removeAttribute("for"); label.append(field); });
      await field.click({ position: { x: 12, y: 8 } });
    },
  },
  "is focused by a click": { act: ({ field }) => field.click({ position: { x: 12, y: 8 } }) },
  "is focused by Tab": { act: async ({ page }) => { await page.locator("body").click({ position: { x: 1, y: 1 } }); await page.keyboard.press("Tab"); } },
  "is skipped by Tab with a negative tabindex": {
    act: async ({ page, run }) => {
      await run((field) => (field.tabIndex = -1));
      await page.locator("body").click({ position: { x: 1, y: 1 } });
      await page.keyboard.press("Tab");
    },
  },
  "is focused and blurred by script": { act: run((field) => { field.focus(); field.blur(); }) },
  "isn't focused while disabled": { start: { disabled: true }, act: run((field) => field.focus()) },
  "selects everything and fires a select event": {
    act: run((field) => {
      field.focus();
      const selected = new Promise((done) => addEventListener("select", ({ target }) => done((target as Element).id), { once: true, capture: true }));
      field.select();
      return Promise.race([selected, new Promise((done) => setTimeout(done, 500, "none"))]);
    }),
  },
  "selects a range": { act: run((field) => { field.focus(); field.setSelectionRange(1, 3, "backward"); }) },
  "sets the start of the selection": {
    act: run((field) => { field.focus(); field.selectionStart = 2; }),
    differences: differs("selection", ATTRIBUTE, "React 18"),
  },
  "replaces a range": { act: run((field) => { field.focus(); field.setRangeText("XY", 0, 2, "end"); }) },

  // Validation.
  "checks its validity": { start: { required: true, value: "" }, act: run((field) => [field.checkValidity(), field.form!.checkValidity()]) },
  "reports its validity": { start: { required: true, value: "" }, act: run((field) => field.reportValidity()) },
  "shows a custom error": { act: run((field) => { field.setCustomValidity("taken"); return field.validationMessage; }) },
  "clears a custom error": { act: run((field) => { field.setCustomValidity("taken"); field.setCustomValidity(""); }) },
  "is already valid in an input listener": {
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
    differences: differs("invalid", "Angular and Solid assign the text that was just typed, and an assigned value is never too short", "Angular", "Solid"),
  },
  "doesn't match its pattern": { act: run((field) => (field.pattern = "[0-9]+")) },
  "isn't validated while disabled": { start: { disabled: true, required: true, value: "" }, act: run((field) => [field.checkValidity(), field.form!.checkValidity()]) },
  "isn't validated while read-only": { start: { readOnly: true, required: true, value: "" }, act: run((field) => [field.checkValidity(), field.form!.checkValidity()]) },

  // The form.
  "is reset": {
    act: async (tools) => { await type("ab")(tools); await tools.run((field) => field.form!.reset()); },
    differences: [
      ...differs("value sent selection", "React writes the value attribute of its own inputs only", "React 19"),
      ...differs("state", "Svelte's bind:value, which works only for its own inputs, follows a reset", "Svelte"),
    ],
  },
  "is reset to another default": {
    act: async (tools) => { await type("ab")(tools); await tools.run((field) => { field.defaultValue = "other"; field.form!.reset(); }); },
    differences: differs("state", "Svelte's bind:value, which works only for its own inputs, follows a reset", "Svelte"),
  },
  "is disabled by its fieldset": { act: bind({ fieldset: true }) },
  "is enabled with its fieldset": { start: { fieldset: true }, act: bind({ fieldset: false }) },
  "isn't submitted while disabled": { start: { disabled: true }, act: ({ page }) => page.locator("button").click() },
  "is submitted by a click": { act: ({ page }) => page.locator("button").click() },
  "blocks submission": { start: { required: true, value: "" }, act: ({ page }) => page.locator("button").click() },

  // Enter.
  "submits on Enter like its button": { act: press("Enter") },
  "submits on Enter after typing": { act: async (tools) => { await type("ab")(tools); await tools.page.keyboard.press("Enter"); } },
  "submits nothing on Enter while the button is disabled": { start: { button: true }, act: press("Enter") },
  "submits nothing on Enter while invalid": { start: { required: true, value: "" }, act: press("Enter") },
  "submits on Enter while read-only": { start: { readOnly: true }, act: press("Enter") },
  "submits on Enter without a button": { act: async (tools) => { await tools.run(() => document.querySelector("button")!.remove()); await press("Enter")(tools); } },
  "submits nothing on Enter without a button and with another field": {
    act: async (tools) => {
      await tools.run((field) => { document.querySelector("button")!.remove(); field.after(Object.assign(document.createElement("input"), { name: "other" })); });
      await press("Enter")(tools);
    },
  },
  "submits on Enter without a button beside a checkbox": {
    act: async (tools) => {
      await tools.run((field) => { document.querySelector("button")!.remove(); field.after(Object.assign(document.createElement("input"), { name: "other", type: "checkbox" })); });
      await press("Enter")(tools);
    },
  },
  "submits on Enter from another field": {
    act: async ({ page, run }) => {
      await run((field) => { document.querySelector("button")!.remove(); field.after(Object.assign(document.createElement("input"), { name: "other", id: "other" })); });
      await page.locator("#other").press("Enter");
    },
    differences: differs("events", "browsers count only inputs, so they take the other one to be the form's only field"),
  },
  "submits on Enter with the form's first button": {
    around: '<button form="form" name="act" value="late">Late</button>',
    act: async (tools) => {
      await tools.run(() => document.querySelector("#form")!.prepend(Object.assign(document.createElement("input"), { type: "image", name: "act", value: "image", alt: "Send" })));
      await press("Enter")(tools);
    },
  },
  "submits on Enter with a button outside of the form": {
    around: '<button form="form" name="act" value="outside">Outside</button>',
    act: async (tools) => { await tools.run(() => document.querySelector("#form button")!.remove()); await press("Enter")(tools); },
  },
  "submits nothing on Enter if the key press is prevented": {
    act: async (tools) => {
      await tools.run(() => document.addEventListener("keydown", (event) => event.preventDefault(), { once: true, capture: true }));
      await press("Enter")(tools);
    },
  },
  "submits nothing on Enter while composing": {
    start: { value: "" },
    act: async (tools) => {
      await focus(tools);
      await tools.devtools.send("Input.imeSetComposition", { text: "juan", selectionStart: 4, selectionEnd: 4 });
      await tools.devtools.send("Input.dispatchKeyEvent", { type: "rawKeyDown", key: "Enter", code: "Enter", windowsVirtualKeyCode: 229 });
      await tools.devtools.send("Input.insertText", { text: "卷" });
      await tools.devtools.send("Input.dispatchKeyEvent", { type: "keyUp", key: "Enter", code: "Enter", windowsVirtualKeyCode: 13 });
    },
  },
  "submits nothing on an Enter that ends a composition and is reported after it": {
    // Safari's order: compositionend, then the key press that caused it, with key code 229.
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
    differences: differs("result", "a clone gets only attributes, but an input's clone also gets its text", ...except("plain HTML", "React 18")),
  },
  "is cloned after typing": {
    act: async (tools) => { await type("ab")(tools); await tools.run((field) => (field.cloneNode() as HTMLInputElement).value); },
    differences: differs("result", "a clone gets only attributes, but an input's clone also gets its text", ...except("React 18")),
  },
  "reflects attributes as properties": {
    act: run((field) => {
      field.setAttribute("required", "");
      field.setAttribute("readonly", "");
      field.setAttribute("minlength", "2");
      field.setAttribute("pattern", "[a-z]+");
      field.setAttribute("autocomplete", "on");
      return [field.required, field.readOnly, field.minLength, field.pattern, field.autocomplete, field.hasAttribute("disabled")];
    }),
  },
  "reflects properties as attributes": {
    act: run((field) => {
      field.required = field.readOnly = field.disabled = true;
      Object.assign(field, { minLength: 2, pattern: "[a-z]+", autocomplete: "on", defaultValue: "d", name: "n", placeholder: "p" });
      return ["required", "readonly", "disabled", "minlength", "pattern", "autocomplete", "value", "name", "placeholder"].map((name) => field.getAttribute(name));
    }),
    differences: differs("value", ATTRIBUTE, "React 18"),
  },
  "treats its value attribute as the default after typing": { act: async (tools) => { await type("ab")(tools); await tools.run((field) => field.setAttribute("value", "default")); } },
  "rejects assignments to read-only properties": {
    act: run((field) =>
      ["form", "labels", "validity", "validationMessage", "willValidate"].map((name) => {
        try {
          Object.assign(field, { [name]: "other" });
          return "assigned";
        } catch (error) {
          return (error as Error).name;
        }
      }),
    ),
    differences: differs("result form sent", "frameworks assign any property that exists, so the element turns these values into attributes, but an input throws"),
  },
};
