//! Texts that may be names, and what the rules make of each, for Cinder to be asked the same.

use serde_json::json;
use std::fmt::Write;
use volume_transfer::{Service, TransferName};

/// How many texts are drawn by lot. The same ones every time: a failure can be looked at again.
const DRAWN: usize = 20_000;

/// What a name holds that is told apart by its bytes, UTF-16 units, code points or graphemes.
const LETTERS: [char; 6] = ['a', 'é', '卷', '😀', '\u{301}', '\u{10ffff}'];

/// What some language or other takes for white space, and what only looks like it.
const BLANKS: [char; 16] = [
    ' ', '\t', '\n', '\u{b}', '\u{1c}', '\u{1f}', '\u{85}', '\u{a0}', '\u{180e}', '\u{200b}',
    '\u{2003}', '\u{2028}', '\u{202f}', '\u{3000}', '\u{feff}', '\0',
];

/// One line of JSON a text: the `text`, the `name` that Cinder's rule makes of it or null, and
/// whether it is left out of the request (`absent`).
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
        // Writing to a `String` does not fail.
        let _ = writeln!(lines, "{line}");
    }
    lines
}

fn texts() -> Vec<String> {
    let mut texts = vec![String::new()];
    // Every character of the first plane at both ends, and alone where it may be white space.
    for char in '\0'..='\u{ffff}' {
        texts.push(format!("{char}a{char}"));
        if !char.is_alphanumeric() {
            texts.push(char.to_string());
        }
    }
    // Every length around the limit, in letters of every size, bare and between blanks.
    for letter in LETTERS {
        for length in 250..=260 {
            let name = String::from_iter(std::iter::repeat_n(letter, length));
            texts.extend(BLANKS.map(|blank| format!("{blank}{name}{blank}{blank}")));
            texts.push(name);
        }
    }
    let mut lot = Lot(0x766f_6c75_6d65);
    texts.extend(std::iter::repeat_with(|| drawn(&mut lot)).take(DRAWN));
    texts
}

/// A text of any characters of all planes, of a length that is mostly about the limit.
fn drawn(lot: &mut Lot) -> String {
    let length = match lot.below(4) {
        0 => lot.below(20),
        1 => lot.below(600),
        _ => 250 + lot.below(12),
    };
    let mut text = String::new();
    for _ in 0..lot.below(4) {
        text.extend(BLANKS.get(lot.below(BLANKS.len())));
    }
    for _ in 0..length {
        let char = match lot.below(8) {
            0 => BLANKS.get(lot.below(BLANKS.len())).copied(),
            1 | 2 => LETTERS.get(lot.below(LETTERS.len())).copied(),
            _ => u32::try_from(lot.below(0x11_0000)).ok().and_then(char::from_u32),
        };
        // Half of a surrogate pair is no character.
        text.push(char.unwrap_or('x'));
    }
    for _ in 0..lot.below(4) {
        text.extend(BLANKS.get(lot.below(BLANKS.len())));
    }
    text
}

/// Numbers that look random: SplitMix64, which needs no crate.
struct Lot(u64);

impl Lot {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        // The lower half of the bits is a number on every machine.
        usize::try_from((bits ^ (bits >> 31)) & 0xffff_ffff).unwrap_or_default() % end
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn texts_are_many_of_every_kind_and_the_same_every_time() {
        let texts = texts();
        assert!(texts.len() > 90_000);
        assert_eq!(texts, super::texts());
        let planes: BTreeSet<_> =
            texts.iter().flat_map(|text| text.chars()).map(|char| u32::from(char) >> 16).collect();
        assert_eq!(planes.len(), 17);
        let (mut taken, mut refused) = (0, 0);
        for text in &texts {
            match TransferName::new(text, Service::Cinder.name_rule()) {
                Ok(_) => taken += 1,
                Err(_) => refused += 1,
            }
        }
        assert!(taken > 10_000 && refused > 3_000, "{taken} taken, {refused} refused");
    }
}
