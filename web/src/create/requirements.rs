//! The service's requirements, and which of them the selected volumes meet.

use crate::i18n::{key, language, t, violation};
use crate::reactive::{derive, memo};
use crate::state::{AppState, MAX_RUN, Selection};
use crate::ui::{Button, ShowIf, aria_bool, bdi, dynamic, li, p, span, strong};
use leptos::prelude::*;
use volume_transfer::{Eligibility, Verdict, Volume, VolumeId};

/// How many ineligible volumes are described one by one. The others are only counted.
const MAX_DESCRIBED: usize = 20;

/// The requirements for one volume. Those that it violates are always visible.
#[component]
pub(super) fn Checklist(selection: Selection) -> impl IntoView {
    let state = AppState::get();
    let language = language();
    let show_all = RwSignal::new(false);
    let volume = move || selection.with(|volumes| volumes.first().cloned());
    let checks = dynamic(move || {
        let (language, volume, show_all) = (language.get(), volume()?, show_all.get());
        let checks = state
            .eligibility(&volume)
            .findings()
            .filter(|finding| show_all || finding.verdict == Verdict::Violated)
            .map(|finding| {
                let (constraint, verdict) = (finding.constraint, finding.verdict);
                let reason = (verdict == Verdict::Violated)
                    .then(|| violation(language, constraint, volume.status.as_str()));
                view! {
                    <li class=verdict.code()>
                        {span(language.format_code("constraint", constraint.code(), &[]))}
                        {strong(language.format_code("verdict", verdict.code(), &[]))}
                        {reason.map(p)}
                    </li>
                }
                .into_any()
            })
            .collect::<Vec<_>>();
        (!checks.is_empty())
            .then(|| view! { <ul class="checks" aria-labelledby="checks">{checks}</ul> }.into_any())
    });
    let summary = dynamic(move || {
        let (language, volume) = (language.get(), volume()?);
        let eligibility = state.eligibility(&volume);
        let counts = Verdict::ALL.map(|verdict| {
            let count = eligibility.findings().filter(|f| f.verdict == verdict).count();
            (count > 0).then(|| {
                let text = language.format_code(
                    "verdict.count",
                    verdict.code(),
                    &[("count", &count.to_string())],
                );
                view! { <li class=format!("verdict {}", verdict.code()) prop:textContent=text /> }
                    .into_any()
            })
        });
        Some(
            view! { <ul class="summary">{counts.into_iter().flatten().collect::<Vec<_>>()}</ul> }
                .into_any(),
        )
    });
    let toggle = derive(move || {
        let key = if show_all.get() { key::CREATE_CHECKS_FEWER } else { key::CREATE_CHECKS_ALL };
        language.get().format(key, &[])
    });
    view! {
        <div class="checks-head">
            <h3 id="checks" tabindex="-1" prop:textContent=t(key::CREATE_CHECKS) />
            <button type="button" class="small" aria-expanded=aria_bool(move || show_all.get())
                on:click=move |_| show_all.update(|all| *all = !*all) prop:textContent=toggle />
        </div>
        {summary}
        {checks}
    }
}

/// For several volumes, the requirements that each one violates, and how many volumes have each
/// verdict.
#[component]
pub(super) fn Comparison(selection: Selection) -> impl IntoView {
    let state = AppState::get();
    let language = language();
    let too_many = move || selection.with(Vec::len) > MAX_RUN;
    let ineligible = memo(move || {
        selection.with(|volumes| {
            if too_many() {
                return Vec::new();
            }
            let ineligible = volumes.iter().filter(|volume| !state.is_eligible(volume));
            ineligible.cloned().collect::<Vec<_>>()
        })
    });
    let summary = dynamic(move || {
        let language = language.get();
        if too_many() {
            let values = [("limit", &*MAX_RUN.to_string())];
            let text = language.format(key::CREATE_BLOCKED_MANY, &values);
            return Some(view! { <p class="hint" prop:textContent=text /> }.into_any());
        }
        let counts = selection.with(|volumes| count_verdicts(state, volumes.iter().map(|v| &**v)));
        let lines = Verdict::ALL.into_iter().zip(counts).filter(|(_, count)| *count > 0);
        let lines: Vec<_> = lines
            .map(|(verdict, count)| {
                let text = language.format_code(
                    "volumes",
                    verdict.code(),
                    &[("count", &count.to_string())],
                );
                view! { <li class=format!("verdict {}", verdict.code()) prop:textContent=text /> }
                    .into_any()
            })
            .collect();
        Some(view! { <ul class="summary">{lines}</ul> }.into_any())
    });
    let violations = dynamic(move || {
        let language = language.get();
        let volumes = ineligible.get();
        if volumes.is_empty() {
            return None;
        }
        let described = volumes.iter().take(MAX_DESCRIBED).map(|volume| {
            let violated = state.eligibility(volume).violated();
            let reason = |c| violation(language, c, volume.status.as_str());
            let reasons: Vec<_> = violated.iter().map(reason).collect();
            let reasons = language.join(key::JOIN_SENTENCES, &reasons);
            let label = volume.label().to_owned();
            view! {
                <li class="violated">
                    {bdi(label)}
                    {p(reasons)}
                </li>
            }
            .into_any()
        });
        let described = described.collect::<Vec<_>>();
        let more = volumes.len().saturating_sub(MAX_DESCRIBED);
        let more = (more > 0).then(|| {
            let text = language.format(key::CREATE_MORE, &[("count", &more.to_string())]);
            li(text)
        });
        Some(
            view! { <ul class="checks" aria-labelledby="checks">{described} {more}</ul> }
                .into_any(),
        )
    });
    let leave_out_label = move || {
        let count = ineligible.with(Vec::len).to_string();
        language.get().format(key::CREATE_LEAVE_OUT, &[("count", &count)])
    };
    let leave_out = move || {
        let ids: Vec<VolumeId> =
            ineligible.with_untracked(|all| all.iter().map(|volume| volume.id).collect());
        state.select(&ids, false);
    };
    view! {
        <h3 id="checks" tabindex="-1" prop:textContent=t(key::CREATE_CHECKS) />
        {summary}
        {violations}
        <ShowIf condition=derive(move || !ineligible.with(Vec::is_empty))>
            <Button label=derive(leave_out_label) on_press=leave_out />
        </ShowIf>
    }
}

/// Counts the volumes by their overall verdict, in the order of [`Verdict::ALL`].
fn count_verdicts<'a>(
    state: AppState,
    volumes: impl Iterator<Item = &'a Volume>,
) -> [usize; Verdict::ALL.len()] {
    let mut counts = [0; Verdict::ALL.len()];
    for volume in volumes {
        let overall = Eligibility::overall(&state.eligibility(volume));
        let counted =
            Verdict::ALL.iter().zip(&mut counts).find(|(verdict, _)| **verdict == overall);
        if let Some((_, count)) = counted {
            *count += 1;
        }
    }
    counts
}
