//! Volumes: the list, and what has become of one.

use super::{answer, get, read};
use crate::error::{FaultKind, ReadError};
use crate::http::{Outcome, Request};
use crate::id::{ProjectId, VolumeId};
use crate::screen::Screen;
use crate::service::Service;
use crate::volume::{Volume, VolumeStatus};
use alloc::format;
use alloc::vec::Vec;
use serde_json::Value;

/// Asks for a page of a project's volumes, from the first one or from the one after `marker`.
pub fn list_volumes(service: Service, project: &ProjectId, marker: Option<&VolumeId>) -> Request {
    let paths = service.paths();
    let mut path =
        format!("/{}/{}/{}/detail?limit=1000", paths.version, project.as_str(), paths.volumes);
    if let Some(marker) = marker {
        path.push_str("&marker=");
        path.push_str(marker.as_str());
    }
    get(path)
}

/// A page of volumes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VolumePage {
    /// The volumes, in the service's order.
    pub volumes: Vec<Volume>,
    /// How many rows could not be read. They are missing above, and a person is to know it.
    pub unreadable: usize,
    /// Where the next page begins, if there is one.
    pub next: Option<VolumeId>,
}

/// Reads a page of volumes.
///
/// # Errors
/// See [`ReadError`].
pub fn decode_volumes(outcome: Outcome) -> Result<VolumePage, ReadError> {
    answer(outcome, |body| {
        let (mut screen, mut volumes) = (Screen::new(), Vec::new());
        screen.push(body, |row| volumes.push(row.volume(body))).ok()?;
        let screened = screen.finish().ok()?;
        // The marker is by definition the last id of the page before: no link is to be parsed.
        let next = volumes.last().filter(|_| screened.more).map(|volume| volume.id);
        Some(VolumePage { volumes, unreadable: screened.unreadable, next })
    })
}

/// Asks for one volume.
pub fn show_volume(service: Service, project: &ProjectId, volume: &VolumeId) -> Request {
    let paths = service.paths();
    get(format!("/{}/{}/{}/{}", paths.version, project.as_str(), paths.volumes, volume.as_str()))
}

/// What has become of a volume that was promised to another project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It still waits to be accepted, or the service is not done yet.
    Waiting,
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
pub fn decode_fate(outcome: Outcome) -> Result<Fate, ReadError> {
    let volume = match read(outcome, "volume", Value::is_object) {
        Ok(body) => body.get("volume").and_then(Volume::read),
        Err(ReadError::Refused(fault)) if fault.kind() == FaultKind::NotFound => {
            return Ok(Fate::Gone);
        }
        Err(error) => return Err(error),
    };
    Ok(match volume.map(|volume| volume.status) {
        Some(VolumeStatus::Available) => Fate::Available,
        Some(status @ (VolumeStatus::InUse | VolumeStatus::Other(_))) => Fate::Other(status),
        // An answer that does not tell is as good as none yet.
        Some(VolumeStatus::AwaitingTransfer) | None => Fate::Waiting,
    })
}
