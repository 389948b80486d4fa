//! Volumes: the list, and what has become of one.

use super::{PAGE, answer, get, read};
use crate::error::{FaultKind, ReadError};
use crate::http::{Outcome, Request};
use crate::id::{ProjectId, VolumeId};
use crate::list::ListReader;
use crate::service::{Paths, Service};
use crate::volume::{Volume, VolumeStatus};
use alloc::format;
use alloc::vec::Vec;
use serde_json::Value;

/// A project's volumes, as far as they were read: page by page, until there is no request any more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VolumeList {
    /// The volumes, in the service's order.
    pub volumes: Vec<Volume>,
    /// How many rows could not be read. They are missing above, and a person is to know it.
    pub unreadable: usize,
    /// Whether the last page was read.
    complete: bool,
}

impl VolumeList {
    /// Asks for the first page, or the next one; `None` when all is read.
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

    /// Takes in the answer to the [`request`](VolumeList::next_request).
    ///
    /// # Errors
    /// See [`ReadError`]; what was read before is kept. A page of which no row can be read is
    /// unreadable if there are others behind it: they are asked for by a row of this one.
    pub fn add_page(&mut self, outcome: Outcome) -> Result<(), ReadError> {
        let (mut page, screened) = answer(outcome, |body| {
            let (mut screen, mut page) = (ListReader::new(), Vec::new());
            screen.push(body, |row| page.push(row.volume(body))).ok()?;
            let screened = screen.finish().ok()?;
            let stuck = page.is_empty() && screened.unreadable > 0 && screened.more;
            (!stuck).then_some((page, screened))
        })?;
        // A service that knows no markers, or takes none for the last, answers the same for ever.
        let ends = |volumes: &[Volume]| [volumes.first(), volumes.last()].map(|v| v.map(|v| v.id));
        let ([first, last], [known_first, known_last]) = (ends(&page), ends(&self.volumes));
        let again = !page.is_empty() && (first == known_first || last == known_last);
        self.complete = again || page.is_empty() || !screened.more;
        if !again {
            self.volumes.append(&mut page);
            self.unreadable += screened.unreadable;
        }
        Ok(())
    }
}

/// Asks for one volume.
pub fn show_volume(service: Service, project: &ProjectId, volume: &VolumeId) -> Request {
    let paths = service.paths();
    get(format!("/{}/{}/{}/{}", paths.version, project.as_str(), paths.volumes, volume.as_str()))
}

/// What has become of a volume that was promised to another project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TransferProgress {
    /// It still waits to be accepted, or the service is not done yet.
    Pending,
    /// It is this project's again, or still, and can be used.
    Available,
    /// It is not in this project any more: the other side has accepted it.
    Gone,
    /// It is in this project, with another status.
    Other(VolumeStatus),
}

/// Reads from the answer to [`show_volume`] what has become of the volume.
///
/// # Errors
/// See [`ReadError`]. That the volume is not there is no error, but a fate.
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
        // An answer that does not tell is as good as none yet.
        Some(VolumeStatus::AwaitingTransfer) | None => TransferProgress::Pending,
    })
}
