//! The operations: one encoder and one decoder for each.

mod questions;
mod transfers;
mod volumes;

pub use questions::Question;
pub use transfers::{
    Trace, TransferList, accept, create, decode_accepted, decode_created, decode_deleted,
    decode_transfer, delete, show_transfer,
};
pub use volumes::{Fate, VolumePage, decode_fate, decode_volumes, list_volumes, show_volume};

use crate::error::{ChangeError, Fault, ReadError, UnknownCause};
use crate::http::{Method, Outcome, Request, Response};
use crate::loose;
use alloc::string::String;
use serde_json::Value;

fn get(path: String) -> Request {
    Request { method: Method::Get, path, body: None, microversion: None }
}

/// An answer that has something of a kind under a key, whole.
fn read(outcome: Outcome, key: &str, kind: fn(&Value) -> bool) -> Result<Value, ReadError> {
    let response = outcome.map_err(ReadError::Lost)?;
    let unreadable = || {
        let (status, request_id) = response.trace();
        ReadError::Unreadable { status, request_id }
    };
    match response.status {
        400.. => Err(ReadError::Refused(Fault::read(&response))),
        200 => serde_json::from_slice(response.body())
            .ok()
            .filter(|body: &Value| body.get(key).is_some_and(kind))
            .ok_or_else(unreadable),
        // Cinder without authentication answers 204 to a missing token: no success either.
        _ => Err(unreadable()),
    }
}

/// Whether a list's links lead to another page.
fn more(body: &Value, links: &str) -> bool {
    loose::rows(body, links).iter().any(|link| link.get("rel").is_some_and(|rel| rel == "next"))
}

/// The answer to a request that changes something, if it is neither a refusal nor a failure.
fn changed(outcome: Outcome) -> Result<Response, ChangeError> {
    let response = outcome.map_err(|lost| ChangeError::OutcomeUnknown(UnknownCause::Lost(lost)))?;
    match response.status {
        // A server that gave up waiting, or failed, may have done so after the work.
        408 | 500.. => {
            Err(ChangeError::OutcomeUnknown(UnknownCause::Failed(Fault::read(&response))))
        }
        400.. => Err(ChangeError::Rejected(Fault::read(&response))),
        _ => Ok(response),
    }
}

/// What to say of an answer that is neither a refusal nor what the service answers.
fn unreadable(response: &Response) -> ChangeError {
    let (status, request_id) = response.trace();
    ChangeError::OutcomeUnknown(UnknownCause::Unreadable { status, request_id })
}
