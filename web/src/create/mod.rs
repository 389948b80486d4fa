//! Creates a transfer: the requirements, the name, and the request.

mod failure;
mod handover;

pub(crate) use handover::HandoverDialog;

use crate::i18n::{Key, key, language, name_error, t, violation};
use crate::state::AppState;
use crate::ui::{Progress, ShowIf, Submit, TextField, after_button_release, dynamic, focus};
use failure::{CreateFailure, CreateFailureAlert, SearchState};
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

/// The consequences of a transfer.
const CONSEQUENCES: [Key; 4] = [
    key::CREATE_WHAT_STATUS,
    key::CREATE_WHAT_OWNER,
    key::CREATE_WHAT_EXPIRY,
    key::CREATE_WHAT_KEY,
];

#[component]
pub(crate) fn Create() -> impl IntoView {
    let state = AppState::get();
    let volume = Memo::new(move |_| state.chosen_volume());
    // These outlive the form, which disappears when the volume leaves the list.
    let failure = RwSignal::new(None::<CreateFailure>);
    let search = RwSignal::new(SearchState::default());

    // Choosing another volume clears a rejection, but not an unknown outcome.
    Effect::new(move |previous: Option<Option<VolumeId>>| {
        let chosen = state.chosen.get();
        let other = previous.is_some_and(|previous| previous != chosen);
        if other && failure.with_untracked(|f| matches!(f, Some(CreateFailure::Rejected(_)))) {
            failure.set(None);
        }
        chosen
    });

    view! {
        <section aria-labelledby="create">
            <h2 id="create" prop:textContent=t(key::CREATE_TITLE) />
            <ShowIf condition=move || volume.with(Option::is_none)><p prop:textContent=t(key::CREATE_CHOOSE) /></ShowIf>
            <ShowIf condition=move || volume.with(Option::is_some)>
                {dynamic(move || volume.get().map(|volume| view! { <Checklist volume /> }.into_any()))}
                <CreateForm failure search />
            </ShowIf>
            <CreateFailureAlert failure search />
        </section>
    }
}

/// The service's constraints and, for each, whether the volume meets it.
#[component]
fn Checklist(volume: Arc<Volume>) -> impl IntoView {
    let state = AppState::get();
    let language = language();
    let label = volume.label().to_owned();
    let checks = dynamic(move || {
        let language = language.get();
        let checks = state
            .eligibility(&volume)
            .findings()
            .map(|finding| {
                let (constraint, verdict) = (finding.constraint, finding.verdict);
                let reason = (verdict == Verdict::Violated)
                    .then(|| violation(language, constraint, volume.status.as_str()));
                view! {
                    <li class=verdict.code()>
                        <span prop:textContent=language.format_code("constraint", constraint.code(), &[]) />
                        <strong prop:textContent=language.format_code("verdict", verdict.code(), &[]) />
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
fn CreateForm(
    failure: RwSignal<Option<CreateFailure>>,
    search: RwSignal<SearchState>,
) -> impl IntoView {
    let state = AppState::get();
    let language = language();
    let input = NodeRef::<Input>::new();
    let leave_snapshots = RwSignal::new(false);
    let typed = RwSignal::new(Ok::<_, NameError>(String::new()));
    // A name's error is shown once the field loses the focus, and then updated with every keystroke.
    let show_name_error = RwSignal::new(false);

    let service = move || state.service();
    let name =
        move || typed.get().and_then(|text| TransferName::parse(&text, service().name_rule()));
    let name_error_text = Signal::derive(move || {
        let error = show_name_error.get().then(|| name().err()).flatten();
        error.map(|error| name_error(language.get(), &error)).unwrap_or_default()
    });
    let counter = Signal::derive(move || {
        let rule = service().name_rule();
        let length = typed.with(|text| text.as_ref().map_or(0, |text| rule.measure(text)));
        let values = [("length", &*length.to_string()), ("limit", &*rule.limit.to_string())];
        language.get().format_code("counter", rule.unit.code(), &values)
    });
    let hint = Signal::derive(move || {
        let required = service().name_rule().required;
        let key = if required { key::CREATE_NAME_HINT_REQUIRED } else { key::CREATE_NAME_HINT };
        language.get().format(key, &[])
    });

    let eligibility = move || state.chosen_volume().map(|volume| state.eligibility(&volume));
    let blocked = Memo::new(move |_| {
        let unknown = failure.with(|f| matches!(f, Some(CreateFailure::OutcomeUnknown { .. })));
        if unknown && !search.with(SearchState::is_conclusive) {
            Some(key::CREATE_BLOCKED_UNKNOWN)
        } else if eligibility().is_none_or(|e| e.overall() == Verdict::Violated) {
            Some(key::CREATE_BLOCKED_VIOLATED)
        } else if !name_error_text.with(String::is_empty) {
            Some(key::CREATE_BLOCKED_NAME)
        } else {
            None
        }
    });

    // The form may be gone when the response arrives, if the person connected to another project.
    let field = move || input.try_get_untracked().flatten();
    let read_field = move || {
        if let Some(input) = field() {
            typed.set(field_text(&input));
        }
    };
    // Sends one request, even if the button is pressed again while it is in progress.
    let submit = move || {
        read_field();
        show_name_error.set(true);
        let name = match untrack(name) {
            Ok(name) => name,
            Err(_) => {
                focus("transfer-name");
                return;
            }
        };
        let admitted = untrack(eligibility).and_then(|e: Eligibility| e.admit().ok());
        let (Some(volume), None) = (admitted, blocked.get_untracked()) else {
            focus(if failure.with_untracked(Option::is_some) {
                "create-failure"
            } else {
                "checks"
            });
            return;
        };
        let Some(session) = state.session.get_untracked() else { return };
        if state.posting.get_untracked() {
            return;
        }
        state.posting.set(true);
        failure.set(None);
        search.set(SearchState::NotStarted);
        let create = CreateTransfer::new(volume, name);
        let create =
            if leave_snapshots.get_untracked() { create.without_snapshots() } else { create };
        spawn_local(async move {
            let request = api::create(session.service, &session.project, &create);
            let outcome = session.send(request).await;
            state.posting.set(false);
            let volume = *create.volume_id();
            match api::decode_created(Some(volume), outcome) {
                Ok(created) => {
                    state.handover.set(Some(created.into_handover()));
                    state.refresh();
                    if let Some(input) = field() {
                        input.set_value("");
                    }
                    read_field();
                    show_name_error.set(false);
                }
                Err(ChangeError::Rejected(fault)) => {
                    if state.is_current(&session) {
                        state.record_fault(&volume, &fault);
                        failure.set(Some(CreateFailure::Rejected(fault)));
                    }
                    state.refresh();
                }
                // The lists are refreshed when the search for the transfer ends.
                Err(ChangeError::OutcomeUnknown(cause)) => {
                    let unknown = CreateFailure::OutcomeUnknown { cause, volume, session };
                    failure.set(Some(unknown));
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
                    // Text that an input method is still composing isn't final.
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
                    // The error takes up a line, which would move a button that is held down.
                    after_button_release(move || {
                        // The field also loses the focus when the form is removed, and the signals
                        // no longer exist then.
                        let non_empty = typed.try_with_untracked(|text| text.as_deref() != Ok(""));
                        show_name_error.try_set(non_empty.unwrap_or_default());
                    });
                }
            >
                <TextField id="transfer-name" label=key::CREATE_NAME node=input error=name_error_text>
                    <p>
                        <span prop:textContent=hint /> " "
                        <span class="counter" prop:textContent=counter />
                    </p>
                </TextField>
            </div>
            <ShowIf condition=move || service().can_exclude_snapshots()>
                <label class="check">
                    <input type="checkbox" prop:checked=leave_snapshots
                        on:change:target=move |event| leave_snapshots.set(event.target().checked()) />
                    <span prop:textContent=t(key::CREATE_LEAVE_SNAPSHOTS) />
                </label>
            </ShowIf>
            <h3 prop:textContent=t(key::CREATE_WHAT) />
            <ul class="consequences">{CONSEQUENCES.map(|text| view! { <li prop:textContent=t(text) /> })}</ul>
            <Submit id="create-submit" label=key::CREATE_SUBMIT described_by="create-blocked"
                disabled=move || blocked.get().is_some() || state.posting.get() />
            <p id="create-blocked" class="hint" prop:textContent=Signal::derive(move || {
                blocked.get().map(|key| language.get().format(key, &[])).unwrap_or_default()
            }) />
            <Progress busy=state.posting label=key::CREATE_BUSY />
        </form>
    }
}

/// Reads a field's text. The usual conversion would replace lone surrogates without an error.
fn field_text(input: &HtmlInputElement) -> Result<String, NameError> {
    let value = Reflect::get(input, &"value".into()).unwrap_or_default();
    from_utf16(value.unchecked_into::<JsString>().iter())
}
