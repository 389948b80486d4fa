// React 18 and 19. False properties are omitted, because on a custom element, React 18 writes them as
// attributes with the value "false".
import { useLayoutEffect, useReducer, useRef } from "react";
import { flushSync } from "react-dom";
import { createRoot } from "react-dom/client";

function Form({ tag: Field, start, host }) {
  const [state, update] = useReducer((old, changes) => ({ ...old, ...changes }), start);
  const field = useRef(null);
  const onInput = ({ target }) => update({ value: state.upperCase ? target.value.toUpperCase() : target.value });
  useLayoutEffect(() => {
    Object.assign(host, {
      update: (changes) => flushSync(() => update(changes)),
      state: () => state,
      ref: () => field.current,
    });
  });
  return (
    <form id="form">
      <fieldset disabled={state.fieldset}>
        <label htmlFor="field">Name</label>
        <Field
          id="field"
          ref={field}
          name={state.name}
          value={state.value}
          placeholder={state.placeholder}
          maxLength={state.maxLength}
          disabled={state.disabled || undefined}
          required={state.required || undefined}
          readOnly={state.readOnly || undefined}
          form={state.form}
          type={state.type}
          {...(Field === "input" ? { onChange: onInput } : { onInput })}
        />
      </fieldset>
      <button name="act" value="create" disabled={state.button}>
        Create
      </button>
    </form>
  );
}

export function mount(element, tag, start) {
  const root = createRoot(element);
  const host = { unmount: () => flushSync(() => root.unmount()) };
  flushSync(() => root.render(<Form tag={tag} start={start} host={host} />));
  return host;
}
