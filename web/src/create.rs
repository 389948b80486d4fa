//! Part 3: what the service asks of the volume, the transfer's name, and the one request.

use crate::client::Session;
use crate::field::{TextField, focus};
use crate::state::Console;
use crate::text::{
    FaultWords, Key, ReadFailure, fault_kind, key, language, name_error, reason, t, unknown_cause,
};
use js_sys::{JsString, Reflect};
use leptos::ev;
use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::sync::Arc;
use volume_transfer::api::Trace;
use volume_transfer::name::from_utf16;
use volume_transfer::{
    CreateError, CreateTransfer, Eligibility, Fault, NameError, ReadError, Service, TransferName,
    UnknownCause, Verdict, Volume, VolumeId, api,
};
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

#[component]
pub(crate) fn Create() -> impl IntoView {
    let console = Console::get();
    let volume = Memo::new(move |_| console.chosen_volume());
    // Kept here, so that they outlast the form when the volume is gone from the list.
    let trouble = RwSignal::new(None::<Trouble>);
    let found = RwSignal::new(Found::default());

    // A refusal is of the volume that was chosen then; an unknown outcome outlasts another choice.
    Effect::new(move |before: Option<Option<VolumeId>>| {
        let chosen = console.chosen.get();
        let moved_on = before.is_some_and(|before| before != chosen);
        if moved_on && trouble.with_untracked(|t| matches!(t, Some(Trouble::Rejected(_)))) {
            trouble.set(None);
        }
        chosen
    });

    view! {
        <section aria-labelledby="create">
            <h2 id="create">{t(key::CREATE_TITLE)}</h2>
            <Show
                when=move || volume.with(Option::is_some)
                fallback=move || view! { <p>{t(key::CREATE_CHOOSE)}</p> }
            >
                {move || volume.get().map(|volume| view! { <Checks volume /> })}
                <CreateForm trouble found />
            </Show>
            <div role="alert" id="trouble" tabindex="-1">
                {move || trouble.get().map(|known| match known {
                    Trouble::Rejected(fault) => view! { <Rejected fault /> }.into_any(),
                    Trouble::Unknown { cause, volume, session } => {
                        view! { <OutcomeUnknown cause volume session found /> }.into_any()
                    }
                })}
            </div>
        </section>
    }
}

/// The checklist: every constraint of the service with its verdict.
#[component]
fn Checks(volume: Arc<Volume>) -> impl IntoView {
    let console = Console::get();
    let language = language();
    let label = volume.label().to_owned();
    let checks = move || {
        let language = language.get();
        console
            .eligibility(&volume)
            .findings()
            .iter()
            .map(|finding| {
                let (constraint, verdict) = (finding.constraint, finding.verdict);
                let reason = (verdict == Verdict::Violated)
                    .then(|| reason(language, constraint, volume.status.as_str()));
                view! {
                    <li class=verdict.code()>
                        <span>{language.say_code("constraint", constraint.code(), &[])}</span>
                        <strong>{language.say_code("verdict", verdict.code(), &[])}</strong>
                        {reason.map(|reason| view! { <p>{reason}</p> })}
                    </li>
                }
            })
            .collect_view()
    };
    view! {
        <p class="choice">{t(key::CREATE_VOLUME)} " " <strong><bdi>{label}</bdi></strong></p>
        <h3 id="checks" tabindex="-1">{t(key::CREATE_CHECKS)}</h3>
        <ul class="checks" aria-labelledby="checks">{checks}</ul>
    }
}

/// What became of the last request, if it brought no transfer.
#[derive(Clone)]
enum Trouble {
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
enum Found {
    #[default]
    NotLookedYet,
    Looking,
    Failed(ReadError),
    Traced(Trace),
}

impl Found {
    /// Whether it is known now what became of the request.
    fn settles(&self) -> bool {
        match self {
            Found::NotLookedYet | Found::Looking | Found::Failed(_) => false,
            Found::Traced(Trace::CannotTell) => false,
            Found::Traced(Trace::NotMade | Trace::Made(_)) => true,
        }
    }
}

#[component]
fn CreateForm(trouble: RwSignal<Option<Trouble>>, found: RwSignal<Found>) -> impl IntoView {
    let console = Console::get();
    let language = language();
    let input = NodeRef::<Input>::new();
    let typed = RwSignal::new(Ok::<_, NameError>(String::new()));
    // A name is judged when the field is left, and from then on with every key.
    let judged = RwSignal::new(false);

    let service =
        move || console.session.with(|s| s.as_ref().map_or(Service::default(), |s| s.service));
    let name =
        move || typed.get().and_then(|text| TransferName::parse(&text, service().name_rule()));
    let name_wrong = Signal::derive(move || {
        judged.get().then(|| name().err().map(|error| name_error(language.get(), &error))).flatten()
    });
    let counter = move || {
        let rule = service().name_rule();
        let length = typed.with(|text| text.as_ref().map_or(0, |text| rule.measure(text)));
        let values = [("length", &*length.to_string()), ("limit", &*rule.limit.to_string())];
        language.get().say_code("create.counter", rule.unit.code(), &values)
    };
    let hint = move || {
        let required = service().name_rule().required;
        let key = if required { key::CREATE_NAME_HINT_REQUIRED } else { key::CREATE_NAME_HINT };
        language.get().say(key, &[])
    };

    let eligibility = move || console.chosen_volume().map(|volume| console.eligibility(&volume));
    let blocked = Memo::new(move |_| {
        let unknown = trouble.with(|trouble| matches!(trouble, Some(Trouble::Unknown { .. })));
        if unknown && !found.with(Found::settles) {
            Some(key::CREATE_BLOCKED_UNKNOWN)
        } else if eligibility().is_none_or(|e| e.overall() == Verdict::Violated) {
            Some(key::CREATE_BLOCKED_VIOLATED)
        } else if name_wrong.with(Option::is_some) {
            Some(key::CREATE_BLOCKED_NAME)
        } else {
            None
        }
    });

    // The answer may come when the form is gone: somebody connected to another project meanwhile.
    let field = move || input.try_get_untracked().flatten();
    let read_field = move || {
        if let Some(input) = field() {
            typed.set(field_text(&input));
        }
    };
    // One press, one request: the second press finds the first one under way.
    let submit = move || {
        read_field();
        judged.set(true);
        let name = match untrack(name) {
            Ok(name) => name,
            Err(_) => {
                focus("transfer-name");
                return;
            }
        };
        let admitted = untrack(eligibility).and_then(|e: Eligibility| e.admit().ok());
        let (Some(volume), None) = (admitted, blocked.get_untracked()) else {
            focus(if trouble.with_untracked(Option::is_some) { "trouble" } else { "checks" });
            return;
        };
        let Some(session) = console.session.get_untracked() else { return };
        if console.posting.get_untracked() {
            return;
        }
        console.posting.set(true);
        trouble.set(None);
        found.set(Found::NotLookedYet);
        let create = CreateTransfer::new(volume, name);
        spawn_local(async move {
            let request = api::create(session.service, &session.project, &create);
            let outcome = session.send(request).await;
            console.posting.set(false);
            let volume = create.volume_id().clone();
            match api::decode_created(&create, outcome) {
                Ok(created) => {
                    console.handover.set(Some(created.into_handover()));
                    if let Some(input) = field() {
                        input.set_value("");
                    }
                    read_field();
                    judged.set(false);
                }
                Err(CreateError::Rejected(fault)) => {
                    if console.is_current(&session) {
                        console.learn(&volume, &fault);
                        trouble.set(Some(Trouble::Rejected(fault)));
                    }
                }
                Err(CreateError::OutcomeUnknown(cause)) => {
                    trouble.set(Some(Trouble::Unknown { cause, volume, session }));
                }
            }
            console.refresh();
        });
    };

    view! {
        <form novalidate on:submit=move |event: ev::SubmitEvent| {
            event.prevent_default();
            submit();
        }>
            <div
                on:input=move |event| {
                    // What an input method is still composing is not the name yet.
                    let composing = event
                        .dyn_ref::<web_sys::InputEvent>()
                        .is_some_and(web_sys::InputEvent::is_composing);
                    if !composing {
                        read_field();
                    }
                }
                on:compositionend=move |_| read_field()
                on:focusout=move |_| {
                    read_field();
                    // A field that goes away with the form loses the focus too, and its signals
                    // are gone before it.
                    let filled = typed.try_with_untracked(|text| text.as_deref() != Ok(""));
                    judged.set(filled.unwrap_or_default());
                }
            >
                <TextField id="transfer-name" label=key::CREATE_NAME node=input error=name_wrong>
                    <p>{hint} " " <span class="counter">{counter}</span></p>
                </TextField>
            </div>
            <h3>{t(key::CREATE_WHAT)}</h3>
            <ul class="what">
                <li>{t(key::CREATE_WHAT_STATUS)}</li>
                <li>{t(key::CREATE_WHAT_OWNER)}</li>
                <li>{t(key::CREATE_WHAT_EXPIRY)}</li>
                <li>{t(key::CREATE_WHAT_KEY)}</li>
            </ul>
            <button type="submit" class="primary" aria-describedby="create-blocked"
                aria-disabled=move || (blocked.get().is_some() || console.posting.get()).then_some("true")>
                {t(key::CREATE_SUBMIT)}
            </button>
            <p id="create-blocked" class="hint">
                {move || blocked.get().map(|key: Key| language.get().say(key, &[]))}
            </p>
            <p role="status">
                {move || console.posting.get().then(|| language.get().say(key::CREATE_BUSY, &[]))}
            </p>
        </form>
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
    let words = match &cause {
        UnknownCause::Failed(fault) => Some(fault.clone()),
        UnknownCause::Unreadable { status, request_id } => {
            Some(Fault::without_words(*status, request_id.clone()))
        }
        UnknownCause::Lost(_) | UnknownCause::OtherVolume { .. } => None,
    };
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
        let volume = volume.clone();
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

/// A field's text, looked at before wasm's usual conversion would lose half a character.
fn field_text(input: &HtmlInputElement) -> Result<String, NameError> {
    let value = Reflect::get(input, &"value".into()).unwrap_or_default();
    from_utf16(value.unchecked_into::<JsString>().iter())
}
