//! Validates names and IDs, through buffers that JavaScript writes to and reads from.
//!
//! JavaScript writes text to the text buffer and passes its length in UTF-16 code units. The
//! results are numbers in a fixed array and, for an ID, its normalized form in the ID buffer.
//! Services and codes are passed as indices into the core's lists, from which `npm/src/codes.ts` is
//! generated.

use std::cell::RefCell;
use std::thread::LocalKey;
use volume_transfer::{IdError, NameError, NameParser, ProjectId, Service, VolumeId};
use wasm_bindgen::prelude::wasm_bindgen;

/// Stands for a missing index, position or error.
pub const NONE: u32 = u32::MAX;

/// The capacity of the text buffer, in UTF-16 code units.
const UNITS: usize = 1 << 12;

/// Small fields come first, because that makes the code that accesses them smaller.
#[repr(C)]
pub(crate) struct Buffers {
    numbers: [u32; 8],
    name: NameParser,
    id: [u8; 64],
    pub(crate) units: [u16; UNITS],
}

thread_local! {
    pub(crate) static BUFFERS: RefCell<Buffers> = const {
        RefCell::new(Buffers {
            numbers: [0; 8],
            name: NameParser::new(*Service::EvsV2.name_rule()),
            id: [0; 64],
            units: [0; UNITS],
        })
    };
}

/// Runs a function on the buffers. They are never borrowed twice, because no such function calls
/// JavaScript.
pub(crate) fn with<B, T: Default>(
    buffers: &'static LocalKey<RefCell<B>>,
    work: impl FnOnce(&mut B) -> T,
) -> T {
    let done = buffers.try_with(|buffers| buffers.try_borrow_mut().map(|mut own| work(&mut own)));
    done.ok().and_then(Result::ok).unwrap_or_default()
}

/// Returns the address of the array of numbers. Fills it with the text buffer's address and
/// capacity, and the ID buffer's address.
#[wasm_bindgen]
pub fn buffers() -> usize {
    with(&BUFFERS, |buffers| {
        let Buffers { units, numbers, id, .. } = buffers;
        let units = units.as_mut_ptr().expose_provenance();
        let id = id.as_mut_ptr().expose_provenance();
        *numbers = [number(units), number(UNITS), number(id), 0, 0, 0, 0, 0];
        numbers.as_mut_ptr().expose_provenance()
    })
}

/// The flag for the first chunk of a name or a list. A chunk can be both the first and the last.
pub const FIRST: u32 = 1;
/// The flag for the last chunk of a name or a list.
pub const LAST: u32 = 2;

/// Parses a chunk of a name, `units` code units long. `chunk_flags` combines [`FIRST`] and
/// [`LAST`]. After the last chunk, the numbers are the error, its position, the name's length as
/// the service counts it, and the start and end of the trimmed name.
#[wasm_bindgen]
pub fn parse_name(service: u32, units: usize, chunk_flags: u32) {
    with(&BUFFERS, |buffers| {
        if chunk_flags & FIRST != 0 {
            buffers.name = NameParser::new(*self::service(service).name_rule());
        }
        buffers.name.push_utf16(buffers.units.get(..units).unwrap_or_default());
        if chunk_flags & LAST != 0 {
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

/// Returns the error's index in [`NameError::CODES`].
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

/// Parses the ID of a volume or a project, `units` code units long. An ID that doesn't fit into the
/// text buffer is malformed. Writes the normalized ID to the ID buffer. The numbers are the error,
/// the normalized ID's length in bytes, and whether it equals the input.
#[wasm_bindgen]
pub fn parse_id(of_volume: bool, units: usize) {
    with(&BUFFERS, |buffers| {
        let Buffers { units: buffer, id, numbers, .. } = buffers;
        *numbers = match normalize_id(of_volume, buffer.get(..units), id) {
            Ok((length, same)) => [NONE, number(length), u32::from(same), 0, 0, 0, 0, 0],
            Err(error) => [error as u32, 0, 0, 0, 0, 0, 0, 0],
        };
    });
}

/// Writes the normalized ID to `to`. Returns its length, and whether it equals the input.
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
    // A surrogate pair becomes two replacement characters, which are just as malformed in an ID.
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

pub(crate) fn number(size: usize) -> u32 {
    u32::try_from(size).unwrap_or(NONE)
}

pub(crate) fn service(index: u32) -> Service {
    let index = usize::try_from(index).unwrap_or(usize::MAX);
    Service::ALL.get(index).copied().unwrap_or_default()
}
