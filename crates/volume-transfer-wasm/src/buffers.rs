//! Validates names and IDs and reads lists, through buffers that JavaScript writes to and reads
//! from.
//!
//! A call takes the number of UTF-16 units or bytes that JavaScript wrote. It writes its result to
//! the numbers, IDs, masks and rows, whose addresses [`buffers`] returns. A service, a verdict or a
//! code is passed as its index in the core's list, from which `npm/src/codes.ts` is generated.

use std::cell::RefCell;
use volume_transfer::eligibility::{self, Verdicts};
use volume_transfer::flags::{Flag, LONGEST, VolumeFlags};
use volume_transfer::list::ListSummary;
use volume_transfer::{
    Facts, IdError, ListReader, NameError, NameParser, ProjectId, Service, VolumeId,
};
use wasm_bindgen::prelude::wasm_bindgen;

/// Stands for a missing index, position or error.
pub const NONE: u32 = u32::MAX;

/// The capacity for text, in UTF-16 units.
const UNITS: usize = 1 << 12;

/// The capacity for a part of a list, in bytes. Rows that span two parts are read more slowly. With
/// parts of this size, that is one row in a hundred.
const BYTES: usize = 1 << 17;

/// The maximum number of rows that end in one part of a list. The smallest readable row,
/// `{"id":"..."},`, has 46 bytes, and one more row may have begun in the part before.
const ROWS: usize = BYTES / 46 + 2;

/// Small fields come first, because that makes the code that accesses them smaller.
#[repr(C)]
struct Buffers {
    numbers: [u32; 8],
    name: NameParser,
    list: ListReader,
    masks: [u32; ROWS],
    rows: [[u32; 2]; ROWS],
    ids: [[u8; 36]; ROWS],
    units: [u16; UNITS],
    bytes: [u8; BYTES],
}

thread_local! {
    static BUFFERS: RefCell<Buffers> = const {
        RefCell::new(Buffers {
            units: [0; UNITS],
            bytes: [0; BYTES],
            numbers: [0; 8],
            ids: [[0; 36]; ROWS],
            masks: [0; ROWS],
            rows: [[0; 2]; ROWS],
            name: NameParser::new(*Service::EvsV2.name_rule()),
            list: ListReader::new(),
        })
    };
}

/// Runs a function with the buffers. They are never borrowed twice, because no call leaves this
/// module.
fn with_buffers<T: Default>(work: impl FnOnce(&mut Buffers) -> T) -> T {
    let done = BUFFERS.try_with(|buffers| buffers.try_borrow_mut().map(|mut own| work(&mut own)));
    done.ok().and_then(Result::ok).unwrap_or_default()
}

/// Returns the address of the numbers. Writes to them the addresses and capacities of the units and
/// the bytes, and the addresses of the IDs (36 bytes each), the masks (32 bits each) and the rows
/// (two times 32 bits each).
#[wasm_bindgen]
pub fn buffers() -> usize {
    with_buffers(|buffers| {
        let Buffers { units, bytes, numbers, ids, masks, rows, .. } = buffers;
        *numbers = [
            units.as_mut_ptr().expose_provenance(),
            UNITS,
            bytes.as_mut_ptr().expose_provenance(),
            BYTES,
            ids.as_mut_ptr().expose_provenance(),
            masks.as_mut_ptr().expose_provenance(),
            rows.as_mut_ptr().expose_provenance(),
            0,
        ]
        .map(number);
        numbers.as_mut_ptr().expose_provenance()
    })
}

/// Returns the address of the list reader and writes its size in bytes to the numbers, so that
/// JavaScript can save the reader's state and restore it after reading another list.
#[wasm_bindgen]
pub fn list_reader() -> usize {
    with_buffers(|buffers| {
        let Buffers { list, numbers, .. } = buffers;
        numbers[0] = number(size_of::<ListReader>());
        core::ptr::from_mut(list).expose_provenance()
    })
}

/// Marks the first part of a string or a list. A part can be both the first and the last.
pub const FIRST: u32 = 1;
/// Marks the last part of a string or a list.
pub const LAST: u32 = 2;

/// Parses a part of a name, which has `units` units. After the last part, writes the error, its
/// position, the name's length as the service counts it, and the start and end of the trimmed name.
#[wasm_bindgen]
pub fn parse_name(service: u32, units: usize, part: u32) {
    with_buffers(|buffers| {
        if part & FIRST != 0 {
            buffers.name = NameParser::new(*self::service(service).name_rule());
        }
        for unit in buffers.units.iter().take(units) {
            buffers.name.push_utf16(*unit);
        }
        if part & LAST != 0 {
            let (error, position, trimmed) = match buffers.name.finish() {
                Ok(trimmed) => (NONE, NONE, trimmed.unwrap_or(0..0)),
                Err(error) => (error_index(&error), position(&error), 0..0),
            };
            let length = number(buffers.name.length());
            let (start, end) = (number(trimmed.start), number(trimmed.end));
            buffers.numbers = [error, position, length, start, end, 0, 0, 0];
        }
    });
}

/// The error's index in [`NameError::CODES`].
const fn error_index(error: &NameError) -> u32 {
    match error {
        NameError::Required => 0,
        NameError::Blank => 1,
        NameError::TooLong { .. } => 2,
        NameError::Nul { .. } => 3,
        NameError::LoneSurrogate { .. } => 4,
    }
}

fn position(error: &NameError) -> u32 {
    match error {
        NameError::Nul { position } | NameError::LoneSurrogate { position } => number(*position),
        NameError::Required | NameError::Blank | NameError::TooLong { .. } => NONE,
    }
}

/// Parses the ID of a volume or a project, which has `units` units. If that exceeds the capacity,
/// the ID is malformed. Writes the error, the length of the normalized ID in bytes, and whether it
/// equals the input. The ID itself goes to the IDs.
#[wasm_bindgen]
pub fn parse_id(of_volume: bool, units: usize) {
    with_buffers(|buffers| {
        let Buffers { units: buffer, ids, numbers, .. } = buffers;
        let ids = ids.as_flattened_mut();
        *numbers = match normalize_id(of_volume, buffer.get(..units), ids) {
            Ok((length, same)) => [NONE, number(length), u32::from(same), 0, 0, 0, 0, 0],
            Err(error) => [error as u32, 0, 0, 0, 0, 0, 0, 0],
        };
    });
}

/// Writes the normalized ID. Returns its length, and whether it equals the input.
fn normalize_id(
    of_volume: bool,
    units: Option<&[u16]>,
    to: &mut [u8],
) -> Result<(usize, bool), IdError> {
    let units = units.ok_or(IdError::Malformed)?;
    // Fast path: the input is nearly always an ID and nothing else.
    let mut written = [u8::MAX; 64];
    for (to, unit) in written.iter_mut().zip(units) {
        *to = u8::try_from(*unit).unwrap_or(u8::MAX);
    }
    let written = written.get(..units.len()).unwrap_or_default();
    // No ID contains a surrogate, so a pair may become two replacement characters.
    let char = |unit: &u16| char::from_u32(u32::from(*unit)).unwrap_or('\u{fffd}');
    let text = units.iter().map(char);
    let (project, volume);
    let id: &[u8] = if of_volume {
        volume = VolumeId::from_bytes(written).or_else(|_| VolumeId::from_chars(text))?;
        volume.as_bytes()
    } else {
        project = ProjectId::from_bytes(written).or_else(|_| ProjectId::from_chars(text))?;
        project.as_bytes()
    };
    for (to, from) in to.iter_mut().zip(id) {
        *to = *from;
    }
    Ok((id.len(), id == written))
}

/// Returns the flags of a record with a single text field, as bits of [`VolumeFlags`]. `flag` is an
/// index into [`Flag::ALL`]. The first units of a long text are enough.
#[wasm_bindgen]
pub fn text_flags(flag: usize, units: usize) -> u32 {
    with_buffers(|buffers| {
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

/// Evaluates a volume with these flags. Returns its mask; see [`read_list`] for facts and masks.
#[wasm_bindgen]
pub fn evaluate(service: u32, facts: u32, flags: u16) -> u32 {
    let flags = VolumeFlags::from_bits(flags);
    mask(eligibility::evaluate(flags, &self::facts(facts), self::service(service)))
}

fn mask(verdicts: Verdicts) -> u32 {
    u32::from(verdicts.violated.bits()) | u32::from(verdicts.unknown.bits()) << 16
}

/// Reads a part of a list, which has `length` bytes. Writes the number of rows that ended in it,
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
    with_buffers(|buffers| {
        let Buffers { bytes, ids, masks, rows, list, numbers, .. } = buffers;
        if part & FIRST != 0 {
            list.restart();
        }
        let (service, facts) = (self::service(service), self::facts(facts));
        let mut slots = ids.iter_mut().zip(masks).zip(rows);
        let (mut count, mut last) = (0, [NONE, 0]);
        // `finish` returns the error if this isn't a list.
        let _ = list.push(bytes.get(..length).unwrap_or_default(), |row| {
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
            *numbers = match list.finish() {
                Ok(ListSummary { unreadable, more }) => {
                    [count, verdict, flags, number(unreadable), u32::from(more), NONE, 0, 0]
                }
                Err(error) => [count, verdict, flags, 0, 0, number(error.position), 0, 0],
            };
        }
    });
}

fn number(size: usize) -> u32 {
    u32::try_from(size).unwrap_or(NONE)
}

fn service(index: u32) -> Service {
    let index = usize::try_from(index).unwrap_or(usize::MAX);
    Service::ALL.get(index).copied().unwrap_or_default()
}

const fn facts(bits: u32) -> Facts {
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
