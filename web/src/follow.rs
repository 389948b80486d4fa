//! The transfers that nobody has accepted yet, and what becomes of their volumes.

use crate::client::Session;
use crate::state::Console;
use leptos::leptos_dom::helpers::{TimeoutHandle, set_timeout_with_handle};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::mem;
use std::time::Duration;
use volume_transfer::api::{self, Fate, TransferList};
use volume_transfer::{ReadError, Transfer, TransferId, VolumeId};

/// Between two looks at the transfers, in seconds: as long as something changes, and at most.
const PAUSE: u64 = 5;
const LONGEST_PAUSE: u64 = 60;

/// How many ends of transfers are kept on the screen.
const NEWS: usize = 5;

/// What is known of the transfers of a project. Handles only: a copy is the same state.
#[derive(Clone, Copy, Default)]
pub(crate) struct Pending {
    /// The transfers as they were read last.
    pub(crate) list: RwSignal<TransferList>,
    /// Why the list is not what the service has now.
    pub(crate) flaw: RwSignal<Option<ReadError>>,
    /// What became of volumes whose transfers have ended, the newest last.
    pub(crate) news: RwSignal<Vec<News>>,
    /// The transfer that a person is asked about before it is cancelled, and in whose name.
    pub(crate) cancelling: RwSignal<Option<(Session, Transfer)>>,
    /// The transfers that were cancelled here.
    pub(crate) cancelled: RwSignal<Vec<TransferId>>,
    /// What nothing on the screen follows.
    notes: StoredValue<Notes>,
}

#[derive(Default)]
struct Notes {
    /// What the volumes of transfers were called while they were in the list.
    names: Vec<(VolumeId, String)>,
    /// Volumes whose transfers are gone, until it is known where the volume is.
    ended: Vec<VolumeId>,
    looking: bool,
    /// Whether something changed while the list was being read.
    outdated: bool,
    pause: u64,
    timer: Option<TimeoutHandle>,
}

/// What became of a volume.
#[derive(Clone, PartialEq)]
pub(crate) struct News {
    pub(crate) label: String,
    pub(crate) fate: Fate,
}

impl Pending {
    /// Forgets another project's transfers.
    pub(crate) fn clear(self) {
        self.list.set(TransferList::default());
        self.flaw.set(None);
        self.news.update(Vec::clear);
        self.notes.update_value(|notes| notes.ended.clear());
    }

    /// Whether a transfer was cancelled here.
    pub(crate) fn was_cancelled(self, transfer: &TransferId) -> bool {
        self.cancelled.with(|cancelled| cancelled.contains(transfer))
    }

    /// Takes a new list in, and remembers whose transfers are not in it any more.
    fn take(self, list: TransferList) -> bool {
        let before = self.list.get_untracked();
        let ended: Vec<_> = before
            .transfers
            .iter()
            .filter(|old| list.transfers.iter().all(|new| new.id != old.id))
            .map(|old| old.volume_id)
            .collect();
        let changed = list != before;
        self.notes.update_value(|notes| notes.ended.extend(ended));
        self.flaw.set(None);
        if changed {
            self.list.set(list);
        }
        changed
    }
}

impl Console {
    /// Looks at the transfers now, and from then on from time to time until it is known that none is
    /// left.
    pub(crate) fn follow(self) {
        let Some(session) = self.session.get_untracked() else { return };
        let pending = self.pending;
        let mut busy = false;
        pending.notes.update_value(|notes| {
            busy = mem::replace(&mut notes.looking, true);
            notes.outdated = busy;
            if let Some(timer) = notes.timer.take() {
                timer.clear();
            }
        });
        if busy {
            return;
        }
        spawn_local(async move {
            let changed = self.look(&session).await;
            let mut again = false;
            pending.notes.update_value(|notes| {
                notes.looking = false;
                again = notes.outdated;
                if !again {
                    let slower = (notes.pause * 2).clamp(PAUSE, LONGEST_PAUSE);
                    notes.pause = if changed { PAUSE } else { slower };
                }
            });
            if again { self.follow() } else { self.wait() }
        });
    }

    /// A hidden page asks nothing; it looks when it is seen again.
    fn wait(self) {
        let pending = self.pending;
        let none = pending.list.with_untracked(|list| list.transfers.is_empty());
        let settled = none && pending.notes.with_value(|notes| notes.ended.is_empty());
        if settled && pending.flaw.with_untracked(Option::is_none) {
            return;
        }
        let look = move || {
            if !document().hidden() {
                self.follow();
            }
        };
        pending.notes.update_value(|notes| {
            notes.timer = set_timeout_with_handle(look, Duration::from_secs(notes.pause)).ok();
        });
    }

    /// Whether anything has changed.
    async fn look(self, session: &Session) -> bool {
        let pending = self.pending;
        let read = session.transfers().await;
        if !self.is_current(session) {
            return true;
        }
        let mut changed = match read {
            Ok(list) => pending.take(list),
            Err((_, error)) => {
                pending.flaw.set(Some(error));
                false
            }
        };
        for volume in pending.notes.with_value(|notes| notes.ended.clone()) {
            let request = api::show_volume(session.service, &session.project, &volume);
            let fate = api::decode_fate(session.send(request).await);
            if !self.is_current(session) {
                return true;
            }
            // Without an answer it is asked again with the next look.
            if let Ok(fate @ (Fate::Available | Fate::Gone | Fate::Other(_))) = fate {
                pending.notes.update_value(|notes| notes.ended.retain(|other| *other != volume));
                pending.news.update(|news| {
                    news.push(News { label: self.label(&volume), fate });
                    news.drain(..news.len().saturating_sub(NEWS));
                });
                changed = true;
                self.refresh_volumes();
            }
        }
        changed
    }

    /// Keeps in mind what volumes are called that may soon be another project's.
    pub(crate) fn remember_names(self) {
        let pending = self.pending;
        let transfers = pending.list.get_untracked().transfers;
        pending.notes.update_value(|Notes { names, ended, .. }| {
            // One whose transfer has ended may go while it is asked where it is.
            let waiting = |id: &VolumeId| {
                ended.contains(id) || transfers.iter().any(|transfer| transfer.volume_id == *id)
            };
            self.volumes.with_untracked(|volumes| {
                for volume in volumes.iter().filter(|volume| waiting(&volume.id)) {
                    names.retain(|(id, _)| *id != volume.id);
                    names.push((volume.id, volume.label().to_owned()));
                }
            });
        });
    }

    /// What to call a volume that may not be in the list any more.
    pub(crate) fn label(self, id: &VolumeId) -> String {
        let listed = self.volumes.with(|volumes| {
            let volume = volumes.iter().find(|volume| volume.id == *id);
            volume.map(|volume| volume.label().to_owned())
        });
        let known = || {
            self.pending.notes.with_value(|notes| {
                let known = notes.names.iter().find(|(known, _)| known == id);
                known.map(|(_, name)| name.clone())
            })
        };
        listed.or_else(known).unwrap_or_else(|| id.as_str().to_owned())
    }
}
