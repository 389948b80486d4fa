//! Transfers, from the request that makes one to the one that ends it.

use super::{PAGE, answer, changed, get, is_list, read, unreadable};
use crate::document::read_json;
use crate::error::{ChangeError, Fault, ReadError, UnknownCause};
use crate::http::{Method, Outcome, Request};
use crate::id::{ProjectId, TransferId, VolumeId};
use crate::json;
use crate::loose;
use crate::service::Service;
use crate::transfer::{AuthKey, CreateTransfer, CreatedTransfer, Handover, Transfer};
use crate::words::is_no_error;
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

/// Asks for a transfer to be created.
///
/// `POST /{version}/{project_id}/os-volume-transfer` with `{"transfer":{"volume_id","name"?}}`. One
/// that [leaves the snapshots behind](CreateTransfer::without_snapshots) goes to `/volume-transfers`
/// of Cinder's microversion 3.55, where the service has it.
pub fn create(service: Service, project: &ProjectId, create: &CreateTransfer) -> Request {
    let mut body =
        Zeroizing::new(format!("{{\"transfer\":{{\"volume_id\":\"{}", create.volume_id().as_str()));
    if let Some(name) = create.name() {
        body.push_str("\",\"name\":\"");
        json::escape(&mut body, name.as_str());
    }
    let no_snapshots = create.excludes_snapshots() && service.can_exclude_snapshots();
    body.push_str(if no_snapshots { "\",\"no_snapshots\":true}}" } else { "\"}}" });
    Request {
        method: Method::Post,
        path: if no_snapshots {
            path(service, project, "volume-transfers")
        } else {
            transfers(service, project)
        },
        body: Some(body),
        microversion: no_snapshots.then_some("volume 3.55"),
    }
}

/// Reads the answer to a [`create`] request. `asked` is the volume that was asked for: without it,
/// an answer about another volume cannot be told from the right one.
///
/// # Errors
/// [`ChangeError::Rejected`] if the server refused, [`ChangeError::OutcomeUnknown`] if a transfer
/// may have been made all the same.
pub fn decode_created(
    asked: Option<VolumeId>,
    outcome: Outcome,
) -> Result<CreatedTransfer, ChangeError> {
    let response = changed(outcome)?;
    let read = |body: &[u8]| {
        let mut body = read_json(body)?;
        // Taken from where it was read to: a detour would leave copies behind.
        let Value::String(key) = body.get_mut("transfer")?.get_mut("auth_key")?.take() else {
            return None;
        };
        let auth_key = AuthKey::from_service(key)?;
        let record = Transfer::from_json(body.get("transfer")?, asked)?;
        Some(CreatedTransfer { record, auth_key })
    };
    // What is not to be used is not read: there would be a key to be wiped.
    match response.is_success().then(|| read(response.body())).flatten() {
        None => Err(unreadable(&response)),
        Some(created) if asked.is_some_and(|asked| created.record.volume_id != asked) => {
            let fault = Fault::unreadable(&response);
            Err(ChangeError::OutcomeUnknown(UnknownCause::OtherVolume(fault)))
        }
        Some(created) => Ok(created),
    }
}

/// Asks for a transfer to be accepted: its volume becomes this project's.
///
/// `POST .../os-volume-transfer/{transfer_id}/accept` with `{"accept":{"auth_key"}}`. The service
/// compares the key as it stands, so it goes out as [`AuthKey::parse`] left it. Sending it twice
/// does no harm: a transfer that was accepted is not there any more.
pub fn accept(service: Service, project: &ProjectId, handover: &Handover) -> Request {
    let key = handover.auth_key.expose();
    // Roomy enough not to move, which would leave a copy of the key behind.
    let mut body = Zeroizing::new(String::with_capacity(32 + 6 * key.len()));
    body.push_str("{\"accept\":{\"auth_key\":\"");
    json::escape(&mut body, key);
    body.push_str("\"}}");
    Request {
        method: Method::Post,
        path: transfer(service, project, &handover.transfer_id) + "/accept",
        body: Some(body),
        microversion: None,
    }
}

/// Reads the answer to an [`accept`] request: the record, which has no `created_at`.
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

/// Asks for a transfer to be deleted, which only its maker can, and only before it is accepted.
///
/// `DELETE .../os-volume-transfer/{transfer_id}`. The volume is then `available` again.
pub fn delete(service: Service, project: &ProjectId, id: &TransferId) -> Request {
    let path = transfer(service, project, id);
    Request { method: Method::Delete, path, body: None, microversion: None }
}

/// Reads the answer to a [`delete`] request. Any status of 200 to 299 is a success.
///
/// # Errors
/// See [`ChangeError`].
pub fn decode_deleted(outcome: Outcome) -> Result<(), ChangeError> {
    let response = changed(outcome)?;
    let done = response.is_success() && is_no_error(response.body());
    if done { Ok(()) } else { Err(unreadable(&response)) }
}

/// Asks for the record of a transfer that nobody has accepted yet.
pub fn show_transfer(service: Service, project: &ProjectId, id: &TransferId) -> Request {
    get(transfer(service, project, id))
}

/// Reads the answer to [`show_transfer`].
///
/// # Errors
/// See [`ReadError`].
pub fn decode_transfer(outcome: Outcome) -> Result<Transfer, ReadError> {
    answer(outcome, |body| Transfer::from_json(read_json(body)?.get("transfer")?, None))
}

/// A project's transfers that nobody has accepted yet, as far as they were read.
///
/// A list is read page by page: as long as there is a [`request`](TransferList::next_request) it is
/// sent, and its answer [taken in](TransferList::add_page).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TransferList {
    /// The transfers, in the service's order.
    pub transfers: Vec<Transfer>,
    /// How many rows could not be read. They are missing above, and a person is to know it.
    pub unreadable: usize,
    /// Whether the last page was read.
    complete: bool,
}

impl TransferList {
    /// Asks for the first page, or the next one; `None` when all is read.
    ///
    /// The first page is asked for without parameters, because where Cinder has no pages it takes
    /// them for filters and finds nothing.
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
        // Cinder's older path has no pages in any microversion, and on the newer one an offset
        // counts twice: a marker it is. The older path lists the oldest first, so this does too.
        let list = path(service, project, "volume-transfers");
        let marker = last.id.path_segment();
        let mut request =
            get(format!("{list}/detail?sort=created_at:asc&limit={PAGE}&marker={marker}"));
        request.microversion = Some(microversion);
        Some(request)
    }

    /// Takes in the answer to the [`request`](TransferList::next_request).
    ///
    /// # Errors
    /// See [`ReadError`]; what was read before is kept.
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
                // A list that grows while it is read shows a row on two pages.
                Some(_) => {}
                None => self.unreadable += 1,
            }
        }
        // Without a link too: a list that is as long as a list may be need not be all. A service
        // that answers the same page for ever is not followed for ever.
        let mut links = loose::rows(&body, "transfers_links").iter();
        let more = links.any(|link| link.get("rel").is_some_and(|rel| rel == "next"));
        let full = rows.len() >= PAGE || more;
        self.complete = !full || self.transfers.len() == before;
        Ok(())
    }

    /// Looks for the transfer of a volume; a volume has one at most.
    pub fn lookup(&self, volume: &VolumeId) -> TransferLookup {
        match self.transfers.iter().find(|transfer| transfer.volume_id == *volume) {
            Some(transfer) => TransferLookup::Found(transfer.clone()),
            None if self.complete && self.unreadable == 0 => TransferLookup::NotFound,
            None => TransferLookup::Inconclusive,
        }
    }
}

/// What became of a create request whose answer was lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TransferLookup {
    /// The transfer is there. Its key is lost: cancel it and start over.
    Found(Transfer),
    /// There is none. It can be asked for again.
    NotFound,
    /// The list does not tell.
    Inconclusive,
}
