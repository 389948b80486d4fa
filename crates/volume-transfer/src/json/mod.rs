//! JSON: a streaming parser, and string escaping.

mod grammar;
mod parser;

pub(crate) use parser::{Handler, Invalid, LITERALS, Left, MAX_TEXT, Parser};

use alloc::string::String;

/// Appends a text, escaped for a JSON string.
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
