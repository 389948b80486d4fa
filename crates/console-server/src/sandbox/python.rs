//! Formats values as Python does, because Cinder's error messages contain them.

use serde_json::Value;

/// Formats a value as Python's `repr` does.
pub(super) fn repr(value: &Value) -> String {
    match value {
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => repr_str(text),
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(repr).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(fields) => {
            let fields: Vec<_> = fields
                .iter()
                .map(|(key, value)| format!("{}: {}", repr_str(key), repr(value)))
                .collect();
            format!("{{{}}}", fields.join(", "))
        }
    }
}

/// Formats a string as Python's `repr` does.
pub(super) fn repr_str(text: &str) -> String {
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

/// Returns whether Python prints a character unescaped. Rust's `escape_debug` escapes the same
/// categories of characters. It also escapes a combining mark at the start of a string, hence the dot.
/// The caller escapes quotes.
fn is_printable(char: char) -> bool {
    let text = String::from_iter(['.', char]);
    matches!(char, '\'' | '"') || text.escape_debug().eq(text.chars())
}
