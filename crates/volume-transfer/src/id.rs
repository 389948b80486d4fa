//! The IDs in a request's path and body.
//!
//! Each one is validated on creation or escaped in the path, so that none can change a URL's
//! structure.

use crate::lanes;
use crate::name::is_trimmed;
use crate::paste::clean_pasted;
use alloc::borrow::ToOwned;
use alloc::string::String;
use core::fmt::{self, Write};

/// A volume ID: a UUID in canonical form.
///
/// Cinder's schema also accepts uppercase, braces, missing hyphens and a `urn:` prefix, but Cinder
/// then returns 404, because it looks up the text unchanged. So only the canonical form is valid
/// here. Uppercase letters are converted to lowercase.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct VolumeId([u8; 36]);

/// A transfer ID.
///
/// The format of an ID from the service isn't validated, because rejecting an unusual one would
/// lose the only response that contains the key.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TransferId(String);

/// A project ID, which Huawei Cloud also calls a tenant ID: 1 to 64 ASCII letters, digits, hyphens
/// or underscores.
///
/// Actual IDs are 32 lowercase hex digits, but this isn't documented. The rule excludes every
/// character that has a special meaning in a URL's path.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ProjectId {
    text: [u8; 64],
    length: usize,
}

/// An error from parsing an ID or a key.
///
/// Exhaustive on purpose: each code has a translation, so a caller that doesn't handle a new one
/// must fail to compile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdError {
    /// The text is empty or only whitespace.
    Empty,
    /// The text has the wrong format.
    Malformed,
}

impl IdError {
    /// All errors.
    pub const ALL: [IdError; 2] = [IdError::Empty, IdError::Malformed];

    /// Returns a stable code: `empty` or `malformed`.
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
            IdError::Empty => "the ID is empty",
            IdError::Malformed => "the ID is malformed",
        })
    }
}

impl core::error::Error for IdError {}

/// Trims whitespace, and returns up to 64 ASCII characters and how many there are.
fn ascii(characters: impl Iterator<Item = char>) -> Result<([u8; 64], usize), IdError> {
    let (mut text, mut length, mut over) = ([0; 64], 0, false);
    for char in characters {
        if is_trimmed(char) {
            over = length > 0;
            continue;
        }
        let place = text.get_mut(length).filter(|_| char.is_ascii() && !over);
        *place.ok_or(IdError::Malformed)? = u8::try_from(char).unwrap_or_default();
        length += 1;
    }
    if length == 0 { Err(IdError::Empty) } else { Ok((text, length)) }
}

/// Returns whether the text is a UUID in canonical form: lowercase hex digits and hyphens.
fn is_canonical(text: &[u8; 36]) -> bool {
    let dashes = [8, 13, 18, 23].into_iter().all(|at| text.get(at) == Some(&b'-'));
    let lanes =
        [(0, 0b1101_1110_1111_1111), (16, 0b1111_1111_0111_1011), (20, 0b1111_1111_1111_0111)];
    dashes
        && lanes.into_iter().all(|(at, digits)| {
            text.get(at..)
                .and_then(<[u8]>::first_chunk)
                .is_some_and(|lane| lanes::hex(lane) == digits)
        })
}

impl VolumeId {
    /// Parses a UUID of 36 characters (`8-4-4-4-12` hex digits), after [cleaning pasted
    /// text](crate::clean_pasted).
    ///
    /// # Errors
    /// Returns [`IdError::Empty`] if nothing is left, and [`IdError::Malformed`] for anything but a
    /// UUID.
    pub fn parse(text: &str) -> Result<VolumeId, IdError> {
        VolumeId::from_bytes(clean_pasted(text).as_bytes())
    }

    /// Like [`VolumeId::parse`], but reads characters and only trims whitespace.
    ///
    /// # Errors
    /// Returns the same errors.
    pub fn from_chars(characters: impl Iterator<Item = char>) -> Result<VolumeId, IdError> {
        let (text, length) = ascii(characters)?;
        VolumeId::from_bytes(text.get(..length).unwrap_or_default())
    }

    /// Like [`VolumeId::parse`], but reads bytes and removes nothing.
    ///
    /// # Errors
    /// Returns the same errors.
    pub fn from_bytes(text: &[u8]) -> Result<VolumeId, IdError> {
        if text.is_empty() {
            return Err(IdError::Empty);
        }
        let mut id: [u8; 36] = text.try_into().map_err(|_| IdError::Malformed)?;
        if !is_canonical(&id) {
            id.make_ascii_lowercase();
            if !is_canonical(&id) {
                return Err(IdError::Malformed);
            }
        }
        Ok(VolumeId(id))
    }

    /// Returns the ID: 36 lowercase characters.
    pub fn as_str(&self) -> &str {
        // Always ASCII, because `from_bytes` validates it.
        core::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// Returns the ID: 36 lowercase ASCII bytes.
    pub const fn as_bytes(&self) -> &[u8; 36] {
        &self.0
    }
}

impl fmt::Debug for VolumeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl ProjectId {
    /// Parses a project ID, after [cleaning pasted text](crate::clean_pasted).
    ///
    /// # Errors
    /// Returns [`IdError::Empty`] if nothing is left, and [`IdError::Malformed`] for more than 64
    /// characters or an invalid one.
    pub fn parse(text: &str) -> Result<ProjectId, IdError> {
        ProjectId::from_bytes(clean_pasted(text).as_bytes())
    }

    /// Like [`ProjectId::parse`], but reads characters and only trims whitespace.
    ///
    /// # Errors
    /// Returns the same errors.
    pub fn from_chars(characters: impl Iterator<Item = char>) -> Result<ProjectId, IdError> {
        let (text, length) = ascii(characters)?;
        ProjectId::from_bytes(text.get(..length).unwrap_or_default())
    }

    /// Like [`ProjectId::parse`], but reads bytes and removes nothing.
    ///
    /// # Errors
    /// Returns the same errors.
    pub fn from_bytes(text: &[u8]) -> Result<ProjectId, IdError> {
        let mut id = ProjectId { text: [0; 64], length: text.len() };
        let plain = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-' || *byte == b'_';
        match id.text.get_mut(..text.len()).filter(|_| text.iter().all(plain)) {
            _ if text.is_empty() => Err(IdError::Empty),
            None => Err(IdError::Malformed),
            Some(to) => {
                to.copy_from_slice(text);
                Ok(id)
            }
        }
    }

    /// Returns the ID: 1 to 64 characters.
    pub fn as_str(&self) -> &str {
        // Always ASCII, because `from_bytes` validates it.
        core::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }

    /// Returns the ID: 1 to 64 ASCII bytes.
    pub fn as_bytes(&self) -> &[u8] {
        self.text.get(..self.length).unwrap_or_default()
    }
}

impl fmt::Debug for ProjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl TransferId {
    /// Creates an ID from a response. Returns `None` if it is empty or only dots, which would
    /// change the path.
    pub fn from_service(text: String) -> Option<TransferId> {
        let dots = text.bytes().all(|byte| byte == b'.');
        (!dots).then_some(TransferId(text))
    }

    /// Parses an ID entered by a user, after [cleaning pasted text](crate::clean_pasted): 1 to 64
    /// ASCII letters, digits, hyphens or underscores.
    ///
    /// # Errors
    /// Returns [`IdError::Empty`] if nothing is left, and [`IdError::Malformed`] for more than 64
    /// characters or an invalid one.
    pub fn parse(text: &str) -> Result<TransferId, IdError> {
        // Project IDs have the same format for the same reason: both are part of a path.
        ProjectId::parse(text).map(|id| TransferId(id.as_str().to_owned()))
    }

    /// Returns the ID as the service sent it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the ID percent-encoded for a path.
    pub(crate) fn path_segment(&self) -> String {
        self.0.bytes().fold(String::new(), |mut segment, byte| {
            match byte {
                b'-' | b'.' | b'_' | b'~' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => {
                    segment.push(char::from(byte));
                }
                // Writing to a `String` never fails.
                _ => _ = write!(segment, "%{byte:02X}"),
            }
            segment
        })
    }
}
