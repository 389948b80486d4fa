//! Requests and responses as values: one encoder and one decoder for each operation.
//!
//! Nothing here sends. The token is not in a [`Request`] either: whoever sends adds it as
//! `X-Auth-Token`, so that no value of this crate can leak it.

use crate::error::{CreateError, Fault, ReadError, UnknownCause};
use crate::id::{ProjectId, TransferId, VolumeId};
use crate::loose;
use crate::service::Service;
use crate::transfer::{AuthKey, CreateTransfer, CreatedTransfer, Link, Transfer};
use crate::volume::Volume;
use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// An HTTP method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Creates.
    Post,
}

impl Method {
    /// As HTTP spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
        }
    }
}

/// A request that is ready to be sent, but for the endpoint before its path and the token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The path and query, starting with `/`.
    pub path: String,
    /// JSON; goes with `Content-Type: application/json`, which Cinder compares case-sensitively.
    pub body: Option<String>,
}

impl Request {
    /// The headers that it needs beside `X-Auth-Token`.
    pub fn headers(&self) -> &'static [(&'static str, &'static str)] {
        match self.body {
            Some(_) => &[("Accept", "application/json"), ("Content-Type", "application/json")],
            None => &[("Accept", "application/json")],
        }
    }
}

/// An answer as it came. Its body may hold a key, so it is wiped on drop and kept from `Debug`.
pub struct Response {
    /// The HTTP status; 0 stands for a redirect that was not followed.
    pub status: u16,
    headers: Vec<(String, String)>,
    body: Zeroizing<Vec<u8>>,
}

impl Response {
    /// An answer without headers.
    pub fn new(status: u16, body: Vec<u8>) -> Response {
        Response { status, headers: Vec::new(), body: Zeroizing::new(body) }
    }

    /// Adds a header.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Response {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The value of a header, whatever the case of its name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }

    /// The id that the service's support finds the request by.
    pub fn request_id(&self) -> Option<&str> {
        ["x-openstack-request-id", "x-request-id", "x-compute-request-id"]
            .into_iter()
            .find_map(|name| self.header(name))
    }

    pub(crate) fn body(&self) -> &[u8] {
        &self.body
    }

    fn unreadable(&self) -> (u16, Option<String>) {
        (self.status, self.request_id().map(ToOwned::to_owned))
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Response {{ status: {}, body: [{} bytes] }}", self.status, self.body.len())
    }
}

/// Why no answer came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lost {
    /// The connection failed, at the start or on the way.
    Connection,
    /// It took too long.
    Timeout,
}

impl Lost {
    /// A stable code: `connection` or `timeout`.
    pub const fn code(self) -> &'static str {
        match self {
            Lost::Connection => "connection",
            Lost::Timeout => "timeout",
        }
    }
}

impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Lost::Connection => "the connection failed",
            Lost::Timeout => "no answer came in time",
        })
    }
}

impl core::error::Error for Lost {}

/// What became of a request.
pub type Outcome = Result<Response, Lost>;

fn get(path: String) -> Request {
    Request { method: Method::Get, path, body: None }
}

fn read<T: for<'a> Deserialize<'a>>(outcome: Outcome) -> Result<T, ReadError> {
    let response = outcome.map_err(ReadError::Lost)?;
    match response.status {
        400.. => Err(ReadError::Refused(Fault::read(&response))),
        200 => serde_json::from_slice(response.body()).map_err(|_| {
            let (status, request_id) = response.unreadable();
            ReadError::Unreadable { status, request_id }
        }),
        // Cinder without authentication answers 204 to a missing token: no success either.
        _ => {
            let (status, request_id) = response.unreadable();
            Err(ReadError::Unreadable { status, request_id })
        }
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
pub fn decode_transfers(outcome: Outcome) -> Result<Vec<Transfer>, ReadError> {
    #[derive(Deserialize)]
    struct Body {
        #[serde(deserialize_with = "loose::rows")]
        transfers: (Vec<Record>, usize),
    }
    let body: Body = read(outcome)?;
    Ok(body.transfers.0.into_iter().filter_map(|record| record.into_transfer(None)).collect())
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
    let (status, request_id) = response.unreadable();
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
    /// `asked` stands in for a volume id that the answer leaves out.
    fn into_transfer(self, asked: Option<&VolumeId>) -> Option<Transfer> {
        let volume_id = match self.volume_id {
            Some(text) => VolumeId::parse(&text).ok()?,
            None => asked?.clone(),
        };
        Some(Transfer {
            id: TransferId::from_service(self.id)?,
            name: self.name,
            volume_id,
            created_at: self.created_at,
            links: self.links,
        })
    }
}
