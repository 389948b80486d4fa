//! Many volumes at once, straight from the bytes of a list response.
//!
//! What [`api::decode_volumes`](crate::api::decode_volumes) and [`check`](crate::eligibility::check)
//! say of a list, without a volume being made and with nothing allocated: lists have 100,000 rows,
//! and a screen shows 100 of them.

use crate::eligibility::{Eligibility, Facts, ServiceType, Signs};
use crate::id::VolumeId;
use crate::json::{Reader, Refused, Visit};
use crate::loose::Scalar;
use crate::service::Service;
use core::fmt;

/// Reads a list response that comes in parts of any size.
///
/// ```
/// use volume_transfer::{Facts, Screen, Service, Verdict};
///
/// let mut screen = Screen::new(Service::Cinder, Facts::default());
/// let mut rows = Vec::new();
/// for part in [r#"{"volumes":[{"id":"c86b9af4-151d-4ead-"#, r#"b62c-5fb967af0e37","status":"in-use"}]}"#] {
///     screen.push(part.as_bytes(), |row| rows.push(row))?;
/// }
/// let screened = screen.finish()?;
/// assert_eq!(rows[0].overall(), Verdict::Violated);
/// assert_eq!((screened.unreadable, screened.more), (0, false));
/// # Ok::<(), volume_transfer::screen::ScreenError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Screen {
    service: Service,
    facts: Facts,
    reader: Reader,
    list: List,
    /// How many bytes were read, and whether none can follow.
    read: usize,
    failed: bool,
}

/// What there is to say of a list beside its rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Screened {
    /// How many rows could not be read. They are missing, and a person is to know it.
    pub unreadable: usize,
    /// Whether there is another page.
    pub more: bool,
}

/// The bytes are not a list of volumes, or not all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScreenError {
    /// How many bytes stand before the place where reading ended.
    pub position: usize,
}

impl ScreenError {
    /// A stable code: `malformed`.
    pub const fn code(&self) -> &'static str {
        "malformed"
    }
}

impl fmt::Display for ScreenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the list of volumes cannot be read after {} bytes", self.position)
    }
}

impl core::error::Error for ScreenError {}

impl Screen {
    /// Nothing read yet. The facts are taken to be known of every volume of the list.
    pub const fn new(service: Service, facts: Facts) -> Screen {
        Screen { service, facts, reader: Reader::new(), list: List::new(), read: 0, failed: false }
    }

    /// Reads the next part of the response, and calls `row` with every volume that ends in it.
    ///
    /// # Errors
    /// [`ScreenError`] where this can't be a list of volumes any more; no later part is looked at.
    /// The rows that came before are then not to be relied on.
    pub fn push(&mut self, part: &[u8], row: impl FnMut(Eligibility)) -> Result<(), ScreenError> {
        let Screen { service, facts, reader, list, read, failed } = self;
        let mut rows = Rows { list, service: *service, facts, row };
        let left = if *failed { Err(part) } else { reader.push(part, &mut rows) };
        *failed = left.is_err();
        *read += part.len() - left.map_or_else(<[u8]>::len, |()| 0);
        left.map_err(|_| ScreenError { position: *read })
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// [`ScreenError`] if reading failed before, the response was cut, or it has no `volumes`.
    pub const fn finish(&self) -> Result<Screened, ScreenError> {
        let List { volumes, screened, .. } = self.list;
        if volumes && !self.failed && self.reader.is_over() {
            Ok(screened)
        } else {
            Err(ScreenError { position: self.read })
        }
    }
}

/// The innermost of the places that mean something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Outside,
    Body,
    Volumes,
    Volume,
    Metadata,
    Links,
    Link,
}

/// A key that means something in its place.
#[derive(Clone, Copy, Debug)]
enum Field {
    Volumes,
    Links,
    Id,
    Status,
    Bootable,
    Encrypted,
    ServiceType,
    StoragePool,
    Metadata,
    Order,
    EvsEncrypted,
    Policy,
    Rel,
}

/// Which key means what where.
static FIELDS: [(Place, &[u8], Field); 13] = [
    (Place::Body, b"volumes", Field::Volumes),
    (Place::Body, b"volumes_links", Field::Links),
    (Place::Volume, b"id", Field::Id),
    (Place::Volume, b"status", Field::Status),
    (Place::Volume, b"bootable", Field::Bootable),
    (Place::Volume, b"encrypted", Field::Encrypted),
    (Place::Volume, b"service_type", Field::ServiceType),
    (Place::Volume, b"dedicated_storage_id", Field::StoragePool),
    (Place::Volume, b"metadata", Field::Metadata),
    (Place::Metadata, b"orderID", Field::Order),
    (Place::Metadata, b"__system__encrypted", Field::EvsEncrypted),
    (Place::Metadata, b"policy", Field::Policy),
    (Place::Link, b"rel", Field::Rel),
];

/// Where in the list the reading is, and what it has brought.
#[derive(Clone, Copy, Debug)]
struct List {
    place: Place,
    /// How many objects and arrays without a meaning are open in that place.
    inside: u32,
    field: Option<Field>,
    /// Whether there were `volumes`, and links. Twice either is a list that contradicts itself.
    volumes: bool,
    links: bool,
    /// The row that is being read.
    id: Option<VolumeId>,
    signs: Signs,
    /// Whether the link that is being read leads to the next page.
    next: bool,
    screened: Screened,
}

impl List {
    const fn new() -> List {
        List {
            place: Place::Outside,
            inside: 0,
            field: None,
            volumes: false,
            links: false,
            id: None,
            signs: Signs::NONE,
            next: false,
            screened: Screened { unreadable: 0, more: false },
        }
    }

    const fn first_links(&mut self) -> Result<(), Refused> {
        if core::mem::replace(&mut self.links, true) { Err(Refused) } else { Ok(()) }
    }
}

struct Rows<'a, Row> {
    list: &'a mut List,
    service: Service,
    facts: &'a Facts,
    row: Row,
}

impl<Row: FnMut(Eligibility)> Visit for Rows<'_, Row> {
    fn key(&mut self, text: &[u8]) {
        if self.list.inside == 0 {
            let found =
                FIELDS.iter().find(|(place, key, _)| *place == self.list.place && *key == text);
            self.list.field = found.map(|(_, _, field)| *field);
        }
    }

    fn scalar(&mut self, scalar: Scalar<'_>) -> Result<(), Refused> {
        let List { place, inside, field, id, signs, next, screened, .. } = &mut *self.list;
        match (place, field) {
            (_, _) if *inside > 0 => {}
            (Place::Outside, _) | (Place::Body, Some(Field::Volumes)) => return Err(Refused),
            (Place::Body, Some(Field::Links)) => self.list.first_links()?,
            (Place::Volumes, _) => screened.unreadable += 1,
            (_, Some(field)) => {
                let (text, flag) = (scalar.text(), scalar.flag());
                let filled = !text.is_empty();
                // The last of two equal keys counts.
                match field {
                    Field::Id => *id = VolumeId::from_bytes(text).ok(),
                    Field::Status => signs.available = text == b"available",
                    Field::Bootable => signs.bootable = flag,
                    Field::Encrypted => signs.encrypted = flag,
                    Field::ServiceType => signs.service_type = ServiceType::from_service(text),
                    Field::StoragePool => signs.storage_pool = filled,
                    Field::Metadata => signs.forget_metadata(),
                    Field::Order => signs.order = filled,
                    Field::EvsEncrypted => signs.evs_encrypted = flag,
                    Field::Policy => signs.policy = filled,
                    Field::Rel => *next = text == b"next",
                    Field::Volumes | Field::Links => {}
                }
            }
            (_, None) => {}
        }
        Ok(())
    }

    fn open(&mut self, object: bool) -> Result<(), Refused> {
        if self.list.inside > 0 {
            self.list.inside += 1;
            return Ok(());
        }
        let place = match (self.list.place, self.list.field, object) {
            (Place::Outside, _, true) => Place::Body,
            (Place::Body, Some(Field::Volumes), false) if !self.list.volumes => {
                self.list.volumes = true;
                Place::Volumes
            }
            (Place::Body, Some(Field::Links), false) => {
                self.list.first_links()?;
                Place::Links
            }
            (Place::Volumes, _, true) => {
                (self.list.id, self.list.signs) = (None, Signs::NONE);
                Place::Volume
            }
            (Place::Volume, Some(Field::Metadata), true) => {
                self.list.signs.forget_metadata();
                Place::Metadata
            }
            (Place::Links, _, true) => {
                self.list.next = false;
                Place::Link
            }
            (place, _, _) => {
                // Whatever is in it says no more than `null` would.
                self.scalar(Scalar::Other)?;
                self.list.inside = 1;
                place
            }
        };
        (self.list.place, self.list.field) = (place, None);
        Ok(())
    }

    fn close(&mut self) {
        let list = &mut *self.list;
        list.field = None;
        if list.inside > 0 {
            list.inside -= 1;
            return;
        }
        list.place = match list.place {
            Place::Outside | Place::Body => Place::Outside,
            Place::Volumes | Place::Links => Place::Body,
            Place::Metadata => Place::Volume,
            Place::Volume => {
                match list.id {
                    Some(id) => {
                        (self.row)(Eligibility::new(id, &list.signs, self.facts, self.service));
                    }
                    None => list.screened.unreadable += 1,
                }
                Place::Volumes
            }
            Place::Link => {
                list.screened.more |= list.next;
                Place::Links
            }
        };
    }
}
