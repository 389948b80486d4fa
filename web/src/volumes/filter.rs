//! Filters the volumes by name, ID and eligibility.

use crate::reactive::memo;
use crate::state::AppState;
use js_sys::JsString;
use leptos::prelude::*;
use std::sync::Arc;
use volume_transfer::Volume;

#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum EligibilityFilter {
    #[default]
    All,
    Eligible,
    Ineligible,
}

impl EligibilityFilter {
    /// Parses the value of an option.
    pub(super) fn from_value(value: &str) -> EligibilityFilter {
        match value {
            "eligible" => EligibilityFilter::Eligible,
            "ineligible" => EligibilityFilter::Ineligible,
            _ => EligibilityFilter::All,
        }
    }
}

/// The result of a search by name or ID.
#[derive(PartialEq)]
struct Search {
    /// The lowercase name and ID of every volume.
    texts: Arc<Vec<String>>,
    query: String,
    /// The rows that match.
    matches: Vec<usize>,
}

/// Returns the rows of the list that match both filters, in the given order.
pub(super) fn filter(
    state: AppState,
    order: Memo<Vec<usize>>,
    query: RwSignal<String>,
    eligibility: RwSignal<EligibilityFilter>,
) -> Memo<Vec<usize>> {
    // Computed once per list rather than once per keystroke.
    let texts = memo(move || {
        let text = |volume: &Arc<Volume>| lower_case(volume.label()) + "\n" + volume.id.as_str();
        Arc::new(state.volumes.with(|volumes| volumes.iter().map(text).collect::<Vec<_>>()))
    });
    let search = Memo::new(move |previous: Option<&Search>| {
        let (texts, query) = (texts.get(), lower_case(query.get().trim()));
        let matches = |index: &usize| texts.get(*index).is_some_and(|text| text.contains(&query));
        // A longer query can only match volumes that the shorter one matched.
        let previous =
            previous.filter(|p| Arc::ptr_eq(&p.texts, &texts) && query.contains(&p.query));
        let matches = match previous {
            Some(previous) => previous.matches.iter().copied().filter(matches).collect(),
            None => (0..texts.len()).filter(matches).collect(),
        };
        Search { texts, query, matches }
    });
    memo(move || {
        let wanted = match eligibility.get() {
            EligibilityFilter::All => None,
            EligibilityFilter::Eligible => Some(false),
            EligibilityFilter::Ineligible => Some(true),
        };
        let mut matches = vec![false; order.with(Vec::len)];
        search.with(|search| {
            for row in &search.matches {
                if let Some(matches) = matches.get_mut(*row) {
                    *matches = true;
                }
            }
        });
        if let Some(wanted) = wanted {
            state.rows.ineligible.with(|ineligible| {
                for (matches, ineligible) in matches.iter_mut().zip(ineligible) {
                    *matches &= *ineligible == wanted;
                }
            });
        }
        let matches = |row: &&usize| matches.get(**row) == Some(&true);
        order.with(|order| order.iter().filter(matches).copied().collect::<Vec<_>>())
    })
}

/// Converts a string to lower case using the browser, because Rust's Unicode tables are large.
fn lower_case(text: &str) -> String {
    match text.is_ascii() {
        true => text.to_ascii_lowercase(),
        false => JsString::from(text).to_lower_case().into(),
    }
}
