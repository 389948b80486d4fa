//! Part 2: the project's volumes, and of each whether it can go and why not.

use crate::progress::Progress;
use crate::state::{Console, Flaw};
use crate::text::{ReadFailure, key, language, reason, t};
use leptos::prelude::*;
use std::sync::Arc;
use volume_transfer::{Verdict, Volume};

/// Rows on the screen at a time: a browser lays out 100 at once, however long the list is.
const PAGE: usize = 100;

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

    let matching = Memo::new(move |_| {
        let wanted = filter.get().trim().to_lowercase();
        let show = show.get();
        let has_text = |volume: &Volume| {
            volume.label().to_lowercase().contains(&wanted) || volume.id.as_str().contains(&wanted)
        };
        let has_verdict = |volume: &Volume| match show {
            Show::All => true,
            Show::Eligible => console.eligibility(volume).overall() != Verdict::Violated,
            Show::Ineligible => console.eligibility(volume).overall() == Verdict::Violated,
        };
        console.volumes.with(|volumes| {
            volumes.iter().filter(|v| has_text(v) && has_verdict(v)).cloned().collect::<Vec<_>>()
        })
    });
    let total = move || matching.with(Vec::len);
    // The page that was looked at may be gone after a refresh.
    let first = move || page.get().min(total().saturating_sub(1) / PAGE) * PAGE;
    let visible = move || {
        matching.with(|all| all.iter().skip(first()).take(PAGE).cloned().collect::<Vec<_>>())
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
            <h2 id="volumes" tabindex="-1">{t(key::VOLUMES_TITLE)}</h2>
            <div class="tools">
                <label class="grow">
                    <span>{t(key::VOLUMES_FILTER)}</span>
                    <input type="search" autocomplete="off" spellcheck="false"
                        on:input:target=move |event| {
                            page.set(0);
                            filter.set(event.target().value());
                        } />
                </label>
                <label>
                    <span>{t(key::VOLUMES_FILTER_ELIGIBILITY)}</span>
                    <select on:change:target=move |event| {
                        page.set(0);
                        show.set(match event.target().value().as_str() {
                            "eligible" => Show::Eligible,
                            "ineligible" => Show::Ineligible,
                            _ => Show::All,
                        });
                    }>
                        <option value="all">{t(key::VOLUMES_FILTER_ALL)}</option>
                        <option value="eligible">{t(key::VOLUMES_FILTER_ELIGIBLE)}</option>
                        <option value="ineligible">{t(key::VOLUMES_FILTER_INELIGIBLE)}</option>
                    </select>
                </label>
                <button type="button" on:click=move |_| console.reload()
                    aria-disabled=move || console.reading.busy.get().then_some("true")>
                    {t(key::VOLUMES_REFRESH)}
                </button>
            </div>
            <Progress busy=console.reading.busy label=key::VOLUMES_BUSY reading=console.reading
                otherwise=Signal::derive(shown) />
            <div role="alert">
                {move || console.flaw.get().map(|flaw| {
                    let (what, error) = match flaw {
                        Flaw::Old(error) => (key::VOLUMES_OLD, Some(error)),
                        Flaw::Incomplete(error) => (key::VOLUMES_INCOMPLETE, Some(error)),
                        Flaw::Stopped => (key::VOLUMES_STOPPED, None),
                    };
                    view! {
                        <div class="message bad">
                            <p><strong>{t(what)}</strong></p>
                            {error.map(|error| view! { <ReadFailure error /> })}
                        </div>
                    }
                })}
                {move || Some(console.unreadable.get()).filter(|&count| count > 0).map(|count| view! {
                    <p class="message bad">
                        {move || language.get().say(key::VOLUMES_UNREADABLE, &[("count", &count.to_string())])}
                    </p>
                })}
            </div>
            // The roles are said again because the rows become cards on a narrow screen.
            <div class="scroll">
            <table role="table" aria-labelledby="volumes">
                <thead role="rowgroup">
                    <tr role="row">
                        <th role="columnheader" scope="col"><span class="unseen">{t(key::VOLUMES_CHOOSE)}</span></th>
                        <th role="columnheader" scope="col">{t(key::VOLUMES_NAME)}</th>
                        <th role="columnheader" scope="col">{t(key::VOLUMES_ID)}</th>
                        <th role="columnheader" scope="col">{t(key::VOLUMES_SIZE)}</th>
                        <th role="columnheader" scope="col">{t(key::VOLUMES_STATUS)}</th>
                        <th role="columnheader" scope="col">{t(key::VOLUMES_ELIGIBILITY)}</th>
                    </tr>
                </thead>
                <tbody role="rowgroup">
                    // A row is its volume: another status makes another row.
                    <For each=visible key=|volume| volume.clone() let:volume>
                        <Row volume />
                    </For>
                </tbody>
            </table>
            </div>
            <Show when=move || { total() > PAGE }>
                <div class="pages">
                    <button type="button" aria-disabled=move || (first() == 0).then_some("true")
                        on:click=move |_| page.set((first() / PAGE).saturating_sub(1))>
                        {t(key::VOLUMES_PREVIOUS)}
                    </button>
                    <button type="button" aria-disabled=move || (first() + PAGE >= total()).then_some("true")
                        on:click=move |_| page.set(first() / PAGE + usize::from(first() + PAGE < total()))>
                        {t(key::VOLUMES_NEXT)}
                    </button>
                </div>
            </Show>
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
    let status = volume.status.as_str().to_owned();
    let checked = Memo::new(move |_| console.chosen.with(|chosen| *chosen == Some(id)));
    let eligibility = {
        let volume = Arc::clone(&volume);
        Memo::new(move |_| console.eligibility(&volume))
    };
    view! {
        <tr role="row" class:chosen=checked>
            <td role="cell">
                <input type="radio" name="volume" id=input.clone() prop:checked=checked
                    aria-describedby=format!("{id_cell} {reasons}") on:change=move |_| console.choose(id) />
            </td>
            <td role="cell"><label for=input><bdi>{label}</bdi></label></td>
            <td role="cell" class="id" id=id_cell data-label=t(key::VOLUMES_ID)><code>{volume.id.as_str().to_owned()}</code></td>
            <td role="cell" class="size" data-label=t(key::VOLUMES_SIZE)>
                {move || size.as_ref().map(|size| language.get().say(key::VOLUMES_SIZE_VALUE, &[("size", size)]))}
            </td>
            <td role="cell" data-label=t(key::VOLUMES_STATUS)><bdi>{status.clone()}</bdi></td>
            <td role="cell" id=reasons>
                {move || {
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
                        .map(|c| view! { <li>{reason(language.get(), c, &status)}</li> })
                        .collect();
                    view! {
                        <span class=format!("verdict {}", overall.code())>{said}</span>
                        {left.map(|left| view! { <span class="hint">{left}</span> })}
                        {(!reasons.is_empty()).then(|| view! { <ul class="reasons">{reasons}</ul> })}
                    }
                }}
            </td>
        </tr>
    }
}
