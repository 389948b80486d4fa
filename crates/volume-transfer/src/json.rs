//! JSON: a text written, and a document read from a stream of bytes with nothing allocated.

use crate::lanes;
use crate::loose::Scalar;
use alloc::string::String;

/// Adds a text as it stands between the quotes of a JSON string.
pub(crate) fn escape(to: &mut String, text: &str) {
    for char in text.chars() {
        match char {
            '"' | '\\' => to.extend(['\\', char]),
            '\0'..='\x1f' => {
                let digit = char::from_digit(u32::from(char) % 16, 16).unwrap_or('0');
                to.extend(['\\', 'u', '0', '0', if char < '\x10' { '0' } else { '1' }, digit]);
            }
            _ => to.push(char),
        }
    }
}

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

/// How many bytes of a part are left from where a value begins, and from where it has ended. What
/// it says of a value that began in an earlier part has no meaning.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Left {
    pub(crate) begun: usize,
    pub(crate) ended: usize,
}

/// How much of a text is kept, in bytes: more than any text that the rules look for has.
pub(crate) const KEPT: usize = 40;

/// How deep a document may be nested: one bit for each level.
const DEEPEST: u32 = u64::BITS;

pub(crate) static WORDS: [(&[u8], Scalar<'_>); 3] =
    [(b"true", Scalar::Bool(true)), (b"false", Scalar::Bool(false)), (b"null", Scalar::Other)];

/// Reads a document that comes in parts of any size. It takes what RFC 8259 takes, but for
/// nesting of more than 64 levels; only whether texts are valid UTF-8 it does not look at.
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
}

/// What was read last, and so what may come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
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
    Hex4,
    Hex3,
    Hex2,
    Hex1,
    /// `true`, `false` or `null`.
    Word,
    Minus,
    Zero,
    Whole,
    Dot,
    Decimal,
    E,
    Sign,
    Exponent,
}

use State as S;

/// Every one, in the order in which they are declared.
const STATES: [State; 21] = [
    S::Value,
    S::FirstItem,
    S::FirstKey,
    S::Key,
    S::Colon,
    S::After,
    S::Text,
    S::Escape,
    S::Hex4,
    S::Hex3,
    S::Hex2,
    S::Hex1,
    S::Word,
    S::Minus,
    S::Zero,
    S::Whole,
    S::Dot,
    S::Decimal,
    S::E,
    S::Sign,
    S::Exponent,
];

/// What is to be done about a byte, beside taking on the next state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
enum Action {
    Pass,
    /// The byte belongs to a text or number.
    Keep,
    /// The byte of an escape stands for another.
    Unescape,
    HexDigit,
    LastHexDigit,
    BeginKey,
    BeginText,
    /// The first byte of a word or number.
    Begin,
    EndText,
    /// These two end where something else begins, which is still to be looked at.
    EndWord,
    EndNumber,
    OpenObject,
    OpenArray,
    CloseObject,
    CloseArray,
    Comma,
    Refuse,
}

/// The grammar. It is asked while compiling: at run time there is the table that it makes.
const fn rule(state: State, byte: u8) -> (State, Action) {
    use Action as A;
    match (state, byte) {
        (S::Text, b'"') => (S::After, A::EndText),
        (S::Text, b'\\') => (S::Escape, A::Pass),
        (S::Text, b' '..) => (S::Text, A::Keep),
        (S::Escape, b'u') => (S::Hex4, A::Pass),
        (S::Escape, b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {
            (S::Text, A::Unescape)
        }
        (S::Hex4, b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F') => (S::Hex3, A::HexDigit),
        (S::Hex3, b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F') => (S::Hex2, A::HexDigit),
        (S::Hex2, b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F') => (S::Hex1, A::HexDigit),
        (S::Hex1, b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F') => (S::Text, A::LastHexDigit),

        (S::Minus, b'0') => (S::Zero, A::Keep),
        (S::Minus | S::Whole, b'0'..=b'9') => (S::Whole, A::Keep),
        (S::Zero | S::Whole, b'.') => (S::Dot, A::Keep),
        (S::Dot | S::Decimal, b'0'..=b'9') => (S::Decimal, A::Keep),
        (S::Zero | S::Whole | S::Decimal, b'e' | b'E') => (S::E, A::Keep),
        (S::E, b'+' | b'-') => (S::Sign, A::Keep),
        (S::E | S::Sign | S::Exponent, b'0'..=b'9') => (S::Exponent, A::Keep),
        (S::Zero | S::Whole | S::Decimal | S::Exponent, _) => (S::After, A::EndNumber),

        (S::Word, b'a'..=b'z') => (S::Word, A::Keep),
        (S::Word, _) => (S::After, A::EndWord),

        (
            S::Value | S::FirstItem | S::FirstKey | S::Key | S::Colon | S::After,
            b' ' | b'\t' | b'\n' | b'\r',
        ) => (state, A::Pass),
        (S::FirstKey | S::Key, b'"') => (S::Text, A::BeginKey),
        (S::Colon, b':') => (S::Value, A::Pass),
        (S::FirstKey | S::After, b'}') => (S::After, A::CloseObject),
        (S::FirstItem | S::After, b']') => (S::After, A::CloseArray),
        (S::After, b',') => (S::Value, A::Comma),
        (S::Value | S::FirstItem, b'"') => (S::Text, A::BeginText),
        (S::Value | S::FirstItem, b'{') => (S::FirstKey, A::OpenObject),
        (S::Value | S::FirstItem, b'[') => (S::FirstItem, A::OpenArray),
        (S::Value | S::FirstItem, b'a'..=b'z') => (S::Word, A::Begin),
        (S::Value | S::FirstItem, b'-') => (S::Minus, A::Begin),
        (S::Value | S::FirstItem, b'0') => (S::Zero, A::Begin),
        (S::Value | S::FirstItem, b'1'..=b'9') => (S::Whole, A::Begin),
        (_, _) => (state, A::Refuse),
    }
}

/// One byte for each kind that the grammar tells apart.
const KINDS: &[u8] = b"\0\t \"\\/{}[]:,+-.01abenugFE~";

/// The byte that stands for all of its kind.
const fn kind(byte: u8) -> u8 {
    match byte {
        b'\t' | b'\n' | b'\r' => b'\t',
        b'"' | b'\\' | b'/' | b'{' | b'}' | b'[' | b']' | b':' | b',' | b'+' | b'-' | b'.' => byte,
        b' ' | b'0' | b'e' | b'E' | b'u' => byte,
        b'1'..=b'9' => b'1',
        b'b' | b'f' => b'b',
        b'a' | b'c' | b'd' => b'a',
        b'n' | b'r' | b't' => b'n',
        b'A'..=b'F' => b'F',
        b'a'..=b'z' => b'g',
        0..=0x1f => 0,
        // May stand in texts and nowhere else, as what is not ASCII.
        _ => b'~',
    }
}

/// What [`rule`] says of every state, and of every kind of byte.
#[allow(
    clippy::indexing_slicing,
    reason = "made while compiling, which fails where it would panic"
)]
static RULES: [[(State, Action); KINDS.len()]; STATES.len()] = {
    let mut rules = [[(State::Value, Action::Refuse); KINDS.len()]; STATES.len()];
    let mut state = 0;
    while state < STATES.len() {
        let mut kind = 0;
        while kind < KINDS.len() {
            rules[state][kind] = rule(STATES[state], KINDS[kind]);
            kind += 1;
        }
        state += 1;
    }
    rules
};

/// The place in [`KINDS`] of every byte.
#[allow(
    clippy::indexing_slicing,
    reason = "made while compiling, which fails where it would panic"
)]
static KIND: [u8; 256] = {
    let mut places = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut place = 0;
        while KINDS[place] != kind(byte as u8) {
            place += 1;
        }
        places[byte] = place as u8;
        byte += 1;
    }
    places
};

impl Reader {
    pub(crate) const fn new() -> Reader {
        Reader {
            state: State::Value,
            nesting: 0,
            depth: 0,
            key: false,
            text: [0; KEPT],
            length: 0,
            code: 0,
            begun: 0,
            wanted: false,
        }
    }

    /// Reads the next part; what is left of it where the visitor wants to stop, or else `None`.
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
        let kind = KIND.get(usize::from(byte)).copied().map_or(0, usize::from);
        let row = RULES.get(self.state as usize).ok_or(Refused)?;
        let (state, action) = *row.get(kind).ok_or(Refused)?;
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
                let word = WORDS.iter().find(|(word, _)| *word == self.kept()).ok_or(Refused)?;
                visitor.scalar(word.1, self.since(left))?;
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
