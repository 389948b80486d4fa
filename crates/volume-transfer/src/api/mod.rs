//! The operations: one encoder and one decoder for each.

mod facts;
mod transfers;
mod volumes;

pub use facts::FactQuery;
pub use transfers::{
    TransferList, TransferLookup, accept, create, decode_accepted, decode_created, decode_deleted,
    decode_transfer, delete, show_transfer,
};
pub use volumes::{TransferProgress, VolumeList, decode_progress, show_volume};

use crate::document::read_json;
use crate::error::{ChangeError, Fault, FaultKind, ReadError, UnknownCause};
use crate::http::{Method, Outcome, Request, Response};
use alloc::string::String;
use serde_json::Value;

/// How many rows of a list are asked for at once: as many as services give at most.
const PAGE: usize = 1_000;

fn get(path: String) -> Request {
    Request { method: Method::Get, path, body: None, microversion: None }
}

/// What an answer says to whoever can make something of its body.
fn answer<T>(outcome: Outcome, make: impl FnOnce(&[u8]) -> Option<T>) -> Result<T, ReadError> {
    let response = outcome.map_err(ReadError::NoResponse)?;
    let made = match response.status {
        400.. => return Err(ReadError::Refused(Fault::read(&response))),
        _ if response.is_success() => make(response.body()),
        _ => None,
    };
    made.ok_or_else(|| no_answer(&response))
}

/// Why a response with a status of success, or a redirect, could not be read.
fn no_answer(response: &Response) -> ReadError {
    let fault = Fault::unreadable(response);
    if fault.has_words() { ReadError::Refused(fault) } else { ReadError::Unreadable(fault) }
}

/// An answer that has something of a kind under a key, whole.
fn read(outcome: Outcome, key: &str, kind: fn(&Value) -> bool) -> Result<Value, ReadError> {
    answer(outcome, |body| read_json(body).filter(|body| body.get(key).is_some_and(kind)))
}

/// Whether a value is a list. Some services write `null` for one without rows.
fn is_list(value: &Value) -> bool {
    value.is_array() || value.is_null()
}

/// The answer to a request that changes something, if it is neither a refusal nor a failure.
fn changed(outcome: Outcome) -> Result<Response, ChangeError> {
    let response =
        outcome.map_err(|lost| ChangeError::OutcomeUnknown(UnknownCause::NoResponse(lost)))?;
    match response.status {
        // A server that gave up waiting, or failed, may have done so after the work.
        408 | 500.. => {
            Err(ChangeError::OutcomeUnknown(UnknownCause::Failed(Fault::read(&response))))
        }
        400.. => {
            let fault = Fault::read(&response);
            // A firewall may have refused the response rather than the request.
            if fault.kind() == FaultKind::Blocked {
                return Err(ChangeError::OutcomeUnknown(UnknownCause::Failed(fault)));
            }
            Err(ChangeError::Rejected(fault))
        }
        _ => Ok(response),
    }
}

/// What to say of an answer that is neither a refusal nor what the service answers.
fn unreadable(response: &Response) -> ChangeError {
    ChangeError::OutcomeUnknown(UnknownCause::Unreadable(Fault::unreadable(response)))
}
