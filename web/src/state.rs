//! The state that the page's tasks share, and the operations that change it.

use crate::client::Session;
use futures_util::future::{AbortHandle, abortable};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::sync::Arc;
use volume_transfer::api::{FactQuery, TransferList, TransferProgress, VolumeList};
use volume_transfer::{
    Eligibility, Facts, Fault, Handover, ReadError, Service, Transfer, TransferId, Volume,
    VolumeId, eligibility,
};

/// The page's state. Contains only handles: a copy refers to the same state.
#[derive(Clone, Copy)]
pub(crate) struct AppState {
    /// The current connection. `None` until the first one succeeds.
    pub(crate) session: RwSignal<Option<Session>>,
    /// The project's volumes.
    pub(crate) volumes: RwSignal<Vec<Arc<Volume>>>,
    /// How many rows of the service's list couldn't be read.
    pub(crate) unreadable: RwSignal<usize>,
    /// Why the displayed list may be out of date or incomplete.
    pub(crate) list_problem: RwSignal<Option<ListProblem>>,
    /// Loads the list.
    pub(crate) loader: VolumeLoader,
    /// The volume chosen for a transfer.
    pub(crate) chosen: RwSignal<Option<VolumeId>>,
    /// The created transfer, until the person says that its key is saved.
    pub(crate) handover: RwSignal<Option<(Transfer, Handover)>>,
    /// Whether a create request is in progress.
    pub(crate) posting: RwSignal<bool>,
    /// The pending transfers.
    pub(crate) pending: PendingState,
    /// Whether the connection form is open.
    pub(crate) connection_form_open: RwSignal<bool>,
    /// The known facts about volumes that were chosen.
    facts: RwSignal<Vec<(VolumeId, Facts)>>,
    /// Whether to load the list again, because something changed during loading.
    outdated: RwSignal<bool>,
}

/// Why a displayed list may differ from the service's.
#[derive(Clone)]
pub(crate) enum ListProblem {
    /// The list couldn't be loaded again.
    RefreshFailed(ReadError),
    /// A later page couldn't be loaded.
    Incomplete(ReadError),
    /// The person stopped loading.
    Stopped,
}

/// The pending transfers of the project.
#[derive(Clone, Copy, Default)]
pub(crate) struct PendingState {
    /// The list as last loaded.
    pub(crate) list: RwSignal<TransferList>,
    /// Why the list couldn't be loaded again.
    pub(crate) error: RwSignal<Option<ReadError>>,
    /// Volumes whose transfers have ended, oldest first.
    pub(crate) ended: RwSignal<Vec<EndedTransfer>>,
    /// The transfer whose cancellation is to be confirmed, and the session to use.
    pub(crate) cancelling: RwSignal<Option<(Session, Transfer)>>,
    /// The transfers that were cancelled on this page.
    pub(crate) cancelled: RwSignal<Vec<TransferId>>,
    /// Counts the requests to reload the list. `pending` loads it.
    pub(crate) reloads: RwSignal<usize>,
    /// Volumes with pending transfers, as last listed: they may leave the list.
    departing: RwSignal<Vec<Arc<Volume>>>,
}

/// What became of a volume after its transfer ended.
#[derive(Clone, PartialEq)]
pub(crate) struct EndedTransfer {
    pub(crate) volume: String,
    pub(crate) fate: TransferProgress,
}

impl PendingState {
    /// Removes the transfers of the previous project.
    fn clear(self) {
        self.list.set(TransferList::default());
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
    fn remember(self, volumes: &[Arc<Volume>]) {
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
}

impl AppState {
    pub(crate) fn new() -> AppState {
        AppState {
            session: RwSignal::default(),
            volumes: RwSignal::default(),
            unreadable: RwSignal::default(),
            list_problem: RwSignal::default(),
            loader: VolumeLoader::default(),
            chosen: RwSignal::default(),
            handover: RwSignal::default(),
            posting: RwSignal::default(),
            pending: PendingState::default(),
            connection_form_open: RwSignal::new(true),
            facts: RwSignal::default(),
            outdated: RwSignal::default(),
        }
    }

    /// Returns the state that [`App`](crate::App) provides.
    pub(crate) fn get() -> AppState {
        use_context().unwrap_or_else(AppState::new)
    }

    /// Starts to use a session whose volumes were just loaded. If only the token is new, the choice
    /// and the known facts are kept.
    pub(crate) fn start_session(
        self,
        session: Session,
        list: VolumeList,
        missing: Option<ReadError>,
    ) {
        let previous = self.session.get_untracked();
        if previous.is_none_or(|previous| !previous.same_project(&session)) {
            self.chosen.set(None);
            self.facts.update(Vec::clear);
            self.pending.clear();
        }
        self.set_volumes(list, missing);
        self.session.set(Some(session));
        self.pending.reload();
    }

    /// Reloads everything, including the facts about the chosen volume.
    pub(crate) fn reload(self) {
        self.facts.update(Vec::clear);
        if let Some(volume) = self.chosen.get_untracked() {
            self.fetch_facts(volume);
        }
        self.refresh();
    }

    /// Reloads the volumes and the transfers after a change.
    pub(crate) fn refresh(self) {
        self.refresh_volumes();
        self.pending.reload();
    }

    /// Reloads the volumes. The current list stays visible until then.
    pub(crate) fn refresh_volumes(self) {
        let Some(session) = self.session.get_untracked() else { return };
        if self.loader.busy.get_untracked() {
            self.outdated.set(true);
            return;
        }
        let loading = self.loader.load(Arc::clone(&session));
        spawn_local(async move {
            let list = loading.await;
            let outdated = self.outdated.get_untracked();
            self.outdated.set(false);
            if self.is_current(&session) {
                match list {
                    Some(Ok((list, missing))) => self.set_volumes(list, missing),
                    Some(Err(error)) => {
                        self.list_problem.set(Some(ListProblem::RefreshFailed(error)));
                    }
                    None => self.list_problem.set(Some(ListProblem::Stopped)),
                }
            }
            if outdated {
                self.refresh_volumes();
            }
        });
    }

    /// Chooses a volume and fetches the facts that its record doesn't contain.
    pub(crate) fn choose(self, volume: VolumeId) {
        self.chosen.set(Some(volume));
        self.fetch_facts(volume);
    }

    fn fetch_facts(self, volume: VolumeId) {
        let Some(session) = self.session.get_untracked() else { return };
        for query in FactQuery::for_service(session.service) {
            let session = Arc::clone(&session);
            spawn_local(async move {
                let mut next = Some(query);
                while let Some(query) = next.take() {
                    let request = query.request(session.service, &session.project, &volume);
                    let outcome = session.send(request).await;
                    if !self.is_current(&session) {
                        return;
                    }
                    // If the request fails, the fact stays unknown, and the checklist says so.
                    self.update_facts(&volume, |facts| {
                        next = query.record(outcome, facts).unwrap_or_default();
                    });
                }
            });
        }
    }

    /// Records the facts that a rejection reveals about a volume.
    pub(crate) fn record_fault(self, volume: &VolumeId, fault: &Fault) {
        self.update_facts(volume, |facts| *facts = facts.with_fault(fault));
    }

    fn update_facts(self, volume: &VolumeId, update: impl FnOnce(&mut Facts)) {
        self.facts.update(|all| {
            let mut facts = facts_of(all, volume);
            update(&mut facts);
            all.retain(|(id, _)| id != volume);
            all.push((*volume, facts));
        });
    }

    /// Returns the chosen volume if the list contains it.
    pub(crate) fn chosen_volume(self) -> Option<Arc<Volume>> {
        let chosen = self.chosen.get()?;
        self.volumes.with(|volumes| volumes.iter().find(|volume| volume.id == chosen).cloned())
    }

    /// Checks a volume's eligibility by its record and the known facts.
    pub(crate) fn eligibility(self, volume: &Volume) -> Eligibility {
        let facts = self.facts.with(|facts| facts_of(facts, &volume.id));
        eligibility::check(volume, &facts, self.service())
    }

    /// Returns a volume's label, even if the volume has left the list. Falls back to its ID.
    pub(crate) fn label(self, id: &VolumeId) -> String {
        let label = |volumes: &Vec<Arc<Volume>>| {
            let volume = volumes.iter().find(|volume| volume.id == *id);
            volume.map(|volume| volume.label().to_owned())
        };
        let listed = self.volumes.with(label);
        let remembered = || self.pending.departing.with_untracked(label);
        listed.or_else(remembered).unwrap_or_else(|| id.as_str().to_owned())
    }

    /// Returns the session's service.
    pub(crate) fn service(self) -> Service {
        self.session.with(|session| session.as_ref().map(|s| s.service).unwrap_or_default())
    }

    /// Returns whether a session is still the current one, so that late responses can be discarded.
    pub(crate) fn is_current(self, session: &Session) -> bool {
        self.session.with_untracked(|s| s.as_ref().is_some_and(|s| Arc::ptr_eq(s, session)))
    }

    fn set_volumes(self, list: VolumeList, missing: Option<ReadError>) {
        self.volumes.with_untracked(|volumes| self.pending.remember(volumes));
        self.volumes.set(list.volumes.into_iter().map(Arc::new).collect());
        self.unreadable.set(list.unreadable);
        self.list_problem.set(missing.map(ListProblem::Incomplete));
    }
}

fn facts_of(facts: &[(VolumeId, Facts)], volume: &VolumeId) -> Facts {
    let entry = facts.iter().find(|(id, _)| id == volume);
    entry.map(|(_, facts)| *facts).unwrap_or_default()
}

/// Loads a project's volumes. Contains only handles: a copy refers to the same loader.
#[derive(Clone, Copy, Default)]
pub(crate) struct VolumeLoader {
    /// Whether it is loading.
    pub(crate) busy: RwSignal<bool>,
    /// How many volumes were loaded so far.
    pub(crate) loaded: RwSignal<usize>,
    handle: RwSignal<Option<AbortHandle>>,
}

impl VolumeLoader {
    /// Loads the volumes. If only the first pages could be loaded, returns them with the error.
    /// Returns `None` if it was stopped. The loader is busy from the call on, not only when the
    /// future is polled, so that a second press has no effect.
    pub(crate) fn load(
        self,
        session: Session,
    ) -> impl Future<Output = Option<Result<(VolumeList, Option<ReadError>), ReadError>>> {
        self.loaded.set(0);
        self.busy.set(true);
        let progress = move |loaded| {
            self.loaded.try_set(loaded);
        };
        let (list, handle) = abortable(async move { session.volumes(progress).await });
        self.handle.set(Some(handle));
        async move {
            let list = list.await;
            self.busy.try_set(false);
            Some(match list.ok()? {
                Ok(list) => Ok((list, None)),
                Err((list, error)) if list == VolumeList::default() => Err(error),
                Err((list, error)) => Ok((list, Some(error))),
            })
        }
    }

    /// Stops loading. This is safe, because reading changes nothing.
    pub(crate) fn stop(self) {
        if let Some(handle) = self.handle.get_untracked() {
            handle.abort();
        }
    }
}
