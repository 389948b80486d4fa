//! Part 5: the transfers that nobody has accepted yet, how to cancel one, and what became of others.

use crate::client::Session;
use crate::field::focus;
use crate::progress::Progress;
use crate::state::Console;
use crate::text::{Failure, ReadFailure, age, key, language, t};
use leptos::ev;
use leptos::html::{Dialog, H2};
use leptos::prelude::*;
use leptos::task::spawn_local;
use volume_transfer::api::{self, Fate};
use volume_transfer::{ChangeError, Transfer};

#[component]
pub(crate) fn Transfers() -> impl IntoView {
    let console = Console::get();
    let language = language();
    let pending = console.pending;
    let count = move || pending.list.with(|list| list.transfers.len());
    let news = move || {
        let language = language.get();
        pending.news.get().into_iter().filter_map(move |news| {
            let (key, status) = match &news.fate {
                Fate::Gone => (key::NEWS_GONE, ""),
                Fate::Available => (key::NEWS_AVAILABLE, ""),
                Fate::Other(status) => (key::NEWS_OTHER, status.as_str()),
                // No news yet: it is asked again.
                Fate::Waiting => return None,
            };
            let said = language.say(key, &[("volume", &news.label), ("status", status)]);
            Some(view! { <li>{said}</li> })
        })
    };
    view! {
        <section aria-labelledby="transfers">
            <h2 id="transfers" tabindex="-1">{t(key::TRANSFERS_TITLE)}</h2>
            <p>{t(key::TRANSFERS_HINT)}</p>
            <p role="status">
                {move || if count() == 0 {
                    language.get().say(key::TRANSFERS_NONE, &[])
                } else {
                    language.get().say(key::TRANSFERS_COUNT, &[("count", &count().to_string())])
                }}
            </p>
            <div role="status">
                <Show when=move || pending.news.with(|news| !news.is_empty())>
                    <ul class="message news">{move || news().collect_view()}</ul>
                </Show>
            </div>
            <div role="alert">
                {move || pending.flaw.get().map(|error| view! {
                    <div class="message bad">
                        <p><strong>{t(key::TRANSFERS_OLD)}</strong></p>
                        <ReadFailure error />
                    </div>
                })}
                {move || Some(pending.list.with(|list| list.unreadable)).filter(|&n| n > 0).map(|n| view! {
                    <p class="message bad">
                        {move || language.get().say(key::VOLUMES_UNREADABLE, &[("count", &n.to_string())])}
                    </p>
                })}
            </div>
            <Show when=move || count() != 0>
                // The roles are said again because the rows become cards on a narrow screen.
                <div class="scroll">
                <table role="table" class="transfers" aria-labelledby="transfers">
                    <thead role="rowgroup">
                        <tr role="row">
                            <th role="columnheader" scope="col">{t(key::TRANSFERS_NAME)}</th>
                            <th role="columnheader" scope="col">{t(key::CREATE_VOLUME)}</th>
                            <th role="columnheader" scope="col">{t(key::HANDOVER_ID)}</th>
                            <th role="columnheader" scope="col">{t(key::TRANSFERS_AGE)}</th>
                            <th role="columnheader" scope="col"><span class="unseen">{t(key::TRANSFERS_ACTION)}</span></th>
                        </tr>
                    </thead>
                    <tbody role="rowgroup">
                        <For each=move || pending.list.get().transfers key=|t| t.id.as_str().to_owned() let:transfer>
                            <Row transfer />
                        </For>
                    </tbody>
                </table>
                </div>
            </Show>
        </section>
    }
}

#[component]
fn Row(transfer: Transfer) -> impl IntoView {
    let console = Console::get();
    let language = language();
    let label = transfer.label().to_owned();
    let name = transfer.name.clone();
    let id = transfer.id.as_str().to_owned();
    let volume = transfer.volume_id;
    let created = transfer.created_at.clone();
    view! {
        <tr role="row">
            <td role="cell" data-label=t(key::TRANSFERS_NAME)>
                <bdi>{move || name.clone().unwrap_or_else(|| language.get().say(key::HANDOVER_NAME_NONE, &[]))}</bdi>
            </td>
            <td role="cell" data-label=t(key::CREATE_VOLUME)><bdi>{move || console.label(&volume)}</bdi></td>
            <td role="cell" class="id" data-label=t(key::HANDOVER_ID)><code>{id}</code></td>
            <td role="cell" data-label=t(key::TRANSFERS_AGE)>
                {move || created.as_deref().map(|utc| age(language.get(), utc))}
            </td>
            <td role="cell">
                <button type="button" on:click=move |_| {
                    if let Some(session) = console.session.get_untracked() {
                        console.pending.cancelling.set(Some((session, transfer.clone())));
                    }
                }>
                    {move || language.get().say(key::TRANSFERS_CANCEL, &[("name", &label)])}
                </button>
            </td>
        </tr>
    }
}

/// Asks before a transfer is cancelled: a key that was handed over opens nothing then.
#[component]
pub(crate) fn CancelDialog(session: Session, transfer: Transfer) -> impl IntoView {
    let console = Console::get();
    let dialog = NodeRef::<Dialog>::new();
    let heading = NodeRef::<H2>::new();
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<ChangeError>);
    let label = transfer.label().to_owned();
    let volume = console.label(&transfer.volume_id);
    let id = transfer.id.as_str().to_owned();

    Effect::new(move |_| {
        if let Some(dialog) = dialog.get().filter(|dialog| !dialog.open()) {
            // It cannot fail for a closed dialog in the page.
            let _ = dialog.show_modal();
        }
        if let Some(heading) = heading.get_untracked() {
            let _ = heading.focus();
        }
    });
    let close = move || {
        console.pending.cancelling.set(None);
        // While the dialog is still there, nothing beside it takes the focus.
        request_animation_frame(|| focus("transfers"));
    };
    let confirm = move |_| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failure.set(None);
        let (session, id) = (session.clone(), transfer.id.clone());
        spawn_local(async move {
            let request = api::delete(session.service, &session.project, &id);
            let answer = api::decode_deleted(session.send(request).await);
            // Whatever the answer was, the list tells best what is there.
            console.refresh();
            match answer {
                Ok(()) => {
                    console.pending.cancelled.update(|cancelled| cancelled.push(id));
                    close();
                }
                Err(error) => {
                    busy.try_set(false);
                    failure.try_set(Some(error));
                }
            }
        });
    };

    view! {
        <dialog node_ref=dialog aria-labelledby="cancel"
            on:cancel=move |event: ev::Event| {
                event.prevent_default();
                if !busy.get_untracked() {
                    close();
                }
            }
        >
            <h2 id="cancel" tabindex="-1" node_ref=heading>{t(key::CANCEL_TITLE)}</h2>
            <dl class="record">
                <div><dt>{t(key::TRANSFERS_NAME)}</dt><dd><bdi>{label}</bdi></dd></div>
                <div><dt>{t(key::HANDOVER_ID)}</dt><dd><code>{id}</code></dd></div>
                <div><dt>{t(key::CREATE_VOLUME)}</dt><dd><bdi>{volume}</bdi></dd></div>
            </dl>
            <p>{t(key::CANCEL_WHAT)}</p>
            <Progress busy label=key::CANCEL_BUSY />
            <div role="alert">
                {move || failure.get().map(|error| view! {
                    <Failure error rejected=key::CANCEL_REJECTED unknown=key::CANCEL_UNKNOWN />
                })}
            </div>
            <div class="buttons">
                <button type="button" class="primary" on:click=confirm
                    aria-disabled=move || busy.get().then_some("true")>
                    {t(key::CANCEL_CONFIRM)}
                </button>
                <button type="button" on:click=move |_| close()>{t(key::CANCEL_KEEP)}</button>
            </div>
        </dialog>
    }
}
