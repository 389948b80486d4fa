//! Failed create requests: rejections, and unknown outcomes that a search may resolve.

use super::runner;
use crate::errors::{FaultDetails, ReadFailure, Rejection};
use crate::i18n::{Key, key, language, unknown_cause};
use crate::reactive::{derive, memo};
use crate::state::{AppState, RowState, Run, SearchState};
use crate::ui::{
    Button, ErrorMessage, Progress, ShowIf, bdi, code, dynamic, h3, p, set_attribute, span, strong,
};
use leptos::ev;
use leptos::prelude::*;
use volume_transfer::api::TransferLookup;
use volume_transfer::{Fault, Transfer, UnknownCause};

/// The live region for the failures of the last run. It always exists, because screen readers only
/// announce changes to existing regions.
#[component]
pub(super) fn CreateFailures() -> impl IntoView {
    let state = AppState::get();
    let failures = dynamic(move || {
        // Otherwise, the whole alert would be read again when a search ends. An attribute in the view
        // would add 400 bytes to the page.
        set_attribute("create-failure", "aria-atomic", Some("false"));
        // While the dialog is open, it shows them itself.
        let run = state.run.get().filter(|run| !run.is_shown())?;
        let rows = (0..run.rows.len()).filter_map(|row| failure(&run, row));
        Some(rows.collect_view().into_any())
    });
    view! { <div role="alert" id="create-failure" tabindex="-1">{failures}</div> }
}

/// Explains why a row's request returned no transfer. Shows nothing for other rows.
pub(super) fn failure(run: &Run, index: usize) -> Option<AnyView> {
    let row = run.rows.get(index)?;
    let volume = run.is_batch().then(|| row.volume.label().to_owned());
    // Rebuilt when the kind of state changes, not with every step of the search.
    let kind = row.state.clone();
    let kind = memo(move || kind.with(RowState::kind));
    let run = run.clone();
    Some(dynamic(move || {
        kind.get();
        let row = run.rows.get(index)?;
        match &*row.state.read_untracked() {
            RowState::Rejected(fault) => {
                Some(view! { <Rejected volume=volume.clone() fault=fault.clone() /> }.into_any())
            }
            RowState::Unknown(cause, _) => {
                let (cause, run) = (cause.clone(), run.clone());
                Some(view! { <OutcomeUnknown cause run index /> }.into_any())
            }
            RowState::Waiting | RowState::Creating | RowState::Created(..) => None,
        }
    }))
}

#[component]
fn Rejected(volume: Option<String>, fault: Fault) -> impl IntoView {
    view! {
        <ErrorMessage title=key::CREATE_REJECTED>
            {volume.map(|volume| view! { <p>{bdi(volume)}</p> }.into_any())}
            <Rejection fault />
        </ErrorMessage>
    }
}

#[component]
fn OutcomeUnknown(cause: UnknownCause, run: Run, index: usize) -> impl IntoView {
    let state = AppState::get();
    let language = language();
    let fault = cause.fault();
    let row = move |run: &Run| run.rows.get(index).map(|row| row.state.clone());
    let Some(row_state) = row(&run) else { return ().into_any() };
    let search = derive(move || {
        row_state.with(|state| match state {
            RowState::Unknown(_, search) => search.clone(),
            RowState::Waiting
            | RowState::Creating
            | RowState::Created(..)
            | RowState::Rejected(_) => SearchState::default(),
        })
    });
    let id = run.rows.get(index).map(|row| row.create.volume_id().as_str().to_owned());
    let project = run.session.project.as_str().to_owned();
    let searching = derive(move || search.with(|search| matches!(search, SearchState::Searching)));
    let cancelled = move |transfer: &Transfer| state.pending.was_cancelled(&transfer.id);
    let result = derive(move || {
        let text = |key: Key| language.get().format(key, &[]);
        match search.get() {
            SearchState::Searching => String::new(),
            SearchState::Failed(_) | SearchState::Finished(TransferLookup::Inconclusive) => {
                text(key::UNKNOWN_CANNOT_TELL)
            }
            SearchState::Finished(TransferLookup::NotFound) => text(key::UNKNOWN_NOT_MADE),
            SearchState::Finished(TransferLookup::Found(transfer)) if cancelled(&transfer) => {
                text(key::UNKNOWN_CANCELLED)
            }
            SearchState::Finished(TransferLookup::Found(transfer)) => {
                language.get().format(key::UNKNOWN_MADE, &[("id", transfer.id.as_str())])
            }
        }
    });
    let failure = dynamic(move || match search.get() {
        SearchState::Failed(error) => Some(view! { <ReadFailure error /> }.into_any()),
        SearchState::Searching | SearchState::Finished(_) => None,
    });
    let search_again = {
        let run = run.clone();
        move || runner::look_up_again(state, &run)
    };
    let online = window_event_listener(ev::online, {
        let search_again = search_again.clone();
        move |_| search_again()
    });
    on_cleanup(move || online.remove());
    let cancel = move || {
        if let SearchState::Finished(TransferLookup::Found(transfer)) = search.get_untracked() {
            let session = state.newest_session(&run.session);
            state.pending.cancelling.set(Some((session, vec![transfer])));
        }
    };
    let key_lost = move || {
        search
            .with(|search| matches!(search, SearchState::Finished(TransferLookup::Found(t)) if !cancelled(t)))
    };
    view! {
        <div class="message danger">
            {h3(key::UNKNOWN_TITLE)}
            <p>{span(key::CREATE_VOLUME)} " " {code(id.unwrap_or_default())}</p>
            <p>{span(key::CONNECT_PROJECT)} " " {code(project)}</p>
            {p(derive(move || unknown_cause(language.get(), &cause)))}
            {fault.map(|fault| view! { <FaultDetails fault /> }.into_any())}
            {p(key::UNKNOWN_ADVICE)}
            <Progress busy=searching label=key::UNKNOWN_LOOKING />
            <p>{strong(result)}</p>
            {failure}
            <ShowIf condition=key_lost><Button label=key::UNKNOWN_CANCEL on_press=cancel.clone() /></ShowIf>
            <ShowIf condition=derive(move || !search.with(SearchState::is_conclusive))>
                <Button label=key::UNKNOWN_LOOK on_press=search_again.clone() disabled=searching />
            </ShowIf>
        </div>
    }
    .into_any()
}
