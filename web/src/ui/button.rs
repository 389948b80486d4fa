//! Buttons. A disabled button can still be focused, so that screen readers can find it.

use super::{aria_true, root::find};
use crate::i18n::{Key, t};
use leptos::prelude::*;
use std::time::Duration;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{AddEventListenerOptions, Element, EventTarget, MouseEvent};

/// A button.
#[component]
pub(crate) fn Button(
    #[prop(into)] label: Signal<String>,
    #[prop(into)] on_press: Callback<()>,
    /// Whether this is the main action.
    #[prop(optional)]
    primary: bool,
    #[prop(optional, into)] disabled: Signal<bool>,
) -> impl IntoView {
    view! {
        <button type="button" class=primary.then_some("primary") on:click=move |_| on_press.run(())
            aria-disabled=aria_true(disabled) prop:textContent=label />
    }
}

/// A form's submit button.
#[component]
pub(crate) fn Submit(
    id: &'static str,
    label: Key,
    #[prop(into)] disabled: Signal<bool>,
    /// The ID of the element that says why the button is disabled.
    #[prop(optional)]
    described_by: Option<&'static str>,
) -> impl IntoView {
    view! {
        <button type="submit" id=id class="primary" aria-describedby=described_by
            aria-disabled=aria_true(disabled) prop:textContent=t(label) />
    }
}

/// Ignores the second click of a double click on anything in `root` if it hits a different
/// button than the first one did, because the first click has moved that button under the
/// pointer.
pub(crate) fn ignore_displaced_clicks(root: &EventTarget) {
    let mut first = None::<Element>;
    let listener = Closure::<dyn FnMut(MouseEvent)>::new(move |event: MouseEvent| {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let button = target.and_then(|target| target.closest("button").ok().flatten());
        // Counts the clicks in quick succession.
        if event.detail() > 1 && button != first {
            event.stop_propagation();
            event.prevent_default();
        } else {
            first = button;
        }
    });
    // Can't fail for a function. Captures the event before the button's own listener receives it.
    let _ = root.add_event_listener_with_callback_and_bool(
        "click",
        listener.into_js_value().unchecked_ref(),
        true,
    );
}

/// Runs a function once no button is held down, because a button that moves while it is held down
/// may never receive its click.
pub(crate) fn after_button_release(run: impl FnOnce() + 'static) {
    if find("button:active").is_none() {
        return run();
    }
    let options = AddEventListenerOptions::new();
    options.set_once(true);
    // The click event follows `pointerup` within the same task.
    let listener = Closure::once_into_js(move || set_timeout(run, Duration::ZERO));
    // Can't fail for a function.
    let _ = window().add_event_listener_with_callback_and_add_event_listener_options(
        "pointerup",
        listener.unchecked_ref(),
        &options,
    );
}
