//! Sorts the volumes. Comparing 100,000 names takes seconds, so long lists are sorted in time slices,
//! and the previous order stays visible until the new one is complete.

use crate::i18n::{Language, language, status_name};
use crate::state::AppState;
use js_sys::{Array, Date, Function, Intl, Object, Reflect};
use leptos::prelude::*;
use std::sync::{Arc, OnceLock, Weak};
use std::time::Duration;
use std::{cmp, mem};
use volume_transfer::Volume;
use wasm_bindgen::JsValue;

/// How many steps the first slice takes. Enough for 1,000 volumes, so that shorter lists never show
/// a previous order.
const FIRST_STEPS: usize = 16_384;

/// How long each later slice may take, in milliseconds.
const SLICE: f64 = 6.0;

/// How many steps are taken before the clock is read again.
const STEPS: usize = 64;

/// What the list is sorted by.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum SortKey {
    Name,
    Size,
    Status,
    Created,
    Eligibility,
}

/// A sort key, and whether the order is descending. Without one, the list is in the service's order.
pub(super) type Sort = Option<(SortKey, bool)>;

/// The rows of the list in a requested order, once they are sorted.
#[derive(Clone)]
struct Request {
    sort: Sort,
    rows: Arc<OnceLock<Vec<usize>>>,
}

impl PartialEq for Request {
    fn eq(&self, other: &Request) -> bool {
        Arc::ptr_eq(&self.rows, &other.rows)
    }
}

/// Returns the rows of the list in the order in which they are shown.
pub(super) fn sorted(state: AppState, sort: RwSignal<Sort>) -> Memo<Vec<usize>> {
    let language = language();
    let finished = RwSignal::new(0_usize);
    let request = Memo::new(move |previous: Option<&Request>| {
        let request = Request { sort: sort.get(), rows: Arc::default() };
        let volumes = state.volumes.get();
        let unsorted = 0..volumes.len();
        let Some((key, descending)) = request.sort else {
            let _ = request.rows.set(unsorted.collect());
            return request;
        };
        // Starts from the previous order, because rows that are already in order are sorted quickly.
        let mut rows = previous
            .and_then(|previous| previous.rows.get().filter(|rows| rows.len() == volumes.len()))
            .map_or_else(|| unsorted.collect(), Vec::clone);
        if previous.is_some_and(|previous| previous.sort == Some((key, !descending))) {
            rows.reverse();
        }
        let sorter = Sorter::new(state, volumes, rows, (key, descending), language.get());
        sorter.run(FIRST_STEPS, f64::INFINITY, Arc::downgrade(&request.rows), finished);
        request
    });
    Memo::new(move |previous: Option<&Vec<usize>>| {
        finished.track();
        let rows = request.with(|request| request.rows.get().cloned());
        let count = state.volumes.with(Vec::len);
        let previous = || previous.filter(|rows| rows.len() == count).cloned();
        rows.or_else(previous).unwrap_or_else(|| (0..count).collect())
    })
}

/// A merge sort that can pause after every step.
struct Sorter {
    volumes: Vec<Arc<Volume>>,
    ineligible: Vec<bool>,
    key: SortKey,
    descending: bool,
    language: Language,
    /// Compares two strings by the language's rules, and numbers in them by their value.
    compare: Function,
    /// The strings to compare, by row.
    texts: Vec<JsValue>,
    /// The rows, sorted in runs of `width`.
    rows: Vec<usize>,
    width: usize,
    /// The rows in runs of twice that width, as far as they have been merged.
    merged: Vec<usize>,
    /// The next positions of the two runs that are being merged.
    left: usize,
    right: usize,
}

impl Sorter {
    fn new(
        state: AppState,
        volumes: Vec<Arc<Volume>>,
        rows: Vec<usize>,
        (key, descending): (SortKey, bool),
        language: Language,
    ) -> Sorter {
        let options = Object::new();
        // Can't fail for a new object.
        let _ = Reflect::set(&options, &"numeric".into(), &JsValue::TRUE);
        let collator = Intl::Collator::new(&Array::of1(&language.tag().into()), &options);
        Sorter {
            volumes,
            // Not tracked, so that rows don't move when facts arrive.
            ineligible: state.rows.ineligible.get_untracked(),
            key,
            descending,
            language,
            compare: collator.compare(),
            texts: Vec::new(),
            rows,
            width: 1,
            merged: Vec::new(),
            left: 0,
            right: 0,
        }
    }

    /// Sorts until the deadline, and continues later. Stops once nobody is waiting for the result.
    fn run(
        mut self,
        steps: usize,
        until: f64,
        result: Weak<OnceLock<Vec<usize>>>,
        finished: RwSignal<usize>,
    ) {
        let Some(waiting) = result.upgrade() else { return };
        loop {
            if (0..steps).any(|_| self.step()) {
                let _ = waiting.set(self.rows);
                finished.try_update(|count| *count += 1);
                return;
            }
            if steps == FIRST_STEPS || Date::now() >= until {
                break;
            }
        }
        set_timeout(move || self.run(STEPS, Date::now() + SLICE, result, finished), Duration::ZERO);
    }

    /// Prepares a string or merges a row. Returns whether the rows are sorted.
    fn step(&mut self) -> bool {
        if let Some(volume) = self.volumes.get(self.texts.len()) {
            self.texts.push(JsValue::from_str(&self.text(volume)));
            return false;
        }
        let count = self.rows.len();
        if self.width >= count {
            return true;
        }
        let start = self.merged.len() - self.merged.len() % (2 * self.width);
        let middle = cmp::min(start + self.width, count);
        let end = cmp::min(middle + self.width, count);
        if self.merged.len() == start {
            (self.left, self.right) = (start, middle);
            let (last, first) = (self.rows.get(middle - 1), self.rows.get(middle));
            if !self.is_after(last, first) {
                self.merged.extend(self.rows.get(start..end).unwrap_or_default());
            }
        }
        if self.merged.len() < end {
            let left = self.rows.get(self.left).filter(|_| self.left < middle);
            let right = self.rows.get(self.right).filter(|_| self.right < end);
            let from_right = left.is_none() || self.is_after(left, right);
            self.merged.extend(if from_right { right } else { left });
            *if from_right { &mut self.right } else { &mut self.left } += 1;
        }
        if self.merged.len() >= count {
            mem::swap(&mut self.rows, &mut self.merged);
            self.merged.clear();
            self.width *= 2;
        }
        false
    }

    /// Returns whether a row belongs after another one. Equal rows keep the service's order.
    fn is_after(&self, row: Option<&usize>, other: Option<&usize>) -> bool {
        let (Some(row), Some(other)) = (row, other) else { return false };
        let (Some(a), Some(b)) = (self.texts.get(*row), self.texts.get(*other)) else {
            return false;
        };
        let order =
            self.compare.call2(&JsValue::UNDEFINED, a, b).ok().and_then(|order| order.as_f64());
        match order.unwrap_or_default() {
            0.0 => row > other,
            order => (order > 0.0) != self.descending,
        }
    }

    /// Returns the text by which a volume is sorted.
    fn text(&self, volume: &Volume) -> String {
        match self.key {
            SortKey::Name => volume.label().to_owned(),
            SortKey::Size => volume.size.map(|size| size.to_string()).unwrap_or_default(),
            SortKey::Status => status_name(self.language, volume.status.as_str()),
            SortKey::Created => volume.created_at.map(|time| time.to_string()).unwrap_or_default(),
            SortKey::Eligibility => {
                let ineligible = self.ineligible.get(self.texts.len()) == Some(&true);
                usize::from(ineligible).to_string()
            }
        }
    }
}
