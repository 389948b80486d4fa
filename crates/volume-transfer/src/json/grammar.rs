//! The grammar of JSON as a state machine over bytes.

/// The parser's state, which determines the bytes that may follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum State {
    /// Expects the document, or a byte order mark before it.
    Start,
    Mark2,
    Mark3,
    /// Expects a value.
    Value,
    /// Expects a value or the end of the array.
    FirstItem,
    /// Expects a key or the end of the object.
    FirstKey,
    Key,
    Colon,
    /// After a value: expects a comma, the end of its container, or the end of the document.
    After,
    Text,
    Escape,
    /// Expects four more hex digits of an escape.
    Hex4,
    Hex3,
    Hex2,
    Hex1,
    /// `true`, `false` or `null`, or Python's `NaN` or `Infinity`.
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

/// All states, in order of declaration.
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

/// What the parser does with a byte, besides changing state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Action {
    Pass,
    /// Appends the byte to the text or number.
    Keep,
    /// Appends the character of a short escape.
    Unescape,
    HexDigit,
    LastHexDigit,
    BeginKey,
    BeginText,
    /// Starts a word or number with this byte.
    Begin,
    EndText,
    /// Ends a word. Like the end of a number, this doesn't consume the byte.
    EndWord,
    EndNumber,
    OpenObject,
    OpenArray,
    CloseObject,
    CloseArray,
    Comma,
    Reject,
}

/// The grammar. Evaluated at compile time to build [`RULES`].
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
        (_, _) => (state, A::Reject),
    }
}

/// One byte for each class of bytes that the grammar distinguishes.
const CLASSES: &[u8] = b"\0\t \"\\/{}[]:,+-.01abenugFEN\xef\xbb\xbf~";

/// Returns the byte that represents the class of a byte.
const fn class(byte: u8) -> u8 {
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
        // Valid only in strings, like most non-ASCII bytes.
        _ => b'~',
    }
}

/// The result of [`rule`] for every state and class of bytes.
#[allow(
    clippy::indexing_slicing,
    reason = "evaluated at compile time, where a panic is a compile error"
)]
static RULES: [[(State, Action); CLASSES.len()]; STATES.len()] = {
    let mut rules = [[(State::Value, Action::Reject); CLASSES.len()]; STATES.len()];
    let mut state = 0;
    while state < STATES.len() {
        let mut class = 0;
        while class < CLASSES.len() {
            rules[state][class] = rule(STATES[state], CLASSES[class]);
            class += 1;
        }
        state += 1;
    }
    rules
};

/// The index of each byte's class in [`CLASSES`].
#[allow(
    clippy::indexing_slicing,
    reason = "evaluated at compile time, where a panic is a compile error"
)]
static CLASS: [u8; 256] = {
    let mut places = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut place = 0;
        while CLASSES[place] != class(byte as u8) {
            place += 1;
        }
        places[byte] = place as u8;
        byte += 1;
    }
    places
};

/// Returns the next state and the action for a byte.
pub(crate) fn next(state: State, byte: u8) -> Option<(State, Action)> {
    let class = CLASS.get(usize::from(byte)).copied().map_or(0, usize::from);
    RULES.get(state as usize)?.get(class).copied()
}
