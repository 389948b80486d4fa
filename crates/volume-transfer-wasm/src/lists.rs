//! Reads lists through buffers of their own, like [`buffers`](crate::buffers).

use crate::buffers::{FIRST, LAST, NONE, number, service, with};
use std::cell::RefCell;
use volume_transfer::eligibility::{self, Verdicts};
use volume_transfer::list::ListSummary;
use volume_transfer::{Facts, ListReader};
use wasm_bindgen::prelude::wasm_bindgen;

/// The capacity for a part of a list, in bytes. Rows that span two parts are read more slowly. With
/// parts of this size, that is one row in a hundred.
const BYTES: usize = 1 << 17;

/// The maximum number of rows that end in one part of a list. The smallest readable row,
/// `{"id":"..."},`, has 46 bytes, and one more row may have begun in the previous part.
const ROWS: usize = BYTES / 46 + 2;

/// Small fields come first, because that makes the code that accesses them smaller.
#[repr(C)]
struct Lists {
    numbers: [u32; 8],
    reader: ListReader,
    masks: [u32; ROWS],
    rows: [[u32; 2]; ROWS],
    ids: [[u8; 36]; ROWS],
    bytes: [u8; BYTES],
}

thread_local! {
    static LISTS: RefCell<Lists> = const {
        RefCell::new(Lists {
            numbers: [0; 8],
            reader: ListReader::new(),
            masks: [0; ROWS],
            rows: [[0; 2]; ROWS],
            ids: [[0; 36]; ROWS],
            bytes: [0; BYTES],
        })
    };
}

/// Returns the address of the numbers. Writes to them the address and the capacity of the bytes, the
/// addresses of the IDs (36 bytes each), the masks (32 bits each) and the rows (two 32-bit
/// numbers each), and the address and the size in bytes of the list reader. JavaScript can save the
/// reader's state and restore it after reading another list.
#[wasm_bindgen]
pub fn lists() -> usize {
    with(&LISTS, |lists| {
        let Lists { bytes, numbers, ids, masks, rows, reader } = lists;
        *numbers = [
            bytes.as_mut_ptr().expose_provenance(),
            BYTES,
            ids.as_mut_ptr().expose_provenance(),
            masks.as_mut_ptr().expose_provenance(),
            rows.as_mut_ptr().expose_provenance(),
            core::ptr::from_mut(reader).expose_provenance(),
            size_of::<ListReader>(),
            0,
        ]
        .map(number);
        numbers.as_mut_ptr().expose_provenance()
    })
}

/// Reads a part of a list, `length` bytes long. Writes the number of rows that ended in it,
/// and the last one's verdict and flags. Each row has an ID, a mask, and its byte range in the
/// list. A mask has the violated constraints in its lower half and the unknown ones in its upper
/// half.
///
/// After the last part, the next three numbers are the count of unreadable rows, whether there is
/// another page, and the position at which the list is malformed or was cut off.
///
/// The facts apply to every row. They have two bits each, starting with the lowest: snapshots,
/// backups, backup policy and frozen. 0 means unknown, 1 false, and 2 true.
#[wasm_bindgen]
pub fn read_list(service: u32, facts: u32, length: usize, part: u32) {
    with(&LISTS, |lists| {
        let Lists { bytes, ids, masks, rows, reader, numbers } = lists;
        if part & FIRST != 0 {
            reader.restart();
        }
        let (service, facts) = (self::service(service), self::facts(facts));
        let mut slots = ids.iter_mut().zip(masks).zip(rows);
        let (mut count, mut last) = (0, [NONE, 0]);
        // `finish` returns the error if this isn't a list.
        let _ = reader.push(bytes.get(..length).unwrap_or_default(), |row| {
            if let Some(((id, mask), range)) = slots.next() {
                let verdicts = eligibility::evaluate(row.flags, &facts, service);
                *id = *row.id.as_bytes();
                *mask = self::mask(verdicts);
                *range = [row.bytes.start, row.bytes.end].map(number);
                count += 1;
                last = [verdicts.overall() as u32, row.flags.bits().into()];
            }
        });
        let [verdict, flags] = last;
        *numbers = [count, verdict, flags, 0, 0, NONE, 0, 0];
        if part & LAST != 0 {
            *numbers = match reader.finish() {
                Ok(ListSummary { unreadable, more }) => {
                    [count, verdict, flags, number(unreadable), u32::from(more), NONE, 0, 0]
                }
                Err(error) => [count, verdict, flags, 0, 0, number(error.position), 0, 0],
            };
        }
    });
}

/// Returns the violated constraints in the lower half, and the unknown ones in the upper half.
pub(crate) fn mask(verdicts: Verdicts) -> u32 {
    u32::from(verdicts.violated.bits()) | u32::from(verdicts.unknown.bits()) << 16
}

/// Reads the facts, as [`read_list`] describes them.
pub(crate) const fn facts(bits: u32) -> Facts {
    const fn fact(bits: u32) -> Option<bool> {
        match bits & 3 {
            1 => Some(false),
            2 => Some(true),
            _ => None,
        }
    }
    Facts {
        snapshots: fact(bits),
        backups: fact(bits >> 2),
        backup_policy: fact(bits >> 4),
        frozen: fact(bits >> 6),
    }
}
