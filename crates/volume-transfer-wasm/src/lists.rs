//! Reads lists, through buffers like those in [`buffers`](crate::buffers).

use crate::buffers::{FIRST, LAST, NONE, number, service, with};
use std::cell::RefCell;
use volume_transfer::eligibility::{self, Verdicts};
use volume_transfer::list::ListSummary;
use volume_transfer::{Facts, ListReader};
use wasm_bindgen::prelude::wasm_bindgen;

/// The capacity of the input buffer, in bytes. A row that spans two chunks is read more slowly.
/// With chunks of this size, that is one row in a hundred.
const BYTES: usize = 1 << 17;

/// The maximum number of rows that end in one chunk of a list. The shortest readable row,
/// `{"id":"..."},`, is 46 bytes long, and one more row may have begun in the previous chunk.
const ROWS: usize = BYTES / 46 + 2;

/// Small fields come first, because that makes the code that accesses them smaller.
#[repr(C)]
struct ListBuffers {
    numbers: [u32; 8],
    reader: ListReader,
    masks: [u32; ROWS],
    ranges: [[u32; 2]; ROWS],
    ids: [[u8; 36]; ROWS],
    input: [u8; BYTES],
}

thread_local! {
    static LIST_BUFFERS: RefCell<ListBuffers> = const {
        RefCell::new(ListBuffers {
            numbers: [0; 8],
            reader: ListReader::new(),
            masks: [0; ROWS],
            ranges: [[0; 2]; ROWS],
            ids: [[0; 36]; ROWS],
            input: [0; BYTES],
        })
    };
}

/// Returns the address of the array of numbers. Fills it with the input buffer's address and
/// capacity in bytes, the addresses of the buffers for IDs (36 bytes each), masks (32 bits each)
/// and byte ranges (two 32-bit numbers each), and the list reader's address and size in bytes.
/// JavaScript can save the reader's state and restore it after reading another list.
#[wasm_bindgen]
pub fn list_buffers() -> usize {
    with(&LIST_BUFFERS, |buffers| {
        let ListBuffers { input, numbers, ids, masks, ranges, reader } = buffers;
        *numbers = [
            input.as_mut_ptr().expose_provenance(),
            BYTES,
            ids.as_mut_ptr().expose_provenance(),
            masks.as_mut_ptr().expose_provenance(),
            ranges.as_mut_ptr().expose_provenance(),
            core::ptr::from_mut(reader).expose_provenance(),
            size_of::<ListReader>(),
            0,
        ]
        .map(number);
        numbers.as_mut_ptr().expose_provenance()
    })
}

/// Reads a chunk of a list, `length` bytes long. `chunk_flags` combines [`FIRST`] and [`LAST`].
/// For each row that ends in the chunk, writes its ID, its mask, and its byte range in the list. A
/// mask has the violated constraints in its lower half and the unknown ones in its upper half. The
/// first three numbers are the row count, the last row's verdict, and its flags.
///
/// After the last chunk, the next three numbers are the count of unreadable rows, whether there is
/// another page, and the position at which the list is malformed or was cut off, or [`NONE`].
///
/// `facts` applies to every row. Each fact has two bits, starting with the lowest: snapshots,
/// backups, backup policy and frozen. 0 means unknown, 1 false, and 2 true.
#[wasm_bindgen]
pub fn read_list(service: u32, facts: u32, length: usize, chunk_flags: u32) {
    with(&LIST_BUFFERS, |buffers| {
        let ListBuffers { input, ids, masks, ranges, reader, numbers } = buffers;
        if chunk_flags & FIRST != 0 {
            reader.restart();
        }
        let (service, facts) = (self::service(service), self::facts(facts));
        let mut slots = ids.iter_mut().zip(masks).zip(ranges);
        let (mut count, mut last) = (0, [NONE, 0]);
        // `finish` returns the error if this isn't a list.
        let _ = reader.push(input.get(..length).unwrap_or_default(), |row| {
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
        if chunk_flags & LAST != 0 {
            *numbers = match reader.finish() {
                Ok(ListSummary { unreadable, more }) => {
                    [count, verdict, flags, number(unreadable), u32::from(more), NONE, 0, 0]
                }
                Err(error) => [count, verdict, flags, 0, 0, number(error.position), 0, 0],
            };
        }
    });
}

/// Returns a mask with the violated constraints in its lower half and the unknown ones in its upper
/// half.
pub(crate) fn mask(verdicts: Verdicts) -> u32 {
    u32::from(verdicts.violated.bits()) | u32::from(verdicts.unknown.bits()) << 16
}

/// Decodes facts that are encoded as [`read_list`] describes.
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
