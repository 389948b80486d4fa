//! The operations: one encoder and one decoder for each.

use crate::error::{CreateError, Fault, ReadError, UnknownCause};
use crate::http::{Method, Outcome, Request};
use crate::id::{ProjectId, TransferId, VolumeId};
use crate::loose;
use crate::service::Service;
use crate::transfer::{AuthKey, CreateTransfer, CreatedTransfer, Link, Transfer};
use crate::volume::Volume;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

fn get(path: String) -> Request {
    Request { method: Method::Get, path, body: None }
}

fn read<T: for<'a> Deserialize<'a>>(outcome: Outcome) -> Result<T, ReadError> {
    let response = outcome.map_err(ReadError::Lost)?;
    let unreadable = || {
        let (status, request_id) = response.trace();
        ReadError::Unreadable { status, request_id }
    };
    match response.status {
        400.. => Err(ReadError::Refused(Fault::read(&response))),
        200 => serde_json::from_slice(response.body()).map_err(|_| unreadable()),
        // Cinder without authentication answers 204 to a missing token: no success either.
        _ => Err(unreadable()),
    }
}

/// Asks for a page of a project's volumes, from the first one or from the one after `marker`.
pub fn list_volumes(service: Service, project: &ProjectId, marker: Option<&VolumeId>) -> Request {
    let profile = service.profile();
    let mut path =
        format!("/{}/{}/{}/detail?limit=1000", profile.version, project.as_str(), profile.volumes);
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
    #[derive(Deserialize)]
    struct Body {
        #[serde(deserialize_with = "loose::rows")]
        volumes: (Vec<Volume>, usize),
        #[serde(default, deserialize_with = "loose::part")]
        volumes_links: Vec<Link>,
    }
    let Body { volumes: (volumes, unreadable), volumes_links } = read(outcome)?;
    // The marker is by definition the last id of the page before: there is no link to be parsed.
    let more = volumes_links.iter().any(|link| link.rel == "next");
    let next = volumes.last().filter(|_| more).map(|volume| volume.id.clone());
    Ok(VolumePage { volumes, unreadable, next })
}

/// Asks whether a volume has snapshots.
pub fn list_snapshots(service: Service, project: &ProjectId, volume: &VolumeId) -> Request {
    let profile = service.profile();
    get(format!(
        "/{}/{}/{}/detail?volume_id={}&limit=1",
        profile.version,
        project.as_str(),
        profile.snapshots,
        volume.as_str()
    ))
}

/// Reads whether a volume has snapshots.
///
/// # Errors
/// See [`ReadError`].
pub fn decode_has_snapshots(outcome: Outcome) -> Result<bool, ReadError> {
    #[derive(Deserialize)]
    struct Body {
        snapshots: Vec<serde::de::IgnoredAny>,
    }
    read(outcome).map(|body: Body| !body.snapshots.is_empty())
}

fn transfers(service: Service, project: &ProjectId) -> String {
    format!("/{}/{}/os-volume-transfer", service.profile().version, project.as_str())
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
    #[derive(Deserialize)]
    struct Body {
        #[serde(deserialize_with = "loose::rows")]
        transfers: (Vec<Record>, usize),
        #[serde(default, deserialize_with = "loose::part")]
        transfers_links: Vec<Link>,
    }
    let Body { transfers: (rows, unreadable), transfers_links } = read(outcome)?;
    let listed = rows.len() + unreadable;
    let transfers: Vec<_> =
        rows.into_iter().filter_map(|record| record.into_transfer(None)).collect();
    let more = transfers_links.iter().any(|link| link.rel == "next");
    // Without a link too: a list that is as long as a list may be need not be all.
    let whole = transfers.len() == listed && listed < 1000 && !more;
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
    #[derive(Serialize)]
    struct Body<'a> {
        transfer: Fields<'a>,
    }
    #[derive(Serialize)]
    struct Fields<'a> {
        volume_id: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<&'a str>,
    }
    let body = Body {
        transfer: Fields {
            volume_id: create.volume_id().as_str(),
            name: create.name().map(|name| name.as_str()),
        },
    };
    Request {
        method: Method::Post,
        path: transfers(service, project),
        // Two texts: there is no value here that JSON could refuse.
        body: Some(serde_json::to_string(&body).unwrap_or_default()),
    }
}

/// Reads the answer to a [`create`] request.
///
/// # Errors
/// [`CreateError::Rejected`] if the server refused, [`CreateError::OutcomeUnknown`] if a transfer
/// may have been made all the same.
pub fn decode_created(
    asked: &CreateTransfer,
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
    #[derive(Deserialize)]
    struct Body {
        transfer: Record,
    }
    let (status, request_id) = response.trace();
    let record = serde_json::from_slice(response.body())
        .ok()
        .filter(|_| (200..300).contains(&status))
        .and_then(|Body { mut transfer }| {
            let auth_key = AuthKey::new(transfer.auth_key.take()?)?;
            let record = transfer.into_transfer(Some(asked.volume_id()))?;
            Some(CreatedTransfer { record, auth_key })
        });
    match record {
        None => unknown(UnknownCause::Unreadable { status, request_id }),
        Some(created) if created.record.volume_id != *asked.volume_id() => {
            unknown(UnknownCause::OtherVolume { request_id })
        }
        Some(created) => Ok(created),
    }
}

/// A transfer on the wire. Only what nothing can be done without is needed.
#[derive(Deserialize)]
struct Record {
    id: String,
    #[serde(default, deserialize_with = "loose::text")]
    name: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    volume_id: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    created_at: Option<String>,
    #[serde(default, deserialize_with = "loose::part")]
    links: Vec<Link>,
    // Read straight into its place: a detour would leave copies behind.
    auth_key: Option<String>,
}

impl Record {
    /// `asked` stands in for a volume id that the answer leaves out or garbles.
    fn into_transfer(self, asked: Option<&VolumeId>) -> Option<Transfer> {
        let given = self.volume_id.and_then(|text| VolumeId::parse(&text).ok());
        let volume_id = given.or_else(|| asked.cloned())?;
        Some(Transfer {
            id: TransferId::from_service(self.id)?,
            name: self.name,
            volume_id,
            created_at: self.created_at,
            links: self.links,
        })
    }
}
