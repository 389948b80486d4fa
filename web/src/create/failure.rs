//! Failed create requests: rejections, and outcomes that are unknown until a search finds the transfer.

use crate::client::Session;
use crate::errors::{FaultDetails, ReadFailure, Rejection};
use crate::i18n::{Key, key, language, t, unknown_cause};
use crate::state::AppState;
use crate::ui::{Button, ErrorMessage, Progress, ShowIf, dynamic};
use js_sys::Promise;
use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::sync::Arc;
use volume_transfer::api::TransferLookup;
use volume_transfer::{Fault, ReadError, Transfer, UnknownCause, VolumeId};
use wasm_bindgen_futures::JsFuture;

/// Why the last create request returned no transfer.
#[derive(Clone)]
pub(super) enum CreateFailure {
    Rejected(Fault),
    OutcomeUnknown {
        cause: UnknownCause,
        volume: VolumeId,
        /// The session that sent the request: another project's list would prove nothing.
        session: Session,
    },
}

/// The pause between two searches, in milliseconds.
const SEARCH_PAUSE_MS: i32 = 3_000;

/// How many searches may fail before the person has to start the next one.
const MAX_FAILED_SEARCHES: usize = 4;

/// The state of the search for a transfer that may have been created.
#[derive(Clone, Default)]
pub(super) enum SearchState {
    #[default]
    NotStarted,
    Searching,
    Failed(ReadError),
    Finished(TransferLookup),
}

impl SearchState {
    /// Returns whether it is known now if a transfer was created.
    pub(super) fn is_conclusive(&self) -> bool {
        match self {
            SearchState::NotStarted | SearchState::Searching | SearchState::Failed(_) => false,
            SearchState::Finished(TransferLookup::Inconclusive) => false,
            SearchState::Finished(TransferLookup::NotFound | TransferLookup::Found(_)) => true,
        }
    }
}

/// The live region for failures. It always exists, because screen readers only announce changes to
/// existing regions.
#[component]
pub(super) fn CreateFailureAlert(
    failure: RwSignal<Option<CreateFailure>>,
    search: RwSignal<SearchState>,
) -> impl IntoView {
    view! {
        <div role="alert" id="create-failure" tabindex="-1">
            {dynamic(move || failure.get().map(|failure| match failure {
                CreateFailure::Rejected(fault) => view! { <Rejected fault /> }.into_any(),
                CreateFailure::OutcomeUnknown { cause, volume, session } => {
                    view! { <OutcomeUnknown cause volume session search /> }.into_any()
                }
            }))}
        </div>
    }
}

#[component]
fn Rejected(fault: Fault) -> impl IntoView {
    view! { <ErrorMessage title=key::CREATE_REJECTED><Rejection fault /></ErrorMessage> }
}

#[component]
fn OutcomeUnknown(
    cause: UnknownCause,
    volume: VolumeId,
    session: Session,
    search: RwSignal<SearchState>,
) -> impl IntoView {
    let state = AppState::get();
    let language = language();
    let fault = cause.fault();
    let id = volume.as_str().to_owned();
    let project = session.project.as_str().to_owned();
    let searching = move || search.with(|search| matches!(search, SearchState::Searching));
    let searches_required = cause.required_lookups();
    let cancelled = move |transfer: &Transfer| state.pending.was_cancelled(&transfer.id);
    let result = Signal::derive(move || {
        let text = |key: Key| language.get().format(key, &[]);
        match search.get() {
            SearchState::NotStarted | SearchState::Searching => String::new(),
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
        SearchState::NotStarted | SearchState::Searching | SearchState::Finished(_) => None,
    });
    // Uses the current session if it is for the same project, because its token may be newer.
    let newest_session = {
        let session = Arc::clone(&session);
        move || {
            let current = state.session.get_untracked().filter(|now| now.same_project(&session));
            current.unwrap_or_else(|| Arc::clone(&session))
        }
    };
    // The number of the current run. Starting a new run ends the previous one.
    let current_run = StoredValue::new(0_usize);
    let start_search = {
        let newest_session = newest_session.clone();
        move || {
            let run = current_run.get_value() + 1;
            current_run.set_value(run);
            search.set(SearchState::Searching);
            let newest_session = newest_session.clone();
            spawn_local(async move {
                let (mut not_found, mut failed) = (0, 0);
                loop {
                    let session = newest_session();
                    let result = match session.transfers().await {
                        Ok(list) => SearchState::Finished(list.lookup(&volume)),
                        // The pages before the error may contain the transfer.
                        Err((list, error)) => match list.lookup(&volume) {
                            made @ TransferLookup::Found(_) => SearchState::Finished(made),
                            TransferLookup::NotFound | TransferLookup::Inconclusive => {
                                SearchState::Failed(error)
                            }
                        },
                    };
                    // `None` if the alert has been removed.
                    if current_run.try_get_value() != Some(run) {
                        return;
                    }
                    match &result {
                        SearchState::Finished(TransferLookup::NotFound) => not_found += 1,
                        SearchState::Finished(TransferLookup::Found(_)) => {
                            not_found = searches_required
                        }
                        SearchState::Finished(TransferLookup::Inconclusive)
                        | SearchState::Failed(_) => {
                            failed += 1;
                        }
                        SearchState::NotStarted | SearchState::Searching => {}
                    }
                    let done = not_found >= searches_required || failed >= MAX_FAILED_SEARCHES;
                    if done || !matches!(result, SearchState::Finished(TransferLookup::NotFound)) {
                        search.set(result);
                    }
                    if done {
                        state.refresh();
                        return;
                    }
                    sleep(SEARCH_PAUSE_MS).await;
                    if current_run.try_get_value() != Some(run) {
                        return;
                    }
                }
            });
        }
    };
    start_search();
    let online = window_event_listener(ev::online, {
        let start_search = start_search.clone();
        move |_| {
            if !search.with_untracked(SearchState::is_conclusive) {
                start_search();
            }
        }
    });
    on_cleanup(move || online.remove());
    let search_again = move || {
        if !searching() {
            start_search();
        }
    };
    let cancel = move || {
        if let SearchState::Finished(TransferLookup::Found(transfer)) = search.get_untracked() {
            state.pending.cancelling.set(Some((newest_session(), transfer)));
        }
    };
    let key_lost = move || {
        search
            .with(|search| matches!(search, SearchState::Finished(TransferLookup::Found(t)) if !cancelled(t)))
    };
    view! {
        <div class="message danger">
            <h3 prop:textContent=t(key::UNKNOWN_TITLE) />
            <p><span prop:textContent=t(key::CREATE_VOLUME) /> " " <code prop:textContent=id /></p>
            <p><span prop:textContent=t(key::CONNECT_PROJECT) /> " " <code prop:textContent=project /></p>
            <p prop:textContent=Signal::derive(move || unknown_cause(language.get(), &cause)) />
            {fault.map(|fault| view! { <FaultDetails fault /> }.into_any())}
            <p prop:textContent=t(key::UNKNOWN_ADVICE) />
            <Progress busy=Signal::derive(searching) label=key::UNKNOWN_LOOKING />
            <p><strong prop:textContent=result /></p>
            {failure}
            <ShowIf condition=key_lost><Button label=key::UNKNOWN_CANCEL on_press=cancel.clone() /></ShowIf>
            <ShowIf condition=move || !search.with(SearchState::is_conclusive)>
                <Button label=key::UNKNOWN_LOOK on_press=search_again.clone() disabled=searching />
            </ShowIf>
        </div>
    }
}

async fn sleep(milliseconds: i32) {
    let promise = Promise::new(&mut |resolve, _| {
        // Fails only for a window that is closing.
        let _ =
            window().set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, milliseconds);
    });
    let _ = JsFuture::from(promise).await;
}
