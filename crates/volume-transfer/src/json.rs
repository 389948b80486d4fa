//! JSON with nothing allocated: a text written, and a document read from a stream of bytes.

use crate::loose::Scalar;
use core::fmt::{self, Write};

/// Writes a text as a JSON string, quotes included.
pub(crate) fn write_string(out: &mut impl Write, text: &str) -> fmt::Result {
    out.write_char('"')?;
    for char in text.chars() {
        match char {
            '"' => out.write_str("\\\"")?,
            '\\' => out.write_str("\\\\")?,
            '\n' => out.write_str("\\n")?,
            '\r' => out.write_str("\\r")?,
            '\t' => out.write_str("\\t")?,
            '\0'..='\x1f' => {
                out.write_str("\\u00")?;
                out.write_char(if char < '\x10' { '0' } else { '1' })?;
                out.write_char(char::from_digit(u32::from(char) % 16, 16).unwrap_or('0'))?;
            }
            _ => out.write_char(char)?,
        }
    }
    out.write_char('"')
}

/// The document is not JSON, or not what its reader wants.
#[derive(Debug)]
pub(crate) struct Refused;

/// What a [`Reader`] tells of a document, in the order in which it stands there.
pub(crate) trait Visit {
    /// An object's key; its value comes next. Of a long one only the first [`KEPT`] bytes are here.
    fn key(&mut self, text: &[u8]);
    /// A value without parts; `Scalar::Other` is `null`, or a number that is no whole one.
    fn scalar(&mut self, scalar: Scalar<'_>) -> Result<(), Refused>;
    /// The beginning of an object, or of an array.
    fn open(&mut self, object: bool) -> Result<(), Refused>;
    /// The end of what was opened last.
    fn close(&mut self);
}

/// How much of a text is kept, in bytes: more than any text that the rules look for has.
pub(crate) const KEPT: usize = 40;

/// How deep a document may be nested: one bit for each level.
const DEEPEST: u32 = u128::BITS;

/// Reads a document that comes in parts of any size. It takes what RFC 8259 takes, but for
/// nesting of more than 128 levels; only whether texts are valid UTF-8 it does not look at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader {
    state: State,
    /// What is open, the innermost in the lowest bit: 1 for an object, 0 for an array.
    nesting: u128,
    depth: u32,
    /// Whether the text being read is a key.
    key: bool,
    text: [u8; KEPT],
    length: usize,
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// A value must come.
    Value,
    /// A value may come, or the end of the array.
    FirstItem,
    /// A key may come, or the end of the object.
    FirstKey,
    Key,
    Colon,
    /// A value is over: a comma, the end of what it is in, or that of the document.
    After,
    Text,
    Escape,
    /// So many hex digits of an escape are missing.
    Hex(u8, u32),
    /// The rest of `true`, `false` or `null`.
    Word(&'static [u8], Scalar<'static>),
    Number(Number),
}

/// The last character of a number.
#[derive(Clone, Copy, Debug)]
enum Number {
    Minus,
    Zero,
    Digit,
    Dot,
    Decimal,
    E,
    Sign,
    Exponent,
}

impl Number {
    const fn first(byte: u8) -> Option<Number> {
        match byte {
            b'-' => Some(Number::Minus),
            b'0' => Some(Number::Zero),
            b'1'..=b'9' => Some(Number::Digit),
            _ => None,
        }
    }

    const fn next(self, byte: u8) -> Option<Number> {
        Some(match (self, byte) {
            (Number::Minus, b'0') => Number::Zero,
            (Number::Minus | Number::Digit, b'0'..=b'9') => Number::Digit,
            (Number::Zero | Number::Digit, b'.') => Number::Dot,
            (Number::Dot | Number::Decimal, b'0'..=b'9') => Number::Decimal,
            (Number::Zero | Number::Digit | Number::Decimal, b'e' | b'E') => Number::E,
            (Number::E, b'+' | b'-') => Number::Sign,
            (Number::E | Number::Sign | Number::Exponent, b'0'..=b'9') => Number::Exponent,
            (_, _) => return None,
        })
    }

    const fn is_whole(self) -> bool {
        match self {
            Number::Zero | Number::Digit | Number::Decimal | Number::Exponent => true,
            Number::Minus | Number::Dot | Number::E | Number::Sign => false,
        }
    }
}

impl Reader {
    pub(crate) const fn new() -> Reader {
        Reader { state: State::Value, nesting: 0, depth: 0, key: false, text: [0; KEPT], length: 0 }
    }

    /// Reads the next part; `Err` with what is left of it where the document can't go on so.
    pub(crate) fn push<'a>(
        &mut self,
        mut part: &'a [u8],
        visitor: &mut impl Visit,
    ) -> Result<(), &'a [u8]> {
        while let Some((byte, rest)) = part.split_first() {
            if let State::Text = self.state {
                // Most of a list is texts that nobody asks for.
                let special = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..=0x1f);
                let plain = part.iter().position(special).unwrap_or(part.len());
                if let Some((text, rest)) = part.split_at_checked(plain).filter(|_| plain > 0) {
                    self.keep(text);
                    part = rest;
                    continue;
                }
            }
            self.step(*byte, visitor).map_err(|Refused| part)?;
            part = rest;
        }
        Ok(())
    }

    /// Whether the document is over, and nothing but white space may follow.
    pub(crate) const fn is_over(&self) -> bool {
        matches!(self.state, State::After) && self.depth == 0
    }

    fn keep(&mut self, text: &[u8]) {
        for (to, from) in self.text.iter_mut().skip(self.length).zip(text) {
            *to = *from;
        }
        self.length = KEPT.min(self.length + text.len());
    }

    fn kept(&self) -> &[u8] {
        self.text.get(..self.length).unwrap_or_default()
    }

    const fn in_object(&self) -> bool {
        self.depth > 0 && self.nesting & 1 == 1
    }

    const fn in_array(&self) -> bool {
        self.depth > 0 && self.nesting & 1 == 0
    }

    fn step(&mut self, byte: u8, visitor: &mut impl Visit) -> Result<(), Refused> {
        self.state = match (self.state, byte) {
            (State::Number(number), _) => match number.next(byte) {
                Some(number) => {
                    self.keep(&[byte]);
                    State::Number(number)
                }
                None if number.is_whole() => {
                    let text = core::str::from_utf8(self.kept()).unwrap_or_default();
                    visitor.scalar(text.parse().map_or(Scalar::Other, Scalar::Unsigned))?;
                    // A number ends where something else begins.
                    self.state = State::After;
                    return self.step(byte, visitor);
                }
                None => return Err(Refused),
            },
            (State::Text, b'"') if self.key => {
                visitor.key(self.kept());
                State::Colon
            }
            (State::Text, b'"') => {
                visitor.scalar(Scalar::Text(self.kept()))?;
                State::After
            }
            (State::Text, b'\\') => State::Escape,
            (State::Text, 0..=0x1f) => return Err(Refused),
            (State::Text, _) => {
                self.keep(&[byte]);
                State::Text
            }
            (State::Escape, b'u') => State::Hex(4, 0),
            (State::Escape, _) => {
                let meant = match byte {
                    b'"' | b'\\' | b'/' => byte,
                    b'b' => 0x08,
                    b'f' => 0x0c,
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    _ => return Err(Refused),
                };
                self.keep(&[meant]);
                State::Text
            }
            (State::Hex(missing, code), _) => {
                let digit = char::from(byte).to_digit(16).ok_or(Refused)?;
                let code = code * 16 + digit;
                if missing > 1 {
                    State::Hex(missing - 1, code)
                } else {
                    // No text that the rules look for has any but ASCII characters.
                    self.keep(&[u8::try_from(code).ok().filter(u8::is_ascii).unwrap_or(0xff)]);
                    State::Text
                }
            }
            (State::Word(word, scalar), _) => match word.split_first() {
                Some((expected, rest)) if *expected == byte => {
                    if rest.is_empty() {
                        visitor.scalar(scalar)?;
                        State::After
                    } else {
                        State::Word(rest, scalar)
                    }
                }
                _ => return Err(Refused),
            },
            (state, b' ' | b'\t' | b'\n' | b'\r') => state,
            (State::FirstItem | State::After, b']') if self.in_array() => self.close(visitor),
            (State::FirstKey | State::After, b'}') if self.in_object() => self.close(visitor),
            (State::After, b',') if self.in_object() => State::Key,
            (State::After, b',') if self.in_array() => State::Value,
            (State::Colon, b':') => State::Value,
            (State::FirstKey | State::Key, b'"') => self.begin(true, State::Text),
            (State::Value | State::FirstItem, _) => match byte {
                b'"' => self.begin(false, State::Text),
                b'{' => self.open(true, visitor)?,
                b'[' => self.open(false, visitor)?,
                b't' => State::Word(b"rue", Scalar::Bool(true)),
                b'f' => State::Word(b"alse", Scalar::Bool(false)),
                b'n' => State::Word(b"ull", Scalar::Other),
                _ => {
                    let number = Number::first(byte).ok_or(Refused)?;
                    let state = self.begin(false, State::Number(number));
                    self.keep(&[byte]);
                    state
                }
            },
            (State::FirstKey | State::Key | State::Colon | State::After, _) => return Err(Refused),
        };
        Ok(())
    }

    const fn begin(&mut self, key: bool, state: State) -> State {
        self.key = key;
        self.length = 0;
        state
    }

    fn open(&mut self, object: bool, visitor: &mut impl Visit) -> Result<State, Refused> {
        if self.depth == DEEPEST {
            return Err(Refused);
        }
        self.depth += 1;
        self.nesting = self.nesting << 1 | u128::from(object);
        visitor.open(object)?;
        Ok(if object { State::FirstKey } else { State::FirstItem })
    }

    fn close(&mut self, visitor: &mut impl Visit) -> State {
        self.depth -= 1;
        self.nesting >>= 1;
        visitor.close();
        State::After
    }
}
