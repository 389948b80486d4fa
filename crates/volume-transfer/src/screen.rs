//! Many volumes at once, straight from the bytes of a list response.
//!
//! What [`api::decode_volumes`](crate::api::decode_volumes) and [`check`](crate::eligibility::check)
//! say of a list, without a volume being made and with nothing allocated: lists have 100,000 rows,
//! and a screen shows 100 of them.

use crate::constraint::ConstraintSet;
use crate::eligibility::{Eligibility, Facts, Verdicts, judge};
use crate::id::VolumeId;
use crate::json::{Left, Reader, Refused, Visit};
use crate::loose::Scalar;
use crate::pattern::{Pattern, Said};
use crate::service::Service;
use crate::signs::{Sign, Signs};
use core::fmt;
use core::ops::Range;

/// Reads a list response that comes in parts of any size. Larger parts are read faster.
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
/// assert_eq!(rows[0].eligibility.overall(), Verdict::Violated);
/// assert_eq!(rows[0].bytes, 12..75);
/// assert_eq!((screened.unreadable, screened.more), (0, false));
/// # Ok::<(), volume_transfer::screen::ScreenError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Screen {
    service: Service,
    facts: Facts,
    reader: Reader,
    list: List,
    pattern: Pattern,
    /// How many bytes were read, and whether none can follow.
    read: usize,
    failed: bool,
}

/// A volume of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its id, and the verdicts on it.
    pub eligibility: Eligibility,
    /// What its record says to the rules.
    pub signs: Signs,
    /// Where in the response it stands, in bytes: an object, from brace to brace.
    pub bytes: Range<usize>,
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
        Screen {
            service,
            facts,
            reader: Reader::new(),
            list: List::new(),
            pattern: Pattern::new(),
            read: 0,
            failed: false,
        }
    }

    /// Begins another list, in the same place: a screen is 20 KB.
    pub fn restart(&mut self, service: Service, facts: Facts) {
        (self.service, self.facts) = (service, facts);
        (self.reader, self.list) = (Reader::new(), List::new());
        (self.read, self.failed) = (0, false);
        self.pattern.restart();
    }

    /// Reads the next part of the response, and calls `row` with every volume that ends in it.
    ///
    /// # Errors
    /// [`ScreenError`] where this can't be a list of volumes any more; no later part is looked at.
    /// The rows that came before are then not to be relied on.
    pub fn push(&mut self, part: &[u8], mut row: impl FnMut(Row)) -> Result<(), ScreenError> {
        if self.failed {
            return Err(ScreenError { position: self.read });
        }
        let end = self.read + part.len();
        let left = self.rows(part, end, &mut row);
        self.failed = left.is_err();
        self.read = end - left.map_or_else(<[u8]>::len, |()| 0);
        if self.failed { Err(ScreenError { position: self.read }) } else { Ok(()) }
    }

    /// Reads a part that ends so many bytes behind the beginning; `Err` with what is left of it.
    fn rows<'a>(
        &mut self,
        part: &'a [u8],
        end: usize,
        row: &mut impl FnMut(Row),
    ) -> Result<(), &'a [u8]> {
        let Screen { service, facts, reader, list, pattern, .. } = self;
        // What there was to note is in the part before.
        pattern.lose();
        let (mut rest, mut noted, mut ended) = (part, part, None::<&[u8]>);
        loop {
            // The reader goes to where a row begins or ends, or behind a value directly in it.
            let read = reader.push(rest, &mut Rows { list, pattern, stops: false })?;
            let Some(left) = read else { return Ok(()) };
            rest = left;
            if reader.is_fresh() {
                if let Some(before) = ended.take() {
                    pattern.learn_gap(before.get(..before.len() - left.len()).unwrap_or_default());
                }
                list.begin_row(end - left.len() - 1);
                pattern.begin();
            } else {
                pattern.learn(noted, left.len(), list.place == Place::Volumes);
            }
            // From there it goes on as rows went before, perhaps for many of them.
            loop {
                if list.place == Place::Volumes {
                    list.end_row(end - rest.len(), *service, facts, row);
                    let Some(next) = pattern.next(rest) else {
                        ended = Some(rest);
                        break;
                    };
                    rest = next;
                    reader.open();
                    list.place = Place::Volume;
                    list.begin_row(end - rest.len() - 1);
                    pattern.begin();
                }
                let (length, over) = pattern.follow(rest, |said| list.hear(said));
                let Some((_, behind)) = rest.split_at_checked(length) else { break };
                rest = behind;
                if !over {
                    if length > 0 {
                        reader.skip_value();
                    }
                    noted = rest;
                    break;
                }
                reader.close();
                list.place = Place::Volumes;
            }
        }
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    Volumes,
    Links,
    Id,
    Metadata,
    Sign(Sign),
    Rel,
}

/// Which key means what where, beside the signs.
static FIELDS: [(Place, &[u8], Field); 5] = [
    (Place::Body, b"volumes", Field::Volumes),
    (Place::Body, b"volumes_links", Field::Links),
    (Place::Volume, b"id", Field::Id),
    (Place::Volume, b"metadata", Field::Metadata),
    (Place::Link, b"rel", Field::Rel),
];

/// What a key means in a place.
fn field(within: Place, key: &[u8]) -> Option<Field> {
    let found = FIELDS.iter().find(|(place, name, _)| *place == within && *name == key);
    let sign = |sign: &Sign| {
        let (name, in_metadata) = sign.key();
        let place = if in_metadata { Place::Metadata } else { Place::Volume };
        place == within && name.as_bytes() == key
    };
    let signs = || Sign::ALL.into_iter().find(sign).map(Field::Sign);
    found.map(|(_, _, field)| *field).or_else(signs)
}

const JUDGED: usize = 32;

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
    /// The row that is being read: where it begins, and what it says.
    begins: usize,
    id: Option<VolumeId>,
    signs: Signs,
    /// Signs that were judged, each in its place: a list has but few different ones.
    judged: [(Option<Signs>, Verdicts); JUDGED],
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
            begins: 0,
            id: None,
            signs: Signs::NONE,
            judged: [(
                None,
                Verdicts { violated: ConstraintSet::EMPTY, unknown: ConstraintSet::EMPTY },
            ); JUDGED],
            next: false,
            screened: Screened { unreadable: 0, more: false },
        }
    }

    const fn first_links(&mut self) -> Result<(), Refused> {
        if core::mem::replace(&mut self.links, true) { Err(Refused) } else { Ok(()) }
    }

    const fn begin_row(&mut self, at: usize) {
        (self.begins, self.id, self.signs) = (at, None, Signs::NONE);
    }

    fn end_row(&mut self, at: usize, service: Service, facts: &Facts, row: &mut impl FnMut(Row)) {
        let Some(id) = self.id else {
            self.screened.unreadable += 1;
            return;
        };
        let signs = self.signs;
        let verdicts =
            match self.judged.get_mut(usize::from(signs.bits() ^ signs.bits() >> 5) % JUDGED) {
                Some((known, verdicts)) if *known == Some(signs) => *verdicts,
                Some(place) => {
                    let verdicts = judge(signs, facts, service);
                    *place = (Some(signs), verdicts);
                    verdicts
                }
                None => judge(signs, facts, service),
            };
        let eligibility = Eligibility::new(id, verdicts, service);
        row(Row { eligibility, signs, bytes: self.begins..at });
    }

    /// Takes in what a row says.
    fn hear(&mut self, said: Said<'_>) {
        let List { id, signs, next, .. } = self;
        let (field, scalar) = match said {
            Said::Value(field, scalar) => (field, scalar),
            Said::Metadata => return signs.forget_metadata(),
        };
        // The last of two equal keys counts.
        match field {
            Field::Id => *id = VolumeId::from_bytes(scalar.text()).ok(),
            Field::Sign(sign) => signs.take(sign, scalar),
            Field::Metadata => signs.forget_metadata(),
            Field::Rel => *next = scalar.text() == b"next",
            Field::Volumes | Field::Links => {}
        }
    }

    /// Takes in a value that stands in this place.
    fn scalar(&mut self, scalar: Scalar<'_>) -> Result<(), Refused> {
        match (self.place, self.field) {
            (_, _) if self.inside > 0 => {}
            (Place::Outside, _) | (Place::Body, Some(Field::Volumes)) => return Err(Refused),
            (Place::Body, Some(Field::Links)) => self.first_links()?,
            (Place::Volumes, _) => self.screened.unreadable += 1,
            (_, Some(field)) => self.hear(Said::Value(field, scalar)),
            (_, None) => {}
        }
        Ok(())
    }
}

/// A list that is read, and the pattern that its rows are noted for.
struct Rows<'a> {
    list: &'a mut List,
    pattern: &'a mut Pattern,
    stops: bool,
}

impl Visit for Rows<'_> {
    fn wants(&self, key: bool) -> bool {
        self.list.inside == 0 && (key || self.list.field.is_some())
    }

    fn key(&mut self, text: &[u8]) {
        let List { place, inside, field, .. } = &mut *self.list;
        if *inside == 0 {
            *field = self::field(*place, text);
        }
    }

    fn scalar(&mut self, scalar: Scalar<'_>, left: Left) -> Result<(), Refused> {
        let List { place, inside, field, .. } = *self.list;
        let field = field.filter(|_| inside == 0);
        let text = matches!(scalar, Scalar::Text(_));
        // A word without a meaning is as good as what stands around it: few words are seen.
        if text || field.is_some() {
            let direct = place == Place::Volume && inside == 0;
            self.pattern.note(field, direct, left);
            self.stops = direct;
        }
        self.list.scalar(scalar)
    }

    fn open(&mut self, object: bool) -> Result<(), Refused> {
        let List { place, inside, field, volumes, .. } = *self.list;
        if inside > 0 {
            self.list.inside += 1;
            return Ok(());
        }
        let place = match (place, field, object) {
            (Place::Outside, _, true) => Place::Body,
            (Place::Body, Some(Field::Volumes), false) if !volumes => {
                self.list.volumes = true;
                Place::Volumes
            }
            (Place::Body, Some(Field::Links), false) => {
                self.list.first_links()?;
                Place::Links
            }
            (Place::Volumes, _, true) => Place::Volume,
            (Place::Volume, Some(Field::Metadata), true) => {
                self.list.hear(Said::Metadata);
                self.pattern.note_metadata();
                Place::Metadata
            }
            (Place::Links, _, true) => {
                self.list.next = false;
                Place::Link
            }
            (place, field, _) => {
                // Whatever is in it says no more than `null` would.
                self.list.scalar(Scalar::Other)?;
                self.list.inside = 1;
                if field.is_some() {
                    self.pattern.lose();
                }
                place
            }
        };
        (self.list.place, self.list.field) = (place, None);
        self.stops = place == Place::Volume && self.list.inside == 0;
        Ok(())
    }

    fn close(&mut self) {
        let list = &mut *self.list;
        list.field = None;
        if list.inside > 0 {
            list.inside -= 1;
            return;
        }
        let of = list.place;
        list.place = match of {
            Place::Outside | Place::Body => Place::Outside,
            Place::Volumes | Place::Links => Place::Body,
            Place::Volume => Place::Volumes,
            Place::Metadata => Place::Volume,
            Place::Link => {
                list.screened.more |= list.next;
                Place::Links
            }
        };
        self.stops = of == Place::Volume;
    }

    fn stops(&mut self) -> bool {
        core::mem::take(&mut self.stops)
    }
}
