//! What the reader returns: rows, and what concerns the list as a whole.

use super::fields::Shown;
use crate::document;
use crate::flags::VolumeFlags;
use crate::id::VolumeId;
use crate::volume::Volume;
use core::ops::Range;
use serde_json::Value;

/// A volume of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its id.
    pub id: VolumeId,
    /// What its record says to the rules.
    pub flags: VolumeFlags,
    /// Where in the response it stands, in bytes: an object, from brace to brace.
    pub bytes: Range<usize>,
    /// Where its values stand that are shown to people; empty where it has none.
    pub(crate) shown: [Range<usize>; 3],
}

impl Row {
    /// Makes it into a volume, from all the bytes of the response that it is a row of.
    pub fn volume(&self, response: &[u8]) -> Volume {
        let value = |shown: Shown| -> Option<Value> {
            let place = self.shown.get(shown as usize)?;
            Some(document::scalar(response.get(place.clone())?))
        };
        let shown = [Shown::Name, Shown::Size, Shown::Status].map(value);
        Volume::new(self.id, shown.each_ref().map(Option::as_ref), self.flags)
    }
}

/// What there is to say of a list beside its rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ListSummary {
    /// How many rows could not be read. They are missing, and a person is to know it.
    pub unreadable: usize,
    /// Whether there is another page.
    pub more: bool,
}
