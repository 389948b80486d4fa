//! Runs: sends the create requests, at most two at a time, and looks up the outcomes that are unknown.

use crate::state::{AppState, RowState, Run, RunRow, SearchState};
use js_sys::{Date, Promise};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::sync::atomic::Ordering::Relaxed;
use volume_transfer::api::TransferLookup;
use volume_transfer::{ChangeError, Fault, VolumeId, api};
use wasm_bindgen_futures::JsFuture;

/// How many requests may be in progress at the same time.
const MAX_IN_FLIGHT: usize = 2;

/// The pause after "too many requests" if the response doesn't name one, in seconds.
const DEFAULT_DELAY: u64 = 5;

/// The longest pause that is waited for without asking, in seconds.
const MAX_DELAY: u64 = 300;

/// How many times in a row the service may say "too many requests" before the person is asked.
const MAX_BUSY: usize = 5;

/// The pause between two searches, in milliseconds.
const SEARCH_PAUSE_MS: i32 = 3_000;

/// How many searches may fail before the person has to start the next one.
const MAX_FAILED_SEARCHES: usize = 4;

/// Sends the requests of the rows that are waiting.
pub(super) fn start(state: AppState, run: &Run) {
    for _ in 0..MAX_IN_FLIGHT.min(run.rows.len()) {
        let run = run.clone();
        spawn_local(async move {
            while let Some(row) = next(&run).await {
                create(state, &run, row).await;
            }
            // The lists are refreshed once, when nothing is in progress any more. After an unknown
            // outcome, they are refreshed when the search ends.
            if untrack(|| !run.is_active()) {
                // Another project's page has no use for the rejections.
                if !state.is_same_project(&run.session) {
                    state.drop_finished_run();
                }
                state.refresh();
            }
        });
    }
}

/// Continues a paused run, with the current token.
pub(super) fn resume(state: AppState, run: &Run) {
    run.paused.set(None);
    run.busy.store(0, Relaxed);
    start(state, run);
}

/// Sends nothing more. Requests in progress finish.
pub(super) fn stop(run: &Run) {
    run.stopped.set(true);
    run.paused.set(None);
}

/// Waits until a request may be sent, and takes the next row.
async fn next(run: &Run) -> Option<&RunRow> {
    loop {
        let wait = run.resume_at.get_untracked() - Date::now();
        if wait <= 0.0 {
            run.resume_at.set(0.0);
            return run.next();
        }
        if !run.has_waiting() {
            return None;
        }
        // Short naps, so that Stop takes effect at once. The cast saturates.
        sleep((wait as i32).min(250)).await;
    }
}

/// Sends the request of a row, once.
async fn create(state: AppState, run: &Run, row: &RunRow) {
    let session = state.newest_session(&run.session);
    let volume = *row.create.volume_id();
    let request = api::create(session.service, &session.project, &row.create);
    let outcome = session.send(request).await;
    match api::decode_created(Some(volume), outcome) {
        Ok(created) => {
            let (record, handover) = created.into_handover();
            run.busy.store(0, Relaxed);
            row.state.set(RowState::Created(record, Some(handover)));
            state.select(&[volume], false);
        }
        Err(ChangeError::Rejected(fault)) => {
            state.record_fault(&volume, &fault);
            reject(run, row, fault);
        }
        Err(ChangeError::OutcomeUnknown(cause)) => {
            row.state.set(RowState::Unknown(cause, SearchState::Searching));
            look_up(state, run, row).await;
        }
    }
}

/// Records a rejection. One that concerns all rows leaves the row waiting, because another press may
/// succeed; a single row is always rejected.
fn reject(run: &Run, row: &RunRow, fault: Fault) {
    let scope = if run.is_batch() { scope(fault.kind()) } else { FaultScope::Volume };
    match scope {
        FaultScope::Volume => row.state.set(RowState::Rejected(fault)),
        FaultScope::Later => {
            let now = (Date::now() / 1000.0) as u64;
            let seconds = fault.retry_delay().and_then(|delay| seconds_from(&delay, now));
            let seconds = seconds.unwrap_or(DEFAULT_DELAY);
            row.state.set(RowState::Waiting);
            let in_a_row = run.busy.fetch_add(1, Relaxed);
            if seconds > MAX_DELAY || in_a_row >= MAX_BUSY {
                run.paused.set(Some(fault));
            } else {
                run.resume_at.set(Date::now() + 1000.0 * seconds as f64);
            }
        }
        FaultScope::Run => {
            row.state.set(RowState::Waiting);
            run.paused.set(Some(fault));
        }
    }
}

/// Searches for the transfer of a row whose outcome is unknown, until it is known or can't be told.
/// A search that failed is shown at once, and repeated all the same.
pub(super) async fn look_up(state: AppState, run: &Run, row: &RunRow) {
    let volume = *row.create.volume_id();
    let required = match &*row.state.read_untracked() {
        RowState::Unknown(cause, _) => cause.required_lookups(),
        _ => return,
    };
    let number = row.searches.fetch_add(1, Relaxed) + 1;
    let replaced = || row.searches.load(Relaxed) != number;
    set_search(row, SearchState::Searching);
    let (mut not_found, mut failed) = (0, 0);
    loop {
        let result = search(state, run, &volume).await;
        if replaced() {
            return;
        }
        match &result {
            SearchState::Finished(TransferLookup::NotFound) => not_found += 1,
            SearchState::Finished(TransferLookup::Found(_)) => not_found = required,
            SearchState::Finished(TransferLookup::Inconclusive) | SearchState::Failed(_) => {
                failed += 1;
            }
            SearchState::Searching => {}
        }
        let done = not_found >= required || failed >= MAX_FAILED_SEARCHES;
        if done || result != SearchState::Finished(TransferLookup::NotFound) {
            set_search(row, result);
        }
        if done {
            state.refresh();
            return;
        }
        sleep(SEARCH_PAUSE_MS).await;
        if replaced() {
            return;
        }
    }
}

/// Starts the searches again that haven't told yet whether a transfer exists, one after another.
pub(super) fn look_up_again(state: AppState, run: &Run) {
    let searches = || run.rows.iter().filter_map(RunRow::search);
    if searches().any(|search| search == SearchState::Searching) {
        return;
    }
    let run = run.clone();
    spawn_local(async move {
        for row in &run.rows {
            if row.search().is_some_and(|search| !search.is_conclusive()) {
                look_up(state, &run, row).await;
            }
        }
    });
}

/// Reads the project's transfers once. A page before an error may already contain the transfer.
async fn search(state: AppState, run: &Run, volume: &VolumeId) -> SearchState {
    let session = state.newest_session(&run.session);
    match session.transfers().await {
        Ok(list) => SearchState::Finished(list.lookup(volume)),
        Err((list, error)) => match list.lookup(volume) {
            found @ TransferLookup::Found(_) => SearchState::Finished(found),
            TransferLookup::NotFound | TransferLookup::Inconclusive => SearchState::Failed(error),
        },
    }
}

fn set_search(row: &RunRow, result: SearchState) {
    row.state.update(|state| {
        if let RowState::Unknown(_, search) = state {
            *search = result;
        }
    });
}

async fn sleep(milliseconds: i32) {
    let promise = Promise::new(&mut |resolve, _| {
        // Fails only for a window that is closing.
        let _ =
            window().set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, milliseconds);
    });
    let _ = JsFuture::from(promise).await;
}

// STUB
enum FaultScope {
    Volume,
    Later,
    Run,
}
fn scope(kind: volume_transfer::FaultKind) -> FaultScope {
    use volume_transfer::FaultKind as K;
    match kind {
        K::Busy => FaultScope::Later,
        K::NotFound | K::Refused | K::AuthKey | K::Server => FaultScope::Volume,
        _ => FaultScope::Run,
    }
}
fn seconds_from(delay: &volume_transfer::RetryDelay, _now: u64) -> Option<u64> {
    match delay {
        volume_transfer::RetryDelay::Seconds(s) => Some(*s as u64),
        _ => None,
    }
}
