//! Part 2: the project's volumes, and of each whether it can go and why not.

use crate::parts::{Bad, Button, Cell, Table, When, dynamic};
use crate::progress::Progress;
use crate::state::{Console, Flaw};
use crate::text::{Key, ReadFailure, Unreadable, key, language, reason, t};
use js_sys::JsString;
use leptos::prelude::*;
use std::sync::Arc;
use volume_transfer::{Verdict, Volume};

/// Rows on the page at a time: a browser lays out 100 at once, however long the list is.
const PAGE: usize = 100;

/// Rows that are drawn while somebody types, before the next key can come; the others follow.
const FIRST: usize = 20;

const COLUMNS: &[(Key, bool)] = &[
    (key::VOLUMES_CHOOSE, true),
    (key::VOLUMES_NAME, false),
    (key::VOLUMES_ID, false),
    (key::VOLUMES_SIZE, false),
    (key::VOLUMES_STATUS, false),
    (key::VOLUMES_ELIGIBILITY, false),
];

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Show {
    #[default]
    All,
    Eligible,
    Ineligible,
}

#[component]
pub(crate) fn Volumes() -> impl IntoView {
    let console = Console::get();
    let language = language();
    let filter = RwSignal::new(String::new());
    let show = RwSignal::new(Show::All);
    let page = RwSignal::new(0_usize);
    let drawn = RwSignal::new(PAGE);

    // What does not change with what is typed is not made anew for each key.
    let texts = Memo::new(move |_| {
        let text = |volume: &Arc<Volume>| lower_case(volume.label()) + "\n" + volume.id.as_str();
        Arc::new(console.volumes.with(|volumes| volumes.iter().map(text).collect::<Vec<_>>()))
    });
    let ineligible = Memo::new(move |_| {
        let violated =
            |volume: &Arc<Volume>| console.eligibility(volume).overall() == Verdict::Violated;
        console.volumes.with(|volumes| volumes.iter().map(violated).collect::<Vec<_>>())
    });
    let found = Memo::new(move |before: Option<&Found>| {
        let (texts, wanted) = (texts.get(), lower_case(filter.get().trim()));
        let has = |place: &usize| texts.get(*place).is_some_and(|text| text.contains(&wanted));
        // One more key finds nothing that was not found without it.
        let before = before.filter(|b| Arc::ptr_eq(&b.texts, &texts) && wanted.contains(&b.wanted));
        let places = match before {
            Some(before) => before.places.iter().copied().filter(has).collect(),
            None => (0..texts.len()).filter(has).collect(),
        };
        Found { texts, wanted, places }
    });
    let matching = Memo::new(move |_| {
        let show = show.get();
        let wanted = |place: &&usize| match show {
            Show::All => true,
            Show::Eligible => ineligible.with(|all| all.get(**place) == Some(&false)),
            Show::Ineligible => ineligible.with(|all| all.get(**place) == Some(&true)),
        };
        found.with(|found| found.places.iter().filter(wanted).copied().collect::<Vec<_>>())
    });
    let total = move || matching.with(Vec::len);
    // The page that was looked at may be gone after a refresh.
    let first = move || page.get().min(total().saturating_sub(1) / PAGE) * PAGE;
    let visible = move || {
        let places = matching
            .with(|all| all.iter().skip(first()).take(drawn.get()).copied().collect::<Vec<_>>());
        console.volumes.with(|volumes| {
            places.into_iter().filter_map(|place| volumes.get(place).cloned()).collect::<Vec<_>>()
        })
    };
    let shown = move || {
        let total = total();
        let (from, to) = (first() + 1, (first() + PAGE).min(total));
        let say = |key, values: &[_]| language.get().say(key, values);
        if console.volumes.with(Vec::is_empty) {
            say(key::VOLUMES_NONE, &[])
        } else if total == 0 {
            say(key::VOLUMES_NONE_MATCH, &[])
        } else {
            let [from, to, total] = [from, to, total].map(|n| n.to_string());
            say(key::VOLUMES_SHOWN, &[("from", &from), ("to", &to), ("total", &total)])
        }
    };

    view! {
        <section aria-labelledby="volumes">
            <h2 id="volumes" tabindex="-1" prop:textContent=t(key::VOLUMES_TITLE) />
            <div class="tools">
                <label class="grow">
                    <span prop:textContent=t(key::VOLUMES_FILTER) />
                    <input type="search" autocomplete="off" spellcheck="false"
                        on:input:target=move |event| {
                            page.set(0);
                            draw_more(drawn, FIRST);
                            filter.set(event.target().value());
                        } />
                </label>
                <label>
                    <span prop:textContent=t(key::VOLUMES_ELIGIBILITY) />
                    <select on:change:target=move |event| {
                        page.set(0);
                        show.set(match event.target().value().as_str() {
                            "eligible" => Show::Eligible,
                            "ineligible" => Show::Ineligible,
                            _ => Show::All,
                        });
                    }>
                        <option value="all" prop:textContent=t(key::VOLUMES_FILTER_ALL) />
                        <option value="eligible" prop:textContent=t(key::ELIGIBILITY_ELIGIBLE) />
                        <option value="ineligible" prop:textContent=t(key::ELIGIBILITY_INELIGIBLE) />
                    </select>
                </label>
                <Button label=key::VOLUMES_REFRESH press=move || console.reload() disabled=console.reading.busy />
            </div>
            <Progress busy=console.reading.busy label=key::VOLUMES_BUSY reading=console.reading
                otherwise=Signal::derive(shown) />
            <div role="alert">
                {dynamic(move || console.flaw.get().map(|flaw| {
                    let (what, error) = match flaw {
                        Flaw::Old(error) => (key::VOLUMES_OLD, Some(error)),
                        Flaw::Incomplete(error) => (key::VOLUMES_INCOMPLETE, Some(error)),
                        Flaw::Stopped => (key::VOLUMES_STOPPED, None),
                    };
                    view! { <Bad what>{error.map(|error| view! { <ReadFailure error /> }.into_any())}</Bad> }.into_any()
                }))}
                {dynamic(move || Some(console.unreadable.get()).filter(|&count| count > 0).map(|count| view! {
                    <Unreadable count />
                }.into_any()))}
            </div>
            <div role="radiogroup" aria-labelledby="volumes">
                <Table label="volumes" class="volumes" columns=COLUMNS>
                    // A row is its volume: another status makes another row.
                    <For each=visible key=|volume| volume.clone() let:volume>
                        <Row volume />
                    </For>
                </Table>
            </div>
            <When holds=move || { total() > PAGE }>
                <div class="pages">
                    <Button label=key::VOLUMES_PREVIOUS disabled=move || first() == 0
                        press=move || page.set((first() / PAGE).saturating_sub(1)) />
                    <Button label=key::VOLUMES_NEXT disabled=move || { first() + PAGE >= total() }
                        press=move || page.set(first() / PAGE + usize::from(first() + PAGE < total())) />
                </div>
            </When>
        </section>
    }
}

#[component]
fn Row(volume: Arc<Volume>) -> impl IntoView {
    let console = Console::get();
    let language = language();
    let id = volume.id;
    let input = format!("volume-{}", id.as_str());
    let reasons = format!("reasons-{}", id.as_str());
    let id_cell = format!("id-{}", id.as_str());
    let label = volume.label().to_owned();
    let size = volume.size.map(|size| size.to_string());
    let size = Signal::derive(move || {
        let said = |size: &String| language.get().say(key::VOLUMES_SIZE_VALUE, &[("size", size)]);
        size.as_ref().map(said).unwrap_or_default()
    });
    let status = volume.status.as_str().to_owned();
    let shown = status.clone();
    let checked = Memo::new(move |_| console.chosen.with(|chosen| *chosen == Some(id)));
    let eligibility = {
        let volume = Arc::clone(&volume);
        Memo::new(move |_| console.eligibility(&volume))
    };
    view! {
        <tr role="row" class:chosen=checked>
            <td role="cell">
                <input type="radio" name="volume" id=input.clone() prop:checked=checked
                    aria-describedby=format!("{reasons} {id_cell}") on:change=move |_| console.choose(id) />
            </td>
            <td role="cell"><label for=input><bdi prop:textContent=label /></label></td>
            <Cell column=key::VOLUMES_ID class="id"><code id=id_cell prop:textContent=id.as_str().to_owned() /></Cell>
            <Cell column=key::VOLUMES_SIZE class="size"><span prop:textContent=size /></Cell>
            <Cell column=key::VOLUMES_STATUS class="status"><bdi prop:textContent=shown /></Cell>
            <td role="cell" id=reasons>
                {dynamic(move || {
                    let eligibility = eligibility.get();
                    let overall = eligibility.overall();
                    let said = language.get().say_code("eligibility", overall.eligibility(), &[]);
                    let left = eligibility.unknown().iter().count();
                    let left = (overall == Verdict::Unknown).then(|| {
                        language.get().say(key::ELIGIBILITY_LEFT, &[("count", &left.to_string())])
                    });
                    let reasons: Vec<_> = eligibility
                        .violated()
                        .iter()
                        .map(|c| view! { <li prop:textContent=reason(language.get(), c, &status) /> }.into_any())
                        .collect();
                    Some(view! {
                        <span class=format!("verdict {}", overall.code()) prop:textContent=said />
                        {left.map(|left| view! { <span class="hint" prop:textContent=left /> }.into_any())}
                        {(!reasons.is_empty()).then(|| view! { <ul class="reasons">{reasons}</ul> }.into_any())}
                    }
                    .into_any())
                })}
            </td>
        </tr>
    }
}

/// The browser has the tables for this already.
fn lower_case(text: &str) -> String {
    match text.is_ascii() {
        true => text.to_ascii_lowercase(),
        false => JsString::from(text).to_lower_case().into(),
    }
}

/// The places of the volumes that have a text in their names or ids.
#[derive(PartialEq)]
struct Found {
    /// All names and ids, in lower case.
    texts: Arc<Vec<String>>,
    wanted: String,
    places: Vec<usize>,
}

/// Draws so many rows, and some more with each frame until all of the page are there.
fn draw_more(drawn: RwSignal<usize>, rows: usize) {
    drawn.set(rows);
    if rows < PAGE {
        request_animation_frame(move || {
            // Where another key was pressed meanwhile, its own frames go on.
            if drawn.get_untracked() == rows {
                draw_more(drawn, rows + FIRST);
            }
        });
    }
}
