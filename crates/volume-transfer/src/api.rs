//! The operations: one encoder and one decoder for each.

use crate::error::{CreateError, Fault, ReadError, UnknownCause};
use crate::http::{Method, Outcome, Request};
use crate::id::{ProjectId, VolumeId};
use crate::json;
use crate::loose;
use crate::service::Service;
use crate::transfer::{AuthKey, CreateTransfer, CreatedTransfer, Transfer};
use crate::volume::Volume;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use serde_json::Value;

fn get(path: String) -> Request {
    Request { method: Method::Get, path, body: None }
}

/// An answer's list under a key, whole.
fn read(outcome: Outcome, key: &str) -> Result<Value, ReadError> {
    let response = outcome.map_err(ReadError::Lost)?;
    let unreadable = || {
        let (status, request_id) = response.trace();
        ReadError::Unreadable { status, request_id }
    };
    match response.status {
        400.. => Err(ReadError::Refused(Fault::read(&response))),
        200 => serde_json::from_slice(response.body())
            .ok()
            .filter(|body: &Value| body.get(key).is_some_and(Value::is_array))
            .ok_or_else(unreadable),
        // Cinder without authentication answers 204 to a missing token: no success either.
        _ => Err(unreadable()),
    }
}

/// Whether a list's links lead to another page.
fn more(body: &Value, links: &str) -> bool {
    loose::rows(body, links).iter().any(|link| link.get("rel").is_some_and(|rel| rel == "next"))
}

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
    let body = read(outcome, "volumes")?;
    let rows = loose::rows(&body, "volumes");
    let volumes: Vec<_> = rows.iter().filter_map(Volume::read).collect();
    let unreadable = rows.len() - volumes.len();
    // The marker is by definition the last id of the page before: there is no link to be parsed.
    let next = volumes.last().filter(|_| more(&body, "volumes_links")).map(|volume| volume.id);
    Ok(VolumePage { volumes, unreadable, next })
}

/// Asks whether a volume has snapshots.
pub fn list_snapshots(service: Service, project: &ProjectId, volume: &VolumeId) -> Request {
    let paths = service.paths();
    get(format!(
        "/{}/{}/{}/detail?volume_id={}&limit=1",
        paths.version,
        project.as_str(),
        paths.snapshots,
        volume.as_str()
    ))
}

/// Reads whether a volume has snapshots.
///
/// # Errors
/// See [`ReadError`].
pub fn decode_has_snapshots(outcome: Outcome) -> Result<bool, ReadError> {
    Ok(!loose::rows(&read(outcome, "snapshots")?, "snapshots").is_empty())
}

fn transfers(service: Service, project: &ProjectId) -> String {
    format!("/{}/{}/os-volume-transfer", service.paths().version, project.as_str())
}

/// Asks for a project's transfers that nobody has accepted yet.
pub fn list_transfers(service: Service, project: &ProjectId) -> Request {
    get(transfers(service, project) + "/detail")
}

/// Reads a list of transfers.
///
/// # Errors
/// See [`ReadError`].
pub fn decode_transfers(outcome: Outcome) -> Result<TransferList, ReadError> {
    let body = read(outcome, "transfers")?;
    let rows = loose::rows(&body, "transfers");
    let transfers: Vec<_> = rows.iter().filter_map(|row| Transfer::read(row, None)).collect();
    // Without a link too: a list that is as long as a list may be need not be all.
    let whole =
        transfers.len() == rows.len() && rows.len() < 1000 && !more(&body, "transfers_links");
    Ok(TransferList { transfers, whole })
}

/// The transfers of a project, as far as they could be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransferList {
    /// The transfers, in the service's order.
    pub transfers: Vec<Transfer>,
    /// Whether these are all: every row could be read, and none is on a later page.
    pub whole: bool,
}

/// What became of a create request whose answer was lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trace {
    /// The transfer is there. Its key is lost: cancel it and start over.
    Made(Transfer),
    /// There is none. It can be asked for again.
    NotMade,
    /// The list does not tell.
    CannotTell,
}

impl TransferList {
    /// Looks for the transfer of a volume; a volume has one at most.
    pub fn trace(self, volume: &VolumeId) -> Trace {
        match self.transfers.into_iter().find(|transfer| transfer.volume_id == *volume) {
            Some(transfer) => Trace::Made(transfer),
            None if self.whole => Trace::NotMade,
            None => Trace::CannotTell,
        }
    }
}

/// Asks for a transfer to be created.
///
/// `POST /{version}/{project_id}/os-volume-transfer` with `{"transfer":{"volume_id","name"?}}`.
pub fn create(service: Service, project: &ProjectId, create: &CreateTransfer) -> Request {
    let mut body = format!("{{\"transfer\":{{\"volume_id\":\"{}", create.volume_id().as_str());
    if let Some(name) = create.name() {
        body.push_str("\",\"name\":\"");
        json::escape(&mut body, name.as_str());
    }
    body.push_str("\"}}");
    Request { method: Method::Post, path: transfers(service, project), body: Some(body) }
}

/// Reads the answer to a [`create`] request. `asked` is the volume that was asked for: without it,
/// an answer about another volume cannot be told from the right one.
///
/// # Errors
/// [`CreateError::Rejected`] if the server refused, [`CreateError::OutcomeUnknown`] if a transfer
/// may have been made all the same.
pub fn decode_created(
    asked: Option<VolumeId>,
    outcome: Outcome,
) -> Result<CreatedTransfer, CreateError> {
    let unknown = |cause| Err(CreateError::OutcomeUnknown(cause));
    let response = match outcome {
        Ok(response) => response,
        Err(lost) => return unknown(UnknownCause::Lost(lost)),
    };
    match response.status {
        // A server that gave up waiting, or failed, may have done so after the work.
        408 | 500.. => return unknown(UnknownCause::Failed(Fault::read(&response))),
        400.. => return Err(CreateError::Rejected(Fault::read(&response))),
        _ => {}
    }
    let (status, request_id) = response.trace();
    let record = serde_json::from_slice(response.body())
        .ok()
        .filter(|_| (200..300).contains(&status))
        .and_then(|mut body: Value| {
            // Taken from where it was read to: a detour would leave copies behind.
            let Value::String(key) = body.get_mut("transfer")?.get_mut("auth_key")?.take() else {
                return None;
            };
            let auth_key = AuthKey::new(key)?;
            let record = Transfer::read(body.get("transfer")?, asked)?;
            Some(CreatedTransfer { record, auth_key })
        });
    match record {
        None => unknown(UnknownCause::Unreadable { status, request_id }),
        Some(created) if asked.is_some_and(|asked| created.record.volume_id != asked) => {
            unknown(UnknownCause::OtherVolume { status, request_id })
        }
        Some(created) => Ok(created),
    }
}
