//! The page's messages, in the language that the user chose.

use crate::client;
use crate::reactive::derive;
use js_sys::Date;
use leptos::prelude::*;
use std::cell::RefCell;
use std::cmp::Ordering;
use volume_transfer::identity::SignInError;
use volume_transfer::{Constraint, FaultKind, NameError, ReadError, UnknownCause};
use wasm_bindgen::JsValue;

include!(concat!(env!("OUT_DIR"), "/messages.rs"));

/// Identifies a message. `build.rs` generates the constants in [`key`] from `locales/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key(usize);

impl Key {
    /// Returns the key for one of the core's codes, as in `Key::for_code("constraint", "status")`.
    pub(crate) fn for_code(group: &str, code: &str) -> Option<Key> {
        Key::from_name(&format!("{group}.{code}"))
    }

    /// Returns the key with the given name, such as `connect.title`. The build leaves out the
    /// names that nothing looks up.
    pub(crate) fn from_name(name: &str) -> Option<Key> {
        let (mut from, mut to) = (0, NAMED.len());
        while from < to {
            let middle = (from + to) / 2;
            match NAMES.get(middle).cmp(name) {
                Ordering::Less => from = middle + 1,
                Ordering::Equal => return NAMED.get(middle).map(|key| Key(usize::from(*key))),
                Ordering::Greater => to = middle,
            }
        }
        None
    }
}

/// Strings stored in one buffer.
struct StringTable {
    text: &'static str,
    /// The offset at which each string ends.
    ends: &'static [u16],
}

impl StringTable {
    fn get(&self, index: usize) -> &'static str {
        let end = |index: usize| self.ends.get(index).copied().unwrap_or_default().into();
        let start = index.checked_sub(1).map_or(0, end);
        self.text.get(start..end(index)).unwrap_or_default()
    }
}

/// A language and its messages, which are never freed, so copies are cheap.
#[derive(Clone, Copy)]
pub(crate) struct Language(&'static Messages);

struct Messages {
    tag: String,
    /// In the order of the keys.
    texts: Vec<String>,
}

/// The language of views outside the page. It has no messages.
static NO_MESSAGES: Messages = Messages { tag: String::new(), texts: Vec::new() };

impl Default for Language {
    fn default() -> Language {
        Language(&NO_MESSAGES)
    }
}

thread_local! {
    static LOADED: RefCell<Vec<Language>> = const { RefCell::new(Vec::new()) };
}

impl Language {
    /// Loads the messages of a language that the page's menu lists. Returns `None` if that fails.
    pub(crate) async fn load(tag: &str) -> Option<Language> {
        if let Some(language) = Language::loaded(tag) {
            return Some(language);
        }
        let option = document().query_selector(&format!("#language [lang='{tag}']")).ok()??;
        let texts = client::fetch_text(&option.get_attribute("data-file")?).await?;
        Language::new(tag, &texts)
    }

    fn loaded(tag: &str) -> Option<Language> {
        LOADED.with_borrow(|loaded| loaded.iter().find(|language| language.tag() == tag).copied())
    }

    /// Returns the language for a tag. The first call creates it from the lines of its file. Returns
    /// `None` if the file isn't from this build: a proxy may have sent something else, or an update of
    /// the page may be in progress.
    pub(crate) fn new(tag: &str, texts: &str) -> Option<Language> {
        if let Some(language) = Language::loaded(tag) {
            return Some(language);
        }
        let texts: Vec<_> = texts.split('\n').map(str::to_owned).collect();
        if texts.len() != KEY_COUNT {
            return None;
        }
        let language = Language(Box::leak(Box::new(Messages { tag: tag.to_owned(), texts })));
        LOADED.with_borrow_mut(|loaded| loaded.push(language));
        Some(language)
    }

    /// Returns the language tag, as in HTML's `lang` attribute.
    pub(crate) fn tag(self) -> &'static str {
        &self.0.tag
    }

    /// Returns a message with its `{placeholders}` replaced with values.
    pub(crate) fn format(self, key: Key, values: &[(&str, &str)]) -> String {
        let message = self.0.texts.get(key.0).map_or("", String::as_str);
        // A single pass, so that values that look like placeholders are left alone.
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

    /// Joins strings, two at a time, using a message with the placeholders `first` and `second`.
    pub(crate) fn join(self, key: Key, texts: &[String]) -> String {
        let joined = texts
            .iter()
            .cloned()
            .reduce(|first, second| self.format(key, &[("first", &first), ("second", &second)]));
        joined.unwrap_or_default()
    }

    /// Formats the message for one of the core's codes. Returns the code if it has no message.
    pub(crate) fn format_code(self, group: &str, code: &str, values: &[(&str, &str)]) -> String {
        Key::for_code(group, code).map_or_else(|| code.to_owned(), |key| self.format(key, values))
    }
}

/// Returns the page's language from the context.
pub(crate) fn language() -> RwSignal<Language> {
    use_context().unwrap_or_default()
}

/// Returns a message in the page's language. All strings have the same type, which keeps the views'
/// code small.
pub(crate) fn t(key: Key) -> Signal<String> {
    let language = language();
    derive(move || language.get().format(key, &[]))
}

impl From<Key> for Signal<String> {
    fn from(key: Key) -> Signal<String> {
        t(key)
    }
}

/// Returns the message for a field's error, or an empty string.
pub(crate) fn error_text(error: RwSignal<Option<Key>>) -> Signal<String> {
    let language = language();
    derive(move || error.get().map(|key| language.get().format(key, &[])).unwrap_or_default())
}

/// Returns a transfer's name, or a message saying that it has none.
pub(crate) fn name_or_none(name: Option<String>) -> Signal<String> {
    let language = language();
    derive(move || {
        name.clone().unwrap_or_else(|| language.get().format(key::HANDOVER_NAME_NONE, &[]))
    })
}

/// Returns the translated name of a volume's status, or the status itself if it has no translation.
pub(crate) fn status_name(language: Language, status: &str) -> String {
    let code = if status.is_empty() { "none" } else { status };
    language.format_code("status", code, &[])
}

/// Explains why a volume with this status violates a constraint. Quotes the untranslated status, which
/// the service's documentation and other clients use.
pub(crate) fn violation(language: Language, constraint: Constraint, status: &str) -> String {
    let name = status_name(language, status);
    if constraint == Constraint::Status && !status.is_empty() && name != status {
        let values = [("name", &*name), ("status", status)];
        return language.format(key::VOLUMES_STATUS_VIOLATED, &values);
    }
    language.format_code("volume", constraint.code(), &[("status", &name)])
}

/// Explains why a name is invalid.
pub(crate) fn name_error(language: Language, error: &NameError) -> String {
    match error {
        NameError::Required | NameError::Blank => language.format_code("name", error.code(), &[]),
        NameError::TooLong { length, limit, unit } => {
            let unit = language.format_code("unit", unit.code(), &[]);
            let (length, limit) = (length.to_string(), limit.to_string());
            let values = [("length", &*length), ("limit", &*limit), ("unit", &*unit)];
            language.format_code("name", error.code(), &values)
        }
        NameError::Nul { position } | NameError::LoneSurrogate { position } => {
            language.format_code("name", error.code(), &[("position", &position.to_string())])
        }
    }
}

/// Explains why a read failed and what to do.
pub(crate) fn read_error(language: Language, error: &ReadError) -> String {
    with_cause(language, error, &fault_kind(language, error.kind()))
}

/// Puts the reason in front of the advice, unless the service responded with an error.
fn with_cause(language: Language, error: &ReadError, advice: &str) -> String {
    let cause = match error {
        ReadError::Refused(_) => return advice.to_owned(),
        ReadError::NoResponse(lost) => language.format_code("response", lost.code(), &[]),
        ReadError::Unreadable(_) => language.format(key::READ_UNREADABLE, &[]),
    };
    language.join(key::JOIN_SENTENCES, &[cause, advice.to_owned()])
}

/// Explains why signing in failed and what to do.
pub(crate) fn sign_in_error(language: Language, error: &SignInError) -> String {
    match error {
        SignInError::Rejected(..) => language.format_code("rejection", error.code(), &[]),
        SignInError::OtherProject(project) => {
            let project = project.as_deref().unwrap_or("–");
            language.format_code("rejection", error.code(), &[("project", project)])
        }
        SignInError::Failed(failed) => {
            // The usual text is about the endpoint of the volume service.
            let advice = match error.code() {
                "address" => language.format(key::SIGNIN_ADDRESS, &[]),
                code => language.format_code("response", code, &[]),
            };
            with_cause(language, failed, &advice)
        }
    }
}

/// Explains why a request was rejected and what to do.
pub(crate) fn fault_kind(language: Language, kind: FaultKind) -> String {
    language.format_code("response", kind.code(), &[])
}

/// Explains why the outcome of a request is unknown.
pub(crate) fn unknown_cause(language: Language, cause: &UnknownCause) -> String {
    let status = match cause {
        UnknownCause::Unreadable(fault) => fault.status.to_string(),
        UnknownCause::NoResponse(_) | UnknownCause::Failed(_) | UnknownCause::OtherVolume(_) => {
            String::new()
        }
    };
    language.format_code("response", cause.code(), &[("status", &status)])
}

/// Formats a time for the user's language and time zone. Returns `None` if it isn't valid. A time
/// without a zone counts as local, so append a `Z` to the service's times, which are in UTC.
pub(crate) fn local_time(time: &str, language: Language) -> Option<String> {
    let date = Date::new(&JsValue::from_str(time));
    (!date.get_time().is_nan())
        .then(|| date.to_locale_string(language.tag(), &JsValue::UNDEFINED).into())
}

/// Formats a Unix time in seconds for the user's language and time zone. Returns the date
/// alone, and the date with the time.
pub(crate) fn local_date(seconds: i64, language: Language) -> (String, String) {
    let date = Date::new(&JsValue::from_f64(seconds as f64 * 1000.0));
    (
        date.to_locale_date_string(language.tag(), &JsValue::UNDEFINED).into(),
        date.to_locale_string(language.tag(), &JsValue::UNDEFINED).into(),
    )
}

/// Formats how long ago a UTC time was. Times in the future count as now.
pub(crate) fn age(language: Language, utc: &str) -> String {
    let milliseconds = Date::now() - Date::new(&JsValue::from_str(&format!("{utc}Z"))).get_time();
    if milliseconds.is_nan() {
        return utc.to_owned();
    }
    // The cast saturates: negative ages become 0.
    let minutes = (milliseconds / 60_000.0) as u32;
    let (key, count) = match minutes {
        0 => (key::AGE_NOW, 0),
        1..60 => (key::AGE_MINUTES, minutes),
        60..1440 => (key::AGE_HOURS, minutes / 60),
        _ => (key::AGE_DAYS, minutes / 1440),
    };
    language.format(key, &[("count", &count.to_string())])
}

#[cfg(test)]
mod tests {
    use super::*;
    use volume_transfer::identity::Rejection;
    use volume_transfer::{
        CredentialsError, IdError, Service, TransportError, Unit, Verdict, VolumeStatus,
    };
    use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

    wasm_bindgen_test_configure!(run_in_browser);

    #[wasm_bindgen_test]
    fn every_core_code_has_a_message() {
        let mut codes = Vec::new();
        for constraint in Constraint::ALL {
            codes.extend([("constraint", constraint.code()), ("volume", constraint.code())]);
        }
        for verdict in Verdict::ALL {
            codes
                .extend([("verdict", verdict.code()), ("eligibility", verdict.eligibility_code())]);
        }
        for unit in Unit::ALL {
            codes.extend([("unit", unit.code()), ("counter", unit.code())]);
        }
        codes.extend(FaultKind::ALL.map(|kind| ("response", kind.code())));
        codes.extend(UnknownCause::CODES.map(|code| ("response", code)));
        codes.extend(TransportError::ALL.map(|lost| ("response", lost.code())));
        codes.extend(Rejection::ALL.map(|rejection| ("rejection", rejection.code())));
        codes.push(("rejection", SignInError::OtherProject(None).code()));
        codes.extend(Service::ALL.map(|service| ("service", service.code())));
        codes.extend(VolumeStatus::CODES.map(|code| ("status", code)));
        codes.extend(NameError::CODES.map(|code| ("name", code)));
        codes.extend(CredentialsError::ALL.map(|error| ("accept.file", error.code())));
        for group in ["projectId", "transferId", "authKey"] {
            codes.extend(IdError::ALL.map(|error| (group, error.code())));
        }
        for (group, code) in codes {
            assert!(Key::for_code(group, code).is_some(), "{group}.{code}");
        }
    }

    #[wasm_bindgen_test]
    fn inserts_values_verbatim() {
        let texts = (0..=key::VOLUME_STATUS.0).map(|_| "Its status is “{status}”.".to_owned());
        let messages = Messages { tag: "en".to_owned(), texts: texts.collect() };
        let text = Language(Box::leak(Box::new(messages)))
            .format(key::VOLUME_STATUS, &[("status", "{status}<b>")]);
        assert_eq!(text, "Its status is “{status}<b>”.");
    }

    #[wasm_bindgen_test]
    fn finds_keys_by_name() {
        assert_eq!(Key::from_name("app.title"), Some(key::APP_TITLE));
        assert_eq!(Key::from_name("app"), None);
    }
}
