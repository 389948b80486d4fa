//! The name of a transfer: what the service makes of a text, and whether it would take it.

use alloc::borrow::ToOwned;
use alloc::string::String;
use core::fmt;
use core::ops::Range;

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
    /// Every one.
    pub const ALL: [Unit; 2] = [Unit::Bytes, Unit::Characters];

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
        NameParser::of(text, self).length()
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
    /// Every [`code`](NameError::code).
    pub const CODES: [&str; 5] = ["required", "blank", "too_long", "nul", "lone_surrogate"];

    /// A stable code: `required`, `blank`, `too_long`, `nul` or `lone_surrogate`.
    pub const fn code(&self) -> &'static str {
        let [required, blank, too_long, nul, lone_surrogate] = NameError::CODES;
        match self {
            NameError::Required => required,
            NameError::Blank => blank,
            NameError::TooLong { .. } => too_long,
            NameError::Nul { .. } => nul,
            NameError::LoneSurrogate { .. } => lone_surrogate,
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
        let trimmed = NameParser::of(field, rule).finish()?;
        Ok(trimmed.and_then(|trimmed| field.get(trimmed)).map(|name| TransferName(name.to_owned())))
    }

    /// Reads a name that a request carries; it is trimmed as the service trims it.
    ///
    /// # Errors
    /// [`NameError::Blank`] if nothing is left after trimming, [`NameError::Nul`] and
    /// [`NameError::TooLong`] by the rule.
    pub fn new(text: &str, rule: &NameRule) -> Result<TransferName, NameError> {
        match TransferName::parse(text, rule) {
            Ok(Some(name)) => Ok(name),
            Ok(None) | Err(NameError::Required) => Err(NameError::Blank),
            Err(error) => Err(error),
        }
    }

    /// The name as the service stores it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The reading of a text as a name, in one pass and with nothing copied, so that a text may come
/// in parts and be of any length.
#[derive(Clone, Copy, Debug)]
pub struct NameParser {
    rule: NameRule,
    /// What was read: in the text's own units (bytes, or units of UTF-16), and in characters.
    units: usize,
    characters: usize,
    /// What is left after trimming: where in the text it lies, in its units, and what it measures.
    start: usize,
    end: usize,
    length: usize,
    /// What the text measures from `start` on, the white space at its end not yet taken off.
    running: usize,
    nul: Option<usize>,
    /// Whether the first half of a surrogate pair was read, whose other half must come next.
    half: bool,
    lone: Option<usize>,
}

impl NameParser {
    /// Nothing read yet.
    pub const fn new(rule: NameRule) -> NameParser {
        NameParser {
            rule,
            units: 0,
            characters: 0,
            start: 0,
            end: 0,
            length: 0,
            running: 0,
            nul: None,
            half: false,
            lone: None,
        }
    }

    fn of(text: &str, rule: &NameRule) -> NameParser {
        let mut reading = NameParser::new(*rule);
        for char in text.chars() {
            reading.push(char, char.len_utf8());
        }
        reading
    }

    fn push(&mut self, char: char, units: usize) {
        let blank = is_trimmed(char);
        if self.end == 0 && blank {
            self.start = self.units + units;
        } else {
            self.running += match self.rule.unit {
                Unit::Bytes => char.len_utf8(),
                Unit::Characters => 1,
            };
        }
        if char == '\0' && self.nul.is_none() {
            self.nul = Some(self.characters);
        }
        self.units += units;
        self.characters += 1;
        if !blank {
            self.end = self.units;
            self.length = self.running;
        }
    }

    /// Takes the next unit of a JavaScript string. The two halves of a pair need not come in the
    /// same part of it.
    pub fn push_utf16(&mut self, unit: u16) {
        // Most of what is typed: neither white space, nor part of a pair, nor more than a byte.
        if let (false, 0x21..=0x7e) = (self.half, unit) {
            self.units += 1;
            self.characters += 1;
            self.running += 1;
            (self.end, self.length) = (self.units, self.running);
            return;
        }
        let half = core::mem::take(&mut self.half);
        match (half, unit) {
            // Which one of these it is makes no difference: all have four bytes.
            (true, 0xdc00..=0xdfff) => self.push('\u{10000}', 2),
            (_, _) => {
                if half {
                    self.push_lone();
                }
                match (unit, char::from_u32(u32::from(unit))) {
                    (0xd800..=0xdbff, _) => self.half = true,
                    (_, Some(char)) => self.push(char, 1),
                    (_, None) => self.push_lone(),
                }
            }
        }
    }

    fn push_lone(&mut self) {
        if self.lone.is_none() {
            self.lone = Some(self.units);
        }
        // What it would be converted to.
        self.push(char::REPLACEMENT_CHARACTER, 1);
    }

    /// The length so far as the service counts it: after trimming, in the rule's unit.
    pub const fn length(&self) -> usize {
        self.length
    }

    /// Ends the text: where in it the name lies, in the text's own units; none for an empty text
    /// where a name is optional.
    ///
    /// # Errors
    /// All of [`NameError`].
    pub fn finish(&mut self) -> Result<Option<Range<usize>>, NameError> {
        if core::mem::take(&mut self.half) {
            self.push_lone();
        }
        let NameRule { required, limit, unit, nul } = self.rule;
        if let Some(position) = self.lone {
            return Err(NameError::LoneSurrogate { position });
        }
        if self.units == 0 {
            return if required { Err(NameError::Required) } else { Ok(None) };
        }
        if self.end == 0 {
            return Err(NameError::Blank);
        }
        if let Some(position) = self.nul.filter(|_| !nul) {
            return Err(NameError::Nul { position });
        }
        if self.length > limit {
            return Err(NameError::TooLong { length: self.length, limit, unit });
        }
        Ok(Some(self.start..self.end))
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

/// What is trimmed: what Python's `str.strip()` takes off, since Cinder is what stores the name.
/// That is Unicode white space and U+001C to U+001F, which Rust's `trim` and JavaScript's keep.
/// Neither U+FEFF nor U+200B is white space to it.
pub(crate) const fn is_trimmed(char: char) -> bool {
    matches!(
        char,
        '\t'..='\r' | '\x1c'..=' ' | '\u{85}' | '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}'
            | '\u{2028}' | '\u{2029}' | '\u{202f}' | '\u{205f}' | '\u{3000}'
    )
}
