//! The project's volumes: which of them can be transferred, and why the others can't.

mod filter;
mod select;
mod sort;

use crate::errors::{ReadFailure, UnreadableRows};
use crate::i18n::{Key, key, language, local_date, status_name, t, violation};
use crate::reactive::{derive, memo};
use crate::state::{AppState, ListProblem};
use crate::ui::{
    Button, Cell, ErrorMessage, Progress, ShowIf, SortHeader, Table, aria_true, bdi, dynamic,
    effect, li, p, span,
};
use filter::{EligibilityFilter, filter};
use leptos::prelude::*;
use select::{RowSelector, SelectAll};
use sort::{SortKey, sorted};
use std::sync::Arc;
use volume_transfer::Volume;

/// The number of rows on a page of the table. A browser lays out 100 rows quickly.
const PAGE_SIZE: usize = 100;

/// The maximum number of new rows drawn per frame. The limit keeps typing and sorting fast.
const ROWS_PER_FRAME: usize = 20;

/// The columns after the checkbox, their CSS classes, and what they are sorted by.
const COLUMNS: [(Key, &str, SortKey); 5] = [
    (key::VOLUMES_NAME, "name", SortKey::Name),
    (key::VOLUMES_SIZE, "size", SortKey::Size),
    (key::VOLUMES_STATUS, "status", SortKey::Status),
    (key::HANDOVER_CREATED, "created", SortKey::Created),
    (key::VOLUMES_ELIGIBLE, "eligibility", SortKey::Eligibility),
];

#[component]
pub(crate) fn Volumes(covered: Signal<bool>) -> impl IntoView {
    let state = AppState::get();
    let language = language();
    let query = RwSignal::new(String::new());
    let eligibility = RwSignal::new(EligibilityFilter::default());
    let page = RwSignal::new(0_usize);
    let sort = RwSignal::new(None);
    let matching = filter(state, sorted(state, sort), query, eligibility);
    let total = move || matching.with(Vec::len);
    // After a refresh there may be fewer pages.
    let first = move || page.get().min(total().saturating_sub(1) / PAGE_SIZE) * PAGE_SIZE;
    let drawn = RwSignal::new(Vec::new());
    effect(move || {
        let rows: Vec<_> =
            matching.with(|rows| rows.iter().skip(first()).take(PAGE_SIZE).copied().collect());
        let volumes = state
            .volumes
            .with(|volumes| rows.into_iter().filter_map(|row| volumes.get(row).cloned()).collect());
        draw_in_steps(drawn, volumes);
    });
    let selector = RowSelector::new(state, matching);
    let mut headers = vec![view! { <SelectAll matching /> }.into_any()];
    headers.extend(COLUMNS.map(|(column, class, sort_key)| {
        let order = derive(move || {
            Some(match sort.get() {
                Some((key, false)) if key == sort_key => "ascending",
                Some((key, true)) if key == sort_key => "descending",
                _ => "none",
            })
        });
        let press = move || {
            page.set(0);
            sort.update(|sort| {
                *sort = Some((sort_key, *sort == Some((sort_key, false))));
            });
        };
        view! { <SortHeader column class order on_press=press /> }.into_any()
    }));
    let selected_count = move || state.selected_count();
    let selected_text = move || {
        let count = selected_count().to_string();
        language.get().format(key::VOLUMES_SELECTED, &[("count", &count)])
    };
    let range = move || {
        let total = total();
        let (from, to) = (first() + 1, (first() + PAGE_SIZE).min(total));
        let text = |key, values: &[_]| language.get().format(key, values);
        if state.volumes.with(Vec::is_empty) {
            text(key::VOLUMES_NONE, &[])
        } else if total == 0 {
            text(key::VOLUMES_NONE_MATCH, &[])
        } else {
            let [from, to, total] = [from, to, total].map(|n| n.to_string());
            text(key::VOLUMES_SHOWN, &[("from", &from), ("to", &to), ("total", &total)])
        }
    };

    view! {
        <section class="list" aria-labelledby="volumes" inert=aria_true(covered)>
            <h2 id="volumes" tabindex="-1" class="visually-hidden" prop:textContent=t(key::VOLUMES_TITLE) />
            <div class="tools">
                <label class="grow">
                    {span(key::VOLUMES_FILTER)}
                    // Without `aria-label`, WebKit would add the name of the field's own button,
                    // "cancel", to the label.
                    <input type="search" autocomplete="off" spellcheck="false" aria-label=t(key::VOLUMES_FILTER)
                        on:input:target=move |event| {
                            page.set(0);
                            query.set(event.target().value());
                        } />
                </label>
                <label>
                    {span(key::VOLUMES_ELIGIBILITY)}
                    <select on:change:target=move |event| {
                        page.set(0);
                        eligibility.set(EligibilityFilter::from_value(&event.target().value()));
                    }>
                        <option value="all" prop:textContent=t(key::VOLUMES_FILTER_ALL) />
                        <option value="eligible" prop:textContent=t(key::ELIGIBILITY_ELIGIBLE) />
                        <option value="ineligible" prop:textContent=t(key::ELIGIBILITY_INELIGIBLE) />
                    </select>
                </label>
                <Button label=key::VOLUMES_REFRESH on_press=move || state.reload() disabled=state.loader.busy />
            </div>
            <Progress busy=state.loader.busy label=key::VOLUMES_BUSY loaded=state.loader.loaded
                on_stop=move || state.loader.stop() idle_text=derive(range) />
            <div role="alert">
                {dynamic(move || state.list_problem.get().map(|problem| {
                    let (title, error) = match problem {
                        ListProblem::RefreshFailed(error) => (key::VOLUMES_OLD, Some(error)),
                        ListProblem::Incomplete(error) => (key::VOLUMES_INCOMPLETE, Some(error)),
                        ListProblem::Stopped => (key::VOLUMES_STOPPED, None),
                    };
                    view! { <ErrorMessage title>{error.map(|error| view! { <ReadFailure error /> }.into_any())}</ErrorMessage> }.into_any()
                }))}
                {dynamic(move || Some(state.unreadable.get()).filter(|&count| count > 0).map(|count| view! {
                    <UnreadableRows count />
                }.into_any()))}
            </div>
            <Table labelled_by="volumes" class="volumes" headers>
                // Keyed by the whole volume, so that a changed volume gets a new row.
                <For each=move || drawn.get() key=Arc::clone let:volume>
                    <Row volume selector />
                </For>
            </Table>
            <ShowIf condition=derive(move || total() > PAGE_SIZE)>
                <div class="pages">
                    <Button label=key::VOLUMES_PREVIOUS disabled=derive(move || first() == 0)
                        on_press=move || page.set((first() / PAGE_SIZE).saturating_sub(1)) />
                    <Button label=key::VOLUMES_NEXT disabled=derive(move || first() + PAGE_SIZE >= total())
                        on_press=move || page.set(first() / PAGE_SIZE + usize::from(first() + PAGE_SIZE < total())) />
                </div>
            </ShowIf>
            <ShowIf condition=derive(move || selected_count() != 0)>
                <div class="selection-bar">
                    {p(derive(selected_text))}
                    <Button label=key::VOLUMES_DESELECT on_press=move || state.select(&state.selected.get_untracked(), false) />
                    <Button label=key::VOLUMES_CONTINUE on_press=move || state.panel_open.set(true) primary=true />
                </div>
            </ShowIf>
        </section>
    }
}

#[component]
fn Row(volume: Arc<Volume>, selector: RowSelector) -> impl IntoView {
    let state = AppState::get();
    let language = language();
    let id = volume.id;
    let input = format!("volume-{}", id.as_str());
    let reasons = format!("reasons-{}", id.as_str());
    let label = volume.label().to_owned();
    let size = volume.size.map(|size| size.to_string());
    let size = derive(move || {
        let text =
            |size: &String| language.get().format(key::VOLUMES_SIZE_VALUE, &[("size", size)]);
        size.as_ref().map(text).unwrap_or_default()
    });
    let status = volume.status.as_str().to_owned();
    let service_status = status.clone();
    let status_text = derive({
        let status = status.clone();
        move || status_name(language.get(), &status)
    });
    let created_at = volume.created_at;
    let created =
        move || created_at.map(|time| local_date(time, language.get())).unwrap_or_default();
    let created_time = derive(move || created().1);
    let checked = memo(move || state.is_selected(&id));
    let eligibility = {
        let volume = Arc::clone(&volume);
        memo(move || state.eligibility(&volume))
    };
    view! {
        <tr role="row" class:chosen=checked>
            <td role="cell">
                <input type="checkbox" id=input.clone() prop:checked=checked aria-describedby=reasons.clone()
                    on:keydown=move |event| selector.on_key(&event)
                    on:click:target=move |event| selector.select(id, event.target().checked(), &event) />
            </td>
            <td role="cell">
                <label for=input>{bdi(label)}</label>
                <code prop:textContent=id.as_str().to_owned() />
            </td>
            <Cell column=key::VOLUMES_SIZE class="size">{span(size)}</Cell>
            <Cell column=key::VOLUMES_STATUS class="status"><bdi title=service_status prop:textContent=status_text /></Cell>
            <Cell column=key::HANDOVER_CREATED class="created">
                <span title=created_time prop:textContent=derive(move || created().0) />
            </Cell>
            <td role="cell" class="eligibility" id=reasons>
                {dynamic(move || {
                    let eligibility = eligibility.get();
                    let overall = eligibility.overall();
                    let text = language.get().format_code("eligibility", overall.eligibility_code(), &[]);
                    let reasons: Vec<_> = eligibility
                        .violated()
                        .iter()
                        .map(|c| li(violation(language.get(), c, &status)))
                        .collect();
                    Some(view! {
                        <span class=format!("verdict {}", overall.code()) prop:textContent=text />
                        {(!reasons.is_empty()).then(|| view! { <ul class="reasons">{reasons}</ul> }.into_any())}
                    }
                    .into_any())
                })}
            </td>
        </tr>
    }
}

/// Draws some of the rows that aren't displayed yet, then more in each frame until all are displayed.
fn draw_in_steps(drawn: RwSignal<Vec<Arc<Volume>>>, rows: Vec<Arc<Volume>>) {
    let mut new = 0;
    let fits = drawn.with_untracked(|drawn| {
        rows.iter()
            .take_while(|row| {
                new += usize::from(!drawn.contains(row));
                new <= ROWS_PER_FRAME
            })
            .count()
    });
    let step = rows.get(..fits).unwrap_or_default().to_vec();
    drawn.set(step.clone());
    if fits < rows.len() {
        request_animation_frame(move || {
            // If the rows have changed again, another call draws the new ones.
            if drawn.with_untracked(|drawn| *drawn == step) {
                draw_in_steps(drawn, rows);
            }
        });
    }
}
