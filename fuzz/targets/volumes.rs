//! A list of volumes: the core's own reader must agree with `serde_json`.
#![no_main]

#[path = "../../crates/volume-transfer/tests/plain/mod.rs"]
mod plain;

use fuzz::{check_fault, outcome};
use libfuzzer_sys::fuzz_target;
use volume_transfer::{ListReader, api};

fuzz_target!(|data: &[u8]| {
    if let Err(error) = api::VolumeList::default().add_page(outcome(data)) {
        error.fault().iter().for_each(check_fault);
    }
    let (first, text) = data.split_first().unwrap_or((&0, &[]));
    let mut screen = ListReader::new();
    let mut volumes = Vec::new();
    let part = usize::from(*first) + 1;
    let read = text
        .chunks(part)
        .try_for_each(|part| screen.push(part, |row| volumes.push(row.volume(text))))
        .and_then(|()| screen.finish());
    // Compares only if both succeed: one rejects invalid UTF-8, the other repeated lists.
    if let (Ok(screened), Some(plain)) = (read, plain::read(text)) {
        assert_eq!((volumes, screened), plain);
    }
});
