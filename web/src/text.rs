//! The sentences for people, in the language that they chose.

use crate::field::focus_soon;
use crate::parts::{Bad, Button, Entry};
use crate::state::Console;
use js_sys::Date;
use leptos::prelude::*;
use std::cmp::Ordering;
use volume_transfer::{
    ChangeError, Constraint, Fault, FaultKind, Lost, NameError, ReadError, UnknownCause, Wait,
};
use wasm_bindgen::JsValue;

include!(concat!(env!("OUT_DIR"), "/messages.rs"));

/// A sentence. The constants in [`key`] are made from `locales/` when the page is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key(usize);

impl Key {
    /// The sentence for one of the core's codes: `Key::of("constraint", "status")`.
    pub(crate) fn of(group: &str, code: &str) -> Option<Key> {
        let name = format!("{group}.{code}");
        let (mut from, mut to) = (0, KEYS.ends.len());
        while from < to {
            let middle = (from + to) / 2;
            match KEYS.get(middle).cmp(&name) {
                Ordering::Less => from = middle + 1,
                Ordering::Equal => return Some(Key(middle)),
                Ordering::Greater => to = middle,
            }
        }
        None
    }
}

/// The texts of a language, or the sorted names of the keys.
struct Table {
    all: &'static str,
    ends: &'static [u16],
}

impl Table {
    fn get(&self, at: usize) -> &'static str {
        let end = |at: usize| self.ends.get(at).copied().unwrap_or_default().into();
        let start = at.checked_sub(1).map_or(0, end);
        self.all.get(start..end(at)).unwrap_or_default()
    }
}

/// A language of the page: its place among `locales/`, of which English is the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Language(usize);

impl Language {
    /// Every one.
    pub(crate) fn all() -> impl Iterator<Item = Language> {
        (0..LOCALES.len()).map(Language)
    }

    /// As HTML's `lang` has it.
    pub(crate) fn tag(self) -> &'static str {
        LOCALES.get(self.0).map_or("", |(tag, _)| tag)
    }

    /// The language of a tag as browsers have it, `zh-Hans-CN` or `en-GB`.
    pub(crate) fn of_tag(tag: &str) -> Option<Language> {
        let primary = |tag: &str| tag.split('-').next().map(str::to_ascii_lowercase);
        let same = Language::all().find(|language| language.tag().eq_ignore_ascii_case(tag));
        same.or_else(|| Language::all().find(|language| primary(language.tag()) == primary(tag)))
    }

    /// A sentence with its `{placeholders}` filled in.
    pub(crate) fn say(self, key: Key, values: &[(&str, &str)]) -> String {
        let message = LOCALES.get(self.0).map_or("", |(_, messages)| messages.get(key.0));
        // One pass, so that a value that looks like a placeholder stays what it is.
        let mut text = String::new();
        let mut rest = message;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, tail) = after.split_once('}').unwrap_or((after, ""));
            text.push_str(before);
            text.push_str(values.iter().find(|(n, _)| *n == name).map_or("", |(_, v)| v));
            rest = tail;
        }
        text + rest
    }

    /// A sentence for one of the core's codes; the code itself if there were none.
    pub(crate) fn say_code(self, group: &str, code: &str, values: &[(&str, &str)]) -> String {
        Key::of(group, code).map_or_else(|| code.to_owned(), |key| self.say(key, values))
    }
}

/// The language of the page, as a signal from the context.
pub(crate) fn language() -> RwSignal<Language> {
    use_context().unwrap_or_default()
}

/// A sentence in the page's language. One type for all texts keeps the views' code small.
pub(crate) fn t(key: Key) -> Signal<String> {
    let language = language();
    Signal::derive(move || language.get().say(key, &[]))
}

impl From<Key> for Signal<String> {
    fn from(key: Key) -> Signal<String> {
        t(key)
    }
}

/// Why a volume cannot go, for one violated constraint; `status` is the volume's own.
pub(crate) fn reason(language: Language, constraint: Constraint, status: &str) -> String {
    let none = language.say(key::STATUS_NONE, &[]);
    let status = if status.is_empty() { &none } else { status };
    language.say_code("volume", constraint.code(), &[("status", status)])
}

/// The sentence for what is wrong, while something is.
pub(crate) fn said(wrong: RwSignal<Option<Key>>) -> Signal<String> {
    let language = language();
    Signal::derive(move || wrong.get().map(|key| language.get().say(key, &[])).unwrap_or_default())
}

/// A transfer's name, or that it has none.
pub(crate) fn name_or_none(name: Option<String>) -> Signal<String> {
    let language = language();
    Signal::derive(move || {
        name.clone().unwrap_or_else(|| language.get().say(key::HANDOVER_NAME_NONE, &[]))
    })
}

/// What is wrong with a name.
pub(crate) fn name_error(language: Language, error: &NameError) -> String {
    match error {
        NameError::Required | NameError::Blank => language.say_code("name", error.code(), &[]),
        NameError::TooLong { length, limit, unit } => {
            let unit = language.say_code("unit", unit.code(), &[]);
            let (length, limit) = (length.to_string(), limit.to_string());
            let values = [("length", &*length), ("limit", &*limit), ("unit", &*unit)];
            language.say_code("name", error.code(), &values)
        }
        NameError::Nul { position } | NameError::LoneSurrogate { position } => {
            language.say_code("name", error.code(), &[("position", &position.to_string())])
        }
    }
}

/// What a failed reading is about, and what can be done.
pub(crate) fn read_error(language: Language, error: &ReadError) -> String {
    let what = match error {
        ReadError::Refused(_) => None,
        ReadError::Lost(lost) => Some(no_answer(language, *lost)),
        ReadError::Unreadable(_) => Some(language.say(key::READ_UNREADABLE, &[])),
    };
    let advice = fault_kind(language, error.kind());
    what.map_or(advice.clone(), |what| format!("{what} {advice}"))
}

/// What a refusal is about, and what can be done.
pub(crate) fn fault_kind(language: Language, kind: FaultKind) -> String {
    language.say_code("response", kind.code(), &[])
}

fn no_answer(language: Language, lost: Lost) -> String {
    language.say_code("response", lost.code(), &[])
}

/// Why the outcome of a create request is not known.
pub(crate) fn unknown_cause(language: Language, cause: &UnknownCause) -> String {
    let status = match cause {
        UnknownCause::Unreadable(fault) => fault.status.to_string(),
        UnknownCause::Lost(_) | UnknownCause::Failed(_) | UnknownCause::OtherVolume(_) => {
            String::new()
        }
    };
    language.say_code("response", cause.code(), &[("status", &status)])
}

/// The server's own words, all of them, as text.
#[component]
pub(crate) fn FaultWords(fault: Fault) -> impl IntoView {
    let language = language().get_untracked();
    let wait = fault.wait().map(|wait| match wait {
        Wait::Seconds(seconds) => {
            language.say(key::FAULT_SECONDS, &[("seconds", &seconds.to_string())])
        }
        Wait::Until(date) => local_time(&date, language).unwrap_or(date),
    });
    let rows = [
        (key::FAULT_STATUS, Some(fault.status.to_string())),
        (key::FAULT_CODE, fault.code),
        (key::FAULT_MESSAGE, fault.message),
        (key::FAULT_REQUEST_ID, fault.request_id),
        (key::FAULT_RETRY_AFTER, wait),
    ];
    let rows: Vec<_> = rows
        .into_iter()
        .filter_map(|(name, value)| {
            value.map(|value| {
                view! { <Entry name><span prop:textContent=value /></Entry> }.into_any()
            })
        })
        .collect();
    view! { <dl class="fault" aria-label=t(key::FAULT_TITLE)>{rows}</dl> }
}

/// What a refusal is about and what can be done, and the way to do it where the page has one.
#[component]
pub(crate) fn Refusal(fault: Fault) -> impl IntoView {
    let console = Console::get();
    let language = language();
    let kind = fault.kind();
    let reconnect = move || {
        console.connecting.set(true);
        // A question that stands over the page would hide the field.
        console.pending.cancelling.set(None);
        focus_soon("token");
    };
    let reconnect = matches!(kind, FaultKind::Token | FaultKind::TokenTooLong)
        .then(|| view! { <Button label=key::CONNECT_RENEW press=reconnect /> }.into_any());
    view! {
        <p prop:textContent=Signal::derive(move || fault_kind(language.get(), kind)) />
        {reconnect}
        <FaultWords fault />
    }
}

/// Why a change was refused, or why it is not known whether it happened. Both begin with what that
/// means for the person.
#[component]
pub(crate) fn Failure(error: ChangeError, rejected: Key, unknown: Key) -> impl IntoView {
    let language = language();
    let (what, why) = match error {
        ChangeError::Rejected(fault) => (rejected, view! { <Refusal fault /> }.into_any()),
        ChangeError::OutcomeUnknown(cause) => {
            let words = cause.fault().map(|fault| view! { <FaultWords fault /> }.into_any());
            let why = Signal::derive(move || match &cause {
                // Only a new transfer's answer has a key.
                UnknownCause::Unreadable(_) => language.get().say(key::READ_UNREADABLE, &[]),
                UnknownCause::Lost(_) | UnknownCause::Failed(_) | UnknownCause::OtherVolume(_) => {
                    unknown_cause(language.get(), &cause)
                }
            });
            (unknown, view! { <p prop:textContent=why /> {words} }.into_any())
        }
    };
    view! {
        <Bad what>{why}</Bad>
    }
}

/// A point in time in the place and way of the person; `None` if it is none. What has no zone is
/// the service's time, and UTC.
pub(crate) fn local_time(time: &str, language: Language) -> Option<String> {
    let date = Date::new(&JsValue::from_str(time));
    (!date.get_time().is_nan())
        .then(|| date.to_locale_string(language.tag(), &JsValue::UNDEFINED).into())
}

/// How long ago something was, when this is said. A clock that goes wrong gives no negative age.
pub(crate) fn age(language: Language, utc: &str) -> String {
    let past = Date::now() - Date::new(&JsValue::from_str(&format!("{utc}Z"))).get_time();
    if past.is_nan() {
        return utc.to_owned();
    }
    // A cast saturates.
    let minutes = (past / 60_000.0) as u32;
    let (key, count) = match minutes {
        0 => (key::AGE_NOW, 0),
        1..60 => (key::AGE_MINUTES, minutes),
        60..1440 => (key::AGE_HOURS, minutes / 60),
        _ => (key::AGE_DAYS, minutes / 1440),
    };
    language.say(key, &[("count", &count.to_string())])
}

/// That rows of a list could not be read.
#[component]
pub(crate) fn Unreadable(count: usize) -> impl IntoView {
    let language = language();
    let said =
        move || language.get().say(key::VOLUMES_UNREADABLE, &[("count", &count.to_string())]);
    view! { <p class="message bad" prop:textContent=Signal::derive(said) /> }
}

/// A failed reading with the server's own words, if it had any.
#[component]
pub(crate) fn ReadFailure(error: ReadError) -> impl IntoView {
    let language = language();
    let words = error.fault();
    view! {
        <p prop:textContent=Signal::derive(move || read_error(language.get(), &error)) />
        {words.map(|fault| view! { <FaultWords fault /> }.into_any())}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use volume_transfer::{IdError, Service, Unit, Verdict};
    use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

    wasm_bindgen_test_configure!(run_in_browser);

    #[wasm_bindgen_test]
    fn every_code_of_the_core_has_its_sentence() {
        let mut codes = Vec::new();
        for constraint in Constraint::ALL {
            codes.extend([("constraint", constraint.code()), ("volume", constraint.code())]);
        }
        for verdict in Verdict::ALL {
            codes.extend([("verdict", verdict.code()), ("eligibility", verdict.eligibility())]);
        }
        for unit in Unit::ALL {
            codes.extend([("unit", unit.code()), ("counter", unit.code())]);
        }
        codes.extend(FaultKind::ALL.map(|kind| ("response", kind.code())));
        codes.extend(UnknownCause::CODES.map(|code| ("response", code)));
        codes.extend(Lost::ALL.map(|lost| ("response", lost.code())));
        codes.extend(Service::ALL.map(|service| ("service", service.code())));
        codes.extend(NameError::CODES.map(|code| ("name", code)));
        for group in ["projectId", "transferId", "authKey"] {
            codes.extend(IdError::ALL.map(|error| (group, error.code())));
        }
        for (group, code) in codes {
            assert!(Key::of(group, code).is_some(), "{group}.{code}");
        }
    }

    #[wasm_bindgen_test]
    fn a_value_is_put_in_as_it_is() {
        let said = Language::default().say(key::VOLUME_STATUS, &[("status", "{status}<b>")]);
        assert_eq!(said, "Its status is “{status}<b>”. Only available volumes can be transferred.");
    }

    #[wasm_bindgen_test]
    fn languages_are_found_by_their_browser_tags() {
        let tag = |tag| Language::of_tag(tag).map(Language::tag);
        assert_eq!(tag("zh-Hans-CN"), Some("zh-CN"));
        assert_eq!(tag("en-GB"), Some("en"));
        assert_eq!(tag("EN"), Some("en"));
        assert_eq!(tag("xx"), None);
        assert_eq!(tag(""), None);
        for language in Language::all() {
            assert_eq!(Language::of_tag(language.tag()), Some(language));
        }
    }
}
