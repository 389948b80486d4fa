import { Show } from "solid-js";
import { createStore } from "solid-js/store";
import { render } from "solid-js/web";

export function mount(root, tag, start) {
  const [state, setState] = createStore({ ...start });
  let field;
  const onInput = ({ target }) => setState({ value: state.upperCase ? target.value.toUpperCase() : target.value });
  const unmount = render(
    () => (
      <form id="form">
        <fieldset disabled={state.fieldset}>
          <label for="field">Name</label>
          <Show
            when={tag === "input"}
            fallback={
              <volume-transfer-name
                id="field"
                ref={field}
                name={state.name}
                value={state.value}
                placeholder={state.placeholder}
                attr:maxlength={state.maxLength}
                disabled={state.disabled}
                required={state.required}
                readOnly={state.readOnly}
                form={state.form}
                type={state.type}
                onInput={onInput}
              />
            }
          >
            <input
              id="field"
              ref={field}
              name={state.name}
              value={state.value}
              placeholder={state.placeholder}
              attr:maxlength={state.maxLength}
              disabled={state.disabled}
              required={state.required}
              readOnly={state.readOnly}
              form={state.form}
              type={state.type}
              onInput={onInput}
            />
          </Show>
        </fieldset>
        <button name="act" value="create" disabled={state.button}>
          Create
        </button>
      </form>
    ),
    root,
  );
  return { update: setState, state: () => state, ref: () => field, unmount };
}
