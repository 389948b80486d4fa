//! A run: the transfers that one press of the button creates, and what became of each.

use super::Pace;
use crate::client::Session;
use leptos::prelude::*;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use volume_transfer::api::TransferLookup;
use volume_transfer::{
    CreateTransfer, Fault, ReadError, Transfer, TransferCredentials, TransferId, UnknownCause,
    Volume,
};

/// The maximum number of volumes in a run. A run's keys are kept in memory, and creating this many
/// transfers takes minutes.
pub(crate) const MAX_RUN: usize = 1_000;

/// The transfers that one press of the button creates. A clone refers to the same run.
#[derive(Clone)]
pub(crate) struct Run(Arc<RunData>);

/// The data of a [`Run`].
pub(crate) struct RunData {
    /// The session in which it was started.
    pub(crate) session: Session,
    pub(crate) rows: Vec<RunRow>,
    pub(crate) pace: Pace,
    /// Whether the user has closed the dialog with the keys.
    pub(crate) closed: ArcRwSignal<bool>,
}

/// A volume in a run.
pub(crate) struct RunRow {
    pub(crate) volume: Arc<Volume>,
    pub(crate) create: CreateTransfer,
    pub(crate) state: ArcRwSignal<RowState>,
    /// Counts the searches for the transfer. Starting a new one ends the previous one.
    pub(crate) searches: AtomicUsize,
}

/// The state of a volume in a run.
#[derive(Default)]
pub(crate) enum RowState {
    /// Its request has yet to be sent.
    #[default]
    Waiting,
    /// The request is in progress.
    Creating,
    /// The transfer was created. The key is dropped once the user has saved it.
    Created(Transfer, Option<TransferCredentials>),
    /// No transfer was created.
    Rejected(Fault),
    /// A transfer may exist. Its key is lost.
    Unknown(UnknownCause, SearchState),
}

/// The state of the search for a transfer that may have been created.
#[derive(Clone, Default, PartialEq)]
pub(crate) enum SearchState {
    #[default]
    Searching,
    Failed(ReadError),
    Finished(TransferLookup),
}

/// How many rows of a run are in each state.
#[derive(Clone, Copy, Default, PartialEq)]
pub(crate) struct RunCounts {
    pub(crate) waiting: usize,
    pub(crate) creating: usize,
    pub(crate) created: usize,
    /// Created, and the user hasn't saved the key yet.
    pub(crate) unsaved: usize,
    pub(crate) rejected: usize,
    pub(crate) unknown: usize,
    /// Unknown, and the search hasn't found out yet whether a transfer exists.
    pub(crate) unresolved: usize,
}

impl SearchState {
    /// Returns whether the search has found out if a transfer was created.
    pub(crate) fn is_conclusive(&self) -> bool {
        match self {
            SearchState::Searching | SearchState::Failed(_) => false,
            SearchState::Finished(TransferLookup::Inconclusive) => false,
            SearchState::Finished(TransferLookup::NotFound | TransferLookup::Found(_)) => true,
        }
    }
}

/// A row's state without its data.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum RowKind {
    Waiting,
    Creating,
    Created,
    Rejected,
    Unknown,
}

impl RowState {
    pub(crate) fn kind(&self) -> RowKind {
        match self {
            RowState::Waiting => RowKind::Waiting,
            RowState::Creating => RowKind::Creating,
            RowState::Created(..) => RowKind::Created,
            RowState::Rejected(_) => RowKind::Rejected,
            RowState::Unknown(..) => RowKind::Unknown,
        }
    }

    /// Returns the transfer and its key, unless the key was dropped.
    pub(crate) fn created(&self) -> Option<(&Transfer, &TransferCredentials)> {
        match self {
            RowState::Created(record, Some(credentials)) => Some((record, credentials)),
            RowState::Created(_, None)
            | RowState::Waiting
            | RowState::Creating
            | RowState::Rejected(_)
            | RowState::Unknown(..) => None,
        }
    }
}

impl RunRow {
    pub(crate) fn new(volume: Arc<Volume>, create: CreateTransfer) -> RunRow {
        RunRow { volume, create, state: ArcRwSignal::default(), searches: AtomicUsize::new(0) }
    }

    /// Returns the state of the search for the transfer, if the request's outcome is unknown.
    pub(crate) fn search(&self) -> Option<SearchState> {
        self.state.with_untracked(|state| match state {
            RowState::Unknown(_, search) => Some(search.clone()),
            RowState::Waiting
            | RowState::Creating
            | RowState::Created(..)
            | RowState::Rejected(_) => None,
        })
    }
}

impl Deref for Run {
    type Target = RunData;

    fn deref(&self) -> &RunData {
        &self.0
    }
}

impl PartialEq for Run {
    fn eq(&self, other: &Run) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Run {
    pub(crate) fn new(session: Session, rows: Vec<RunRow>) -> Run {
        Run(Arc::new(RunData {
            session,
            rows,
            pace: Pace::default(),
            closed: ArcRwSignal::default(),
        }))
    }

    /// Returns whether the run is for more than one volume.
    pub(crate) fn is_batch(&self) -> bool {
        self.rows.len() > 1
    }

    /// Counts the rows by state.
    pub(crate) fn counts(&self) -> RunCounts {
        let mut counts = RunCounts::default();
        for row in &self.rows {
            row.state.with(|state| match state {
                RowState::Waiting => counts.waiting += 1,
                RowState::Creating => counts.creating += 1,
                RowState::Created(_, handover) => {
                    counts.created += 1;
                    counts.unsaved += usize::from(handover.is_some());
                }
                RowState::Rejected(_) => counts.rejected += 1,
                RowState::Unknown(_, search) => {
                    counts.unknown += 1;
                    counts.unresolved += usize::from(!search.is_conclusive());
                }
            });
        }
        counts
    }

    /// Returns whether requests are in progress or will be sent without further user action.
    pub(crate) fn is_active(&self) -> bool {
        let counts = self.counts();
        counts.creating > 0 || (counts.waiting > 0 && !self.pace.is_held())
    }

    /// Returns whether the run has nothing left to report: nothing is in progress, no outcome
    /// was ever unknown, and every key is saved.
    pub(crate) fn is_over(&self) -> bool {
        untrack(|| {
            let counts = self.counts();
            !self.is_active() && counts.unknown == 0 && counts.unsaved == 0
        })
    }

    /// Returns whether the dialog with the keys should be shown.
    pub(crate) fn is_shown(&self) -> bool {
        !self.closed.get() && (self.is_batch() || self.counts().unsaved > 0)
    }

    /// Returns whether leaving the page now would lose a key that is displayed or about to be.
    pub(crate) fn would_lose_keys(&self) -> bool {
        untrack(|| self.is_active() || self.counts().unsaved > 0)
    }

    /// Returns the next waiting volume, and marks it as in progress.
    pub(crate) fn next(&self) -> Option<&RunRow> {
        let waiting = |row: &&RunRow| row.state.with_untracked(|s| matches!(s, RowState::Waiting));
        let row = self.rows.iter().find(waiting)?;
        row.state.set(RowState::Creating);
        Some(row)
    }

    /// Returns whether the run still has the key of a transfer. Doesn't track the rows, because this
    /// is called for every pending transfer.
    pub(crate) fn has_key(&self, transfer: &TransferId) -> bool {
        self.rows.iter().any(|row| {
            row.state
                .with_untracked(|s| s.created().is_some_and(|(record, _)| record.id == *transfer))
        })
    }

    /// Drops the keys, because the user has saved them. Returns the transfers' IDs.
    pub(crate) fn drop_keys(&self) -> Vec<TransferId> {
        let mut saved = Vec::new();
        for row in &self.rows {
            if row.state.with_untracked(|s| s.created().is_some()) {
                row.state.update(|state| {
                    if let RowState::Created(record, handover) = state {
                        *handover = None;
                        saved.push(record.id.clone());
                    }
                });
            }
        }
        saved
    }
}
