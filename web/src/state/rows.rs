//! Which rows of the list are selected, and which are ineligible. Even with 100,000 volumes, a
//! change takes only a few milliseconds, because IDs are matched to rows by walking two sorted lists
//! in parallel.

use super::facts::FactStore;
use crate::client::Session;
use crate::reactive::memo;
use leptos::prelude::*;
use std::cmp::Ordering;
use std::sync::Arc;
use volume_transfer::{Facts, Volume, VolumeId, eligibility};

/// What the page knows about each row of the list. Contains only handles.
#[derive(Clone, Copy)]
pub(crate) struct Rows {
    /// Whether each volume is selected.
    pub(crate) selected: Memo<Vec<bool>>,
    /// Whether each volume is known to be ineligible.
    pub(crate) ineligible: Memo<Vec<bool>>,
    /// The IDs and their rows, sorted by ID.
    by_id: StoredValue<Vec<(VolumeId, usize)>>,
}

impl Rows {
    pub(super) fn new(
        session: RwSignal<Option<Session>>,
        volumes: RwSignal<Vec<Arc<Volume>>>,
        selected: RwSignal<Vec<VolumeId>>,
        facts: FactStore,
    ) -> Rows {
        let by_id = StoredValue::default();
        let service = move || session.with(|s| s.as_ref().map(|s| s.service).unwrap_or_default());
        let ineligible_by_record = memo(move || {
            let (service, facts) = (service(), Facts::default());
            let ineligible =
                |v: &Arc<Volume>| eligibility::check(v, &facts, service).admit().is_err();
            volumes.with(|volumes| volumes.iter().map(ineligible).collect::<Vec<_>>())
        });
        let ineligible = memo(move || {
            let (service, mut rows) = (service(), ineligible_by_record.get());
            volumes.with(|volumes| {
                for_each_row(by_id, &facts.volumes(), &mut |row| {
                    if let (Some(volume), Some(ineligible)) = (volumes.get(row), rows.get_mut(row))
                    {
                        let facts = facts.get(&volume.id);
                        *ineligible = eligibility::check(volume, &facts, service).admit().is_err();
                    }
                });
            });
            rows
        });
        let selected = memo(move || {
            let mut rows = vec![false; volumes.with(Vec::len)];
            selected.with(|selected| {
                for_each_row(by_id, selected, &mut |row| {
                    if let Some(selected) = rows.get_mut(row) {
                        *selected = true;
                    }
                });
            });
            rows
        });
        Rows { selected, ineligible, by_id }
    }

    /// Prepares for a list that is about to replace the current one.
    pub(super) fn prepare(self, volumes: &[Volume]) {
        let mut by_id: Vec<_> = volumes.iter().map(|volume| volume.id).zip(0..).collect();
        by_id.sort_unstable();
        self.by_id.set_value(by_id);
    }

    /// Returns whether the list contains a volume.
    pub(super) fn contains(self, id: &VolumeId) -> bool {
        let find =
            |by_id: &Vec<(VolumeId, usize)>| by_id.binary_search_by(|(other, _)| other.cmp(id));
        self.by_id.with_value(find).is_ok()
    }

    /// Returns the sorted IDs of some rows.
    pub(super) fn ids(self, rows: &[usize]) -> Vec<VolumeId> {
        self.by_id.with_value(|by_id| {
            let mut wanted = vec![false; by_id.len()];
            for row in rows {
                if let Some(wanted) = wanted.get_mut(*row) {
                    *wanted = true;
                }
            }
            let wanted = by_id.iter().filter(|(_, row)| wanted.get(*row) == Some(&true));
            wanted.map(|(id, _)| *id).collect()
        })
    }
}

/// Adds or removes IDs. Both lists are sorted, and so is the result.
pub(super) fn merge(selected: &[VolumeId], changed: &[VolumeId], select: bool) -> Vec<VolumeId> {
    let mut merged = Vec::with_capacity(selected.len() + changed.len());
    let (mut selected, mut changed) = (selected.iter().peekable(), changed.iter().peekable());
    loop {
        let next = match (selected.peek(), changed.peek()) {
            (Some(kept), Some(changed)) => kept.cmp(changed),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => return merged,
        };
        let kept = selected.next_if(|_| next.is_le());
        let changed = changed.next_if(|_| next.is_ge());
        // If an ID is in both lists, the change takes precedence.
        merged.extend(if changed.is_some() { changed.filter(|_| select) } else { kept });
    }
}

/// Calls a function with the row of each ID that is in the list. The IDs must be sorted.
fn for_each_row(
    by_id: StoredValue<Vec<(VolumeId, usize)>>,
    ids: &[VolumeId],
    run: &mut dyn FnMut(usize),
) {
    by_id.with_value(|by_id| {
        let mut rest = &**by_id;
        for id in ids {
            // The next ID is often close, so the search range starts small, and doubles until it
            // contains the ID.
            let mut distance = 1;
            while rest.get(distance - 1).is_some_and(|(other, _)| other < id) {
                distance *= 2;
            }
            let near = rest.get(..distance).unwrap_or(rest);
            let skipped = near.partition_point(|(other, _)| other < id);
            rest = rest.get(skipped..).unwrap_or_default();
            if let Some((_, row)) = rest.first().filter(|(other, _)| other == id) {
                run(*row);
            }
        }
    });
}
