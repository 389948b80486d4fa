//! Reading fields that are spelled in more than one way: `true`, `"True"`, `"1"`, `40`, `"40"`,
//! `null`. What cannot be read is as good as absent, and never makes a whole list unreadable.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use serde::de::{Deserialize, Deserializer, IgnoredAny};

#[derive(serde::Deserialize)]
#[serde(untagged)]
enum Loose {
    Bool(bool),
    Unsigned(u64),
    Text(String),
    Other(IgnoredAny),
}

/// A text; a number is a text too; an empty one is none.
pub(crate) fn text<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(match Loose::deserialize(from)? {
        Loose::Text(text) => Some(text).filter(|text| !text.is_empty()),
        Loose::Unsigned(number) => Some(number.to_string()),
        Loose::Bool(_) | Loose::Other(_) => None,
    })
}

/// A truth value, also as a text in any case, or as 0 and 1.
pub(crate) fn flag<'de, D: Deserializer<'de>>(from: D) -> Result<Option<bool>, D::Error> {
    Ok(match Loose::deserialize(from)? {
        Loose::Bool(flag) => Some(flag),
        Loose::Unsigned(number) => match number {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        },
        Loose::Text(text) => match text.trim().to_ascii_lowercase().as_str() {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => None,
        },
        Loose::Other(_) => None,
    })
}

/// A whole number, also as a text.
pub(crate) fn number<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
    Ok(match Loose::deserialize(from)? {
        Loose::Unsigned(number) => Some(number),
        Loose::Text(text) => text.trim().parse().ok(),
        Loose::Bool(_) | Loose::Other(_) => None,
    })
}

/// A structure; anything else, `null` too, is the structure with nothing in it.
pub(crate) fn part<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    from: D,
) -> Result<T, D::Error> {
    #[derive(serde::Deserialize)]
    #[serde(untagged)]
    enum Part<T> {
        Readable(T),
        Other(IgnoredAny),
    }
    Ok(match Part::deserialize(from)? {
        Part::Readable(part) => part,
        Part::Other(_) => T::default(),
    })
}

/// The readable rows of a list, and how many were not.
pub(crate) fn rows<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    from: D,
) -> Result<(Vec<T>, usize), D::Error> {
    #[derive(serde::Deserialize)]
    #[serde(untagged)]
    enum Row<T> {
        Readable(T),
        Other(IgnoredAny),
    }
    let mut unreadable = 0;
    let readable = Vec::<Row<T>>::deserialize(from)?
        .into_iter()
        .filter_map(|row| match row {
            Row::Readable(row) => Some(row),
            Row::Other(_) => {
                unreadable += 1;
                None
            }
        })
        .collect();
    Ok((readable, unreadable))
}
