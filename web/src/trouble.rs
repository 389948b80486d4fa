//! What is said and done when a create request brought no transfer.

use crate::client::Session;
use crate::state::Console;
use crate::text::{FaultWords, Key, ReadFailure, fault_kind, key, language, t, unknown_cause};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::sync::Arc;
use volume_transfer::api::Trace;
use volume_transfer::{Fault, ReadError, UnknownCause, VolumeId, api};

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
            {move || trouble.get().map(|known| match known {
                Trouble::Rejected(fault) => view! { <Rejected fault /> }.into_any(),
                Trouble::Unknown { cause, volume, session } => {
                    view! { <OutcomeUnknown cause volume session found /> }.into_any()
                }
            })}
        </div>
    }
}

#[component]
fn Rejected(fault: Fault) -> impl IntoView {
    let language = language();
    let kind = fault.kind();
    view! {
        <div class="message bad">
            <p><strong>{t(key::CREATE_REJECTED)}</strong></p>
            <p>{move || fault_kind(language.get(), kind)}</p>
            <FaultWords fault />
        </div>
    }
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
    let result = move || {
        let say = |key: Key| Some(language.get().say(key, &[]));
        match found.get() {
            Found::NotLookedYet => None,
            Found::Looking => say(key::UNKNOWN_LOOKING),
            Found::Failed(_) | Found::Traced(Trace::CannotTell) => say(key::UNKNOWN_CANNOT_TELL),
            Found::Traced(Trace::NotMade) => say(key::UNKNOWN_NOT_MADE),
            Found::Traced(Trace::Made(transfer)) => {
                Some(language.get().say(key::UNKNOWN_MADE, &[("id", transfer.id.as_str())]))
            }
        }
    };
    let failure = move || match found.get() {
        Found::Failed(error) => Some(view! { <ReadFailure error /> }),
        Found::NotLookedYet | Found::Looking | Found::Traced(_) => None,
    };
    let look = move |_| {
        if looking() {
            return;
        }
        // The same project may have been connected to again, with a fresh token.
        let fresh = console.session.get_untracked().filter(|now| now.same_place(&session));
        let session = fresh.unwrap_or_else(|| Arc::clone(&session));
        found.set(Found::Looking);
        spawn_local(async move {
            let request = api::list_transfers(session.service, &session.project);
            found.set(match api::decode_transfers(session.send(request).await) {
                Ok(list) => Found::Traced(list.trace(&volume)),
                Err(error) => Found::Failed(error),
            });
            console.refresh();
        });
    };
    view! {
        <div class="message bad">
            <h3>{t(key::UNKNOWN_TITLE)}</h3>
            <p>{t(key::CREATE_VOLUME)} " " <code>{id}</code></p>
            <p>{t(key::CONNECT_PROJECT)} " " <code>{project}</code></p>
            <p>{move || unknown_cause(language.get(), &cause)}</p>
            {words.map(|fault| view! { <FaultWords fault /> })}
            <p>{t(key::UNKNOWN_ADVICE)}</p>
            <button type="button" on:click=look aria-disabled=move || looking().then_some("true")>
                {t(key::UNKNOWN_LOOK)}
            </button>
            <p><strong>{result}</strong></p>
            {failure}
        </div>
    }
}
