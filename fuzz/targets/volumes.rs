//! A list of volumes, on which the core's reader must agree with `serde_json`.
#![no_main]

#[path = "../../crates/volume-transfer/tests/common/mod.rs"]
mod common;

use common::{read_in_parts, read_with_serde_json};
use fuzz::{check_fault, outcome};
use libfuzzer_sys::fuzz_target;
use volume_transfer::{ListReader, api};

fuzz_target!(|data: &[u8]| {
    if let Err(error) = api::VolumeList::default().add_page(outcome(data)) {
        error.fault().iter().for_each(check_fault);
    }
    let (byte, text) = data.split_first().unwrap_or((&0, &[]));
    let size = usize::from(*byte) + 1;
    // The reader learns from the first time.
    let mut reader = ListReader::new();
    let (first, expected) = read_in_parts(&mut reader, text, size);
    let (rows, summary) = read_in_parts(&mut reader, text, size);
    assert_eq!(summary, expected);
    assert!(summary.is_err() || first == rows);
    // Compares only if both succeed, because one rejects invalid UTF-8 and the other repeated
    // lists.
    if let (Ok(summary), Some(expected)) = (summary, read_with_serde_json(text)) {
        let volumes: Vec<_> = rows.iter().map(|row| row.volume(text)).collect();
        assert_eq!((volumes, summary), expected);
    }
});
