/** @jsxImportSource preact */
import { render } from "preact";

export function mount(root, tag, start) {
  let state = { ...start };
  let field;
  const Field = tag;
  const draw = () =>
    render(
      <form id="form">
        <fieldset disabled={state.fieldset}>
          <label for="field">Name</label>
          <Field
            id="field"
            ref={(element) => (field = element)}
            name={state.name}
            value={state.value}
            placeholder={state.placeholder}
            maxLength={state.maxLength}
            disabled={state.disabled}
            required={state.required}
            readOnly={state.readOnly}
            form={state.form}
            type={state.type}
            onInput={({ target }) => update({ value: state.upperCase ? target.value.toUpperCase() : target.value })}
          />
        </fieldset>
        <button name="act" value="create" disabled={state.button}>
          Create
        </button>
      </form>,
      root,
    );
  const update = (changes) => {
    state = { ...state, ...changes };
    draw();
  };
  draw();
  return { update, state: () => state, ref: () => field, unmount: () => render(null, root) };
}
