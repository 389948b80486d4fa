//! The operations: one encoder and one decoder for each.

use crate::error::{CreateError, Fault, ReadError, UnknownCause};
use crate::http::{Method, Outcome, Request};
use crate::id::{ProjectId, TransferId, VolumeId};
use crate::json;
use crate::loose;
use crate::service::Service;
use crate::transfer::{AuthKey, CreateTransfer, CreatedTransfer, Link, Transfer};
use crate::volume::Volume;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{self, Write};
use serde::{Deserialize, Deserializer};

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
        200 if response.body().trim_ascii_start().starts_with(b"{") => {
            serde_json::from_slice(response.body()).map_err(|_| unreadable())
        }
        // Cinder without authentication answers 204 to a missing token: no success either.
        _ => Err(unreadable()),
    }
}

/// Whether a list's links lead to another page.
fn next<'de, D: Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
    #[derive(Deserialize)]
    struct Link {
        #[serde(default, deserialize_with = "loose::text")]
        rel: Option<String>,
    }
    Ok(loose::list(from)?.iter().any(|Link { rel }| rel.as_deref() == Some("next")))
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
        #[serde(default, deserialize_with = "next")]
        volumes_links: bool,
    }
    let Body { volumes: (volumes, unreadable), volumes_links } = read(outcome)?;
    // The marker is by definition the last id of the page before: there is no link to be parsed.
    let next = volumes.last().filter(|_| volumes_links).map(|volume| volume.id);
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
    let mut path = String::new();
    // A `String` takes whatever is written.
    let _ = write_transfers(&mut path, service, project.as_str());
    path
}

fn write_transfers(out: &mut impl Write, service: Service, project: &str) -> fmt::Result {
    for part in ["/", service.profile().version, "/", project, "/os-volume-transfer"] {
        out.write_str(part)?;
    }
    Ok(())
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
        #[serde(default, deserialize_with = "next")]
        transfers_links: bool,
    }
    let Body { transfers: (rows, unreadable), transfers_links } = read(outcome)?;
    let listed = rows.len() + unreadable;
    let transfers: Vec<_> =
        rows.into_iter().filter_map(|record| record.into_transfer(None)).collect();
    // Without a link too: a list that is as long as a list may be need not be all.
    let whole = transfers.len() == listed && listed < 1000 && !transfers_links;
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
    let (mut path, mut body) = (String::new(), String::new());
    // A `String` takes whatever is written.
    let _ = write_create(service, project, create, &mut path, &mut body);
    Request { method: Method::Post, path, body: Some(body) }
}

/// Writes what [`create`] asks into wherever the caller has room, with nothing allocated.
///
/// # Errors
/// When `path` or `body` takes no more. The longest path has 90 bytes and the longest body 1,616:
/// 255 characters of which each one is escaped as `\u001f` is.
pub fn write_create<Text: AsRef<str>>(
    service: Service,
    project: &ProjectId<Text>,
    create: &CreateTransfer<Text>,
    path: &mut impl Write,
    body: &mut impl Write,
) -> fmt::Result {
    write_transfers(path, service, project.as_str())?;
    body.write_str("{\"transfer\":{\"volume_id\":")?;
    json::write_string(body, create.volume_id().as_str())?;
    if let Some(name) = create.name() {
        body.write_str(",\"name\":")?;
        json::write_string(body, name.as_str())?;
    }
    body.write_str("}}")
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
            let record = transfer.into_transfer(asked)?;
            Some(CreatedTransfer { record, auth_key })
        });
    match record {
        None => unknown(UnknownCause::Unreadable { status, request_id }),
        Some(created) if asked.is_some_and(|asked| created.record.volume_id != asked) => {
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
    #[serde(default, deserialize_with = "loose::list")]
    links: Vec<Link>,
    // Read straight into its place: a detour would leave copies behind.
    auth_key: Option<String>,
}

impl Record {
    /// `asked` stands in for a volume id that the answer leaves out or garbles.
    fn into_transfer(self, asked: Option<VolumeId>) -> Option<Transfer> {
        let given = self.volume_id.and_then(|text| VolumeId::parse(&text).ok());
        let volume_id = given.or(asked)?;
        Some(Transfer {
            id: TransferId::from_service(self.id)?,
            name: self.name,
            volume_id,
            created_at: self.created_at,
            links: self.links,
        })
    }
}
