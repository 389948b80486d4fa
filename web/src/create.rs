//! Part 3: what the service asks of the volume, the transfer's name, and the one request.

use crate::field::{TextField, after_press, focus};
use crate::parts::{Submit, When, dynamic};
use crate::progress::Progress;
use crate::state::Console;
use crate::text::{Key, key, language, name_error, reason, t};
use crate::trouble::{Found, Trouble, TroubleAlert};
use js_sys::{JsString, Reflect};
use leptos::ev;
use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::sync::Arc;
use volume_transfer::name::from_utf16;
use volume_transfer::{
    ChangeError, CreateTransfer, Eligibility, NameError, TransferName, Verdict, Volume, VolumeId,
    api,
};
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

/// What will happen, before it does.
const WHAT: [Key; 4] = [
    key::CREATE_WHAT_STATUS,
    key::CREATE_WHAT_OWNER,
    key::CREATE_WHAT_EXPIRY,
    key::CREATE_WHAT_KEY,
];

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
            <h2 id="create" prop:textContent=t(key::CREATE_TITLE) />
            <When holds=move || volume.with(Option::is_none)><p prop:textContent=t(key::CREATE_CHOOSE) /></When>
            <When holds=move || volume.with(Option::is_some)>
                {dynamic(move || volume.get().map(|volume| view! { <Checks volume /> }.into_any()))}
                <CreateForm trouble found />
            </When>
            <TroubleAlert trouble found />
        </section>
    }
}

/// The checklist: every constraint of the service with its verdict.
#[component]
fn Checks(volume: Arc<Volume>) -> impl IntoView {
    let console = Console::get();
    let language = language();
    let label = volume.label().to_owned();
    let checks = dynamic(move || {
        let language = language.get();
        let checks = console
            .eligibility(&volume)
            .findings()
            .map(|finding| {
                let (constraint, verdict) = (finding.constraint, finding.verdict);
                let reason = (verdict == Verdict::Violated)
                    .then(|| reason(language, constraint, volume.status.as_str()));
                view! {
                    <li class=verdict.code()>
                        <span prop:textContent=language.say_code("constraint", constraint.code(), &[]) />
                        <strong prop:textContent=language.say_code("verdict", verdict.code(), &[]) />
                        {reason.map(|reason| view! { <p prop:textContent=reason /> }.into_any())}
                    </li>
                }
                .into_any()
            })
            .collect_view()
            .into_any();
        Some(checks)
    });
    view! {
        <p class="choice">
            <span prop:textContent=t(key::CREATE_VOLUME) /> " "
            <strong><bdi prop:textContent=label /></strong>
        </p>
        <h3 id="checks" tabindex="-1" prop:textContent=t(key::CREATE_CHECKS) />
        <ul class="checks" aria-labelledby="checks">{checks}</ul>
    }
}

#[component]
fn CreateForm(trouble: RwSignal<Option<Trouble>>, found: RwSignal<Found>) -> impl IntoView {
    let console = Console::get();
    let language = language();
    let input = NodeRef::<Input>::new();
    let leaves_snapshots = RwSignal::new(false);
    let typed = RwSignal::new(Ok::<_, NameError>(String::new()));
    // A name is judged when the field is left, and from then on with every key.
    let judged = RwSignal::new(false);

    let service = move || console.service();
    let name =
        move || typed.get().and_then(|text| TransferName::parse(&text, service().name_rule()));
    let name_wrong = Signal::derive(move || {
        let error = judged.get().then(|| name().err()).flatten();
        error.map(|error| name_error(language.get(), &error)).unwrap_or_default()
    });
    let counter = Signal::derive(move || {
        let rule = service().name_rule();
        let length = typed.with(|text| text.as_ref().map_or(0, |text| rule.measure(text)));
        let values = [("length", &*length.to_string()), ("limit", &*rule.limit.to_string())];
        language.get().say_code("counter", rule.unit.code(), &values)
    });
    let hint = Signal::derive(move || {
        let required = service().name_rule().required;
        let key = if required { key::CREATE_NAME_HINT_REQUIRED } else { key::CREATE_NAME_HINT };
        language.get().say(key, &[])
    });

    let eligibility = move || console.chosen_volume().map(|volume| console.eligibility(&volume));
    let blocked = Memo::new(move |_| {
        let unknown = trouble.with(|trouble| matches!(trouble, Some(Trouble::Unknown { .. })));
        if unknown && !found.with(Found::settles) {
            Some(key::CREATE_BLOCKED_UNKNOWN)
        } else if eligibility().is_none_or(|e| e.overall() == Verdict::Violated) {
            Some(key::CREATE_BLOCKED_VIOLATED)
        } else if !name_wrong.with(String::is_empty) {
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
        let create =
            if leaves_snapshots.get_untracked() { create.leave_snapshots() } else { create };
        spawn_local(async move {
            let request = api::create(session.service, &session.project, &create);
            let outcome = session.send(request).await;
            console.posting.set(false);
            let volume = *create.volume_id();
            match api::decode_created(Some(volume), outcome) {
                Ok(created) => {
                    console.handover.set(Some(created.into_handover()));
                    console.refresh();
                    if let Some(input) = field() {
                        input.set_value("");
                    }
                    read_field();
                    judged.set(false);
                }
                Err(ChangeError::Rejected(fault)) => {
                    if console.is_current(&session) {
                        console.learn(&volume, &fault);
                        trouble.set(Some(Trouble::Rejected(fault)));
                    }
                    console.refresh();
                }
                // Everything is read again once it has been looked for.
                Err(ChangeError::OutcomeUnknown(cause)) => {
                    trouble.set(Some(Trouble::Unknown { cause, volume, session }));
                }
            }
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
                    // What is wrong takes a line, which would move the button that is being pressed.
                    after_press(move || {
                        // A field that goes away with the form loses the focus too, and its signals
                        // are gone before it.
                        let filled = typed.try_with_untracked(|text| text.as_deref() != Ok(""));
                        judged.try_set(filled.unwrap_or_default());
                    });
                }
            >
                <TextField id="transfer-name" label=key::CREATE_NAME node=input error=name_wrong>
                    <p>
                        <span prop:textContent=hint /> " "
                        <span class="counter" prop:textContent=counter />
                    </p>
                </TextField>
            </div>
            <When holds=move || service().can_leave_snapshots()>
                <label class="check">
                    <input type="checkbox" prop:checked=leaves_snapshots
                        on:change:target=move |event| leaves_snapshots.set(event.target().checked()) />
                    <span prop:textContent=t(key::CREATE_LEAVE_SNAPSHOTS) />
                </label>
            </When>
            <h3 prop:textContent=t(key::CREATE_WHAT) />
            <ul class="what">{WHAT.map(|what| view! { <li prop:textContent=t(what) /> })}</ul>
            <Submit id="create-submit" label=key::CREATE_SUBMIT why="create-blocked"
                disabled=move || blocked.get().is_some() || console.posting.get() />
            <p id="create-blocked" class="hint" prop:textContent=Signal::derive(move || {
                blocked.get().map(|key| language.get().say(key, &[])).unwrap_or_default()
            }) />
            <Progress busy=console.posting label=key::CREATE_BUSY />
        </form>
    }
}

/// A field's text, looked at before wasm's usual conversion would lose half a character.
fn field_text(input: &HtmlInputElement) -> Result<String, NameError> {
    let value = Reflect::get(input, &"value".into()).unwrap_or_default();
    from_utf16(value.unchecked_into::<JsString>().iter())
}
