//! Finds elements: in the document, or in the shadow tree of a form on another page.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::Element;

/// Returns the element with an ID.
pub(crate) fn by_id<T: JsCast>(id: &str) -> Option<T> {
    #[cfg(feature = "element")]
    if let Some(root) = shadow::current() {
        return root.get_element_by_id(id)?.dyn_into().ok();
    }
    document().get_element_by_id(id)?.dyn_into().ok()
}

/// Returns the first element that matches a selector.
pub(super) fn find(selector: &str) -> Option<Element> {
    #[cfg(feature = "element")]
    if let Some(root) = shadow::current() {
        return root.query_selector(selector).ok().flatten();
    }
    document().query_selector(selector).ok().flatten()
}

/// Returns the element that has the focus.
pub(super) fn focused() -> Option<Element> {
    #[cfg(feature = "element")]
    if let Some(root) = shadow::current() {
        return root.active_element();
    }
    document().active_element()
}

#[cfg(feature = "element")]
pub(crate) mod shadow {
    use std::cell::RefCell;
    use web_sys::ShadowRoot;

    thread_local! {
        static CURRENT: RefCell<Option<ShadowRoot>> = const { RefCell::new(None) };
    }

    /// Sets the shadow tree in which elements are found: that of the form mounted or used last. If a
    /// page has several forms, a late response must not take the focus from the one in use.
    pub(crate) fn set_current(root: &ShadowRoot) {
        CURRENT.set(Some(root.clone()));
    }

    pub(super) fn current() -> Option<ShadowRoot> {
        CURRENT.with_borrow(Clone::clone)
    }
}
