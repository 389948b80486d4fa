//! Text fields.

use super::aria_true;
use crate::i18n::{Key, t};
use crate::reactive::derive;
use leptos::html::Input;
use leptos::prelude::*;

/// A labeled text field. Its error and its hint form its accessible description.
#[component]
pub(crate) fn TextField(
    id: &'static str,
    label: Key,
    /// The input element's `type`.
    #[prop(default = "text")]
    input_type: &'static str,
    /// The input element, for reading its value and focusing it.
    node: NodeRef<Input>,
    /// The initial value. A later change replaces what was typed.
    #[prop(into, default = Signal::stored(String::new()))]
    value: Signal<String>,
    /// The current error, or an empty string.
    error: Signal<String>,
    /// The hint.
    children: Children,
) -> impl IntoView {
    let invalid = derive(move || !error.with(String::is_empty));
    view! {
        <div class="field">
            <label for=id prop:textContent=t(label) />
            <input
                id=id
                type=input_type
                node_ref=node
                prop:value=value
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                aria-invalid=aria_true(invalid)
                aria-describedby=format!("{id}-error {id}-hint")
            />
            <p class="error" id=format!("{id}-error") prop:textContent=error />
            <div class="hint" id=format!("{id}-hint")>{children()}</div>
        </div>
    }
}
