//! What the page knows at a moment, and the few things that change it.

use crate::client::{Session, VolumeList};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::collections::HashMap;
use std::sync::Arc;
use volume_transfer::{
    Constraint, Eligibility, Facts, Fault, Handover, ReadError, Transfer, Volume, VolumeId, api,
    eligibility,
};

/// The page's state. Handles only: a copy is the same state.
#[derive(Clone, Copy)]
pub(crate) struct Console {
    /// Who is connected to what; `None` until the first connection stands.
    pub(crate) session: RwSignal<Option<Session>>,
    /// The project's volumes.
    pub(crate) volumes: RwSignal<Vec<Arc<Volume>>>,
    /// How many rows of the service's list could not be read.
    pub(crate) unreadable: RwSignal<usize>,
    /// What is wrong with the list as it is shown.
    pub(crate) flaw: RwSignal<Option<Flaw>>,
    /// Whether the list is being read.
    pub(crate) reading: RwSignal<bool>,
    /// The volume that is to go.
    pub(crate) chosen: RwSignal<Option<VolumeId>>,
    /// The created transfer, from the answer until the person says that the key is saved.
    pub(crate) handover: RwSignal<Option<(Transfer, Handover)>>,
    /// Whether a create request is under way.
    pub(crate) posting: RwSignal<bool>,
    facts: RwSignal<HashMap<VolumeId, Facts>>,
    /// Whether something changed while the list was being read.
    outdated: RwSignal<bool>,
}

/// Why a list is not what the service has now.
#[derive(Clone)]
pub(crate) enum Flaw {
    /// It could not be read again.
    Old(ReadError),
    /// A later page could not be read.
    Incomplete(ReadError),
}

impl Console {
    pub(crate) fn new() -> Console {
        Console {
            session: RwSignal::default(),
            volumes: RwSignal::default(),
            unreadable: RwSignal::default(),
            flaw: RwSignal::default(),
            reading: RwSignal::default(),
            chosen: RwSignal::default(),
            handover: RwSignal::default(),
            posting: RwSignal::default(),
            facts: RwSignal::default(),
            outdated: RwSignal::default(),
        }
    }

    /// The state that the page was given by [`App`](crate::App).
    pub(crate) fn get() -> Console {
        use_context().unwrap_or_else(Console::new)
    }

    /// Starts to work with a project whose volumes were just read.
    pub(crate) fn open(self, session: Session, list: VolumeList) {
        self.chosen.set(None);
        self.facts.update(HashMap::clear);
        self.show(list);
        self.session.set(Some(session));
    }

    /// Reads everything again because a person asks to: what was learned may be true no more.
    pub(crate) fn reload(self) {
        self.facts.update(HashMap::clear);
        if let Some(volume) = self.chosen.get_untracked() {
            self.ask(volume);
        }
        self.refresh();
    }

    /// Reads the volumes again; what is shown stays until the answer is there.
    pub(crate) fn refresh(self) {
        let Some(session) = self.session.get_untracked() else { return };
        if self.reading.get_untracked() {
            self.outdated.set(true);
            return;
        }
        self.reading.set(true);
        spawn_local(async move {
            let list = session.volumes().await;
            self.reading.set(false);
            if self.is_current(&session) {
                match list {
                    Ok(list) => self.show(list),
                    Err(error) => self.flaw.set(Some(Flaw::Old(error))),
                }
            }
            if self.outdated.get_untracked() {
                self.outdated.set(false);
                self.refresh();
            }
        });
    }

    /// Chooses a volume, and asks what its record does not tell.
    pub(crate) fn choose(self, volume: VolumeId) {
        self.chosen.set(Some(volume));
        self.ask(volume);
    }

    fn ask(self, volume: VolumeId) {
        let Some(session) = self.session.get_untracked() else { return };
        if !session.service.constraints().contains(Constraint::BackupsAndSnapshots) {
            return;
        }
        spawn_local(async move {
            let request = api::list_snapshots(session.service, &session.project, &volume);
            // No answer leaves the fact unknown, which is what the checklist then says.
            let snapshots = api::decode_has_snapshots(session.send(request).await).ok();
            if self.is_current(&session) && snapshots.is_some() {
                self.facts.update(|facts| facts.entry(volume).or_default().snapshots = snapshots);
            }
        });
    }

    /// Takes in what a refusal says of a volume.
    pub(crate) fn learn(self, volume: &VolumeId, fault: &Fault) {
        self.facts.update(|facts| {
            let known = facts.entry(*volume).or_default();
            *known = known.after(fault);
        });
    }

    /// The chosen volume as the list has it now.
    pub(crate) fn chosen_volume(self) -> Option<Arc<Volume>> {
        let chosen = self.chosen.get()?;
        self.volumes.with(|volumes| volumes.iter().find(|volume| volume.id == chosen).cloned())
    }

    /// The verdicts on a volume, by its record and by all that was learned of it since.
    pub(crate) fn eligibility(self, volume: &Volume) -> Eligibility {
        let facts = self.facts.with(|facts| facts.get(&volume.id).copied().unwrap_or_default());
        let service = self.session.with(|s| s.as_ref().map(|s| s.service).unwrap_or_default());
        eligibility::check(volume, &facts, service)
    }

    /// Whether this is still the connection that an answer is awaited for.
    pub(crate) fn is_current(self, session: &Session) -> bool {
        self.session.with_untracked(|s| s.as_ref().is_some_and(|s| Arc::ptr_eq(s, session)))
    }

    fn show(self, list: VolumeList) {
        self.volumes.set(list.volumes.into_iter().map(Arc::new).collect());
        self.unreadable.set(list.unreadable);
        self.flaw.set(list.incomplete.map(Flaw::Incomplete));
    }
}
