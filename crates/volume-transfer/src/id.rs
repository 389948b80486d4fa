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
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct VolumeId([u8; 36]);

/// A transfer's id, as the service gave it. Not checked for its shape: losing the only answer
/// that carries a key over an unusual id would be worse than keeping the id.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TransferId(String);

/// A project's id (Huawei also says tenant id): 1 to 64 ASCII letters, digits, `-` or `_`.
///
/// Real ones are 32 lower-case hex digits, but no page promises it. The rule keeps anything out
/// that could change the meaning of the path it is written into.
///
/// `Text` is `String`, or `&str` for whoever has no use for a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ProjectId<Text = String>(Text);

/// Why a text is not an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdError {
    /// There is no text, or only spaces.
    Empty,
    /// The text does not have the form of this kind of id.
    Malformed,
}

impl IdError {
    /// Every one.
    pub const ALL: [IdError; 2] = [IdError::Empty, IdError::Malformed];

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
        VolumeId::from_bytes(text.trim().as_bytes())
    }

    /// As [`VolumeId::parse`], of ASCII that nothing has to be dropped from.
    pub(crate) fn from_bytes(text: &[u8]) -> Result<VolumeId, IdError> {
        if text.is_empty() {
            return Err(IdError::Empty);
        }
        let mut id: [u8; 36] = text.try_into().map_err(|_| IdError::Malformed)?;
        let shaped = id.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        });
        id.make_ascii_lowercase();
        if shaped { Ok(VolumeId(id)) } else { Err(IdError::Malformed) }
    }

    /// The id in lower case, 36 characters.
    pub fn as_str(&self) -> &str {
        // ASCII, by the only way to make one.
        core::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The id in lower case, 36 bytes of ASCII.
    pub const fn as_bytes(&self) -> &[u8; 36] {
        &self.0
    }
}

impl fmt::Debug for VolumeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl<'a> ProjectId<&'a str> {
    /// Reads a project id; spaces around it are dropped.
    ///
    /// # Errors
    /// [`IdError::Empty`] for nothing, [`IdError::Malformed`] for more than 64 characters or for
    /// a character that no project id has.
    pub fn check(text: &'a str) -> Result<ProjectId<&'a str>, IdError> {
        let text = text.trim();
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        match text.len() {
            0 => Err(IdError::Empty),
            1..=64 if text.bytes().all(plain) => Ok(ProjectId(text)),
            _ => Err(IdError::Malformed),
        }
    }
}

impl ProjectId {
    /// Reads a project id and keeps it.
    ///
    /// # Errors
    /// As [`ProjectId::check`].
    pub fn parse(text: &str) -> Result<ProjectId, IdError> {
        ProjectId::check(text).map(|ProjectId(text)| ProjectId(text.to_owned()))
    }
}

impl<Text: AsRef<str>> ProjectId<Text> {
    /// The id as it was given.
    pub fn as_str(&self) -> &str {
        self.0.as_ref()
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
