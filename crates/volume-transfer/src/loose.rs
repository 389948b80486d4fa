//! Reading fields that are spelled in more than one way: `true`, `"True"`, `"1"`, `40`, `"40"`,
//! `null`. What cannot be read is as good as absent, and never makes a whole list unreadable.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use serde::de::{Deserialize, DeserializeOwned, Deserializer};
use serde_json::Value;

/// A field's value, as far as the rules tell values apart.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Scalar<'a> {
    Bool(bool),
    Unsigned(u64),
    Text(&'a [u8]),
    /// `null`, another number, or a value with parts.
    Other,
}

impl Scalar<'_> {
    fn of(value: &Value) -> Scalar<'_> {
        match value {
            Value::Bool(flag) => Scalar::Bool(*flag),
            Value::Number(number) => number.as_u64().map_or(Scalar::Other, Scalar::Unsigned),
            Value::String(text) => Scalar::Text(text.as_bytes()),
            Value::Null | Value::Array(_) | Value::Object(_) => Scalar::Other,
        }
    }

    /// A truth value, also as a text in any case, or as 0 and 1.
    pub(crate) fn flag(self) -> Option<bool> {
        match self {
            Scalar::Bool(flag) => Some(flag),
            Scalar::Unsigned(0) => Some(false),
            Scalar::Unsigned(1) => Some(true),
            Scalar::Text(text) => {
                let is = |word: &[u8]| text.eq_ignore_ascii_case(word);
                if is(b"true") || is(b"1") {
                    Some(true)
                } else if is(b"false") || is(b"0") {
                    Some(false)
                } else {
                    None
                }
            }
            Scalar::Unsigned(_) | Scalar::Other => None,
        }
    }

    /// Whether it is what [`text`] takes for a text.
    pub(crate) const fn is_text(self) -> bool {
        match self {
            Scalar::Text(text) => !text.is_empty(),
            Scalar::Unsigned(_) => true,
            Scalar::Bool(_) | Scalar::Other => false,
        }
    }
}

/// A text; a number is a text too; an empty one is none.
pub(crate) fn text<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let value = Value::deserialize(from)?;
    Ok(if !Scalar::of(&value).is_text() {
        None
    } else if let Value::String(text) = value {
        Some(text)
    } else {
        Some(value.to_string())
    })
}

/// A truth value; see [`Scalar::flag`].
pub(crate) fn flag<'de, D: Deserializer<'de>>(from: D) -> Result<Option<bool>, D::Error> {
    Ok(Scalar::of(&Value::deserialize(from)?).flag())
}

/// A whole number, also as a text.
pub(crate) fn number<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
    let value = Value::deserialize(from)?;
    Ok(value.as_u64().or_else(|| value.as_str()?.trim().parse().ok()))
}

/// An object; anything else, `null` too, is the object with nothing in it.
pub(crate) fn object<'de, D: Deserializer<'de>, T: DeserializeOwned + Default>(
    from: D,
) -> Result<T, D::Error> {
    Ok(row(Value::deserialize(from)?).unwrap_or_default())
}

/// The readable objects of a list; what is no list has none.
pub(crate) fn list<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    from: D,
) -> Result<Vec<T>, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::Array(values) => values.into_iter().filter_map(row).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
            Vec::new()
        }
    })
}

/// The readable rows of a list that must be there, and how many were not readable.
pub(crate) fn rows<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    from: D,
) -> Result<(Vec<T>, usize), D::Error> {
    let values = Vec::<Value>::deserialize(from)?;
    let listed = values.len();
    let readable: Vec<T> = values.into_iter().filter_map(row).collect();
    let unreadable = listed - readable.len();
    Ok((readable, unreadable))
}

/// An object's value. By way of `Value`, in which the last of two equal keys counts, as it does to
/// Cinder and to JavaScript.
fn row<T: DeserializeOwned>(value: Value) -> Option<T> {
    value.is_object().then(|| T::deserialize(value).ok())?
}
