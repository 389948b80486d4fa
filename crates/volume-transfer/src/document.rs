//! Parses a whole JSON document.

use crate::json::{Handler, Invalid, Left, Parser};
use crate::loose::Scalar;
use alloc::string::String;
use alloc::vec::Vec;
use core::mem;
use serde_json::{Map, Value};

/// Parses a JSON document as leniently as the services require. Returns `None` if it isn't JSON.
///
/// A parser that rejected the whole document because of one value would lose an `auth_key`
/// elsewhere in it. So a value that has no meaning here becomes an empty object, which nothing
/// reads. Such values are numbers that aren't integers or are out of range, Python's `NaN` and
/// `Infinity`, and strings that aren't valid Unicode. A byte order mark before the document is
/// skipped. The last value of a repeated key counts.
///
/// ```
/// let body = volume_transfer::read_json(b"\xef\xbb\xbf{\"size\":NaN,\"name\":\"a\"}");
/// assert_eq!(body, Some(serde_json::json!({ "size": {}, "name": "a" })));
/// ```
pub fn read_json(document: &[u8]) -> Option<Value> {
    let mut reader = Parser::new();
    reader.begin_chunk(document.len());
    let mut tree = Tree { document, open: Vec::new(), key: String::new(), root: None };
    reader.push(document, &mut tree).ok()?;
    tree.root.filter(|_| reader.is_complete())
}

/// Parses a scalar value, given its bytes in the document.
pub(crate) fn scalar(raw: &[u8]) -> Value {
    match raw {
        [b'"', text @ .., b'"'] => unescape(text).map_or_else(unreadable, Value::String),
        b"true" => Value::Bool(true),
        b"false" => Value::Bool(false),
        b"null" => Value::Null,
        _ => number(raw).unwrap_or_else(unreadable),
    }
}

fn unreadable() -> Value {
    Value::Object(Map::new())
}

/// Parses an integer. Returns `None` for `-0`, which other parsers don't read as an integer either.
fn number(raw: &[u8]) -> Option<Value> {
    let digits = raw.strip_prefix(b"-").unwrap_or(raw);
    if digits.is_empty() {
        return None;
    }
    let number = digits.iter().try_fold(0_u64, |number, byte| {
        let digit = byte.is_ascii_digit().then(|| u64::from(byte - b'0'))?;
        number.checked_mul(10)?.checked_add(digit)
    })?;
    if digits.len() == raw.len() {
        return Some(Value::from(number));
    }
    let number = i64::try_from(number).ok().filter(|number| *number > 0)?;
    Some(Value::from(-number))
}

/// Unescapes the content of a JSON string. Returns `None` if it isn't valid Unicode.
fn unescape(text: &[u8]) -> Option<String> {
    let mut rest = core::str::from_utf8(text).ok()?;
    // Allocates enough that the string never grows, because growing would leave a copy of a key
    // behind.
    let mut whole = String::with_capacity(text.len());
    while let Some((plain, escape)) = rest.split_once('\\') {
        whole.push_str(plain);
        let mut chars = escape.chars();
        whole.push(match chars.next()? {
            'b' => '\x08',
            'f' => '\x0c',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => {
                let (first, mut after) = unit(chars.as_str())?;
                let low = after.strip_prefix("\\u").and_then(unit);
                let units = [Some(first), low.map(|(unit, _)| unit)];
                let char = char::decode_utf16(units.into_iter().flatten()).next()?.ok()?;
                if let Some((_, rest)) = low.filter(|_| char.len_utf16() == 2) {
                    after = rest;
                }
                chars = after.chars();
                char
            }
            char => char,
        });
        rest = chars.as_str();
    }
    whole.push_str(rest);
    Some(whole)
}

/// Returns the value of the four hex digits at the start of a string, and the text after them.
fn unit(text: &str) -> Option<(u16, &str)> {
    let (digits, rest) = text.split_at_checked(4)?;
    let unit = digits.chars().try_fold(0, |unit, digit| Some(unit << 4 | digit.to_digit(16)?))?;
    Some((u16::try_from(unit).ok()?, rest))
}

/// The part of the document that has been read so far.
struct Tree<'a> {
    document: &'a [u8],
    /// The open objects and arrays, the innermost last, each with its own key.
    open: Vec<(Value, String)>,
    /// The key of the next value. Keys longer than any that the rules look for are truncated.
    key: String,
    root: Option<Value>,
}

impl Tree<'_> {
    fn add(&mut self, key: String, value: Value) {
        match self.open.last_mut() {
            Some((Value::Object(object), _)) => drop(object.insert(key, value)),
            Some((Value::Array(array), _)) => array.push(value),
            Some(_) | None => self.root = Some(value),
        }
    }
}

impl Handler for Tree<'_> {
    fn wants(&self, _: bool) -> bool {
        true
    }

    fn key(&mut self, text: &[u8]) {
        self.key = core::str::from_utf8(text).unwrap_or_default().into();
    }

    fn scalar(&mut self, _: Scalar<'_>, left: Left) -> Result<(), Invalid> {
        let raw = self.document.get(left.range(self.document.len())).unwrap_or_default();
        let key = mem::take(&mut self.key);
        self.add(key, scalar(raw));
        Ok(())
    }

    fn open(&mut self, object: bool) -> Result<(), Invalid> {
        let value = if object { Value::Object(Map::new()) } else { Value::Array(Vec::new()) };
        self.open.push((value, mem::take(&mut self.key)));
        Ok(())
    }

    fn close(&mut self) {
        if let Some((value, key)) = self.open.pop() {
            self.add(key, value);
        }
    }

    fn should_pause(&mut self) -> bool {
        false
    }
}
