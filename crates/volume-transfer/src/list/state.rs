//! Tracks the position in a list response, and collects the current row.

use super::fields::{self, Field, Place, Shown};
use super::layouts::Layouts;
use super::row::{ListSummary, Row};
use crate::flags::{Flag, VolumeFlags};
use crate::id::VolumeId;
use crate::json::{Handler, Invalid, Left};
use crate::loose::Scalar;
use core::ops::Range;

/// The position in the list, the current row, and the summary so far.
#[derive(Clone, Debug)]
pub(crate) struct List {
    pub(crate) place: Place,
    /// The number of irrelevant objects and arrays that are open inside `place`.
    skipped_depth: u32,
    field: Option<Field>,
    /// Whether `volumes` was found. A second one makes the list ambiguous, as does a second
    /// `volumes_links`.
    pub(crate) volumes: bool,
    links: bool,
    /// The start of the current row.
    row_start: usize,
    id: Option<VolumeId>,
    flags: VolumeFlags,
    /// The byte ranges of the row's values that are shown to users, indexed by [`Shown`].
    shown: [Range<usize>; 4],
    /// Whether the current link points to the next page.
    next: bool,
    pub(crate) summary: ListSummary,
}

impl List {
    pub(crate) const fn new() -> List {
        List {
            place: Place::Outside,
            skipped_depth: 0,
            field: None,
            volumes: false,
            links: false,
            row_start: 0,
            id: None,
            flags: VolumeFlags::NONE,
            shown: [const { 0..0 }; 4],
            next: false,
            summary: ListSummary { unreadable: 0, more: false },
        }
    }

    const fn record_links(&mut self) -> Result<(), Invalid> {
        if core::mem::replace(&mut self.links, true) { Err(Invalid) } else { Ok(()) }
    }

    pub(crate) fn begin_row(&mut self, at: usize) {
        (self.row_start, self.id, self.flags) = (at, None, VolumeFlags::NONE);
        self.shown = [const { 0..0 }; 4];
    }

    pub(crate) fn end_row(&mut self, at: usize, row: &mut impl FnMut(Row)) {
        let Some(id) = self.id else {
            self.summary.unreadable += 1;
            return;
        };
        row(Row { id, flags: self.flags, bytes: self.row_start..at, shown: self.shown.clone() });
    }

    /// Records a field's value. For `metadata`, clears the flags of any earlier metadata.
    pub(crate) fn record(&mut self, field: Field, scalar: Scalar<'_>, at: Range<usize>) {
        // If a key is repeated, its last value counts.
        match field {
            Field::Id => self.id = VolumeId::from_bytes(scalar.text()).ok(),
            Field::Shown(shown) => self.show(shown, at),
            Field::Flag(flag) => {
                self.flags.take(flag, scalar);
                if let Flag::Status = flag {
                    self.show(Shown::Status, at);
                }
            }
            Field::Metadata => self.flags.forget_metadata(),
            Field::Rel => self.next = scalar.text() == b"next",
            Field::Volumes | Field::Links => {}
        }
    }

    fn show(&mut self, shown: Shown, at: Range<usize>) {
        if let Some(range) = self.shown.get_mut(shown as usize) {
            *range = at;
        }
    }

    /// Handles a value in the current container.
    fn scalar(&mut self, scalar: Scalar<'_>, at: Range<usize>) -> Result<(), Invalid> {
        match (self.place, self.field) {
            (_, _) if self.skipped_depth > 0 => {}
            // Some services write `null` for an empty list.
            (Place::Body, Some(Field::Volumes)) if matches!(scalar, Scalar::Null) => {
                if core::mem::replace(&mut self.volumes, true) {
                    return Err(Invalid);
                }
            }
            (Place::Outside, _) | (Place::Body, Some(Field::Volumes)) => return Err(Invalid),
            (Place::Body, Some(Field::Links)) => self.record_links()?,
            (Place::Volumes, _) => self.summary.unreadable += 1,
            (_, Some(field)) => self.record(field, scalar, at),
            (_, None) => {}
        }
        Ok(())
    }
}

/// Passes the parser's events to the list's state and to the layouts that are being learned.
pub(crate) struct ListHandler<'a> {
    pub(crate) list: &'a mut List,
    pub(crate) layouts: &'a mut Layouts,
    /// The position of the chunk's end in the response.
    pub(crate) end: usize,
    pub(crate) should_pause: bool,
}

impl Handler for ListHandler<'_> {
    fn wants(&self, key: bool) -> bool {
        self.list.skipped_depth == 0 && (key || self.list.field.is_some())
    }

    fn key(&mut self, text: &[u8]) {
        let List { place, skipped_depth, field, .. } = &mut *self.list;
        if *skipped_depth == 0 {
            *field = fields::field(*place, text);
        }
    }

    fn scalar(&mut self, scalar: Scalar<'_>, left: Left) -> Result<(), Invalid> {
        let List { place, skipped_depth, field, .. } = *self.list;
        let field = field.filter(|_| skipped_depth == 0);
        let text = matches!(scalar, Scalar::Text(_));
        // Outside known fields, `true`, `false` and `null` become part of the layout, because JSON
        // has only these three literals.
        if text || field.is_some() {
            let top_level = place == Place::Volume && skipped_depth == 0;
            self.layouts.record_value(field, top_level, left);
            self.should_pause = top_level;
        }
        self.list.scalar(scalar, left.range(self.end))
    }

    fn open(&mut self, object: bool) -> Result<(), Invalid> {
        let List { place, skipped_depth, field, volumes, .. } = *self.list;
        if skipped_depth > 0 {
            self.list.skipped_depth += 1;
            return Ok(());
        }
        let place = match (place, field, object) {
            (Place::Outside, _, true) => Place::Body,
            (Place::Body, Some(Field::Volumes), false) if !volumes => {
                self.list.volumes = true;
                Place::Volumes
            }
            (Place::Body, Some(Field::Links), false) => {
                self.list.record_links()?;
                Place::Links
            }
            (Place::Volumes, _, true) => Place::Volume,
            (Place::Volume, Some(Field::Metadata), true) => {
                self.list.record(Field::Metadata, Scalar::Other, 0..0);
                self.layouts.record_metadata();
                Place::Metadata
            }
            (Place::Links, _, true) => {
                self.list.next = false;
                Place::Link
            }
            (place, field, _) => {
                // The content of any other object or array is skipped.
                self.list.scalar(Scalar::Other, 0..0)?;
                self.list.skipped_depth = 1;
                if field.is_some() {
                    self.layouts.forget_position();
                }
                place
            }
        };
        (self.list.place, self.list.field) = (place, None);
        self.should_pause = place == Place::Volume && self.list.skipped_depth == 0;
        Ok(())
    }

    fn close(&mut self) {
        let list = &mut *self.list;
        list.field = None;
        if list.skipped_depth > 0 {
            list.skipped_depth -= 1;
            return;
        }
        let closed = list.place;
        list.place = match closed {
            Place::Outside | Place::Body => Place::Outside,
            Place::Volumes | Place::Links => Place::Body,
            Place::Volume => Place::Volumes,
            Place::Metadata => Place::Volume,
            Place::Link => {
                list.summary.more |= list.next;
                Place::Links
            }
        };
        self.should_pause = closed == Place::Volume;
    }

    fn should_pause(&mut self) -> bool {
        core::mem::take(&mut self.should_pause)
    }
}
