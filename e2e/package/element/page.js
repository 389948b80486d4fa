// Runs in the page: shows a field in the host's form and observes it from outside.

import { defineTransferName } from "volume-transfer/element";
import messages from "volume-transfer/messages/en.json";

// These don't include "select", which is fired asynchronously.
const EVENTS = [
  "beforeinput", "blur", "change", "click", "compositionend", "compositionstart", "focus", "input", "invalid", "keydown", "reset", "submit",
];

export async function start(mount) {
  await defineTransferName({ messages, source: "/form.wasm" });
  let host;
  let log;
  const id = (element) => element?.id || element?.localName || "document";
  const entries = (form, submitter) => Array.from(new FormData(form, submitter)).filter(([key]) => key !== "other");
  for (const type of EVENTS) {
    document.addEventListener(
      type,
      (event) => {
        log?.push(`${type} ${id(event.target)}`);
        if (type === "submit") log.push(entries(event.target, event.submitter).join("; "));
      },
      true,
    );
  }
  document.addEventListener("submit", (event) => event.preventDefault());

  window.test = {
    async show(tag, state, around = "") {
      await host?.unmount();
      document.body.innerHTML = `<div id="root"></div><form id="elsewhere"></form>${around}`;
      history.replaceState(null, "", "/");
      log = [];
      host = await mount(document.getElementById("root"), tag, state);
      log.length = 0;
    },
    update: (changes) => host.update(changes),
    observe() {
      const field = document.getElementById("field");
      const { form, validity } = field;
      return {
        value: field.value,
        default: field.defaultValue,
        state: host.state().value,
        ref: host.ref() === field,
        sent: form && entries(form).join("; "),
        invalid: [Array.from(Object.keys(ValidityState.prototype)).filter((key) => validity[key]).join(" "), field.matches(":invalid"), field.validationMessage !== ""].join(),
        validated: field.willValidate,
        disabled: [field.disabled, field.matches(":disabled")].join(),
        required: field.required,
        readOnly: field.readOnly,
        name: field.name,
        type: field.type,
        placeholder: field.placeholder,
        maxLength: field.maxLength,
        form: [form?.id, Array.from(form?.elements ?? []).includes(field)].join(),
        labels: Array.from(field.labels, (label) => label.textContent).join(),
        // Without focus, the selection depends on how the value was set.
        selection: document.activeElement === field && [field.selectionStart, field.selectionEnd, field.selectionDirection].join(),
        tabIndex: field.tabIndex,
        events: log.join(", "),
      };
    },
  };
}
