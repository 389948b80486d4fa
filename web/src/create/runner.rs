//! Sends the create requests of a run, at most two at a time, and looks up unknown outcomes.

use crate::reactive::spawn_while;
use crate::state::{AppState, RowState, Run, RunRow, SearchState, sleep};
use crate::ui::reveal_next_frame;
use leptos::prelude::*;
use std::sync::atomic::Ordering::Relaxed;
use volume_transfer::api::TransferLookup;
use volume_transfer::{ChangeError, TransferCredentials, VolumeId, api};

/// How many requests may be in progress at the same time.
const MAX_IN_FLIGHT: usize = 2;

/// The pause between two searches, in milliseconds.
const SEARCH_PAUSE_MS: i32 = 3_000;

/// How many searches may fail before the user has to start the next one.
const MAX_FAILED_SEARCHES: usize = 4;

/// Sends the requests for the waiting rows.
pub(super) fn start(state: AppState, run: &Run) {
    while run.pace.enter(MAX_IN_FLIGHT.min(run.rows.len())) {
        let run = run.clone();
        spawn_while(state.session, async move {
            while run.pace.ready().await
                && let Some(row) = run.next()
            {
                create(state, &run, row).await;
            }
            run.pace.leave();
            // Refreshes the lists only once, when nothing is in progress anymore.
            if untrack(|| !run.is_active()) {
                // If the user has switched projects, the rejections no longer matter.
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
    run.pace.resume();
    start(state, run);
}

/// Sends a row's request, once.
async fn create(state: AppState, run: &Run, row: &RunRow) {
    let session = state.newest_session(&run.session);
    let volume = *row.create.volume_id();
    let request = api::create(session.service, &session.project, &row.create);
    let outcome = session.send(request).await;
    let result = api::decode_created(Some(volume), outcome);
    // In a batch, an error may affect the other rows as well.
    let concerns_all =
        result.as_ref().err().is_some_and(|error| run.is_batch() && run.pace.record_failure(error));
    // A batch shows its failures in a dialog.
    if result.is_err() && !run.is_batch() {
        // The list of requirements may be so long that the alert would be out of view.
        reveal_next_frame("create-failure");
    }
    match result {
        Ok(created) => {
            let (record, handover) = created.into_handover();
            run.pace.record_success();
            let credentials = TransferCredentials::new(&record, handover, Some(&row.volume));
            row.state.set(RowState::Created(record, Some(credentials)));
            state.select(&[volume], false);
        }
        Err(ChangeError::Rejected(fault)) => {
            state.record_fault(&volume, &fault);
            // If the error affects all rows, this one may still succeed later.
            row.state.set(if concerns_all { RowState::Waiting } else { RowState::Rejected(fault) });
        }
        Err(ChangeError::OutcomeUnknown(cause)) => {
            row.state.set(RowState::Unknown(cause, SearchState::Searching));
            look_up(state, run, row).await;
        }
    }
}

/// Searches for the transfer of a row whose outcome is unknown, until it is known or
/// [`MAX_FAILED_SEARCHES`] searches have failed. Shows a failed search immediately, then repeats it.
pub(super) async fn look_up(state: AppState, run: &Run, row: &RunRow) {
    let volume = *row.create.volume_id();
    let required = match &*row.state.read_untracked() {
        RowState::Unknown(cause, _) => cause.required_lookups(),
        RowState::Waiting | RowState::Creating | RowState::Created(..) | RowState::Rejected(_) => {
            return;
        }
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
            return;
        }
        sleep(SEARCH_PAUSE_MS).await;
        if replaced() {
            return;
        }
    }
}

/// Repeats the inconclusive searches, one after another.
pub(super) fn look_up_again(state: AppState, run: &Run) {
    let searches = || run.rows.iter().filter_map(RunRow::search);
    if searches().any(|search| search == SearchState::Searching) {
        return;
    }
    let run = run.clone();
    spawn_while(state.session, async move {
        for row in &run.rows {
            if row.search().is_some_and(|search| !search.is_conclusive()) {
                look_up(state, &run, row).await;
            }
        }
        state.refresh();
    });
}

/// Reads the project's transfers once. If a page can't be read, an earlier page may still
/// contain the transfer.
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
