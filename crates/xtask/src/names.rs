//! Generates valid and invalid names with the core's verdict on each, for comparison with Cinder's.

use serde_json::json;
use std::fmt::Write;
use volume_transfer::{Service, TransferName};

/// The number of random strings. They are the same in every run, so that failures can be
/// reproduced.
const RANDOM_TEXTS: usize = 20_000;

/// Characters that count differently in bytes, UTF-16 code units, code points and graphemes.
const LETTERS: [char; 6] = ['a', 'é', '卷', '😀', '\u{301}', '\u{10ffff}'];

/// Characters that are whitespace in some programming language, or look like it.
const BLANKS: [char; 16] = [
    ' ', '\t', '\n', '\u{b}', '\u{1c}', '\u{1f}', '\u{85}', '\u{a0}', '\u{180e}', '\u{200b}',
    '\u{2003}', '\u{2028}', '\u{202f}', '\u{3000}', '\u{feff}', '\0',
];

/// Returns one line of JSON for each string: the `text`, the `name` under Cinder's rule (null if it
/// is invalid), and whether the request omits it (`absent`).
pub(crate) fn lines() -> String {
    let mut lines = String::new();
    for text in texts() {
        let name = TransferName::new(&text, Service::Cinder.name_rule());
        let field = TransferName::parse(&text, Service::Cinder.name_rule());
        let line = json!({
            "text": text,
            "name": name.as_ref().map(TransferName::as_str).ok(),
            "absent": field == Ok(None),
        });
        // Writing to a `String` cannot fail.
        let _ = writeln!(lines, "{line}");
    }
    lines
}

fn texts() -> Vec<String> {
    let mut texts = vec![String::new()];
    // Every character of the Basic Multilingual Plane at both ends of a string, and on its own
    // if it may be whitespace.
    for char in '\0'..='\u{ffff}' {
        texts.push(format!("{char}a{char}"));
        if !char.is_alphanumeric() {
            texts.push(char.to_string());
        }
    }
    // Every length around the limit, for characters of every size, with and without surrounding blanks.
    for letter in LETTERS {
        for length in 250..=260 {
            let name = String::from_iter(std::iter::repeat_n(letter, length));
            texts.extend(BLANKS.map(|blank| format!("{blank}{name}{blank}{blank}")));
            texts.push(name);
        }
    }
    let mut random = Random(0x766f_6c75_6d65);
    texts.extend(std::iter::repeat_with(|| random_text(&mut random)).take(RANDOM_TEXTS));
    texts
}

/// Returns a string with characters from all planes. Most strings have a length around the limit.
fn random_text(random: &mut Random) -> String {
    let length = match random.below(4) {
        0 => random.below(20),
        1 => random.below(600),
        _ => 250 + random.below(12),
    };
    let mut text = String::new();
    for _ in 0..random.below(4) {
        text.extend(BLANKS.get(random.below(BLANKS.len())));
    }
    for _ in 0..length {
        let char = match random.below(8) {
            0 => BLANKS.get(random.below(BLANKS.len())).copied(),
            1 | 2 => LETTERS.get(random.below(LETTERS.len())).copied(),
            _ => u32::try_from(random.below(0x11_0000)).ok().and_then(char::from_u32),
        };
        // Surrogates aren't `char`s, so they are replaced.
        text.push(char.unwrap_or('x'));
    }
    for _ in 0..random.below(4) {
        text.extend(BLANKS.get(random.below(BLANKS.len())));
    }
    text
}

/// A SplitMix64 pseudorandom number generator.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        // 32 bits fit into a `usize` on every supported platform.
        usize::try_from((bits ^ (bits >> 31)) & 0xffff_ffff).unwrap_or_default() % end
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn generates_the_same_strings_of_every_kind_each_time() {
        let texts = texts();
        assert!(texts.len() > 90_000);
        assert_eq!(texts, super::texts());
        let planes: BTreeSet<_> =
            texts.iter().flat_map(|text| text.chars()).map(|char| u32::from(char) >> 16).collect();
        assert_eq!(planes.len(), 17);
        let (mut valid, mut invalid) = (0, 0);
        for text in &texts {
            match TransferName::new(text, Service::Cinder.name_rule()) {
                Ok(_) => valid += 1,
                Err(_) => invalid += 1,
            }
        }
        assert!(valid > 10_000 && invalid > 3_000, "{valid} valid, {invalid} invalid");
    }
}
