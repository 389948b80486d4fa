//! Rows that are read by comparing say what they say byte by byte, however hostile the list is.
//!
//! A part of one byte leaves nothing to compare, so the same list in such parts is read in the plain
//! way, whose every answer is in turn compared with what `serde_json` makes of the text.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::cast_possible_truncation,
    reason = "a test fails by panicking"
)]

mod plain;

use std::env;
use volume_transfer::list::{ListError, ListSummary, Row};
use volume_transfer::{ListReader, Volume};

type Read = (Vec<Row>, Result<ListSummary, ListError>);

/// Reads a list in parts of so many bytes.
fn screened(screen: &mut ListReader, text: &[u8], part: usize) -> Read {
    screen.restart();
    let mut rows = Vec::new();
    for part in text.chunks(part) {
        if screen.push(part, |row| rows.push(row)).is_err() {
            break;
        }
    }
    (rows, screen.finish())
}

/// Numbers from a seed (splitmix64).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % limit as u64) as usize
    }

    fn often(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
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
const WORDS: &[&str] = &[
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
/// What is no JSON, or other JSON than it was.
const SPOILT: &[&str] = &[
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

/// How a service writes a row: what stands in it one after the other, `None` for a value.
#[derive(Clone)]
struct Shape {
    parts: Vec<(String, Kind)>,
    end: String,
}

#[derive(Clone, Copy)]
enum Kind {
    Id,
    /// The same in most rows.
    Word(usize),
    Any,
}

/// The keys of a wide one are long, and no other has the same.
fn shape(random: &mut Random, wide: bool) -> Shape {
    let space = random.pick(SPACE);
    let mut parts = Vec::new();
    let mut before = String::new();
    for place in 0..random.below(14) {
        let long = format!("{}{}", "k".repeat(random.below(300)), random.below(1_000_000));
        let key = match place {
            0 => "id",
            _ if wide && random.often(50) => &long,
            _ => random.pick(KEYS),
        };
        before += &format!("{}{space}\"{key}\"{space}:", if place > 0 { "," } else { "" });
        let kind = match random.below(8) {
            _ if key == "id" => Kind::Id,
            0..3 => Kind::Word(random.below(WORDS.len())),
            _ => Kind::Any,
        };
        let object = key == "metadata" || random.often(10);
        if !object {
            parts.push((std::mem::take(&mut before), kind));
            continue;
        }
        let (open, close) = if random.often(80) { ("{", "}") } else { ("[{", "}]") };
        before += open;
        for inner in 0..random.below(4) {
            let key = random.pick(METADATA);
            before += &format!("{}{space}\"{key}\":", if inner > 0 { "," } else { "" });
            parts.push((std::mem::take(&mut before), Kind::Any));
        }
        before += close;
    }
    Shape { parts, end: before + space + "}" }
}

fn row(random: &mut Random, shape: &Shape) -> String {
    let mut text = "{".to_owned();
    for (before, kind) in &shape.parts {
        text += before;
        match kind {
            Kind::Id if random.often(97) => text += &id(random),
            Kind::Word(word) if random.often(95) => text += WORDS[*word],
            Kind::Id | Kind::Word(_) | Kind::Any => text += random.pick(WORDS),
        }
    }
    text + &shape.end
}

fn list(random: &mut Random) -> Vec<u8> {
    let wide = random.often(3);
    let count = if wide { 12 } else { 1 + random.below(3) };
    let shapes: Vec<_> = (0..count).map(|_| shape(random, wide)).collect();
    let between = format!("{},{}", random.pick(SPACE), random.pick(SPACE));
    let rows: Vec<_> = (0..random.below(if wide { 60 } else { 12 }))
        .map(|_| {
            if random.often(3) {
                return random.pick(WORDS).to_owned();
            }
            let which = random.below(shapes.len());
            row(random, &shapes[which])
        })
        .collect();
    let links = random.pick(&["", ",\"volumes_links\":[{\"rel\":\"next\",\"href\":\"\"}]"]);
    let mut text = format!("{{\"volumes\":[{}]{links}}}", rows.join(&between)).into_bytes();
    for _ in 0..random.below(12).saturating_sub(8) {
        let at = random.below(text.len());
        match random.below(4) {
            0 => text.truncate(at),
            1 => text[at] = random.below(256) as u8,
            2 => drop(text.splice(at..at, random.pick(SPOILT).bytes())),
            _ => drop(text.remove(at)),
        }
        if text.is_empty() {
            break;
        }
    }
    text
}

/// In CI 20,000 lists; `LISTS=1000000 cargo test --release --test fast_path` takes more.
#[test]
fn comparing_says_what_reading_says() {
    let cases = env::var("LISTS").map_or(20_000, |cases| cases.parse().unwrap());
    let mut screen = ListReader::new();
    let (mut read, mut refused) = (0_u64, 0_u64);
    for seed in 0..cases {
        let random = &mut Random(seed);
        let text = list(random);
        let shown = || String::from_utf8_lossy(&text).into_owned();
        let plain = screened(&mut screen, &text, 1);
        for part in [usize::MAX, 1 + random.below(600)] {
            let alike = screened(&mut screen, &text, part);
            assert_eq!(alike.1, plain.1, "{seed}, in parts of {part}: {}", shown());
            // Of a list that is none, the rows before that are not to be relied on.
            assert!(
                plain.1.is_err() || alike.0 == plain.0,
                "{seed}, in parts of {part}: {}",
                shown()
            );
        }
        let (rows, end) = plain;
        match (end, plain::read(&text)) {
            (Ok(screened), Some((volumes, expected))) => {
                read += 1;
                assert_eq!(screened, expected, "{seed}: {}", shown());
                let made: Vec<_> = rows.iter().map(|row| row.volume(&text)).collect();
                assert_eq!(made, volumes, "{seed}: {}", shown());
                for (row, volume) in rows.iter().zip(&volumes) {
                    let object: serde_json::Value =
                        serde_json::from_slice(&text[row.bytes.clone()]).unwrap();
                    assert_eq!(Volume::from_json(&object).as_ref(), Some(volume));
                }
            }
            // What only one of them refuses: two lists in one and deep nesting; invalid UTF-8,
            // half a surrogate pair and numbers beyond all bounds.
            (Ok(_), None) | (Err(_), Some(_)) => {}
            (Err(_), None) => refused += 1,
        }
    }
    println!("{read} lists read, {refused} refused by both");
    assert!(read > cases / 4 && refused > cases / 10, "{read} read, {refused} refused of {cases}");
}
