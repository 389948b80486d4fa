//! The fast path agrees with the byte-by-byte parser, even on hostile input.
//!
//! If a list arrives one byte at a time, the reader can't use its fast path. So each list is read
//! both byte by byte and, by another reader that has learned from all earlier lists, in larger
//! chunks. The result is also compared with that of `serde_json`.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::cast_possible_truncation,
    reason = "a test fails by panicking"
)]

mod common;

use common::{read_in_chunks, read_with_serde_json};
use std::env;
use volume_transfer::{ListReader, Volume};

/// A seeded pseudorandom number generator (splitmix64).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % limit as u64) as usize
    }

    /// Returns true with the given probability.
    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn pick<'a>(&mut self, options: &[&'a str]) -> &'a str {
        options[self.below(options.len())]
    }
}

const KEYS: &[&str] = &[
    "id",
    "id",
    "status",
    "bootable",
    "encrypted",
    "service_type",
    "dedicated_storage_id",
    "metadata",
    "name",
    "size",
    "created_at",
    "links",
    "tags",
    "attachments",
    "i\\u0064",
    "orderID",
    "policy",
    "volumes",
    "rel",
    "x",
    "",
];
const METADATA: &[&str] =
    &["orderID", "__system__encrypted", "policy", "policy", "hw_passthrough", "status", "metadata"];
const VALUES: &[&str] = &[
    "null",
    "true",
    "false",
    "0",
    "1",
    "7",
    "40",
    "-1",
    "1.5",
    "0.0",
    "1e3",
    "12345678901234567890",
    "\"\"",
    "\"1\"",
    "\"true\"",
    "\"False\"",
    "\"available\"",
    "\"in-use\"",
    "\"EVS\"",
    "\"DSS\"",
    "\"DESS\"",
    "\"next\"",
    "\"2016-05-25T02:42:10.856332\"",
    "\"2016-05-25T02:42:10+08:00\"",
    "1464144130",
    "\"\\u0032016-05-25T02:42:10\"",
    "\"卷-上海-01\"",
    "\"av\\u0061ilable\"",
    "\"a\\\"b\"",
    "\"\\\\\"",
    "\"a text that is longer than sixteen bytes\"",
    "\"},{\\\"id\\\":\"",
    "\"{}[],:\"",
    "\"\u{7f}\"",
];
const SPACE: &[&str] = &["", "", "", " ", "\n    ", "\t", "\r\n"];
/// Inserted anywhere, these can make a list invalid or change its structure.
const CORRUPTIONS: &[&str] = &[
    "\"",
    "\\",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    " ",
    "\0",
    "\n",
    "0",
    "-",
    ".",
    "e",
    "t",
    "nul",
    "\u{feff}",
    "\"id\":\"no\",",
    "},{",
    "],\"volumes\":[",
    "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
    "99999999999999999999999999999999999999999999",
    "1e999",
    "\\ud800",
    "//",
];

fn id(random: &mut Random) -> String {
    let digits: String =
        (0..32).map(|_| char::from_digit(random.below(16) as u32, 16).unwrap()).collect();
    let (a, b, c, d, e) =
        (&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]);
    format!("\"{a}-{b}-{c}-{d}-{e}\"")
}

/// The format in which a service writes its rows.
#[derive(Clone)]
struct RowFormat {
    /// The kinds of values, each with the text before it.
    values: Vec<(String, ValueKind)>,
    end: String,
}

#[derive(Clone, Copy)]
enum ValueKind {
    Id,
    /// The same value in most rows, as an index into [`VALUES`].
    Fixed(usize),
    Any,
}

/// Generates a format. If `wide` is true, it has many long, unique keys.
fn row_format(random: &mut Random, wide: bool) -> RowFormat {
    let space = random.pick(SPACE);
    let mut values = Vec::new();
    let mut before = String::new();
    for index in 0..random.below(14) {
        let long = format!("{}{}", "k".repeat(random.below(300)), random.below(1_000_000));
        let key = match index {
            0 => "id",
            _ if wide && random.chance(50) => &long,
            _ => random.pick(KEYS),
        };
        before += &format!("{}{space}\"{key}\"{space}:", if index > 0 { "," } else { "" });
        let kind = match random.below(8) {
            _ if key == "id" => ValueKind::Id,
            0..3 => ValueKind::Fixed(random.below(VALUES.len())),
            _ => ValueKind::Any,
        };
        let object = key == "metadata" || random.chance(10);
        if !object {
            values.push((std::mem::take(&mut before), kind));
            continue;
        }
        let (open, close) = if random.chance(80) { ("{", "}") } else { ("[{", "}]") };
        before += open;
        for inner in 0..random.below(4) {
            let key = random.pick(METADATA);
            before += &format!("{}{space}\"{key}\":", if inner > 0 { "," } else { "" });
            values.push((std::mem::take(&mut before), ValueKind::Any));
        }
        before += close;
    }
    RowFormat { values, end: before + space + "}" }
}

fn row(random: &mut Random, format: &RowFormat) -> String {
    let mut text = "{".to_owned();
    for (before, kind) in &format.values {
        text += before;
        match kind {
            ValueKind::Id if random.chance(97) => text += &id(random),
            ValueKind::Fixed(index) if random.chance(95) => text += VALUES[*index],
            ValueKind::Id | ValueKind::Fixed(_) | ValueKind::Any => text += random.pick(VALUES),
        }
    }
    text + &format.end
}

fn list(random: &mut Random) -> Vec<u8> {
    let wide = random.chance(3);
    let count = if wide { 12 } else { 1 + random.below(3) };
    let formats: Vec<_> = (0..count).map(|_| row_format(random, wide)).collect();
    let separator = format!("{},{}", random.pick(SPACE), random.pick(SPACE));
    let rows: Vec<_> = (0..random.below(if wide { 60 } else { 12 }))
        .map(|_| {
            if random.chance(3) {
                return random.pick(VALUES).to_owned();
            }
            let index = random.below(formats.len());
            row(random, &formats[index])
        })
        .collect();
    let links = random.pick(&["", ",\"volumes_links\":[{\"rel\":\"next\",\"href\":\"\"}]"]);
    let mut text = format!("{{\"volumes\":[{}]{links}}}", rows.join(&separator)).into_bytes();
    for _ in 0..random.below(12).saturating_sub(8) {
        let at = random.below(text.len());
        match random.below(4) {
            0 => text.truncate(at),
            1 => text[at] = random.below(256) as u8,
            2 => drop(text.splice(at..at, random.pick(CORRUPTIONS).bytes())),
            _ => drop(text.remove(at)),
        }
        if text.is_empty() {
            break;
        }
    }
    text
}

/// Reads 20,000 lists by default; `LISTS=1000000 cargo test --release --test fast_path` reads more.
#[test]
fn the_fast_path_agrees_with_the_byte_by_byte_parser() {
    let cases = env::var("LISTS").map_or(20_000, |cases| cases.parse().unwrap());
    let (mut slow, mut fast) = (ListReader::new(), ListReader::new());
    let (mut valid, mut invalid) = (0_u64, 0_u64);
    for seed in 0..cases {
        let random = &mut Random(seed);
        let text = list(random);
        let shown = || String::from_utf8_lossy(&text).into_owned();
        let (rows, end) = read_in_chunks(&mut slow, &text, 1);
        for size in [usize::MAX, 1 + random.below(600)] {
            let (fast_rows, fast_end) = read_in_chunks(&mut fast, &text, size);
            assert_eq!(fast_end, end, "{seed}, in chunks of {size}: {}", shown());
            // The rows before an error may differ.
            assert!(end.is_err() || fast_rows == rows, "{seed}, in chunks of {size}: {}", shown());
        }
        match (end, read_with_serde_json(&text)) {
            (Ok(summary), Some((volumes, expected))) => {
                valid += 1;
                assert_eq!(summary, expected, "{seed}: {}", shown());
                let read: Vec<_> = rows.iter().map(|row| row.volume(&text)).collect();
                assert_eq!(read, volumes, "{seed}: {}", shown());
                for (row, volume) in rows.iter().zip(&volumes) {
                    let object: serde_json::Value =
                        serde_json::from_slice(&text[row.bytes.clone()]).unwrap();
                    assert_eq!(Volume::from_json(&object).as_ref(), Some(volume));
                }
            }
            // Only our reader rejects a repeated list and deep nesting. Only `serde_json` rejects
            // invalid UTF-8, lone surrogates and numbers that are out of range.
            (Ok(_), None) | (Err(_), Some(_)) => {}
            (Err(_), None) => invalid += 1,
        }
    }
    println!("{valid} valid and {invalid} invalid lists");
    // With too few of either kind, the generated lists would test only one of the outcomes.
    assert!(valid > cases / 4 && invalid > cases / 10, "{valid}, {invalid} of {cases}");
}
