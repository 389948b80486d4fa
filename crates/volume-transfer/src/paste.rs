//! Cleans what a person pasted: IDs, keys and tokens, all of which are plain ASCII.

use crate::name::is_trimmed;
use alloc::string::String;
use zeroize::Zeroizing;

/// Removes what copying added: characters that nobody sees, line breaks, and white space and quotes
/// around the text. Full-width forms, which input methods type, and dashes, which word processors
/// make of hyphens, become the ASCII that they stand for.
///
/// ```
/// use volume_transfer::clean_pasted;
///
/// assert_eq!(*clean_pasted("\u{feff}\u{201c}9266c595\r\n63c8\u{200b}4664\u{201d}\u{a0}"), "9266c59563c84664");
/// ```
pub fn clean_pasted(text: &str) -> Zeroizing<String> {
    // Roomy enough not to move, which would leave a copy of a key behind.
    let mut clean = Zeroizing::new(String::with_capacity(text.len()));
    clean.extend(text.chars().filter_map(meant).skip_while(|char| *char == ' '));
    while clean.ends_with(' ') {
        clean.pop();
    }
    clean
}

/// The character that is meant by one, a space by whatever only stands around a value; `None` if it
/// is invisible or breaks a line.
const fn meant(char: char) -> Option<char> {
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
