// Compiles templates in the browser, so that no build step is needed.
import "@angular/compiler";
import { Component, CUSTOM_ELEMENTS_SCHEMA, provideZonelessChangeDetection, signal, ViewChild } from "@angular/core";
import { bootstrapApplication } from "@angular/platform-browser";

const bindings = `
  #field
  id="field"
  [name]="state().name"
  [value]="state().value"
  (input)="onInput($event.target.value)"
  [placeholder]="state().placeholder"
  [attr.maxlength]="state().maxLength"
  [disabled]="state().disabled"
  [required]="state().required"
  [readOnly]="state().readOnly"
  [attr.form]="state().form"
  [attr.type]="state().type"`;

export async function mount(root, tag, start) {
  const state = signal(start);
  let form;
  class Form {
    // Equivalent to the decorator @ViewChild("field").
    static propDecorators = { field: [{ type: ViewChild, args: ["field"] }] };
    state = state;
    tag = tag;
    constructor() {
      form = this;
    }
    onInput(value) {
      state.update((old) => ({ ...old, value: old.upperCase ? value.toUpperCase() : value }));
    }
  }
  const component = Component({
    selector: "transfer-form",
    schemas: [CUSTOM_ELEMENTS_SCHEMA],
    template: `
      <form id="form">
        <fieldset [disabled]="state().fieldset">
          <label for="field">Name</label>
          @if (tag === "input") {
            <input ${bindings} />
          } @else {
            <volume-transfer-name ${bindings}></volume-transfer-name>
          }
        </fieldset>
        <button name="act" value="create" [disabled]="state().button">Create</button>
      </form>`,
  })(Form);
  root.append(document.createElement("transfer-form"));
  const app = await bootstrapApplication(component, { providers: [provideZonelessChangeDetection()] });
  return {
    update: (changes) => {
      state.update((old) => ({ ...old, ...changes }));
      app.tick();
    },
    state,
    ref: () => form.field.nativeElement,
    unmount: () => app.destroy(),
  };
}
