//! Reads fields that services write in several ways, such as `true`, `"True"` and `"1"`. An
//! unreadable value counts as absent, and never makes a whole list unreadable.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use serde_json::{Number, Value};

/// A value, reduced to what the rules distinguish.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Scalar<'a> {
    Bool(bool),
    /// Text, or a whole number's digits.
    Text(&'a [u8]),
    Null,
    /// Any other number, or an object or array.
    Other,
}

static FLAGS: [(&[u8], bool); 4] =
    [(b"true", true), (b"false", false), (b"1", true), (b"0", false)];

impl Scalar<'_> {
    /// Returns a boolean. Also accepts 0 and 1, and `true` and `false` as text, ignoring case.
    pub(crate) fn flag(self) -> Option<bool> {
        match self {
            Scalar::Bool(flag) => Some(flag),
            Scalar::Text(text) => {
                let value = FLAGS.iter().find(|(word, _)| text.eq_ignore_ascii_case(word));
                value.map(|(_, flag)| *flag)
            }
            Scalar::Null | Scalar::Other => None,
        }
    }

    /// Returns the text, or an empty slice if there is none.
    pub(crate) const fn text(&self) -> &[u8] {
        match self {
            Scalar::Text(text) => text,
            Scalar::Bool(_) | Scalar::Null | Scalar::Other => &[],
        }
    }
}

/// Returns a whole number of at most 19 digits.
fn whole(number: &Number) -> Option<u64> {
    number.as_u64().filter(|number| *number < 10_u64.pow(19))
}

/// Returns non-empty text, or a whole number as text.
pub(crate) fn text(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(whole(number)?.to_string()),
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
            None
        }
    }
}

/// Calls `take` with a JSON value as a [`Scalar`].
pub(crate) fn scalar<T>(value: Option<&Value>, take: impl FnOnce(Scalar<'_>) -> T) -> T {
    match (value.and_then(Value::as_bool), text(value)) {
        (Some(flag), _) => take(Scalar::Bool(flag)),
        (None, Some(text)) => take(Scalar::Text(text.as_bytes())),
        (None, None) => take(Scalar::Other),
    }
}

/// Returns a whole number. Also accepts one that is written as text.
pub(crate) fn number(value: Option<&Value>) -> Option<u64> {
    let value = value?;
    value.as_u64().or_else(|| value.as_str()?.trim().parse().ok())
}

/// Returns the items of the array under a key, or an empty slice if there is no array.
pub(crate) fn rows<'a>(object: &'a Value, key: &str) -> &'a [Value] {
    object.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Returns a record's name, or its ID if the name is missing or blank.
pub(crate) fn label<'a>(name: Option<&'a str>, id: &'a str) -> &'a str {
    name.filter(|name| !name.trim().is_empty()).unwrap_or(id)
}
