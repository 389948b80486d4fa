//! Error messages.

use crate::i18n::{Key, t};
use leptos::prelude::*;

/// An error message: what happened, then the details.
#[component]
pub(crate) fn ErrorMessage(title: Key, children: Children) -> impl IntoView {
    view! {
        <div class="message danger">
            <p><strong prop:textContent=t(title) /></p>
            {children()}
        </div>
    }
}
