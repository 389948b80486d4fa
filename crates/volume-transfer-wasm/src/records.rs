//! Evaluates a single volume's record, field by field.

use crate::buffers::{BUFFERS, service, with};
use crate::lists::{facts, mask};
use volume_transfer::eligibility;
use volume_transfer::flags::{Flag, LONGEST, VolumeFlags};
use wasm_bindgen::prelude::wasm_bindgen;

/// Returns the flags of a record with a single text field, as bits of [`VolumeFlags`]. `flag` is an
/// index into [`Flag::ALL`]. Only the first [`LONGEST`] code units of the text matter.
#[wasm_bindgen]
pub fn text_flags(flag: usize, units: usize) -> u32 {
    with(&BUFFERS, |buffers| {
        let Some(flag) = Flag::ALL.get(flag) else { return 0 };
        // The rules compare values with ASCII text only.
        let mut text = [0; LONGEST];
        let written = buffers.units.iter().take(units);
        let length = text.iter_mut().zip(written).map(|(to, from)| {
            *to = u8::try_from(*from).unwrap_or(u8::MAX);
        });
        let length = length.count();
        VolumeFlags::of_text(*flag, text.get(..length).unwrap_or_default()).bits().into()
    })
}

/// Evaluates a volume with these flags. Returns its mask. [`read_list`](crate::lists::read_list)
/// describes facts and masks.
#[wasm_bindgen]
pub fn evaluate(service: u32, facts: u32, flags: u16) -> u32 {
    let flags = VolumeFlags::from_bits(flags);
    mask(eligibility::evaluate(flags, &self::facts(facts), self::service(service)))
}
