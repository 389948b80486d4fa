//! Trims and validates transfer names as the services do.

use alloc::borrow::ToOwned;
use alloc::string::String;
use core::fmt;
use core::ops::Range;

/// A service's rule for transfer names. The services differ, so the rule is data: see
/// [`Service::name_rule`](crate::Service::name_rule).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NameRule {
    /// Whether a transfer must have a name.
    pub required: bool,
    /// The maximum length after trimming, in [`unit`](NameRule::unit)s. The minimum is 1.
    pub limit: usize,
    /// The unit of [`limit`](NameRule::limit).
    pub unit: Unit,
    /// Whether the name may contain U+0000. Cinder accepts it, and EVS's documentation doesn't
    /// mention it. The rules for EVS reject it, because some programs would truncate the name
    /// there.
    pub nul: bool,
}

/// The unit of a name's length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// UTF-8 bytes: `卷` counts as 3.
    Bytes,
    /// Unicode code points: `卷` and `😀` count as 1 each.
    Characters,
}

impl Unit {
    /// All units.
    pub const ALL: [Unit; 2] = [Unit::Bytes, Unit::Characters];

    /// Returns a stable code: `bytes` or `characters`.
    pub const fn code(self) -> &'static str {
        match self {
            Unit::Bytes => "bytes",
            Unit::Characters => "characters",
        }
    }
}

impl NameRule {
    /// Returns the length of a string as the service counts it: after trimming, in the rule's unit.
    pub fn measure(&self, text: &str) -> usize {
        NameParser::of(text, self).length()
    }
}

/// A valid name: trimmed, not empty and within the limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransferName(String);

/// An error from parsing a name.
///
/// Exhaustive on purpose: each code has a translation, so a caller that doesn't handle a new one
/// must fail to compile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameError {
    /// The service requires a name, and the text is empty.
    Required,
    /// The text is only whitespace, which the service trims.
    Blank,
    /// The name is too long after trimming; `length` and `limit` are in `unit`s.
    TooLong {
        /// The length as the service counts it.
        length: usize,
        /// The maximum length.
        limit: usize,
        /// The unit of both lengths.
        unit: Unit,
    },
    /// The name contains U+0000.
    Nul {
        /// The number of characters before it.
        position: usize,
    },
    /// The text contains an unpaired surrogate, so it isn't valid Unicode. Cinder returns 500 for
    /// it.
    LoneSurrogate {
        /// The number of UTF-16 code units before it.
        position: usize,
    },
}

impl NameError {
    /// All [`code`](NameError::code)s.
    pub const CODES: [&str; 5] = ["required", "blank", "too_long", "nul", "lone_surrogate"];

    /// Returns a stable code: `required`, `blank`, `too_long`, `nul` or `lone_surrogate`.
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
            NameError::Blank => f.write_str("the name is only whitespace"),
            NameError::TooLong { length, limit, unit } => {
                write!(f, "the name is {length} {} long, but the limit is {limit}", unit.code())
            }
            NameError::Nul { position } => {
                write!(f, "the name contains a NUL at character index {position}")
            }
            NameError::LoneSurrogate { position } => {
                write!(f, "the name contains a lone surrogate at UTF-16 index {position}")
            }
        }
    }
}

impl core::error::Error for NameError {}

impl TransferName {
    /// Parses a form field.
    ///
    /// Returns `None` for an empty field if the name is optional. The request then has no name, because
    /// Cinder rejects `""` with 400.
    ///
    /// # Errors
    /// Returns [`NameError::Required`] for an empty field if the name is required, otherwise the
    /// same errors as [`TransferName::new`].
    pub fn parse(field: &str, rule: &NameRule) -> Result<Option<TransferName>, NameError> {
        let trimmed = NameParser::of(field, rule).finish()?;
        Ok(trimmed.and_then(|trimmed| field.get(trimmed)).map(|name| TransferName(name.to_owned())))
    }

    /// Parses a name, trimming it as the service does.
    ///
    /// # Errors
    /// Returns [`NameError::Blank`] if nothing is left after trimming, and [`NameError::Nul`] or
    /// [`NameError::TooLong`] if the name violates the rule.
    pub fn new(text: &str, rule: &NameRule) -> Result<TransferName, NameError> {
        match TransferName::parse(text, rule) {
            Ok(Some(name)) => Ok(name),
            Ok(None) | Err(NameError::Required) => Err(NameError::Blank),
            Err(error) => Err(error),
        }
    }

    /// Returns the name as the service stores it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A pattern for the names of several transfers, in which each `{volume}` stands for a volume's
/// [label](crate::Volume::label).
///
/// Any other text stands for itself, including other braces, and the placeholder is optional. A
/// label that contains `{volume}` isn't expanded again.
///
/// ```
/// use volume_transfer::{NamePattern, Service};
///
/// let pattern = NamePattern::new(" {volume} for team {b} ");
/// let name = pattern.name("data-01", Service::EvsV2.name_rule())?;
/// assert_eq!(name.unwrap().as_str(), "data-01 for team {b}");
/// # Ok::<(), volume_transfer::NameError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NamePattern<'a>(&'a str);

impl<'a> NamePattern<'a> {
    /// The placeholder.
    pub const PLACEHOLDER: &'static str = "{volume}";

    /// Creates a pattern from a form field. Any string is a valid pattern.
    pub const fn new(field: &'a str) -> NamePattern<'a> {
        NamePattern(field)
    }

    /// Returns the text for a volume with this label, neither trimmed nor validated.
    pub fn expand(&self, label: &str) -> String {
        let (mut text, mut rest) = (String::new(), self.0);
        while let Some((before, after)) = rest.split_once('{') {
            text.push_str(before);
            // Not `str::replace`, which would add 3 KB of code.
            let (insert, after) = match after.strip_prefix("volume}") {
                Some(after) => (label, after),
                None => ("{", after),
            };
            text.push_str(insert);
            rest = after;
        }
        text.push_str(rest);
        text
    }

    /// Returns the name for a volume with this label: the expanded text, parsed with
    /// [`TransferName::parse`]. A name that is too long is an error. It is never truncated.
    ///
    /// # Errors
    /// Returns the same errors as [`TransferName::parse`]. They concern this volume only, because
    /// other labels may be shorter.
    pub fn name(&self, label: &str, rule: &NameRule) -> Result<Option<TransferName>, NameError> {
        TransferName::parse(&self.expand(label), rule)
    }
}

/// An incremental name parser, which doesn't copy its input.
#[derive(Clone, Copy, Debug)]
pub struct NameParser {
    rule: NameRule,
    /// The number of code units read, in the input's encoding (UTF-8 or UTF-16).
    units: usize,
    /// The number of characters read.
    characters: usize,
    /// The trimmed name: its range in code units, and its length in the rule's unit.
    start: usize,
    end: usize,
    length: usize,
    /// The length from `start` on, including trailing whitespace.
    running: usize,
    nul: Option<usize>,
    /// Whether the last code unit was a high surrogate, which a low one must follow.
    half: bool,
    lone: Option<usize>,
}

impl NameParser {
    /// Creates a parser that has read nothing yet.
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
        let mut parser = NameParser::new(*rule);
        for char in text.chars() {
            parser.push(char, char.len_utf8());
        }
        parser
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

    /// Reads the next UTF-16 code units of a JavaScript string.
    pub fn push_utf16(&mut self, units: &[u16]) {
        let mut rest = units;
        while let [unit, after @ ..] = rest {
            // Fast path: a run of printable ASCII, or of characters from U+3001 to U+D7FF, such as
            // Chinese ones, which take three bytes each. None of these is trimmed.
            let narrow = |unit: &&u16| matches!(unit, 0x21..=0x7e);
            let wide = |unit: &&u16| matches!(unit, 0x3001..=0xd7ff);
            let (run, bytes) = match rest.iter().take_while(narrow).count() {
                _ if self.half => (0, 0),
                0 => (rest.iter().take_while(wide).count(), 3),
                run => (run, 1),
            };
            if run == 0 {
                self.push_unit(*unit);
                rest = after;
                continue;
            }
            self.units += run;
            self.characters += run;
            self.running += match self.rule.unit {
                Unit::Bytes => run * bytes,
                Unit::Characters => run,
            };
            (self.end, self.length) = (self.units, self.running);
            rest = rest.get(run..).unwrap_or_default();
        }
    }

    fn push_unit(&mut self, unit: u16) {
        let half = core::mem::take(&mut self.half);
        match (half, unit) {
            // The character doesn't matter: each pair takes four bytes in UTF-8.
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
        // Counted as the character that it would be converted to.
        self.push(char::REPLACEMENT_CHARACTER, 1);
    }

    /// Returns the length so far as the service counts it: after trimming, in the rule's unit.
    pub const fn length(&self) -> usize {
        self.length
    }

    /// Finishes parsing and returns the range of the trimmed name, in the input's code units. Returns
    /// `None` for empty input if the name is optional.
    ///
    /// # Errors
    /// Returns a [`NameError`] if the text isn't a valid name.
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

/// Decodes the UTF-16 code units of a JavaScript string.
///
/// The usual conversions silently replace unpaired surrogates with U+FFFD. To have them reported
/// instead, decode form fields with this function first.
///
/// # Errors
/// Returns [`NameError::LoneSurrogate`] with the position of the first unpaired surrogate.
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

/// Returns whether Cinder trims a character from names, as Python's `str.strip()` does.
///
/// Python removes Unicode whitespace and U+001C to U+001F. Rust's and JavaScript's `trim` keep the
/// latter. U+FEFF and U+200B aren't removed.
pub(crate) const fn is_trimmed(char: char) -> bool {
    matches!(
        char,
        '\t'..='\r' | '\x1c'..=' ' | '\u{85}' | '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}'
            | '\u{2028}' | '\u{2029}' | '\u{202f}' | '\u{205f}' | '\u{3000}'
    )
}
