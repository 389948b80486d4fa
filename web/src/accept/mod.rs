//! Accepts transfers from other projects: one by its ID and key, or all those in a file.

mod batch;
mod file;
mod form;
mod list;

use crate::client::SessionData;
use crate::i18n::{Key, key, language, t};
use crate::reactive::derive;
use crate::state::AppState;
use crate::ui::{ShowIf, focus_next_frame, p};
use batch::{Batch, Row};
use file::{FileField, FileReader, PassphraseForm};
use form::{AcceptForm, Fields};
use leptos::prelude::*;
use list::TransferList;
use std::sync::Arc;
use volume_transfer::{CredentialsFile, TransferId, TransferSource};

#[component]
pub(crate) fn Accept(
    /// Whether the tab is shown.
    shown: Signal<bool>,
) -> impl IntoView {
    let state = AppState::get();
    let language = language();
    let fields = Fields::new();
    let batch = Batch::new();
    // The transfers that were accepted with the form.
    let accepted = RwSignal::new(Vec::<TransferId>::new());
    // What is unexpected about the last file, and how many of its transfers couldn't be read.
    let warning = RwSignal::new(None::<Key>);
    let unreadable = RwSignal::new(0_usize);

    let on_read = {
        let batch = Arc::clone(&batch);
        move |file: CredentialsFile| {
            warning.set(
                state.session.with_untracked(|session| mismatch(&file.source, session.as_deref()?)),
            );
            unreadable.set(file.unreadable);
            let known = |id: &TransferId| accepted.with_untracked(|ids| ids.contains(id));
            let empty = batch.rows.with_untracked(Vec::is_empty);
            match &*file.transfers {
                [transfer] if empty && !known(&transfer.handover.transfer_id) => {
                    fields.fill(&transfer.handover);
                }
                _ => {
                    batch.add(file.transfers.into_iter().map(|transfer| {
                        let accepted = known(&transfer.handover.transfer_id);
                        Row::new(transfer, accepted)
                    }));
                    focus_next_frame("accept");
                }
            }
        }
    };
    let reader = FileReader::new(on_read);
    on_cleanup({
        let batch = Arc::clone(&batch);
        move || batch.pace.stop()
    });
    let many = {
        let batch = Arc::clone(&batch);
        derive(move || batch.rows.with(|rows| !rows.is_empty()))
    };
    let warning_text = derive(move || {
        warning.get().map(|warning| language.get().format(warning, &[])).unwrap_or_default()
    });
    let unreadable_text = derive(move || match unreadable.get() {
        0 => String::new(),
        count => {
            language.get().format(key::ACCEPT_FILE_UNREADABLE, &[("count", &count.to_string())])
        }
    });
    let on_accepted = Callback::new(move |id| accepted.update(|ids| ids.push(id)));

    view! {
        <section aria-labelledby="accept">
            <h2 id="accept" tabindex="-1" prop:textContent=t(key::ACCEPT_TITLE) />
            {p(key::ACCEPT_HINT)}
            <FileField reader shown />
            <ShowIf condition=derive(move || reader.asks_for_passphrase())><PassphraseForm reader /></ShowIf>
            <p role="status" class="notice" prop:textContent=warning_text />
            <p role="status" class="notice" prop:textContent=unreadable_text />
            <ShowIf condition=many><TransferList batch=Arc::clone(&batch) /></ShowIf>
            <ShowIf condition=derive(move || !many.get())><AcceptForm fields on_accepted /></ShowIf>
        </section>
    }
}

/// Returns a warning if the source of a file's transfers doesn't match the current connection. One
/// service can have several addresses, so this is no reason to reject the file.
fn mismatch(source: &TransferSource, session: &SessionData) -> Option<Key> {
    let region = &session.account.region;
    if source.service.is_some_and(|service| service != session.service) {
        Some(key::ACCEPT_WARNING_SERVICE)
    } else if source.region.as_ref().is_some_and(|own| !region.is_empty() && own != region) {
        Some(key::ACCEPT_WARNING_REGION)
    } else if source.endpoint.as_ref().is_some_and(|endpoint| endpoint != session.endpoint.as_str())
    {
        Some(key::ACCEPT_WARNING_ENDPOINT)
    } else if source.project.as_ref() == Some(&session.project) {
        Some(key::ACCEPT_WARNING_PROJECT)
    } else {
        None
    }
}
