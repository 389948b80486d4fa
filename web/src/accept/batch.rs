//! Accepts the transfers from credentials files, one after another.

use crate::client::Session;
use crate::state::{AppState, Pace};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::sync::Arc;
use volume_transfer::{
    ChangeError, FaultKind, Handover, Request, TransferCredentials, TransferId, VolumeId, api,
};

/// The transfers from the loaded files.
pub(super) struct Batch {
    pub(super) rows: ArcRwSignal<Vec<Row>>,
    /// Stopped until the user starts it.
    pub(super) pace: Pace,
}

/// A transfer from a file.
pub(super) struct Row {
    pub(super) id: TransferId,
    /// Dropped once the transfer is accepted or gone.
    pub(super) handover: Option<Handover>,
    /// The volume's or the transfer's name, if the file contains one.
    pub(super) label: String,
    /// The volume's size in GiB.
    pub(super) size: Option<u64>,
    pub(super) volume: Option<VolumeId>,
    pub(super) state: RowState,
}

/// The state of a transfer.
pub(super) enum RowState {
    /// Its request has yet to be sent.
    Waiting,
    /// The request is in progress.
    Accepting,
    /// The volume belongs to this project now.
    Accepted,
    /// The transfer no longer exists: it was accepted or cancelled.
    Gone,
    /// The transfer wasn't accepted, or the outcome is unknown. Trying again does no harm.
    Failed(ChangeError),
}

/// How many rows are in each state.
#[derive(Clone, Copy, Default, PartialEq)]
pub(super) struct Counts {
    pub(super) total: usize,
    /// Waiting or failed.
    pub(super) open: usize,
    pub(super) accepted: usize,
    pub(super) gone: usize,
    /// Whether requests are in progress or will be sent without further user action.
    pub(super) active: bool,
}

impl Row {
    /// Creates a row. `accepted` says whether the transfer was already accepted here.
    pub(super) fn new(transfer: TransferCredentials, accepted: bool) -> Row {
        let id = transfer.handover.transfer_id.clone();
        let label = transfer.volume_name.or(transfer.name).unwrap_or_default();
        let state = if accepted { RowState::Accepted } else { RowState::Waiting };
        let handover = Some(transfer.handover).filter(|_| !accepted);
        Row { id, handover, label, size: transfer.size, volume: transfer.volume_id, state }
    }
}

impl Batch {
    pub(super) fn new() -> Arc<Batch> {
        let batch = Batch { rows: ArcRwSignal::default(), pace: Pace::default() };
        batch.pace.stop();
        Arc::new(batch)
    }

    /// Adds a file's transfers. Those that are already listed keep their state, but get the file's
    /// key if they still need one.
    pub(super) fn add(&self, transfers: impl Iterator<Item = Row>) {
        self.rows.update(|rows| {
            for transfer in transfers {
                match rows.iter_mut().find(|row| row.id == transfer.id) {
                    Some(Row { state: RowState::Accepted | RowState::Gone, .. }) => {}
                    Some(row) => row.handover = transfer.handover,
                    None => rows.push(transfer),
                }
            }
        });
    }

    pub(super) fn counts(&self) -> Counts {
        let held = self.pace.is_held();
        let mut counts = Counts::default();
        self.rows.with(|rows| {
            counts.total = rows.len();
            for row in rows {
                match row.state {
                    RowState::Waiting => {
                        counts.open += 1;
                        counts.active |= !held;
                    }
                    RowState::Accepting => counts.active = true,
                    RowState::Accepted => counts.accepted += 1,
                    RowState::Gone => counts.gone += 1,
                    RowState::Failed(_) => counts.open += 1,
                }
            }
        });
        counts
    }

    /// Marks the next waiting transfer as in progress. Returns the index of its row and the request
    /// that accepts it.
    fn next(&self, session: &Session) -> Option<(usize, Request)> {
        let (index, request) = self.rows.with_untracked(|rows| {
            let waiting = |row: &Row| matches!(row.state, RowState::Waiting);
            let index = rows.iter().position(waiting)?;
            let handover = rows.get(index)?.handover.as_ref()?;
            Some((index, api::accept(session.service, &session.project, handover)))
        })?;
        self.set(index, RowState::Accepting);
        Some((index, request))
    }

    fn set(&self, index: usize, state: RowState) {
        self.rows.update(|rows| {
            if let Some(row) = rows.get_mut(index) {
                if matches!(state, RowState::Accepted | RowState::Gone) {
                    row.handover = None;
                }
                row.state = state;
            }
        });
    }
}

/// Accepts all open transfers into the current project.
pub(super) fn start(state: AppState, batch: &Arc<Batch>) {
    let Some(session) = state.session.get_untracked() else { return };
    batch.rows.update(|rows| {
        for row in rows {
            if matches!(row.state, RowState::Failed(_)) {
                row.state = RowState::Waiting;
            }
        }
    });
    batch.pace.resume();
    if !batch.pace.enter(1) {
        return;
    }
    let batch = Arc::clone(batch);
    spawn_local(async move {
        // Stops if the user has switched projects, so that the old one receives no more volumes.
        while batch.pace.ready().await
            && state.is_same_project(&session)
            && let session = state.newest_session(&session)
            && let Some((index, request)) = batch.next(&session)
        {
            let result = api::decode_accepted(session.send(request).await);
            let next = match result {
                Ok(_) => RowState::Accepted,
                Err(ChangeError::Rejected(fault)) if fault.kind() == FaultKind::NotFound => {
                    RowState::Gone
                }
                Err(error) => match (batch.pace.record_failure(&error), error) {
                    (true, ChangeError::Rejected(_)) => RowState::Waiting,
                    (_, error) => RowState::Failed(error),
                },
            };
            if matches!(next, RowState::Accepted | RowState::Gone) {
                batch.pace.record_success();
            }
            batch.set(index, next);
        }
        batch.pace.leave();
        if batch.pace.paused.with_untracked(Option::is_none) {
            batch.pace.stop();
        }
        state.refresh();
    });
}
