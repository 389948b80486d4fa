//! Part 5: the transfers that nobody has accepted yet, how to cancel one, and what became of others.

use crate::client::Session;
use crate::field::focus_soon;
use crate::parts::{Bad, Button, Cell, Entry, Table, When, dynamic, effect, open};
use crate::progress::Progress;
use crate::state::Console;
use crate::text::{Failure, Key, ReadFailure, Unreadable, age, key, language, name_or_none, t};
use leptos::ev;
use leptos::html::Dialog;
use leptos::prelude::*;
use leptos::task::spawn_local;
use volume_transfer::api::{self, Fate};
use volume_transfer::{ChangeError, Transfer};

const COLUMNS: &[(Key, bool)] = &[
    (key::CREATE_NAME, false),
    (key::CREATE_VOLUME, false),
    (key::HANDOVER_ID, false),
    (key::TRANSFERS_AGE, false),
    (key::TRANSFERS_ACTION, true),
];

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
            Some(view! { <li prop:textContent=said /> }.into_any())
        })
    };
    view! {
        <section aria-labelledby="transfers">
            <h2 id="transfers" tabindex="-1" prop:textContent=t(key::TRANSFERS_TITLE) />
            <p prop:textContent=t(key::TRANSFERS_HINT) />
            <p role="status" prop:textContent=Signal::derive(move || {
                if count() == 0 {
                    language.get().say(key::TRANSFERS_NONE, &[])
                } else {
                    language.get().say(key::TRANSFERS_COUNT, &[("count", &count().to_string())])
                }
            }) />
            <div role="status">
                <When holds=move || pending.news.with(|news| !news.is_empty())>
                    <ul class="message news">{dynamic(move || Some(news().collect_view().into_any()))}</ul>
                </When>
            </div>
            <div role="alert">
                {dynamic(move || pending.flaw.get().map(|error| view! {
                    <Bad what=key::TRANSFERS_OLD><ReadFailure error /></Bad>
                }.into_any()))}
                {dynamic(move || Some(pending.list.with(|list| list.unreadable)).filter(|&n| n > 0).map(|n| view! {
                    <Unreadable count=n />
                }.into_any()))}
            </div>
            <When holds=move || count() != 0>
                <Table label="transfers" class="transfers" columns=COLUMNS>
                    <For each=move || pending.list.get().transfers key=|t| t.id.as_str().to_owned() let:transfer>
                        <Row transfer />
                    </For>
                </Table>
            </When>
        </section>
    }
}

#[component]
fn Row(transfer: Transfer) -> impl IntoView {
    let console = Console::get();
    let language = language();
    let label = transfer.label().to_owned();
    let name = name_or_none(transfer.name.clone());
    let id = transfer.id.as_str().to_owned();
    let volume = transfer.volume_id;
    let created = transfer.created_at.clone();
    let age = Signal::derive(move || {
        created.as_deref().map(|utc| age(language.get(), utc)).unwrap_or_default()
    });
    let cancel = move || language.get().say(key::TRANSFERS_CANCEL, &[("name", &label)]);
    let press = move || {
        if let Some(session) = console.session.get_untracked() {
            console.pending.cancelling.set(Some((session, transfer.clone())));
        }
    };
    view! {
        <tr role="row">
            <Cell column=key::CREATE_NAME class="name"><bdi prop:textContent=name /></Cell>
            <Cell column=key::CREATE_VOLUME class="volume"><bdi prop:textContent=Signal::derive(move || console.label(&volume)) /></Cell>
            <Cell column=key::HANDOVER_ID class="id"><code prop:textContent=id /></Cell>
            <Cell column=key::TRANSFERS_AGE class="age"><span prop:textContent=age /></Cell>
            <td role="cell"><Button label=cancel press /></td>
        </tr>
    }
}

/// Asks before a transfer is cancelled: a key that was handed over opens nothing then.
#[component]
pub(crate) fn CancelDialog(session: Session, transfer: Transfer) -> impl IntoView {
    let console = Console::get();
    let dialog = NodeRef::<Dialog>::new();
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<ChangeError>);
    let name = name_or_none(transfer.name.clone());
    let volume = console.label(&transfer.volume_id);
    let id = transfer.id.as_str().to_owned();

    effect(move || {
        if dialog.get().is_some() {
            open(dialog, "cancel");
        }
    });
    let close = move || {
        console.pending.cancelling.set(None);
        // While the dialog is still there, nothing beside it takes the focus.
        focus_soon("transfers");
    };
    let confirm = move || {
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
            <h2 id="cancel" tabindex="-1" prop:textContent=t(key::CANCEL_TITLE) />
            <dl class="record">
                <Entry name=key::CREATE_NAME><bdi prop:textContent=name /></Entry>
                <Entry name=key::HANDOVER_ID><code prop:textContent=id /></Entry>
                <Entry name=key::CREATE_VOLUME><bdi prop:textContent=volume /></Entry>
            </dl>
            <p prop:textContent=t(key::CANCEL_WHAT) />
            <Progress busy label=key::CANCEL_BUSY />
            <div role="alert">
                {dynamic(move || failure.get().map(|error| view! {
                    <Failure error rejected=key::CANCEL_REJECTED unknown=key::CANCEL_UNKNOWN />
                }.into_any()))}
            </div>
            <div class="buttons">
                <Button label=key::CANCEL_CONFIRM press=confirm primary=true disabled=busy />
                <Button label=key::CANCEL_KEEP press=close />
            </div>
        </dialog>
    }
}
