//! Parses a JSON document from a stream of bytes, without allocating.

use super::grammar::{self, Action, State};
use crate::lanes;
use crate::loose::Scalar;
use core::ops::Range;

/// The error for a document that isn't JSON, or that the handler rejects.
#[derive(Debug)]
pub(crate) struct Invalid;

/// Receives the events of a [`Parser`] in document order.
pub(crate) trait Handler {
    /// Returns whether the content of the string that has just begun is needed.
    fn wants(&self, key: bool) -> bool;
    /// Called for a key, before its value. A long key is truncated to [`MAX_TEXT`] bytes, and one
    /// that isn't needed is empty.
    fn key(&mut self, text: &[u8]);
    /// Called for a scalar value. A whole number of at most 19 digits is passed as text.
    fn scalar(&mut self, scalar: Scalar<'_>, left: Left) -> Result<(), Invalid>;
    /// Called at the start of an object or array.
    fn open(&mut self, object: bool) -> Result<(), Invalid>;
    /// Called at the end of the innermost object or array.
    fn close(&mut self);
    /// Returns whether the parser must pause after the last event.
    fn should_pause(&mut self) -> bool;
}

/// A value's position, counted backward from the end of the chunk, in bytes. The value may start in
/// an earlier chunk.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Left {
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl Left {
    /// Returns the byte range in the document, given the position of the chunk's end.
    pub(crate) const fn range(self, end: usize) -> Range<usize> {
        end - self.start..end - self.end
    }
}

/// How many bytes of a string are kept. The rules compare strings only with ones shorter than this.
pub(crate) const MAX_TEXT: usize = 40;

/// The maximum nesting depth: one bit for each level.
const MAX_DEPTH: u32 = u64::BITS;

pub(crate) static LITERALS: [(&[u8], Scalar<'_>); 3] =
    [(b"true", Scalar::Bool(true)), (b"false", Scalar::Bool(false)), (b"null", Scalar::Null)];

/// Non-finite numbers, as Python's `json` writes them. They make only the value unreadable, not the
/// whole document.
static NON_FINITE: [&[u8]; 3] = [b"NaN", b"Infinity", b"-Infinity"];

/// Parses a document in chunks of any size.
///
/// Accepts JSON as defined by RFC 8259, nested up to 64 levels deep. Also accepts byte order marks
/// before the document and Python's non-finite numbers. Doesn't check that strings are valid UTF-8.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parser {
    state: State,
    /// The open objects (1) and arrays (0), the innermost in the lowest bit.
    nesting: u64,
    depth: u32,
    /// Whether the text being read is a key.
    key: bool,
    text: [u8; MAX_TEXT],
    length: usize,
    /// The code unit of an escape, from the hex digits read so far.
    code: u16,
    /// The number of bytes from the value's start to the end of the chunk.
    begun: usize,
    wanted: bool,
    /// The number of bytes parsed one by one.
    #[cfg(test)]
    pub(crate) steps: usize,
}

impl Parser {
    pub(crate) const fn new() -> Parser {
        Parser {
            state: State::Start,
            nesting: 0,
            depth: 0,
            key: false,
            text: [0; MAX_TEXT],
            length: 0,
            code: 0,
            begun: 0,
            wanted: false,
            #[cfg(test)]
            steps: 0,
        }
    }

    /// Starts a chunk of `length` bytes.
    pub(crate) const fn begin_chunk(&mut self, length: usize) {
        self.begun += length;
    }

    /// Parses a chunk, or the rest of one. Returns what is left if the handler pauses, otherwise
    /// `None`.
    ///
    /// # Errors
    /// Returns the rest of the chunk, starting at the invalid byte.
    pub(crate) fn push<'a>(
        &mut self,
        mut chunk: &'a [u8],
        handler: &mut impl Handler,
    ) -> Result<Option<&'a [u8]>, &'a [u8]> {
        while let Some((byte, rest)) = chunk.split_first() {
            if let State::Text = self.state {
                // Most of a list consists of strings that aren't needed.
                let plain = lanes::plain(chunk);
                if let Some((text, rest)) = chunk.split_at_checked(plain).filter(|_| plain > 0) {
                    self.keep(text);
                    chunk = rest;
                    continue;
                }
            }
            if self.step(*byte, chunk.len(), handler).map_err(|Invalid| chunk)? {
                chunk = rest;
            }
            if handler.should_pause() {
                return Ok(Some(chunk));
            }
        }
        Ok(None)
    }

    /// Continues after a value that was matched elsewhere.
    pub(crate) const fn skip_value(&mut self) {
        self.state = State::After;
    }

    /// Continues after the start of an object that was matched elsewhere.
    pub(crate) const fn open(&mut self) {
        self.state = State::FirstKey;
        self.depth += 1;
        self.nesting = self.nesting << 1 | 1;
    }

    /// Returns whether an object has just begun.
    pub(crate) const fn at_object_start(&self) -> bool {
        matches!(self.state, State::FirstKey)
    }

    /// Continues after the end of an object or array that was matched elsewhere.
    pub(crate) const fn close(&mut self) {
        self.state = State::After;
        self.depth -= 1;
        self.nesting >>= 1;
    }

    /// Returns whether the document is complete: only whitespace may follow.
    pub(crate) const fn is_complete(&self) -> bool {
        matches!(self.state, State::After) && self.depth == 0
    }

    fn keep(&mut self, text: &[u8]) {
        if !self.wanted {
            return;
        }
        for (to, from) in self.text.iter_mut().skip(self.length).zip(text) {
            *to = *from;
        }
        self.length = MAX_TEXT.min(self.length + text.len());
    }

    /// Returns the position of the current value.
    const fn position(&self, end: usize) -> Left {
        Left { start: self.begun, end }
    }

    fn kept(&self) -> &[u8] {
        self.text.get(..self.length).unwrap_or_default()
    }

    const fn begin(&mut self, key: bool, left: usize, wanted: bool) {
        (self.key, self.length, self.begun, self.wanted) = (key, 0, left, wanted);
    }

    /// Handles a byte, and returns whether it was consumed. `left` is the number of bytes from this
    /// byte to the end of the chunk.
    fn step(&mut self, byte: u8, left: usize, handler: &mut impl Handler) -> Result<bool, Invalid> {
        #[cfg(test)]
        {
            self.steps += 1;
        }
        let (state, action) = grammar::next(self.state, byte).ok_or(Invalid)?;
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
                    // The rules compare strings only with ASCII text.
                    self.keep(&[if self.code < 0x80 { self.code.to_le_bytes()[0] } else { 0xff }]);
                }
            }
            Action::BeginKey => self.begin(true, left, handler.wants(true)),
            Action::BeginText => self.begin(false, left, handler.wants(false)),
            Action::Begin => {
                self.begin(false, left, true);
                self.keep(&[byte]);
            }
            Action::EndText if self.key => {
                handler.key(self.kept());
                self.state = State::Colon;
            }
            Action::EndText => {
                handler.scalar(Scalar::Text(self.kept()), self.position(left - 1))?
            }
            Action::EndWord => {
                let word = LITERALS.iter().find(|(word, _)| *word == self.kept());
                let scalar = match word {
                    Some((_, scalar)) => *scalar,
                    None if NON_FINITE.contains(&self.kept()) => Scalar::Other,
                    None => return Err(Invalid),
                };
                handler.scalar(scalar, self.position(left))?;
                return Ok(false);
            }
            Action::EndNumber => {
                let number = self.kept();
                let whole = number.len() <= 19 && number.iter().all(u8::is_ascii_digit);
                let number = if whole { Scalar::Text(number) } else { Scalar::Other };
                handler.scalar(number, self.position(left))?;
                return Ok(false);
            }
            Action::OpenObject | Action::OpenArray => {
                if self.depth == MAX_DEPTH {
                    return Err(Invalid);
                }
                let object = matches!(action, Action::OpenObject);
                self.depth += 1;
                self.nesting = self.nesting << 1 | u64::from(object);
                handler.open(object)?;
            }
            Action::CloseObject | Action::CloseArray => {
                if self.in_object()? != matches!(action, Action::CloseObject) {
                    return Err(Invalid);
                }
                self.close();
                handler.close();
            }
            Action::Comma => {
                if self.in_object()? {
                    self.state = State::Key;
                }
            }
            Action::Reject => return Err(Invalid),
        }
        Ok(true)
    }

    /// Returns whether the innermost open value is an object.
    const fn in_object(&self) -> Result<bool, Invalid> {
        if self.depth == 0 { Err(Invalid) } else { Ok(self.nesting & 1 == 1) }
    }
}
