//! The reader's results: rows, and a summary of the list.

use super::fields::Shown;
use crate::document;
use crate::flags::VolumeFlags;
use crate::id::VolumeId;
use crate::volume::Volume;
use core::ops::Range;
use serde_json::Value;

/// A volume in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The volume's ID.
    pub id: VolumeId,
    /// The values that the rules depend on.
    pub flags: VolumeFlags,
    /// The byte range of the row's JSON object in the response.
    pub bytes: Range<usize>,
    /// The byte ranges of the values that are shown to users, indexed by [`Shown`]. The range of an
    /// absent value is empty.
    pub(crate) shown: [Range<usize>; 4],
}

impl Row {
    /// Converts the row into a volume. `response` must be the whole response.
    pub fn volume(&self, response: &[u8]) -> Volume {
        let value = |shown: Shown| -> Option<Value> {
            let range = self.shown.get(shown as usize)?;
            Some(document::scalar(response.get(range.clone())?))
        };
        let shown = [Shown::Name, Shown::Size, Shown::Status, Shown::CreatedAt].map(value);
        Volume::new(self.id, shown.each_ref().map(Option::as_ref), self.flags)
    }
}

/// A list's properties other than its rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ListSummary {
    /// The number of rows that couldn't be read. Tell the user that they are missing.
    pub unreadable: usize,
    /// Whether another page follows.
    pub more: bool,
}
