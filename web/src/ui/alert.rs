//! Error messages.

use super::text::strong;
use crate::i18n::Key;
use leptos::prelude::*;

/// An error message: what happened, then the details.
#[component]
pub(crate) fn ErrorMessage(title: Key, children: Children) -> impl IntoView {
    view! {
        <div class="message danger">
            <p>{strong(title)}</p>
            {children()}
        </div>
    }
}
