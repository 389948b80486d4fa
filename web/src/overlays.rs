//! What appears on top of the tasks, both on the page and in the form that other pages embed: the
//! dialogs, and the browser's warning before a key is lost.

use crate::create::HandoverDialog;
use crate::pending::CancelDialog;
use crate::state::AppState;
use crate::ui::dynamic;
use leptos::ev;
use leptos::prelude::*;

#[component]
pub(crate) fn Overlays() -> impl IntoView {
    let state = AppState::get();
    // If a key is displayed or about to be, warns the user before they leave, because it can't be
    // retrieved later.
    let guard = window_event_listener(ev::beforeunload, move |event| {
        if state.would_lose_keys() {
            event.prevent_default();
        }
    });
    on_cleanup(move || guard.remove());
    view! {
        {dynamic(move || state.run.get().map(|run| view! { <HandoverDialog run /> }.into_any()))}
        {dynamic(move || state.pending.cancelling.get().map(|(session, transfers)| view! {
            <CancelDialog session transfers />
        }.into_any()))}
    }
}
