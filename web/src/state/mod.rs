//! The state that the page's tasks share, and the operations that change it.

mod facts;
mod loader;
mod pace;
mod pending;
mod rows;
mod run;

pub(crate) use loader::VolumeLoader;
pub(crate) use pace::{Pace, sleep};
pub(crate) use pending::{EndedTransfer, KeyPlace, PendingState};
pub(crate) use run::{MAX_RUN, RowKind, RowState, Run, RunRow, SearchState};

use crate::client::Session;
use crate::reactive::spawn_while;
use facts::FactStore;
use leptos::prelude::*;
use rows::Rows;
use std::sync::Arc;
use volume_transfer::api::VolumeList;
use volume_transfer::{
    Eligibility, Fault, ReadError, Service, Transfer, TransferId, Verdict, Volume, VolumeId,
    eligibility,
};

/// The selected volumes in the order of the list, limited to one more than fit in a run.
pub(crate) type Selection = Memo<Vec<Arc<Volume>>>;

/// The page's state. Contains only handles: a copy refers to the same state.
#[derive(Clone, Copy)]
pub(crate) struct AppState {
    /// The current connection. `None` until the first one succeeds, and after disconnecting.
    pub(crate) session: RwSignal<Option<Session>>,
    /// The project's volumes.
    pub(crate) volumes: RwSignal<Vec<Arc<Volume>>>,
    /// How many rows of the service's list couldn't be read.
    pub(crate) unreadable: RwSignal<usize>,
    /// Why the displayed list may be out of date or incomplete.
    pub(crate) list_problem: RwSignal<Option<ListProblem>>,
    /// Loads the list.
    pub(crate) loader: VolumeLoader,
    /// The IDs of the selected volumes, sorted. Some may have left the list.
    pub(crate) selected: RwSignal<Vec<VolumeId>>,
    /// What is known about each row of the list.
    pub(crate) rows: Rows,
    /// The last run, until its keys are saved and its failures no longer matter.
    pub(crate) run: RwSignal<Option<Run>>,
    /// The pending transfers.
    pub(crate) pending: PendingState,
    /// Whether the connection form is open.
    pub(crate) connection_form_open: RwSignal<bool>,
    /// Whether the panel covers the list on a screen that has no room for both.
    pub(crate) panel_open: RwSignal<bool>,
    facts: FactStore,
    /// Whether to load the list again, because something changed during loading.
    outdated: RwSignal<bool>,
}

/// Why a displayed list may differ from the service's.
#[derive(Clone)]
pub(crate) enum ListProblem {
    /// The list couldn't be reloaded.
    RefreshFailed(ReadError),
    /// A later page couldn't be loaded.
    Incomplete(ReadError),
    /// The user stopped loading.
    Stopped,
}

impl AppState {
    pub(crate) fn new() -> AppState {
        let (session, volumes, selected) = Default::default();
        let facts = FactStore::default();
        AppState {
            session,
            volumes,
            unreadable: RwSignal::default(),
            list_problem: RwSignal::default(),
            loader: VolumeLoader::default(),
            selected,
            rows: Rows::new(session, volumes, selected, facts),
            run: RwSignal::default(),
            pending: PendingState::default(),
            connection_form_open: RwSignal::default(),
            panel_open: RwSignal::default(),
            facts,
            outdated: RwSignal::default(),
        }
    }

    /// Returns the state that [`App`](crate::App) provides.
    pub(crate) fn get() -> AppState {
        use_context().unwrap_or_else(AppState::new)
    }

    /// Starts using a session whose volumes have just been loaded. Keeps the selection and the
    /// known facts if only the token is new.
    pub(crate) fn start_session(
        self,
        session: Session,
        list: VolumeList,
        missing: Option<ReadError>,
    ) {
        let previous = self.session.get_untracked();
        if previous.is_none_or(|previous| !previous.same_project(&session)) {
            self.forget_project();
        }
        self.set_volumes(list, missing);
        self.session.set(Some(session));
        self.pending.reload();
    }

    /// Ends the session and removes everything that was loaded in it.
    pub(crate) fn end_session(self) {
        self.session.set(None);
        self.forget_project();
        self.set_volumes(VolumeList::default(), None);
    }

    fn forget_project(self) {
        self.selected.update(Vec::clear);
        self.panel_open.set(false);
        self.facts.clear();
        self.pending.clear();
        self.drop_finished_run();
    }

    /// Drops the last run and its failures if the run is over.
    pub(crate) fn drop_finished_run(self) {
        if self.run.with_untracked(|run| run.as_ref().is_some_and(Run::is_over)) {
            self.run.set(None);
        }
    }

    /// Reloads everything, including the facts about the selected volumes.
    pub(crate) fn reload(self) {
        self.facts.clear();
        self.fetch_facts(&self.selected.get_untracked());
        self.refresh();
    }

    /// Reloads the volumes and the transfers after a change.
    pub(crate) fn refresh(self) {
        self.refresh_volumes();
        self.pending.reload();
    }

    /// Reloads the volumes. The current list stays visible in the meantime.
    pub(crate) fn refresh_volumes(self) {
        let Some(session) = self.session.get_untracked() else { return };
        if self.loader.busy.get_untracked() {
            self.outdated.set(true);
            return;
        }
        let loading = self.loader.load(Arc::clone(&session));
        spawn_while(self.session, async move {
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

    /// Returns whether a volume is selected.
    pub(crate) fn is_selected(self, volume: &VolumeId) -> bool {
        self.selected.with(|selected| selected.binary_search(volume).is_ok())
    }

    /// Selects or deselects volumes, and fetches the facts that the records of the selected ones
    /// don't contain. Does nothing if the selection stays the same.
    pub(crate) fn select(self, volumes: &[VolumeId], select: bool) {
        let mut changed = volumes.to_vec();
        changed.sort_unstable();
        let previous = self.selected.with_untracked(Vec::len);
        let merged = self.selected.with_untracked(|ids| rows::merge(ids, &changed, select));
        if merged.len() == previous {
            return;
        }
        self.selected.set(merged);
        if select {
            self.fetch_facts(&changed);
            // A new selection clears the failures of the last run, but not an unknown outcome.
            self.drop_finished_run();
        } else {
            self.selected.with_untracked(|selected| {
                self.facts.retain(|id| selected.binary_search(id).is_ok());
            });
            if previous > MAX_RUN {
                self.fetch_facts(&self.selected.get_untracked());
            }
        }
    }

    /// Selects or deselects rows of the list.
    pub(crate) fn select_rows(self, rows: &[usize], select: bool) {
        self.select(&self.rows.ids(rows), select);
    }

    /// Fetches the facts about selected volumes, unless more are selected than fit in a run.
    fn fetch_facts(self, volumes: &[VolumeId]) {
        let fits = self.selected.with_untracked(Vec::len) <= MAX_RUN;
        if let Some(session) = self.session.get_untracked().filter(|_| fits) {
            self.facts.fetch(&session, volumes);
        }
    }

    /// Records the facts that a rejection reveals about a volume.
    pub(crate) fn record_fault(self, volume: &VolumeId, fault: &Fault) {
        self.facts.update(volume, |facts| *facts = facts.with_fault(fault));
    }

    /// Returns how many volumes of the list are selected.
    pub(crate) fn selected_count(self) -> usize {
        self.rows.selected.with(|rows| rows.iter().filter(|selected| **selected).count())
    }

    /// Returns the selected volumes in the order of the list, limited to one more than fit in a run.
    pub(crate) fn selected_volumes(self) -> Vec<Arc<Volume>> {
        self.rows.selected.with(|rows| {
            self.volumes.with(|volumes| {
                let selected = volumes.iter().zip(rows).filter(|(_, selected)| **selected);
                selected.map(|(volume, _)| Arc::clone(volume)).take(MAX_RUN + 1).collect()
            })
        })
    }

    /// Checks a volume's eligibility based on its record and the known facts.
    pub(crate) fn eligibility(self, volume: &Volume) -> Eligibility {
        eligibility::check(volume, &self.facts.get(&volume.id), self.service())
    }

    /// Returns whether a volume can be transferred, as far as this page knows.
    pub(crate) fn is_eligible(self, volume: &Volume) -> bool {
        self.eligibility(volume).overall() != Verdict::Violated
    }

    /// Returns a volume's label, even if the volume has left the list. Falls back to its ID.
    pub(crate) fn label(self, id: &VolumeId) -> String {
        let listed = self.volumes.with(|volumes| {
            let volume = volumes.iter().find(|volume| volume.id == *id);
            volume.map(|volume| volume.label().to_owned())
        });
        let remembered = || self.pending.label(id);
        listed.or_else(remembered).unwrap_or_else(|| id.as_str().to_owned())
    }

    /// Returns whether the list contains a volume.
    pub(crate) fn has_volume(self, id: &VolumeId) -> bool {
        self.volumes.track();
        self.rows.contains(id)
    }

    /// Returns where the key of a pending transfer is, as far as this page knows.
    pub(crate) fn key_place(self, transfer: &TransferId) -> KeyPlace {
        // `saved` also changes when a run drops its keys, which the run itself doesn't signal.
        let saved = self.pending.saved.with(|saved| saved.contains(transfer));
        if saved {
            KeyPlace::Saved
        } else if self.run.with(|run| run.as_ref().is_some_and(|run| run.has_key(transfer))) {
            KeyPlace::Unsaved
        } else {
            KeyPlace::Elsewhere
        }
    }

    /// Returns the session's service.
    pub(crate) fn service(self) -> Service {
        self.session.with(|session| session.as_ref().map(|s| s.service).unwrap_or_default())
    }

    /// Returns whether the page got the session's token itself.
    pub(crate) fn is_signed_in(self) -> bool {
        self.session.with(|session| session.as_ref().is_some_and(|s| s.account.is_signed_in()))
    }

    /// Returns whether the page has the session's token. A page that embeds the form keeps it to itself.
    pub(crate) fn has_token(self) -> bool {
        self.session.with(|session| session.as_ref().is_none_or(|s| s.token().is_some()))
    }

    /// Returns whether leaving now would lose a key that is displayed or about to be.
    pub(crate) fn would_lose_keys(self) -> bool {
        self.run.with_untracked(|run| run.as_ref().is_some_and(Run::would_lose_keys))
    }

    /// Asks the user whether to cancel transfers of the current project.
    pub(crate) fn ask_to_cancel(self, transfers: Vec<Transfer>) {
        if let Some(session) = self.session.get_untracked() {
            self.pending.cancelling.set(Some((session, transfers)));
        }
    }

    /// Returns whether a session is still the current one, so that late responses can be discarded.
    pub(crate) fn is_current(self, session: &Session) -> bool {
        self.session.with_untracked(|s| s.as_ref().is_some_and(|s| Arc::ptr_eq(s, session)))
    }

    /// Returns whether a session is for the current project.
    pub(crate) fn is_same_project(self, session: &Session) -> bool {
        self.session.with_untracked(|now| now.as_ref().is_some_and(|now| now.same_project(session)))
    }

    /// Returns the current session if it is for the same project, because its token may be newer.
    pub(crate) fn newest_session(self, session: &Session) -> Session {
        let current = self.session.get_untracked().filter(|now| now.same_project(session));
        current.unwrap_or_else(|| Arc::clone(session))
    }

    fn set_volumes(self, list: VolumeList, missing: Option<ReadError>) {
        self.volumes.with_untracked(|volumes| self.pending.remember(volumes));
        self.rows.prepare(&list.volumes);
        self.volumes.set(list.volumes.into_iter().map(Arc::new).collect());
        self.unreadable.set(list.unreadable);
        self.list_problem.set(missing.map(ListProblem::Incomplete));
    }
}
