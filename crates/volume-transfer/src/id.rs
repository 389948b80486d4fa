//! The identifiers that go into a request's path and body.
//!
//! Each one is checked when it is made, so no other text can reach a URL.

use alloc::borrow::ToOwned;
use alloc::string::String;
use core::fmt;

/// A volume's id: a UUID in its canonical spelling.
///
/// Cinder's schema also lets upper case, braces, a missing dash or a `urn:` prefix pass, and then
/// answers 404, because it looks the text up as it stands. So only the spelling that it stores is
/// an id here; upper case is put right.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct VolumeId(String);

/// A transfer's id, as the service gave it. Not checked for its shape: losing the only answer
/// that carries a key over an unusual id would be worse than keeping the id.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TransferId(String);

/// A project's id (Huawei also says tenant id): 1 to 64 ASCII letters, digits, `-` or `_`.
///
/// Real ones are 32 lower-case hex digits, but no page promises it. The rule keeps anything out
/// that could change the meaning of the path it is written into.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ProjectId(String);

/// Why a text is not an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdError {
    /// There is no text, or only spaces.
    Empty,
    /// The text does not have the form of this kind of id.
    Malformed,
}

impl IdError {
    /// A stable code: `empty` or `malformed`.
    pub const fn code(self) -> &'static str {
        match self {
            IdError::Empty => "empty",
            IdError::Malformed => "malformed",
        }
    }
}

impl fmt::Display for IdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            IdError::Empty => "the id is empty",
            IdError::Malformed => "the id is malformed",
        })
    }
}

impl core::error::Error for IdError {}

impl VolumeId {
    /// Reads a UUID of 36 characters, `8-4-4-4-12` hex digits; spaces around it are dropped.
    ///
    /// # Errors
    /// [`IdError::Empty`] for nothing, [`IdError::Malformed`] for anything but a UUID.
    pub fn parse(text: &str) -> Result<VolumeId, IdError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(IdError::Empty);
        }
        let shaped = text.len() == 36
            && text.bytes().enumerate().all(|(at, byte)| match at {
                8 | 13 | 18 | 23 => byte == b'-',
                _ => byte.is_ascii_hexdigit(),
            });
        if shaped { Ok(VolumeId(text.to_ascii_lowercase())) } else { Err(IdError::Malformed) }
    }

    /// The id in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl ProjectId {
    /// Reads a project id; spaces around it are dropped.
    ///
    /// # Errors
    /// [`IdError::Empty`] for nothing, [`IdError::Malformed`] for more than 64 characters or for
    /// a character that no project id has.
    pub fn parse(text: &str) -> Result<ProjectId, IdError> {
        let text = text.trim();
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        match text.len() {
            0 => Err(IdError::Empty),
            1..=64 if text.bytes().all(plain) => Ok(ProjectId(text.to_owned())),
            _ => Err(IdError::Malformed),
        }
    }

    /// The id as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TransferId {
    /// Takes an id that the service gave; `None` if it is empty.
    pub fn from_service(text: String) -> Option<TransferId> {
        (!text.is_empty()).then_some(TransferId(text))
    }

    /// The id as the service gave it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
