//! Transfers: create, accept, delete and list.

use super::{PAGE, get};
use crate::decode::{changed, is_list, read, unreadable};
use crate::document::read_json;
use crate::error::{ChangeError, Fault, ReadError, UnknownCause};
use crate::error_body::is_no_error;
use crate::http::{Method, Outcome, Request};
use crate::id::{ProjectId, TransferId, VolumeId};
use crate::json;
use crate::loose;
use crate::service::Service;
use crate::transfer::{AuthKey, CreateTransfer, CreatedTransfer, Handover, Transfer};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use serde_json::Value;
use zeroize::Zeroizing;

fn path(service: Service, project: &ProjectId, collection: &str) -> String {
    format!("/{}/{}/{collection}", service.paths().version, project.as_str())
}

fn transfers(service: Service, project: &ProjectId) -> String {
    path(service, project, "os-volume-transfer")
}

fn transfer(service: Service, project: &ProjectId, id: &TransferId) -> String {
    format!("{}/{}", transfers(service, project), id.path_segment())
}

/// Returns the request that creates a transfer.
///
/// `POST /{version}/{project_id}/os-volume-transfer` with `{"transfer":{"volume_id","name"?}}`.
/// If `create` [excludes snapshots](CreateTransfer::without_snapshots) and the service supports
/// that, the request goes to `/volume-transfers`, with Cinder's microversion 3.55.
pub fn create(service: Service, project: &ProjectId, create: &CreateTransfer) -> Request {
    let mut body =
        Zeroizing::new(format!("{{\"transfer\":{{\"volume_id\":\"{}", create.volume_id().as_str()));
    if let Some(name) = create.name() {
        body.push_str("\",\"name\":\"");
        json::escape(&mut body, name.as_str());
    }
    let no_snapshots = create.excludes_snapshots() && service.can_exclude_snapshots();
    body.push_str(if no_snapshots { "\",\"no_snapshots\":true}}" } else { "\"}}" });
    let path = if no_snapshots {
        path(service, project, "volume-transfers")
    } else {
        transfers(service, project)
    };
    let microversion = no_snapshots.then_some("volume 3.55");
    Request { body: Some(body), microversion, ..Request::new(Method::Post, path) }
}

/// Decodes the response to a [`create`] request. `requested` is the requested volume's ID. If it is
/// `None`, a response for another volume isn't detected.
///
/// # Errors
/// Returns [`ChangeError::Rejected`] if the server refused, and [`ChangeError::OutcomeUnknown`] if
/// a transfer may have been created anyway.
pub fn decode_created(
    requested: Option<VolumeId>,
    outcome: Outcome,
) -> Result<CreatedTransfer, ChangeError> {
    let response = changed(outcome)?;
    let read = |body: &[u8]| {
        let mut body = read_json(body)?;
        // Moves the key out, because a copy would stay in memory.
        let Value::String(key) = body.get_mut("transfer")?.get_mut("auth_key")?.take() else {
            return None;
        };
        let auth_key = AuthKey::from_service(key)?;
        let record = Transfer::from_json(body.get("transfer")?, requested)?;
        Some(CreatedTransfer { record, auth_key })
    };
    // Parses only successful responses, so that no key is copied from any other.
    match response.is_success().then(|| read(response.body())).flatten() {
        None => Err(unreadable(&response)),
        Some(created) if requested.is_some_and(|id| created.record.volume_id != id) => {
            let fault = Fault::unreadable(&response);
            Err(ChangeError::OutcomeUnknown(UnknownCause::OtherVolume(fault)))
        }
        Some(created) => Ok(created),
    }
}

/// Returns the request that accepts a transfer, which moves its volume to this project.
///
/// `POST .../os-volume-transfer/{transfer_id}/accept` with `{"accept":{"auth_key"}}`. The service
/// compares the key exactly, so it is sent as [`AuthKey::parse`] returns it. Sending the request
/// twice is harmless, because an accepted transfer no longer exists.
pub fn accept(service: Service, project: &ProjectId, handover: &Handover) -> Request {
    let key = handover.auth_key.expose();
    // Allocates enough that the string never grows, because growing would leave a copy of the key
    // behind.
    let mut body = Zeroizing::new(String::with_capacity(32 + 6 * key.len()));
    body.push_str("{\"accept\":{\"auth_key\":\"");
    json::escape(&mut body, key);
    body.push_str("\"}}");
    let path = transfer(service, project, &handover.transfer_id) + "/accept";
    Request { body: Some(body), ..Request::new(Method::Post, path) }
}

/// Decodes the response to an [`accept`] request: the record, without `created_at`.
///
/// # Errors
/// See [`ChangeError`].
pub fn decode_accepted(outcome: Outcome) -> Result<Transfer, ChangeError> {
    let response = changed(outcome)?;
    read_json(response.body())
        .filter(|_| response.is_success())
        .and_then(|body| Transfer::from_json(body.get("transfer")?, None))
        .ok_or_else(|| unreadable(&response))
}

/// Returns the request that deletes a transfer. Only its owner can do this, and only before it is
/// accepted.
///
/// `DELETE .../os-volume-transfer/{transfer_id}`. The volume is then `available` again.
pub fn delete(service: Service, project: &ProjectId, id: &TransferId) -> Request {
    Request::new(Method::Delete, transfer(service, project, id))
}

/// Decodes the response to a [`delete`] request. Any status from 200 to 299 is a success.
///
/// # Errors
/// See [`ChangeError`].
pub fn decode_deleted(outcome: Outcome) -> Result<(), ChangeError> {
    let response = changed(outcome)?;
    let done = response.is_success() && is_no_error(response.body());
    if done { Ok(()) } else { Err(unreadable(&response)) }
}

/// A project's pending transfers, read page by page.
///
/// While [`next_request`](TransferList::next_request) returns a request, send it and pass the
/// response to [`add_page`](TransferList::add_page).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TransferList {
    /// The transfers, in the service's order.
    pub transfers: Vec<Transfer>,
    /// The number of rows that couldn't be read and are missing from `transfers`. Tell the user
    /// about them.
    pub unreadable: usize,
    /// Whether the last page has been read.
    complete: bool,
}

impl TransferList {
    /// Returns the request for the next page, or `None` if the list is complete.
    ///
    /// The first request has no parameters, because Cinder's path without paging treats them as
    /// filters and finds nothing.
    pub fn next_request(&self, service: Service, project: &ProjectId) -> Option<Request> {
        if self.complete {
            return None;
        }
        let list = transfers(service, project);
        let Some(last) = self.transfers.last() else { return Some(get(list + "/detail")) };
        let Some(microversion) = service.paging_microversion() else {
            let offset = self.transfers.len() + self.unreadable;
            return Some(get(format!("{list}/detail?limit={PAGE}&offset={offset}")));
        };
        // Cinder's older path has no paging in any microversion, and its newer path applies an
        // offset twice, so this uses the newer path with a marker. The older path lists the oldest
        // transfers first, so this does too.
        let list = path(service, project, "volume-transfers");
        let marker = last.id.path_segment();
        let mut request =
            get(format!("{list}/detail?sort=created_at:asc&limit={PAGE}&marker={marker}"));
        request.microversion = Some(microversion);
        Some(request)
    }

    /// Adds a page: the response to [`next_request`](TransferList::next_request).
    ///
    /// # Errors
    /// Returns a [`ReadError`] and keeps the earlier pages.
    pub fn add_page(&mut self, outcome: Outcome) -> Result<(), ReadError> {
        let body = read(outcome, "transfers", is_list)?;
        let rows = loose::rows(&body, "transfers");
        let before = self.transfers.len();
        for row in rows {
            match Transfer::from_json(row, None) {
                Some(transfer)
                    if self.transfers.iter().take(before).all(|known| known.id != transfer.id) =>
                {
                    self.transfers.push(transfer);
                }
                // A row appears on two pages if the list grows between the requests.
                Some(_) => {}
                None => self.unreadable += 1,
            }
        }
        // A full page may have a successor even without a link. A page without new rows ends the
        // list, because some services return the same page forever.
        let mut links = loose::rows(&body, "transfers_links").iter();
        let more = links.any(|link| link.get("rel").is_some_and(|rel| rel == "next"));
        let full = rows.len() >= PAGE || more;
        self.complete = !full || self.transfers.len() == before;
        Ok(())
    }

    /// Looks up the transfer of a volume. A volume has at most one.
    pub fn lookup(&self, volume: &VolumeId) -> TransferLookup {
        match self.transfers.iter().find(|transfer| transfer.volume_id == *volume) {
            Some(transfer) => TransferLookup::Found(transfer.clone()),
            None if self.complete && self.unreadable == 0 => TransferLookup::NotFound,
            None => TransferLookup::Inconclusive,
        }
    }
}

/// The result of looking up a transfer after a create request with an unknown outcome.
///
/// Exhaustive on purpose: these three cases are all there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TransferLookup {
    /// The transfer exists, but its key is lost: delete the transfer and create a new one.
    Found(Transfer),
    /// The transfer doesn't exist and can be created again.
    NotFound,
    /// The list is incomplete, so the transfer may or may not exist.
    Inconclusive,
}
