//! Interface elements without domain knowledge. Their parameters use few types, because generic view
//! code is compiled again for every combination of types.
//!
//! Text that may change is set as its element's `textContent`. Browser translation replaces text
//! nodes, and updates to a replaced node don't appear on the page.

mod alert;
mod button;
mod dialog;
mod download;
mod field;
mod progress;
mod root;
mod table;
mod tabs;
mod text;

pub(crate) use alert::ErrorMessage;
pub(crate) use button::{Button, Submit, after_button_release, ignore_displaced_clicks};
pub(crate) use dialog::Dialog;
pub(crate) use download::download;
pub(crate) use field::TextField;
pub(crate) use progress::Progress;
pub(crate) use root::by_id;
#[cfg(feature = "element")]
pub(crate) use root::shadow::set_current;
pub(crate) use table::{Cell, DetailsRow, SortHeader, Table};
pub(crate) use tabs::{Tab, fragment, on_tab_key};
pub(crate) use text::{bdi, code, h3, li, p, span, strong};

use crate::reactive::{derive, memo};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{ScrollIntoViewOptions, ScrollLogicalPosition};

/// Runs a function now, and again whenever a signal that it reads changes.
pub(crate) fn effect(run: impl Fn() + 'static) {
    fn boxed(run: Box<dyn Fn()>) {
        Effect::new(move |_| run());
    }
    boxed(Box::new(run));
}

/// Builds a view, and rebuilds it whenever a signal that it reads changes.
pub(crate) fn dynamic(build: impl Fn() -> Option<AnyView> + Send + 'static) -> AnyView {
    fn boxed(build: Box<dyn Fn() -> Option<AnyView> + Send>) -> AnyView {
        (move || build()).into_any()
    }
    boxed(Box::new(build))
}

/// Shows its children only while a condition is true.
#[component]
pub(crate) fn ShowIf(#[prop(into)] condition: Signal<bool>, children: ChildrenFn) -> impl IntoView {
    let condition = memo(move || condition.get());
    dynamic(move || condition.get().then(|| children()))
}

/// Returns the value of an ARIA attribute that is either `true` or absent.
pub(crate) fn aria_true(condition: Signal<bool>) -> Signal<Option<&'static str>> {
    derive(move || condition.get().then_some("true"))
}

/// Returns the value of an ARIA attribute that is either `true` or `false`.
pub(crate) fn aria_bool(
    condition: impl Fn() -> bool + Send + Sync + 'static,
) -> Signal<Option<&'static str>> {
    derive(move || Some(if condition() { "true" } else { "false" }))
}

/// Sets or removes an attribute of an element. No view may set the same attribute.
pub(crate) fn set_attribute(id: &str, attribute: &str, value: Option<&str>) {
    let Some(element) = by_id::<web_sys::Element>(id) else { return };
    // Can't fail for a valid attribute name.
    let _ = match value {
        Some(value) => element.set_attribute(attribute, value),
        None => element.remove_attribute(attribute),
    };
}

/// Runs a function whenever an event fires on an element that no view owns.
pub(crate) fn listen(id: &str, event: &'static str, run: impl Fn() + 'static) {
    let listener = Closure::<dyn Fn()>::new(run).into_js_value();
    if let Some(element) = by_id::<web_sys::EventTarget>(id) {
        // Can't fail for a function.
        let _ = element.add_event_listener_with_callback(event, listener.unchecked_ref());
    }
}

/// Adds a view to an element that no other view owns.
pub(crate) fn mount_into(id: &str, view: impl FnOnce() -> AnyView + 'static) {
    if let Some(element) = by_id::<web_sys::HtmlElement>(id) {
        leptos::mount::mount_to(element, view).forget();
    }
}

/// Moves the focus to an element. If a dialog covers it or its tab is hidden, moves the focus to the
/// heading of the dialog or of the current tab instead.
pub(crate) fn focus(id: &str) {
    for selector in [&*format!("#{id}"), "dialog[open] > h2", "[role=tabpanel]:not([hidden]) h2"] {
        if let Some(element) =
            root::find(selector).and_then(|e| e.dyn_into::<web_sys::HtmlElement>().ok())
        {
            // Ignores a failure, because the page can still be used without the focus.
            let _ = element.focus();
            if root::focused().is_some_and(|active| active.is_same_node(Some(&element))) {
                return;
            }
        }
    }
}

/// Scrolls an element into view in the next frame, no further than necessary.
pub(crate) fn reveal_next_frame(id: &'static str) {
    request_animation_frame(move || {
        if let Some(element) = by_id::<web_sys::Element>(id) {
            let options = ScrollIntoViewOptions::new();
            options.set_block(ScrollLogicalPosition::Nearest);
            element.scroll_into_view_with_scroll_into_view_options(&options);
        }
    });
}

/// Moves the focus in the next frame, after elements have been added and removed.
pub(crate) fn focus_next_frame(id: &'static str) {
    request_animation_frame(move || focus(id));
}
