//! Cancels a transfer after a confirmation.

use crate::client::Session;
use crate::errors::ChangeFailure;
use crate::i18n::{key, name_or_none, t};
use crate::state::AppState;
use crate::ui::{Button, DetailsRow, Progress, dynamic, effect, focus_next_frame, show_dialog};
use leptos::ev;
use leptos::html::Dialog;
use leptos::prelude::*;
use leptos::task::spawn_local;
use volume_transfer::{ChangeError, Transfer, api};

/// Asks for confirmation before it cancels a transfer, because the key stops working.
#[component]
pub(crate) fn CancelDialog(session: Session, transfer: Transfer) -> impl IntoView {
    let state = AppState::get();
    let dialog = NodeRef::<Dialog>::new();
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<ChangeError>);
    let name = name_or_none(transfer.name.clone());
    let volume = state.label(&transfer.volume_id);
    let id = transfer.id.as_str().to_owned();

    effect(move || {
        if dialog.get().is_some() {
            show_dialog(dialog, "cancel");
        }
    });
    let close = move || {
        state.pending.cancelling.set(None);
        // Not before the next frame, because a modal dialog keeps the focus.
        focus_next_frame("transfers");
    };
    let confirm = move || {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failure.set(None);
        let (session, id) = (session.clone(), transfer.id.clone());
        spawn_local(async move {
            let request = api::delete(session.service, &session.project, &id);
            let result = api::decode_deleted(session.send(request).await);
            // Reload even after an error, to show whether the transfer still exists.
            state.refresh();
            match result {
                Ok(()) => {
                    state.pending.cancelled.update(|cancelled| cancelled.push(id));
                    close();
                }
                Err(error) => {
                    busy.try_set(false);
                    failure.try_set(Some(error));
                }
            }
        });
    };

    view! {
        <dialog node_ref=dialog aria-labelledby="cancel"
            on:cancel=move |event: ev::Event| {
                event.prevent_default();
                if !busy.get_untracked() {
                    close();
                }
            }
        >
            <h2 id="cancel" tabindex="-1" prop:textContent=t(key::CANCEL_TITLE) />
            <dl class="record">
                <DetailsRow name=key::CREATE_NAME><bdi prop:textContent=name /></DetailsRow>
                <DetailsRow name=key::HANDOVER_ID><code prop:textContent=id /></DetailsRow>
                <DetailsRow name=key::CREATE_VOLUME><bdi prop:textContent=volume /></DetailsRow>
            </dl>
            <p prop:textContent=t(key::CANCEL_WHAT) />
            <Progress busy label=key::CANCEL_BUSY />
            <div role="alert">
                {dynamic(move || failure.get().map(|error| view! {
                    <ChangeFailure error rejected=key::CANCEL_REJECTED unknown=key::CANCEL_UNKNOWN />
                }.into_any()))}
            </div>
            <div class="buttons">
                <Button label=key::CANCEL_CONFIRM on_press=confirm primary=true disabled=busy />
                <Button label=key::CANCEL_KEEP on_press=close />
            </div>
        </dialog>
    }
}
