//! Selects volumes: one, a range, or all that are eligible.

use crate::i18n::{key, t};
use crate::reactive::memo;
use crate::state::AppState;
use leptos::ev::{KeyboardEvent, MouseEvent};
use leptos::prelude::*;
use volume_transfer::VolumeId;

/// Selects rows, and remembers the last one as the start of a range. Contains only handles.
#[derive(Clone, Copy)]
pub(super) struct RowSelector {
    state: AppState,
    /// The rows that match the filter, in the order in which they are shown.
    matching: Memo<Vec<usize>>,
    last: StoredValue<Option<VolumeId>>,
    /// Whether Shift is held while a key is pressed. Firefox doesn't report this in the click event that
    /// follows.
    shift: StoredValue<bool>,
}

impl RowSelector {
    pub(super) fn new(state: AppState, matching: Memo<Vec<usize>>) -> RowSelector {
        RowSelector { state, matching, last: StoredValue::default(), shift: StoredValue::default() }
    }

    pub(super) fn on_key(self, event: &KeyboardEvent) {
        self.shift.set_value(event.shift_key());
    }

    /// Selects or deselects a volume or, with Shift, the range from the last one to this one.
    pub(super) fn select(self, volume: VolumeId, select: bool, event: &MouseEvent) {
        let by_keyboard = event.detail() == 0;
        let range = event.shift_key() || by_keyboard && self.shift.get_value();
        let last = self.last.get_value().filter(|_| range);
        self.last.set_value(Some(volume));
        let rows = last.and_then(|last| self.range(&last, &volume));
        match rows {
            Some(rows) => self.state.select_rows(&rows, select),
            None => self.state.select(&[volume], select),
        }
    }

    /// Returns the rows from one volume to another, or `None` if either isn't shown.
    fn range(self, a: &VolumeId, b: &VolumeId) -> Option<Vec<usize>> {
        self.matching.with_untracked(|rows| {
            self.state.volumes.with_untracked(|volumes| {
                let position = |id: &VolumeId| {
                    rows.iter()
                        .position(|row| volumes.get(*row).is_some_and(|volume| volume.id == *id))
                };
                let (a, b) = (position(a)?, position(b)?);
                rows.get(a.min(b)..=a.max(b)).map(<[usize]>::to_vec)
            })
        })
    }
}

/// The checkbox in the table's header.
#[component]
pub(super) fn SelectAll(
    /// The rows that match the filter.
    matching: Memo<Vec<usize>>,
) -> impl IntoView {
    let state = AppState::get();
    let eligible = move || {
        state.rows.ineligible.with(|ineligible| {
            let eligible = |row: &&usize| ineligible.get(**row) == Some(&false);
            matching.with(|rows| rows.iter().filter(eligible).copied().collect::<Vec<_>>())
        })
    };
    let all = memo(move || {
        state.rows.ineligible.with(|ineligible| {
            let eligible = |row: &&usize| ineligible.get(**row) == Some(&false);
            state.rows.selected.with(|selected| {
                matching.with(|rows| {
                    let mut eligible = rows.iter().filter(eligible).peekable();
                    eligible.peek().is_some()
                        && eligible.all(|row| selected.get(*row) == Some(&true))
                })
            })
        })
    });
    let some = memo(move || state.selected_count() > 0 && !all.get());
    view! {
        <th role="columnheader" scope="col" class="choose">
            <input type="checkbox" aria-label=t(key::VOLUMES_SELECT_ALL) title=t(key::VOLUMES_SELECT_ALL)
                prop:checked=all prop:indeterminate=some
                on:change:target=move |event| {
                    if all.get_untracked() {
                        state.select(&state.selected.get_untracked(), false);
                    } else {
                        state.select_rows(&untrack(eligible), true);
                    }
                    // The click has changed both properties, even if there was nothing to select.
                    event.target().set_checked(all.get_untracked());
                    event.target().set_indeterminate(some.get_untracked());
                } />
        </th>
    }
}
