// No framework: sets attributes initially, and properties for later changes.

export function mount(root, tag, start) {
  const state = { ...start };
  root.innerHTML = `
    <form id="form">
      <fieldset>
        <label for="field">Name</label>
        <${tag} id="field" name="${start.name}" value="${start.value}" placeholder="${start.placeholder}" maxlength="${start.maxLength}"></${tag}>
      </fieldset>
      <button name="act" value="create">Create</button>
    </form>`;
  const field = root.querySelector("#field");
  const update = (changes) => {
    Object.assign(state, changes);
    for (const [name, value] of Object.entries(changes)) {
      if (name === "fieldset" || name === "button") root.querySelector(name).disabled = value;
      else if (name !== "form") field[name] = value;
      else if (value == null) field.removeAttribute(name);
      else field.setAttribute(name, value);
    }
  };
  field.addEventListener("input", () => {
    const value = state.upperCase ? field.value.toUpperCase() : field.value;
    if (value === field.value) state.value = value;
    else update({ value });
  });
  const { name, value, placeholder, maxLength, ...rest } = start;
  update(rest);
  return { update, state: () => state, ref: () => field, unmount: () => root.replaceChildren() };
}
