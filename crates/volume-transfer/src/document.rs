//! Reads a whole JSON document.

use crate::json::{Left, Reader, Refused, Visit};
use crate::loose::Scalar;
use alloc::string::String;
use alloc::vec::Vec;
use core::mem;
use serde_json::{Map, Value};

/// Reads a JSON document as services write it; `None` if it isn't one.
///
/// A parser that refuses a whole document over one value would lose the key that stands beside it.
/// So a value that has no meaning here is an empty object, which nothing reads: a number that is not
/// whole or is out of range, `NaN` and `Infinity` as Python writes them, a text that is not Unicode.
/// A byte order mark before the document is skipped, and the last of two equal keys counts.
///
/// ```
/// let body = volume_transfer::read_json(b"\xef\xbb\xbf{\"size\":NaN,\"name\":\"a\"}");
/// assert_eq!(body, Some(serde_json::json!({ "size": {}, "name": "a" })));
/// ```
pub fn read_json(document: &[u8]) -> Option<Value> {
    let mut reader = Reader::new();
    reader.begin_part(document.len());
    let mut tree = Tree { document, open: Vec::new(), key: String::new(), root: None };
    reader.push(document, &mut tree).ok()?;
    tree.root.filter(|_| reader.is_over())
}

/// Reads a value without parts, as it stands in a document.
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

fn number(raw: &[u8]) -> Option<Value> {
    let digits = core::str::from_utf8(raw).ok()?;
    // Minus zero is a fraction to JSON's readers.
    let negative = || digits.parse::<i64>().ok().filter(|number| *number < 0).map(Value::from);
    digits.parse::<u64>().ok().map(Value::from).or_else(negative)
}

/// Returns what stands between the quotes of a JSON string; `None` if it isn't Unicode.
fn unescape(text: &[u8]) -> Option<String> {
    let mut rest = core::str::from_utf8(text).ok()?;
    // Roomy enough not to move, because that would leave a copy of a key behind.
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
                let unit = |at: usize| u16::from_str_radix(escape.get(at..at + 4)?, 16).ok();
                let low = || unit(7).filter(|_| escape.get(5..7) == Some("\\u"));
                let mut pair = char::decode_utf16([unit(1)?].into_iter().chain(low()));
                let char = pair.next()?.ok()?;
                chars = escape.get(if char.len_utf16() == 2 { 11 } else { 5 }..)?.chars();
                char
            }
            char => char,
        });
        rest = chars.as_str();
    }
    whole.push_str(rest);
    Some(whole)
}

/// The document as far as it has been read.
struct Tree<'a> {
    document: &'a [u8],
    /// What is open, the innermost last, and the key that each stands under.
    open: Vec<(Value, String)>,
    /// The key of the value that comes next. Longer keys than the rules look for are cut.
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

impl Visit for Tree<'_> {
    fn wants(&self, _: bool) -> bool {
        true
    }

    fn key(&mut self, text: &[u8]) {
        self.key = core::str::from_utf8(text).unwrap_or_default().into();
    }

    fn scalar(&mut self, _: Scalar<'_>, left: Left) -> Result<(), Refused> {
        let raw = self.document.get(left.places(self.document.len())).unwrap_or_default();
        let key = mem::take(&mut self.key);
        self.add(key, scalar(raw));
        Ok(())
    }

    fn open(&mut self, object: bool) -> Result<(), Refused> {
        let value = if object { Value::Object(Map::new()) } else { Value::Array(Vec::new()) };
        self.open.push((value, mem::take(&mut self.key)));
        Ok(())
    }

    fn close(&mut self) {
        if let Some((value, key)) = self.open.pop() {
            self.add(key, value);
        }
    }

    fn stops(&mut self) -> bool {
        false
    }
}
