//! The pending transfers of the project.

use crate::client::Session;
use leptos::prelude::*;
use std::sync::Arc;
use volume_transfer::api::{TransferList, TransferProgress};
use volume_transfer::{ReadError, Transfer, TransferId, Volume, VolumeId};

/// The pending transfers of the project. Contains only handles: a copy refers to the same state.
#[derive(Clone, Copy, Default)]
pub(crate) struct PendingState {
    /// The list as last loaded.
    pub(crate) list: RwSignal<TransferList>,
    /// Whether the list has been loaded. Until then, it is empty.
    pub(crate) loaded: RwSignal<bool>,
    /// Why the list couldn't be reloaded.
    pub(crate) error: RwSignal<Option<ReadError>>,
    /// The transfers that have ended, oldest first.
    pub(crate) ended: RwSignal<Vec<EndedTransfer>>,
    /// The transfers whose cancellation the user has yet to confirm, and the session to use.
    pub(crate) cancelling: RwSignal<Option<(Session, Vec<Transfer>)>>,
    /// The transfers that were cancelled on this page.
    pub(crate) cancelled: RwSignal<Vec<TransferId>>,
    /// The transfers that were created on this page and whose keys the user has saved.
    pub(crate) saved: RwSignal<Vec<TransferId>>,
    /// Counts the requests to reload the list. `pending` loads it.
    pub(crate) reloads: RwSignal<usize>,
    /// Volumes with pending transfers, as last listed. Kept because they may leave the list.
    departing: RwSignal<Vec<Arc<Volume>>>,
}

/// A transfer that has ended.
#[derive(Clone, PartialEq)]
pub(crate) struct EndedTransfer {
    pub(crate) id: TransferId,
    /// The volume's label.
    pub(crate) volume: String,
    /// What became of the volume.
    pub(crate) progress: TransferProgress,
}

/// Where the key of a pending transfer is, as far as this page knows.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum KeyPlace {
    /// The page still has it, and the user hasn't saved it yet.
    Unsaved,
    /// The user has saved it.
    Saved,
    /// The transfer was created elsewhere, or before the page was reloaded.
    Elsewhere,
}

impl PendingState {
    /// Removes the transfers of the previous project.
    pub(super) fn clear(self) {
        self.list.set(TransferList::default());
        self.loaded.set(false);
        self.error.set(None);
        self.ended.update(Vec::clear);
    }

    /// Reloads the list.
    pub(crate) fn reload(self) {
        self.reloads.update(|count| *count += 1);
    }

    /// Returns whether a transfer was cancelled on this page.
    pub(crate) fn was_cancelled(self, transfer: &TransferId) -> bool {
        self.cancelled.with(|cancelled| cancelled.contains(transfer))
    }

    /// Stores the volumes that have pending transfers, for their labels.
    pub(super) fn remember(self, volumes: &[Arc<Volume>]) {
        let transfers = self.list.get_untracked().transfers;
        self.departing.update(|departing| {
            for volume in volumes {
                if transfers.iter().any(|transfer| transfer.volume_id == volume.id) {
                    departing.retain(|other| other.id != volume.id);
                    departing.push(Arc::clone(volume));
                }
            }
        });
    }

    /// Returns the label of a volume that had a pending transfer when it was last listed.
    pub(super) fn label(self, id: &VolumeId) -> Option<String> {
        self.departing.with_untracked(|volumes| {
            let volume = volumes.iter().find(|volume| volume.id == *id);
            volume.map(|volume| volume.label().to_owned())
        })
    }
}
