//! Cleans pasted IDs, keys and tokens, all of which are ASCII.

use crate::name::is_trimmed;
use alloc::string::String;
use zeroize::Zeroizing;

/// Removes the artifacts of copying: invisible characters, line breaks, and surrounding whitespace
/// and quotes. Converts full-width forms (from input methods) and dashes (from word processors) to
/// ASCII.
///
/// ```
/// use volume_transfer::clean_pasted;
///
/// assert_eq!(*clean_pasted("\u{feff}\u{201c}9266c595\r\n63c8\u{200b}4664\u{201d}\u{a0}"),
/// "9266c59563c84664");
/// ```
pub fn clean_pasted(text: &str) -> Zeroizing<String> {
    // Allocates enough that the string never grows, because growing would leave a copy of a secret
    // behind.
    let mut clean = Zeroizing::new(String::with_capacity(text.len()));
    clean.extend(text.chars().filter_map(intended).skip_while(|char| *char == ' '));
    while clean.ends_with(' ') {
        clean.pop();
    }
    clean
}

/// Converts a pasted character to the intended one: a space for quotes and whitespace, and `None`
/// for line breaks and invisible characters.
const fn intended(char: char) -> Option<char> {
    match char {
        '\r'
        | '\n'
        | '\u{ad}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' => None,
        '"' | '\'' | '`' | '\u{2018}'..='\u{201f}' => Some(' '),
        '\u{2010}'..='\u{2015}' => Some('-'),
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(char as u32 - 0xfee0),
        _ if is_trimmed(char) => Some(' '),
        _ => Some(char),
    }
}
