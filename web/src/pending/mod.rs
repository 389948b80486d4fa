//! Lists and cancels the pending transfers, and shows what became of those that have ended.

mod cancel;
mod polling;

pub(crate) use cancel::CancelDialog;

use crate::errors::{ReadFailure, UnreadableRows};
use crate::i18n::{Key, age, key, language, name_or_none, status_name, t};
use crate::reactive::{derive, status_text};
use crate::state::{AppState, KeyPlace};
use crate::ui::{
    Button, Cell, ErrorMessage, ShowIf, Table, bdi, code, dynamic, effect, li, p, span,
};
use leptos::prelude::*;
use polling::Poller;
use volume_transfer::api::TransferProgress;
use volume_transfer::{Transfer, TransferId};

const COLUMNS: &[(Key, bool)] = &[
    (key::VOLUMES_CHOOSE, true),
    (key::CREATE_NAME, false),
    (key::CREATE_VOLUME, false),
    (key::HANDOVER_ID, false),
    (key::TRANSFERS_KEY, false),
    (key::TRANSFERS_AGE, false),
    (key::TRANSFERS_ACTION, true),
];

#[component]
pub(crate) fn PendingTransfers() -> impl IntoView {
    let state = AppState::get();
    let language = language();
    let pending = state.pending;
    let count = move || pending.list.with(|list| list.transfers.len());
    let count_text = status_text(move || {
        if !pending.loaded.get() {
            return String::new();
        }
        let key = if count() == 0 { key::TRANSFERS_NONE } else { key::TRANSFERS_COUNT };
        language.get().format(key, &[("count", &count().to_string())])
    });
    let ended = move || {
        let language = language.get();
        pending.ended.get().into_iter().filter_map(move |ended| {
            let cancelled = pending.was_cancelled(&ended.id);
            let (key, status) = match &ended.progress {
                // A later transfer of the volume was accepted, and has its own line.
                TransferProgress::Gone if cancelled => return None,
                TransferProgress::Gone => (key::NEWS_GONE, String::new()),
                TransferProgress::Available if cancelled => (key::NEWS_CANCELLED, String::new()),
                TransferProgress::Available => (key::NEWS_AVAILABLE, String::new()),
                TransferProgress::Other(status) => {
                    (key::NEWS_OTHER, status_name(language, status.as_str()))
                }
                // Can't happen: polling continues until the volume has another status.
                TransferProgress::Pending => return None,
            };
            let text = language.format(key, &[("volume", &ended.volume), ("status", &status)]);
            Some(li(text))
        })
    };
    poll(state);
    // May contain transfers that have left the list.
    let selected = RwSignal::new(Vec::<TransferId>::new());
    view! {
        <section aria-labelledby="transfers">
            <h2 id="transfers" tabindex="-1" class="visually-hidden" prop:textContent=t(key::TRANSFERS_TITLE) />
            {p(key::TRANSFERS_HINT)}
            <p role="status" prop:textContent=count_text />
            <div role="status">
                <ShowIf condition=derive(move || pending.ended.with(|ended| !ended.is_empty()))>
                    <ul class="message info">{dynamic(move || Some(ended().collect_view().into_any()))}</ul>
                </ShowIf>
            </div>
            <div role="alert">
                {dynamic(move || pending.error.get().map(|error| view! {
                    <ErrorMessage title=key::TRANSFERS_OLD><ReadFailure error /></ErrorMessage>
                }.into_any()))}
                {dynamic(move || Some(pending.list.with(|list| list.unreadable)).filter(|&n| n > 0).map(|n| view! {
                    <UnreadableRows count=n />
                }.into_any()))}
            </div>
            <ShowIf condition=derive(move || count() != 0)>
                <Choice selected />
                <Table labelled_by="transfers" class="transfers selectable" columns=COLUMNS>
                    <For each=move || pending.list.get().transfers key=|t| t.id.as_str().to_owned() let:transfer>
                        <Row transfer selected />
                    </For>
                </Table>
            </ShowIf>
        </section>
    }
}

/// Selects several transfers and cancels them.
#[component]
fn Choice(selected: RwSignal<Vec<TransferId>>) -> impl IntoView {
    let state = AppState::get();
    let language = language();
    let chosen = move || {
        let mut transfers = state.pending.list.get().transfers;
        selected.with(|selected| transfers.retain(|transfer| selected.contains(&transfer.id)));
        transfers
    };
    let keyless = move || {
        let mut transfers = state.pending.list.get().transfers;
        transfers.retain(|transfer| state.key_place(&transfer.id) == KeyPlace::Elsewhere);
        transfers
    };
    let ids = |transfers: Vec<Transfer>| transfers.into_iter().map(|t| t.id).collect::<Vec<_>>();
    let all = move || chosen().len() == state.pending.list.with(|list| list.transfers.len());
    let label = move |one: Key, several: Key, count: usize| {
        language
            .get()
            .format(if count == 1 { one } else { several }, &[("count", &count.to_string())])
    };
    let cancel_label =
        move || label(key::CANCEL_CONFIRM, key::TRANSFERS_CANCEL_SEVERAL, chosen().len());
    let keyless_label =
        move || label(key::TRANSFERS_KEYLESS_ONE, key::TRANSFERS_KEYLESS, keyless().len());
    let cancel = move || state.ask_to_cancel(untrack(chosen));
    view! {
        <div class="choice-bar">
            <label class="check">
                <input type="checkbox" prop:checked=derive(all)
                    on:change:target=move |event| selected.set(match event.target().checked() {
                        true => ids(state.pending.list.get_untracked().transfers),
                        false => Vec::new(),
                    }) />
                {span(key::TRANSFERS_ALL)}
            </label>
            <ShowIf condition=derive(move || !keyless().is_empty())>
                <Button label=derive(keyless_label) on_press=move || selected.set(ids(untrack(keyless))) />
            </ShowIf>
            <ShowIf condition=derive(move || !chosen().is_empty())>
                <Button label=derive(cancel_label) on_press=cancel primary=true />
            </ShowIf>
        </div>
    }
}

#[component]
fn Row(transfer: Transfer, selected: RwSignal<Vec<TransferId>>) -> impl IntoView {
    let state = AppState::get();
    let language = language();
    let chosen = {
        let id = transfer.id.clone();
        derive(move || selected.with(|selected| selected.contains(&id)))
    };
    let choose = {
        let id = transfer.id.clone();
        move |choose: bool| {
            selected.update(|selected| {
                selected.retain(|other| *other != id);
                if choose {
                    selected.push(id.clone());
                }
            })
        }
    };
    let key_place = {
        let id = transfer.id.clone();
        derive(move || {
            let key = match state.key_place(&id) {
                KeyPlace::Unsaved => key::TRANSFERS_KEY_UNSAVED,
                KeyPlace::Saved => key::TRANSFERS_KEY_SAVED,
                KeyPlace::Elsewhere => key::TRANSFERS_KEY_ELSEWHERE,
            };
            language.get().format(key, &[])
        })
    };
    let choose_label = transfer.label().to_owned();
    let label = transfer.label().to_owned();
    let name = name_or_none(transfer.name.clone());
    let id = transfer.id.as_str().to_owned();
    let volume = transfer.volume_id;
    let created = transfer.created_at.clone();
    let age =
        derive(move || created.as_deref().map(|utc| age(language.get(), utc)).unwrap_or_default());
    let cancel = move || language.get().format(key::TRANSFERS_CANCEL, &[("name", &label)]);
    let on_press = move || state.ask_to_cancel(vec![transfer.clone()]);
    view! {
        <tr role="row" class:chosen=chosen>
            <td role="cell">
                <input type="checkbox" aria-label=choose_label prop:checked=chosen
                    on:change:target=move |event| choose(event.target().checked()) />
            </td>
            <Cell column=key::CREATE_NAME class="name">{bdi(name)}</Cell>
            <Cell column=key::CREATE_VOLUME class="volume">{bdi(derive(move || state.label(&volume)))}</Cell>
            <Cell column=key::HANDOVER_ID class="id">{code(id)}</Cell>
            <Cell column=key::TRANSFERS_KEY class="key-place">{span(key_place)}</Cell>
            <Cell column=key::TRANSFERS_AGE class="age">{span(age)}</Cell>
            <td role="cell">
                <button type="button" aria-label=cancel on:click=move |_| on_press() prop:textContent=t(key::TRANSFERS_CANCEL_SHORT) />
            </td>
        </tr>
    }
}

/// Polls when a reload is requested and when the page becomes visible again.
fn poll(state: AppState) {
    let poller = Poller::new(state);
    effect({
        let poller = poller.clone();
        move || {
            state.pending.reloads.track();
            untrack(|| poller.poll());
        }
    });
    let listener = window_event_listener_untyped("visibilitychange", move |_| {
        if !document().hidden() {
            poller.poll();
        }
    });
    on_cleanup(move || listener.remove());
}
