//! Cancels transfers once the user has confirmed.

use crate::client::Session;
use crate::errors::ChangeFailure;
use crate::i18n::{key, language, name_or_none};
use crate::reactive::{derive, spawn_while};
use crate::state::AppState;
use crate::ui::{Button, Cell, Dialog, Progress, Table, bdi, code, dynamic, focus_next_frame};
use leptos::prelude::*;
use volume_transfer::{ChangeError, FaultKind, Transfer, api};

const COLUMNS: &[(crate::i18n::Key, bool)] =
    &[(key::CREATE_NAME, false), (key::CREATE_VOLUME, false), (key::HANDOVER_ID, false)];

/// Lists the transfers and asks for confirmation before cancelling them, because their keys will
/// stop working.
#[component]
pub(crate) fn CancelDialog(session: Session, transfers: Vec<Transfer>) -> impl IntoView {
    let state = AppState::get();
    let language = language();
    let busy = RwSignal::new(false);
    // The transfers that are still to be cancelled, and the first failure.
    let remaining = RwSignal::new(transfers);
    let failure = RwSignal::new(None::<ChangeError>);
    let several = remaining.with_untracked(Vec::len) > 1;

    let close = move || {
        if !busy.get_untracked() {
            state.pending.cancelling.set(None);
            // Waits for the next frame, because an open modal dialog keeps the focus.
            focus_next_frame("transfers");
        }
    };
    let confirm = move || {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failure.set(None);
        let session = session.clone();
        spawn_while(state.session, async move {
            // A failure ends the sequence, because the next requests would probably fail as well.
            // If there are several transfers, one that no longer exists is skipped, because the
            // list says what became of it.
            while let Some(id) =
                remaining.try_with_untracked(|all| Some(all.first()?.id.clone())).flatten()
            {
                let session = state.newest_session(&session);
                let request = api::delete(session.service, &session.project, &id);
                match api::decode_deleted(session.send(request).await) {
                    Ok(()) => {
                        remaining.try_update(|all| all.retain(|transfer| transfer.id != id));
                        state.pending.cancelled.update(|cancelled| cancelled.push(id));
                    }
                    Err(ChangeError::Rejected(fault))
                        if several && fault.kind() == FaultKind::NotFound =>
                    {
                        remaining.try_update(|all| all.retain(|transfer| transfer.id != id));
                    }
                    Err(error) => {
                        failure.try_set(Some(error));
                        break;
                    }
                }
            }
            // Reloads even after an error, to show which transfers still exist.
            state.refresh();
            busy.try_set(false);
            if failure.try_with_untracked(Option::is_none) == Some(true) {
                close();
            }
        });
    };
    let rows = dynamic(move || {
        let rows = remaining.get().into_iter().map(|transfer| {
            let (name, volume) = (name_or_none(transfer.name), state.label(&transfer.volume_id));
            let id = transfer.id.as_str().to_owned();
            view! {
                <tr role="row">
                    <Cell column=key::CREATE_NAME class="name">{bdi(name)}</Cell>
                    <Cell column=key::CREATE_VOLUME class="volume">{bdi(volume)}</Cell>
                    <Cell column=key::HANDOVER_ID class="id">{code(id)}</Cell>
                </tr>
            }
            .into_any()
        });
        Some(rows.collect_view().into_any())
    });
    let text = move |one, several_key| {
        derive(move || {
            let count = remaining.with(Vec::len).to_string();
            language.get().format(if several { several_key } else { one }, &[("count", &count)])
        })
    };

    view! {
        <Dialog id="cancel" title=text(key::CANCEL_TITLE, key::CANCEL_TITLE_SEVERAL) on_close=close>
            <Table labelled_by="cancel" class="transfers" focusable=several columns=COLUMNS>{rows}</Table>
            <p id="cancel-text" prop:textContent=text(key::CANCEL_WHAT, key::CANCEL_WHAT_SEVERAL) />
            <Progress busy label=key::CANCEL_BUSY />
            <div role="alert">
                {dynamic(move || failure.get().map(|error| view! {
                    <ChangeFailure error rejected=key::CANCEL_REJECTED unknown=key::CANCEL_UNKNOWN
                        not_found=key::CANCEL_NOT_FOUND />
                }.into_any()))}
            </div>
            <div class="buttons">
                <Button label=text(key::CANCEL_CONFIRM, key::CANCEL_CONFIRM_SEVERAL) on_press=confirm primary=true disabled=busy />
                <Button label=text(key::CANCEL_KEEP, key::CANCEL_KEEP_SEVERAL) on_press=close />
            </div>
        </Dialog>
    }
}
