//! What the page knows at a moment, and the few things that change it.

use crate::client::Session;
use crate::follow::Pending;
use crate::progress::Reading;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::sync::Arc;
use volume_transfer::api::{Question, VolumeList};
use volume_transfer::{
    Eligibility, Facts, Fault, Handover, ReadError, Service, Transfer, Volume, VolumeId,
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
    /// The reading of the list.
    pub(crate) reading: Reading,
    /// The volume that is to go.
    pub(crate) chosen: RwSignal<Option<VolumeId>>,
    /// The created transfer, from the answer until the person says that the key is saved.
    pub(crate) handover: RwSignal<Option<(Transfer, Handover)>>,
    /// Whether a create request is under way.
    pub(crate) posting: RwSignal<bool>,
    /// The transfers that nobody has accepted yet.
    pub(crate) pending: Pending,
    /// Whether the form of the connection is open.
    pub(crate) connecting: RwSignal<bool>,
    /// What was learned of the volumes that were chosen.
    facts: RwSignal<Vec<(VolumeId, Facts)>>,
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
    /// Somebody stopped it being read again.
    Stopped,
}

impl Console {
    pub(crate) fn new() -> Console {
        Console {
            session: RwSignal::default(),
            volumes: RwSignal::default(),
            unreadable: RwSignal::default(),
            flaw: RwSignal::default(),
            reading: Reading::default(),
            chosen: RwSignal::default(),
            handover: RwSignal::default(),
            posting: RwSignal::default(),
            pending: Pending::default(),
            connecting: RwSignal::new(true),
            facts: RwSignal::default(),
            outdated: RwSignal::default(),
        }
    }

    /// The state that the page was given by [`App`](crate::App).
    pub(crate) fn get() -> Console {
        use_context().unwrap_or_else(Console::new)
    }

    /// Starts to work with a project whose volumes were just read. With a fresh token for the same
    /// project, what was chosen, typed and learned stays.
    pub(crate) fn open(self, session: Session, list: VolumeList, missing: Option<ReadError>) {
        let before = self.session.get_untracked();
        if before.is_none_or(|before| !before.same_place(&session)) {
            self.chosen.set(None);
            self.facts.update(Vec::clear);
            self.pending.clear();
        }
        self.show(list, missing);
        self.session.set(Some(session));
        self.follow();
    }

    /// Reads everything again because a person asks to: what was learned may be true no more.
    pub(crate) fn reload(self) {
        self.facts.update(Vec::clear);
        if let Some(volume) = self.chosen.get_untracked() {
            self.ask(volume);
        }
        self.refresh();
    }

    /// Reads the volumes and the transfers again, since something has been changed.
    pub(crate) fn refresh(self) {
        self.refresh_volumes();
        self.follow();
    }

    /// Reads the volumes again; what is shown stays until the answer is there.
    pub(crate) fn refresh_volumes(self) {
        let Some(session) = self.session.get_untracked() else { return };
        if self.reading.busy.get_untracked() {
            self.outdated.set(true);
            return;
        }
        let reading = self.reading.volumes(Arc::clone(&session));
        spawn_local(async move {
            let list = reading.await;
            let outdated = self.outdated.get_untracked();
            self.outdated.set(false);
            if self.is_current(&session) {
                match list {
                    Some(Ok((list, missing))) => self.show(list, missing),
                    Some(Err(error)) => self.flaw.set(Some(Flaw::Old(error))),
                    None => self.flaw.set(Some(Flaw::Stopped)),
                }
            }
            if outdated {
                self.refresh_volumes();
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
        for question in Question::of(session.service) {
            let session = Arc::clone(&session);
            spawn_local(async move {
                let mut next = Some(question);
                while let Some(question) = next.take() {
                    let request = question.request(session.service, &session.project, &volume);
                    let outcome = session.send(request).await;
                    if !self.is_current(&session) {
                        return;
                    }
                    // No answer leaves the fact unknown, which is what the checklist then says.
                    self.take_in(&volume, |known| {
                        next = question.take(outcome, known).unwrap_or_default();
                    });
                }
            });
        }
    }

    /// Takes in what a refusal says of a volume.
    pub(crate) fn learn(self, volume: &VolumeId, fault: &Fault) {
        self.take_in(volume, |known| *known = known.after(fault));
    }

    fn take_in(self, volume: &VolumeId, news: impl FnOnce(&mut Facts)) {
        self.facts.update(|facts| {
            let mut known = facts_of(facts, volume);
            news(&mut known);
            facts.retain(|(id, _)| id != volume);
            facts.push((*volume, known));
        });
    }

    /// The chosen volume as the list has it now.
    pub(crate) fn chosen_volume(self) -> Option<Arc<Volume>> {
        let chosen = self.chosen.get()?;
        self.volumes.with(|volumes| volumes.iter().find(|volume| volume.id == chosen).cloned())
    }

    /// The verdicts on a volume, by its record and by all that was learned of it since.
    pub(crate) fn eligibility(self, volume: &Volume) -> Eligibility {
        let facts = self.facts.with(|facts| facts_of(facts, &volume.id));
        eligibility::check(volume, &facts, self.service())
    }

    /// The service that answers.
    pub(crate) fn service(self) -> Service {
        self.session.with(|session| session.as_ref().map(|s| s.service).unwrap_or_default())
    }

    /// Whether this is still the connection that an answer is awaited for.
    pub(crate) fn is_current(self, session: &Session) -> bool {
        self.session.with_untracked(|s| s.as_ref().is_some_and(|s| Arc::ptr_eq(s, session)))
    }

    fn show(self, list: VolumeList, missing: Option<ReadError>) {
        self.remember_names();
        self.volumes.set(list.volumes.into_iter().map(Arc::new).collect());
        self.unreadable.set(list.unreadable);
        self.flaw.set(missing.map(Flaw::Incomplete));
    }
}

fn facts_of(facts: &[(VolumeId, Facts)], volume: &VolumeId) -> Facts {
    let known = facts.iter().find(|(id, _)| id == volume);
    known.map(|(_, facts)| *facts).unwrap_or_default()
}
