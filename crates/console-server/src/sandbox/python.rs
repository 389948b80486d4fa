//! Values in Python's spelling, which Cinder's messages show to their readers.

use serde_json::Value;

/// A value as Python's `repr` writes it.
pub(super) fn repr(value: &Value) -> String {
    match value {
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => quoted(text),
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(repr).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(fields) => {
            let fields: Vec<_> = fields
                .iter()
                .map(|(key, value)| format!("{}: {}", quoted(key), repr(value)))
                .collect();
            format!("{{{}}}", fields.join(", "))
        }
    }
}

pub(super) fn quoted(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut quoted = String::from(quote);
    for char in text.chars() {
        match (char, u32::from(char)) {
            ('\n', _) => quoted.push_str("\\n"),
            ('\r', _) => quoted.push_str("\\r"),
            ('\t', _) => quoted.push_str("\\t"),
            ('\\', _) => quoted.push_str("\\\\"),
            (char, _) if char == quote => quoted.extend(['\\', char]),
            (char, _) if is_printable(char) => quoted.push(char),
            (_, code @ ..=0xff) => quoted.push_str(&format!("\\x{code:02x}")),
            (_, code @ ..=0xffff) => quoted.push_str(&format!("\\u{code:04x}")),
            (_, code) => quoted.push_str(&format!("\\U{code:08x}")),
        }
    }
    quoted.push(quote);
    quoted
}

/// Rust escapes the same categories of characters as Python, and combining marks at the start of
/// a text only, hence the dot. Quotes are for the caller.
fn is_printable(char: char) -> bool {
    let text = String::from_iter(['.', char]);
    matches!(char, '\'' | '"') || text.escape_debug().eq(text.chars())
}
