//! Creates transfers: the requirements, the name, the requests, and the handover of the keys.

mod failure;
mod form;
mod handover;
mod requirements;
mod runner;

pub(crate) use handover::HandoverDialog;

use crate::i18n::{key, language, t};
use crate::reactive::{derive, memo};
use crate::state::{AppState, MAX_RUN, Selection};
use crate::ui::{Button, ShowIf, bdi, effect, focus, p};
use failure::CreateFailures;
use form::CreateForm;
use leptos::ev;
use leptos::prelude::*;
use requirements::{Checklist, Comparison};

/// The panel beside the list of volumes. On narrower screens it covers the list.
#[component]
pub(crate) fn Create(covered: Signal<bool>) -> impl IntoView {
    let state = AppState::get();
    let language = language();
    let selection: Selection = memo(move || state.selected_volumes());
    let count = move || state.selected_count();
    let choice = derive(move || {
        let language = language.get();
        selection.with(|volumes| {
            let size: u64 = volumes.iter().filter_map(|volume| volume.size).sum();
            let size = language.format(key::VOLUMES_SIZE_VALUE, &[("size", &size.to_string())]);
            let count = language.format(key::CREATE_COUNT, &[("count", &count().to_string())]);
            match &**volumes {
                [volume] => format!("{} · {size}", volume.label()),
                volumes if volumes.len() > MAX_RUN => count,
                _ => format!("{count} · {size}"),
            }
        })
    });

    let close = move || {
        state.panel_open.set(false);
        focus("volumes");
    };
    effect(move || {
        if covered.get() {
            focus("create");
        }
    });
    view! {
        <section class="panel" class:open=state.panel_open aria-labelledby="create"
            on:keydown=move |event: ev::KeyboardEvent| {
                if event.key() == "Escape" && covered.get_untracked() {
                    close();
                }
            }>
            <div class="panel-head">
                <h2 id="create" tabindex="-1" prop:textContent=t(key::CREATE_TITLE) />
                <ShowIf condition=covered><Button label=key::CREATE_CLOSE on_press=close /></ShowIf>
            </div>
            <ShowIf condition=derive(move || count() == 0)>{p(key::CREATE_CHOOSE)}</ShowIf>
            <ShowIf condition=derive(move || count() != 0)>
                <p class="choice"><strong>{bdi(choice)}</strong></p>
                <ShowIf condition=derive(move || count() == 1)><Checklist selection /></ShowIf>
                <ShowIf condition=derive(move || count() > 1)><Comparison selection /></ShowIf>
                <CreateForm selection />
            </ShowIf>
            <CreateFailures />
        </section>
    }
}
