//! Volumes: the list, and the progress of one that is being transferred.

use super::{PAGE, get};
use crate::decode::{decode, read};
use crate::document::read_json;
use crate::error::{FaultKind, ReadError};
use crate::http::{Outcome, Request};
use crate::id::{ProjectId, VolumeId};
use crate::list::ListReader;
use crate::service::{Paths, Service};
use crate::volume::{Volume, VolumeStatus};
use alloc::format;
use alloc::vec::Vec;
use serde_json::Value;

/// A project's volumes, read page by page.
///
/// While [`next_request`](VolumeList::next_request) returns a request, send it and pass the
/// response to [`add_page`](VolumeList::add_page).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VolumeList {
    /// The volumes, in the service's order.
    pub volumes: Vec<Volume>,
    /// The number of rows that couldn't be read and are missing from `volumes`. Tell the user about
    /// them.
    pub unreadable: usize,
    /// Whether the last page has been read.
    complete: bool,
}

impl VolumeList {
    /// Returns the request for the next page, or `None` if the list is complete.
    pub fn next_request(&self, service: Service, project: &ProjectId) -> Option<Request> {
        if self.complete {
            return None;
        }
        let Paths { version, volumes, .. } = service.paths();
        let project = project.as_str();
        let mut path = format!("/{version}/{project}/{volumes}/detail?limit={PAGE}");
        if let Some(last) = self.volumes.last() {
            path.push_str("&marker=");
            path.push_str(last.id.as_str());
        }
        Some(get(path))
    }

    /// Adds a page: the response to [`next_request`](VolumeList::next_request).
    ///
    /// # Errors
    /// Returns a [`ReadError`] and keeps the earlier pages. A page without any readable rows is an
    /// error unless it is the last page, because the next request needs the ID of the last row.
    pub fn add_page(&mut self, outcome: Outcome) -> Result<(), ReadError> {
        let (mut page, summary) = decode(outcome, |body| {
            let (mut reader, mut page) = (ListReader::new(), Vec::new());
            reader.push(body, |row| page.push(row.volume(body))).ok()?;
            let summary = reader.finish().ok()?;
            let stuck = page.is_empty() && summary.unreadable > 0 && summary.more;
            (!stuck).then_some((page, summary))
        })?;
        // Stops if a page repeats, because a service that ignores markers would repeat it forever.
        let ends = |volumes: &[Volume]| [volumes.first(), volumes.last()].map(|v| v.map(|v| v.id));
        let ([first, last], [known_first, known_last]) = (ends(&page), ends(&self.volumes));
        let again = !page.is_empty() && (first == known_first || last == known_last);
        self.complete = again || page.is_empty() || !summary.more;
        if !again {
            self.volumes.append(&mut page);
            self.unreadable += summary.unreadable;
        }
        Ok(())
    }
}

/// Returns the request for one volume.
pub fn show_volume(service: Service, project: &ProjectId, volume: &VolumeId) -> Request {
    let paths = service.paths();
    get(format!("/{}/{}/{}/{}", paths.version, project.as_str(), paths.volumes, volume.as_str()))
}

/// Decodes the response to a [`show_volume`] request.
///
/// # Errors
/// Returns a [`ReadError`] if the volume can't be read or doesn't exist.
pub fn decode_volume(outcome: Outcome) -> Result<Volume, ReadError> {
    decode(outcome, |body| Volume::from_json(read_json(body)?.get("volume")?))
}

/// The progress of a transfer, as the owner's project sees it in the volume's status.
///
/// Exhaustive on purpose: [`Other`](TransferProgress::Other) covers new statuses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TransferProgress {
    /// The transfer hasn't been accepted yet, or the service is still working on it.
    Pending,
    /// The volume is available in this project.
    Available,
    /// The volume is no longer in this project: the recipient has accepted it.
    Gone,
    /// The volume is in this project with another status.
    Other(VolumeStatus),
}

/// Decodes the response to a [`show_volume`] request.
///
/// # Errors
/// Returns a [`ReadError`]. A missing volume is [`TransferProgress::Gone`], not an error.
pub fn decode_progress(outcome: Outcome) -> Result<TransferProgress, ReadError> {
    let volume = match read(outcome, "volume", Value::is_object) {
        Ok(body) => body.get("volume").and_then(Volume::from_json),
        Err(ReadError::Refused(fault)) if fault.kind() == FaultKind::NotFound => {
            return Ok(TransferProgress::Gone);
        }
        Err(error) => return Err(error),
    };
    Ok(match volume.map(|volume| volume.status) {
        Some(VolumeStatus::Available) => TransferProgress::Available,
        Some(status @ (VolumeStatus::InUse | VolumeStatus::Other(_))) => {
            TransferProgress::Other(status)
        }
        // An unreadable record proves nothing.
        Some(VolumeStatus::AwaitingTransfer) | None => TransferProgress::Pending,
    })
}
