//! What is said and done when a create request brought no transfer.

use crate::client::Session;
use crate::parts::{Bad, Button, When, dynamic};
use crate::progress::Progress;
use crate::state::Console;
use crate::text::{FaultWords, Key, ReadFailure, Refusal, key, language, t, unknown_cause};
use js_sys::Promise;
use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::sync::Arc;
use volume_transfer::api::Trace;
use volume_transfer::{Fault, ReadError, Transfer, UnknownCause, VolumeId};
use wasm_bindgen_futures::JsFuture;

/// What became of the last request, if it brought no transfer.
#[derive(Clone)]
pub(crate) enum Trouble {
    Rejected(Fault),
    /// The session is the one that posted: another project's list would prove nothing.
    Unknown {
        cause: UnknownCause,
        volume: VolumeId,
        session: Session,
    },
}

/// Between two looks, in milliseconds, and how many fail before only a press looks again.
const PAUSE: i32 = 3_000;
const TRIES: usize = 4;

/// What looking for a transfer of unknown outcome has brought.
#[derive(Clone, Default)]
pub(crate) enum Found {
    #[default]
    NotLookedYet,
    Looking,
    Failed(ReadError),
    Traced(Trace),
}

impl Found {
    /// Whether it is known now what became of the request.
    pub(crate) fn settles(&self) -> bool {
        match self {
            Found::NotLookedYet | Found::Looking | Found::Failed(_) => false,
            Found::Traced(Trace::CannotTell) => false,
            Found::Traced(Trace::NotMade | Trace::Made(_)) => true,
        }
    }
}

/// The place where it is said. It is always there, so that it is heard when it speaks.
#[component]
pub(crate) fn TroubleAlert(
    trouble: RwSignal<Option<Trouble>>,
    found: RwSignal<Found>,
) -> impl IntoView {
    view! {
        <div role="alert" id="trouble" tabindex="-1">
            {dynamic(move || trouble.get().map(|known| match known {
                Trouble::Rejected(fault) => view! { <Rejected fault /> }.into_any(),
                Trouble::Unknown { cause, volume, session } => {
                    view! { <OutcomeUnknown cause volume session found /> }.into_any()
                }
            }))}
        </div>
    }
}

#[component]
fn Rejected(fault: Fault) -> impl IntoView {
    view! { <Bad what=key::CREATE_REJECTED><Refusal fault /></Bad> }
}

#[component]
fn OutcomeUnknown(
    cause: UnknownCause,
    volume: VolumeId,
    session: Session,
    found: RwSignal<Found>,
) -> impl IntoView {
    let console = Console::get();
    let language = language();
    let words = cause.fault();
    let id = volume.as_str().to_owned();
    let project = session.project.as_str().to_owned();
    let looking = move || found.with(|found| matches!(found, Found::Looking));
    let looks = cause.looks();
    let gone = move |transfer: &Transfer| console.pending.was_cancelled(&transfer.id);
    let result = Signal::derive(move || {
        let say = |key: Key| language.get().say(key, &[]);
        match found.get() {
            Found::NotLookedYet | Found::Looking => String::new(),
            Found::Failed(_) | Found::Traced(Trace::CannotTell) => say(key::UNKNOWN_CANNOT_TELL),
            Found::Traced(Trace::NotMade) => say(key::UNKNOWN_NOT_MADE),
            Found::Traced(Trace::Made(transfer)) if gone(&transfer) => say(key::UNKNOWN_CANCELLED),
            Found::Traced(Trace::Made(transfer)) => {
                language.get().say(key::UNKNOWN_MADE, &[("id", transfer.id.as_str())])
            }
        }
    });
    let failure = dynamic(move || match found.get() {
        Found::Failed(error) => Some(view! { <ReadFailure error /> }.into_any()),
        Found::NotLookedYet | Found::Looking | Found::Traced(_) => None,
    });
    // The same project may have been connected to again, with a fresh token.
    let current = {
        let session = Arc::clone(&session);
        move || {
            let fresh = console.session.get_untracked().filter(|now| now.same_place(&session));
            fresh.unwrap_or_else(|| Arc::clone(&session))
        }
    };
    // Each press, and the network's coming back, begins anew; what was under way then ends.
    let round = StoredValue::new(0_usize);
    let look = {
        let current = current.clone();
        move || {
            let this = round.get_value() + 1;
            round.set_value(this);
            found.set(Found::Looking);
            let current = current.clone();
            spawn_local(async move {
                let (mut nothing, mut failed) = (0, 0);
                loop {
                    let session = current();
                    let result = match session.transfers().await {
                        Ok(list) => Found::Traced(list.trace(&volume)),
                        // A page that could be read may have it.
                        Err((list, error)) => match list.trace(&volume) {
                            made @ Trace::Made(_) => Found::Traced(made),
                            Trace::NotMade | Trace::CannotTell => Found::Failed(error),
                        },
                    };
                    // It is gone with the alert that it belongs to.
                    if round.try_get_value() != Some(this) {
                        return;
                    }
                    match &result {
                        Found::Traced(Trace::NotMade) => nothing += 1,
                        Found::Traced(Trace::Made(_)) => nothing = looks,
                        Found::Traced(Trace::CannotTell) | Found::Failed(_) => failed += 1,
                        Found::NotLookedYet | Found::Looking => {}
                    }
                    let done = nothing >= looks || failed >= TRIES;
                    if done || !matches!(result, Found::Traced(Trace::NotMade)) {
                        found.set(result);
                    }
                    if done {
                        console.refresh();
                        return;
                    }
                    sleep(PAUSE).await;
                    if round.try_get_value() != Some(this) {
                        return;
                    }
                }
            });
        }
    };
    look();
    let online = window_event_listener(ev::online, {
        let look = look.clone();
        move |_| {
            if !found.with_untracked(Found::settles) {
                look();
            }
        }
    });
    on_cleanup(move || online.remove());
    let look_again = move || {
        if !looking() {
            look();
        }
    };
    let cancel = move || {
        if let Found::Traced(Trace::Made(transfer)) = found.get_untracked() {
            console.pending.cancelling.set(Some((current(), transfer)));
        }
    };
    let lost_key =
        move || found.with(|found| matches!(found, Found::Traced(Trace::Made(t)) if !gone(t)));
    view! {
        <div class="message bad">
            <h3 prop:textContent=t(key::UNKNOWN_TITLE) />
            <p><span prop:textContent=t(key::CREATE_VOLUME) /> " " <code prop:textContent=id /></p>
            <p><span prop:textContent=t(key::CONNECT_PROJECT) /> " " <code prop:textContent=project /></p>
            <p prop:textContent=Signal::derive(move || unknown_cause(language.get(), &cause)) />
            {words.map(|fault| view! { <FaultWords fault /> }.into_any())}
            <p prop:textContent=t(key::UNKNOWN_ADVICE) />
            <Progress busy=Signal::derive(looking) label=key::UNKNOWN_LOOKING />
            <p><strong prop:textContent=result /></p>
            {failure}
            <When holds=lost_key><Button label=key::UNKNOWN_CANCEL press=cancel.clone() /></When>
            <When holds=move || !found.with(Found::settles)>
                <Button label=key::UNKNOWN_LOOK press=look_again.clone() disabled=looking />
            </When>
        </div>
    }
}

/// Waits for so many milliseconds.
async fn sleep(milliseconds: i32) {
    let promise = Promise::new(&mut |resolve, _| {
        // A window that sets no timer is one that is closing.
        let _ =
            window().set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, milliseconds);
    });
    let _ = JsFuture::from(promise).await;
}
