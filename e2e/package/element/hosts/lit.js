import { html, render } from "lit";
import { ifDefined } from "lit/directives/if-defined.js";
import { live } from "lit/directives/live.js";
import { createRef, ref } from "lit/directives/ref.js";

export function mount(root, tag, start) {
  let state = { ...start };
  const field = createRef();
  const onInput = ({ target }) => update({ value: state.upperCase ? target.value.toUpperCase() : target.value });
  const templates = {
    input: () => html`
      <input
        id="field"
        ${ref(field)}
        name=${state.name}
        .value=${live(state.value)}
        placeholder=${ifDefined(state.placeholder)}
        maxlength=${ifDefined(state.maxLength)}
        ?disabled=${state.disabled}
        ?required=${state.required}
        ?readonly=${state.readOnly}
        form=${ifDefined(state.form)}
        type=${ifDefined(state.type)}
        @input=${onInput}
      />
    `,
    "volume-transfer-name": () => html`
      <volume-transfer-name
        id="field"
        ${ref(field)}
        name=${state.name}
        .value=${live(state.value)}
        placeholder=${ifDefined(state.placeholder)}
        maxlength=${ifDefined(state.maxLength)}
        ?disabled=${state.disabled}
        ?required=${state.required}
        ?readonly=${state.readOnly}
        form=${ifDefined(state.form)}
        type=${ifDefined(state.type)}
        @input=${onInput}
      ></volume-transfer-name>
    `,
  };
  const update = (changes) => {
    state = { ...state, ...changes };
    render(
      html`
        <form id="form">
          <fieldset ?disabled=${state.fieldset}>
            <label for="field">Name</label>
            ${templates[tag]()}
          </fieldset>
          <button name="act" value="create" ?disabled=${state.button}>Create</button>
        </form>
      `,
      root,
    );
  };
  update({});
  return { update, state: () => state, ref: () => field.value, unmount: () => render(null, root) };
}
