//! Polls the pending transfers, and the volumes whose transfers have ended.

use crate::client::{Endpoint, Session};
use crate::state::{AppState, EndedTransfer};
use leptos::leptos_dom::helpers::{TimeoutHandle, set_timeout_with_handle};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::cell::RefCell;
use std::mem;
use std::rc::Rc;
use std::time::Duration;
use volume_transfer::api::{self, TransferList, TransferProgress};
use volume_transfer::{ProjectId, Service, Transfer};

/// The pause between two polls, in seconds. It doubles while nothing changes.
const MIN_PAUSE: u64 = 5;
const MAX_PAUSE: u64 = 60;

/// How many ended transfers are shown.
const MAX_ENDED: usize = 5;

/// Polls until no transfer is pending. A clone refers to the same poller.
#[derive(Clone)]
pub(crate) struct Poller {
    state: AppState,
    status: Rc<RefCell<Status>>,
}

#[derive(Default)]
struct Status {
    polling: bool,
    /// Whether to poll again at once, because something changed during a poll.
    outdated: bool,
    pause: u64,
    timer: Option<TimeoutHandle>,
    /// Transfers that are no longer listed, each with its volume's label, until the volume's status is
    /// known.
    unresolved: Vec<(Transfer, String)>,
    /// The service and the project of the last poll. Not the session, whose token has to be wiped when
    /// the session ends.
    project: Option<(Endpoint, ProjectId, Service)>,
}

impl Poller {
    pub(crate) fn new(state: AppState) -> Poller {
        Poller { state, status: Rc::default() }
    }

    /// Polls now, and then at intervals while a transfer is pending.
    pub(crate) fn poll(&self) {
        let Some(session) = self.state.session.get_untracked() else { return };
        let mut status = self.status.borrow_mut();
        status.outdated = mem::replace(&mut status.polling, true);
        if let Some(timer) = status.timer.take() {
            timer.clear();
        }
        if status.outdated {
            return;
        }
        drop(status);
        let poller = self.clone();
        spawn_local(async move {
            let changed = poller.poll_once(&session).await;
            let mut status = poller.status.borrow_mut();
            status.polling = false;
            let again = status.outdated;
            if !again {
                let longer = (status.pause * 2).clamp(MIN_PAUSE, MAX_PAUSE);
                status.pause = if changed { MIN_PAUSE } else { longer };
            }
            drop(status);
            if again { poller.poll() } else { poller.schedule() }
        });
    }

    /// Schedules the next poll. A hidden page doesn't poll until it becomes visible again.
    fn schedule(&self) {
        let pending = self.state.pending;
        let settled = pending.list.with_untracked(|list| list.transfers.is_empty())
            && self.status.borrow().unresolved.is_empty()
            && pending.error.with_untracked(Option::is_none);
        if settled {
            return;
        }
        let poller = self.clone();
        let poll = move || {
            if !document().hidden() {
                poller.poll();
            }
        };
        let mut status = self.status.borrow_mut();
        status.timer = set_timeout_with_handle(poll, Duration::from_secs(status.pause)).ok();
    }

    /// Loads the transfers, then looks up the volumes whose transfers have ended. Returns whether
    /// anything changed.
    async fn poll_once(&self, session: &Session) -> bool {
        let state = self.state;
        let pending = state.pending;
        let project = (session.endpoint.clone(), session.project, session.service);
        let previous = self.status.borrow_mut().project.replace(project.clone());
        if previous.is_some_and(|previous| previous != project) {
            self.status.borrow_mut().unresolved.clear();
        }
        let list = session.transfers().await;
        if !state.is_current(session) {
            return true;
        }
        let mut changed = match list {
            Ok(list) => self.update(list),
            Err((_, error)) => {
                pending.error.set(Some(error));
                false
            }
        };
        let unresolved = self.status.borrow().unresolved.clone();
        for (transfer, label) in unresolved {
            let volume_id = &transfer.volume_id;
            let request = api::show_volume(session.service, &session.project, volume_id);
            let progress = api::decode_progress(session.send(request).await);
            if !state.is_current(session) {
                return true;
            }
            // If the request fails, the next poll repeats it.
            if let Ok(
                progress @ (TransferProgress::Available
                | TransferProgress::Gone
                | TransferProgress::Other(_)),
            ) = progress
            {
                self.status.borrow_mut().unresolved.retain(|(other, _)| other.id != transfer.id);
                pending.ended.update(|ended| {
                    ended.push(EndedTransfer { id: transfer.id, volume: label, progress });
                    ended.drain(..ended.len().saturating_sub(MAX_ENDED));
                });
                changed = true;
                state.refresh_volumes();
            }
        }
        changed
    }

    /// Replaces the list, and records the transfers that are no longer in it. Returns whether
    /// the list changed.
    fn update(&self, list: TransferList) -> bool {
        let pending = self.state.pending;
        let previous = pending.list.get_untracked();
        let ended: Vec<_> = previous
            .transfers
            .iter()
            .filter(|old| list.transfers.iter().all(|new| new.id != old.id))
            .map(|old| (old.clone(), self.state.label(&old.volume_id)))
            .collect();
        let changed = list != previous;
        self.status.borrow_mut().unresolved.extend(ended);
        pending.error.set(None);
        if changed {
            pending.list.set(list);
        }
        pending.loaded.set(true);
        changed
    }
}
