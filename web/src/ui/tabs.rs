//! Tabs. The address contains the current one, so that going back and reloading work.

use super::aria_bool;
use crate::reactive::derive;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// A tab: a link to its fragment. Only the current tab can be reached with the Tab key; the arrow keys
/// move between tabs.
#[component]
pub(crate) fn Tab(
    /// The part of the address after `#/`. The element `panel-{fragment}` is the tab's content.
    fragment: &'static str,
    label: Signal<String>,
    /// The current tab's fragment.
    current: RwSignal<&'static str>,
) -> impl IntoView {
    let is_current = move || current.get() == fragment;
    let tab_index = derive(move || Some(if is_current() { "0" } else { "-1" }));
    view! {
        <a role="tab" id=format!("tab-{fragment}") href=format!("#/{fragment}") aria-controls=format!("panel-{fragment}")
            aria-selected=aria_bool(is_current) tabindex=tab_index
            prop:textContent=label />
    }
}

/// Moves between the tabs of a tab list with the keyboard.
pub(crate) fn on_tab_key(event: &KeyboardEvent) {
    let Some(tab) = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok()) else {
        return;
    };
    let Some(list) = tab.parent_element() else { return };
    let next = match event.key().as_str() {
        "ArrowRight" | "ArrowDown" => {
            tab.next_element_sibling().or_else(|| list.first_element_child())
        }
        "ArrowLeft" | "ArrowUp" => {
            tab.previous_element_sibling().or_else(|| list.last_element_child())
        }
        "Home" => list.first_element_child(),
        "End" => list.last_element_child(),
        // Only Enter activates a link, but the space bar has to activate a tab as well.
        " " => Some(tab.into()),
        _ => return,
    };
    event.prevent_default();
    if let Some(next) = next.and_then(|next| next.dyn_into::<HtmlElement>().ok()) {
        // If this fails, the tab is shown anyway.
        let _ = next.focus();
        next.click();
    }
}

/// Returns the address's fragment, if it is a known one.
pub(crate) fn fragment(known: &[&'static str]) -> Option<&'static str> {
    let hash = window().location().hash().unwrap_or_default();
    let name = hash.strip_prefix("#/")?;
    known.iter().find(|fragment| **fragment == name).copied()
}
