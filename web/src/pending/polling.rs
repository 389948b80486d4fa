//! Polls the pending transfers, and the volumes whose transfers have ended.

use crate::client::Session;
use crate::state::{AppState, EndedTransfer};
use leptos::leptos_dom::helpers::{TimeoutHandle, set_timeout_with_handle};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::mem;
use std::time::Duration;
use volume_transfer::api::{self, Fate, TransferList};

/// The pause between two polls, in seconds. It doubles while nothing changes.
const MIN_PAUSE: u64 = 5;
const MAX_PAUSE: u64 = 60;

/// How many ended transfers are shown.
const MAX_ENDED: usize = 5;

/// Polls until no transfer is pending. A copy refers to the same poller.
#[derive(Clone, Copy)]
pub(crate) struct Poller {
    state: AppState,
    status: StoredValue<Status>,
}

#[derive(Default)]
struct Status {
    polling: bool,
    /// Whether to poll again at once, because something changed during a poll.
    outdated: bool,
    pause: u64,
    timer: Option<TimeoutHandle>,
}

impl Poller {
    pub(crate) fn new(state: AppState) -> Poller {
        Poller { state, status: StoredValue::default() }
    }

    /// Polls now, and then at intervals while a transfer is pending.
    pub(crate) fn poll(self) {
        let Some(session) = self.state.session.get_untracked() else { return };
        let mut polling = false;
        self.status.update_value(|status| {
            polling = mem::replace(&mut status.polling, true);
            status.outdated = polling;
            if let Some(timer) = status.timer.take() {
                timer.clear();
            }
        });
        if polling {
            return;
        }
        spawn_local(async move {
            let changed = self.poll_once(&session).await;
            let mut again = false;
            self.status.update_value(|status| {
                status.polling = false;
                again = status.outdated;
                if !again {
                    let longer = (status.pause * 2).clamp(MIN_PAUSE, MAX_PAUSE);
                    status.pause = if changed { MIN_PAUSE } else { longer };
                }
            });
            if again { self.poll() } else { self.schedule() }
        });
    }

    /// Schedules the next poll. A hidden page doesn't poll; it does so when it becomes visible.
    fn schedule(self) {
        let pending = self.state.pending;
        let settled = pending.list.with_untracked(|list| list.transfers.is_empty())
            && pending.departing.with_value(|departing| departing.unresolved.is_empty())
            && pending.error.with_untracked(Option::is_none);
        if settled {
            return;
        }
        let poll = move || {
            if !document().hidden() {
                self.poll();
            }
        };
        self.status.update_value(|status| {
            status.timer = set_timeout_with_handle(poll, Duration::from_secs(status.pause)).ok();
        });
    }

    /// Loads the transfers, then looks up the volumes whose transfers have ended. Returns whether
    /// anything changed.
    async fn poll_once(self, session: &Session) -> bool {
        let Poller { state, .. } = self;
        let pending = state.pending;
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
        let unresolved = pending.departing.with_value(|departing| departing.unresolved.clone());
        for volume in unresolved {
            let request = api::show_volume(session.service, &session.project, &volume);
            let fate = api::decode_fate(session.send(request).await);
            if !state.is_current(session) {
                return true;
            }
            // If the request fails, the next poll repeats it.
            if let Ok(fate @ (Fate::Available | Fate::Gone | Fate::Other(_))) = fate {
                pending.departing.update_value(|departing| {
                    departing.unresolved.retain(|other| *other != volume);
                });
                pending.ended.update(|ended| {
                    ended.push(EndedTransfer { volume: state.label(&volume), fate });
                    ended.drain(..ended.len().saturating_sub(MAX_ENDED));
                });
                changed = true;
                state.refresh_volumes();
            }
        }
        changed
    }

    /// Replaces the list, and records the volumes whose transfers are no longer in it. Returns whether
    /// the list changed.
    fn update(self, list: TransferList) -> bool {
        let pending = self.state.pending;
        let previous = pending.list.get_untracked();
        let ended: Vec<_> = previous
            .transfers
            .iter()
            .filter(|old| list.transfers.iter().all(|new| new.id != old.id))
            .map(|old| old.volume_id)
            .collect();
        let changed = list != previous;
        pending.departing.update_value(|departing| departing.unresolved.extend(ended));
        pending.error.set(None);
        if changed {
            pending.list.set(list);
        }
        changed
    }
}
