//! Names, ids and lists through buffers that JavaScript writes to and reads from.
//!
//! A call takes the lengths of what was written to the units or the bytes, and leaves what there is
//! to say in the numbers, the ids and the masks; [`places`] says where all of these are. A service,
//! a verdict or a code travels as its place in the core's list of them, from which
//! `npm/src/codes.ts` is made.

use std::cell::RefCell;
use volume_transfer::eligibility::{self, Verdicts};
use volume_transfer::flags::{Flag, LONGEST, VolumeFlags};
use volume_transfer::list::ListSummary;
use volume_transfer::{
    Facts, IdError, ListReader, NameError, NameParser, ProjectId, Service, VolumeId,
};
use wasm_bindgen::prelude::wasm_bindgen;

/// No place in a list.
pub const NONE: u32 = u32::MAX;

/// Room for a part of a text, in units of UTF-16.
const UNITS: usize = 1 << 12;

/// Room for a part of a list, in bytes. A row that ends in the next part is read more slowly: of so
/// many bytes it is one row in a hundred.
const BYTES: usize = 1 << 17;

/// How many rows can end in one part of a list: the smallest one that can be read,
/// `{"id":"..."},`, has 46 bytes, and another may have begun in the part before.
const ROWS: usize = BYTES / 46 + 2;

/// What is small comes first: code that reaches it is smaller, too.
#[repr(C)]
struct Door {
    numbers: [u32; 8],
    name: NameParser,
    screen: ListReader,
    masks: [u32; ROWS],
    rows: [[u32; 2]; ROWS],
    ids: [[u8; 36]; ROWS],
    units: [u16; UNITS],
    bytes: [u8; BYTES],
}

thread_local! {
    static DOOR: RefCell<Door> = const {
        RefCell::new(Door {
            units: [0; UNITS],
            bytes: [0; BYTES],
            numbers: [0; 8],
            ids: [[0; 36]; ROWS],
            masks: [0; ROWS],
            rows: [[0; 2]; ROWS],
            name: NameParser::new(*Service::EvsV2.name_rule()),
            screen: ListReader::new(),
        })
    };
}

/// Nothing calls out of here and back in, so the door is never found in use.
fn door<T: Default>(work: impl FnOnce(&mut Door) -> T) -> T {
    let done = DOOR.try_with(|door| door.try_borrow_mut().map(|mut door| work(&mut door)));
    done.ok().and_then(Result::ok).unwrap_or_default()
}

/// Where the numbers are. Leaves in them where the units are and how many may be written there,
/// the same of the bytes, and where the ids (36 bytes each), the masks (32 bits) and the rows (twice
/// 32 bits) are.
#[wasm_bindgen]
pub fn places() -> usize {
    door(|door| {
        let Door { units, bytes, numbers, ids, masks, rows, .. } = door;
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

/// Where a list that is being read is kept, so that JavaScript can put it aside and take it up
/// again; leaves how many bytes that is.
#[wasm_bindgen]
pub fn list() -> usize {
    door(|door| {
        let Door { screen, numbers, .. } = door;
        numbers[0] = number(size_of::<ListReader>());
        core::ptr::from_mut(screen).expose_provenance()
    })
}

/// The bits of a part: whether it is the first one, and whether the last. One part may be both.
pub const FIRST: u32 = 1;
/// See [`FIRST`].
pub const LAST: u32 = 2;

/// Reads so many units of a name. At the end it leaves its error and where in the text that is, the
/// name's length as the service counts it, and where in the text the trimmed name begins and ends.
#[wasm_bindgen]
pub fn name(service: u32, units: usize, part: u32) {
    door(|door| {
        if part & FIRST != 0 {
            door.name = NameParser::new(*self::service(service).name_rule());
        }
        for unit in door.units.iter().take(units) {
            door.name.push_utf16(*unit);
        }
        if part & LAST != 0 {
            let (error, position, trimmed) = match door.name.finish() {
                Ok(trimmed) => (NONE, NONE, trimmed.unwrap_or(0..0)),
                Err(error) => (error_place(&error), position(&error), 0..0),
            };
            let length = number(door.name.length());
            let (start, end) = (number(trimmed.start), number(trimmed.end));
            door.numbers = [error, position, length, start, end, 0, 0, 0];
        }
    });
}

/// The error's place in [`NameError::CODES`].
const fn error_place(error: &NameError) -> u32 {
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

/// Reads the id of a volume, or else of a project, of so many units; more than there is room for
/// says that it is too long. Leaves its error, how many bytes of it are where ids are, as it goes
/// into a request, and whether that is what was written.
#[wasm_bindgen]
pub fn id(of_volume: bool, units: usize) {
    door(|door| {
        let Door { units: buffer, ids, numbers, .. } = door;
        let ids = ids.as_flattened_mut();
        *numbers = match read_id(of_volume, buffer.get(..units), ids) {
            Ok((length, same)) => [NONE, number(length), u32::from(same), 0, 0, 0, 0, 0],
            Err(error) => [error as u32, 0, 0, 0, 0, 0, 0, 0],
        };
    });
}

fn read_id(
    of_volume: bool,
    units: Option<&[u16]>,
    to: &mut [u8],
) -> Result<(usize, bool), IdError> {
    let units = units.ok_or(IdError::Malformed)?;
    // As it nearly always is: an id and nothing else.
    let mut written = [u8::MAX; 64];
    for (to, unit) in written.iter_mut().zip(units) {
        *to = u8::try_from(*unit).unwrap_or(u8::MAX);
    }
    let written = written.get(..units.len()).unwrap_or_default();
    // Half a surrogate pair is in no id, and nor is a whole one.
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

/// What a text says to the rules as the value of one of [`Flag::ALL`], in bits of [`VolumeFlags`]. Of a
/// long text the first units are enough.
#[wasm_bindgen]
pub fn sign(place: usize, units: usize) -> u32 {
    door(|door| {
        let Some(flag) = Flag::ALL.get(place) else { return 0 };
        // What the rules look for is ASCII.
        let mut text = [0; LONGEST];
        let written = door.units.iter().take(units);
        let length = text.iter_mut().zip(written).map(|(to, from)| {
            *to = u8::try_from(*from).unwrap_or(u8::MAX);
        });
        let length = length.count();
        VolumeFlags::of_text(*flag, text.get(..length).unwrap_or_default()).bits().into()
    })
}

/// The mask of a volume with these flags; see [`screen`] for the facts and the mask.
#[wasm_bindgen]
pub fn judge(service: u32, facts: u32, flags: u16) -> u32 {
    let flags = VolumeFlags::from_bits(flags);
    mask(eligibility::evaluate(flags, &self::facts(facts), self::service(service)))
}

fn mask(verdicts: Verdicts) -> u32 {
    u32::from(verdicts.violated.bits()) | u32::from(verdicts.unknown.bits()) << 16
}

/// Reads so many bytes of a list. Leaves how many rows ended in them, and of the last one the
/// verdict and the flags; each row has an id, a mask, the violated constraints in its lower half and
/// the unknown ones in its upper, and the places in the list where it begins and ends. After the
/// last part, it leaves behind these three how many rows could not be read, whether there is another
/// page, and how many bytes stand before the place where the list is malformed or was cut.
///
/// The facts hold for every row: two bits for each of snapshots, backups, backup policy and frozen,
/// from the lowest on; 0 is not known, 1 is false, 2 is true.
#[wasm_bindgen]
pub fn screen(service: u32, facts: u32, length: usize, part: u32) {
    door(|door| {
        let Door { bytes, ids, masks, rows, screen, numbers, .. } = door;
        if part & FIRST != 0 {
            screen.restart();
        }
        let (service, facts) = (self::service(service), self::facts(facts));
        let mut places = ids.iter_mut().zip(masks).zip(rows);
        let (mut count, mut last) = (0, [NONE, 0]);
        // Whether it is a list is told at its end.
        let _ = screen.push(bytes.get(..length).unwrap_or_default(), |row| {
            if let Some(((id, mask), place)) = places.next() {
                let verdicts = eligibility::evaluate(row.flags, &facts, service);
                *id = *row.id.as_bytes();
                *mask = self::mask(verdicts);
                *place = [row.bytes.start, row.bytes.end].map(number);
                count += 1;
                last = [verdicts.overall() as u32, row.flags.bits().into()];
            }
        });
        let [verdict, flags] = last;
        *numbers = [count, verdict, flags, 0, 0, NONE, 0, 0];
        if part & LAST != 0 {
            *numbers = match screen.finish() {
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

fn service(place: u32) -> Service {
    let place = usize::try_from(place).unwrap_or(usize::MAX);
    Service::ALL.get(place).copied().unwrap_or_default()
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
