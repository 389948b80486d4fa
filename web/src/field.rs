//! A line of text to fill in, with what is asked of it and what is wrong with it; the focus and the press.

use crate::text::{Key, t};
use leptos::html::Input;
use leptos::prelude::*;
use std::time::Duration;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::AddEventListenerOptions;

/// A labelled field. The hint and the error are its description, so that both are read out.
#[component]
pub(crate) fn TextField(
    id: &'static str,
    label: Key,
    /// HTML's `type`.
    #[prop(default = "text")]
    kind: &'static str,
    /// The input element, to be read and focused.
    node: NodeRef<Input>,
    /// The value that it starts with.
    #[prop(into, default = Signal::stored(String::new()))]
    value: Signal<String>,
    /// What is wrong with it now, if anything is.
    error: Signal<String>,
    /// What is asked of it.
    children: Children,
) -> impl IntoView {
    let wrong = Signal::derive(move || !error.with(String::is_empty));
    view! {
        <div class="field">
            <label for=id prop:textContent=t(label) />
            <input
                id=id
                type=kind
                node_ref=node
                prop:value=value
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                aria-invalid=aria_true(wrong)
                aria-describedby=format!("{id}-error {id}-hint")
            />
            <p class="error" id=format!("{id}-error") prop:textContent=error />
            <div class="hint" id=format!("{id}-hint")>{children()}</div>
        </div>
    }
}

/// The value of an ARIA attribute that is `true` or absent.
pub(crate) fn aria_true(holds: Signal<bool>) -> Signal<Option<&'static str>> {
    Signal::derive(move || holds.get().then_some("true"))
}

/// Moves the focus to an element.
pub(crate) fn focus(id: &str) {
    let element = document().get_element_by_id(id);
    if let Some(element) = element.and_then(|e| e.dyn_into::<web_sys::HtmlElement>().ok()) {
        // Focus is a courtesy; what it points at is on the page either way.
        let _ = element.focus();
    }
}

/// Moves the focus to an element that is drawn next, or away from one that is about to go.
pub(crate) fn focus_soon(id: &'static str) {
    request_animation_frame(move || focus(id));
}

/// Does this when no button is held down any more: a press on a button that it moves would be lost.
pub(crate) fn after_press(then: impl FnOnce() + 'static) {
    if !document().query_selector("button:active").is_ok_and(|held| held.is_some()) {
        return then();
    }
    let once = AddEventListenerOptions::new();
    once.set_once(true);
    // The click comes after the button is let go, in the same turn.
    let let_go = Closure::once_into_js(move || set_timeout(then, Duration::ZERO));
    // It cannot fail for a function.
    let _ = window().add_event_listener_with_callback_and_add_event_listener_options(
        "pointerup",
        let_go.unchecked_ref(),
        &once,
    );
}
