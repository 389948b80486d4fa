//! JSON: a streaming parser, and string escaping.

mod grammar;
mod parser;

pub(crate) use parser::{Handler, Invalid, LITERALS, Left, MAX_TEXT, Parser};

use alloc::string::String;

/// Appends a separator and `"field": value`, with the value as a string or `null`.
pub(crate) fn field(to: &mut String, separator: &str, field: &str, value: Option<&str>) {
    let quote = if value.is_some() { "\"" } else { "" };
    to.extend([separator, "\"", field, "\": ", quote]);
    escape(to, value.unwrap_or("null"));
    to.push_str(quote);
}

/// Appends text, escaped for use in a JSON string.
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
