//! The facts about volumes that their records don't contain, and the requests for them.

use crate::client::Session;
use crate::reactive::spawn_while;
use leptos::prelude::*;
use std::collections::VecDeque;
use std::sync::Arc;
use volume_transfer::api::FactQuery;
use volume_transfer::{Facts, VolumeId};

/// How many requests may be in progress at the same time.
const MAX_IN_FLIGHT: usize = 4;

/// The known facts. Contains only handles: a copy refers to the same facts.
#[derive(Clone, Copy, Default)]
pub(crate) struct FactStore {
    /// Sorted by ID.
    known: RwSignal<Vec<(VolumeId, Facts)>>,
    queue: StoredValue<Queue>,
}

#[derive(Default)]
struct Queue {
    /// The session of the queries. Responses to another session's queries are discarded.
    session: Option<Session>,
    waiting: VecDeque<(VolumeId, FactQuery)>,
    in_flight: usize,
}

impl FactStore {
    /// Returns the known facts about a volume.
    pub(crate) fn get(self, volume: &VolumeId) -> Facts {
        self.known.with(|known| {
            let position = known.binary_search_by(|(id, _)| id.cmp(volume));
            position.ok().and_then(|at| known.get(at)).map(|(_, facts)| *facts).unwrap_or_default()
        })
    }

    /// Returns the IDs of the volumes about which facts are known, sorted.
    pub(crate) fn volumes(self) -> Vec<VolumeId> {
        self.known.with(|known| known.iter().map(|(id, _)| *id).collect())
    }

    /// Changes the facts about a volume.
    pub(crate) fn update(self, volume: &VolumeId, update: impl FnOnce(&mut Facts)) {
        self.known.update(|known| {
            let position = known.binary_search_by(|(id, _)| id.cmp(volume)).unwrap_or_else(|at| {
                known.insert(at, (*volume, Facts::default()));
                at
            });
            if let Some((_, facts)) = known.get_mut(position) {
                update(facts);
            }
        });
    }

    /// Forgets all facts and the queries for them.
    pub(crate) fn clear(self) {
        self.known.update(Vec::clear);
        self.queue.update_value(|queue| {
            queue.session = None;
            queue.waiting.clear();
        });
    }

    /// Queries the facts about some volumes, in addition to those that are already being queried.
    pub(crate) fn fetch(self, session: &Session, volumes: &[VolumeId]) {
        self.queue.update_value(|queue| {
            queue.session = Some(Arc::clone(session));
            for volume in volumes {
                if !queue.waiting.iter().any(|(id, _)| id == volume) {
                    let queries = FactQuery::for_service(session.service);
                    queue.waiting.extend(queries.into_iter().map(|query| (*volume, query)));
                }
            }
        });
        self.send_next();
    }

    /// Drops the waiting queries about volumes that are no longer wanted.
    pub(crate) fn retain(self, wanted: impl Fn(&VolumeId) -> bool) {
        self.queue.update_value(|queue| queue.waiting.retain(|(id, _)| wanted(id)));
    }

    fn send_next(self) {
        while let Some((session, volume, query)) = self.next() {
            spawn_while(self.known, async move {
                let mut next = Some(query);
                while let Some(query) = next.take() {
                    let request = query.request(session.service, &session.project, &volume);
                    let outcome = session.send(request).await;
                    let current = self.queue.with_value(|queue| {
                        queue.session.as_ref().is_some_and(|now| Arc::ptr_eq(now, &session))
                    });
                    if current {
                        // If the request fails, the fact stays unknown, and the page says so.
                        self.update(&volume, |facts| {
                            next = query.record(outcome, facts).unwrap_or_default();
                        });
                    }
                }
                self.queue.update_value(|queue| queue.in_flight -= 1);
                self.send_next();
            });
        }
    }

    /// Takes the next query out of the queue, unless enough are in flight.
    fn next(self) -> Option<(Session, VolumeId, FactQuery)> {
        self.queue.try_update_value(|queue| {
            if queue.in_flight >= MAX_IN_FLIGHT {
                return None;
            }
            let session = queue.session.clone()?;
            let (volume, query) = queue.waiting.pop_front()?;
            queue.in_flight += 1;
            Some((session, volume, query))
        })?
    }
}
