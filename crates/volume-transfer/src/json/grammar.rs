//! The grammar of JSON: what may come where, byte by byte, and what is to be done about it.

/// What was read last, and so what may come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum State {
    /// The document may begin, or a byte order mark before it.
    Start,
    Mark2,
    Mark3,
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
    /// `true`, `false` or `null`; or what Python writes of a number that is none: `NaN`, `Infinity`.
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
const STATES: [State; 24] = [
    S::Start,
    S::Mark2,
    S::Mark3,
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
pub(crate) enum Action {
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

        (S::Minus, b'N' | b'I') => (S::Word, A::Keep),
        (S::Minus, b'0') => (S::Zero, A::Keep),
        (S::Minus | S::Whole, b'0'..=b'9') => (S::Whole, A::Keep),
        (S::Zero | S::Whole, b'.') => (S::Dot, A::Keep),
        (S::Dot | S::Decimal, b'0'..=b'9') => (S::Decimal, A::Keep),
        (S::Zero | S::Whole | S::Decimal, b'e' | b'E') => (S::E, A::Keep),
        (S::E, b'+' | b'-') => (S::Sign, A::Keep),
        (S::E | S::Sign | S::Exponent, b'0'..=b'9') => (S::Exponent, A::Keep),
        (S::Zero | S::Whole | S::Decimal | S::Exponent, _) => (S::After, A::EndNumber),

        (S::Word, b'a'..=b'z' | b'N' | b'I') => (S::Word, A::Keep),
        (S::Word, _) => (S::After, A::EndWord),

        (S::Start, 0xef) => (S::Mark2, A::Pass),
        (S::Mark2, 0xbb) => (S::Mark3, A::Pass),
        (S::Mark3, 0xbf) => (S::Start, A::Pass),
        (
            S::Start | S::Value | S::FirstItem | S::FirstKey | S::Key | S::Colon | S::After,
            b' ' | b'\t' | b'\n' | b'\r',
        ) => (state, A::Pass),
        (S::FirstKey | S::Key, b'"') => (S::Text, A::BeginKey),
        (S::Colon, b':') => (S::Value, A::Pass),
        (S::FirstKey | S::After, b'}') => (S::After, A::CloseObject),
        (S::FirstItem | S::After, b']') => (S::After, A::CloseArray),
        (S::After, b',') => (S::Value, A::Comma),
        (S::Start | S::Value | S::FirstItem, b'"') => (S::Text, A::BeginText),
        (S::Start | S::Value | S::FirstItem, b'{') => (S::FirstKey, A::OpenObject),
        (S::Start | S::Value | S::FirstItem, b'[') => (S::FirstItem, A::OpenArray),
        (S::Start | S::Value | S::FirstItem, b'a'..=b'z' | b'N' | b'I') => (S::Word, A::Begin),
        (S::Start | S::Value | S::FirstItem, b'-') => (S::Minus, A::Begin),
        (S::Start | S::Value | S::FirstItem, b'0') => (S::Zero, A::Begin),
        (S::Start | S::Value | S::FirstItem, b'1'..=b'9') => (S::Whole, A::Begin),
        (_, _) => (state, A::Refuse),
    }
}

/// One byte for each kind that the grammar tells apart.
const KINDS: &[u8] = b"\0\t \"\\/{}[]:,+-.01abenugFEN\xef\xbb\xbf~";

/// The byte that stands for all of its kind.
const fn kind(byte: u8) -> u8 {
    match byte {
        b'\t' | b'\n' | b'\r' => b'\t',
        b'"' | b'\\' | b'/' | b'{' | b'}' | b'[' | b']' | b':' | b',' | b'+' | b'-' | b'.' => byte,
        b' ' | b'0' | b'e' | b'E' | b'u' | 0xef | 0xbb | 0xbf => byte,
        b'1'..=b'9' => b'1',
        b'b' | b'f' => b'b',
        b'a' | b'c' | b'd' => b'a',
        b'n' | b'r' | b't' => b'n',
        b'A'..=b'F' => b'F',
        b'N' | b'I' => b'N',
        b'a'..=b'z' => b'g',
        0..=0x1f => 0,
        // Stands in texts and nowhere else, like most of what is not ASCII.
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

/// What comes of a byte after what was read last.
pub(crate) fn next(state: State, byte: u8) -> Option<(State, Action)> {
    let kind = KIND.get(usize::from(byte)).copied().map_or(0, usize::from);
    RULES.get(state as usize)?.get(kind).copied()
}
