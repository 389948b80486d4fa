//! JSON: a streaming parser, and string escaping.

mod grammar;
mod parser;

pub(crate) use parser::{KEPT, Left, Reader, Refused, Visit, WORDS};

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
