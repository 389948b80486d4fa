//! The identifiers that go into a request's path and body.
//!
//! Each one is checked when it is made, so no other text can reach a URL.

use crate::lanes;
use crate::name::is_trimmed;
use crate::paste::clean_pasted;
use alloc::borrow::ToOwned;
use alloc::string::String;
use core::fmt::{self, Write};

/// A volume's id: a UUID in its canonical spelling.
///
/// Cinder's schema also lets upper case, braces, a missing dash or a `urn:` prefix pass, and then
/// answers 404, because it looks the text up as it stands. So only the spelling that it stores is
/// an id here; upper case is put right.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct VolumeId([u8; 36]);

/// A transfer's id. As the service gives it, it is not checked for its shape: losing the only
/// answer that carries a key over an unusual id would be worse than keeping the id.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TransferId(String);

/// A project's id (Huawei also says tenant id): 1 to 64 ASCII letters, digits, `-` or `_`.
///
/// Real ones are 32 lower-case hex digits, but no page promises it. The rule keeps anything out
/// that could change the meaning of the path it is written into.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ProjectId {
    text: [u8; 64],
    length: usize,
}

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

/// Reads up to 64 characters of ASCII, without the white space around them; and how many it has.
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

/// Whether these are hex digits in lower case, and dashes where a UUID has them.
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
    /// Reads a UUID of 36 characters, `8-4-4-4-12` hex digits, [as pasted](crate::clean_pasted).
    ///
    /// # Errors
    /// [`IdError::Empty`] for nothing, [`IdError::Malformed`] for anything but a UUID.
    pub fn parse(text: &str) -> Result<VolumeId, IdError> {
        VolumeId::from_bytes(clean_pasted(text).as_bytes())
    }

    /// As [`VolumeId::parse`], of characters, and drops no more than the white space around them.
    ///
    /// # Errors
    /// The same.
    pub fn from_chars(characters: impl Iterator<Item = char>) -> Result<VolumeId, IdError> {
        let (text, length) = ascii(characters)?;
        VolumeId::from_bytes(text.get(..length).unwrap_or_default())
    }

    /// As [`VolumeId::parse`], of ASCII that nothing has to be dropped from.
    ///
    /// # Errors
    /// The same.
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

impl ProjectId {
    /// Reads a project ID, [as pasted](crate::clean_pasted).
    ///
    /// # Errors
    /// [`IdError::Empty`] for nothing, [`IdError::Malformed`] for more than 64 characters or for
    /// a character that no project id has.
    pub fn parse(text: &str) -> Result<ProjectId, IdError> {
        ProjectId::from_bytes(clean_pasted(text).as_bytes())
    }

    /// As [`ProjectId::parse`], of characters, and drops no more than the white space around them.
    ///
    /// # Errors
    /// The same.
    pub fn from_chars(characters: impl Iterator<Item = char>) -> Result<ProjectId, IdError> {
        let (text, length) = ascii(characters)?;
        ProjectId::from_bytes(text.get(..length).unwrap_or_default())
    }

    /// As [`ProjectId::parse`], of ASCII that nothing has to be dropped from.
    ///
    /// # Errors
    /// The same.
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

    /// The id as it was given, 1 to 64 characters.
    pub fn as_str(&self) -> &str {
        // ASCII, by the only way to make one.
        core::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }

    /// The id as it was given, 1 to 64 bytes of ASCII.
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
    /// Takes an id that the service gave; `None` if it is empty, or dots that would change a path.
    pub fn from_service(text: String) -> Option<TransferId> {
        let dots = text.bytes().all(|byte| byte == b'.');
        (!dots).then_some(TransferId(text))
    }

    /// Reads an ID that a person enters, [as pasted](crate::clean_pasted): 1 to 64 ASCII letters, digits, `-`
    /// or `_`.
    ///
    /// # Errors
    /// [`IdError::Empty`] for nothing, [`IdError::Malformed`] for anything that no transfer id is.
    pub fn parse(text: &str) -> Result<TransferId, IdError> {
        // A project's id has the same form, for the same reason: it goes into a path.
        ProjectId::parse(text).map(|id| TransferId(id.as_str().to_owned()))
    }

    /// The id as the service gave it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The id as it can stand in a path, where it cannot mean anything else.
    pub(crate) fn path_segment(&self) -> String {
        self.0.bytes().fold(String::new(), |mut segment, byte| {
            match byte {
                b'-' | b'.' | b'_' | b'~' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => {
                    segment.push(char::from(byte));
                }
                // Writing to a `String` does not fail.
                _ => _ = write!(segment, "%{byte:02X}"),
            }
            segment
        })
    }
}
