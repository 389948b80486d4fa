//! The name of the transfers, and the button that creates them.

use super::runner;
use crate::i18n::{Key, Language, key, language, name_error, t};
use crate::reactive::{derive, memo};
use crate::state::{AppState, MAX_RUN, Run, RunRow, Selection};
use crate::ui::{
    Progress, ShowIf, Submit, TextField, after_button_release, bdi, dynamic, effect, focus, h3, li,
    span,
};
use js_sys::{JsString, Reflect};
use leptos::ev;
use leptos::html::Input;
use leptos::prelude::*;
use volume_transfer::name::from_utf16;
use volume_transfer::{CreateTransfer, NameError, NamePattern, TransferName, Volume};
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

/// How many names are previewed before the transfers are created.
const MAX_PREVIEWS: usize = 3;

/// The consequences of a transfer.
const CONSEQUENCES: [Key; 3] =
    [key::CREATE_WHAT_STATUS, key::CREATE_WHAT_OWNER, key::CREATE_WHAT_EXPIRY];

/// The text of the name field. For several volumes it is a pattern.
#[derive(Clone, Copy)]
struct NameField {
    state: AppState,
    selection: Selection,
    typed: RwSignal<Result<String, NameError>>,
}

impl NameField {
    /// Returns the name of a volume's transfer.
    fn name(self, volume: &Volume) -> Result<Option<TransferName>, NameError> {
        let rule = self.state.service().name_rule();
        let several = self.selection.with(Vec::len) > 1;
        self.typed.with(|typed| match typed {
            Ok(text) if several => NamePattern::new(text).name(volume.label(), rule),
            Ok(text) => TransferName::parse(text, rule),
            Err(error) => Err(*error),
        })
    }

    /// Returns the first volume whose transfer would get an invalid name, and the name's error.
    fn error(self) -> Option<(String, NameError)> {
        self.selection.with(|volumes| {
            let volumes = volumes.iter().take(MAX_RUN);
            volumes.filter_map(|v| Some((v.label().to_owned(), self.name(v).err()?))).next()
        })
    }

    fn error_text(self, language: Language) -> String {
        let Some((volume, error)) = self.error() else { return String::new() };
        let error = name_error(language, &error);
        match self.selection.with(Vec::len) {
            1 => error,
            _ => language.join(key::JOIN_NAMED, &[volume, error]),
        }
    }
}

#[component]
pub(super) fn CreateForm(selection: Selection) -> impl IntoView {
    let state = AppState::get();
    let language = language();
    let input = NodeRef::<Input>::new();
    let leave_snapshots = RwSignal::new(false);
    let typed = RwSignal::new(Ok::<_, NameError>(String::new()));
    let field = NameField { state, selection, typed };
    // A name's error is shown once the field loses the focus, and then updated with every keystroke.
    let show_name_error = RwSignal::new(false);

    let service = move || state.service();
    let several = move || selection.with(Vec::len) > 1;
    let name_error_text =
        memo(
            move || {
                if show_name_error.get() { field.error_text(language.get()) } else { String::new() }
            },
        );
    let counter = derive(move || {
        let rule = service().name_rule();
        let length = typed.with(|text| text.as_ref().map_or(0, |text| rule.measure(text)));
        let values = [("length", &*length.to_string()), ("limit", &*rule.limit.to_string())];
        language.get().format_code("counter", rule.unit.code(), &values)
    });
    let hint = derive(move || {
        let key = match (service().name_rule().required, several()) {
            (_, true) => key::CREATE_NAME_HINT_PATTERN,
            (true, false) => key::CREATE_NAME_HINT_REQUIRED,
            (false, false) => key::CREATE_NAME_HINT,
        };
        language.get().format(key, &[("volume", NamePattern::PLACEHOLDER)])
    });
    let preview = dynamic(move || {
        let text = typed.get().unwrap_or_default();
        if text.is_empty() || !several() {
            return None;
        }
        let names = selection.with(|volumes| {
            let names = volumes.iter().take(MAX_PREVIEWS).filter_map(|volume| {
                let name = field.name(volume).ok()??.as_str().to_owned();
                Some(view! { <li>{bdi(name)}</li> }.into_any())
            });
            names.collect::<Vec<_>>()
        });
        Some(
            view! { <ul class="preview" aria-label=t(key::CREATE_NAME_PREVIEW)>{names}</ul> }
                .into_any(),
        )
    });

    let active = memo(move || state.run.with(|run| run.as_ref().is_some_and(Run::is_active)));
    let blocked = move || {
        let unresolved =
            state.run.with(|run| run.as_ref().is_some_and(|run| run.counts().unresolved > 0));
        if unresolved {
            Some(key::CREATE_BLOCKED_UNKNOWN)
        } else if selection.with(Vec::len) > MAX_RUN {
            Some(key::CREATE_BLOCKED_MANY)
        } else if selection.with(|volumes| volumes.iter().any(|v| !state.is_eligible(v))) {
            Some(if several() { key::CREATE_BLOCKED_SOME } else { key::CREATE_BLOCKED_VIOLATED })
        } else if !name_error_text.with(String::is_empty) {
            Some(key::CREATE_BLOCKED_NAME)
        } else {
            None
        }
    };

    // Removing the form also causes a `focusout` event. By then, the field no longer exists.
    let read_field = move || {
        if let Some(input) = input.try_get_untracked().flatten() {
            typed.set(field_text(&input));
        }
    };
    // Sends one request per volume, even if the button is pressed again in the meantime.
    let submit = move || {
        read_field();
        show_name_error.set(true);
        if untrack(|| field.error()).is_some() {
            focus("transfer-name");
            return;
        }
        if untrack(blocked).is_some() {
            let failed = state.run.with_untracked(Option::is_some);
            focus(if failed { "create-failure" } else { "checks" });
            return;
        }
        let Some(session) = state.session.get_untracked() else { return };
        if active.get_untracked() {
            return;
        }
        let rows = untrack(|| selection.get()).into_iter().filter_map(|volume| {
            let admitted = untrack(|| state.eligibility(&volume)).admit().ok()?;
            let create = CreateTransfer::new(admitted, untrack(|| field.name(&volume)).ok()?);
            let create =
                if leave_snapshots.get_untracked() { create.without_snapshots() } else { create };
            Some(RunRow::new(volume, create))
        });
        let run = Run::new(session, rows.collect());
        state.run.set(Some(run.clone()));
        runner::start(state, &run);
    };
    // Clears the name, because the next transfer needs another one.
    effect(move || {
        let created =
            state.run.with(|run| run.as_ref().is_some_and(|run| run.counts().created > 0));
        if created {
            if let Some(input) = input.get_untracked() {
                input.set_value("");
            }
            typed.set(Ok(String::new()));
            show_name_error.set(false);
        }
    });

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
                        // The field also loses the focus when the form is removed. By then, the
                        // signals no longer exist.
                        let non_empty = typed.try_with_untracked(|text| text.as_deref() != Ok(""));
                        show_name_error.try_set(non_empty.unwrap_or_default());
                    });
                }
            >
                <TextField id="transfer-name" label=key::CREATE_NAME node=input error=name_error_text.into()>
                    <p>
                        {span(hint)} " "
                        // Hidden from screen readers, which would read the hint again after every
                        // keystroke. A name that is too long has an error.
                        <span class="counter" aria-hidden="true" prop:textContent=counter />
                    </p>
                </TextField>
            </div>
            {preview}
            <ShowIf condition=derive(move || service().can_exclude_snapshots())>
                <label class="check">
                    <input type="checkbox" prop:checked=leave_snapshots
                        on:change:target=move |event| leave_snapshots.set(event.target().checked()) />
                    {span(key::CREATE_LEAVE_SNAPSHOTS)}
                </label>
            </ShowIf>
            {h3(key::CREATE_WHAT)}
            <ul class="consequences">{CONSEQUENCES.map(li)}</ul>
            <div class="actions">
            <Submit id="create-submit" label=key::CREATE_SUBMIT described_by="create-blocked"
                disabled=derive(move || blocked().is_some() || active.get()) />
            <p id="create-blocked" class="hint" prop:textContent=derive(move || {
                let values = [("limit", &*MAX_RUN.to_string())];
                blocked().map(|key| language.get().format(key, &values)).unwrap_or_default()
            }) />
            <Progress busy=active label=key::CREATE_BUSY />
            </div>
        </form>
    }
}

/// Reads a field's text. The usual conversion would replace lone surrogates without an error.
fn field_text(input: &HtmlInputElement) -> Result<String, NameError> {
    let value = Reflect::get(input, &"value".into()).unwrap_or_default();
    from_utf16(value.unchecked_into::<JsString>().iter())
}
