//! A list of volumes, on which the core's reader must agree with `serde_json`.
#![no_main]

#[path = "../../crates/volume-transfer/tests/common/mod.rs"]
mod common;

use common::{read_in_chunks, read_with_serde_json};
use fuzz::{check_fault, outcome};
use libfuzzer_sys::fuzz_target;
use volume_transfer::{ListReader, api};

fuzz_target!(|data: &[u8]| {
    if let Err(error) = api::VolumeList::default().add_page(outcome(data)) {
        error.fault().iter().for_each(check_fault);
    }
    let (byte, text) = data.split_first().unwrap_or((&0, &[]));
    let size = usize::from(*byte) + 1;
    // The reader learns layouts from the first pass.
    let mut reader = ListReader::new();
    let (first, expected) = read_in_chunks(&mut reader, text, size);
    let (rows, summary) = read_in_chunks(&mut reader, text, size);
    assert_eq!(summary, expected);
    assert!(summary.is_err() || first == rows);
    // Compares only if both succeed, because only `serde_json` rejects invalid UTF-8, and only our
    // reader rejects repeated lists.
    if let (Ok(summary), Some(expected)) = (summary, read_with_serde_json(text)) {
        let volumes: Vec<_> = rows.iter().map(|row| row.volume(text)).collect();
        assert_eq!((volumes, summary), expected);
    }
});
