//! Reading fields that are spelled in more than one way: `true`, `"True"`, `"1"`, `40`, `"40"`,
//! `null`. What cannot be read is as good as absent, and never makes a whole list unreadable.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use serde_json::{Number, Value};

/// A field's value, as far as the rules tell values apart.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Scalar<'a> {
    Bool(bool),
    /// A text, or the digits of a number.
    Text(&'a [u8]),
    Null,
    /// Another number, or a value with parts.
    Other,
}

static FLAGS: [(&[u8], bool); 4] =
    [(b"true", true), (b"false", false), (b"1", true), (b"0", false)];

impl Scalar<'_> {
    /// A truth value, also as a text in any case, or as 0 and 1.
    pub(crate) fn flag(self) -> Option<bool> {
        match self {
            Scalar::Bool(flag) => Some(flag),
            Scalar::Text(text) => {
                let said = FLAGS.iter().find(|(word, _)| text.eq_ignore_ascii_case(word));
                said.map(|(_, flag)| *flag)
            }
            Scalar::Null | Scalar::Other => None,
        }
    }

    /// Its text; what has none is an empty one.
    pub(crate) const fn text(&self) -> &[u8] {
        match self {
            Scalar::Text(text) => text,
            Scalar::Bool(_) | Scalar::Null | Scalar::Other => &[],
        }
    }
}

/// A number without sign, decimals and exponent, of at most 19 digits.
fn whole(number: &Number) -> Option<u64> {
    number.as_u64().filter(|number| *number < 10_u64.pow(19))
}

/// A text; a number is a text too; an empty one is none.
pub(crate) fn text(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(whole(number)?.to_string()),
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
            None
        }
    }
}

/// Gives a value to whoever takes one as the rules tell values apart.
pub(crate) fn scalar<T>(value: Option<&Value>, take: impl FnOnce(Scalar<'_>) -> T) -> T {
    match (value.and_then(Value::as_bool), text(value)) {
        (Some(flag), _) => take(Scalar::Bool(flag)),
        (None, Some(text)) => take(Scalar::Text(text.as_bytes())),
        (None, None) => take(Scalar::Other),
    }
}

/// A whole number, also as a text.
pub(crate) fn number(value: Option<&Value>) -> Option<u64> {
    let value = value?;
    value.as_u64().or_else(|| value.as_str()?.trim().parse().ok())
}

/// The rows of a list; what is no list has none.
pub(crate) fn rows<'a>(object: &'a Value, key: &str) -> &'a [Value] {
    object.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// What to call a record: its name, or its id where the name is missing or would not be seen.
pub(crate) fn label<'a>(name: Option<&'a str>, id: &'a str) -> &'a str {
    name.filter(|name| !name.trim().is_empty()).unwrap_or(id)
}
