//! Parses a JSON document from a stream of bytes, without allocating.

use super::grammar::{self, Action, State};
use crate::lanes;
use crate::loose::Scalar;
use core::ops::Range;

/// The document is not JSON, or not what its reader wants.
#[derive(Debug)]
pub(crate) struct Refused;

/// What a [`Reader`] tells of a document, in the order in which it stands there.
pub(crate) trait Visit {
    /// Whether it is worth knowing what the text says that begins, a key or a value.
    fn wants(&self, key: bool) -> bool;
    /// An object's key; its value comes next. Of a long one only the first [`KEPT`] bytes are here,
    /// and of one that was not wanted none.
    fn key(&mut self, text: &[u8]);
    /// A value without parts; a number of at most 19 digits and nothing else is a text.
    fn scalar(&mut self, scalar: Scalar<'_>, left: Left) -> Result<(), Refused>;
    /// The beginning of an object, or of an array.
    fn open(&mut self, object: bool) -> Result<(), Refused>;
    /// The end of what was opened last.
    fn close(&mut self);
    /// Whether the reader is to stop behind what it has just told of.
    fn stops(&mut self) -> bool;
}

/// How many bytes are left to the end of the part from where a value begins, which may be in an
/// earlier one, and from where it has ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Left {
    pub(crate) begun: usize,
    pub(crate) ended: usize,
}

impl Left {
    /// Where the value stands, if the part ends so many bytes behind the beginning.
    pub(crate) const fn places(self, end: usize) -> Range<usize> {
        end - self.begun..end - self.ended
    }
}

/// How much of a text is kept, in bytes: more than any text that the rules look for has.
pub(crate) const KEPT: usize = 40;

/// How deep a document may be nested: one bit for each level.
const DEEPEST: u32 = u64::BITS;

pub(crate) static WORDS: [(&[u8], Scalar<'_>); 3] =
    [(b"true", Scalar::Bool(true)), (b"false", Scalar::Bool(false)), (b"null", Scalar::Null)];

/// What Python's `json` writes of numbers that JSON has no way to write. A service that lets one
/// out is read all the same: the value is unreadable, and nothing beside it.
static NO_NUMBERS: [&[u8]; 3] = [b"NaN", b"Infinity", b"-Infinity"];

/// Reads a document that comes in parts of any size. It takes what RFC 8259 takes, except nesting of
/// more than 64 levels; also byte order marks before the document, and numbers that are none as
/// Python writes them. It doesn't check that texts are valid UTF-8.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader {
    state: State,
    /// What is open, the innermost in the lowest bit: 1 for an object, 0 for an array.
    nesting: u64,
    depth: u32,
    /// Whether the text being read is a key.
    key: bool,
    text: [u8; KEPT],
    length: usize,
    /// The hex digits of an escape so far.
    code: u16,
    /// How many bytes were left where the value began.
    begun: usize,
    wanted: bool,
    /// How many bytes were read one by one.
    #[cfg(test)]
    pub(crate) steps: usize,
}

impl Reader {
    pub(crate) const fn new() -> Reader {
        Reader {
            state: State::Start,
            nesting: 0,
            depth: 0,
            key: false,
            text: [0; KEPT],
            length: 0,
            code: 0,
            begun: 0,
            wanted: false,
            #[cfg(test)]
            steps: 0,
        }
    }

    /// Another part comes, of so many bytes.
    pub(crate) const fn begin_part(&mut self, length: usize) {
        self.begun += length;
    }

    /// Reads the next part, or on in it; what is left of it where the visitor wants to stop, or else `None`.
    ///
    /// # Errors
    /// With what is left of it where the document can't go on so.
    pub(crate) fn push<'a>(
        &mut self,
        mut part: &'a [u8],
        visitor: &mut impl Visit,
    ) -> Result<Option<&'a [u8]>, &'a [u8]> {
        while let Some((byte, rest)) = part.split_first() {
            if let State::Text = self.state {
                // Most of a list is texts that nobody asks for.
                let plain = lanes::plain(part);
                if let Some((text, rest)) = part.split_at_checked(plain).filter(|_| plain > 0) {
                    self.keep(text);
                    part = rest;
                    continue;
                }
            }
            if self.step(*byte, part.len(), visitor).map_err(|Refused| part)? {
                part = rest;
            }
            if visitor.stops() {
                return Ok(Some(part));
            }
        }
        Ok(None)
    }

    /// Somebody else has read up to behind a value.
    pub(crate) const fn skip_value(&mut self) {
        self.state = State::After;
    }

    /// Somebody else has read up to behind the beginning of an object.
    pub(crate) const fn open(&mut self) {
        self.state = State::FirstKey;
        self.depth += 1;
        self.nesting = self.nesting << 1 | 1;
    }

    /// Whether an object has just begun.
    pub(crate) const fn is_fresh(&self) -> bool {
        matches!(self.state, State::FirstKey)
    }

    /// Somebody else has read up to behind what is open.
    pub(crate) const fn close(&mut self) {
        self.state = State::After;
        self.depth -= 1;
        self.nesting >>= 1;
    }

    /// Whether the document is over, and nothing but white space may follow.
    pub(crate) const fn is_over(&self) -> bool {
        matches!(self.state, State::After) && self.depth == 0
    }

    fn keep(&mut self, text: &[u8]) {
        if !self.wanted {
            return;
        }
        for (to, from) in self.text.iter_mut().skip(self.length).zip(text) {
            *to = *from;
        }
        self.length = KEPT.min(self.length + text.len());
    }

    const fn since(&self, ended: usize) -> Left {
        Left { begun: self.begun, ended }
    }

    fn kept(&self) -> &[u8] {
        self.text.get(..self.length).unwrap_or_default()
    }

    const fn begin(&mut self, key: bool, left: usize, wanted: bool) {
        (self.key, self.length, self.begun, self.wanted) = (key, 0, left, wanted);
    }

    /// Takes a byte; whether it is done with. `left` is how many there are from it on.
    fn step(&mut self, byte: u8, left: usize, visitor: &mut impl Visit) -> Result<bool, Refused> {
        #[cfg(test)]
        {
            self.steps += 1;
        }
        let (state, action) = grammar::next(self.state, byte).ok_or(Refused)?;
        self.state = state;
        match action {
            Action::Pass => {}
            Action::Keep => self.keep(&[byte]),
            Action::Unescape => self.keep(&[match byte {
                b'b' => 0x08,
                b'f' => 0x0c,
                b'n' => b'\n',
                b'r' => b'\r',
                b't' => b'\t',
                _ => byte,
            }]),
            Action::HexDigit | Action::LastHexDigit => {
                let digit = if byte <= b'9' { byte - b'0' } else { (byte | 0x20) - b'a' + 10 };
                self.code = self.code << 4 | u16::from(digit);
                if let Action::LastHexDigit = action {
                    // No text that the rules look for has any but ASCII characters.
                    self.keep(&[if self.code < 0x80 { self.code.to_le_bytes()[0] } else { 0xff }]);
                }
            }
            Action::BeginKey => self.begin(true, left, visitor.wants(true)),
            Action::BeginText => self.begin(false, left, visitor.wants(false)),
            Action::Begin => {
                self.begin(false, left, true);
                self.keep(&[byte]);
            }
            Action::EndText if self.key => {
                visitor.key(self.kept());
                self.state = State::Colon;
            }
            Action::EndText => visitor.scalar(Scalar::Text(self.kept()), self.since(left - 1))?,
            Action::EndWord => {
                let word = WORDS.iter().find(|(word, _)| *word == self.kept());
                let scalar = match word {
                    Some((_, scalar)) => *scalar,
                    None if NO_NUMBERS.contains(&self.kept()) => Scalar::Other,
                    None => return Err(Refused),
                };
                visitor.scalar(scalar, self.since(left))?;
                return Ok(false);
            }
            Action::EndNumber => {
                let number = self.kept();
                let whole = number.len() <= 19 && number.iter().all(u8::is_ascii_digit);
                let number = if whole { Scalar::Text(number) } else { Scalar::Other };
                visitor.scalar(number, self.since(left))?;
                return Ok(false);
            }
            Action::OpenObject | Action::OpenArray => {
                if self.depth == DEEPEST {
                    return Err(Refused);
                }
                let object = matches!(action, Action::OpenObject);
                self.depth += 1;
                self.nesting = self.nesting << 1 | u64::from(object);
                visitor.open(object)?;
            }
            Action::CloseObject | Action::CloseArray => {
                if self.in_object()? != matches!(action, Action::CloseObject) {
                    return Err(Refused);
                }
                self.close();
                visitor.close();
            }
            Action::Comma => {
                if self.in_object()? {
                    self.state = State::Key;
                }
            }
            Action::Refuse => return Err(Refused),
        }
        Ok(true)
    }

    /// Whether the innermost of what is open is an object.
    const fn in_object(&self) -> Result<bool, Refused> {
        if self.depth == 0 { Err(Refused) } else { Ok(self.nesting & 1 == 1) }
    }
}
