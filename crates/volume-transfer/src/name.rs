//! The name of a transfer: what the service makes of a text, and whether it would take it.

use alloc::borrow::ToOwned;
use alloc::string::String;
use core::fmt;

/// What a service asks of a transfer's name. The sources disagree, so the rule is data: see
/// [`Service::name_rule`](crate::Service::name_rule).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NameRule {
    /// Whether a transfer must have a name.
    pub required: bool,
    /// The largest allowed length after trimming, in [`unit`](NameRule::unit)s. The smallest is 1.
    pub limit: usize,
    /// What [`limit`](NameRule::limit) counts.
    pub unit: Unit,
    /// Whether U+0000 may stand in the name. Cinder takes it; EVS does not say, and a name that
    /// some readers cut short is worth a word before it is sent.
    pub nul: bool,
}

/// What the length of a name is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Bytes of UTF-8: `卷` counts 3.
    Bytes,
    /// Unicode code points: `卷` and `😀` count 1 each.
    Characters,
}

impl Unit {
    /// A stable code: `bytes` or `characters`.
    pub const fn code(self) -> &'static str {
        match self {
            Unit::Bytes => "bytes",
            Unit::Characters => "characters",
        }
    }
}

impl NameRule {
    /// The length of a text as the service counts it: after trimming, in the rule's unit.
    pub fn measure(&self, text: &str) -> usize {
        let trimmed = trim(text);
        match self.unit {
            Unit::Bytes => trimmed.len(),
            Unit::Characters => trimmed.chars().count(),
        }
    }
}

/// A name that its service takes: trimmed, not empty, within the limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransferName(String);

/// Why a text is not a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameError {
    /// The service requires a name and there is none.
    Required,
    /// There is text, but the service strips all of it.
    Blank,
    /// The name is too long after trimming; `length` and `limit` are in `unit`s.
    TooLong {
        /// The length that the service would count.
        length: usize,
        /// The largest length that it takes.
        limit: usize,
        /// What both are counted in.
        unit: Unit,
    },
    /// The name holds a U+0000.
    Nul {
        /// How many characters stand before it.
        position: usize,
    },
    /// The text is not Unicode: half of a surrogate pair stands alone. Cinder answers it with 500.
    LoneSurrogate {
        /// How many UTF-16 units stand before it.
        position: usize,
    },
}

impl NameError {
    /// A stable code: `required`, `blank`, `too_long`, `nul` or `lone_surrogate`.
    pub const fn code(&self) -> &'static str {
        match self {
            NameError::Required => "required",
            NameError::Blank => "blank",
            NameError::TooLong { .. } => "too_long",
            NameError::Nul { .. } => "nul",
            NameError::LoneSurrogate { .. } => "lone_surrogate",
        }
    }
}

impl fmt::Display for NameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NameError::Required => f.write_str("a name is required"),
            NameError::Blank => f.write_str("the name has nothing but white space"),
            NameError::TooLong { length, limit, unit } => {
                write!(f, "the name is {length} {} long, the limit is {limit}", unit.code())
            }
            NameError::Nul { position } => {
                write!(f, "the name has a NUL after {position} characters")
            }
            NameError::LoneSurrogate { position } => {
                write!(f, "the name has a lone surrogate after {position} UTF-16 units")
            }
        }
    }
}

impl core::error::Error for NameError {}

impl TransferName {
    /// Reads a form's field. An empty field of an optional name means *no name*, which leaves the
    /// name out of the request: `""` itself is refused by Cinder with a 400.
    ///
    /// # Errors
    /// [`NameError::Required`] for an empty field of a required name, otherwise as
    /// [`TransferName::new`].
    pub fn parse(field: &str, rule: &NameRule) -> Result<Option<TransferName>, NameError> {
        match (field.is_empty(), rule.required) {
            (true, false) => Ok(None),
            (true, true) => Err(NameError::Required),
            (false, _) => TransferName::new(field, rule).map(Some),
        }
    }

    /// Reads a name that a request carries; it is trimmed as the service trims it.
    ///
    /// # Errors
    /// [`NameError::Blank`] if nothing is left after trimming, [`NameError::Nul`] and
    /// [`NameError::TooLong`] by the rule.
    pub fn new(text: &str, rule: &NameRule) -> Result<TransferName, NameError> {
        let trimmed = trim(text);
        if trimmed.is_empty() {
            return Err(NameError::Blank);
        }
        if !rule.nul
            && let Some(position) = text.chars().position(|char| char == '\0')
        {
            return Err(NameError::Nul { position });
        }
        let length = rule.measure(trimmed);
        if length > rule.limit {
            return Err(NameError::TooLong { length, limit: rule.limit, unit: rule.unit });
        }
        Ok(TransferName(trimmed.to_owned()))
    }

    /// The name as the service stores it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Turns a JavaScript string's units into text.
///
/// Such strings may hold half of a surrogate pair, which becomes U+FFFD without a word wherever
/// they are converted in the usual way; so a field's value is to pass through here first.
///
/// # Errors
/// [`NameError::LoneSurrogate`] with the place of the first one.
pub fn from_utf16(units: impl IntoIterator<Item = u16>) -> Result<String, NameError> {
    let mut position = 0;
    let mut text = String::new();
    for char in char::decode_utf16(units) {
        let char = char.map_err(|_| NameError::LoneSurrogate { position })?;
        position += char.len_utf16();
        text.push(char);
    }
    Ok(text)
}

/// Trims as Python's `str.strip()` does, since Cinder is what stores the name: Unicode white
/// space and U+001C to U+001F, which Rust's `trim` and JavaScript's keep. Neither U+FEFF nor
/// U+200B is white space to it.
fn trim(text: &str) -> &str {
    text.trim_matches(|char: char| char.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&char))
}
