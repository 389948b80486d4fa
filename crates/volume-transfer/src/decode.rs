//! Helpers shared by all decoders.

use crate::document::read_json;
use crate::error::{ChangeError, Fault, FaultKind, ReadError, UnknownCause};
use crate::http::{Outcome, Response};
use serde_json::Value;

/// Decodes the body of a successful response.
pub(crate) fn decode<T>(
    outcome: Outcome,
    make: impl FnOnce(&[u8]) -> Option<T>,
) -> Result<T, ReadError> {
    let response = outcome.map_err(ReadError::NoResponse)?;
    let made = match response.status {
        400.. => return Err(ReadError::Refused(Fault::read(&response))),
        _ if response.is_success() => make(response.body()),
        _ => None,
    };
    made.ok_or_else(|| invalid(&response))
}

/// Returns the error for an invalid response with a success or redirect status.
pub(crate) fn invalid(response: &Response) -> ReadError {
    let fault = Fault::unreadable(response);
    if fault.has_details() { ReadError::Refused(fault) } else { ReadError::Unreadable(fault) }
}

/// Reads a JSON body that has a value of the given kind under a key.
pub(crate) fn read(
    outcome: Outcome,
    key: &str,
    kind: fn(&Value) -> bool,
) -> Result<Value, ReadError> {
    decode(outcome, |body| read_json(body).filter(|body| body.get(key).is_some_and(kind)))
}

/// Returns whether a value is a list. Some services return `null` for an empty one.
pub(crate) fn is_list(value: &Value) -> bool {
    value.is_array() || value.is_null()
}

/// Returns the response to a request that makes a change, unless it is an error.
pub(crate) fn changed(outcome: Outcome) -> Result<Response, ChangeError> {
    let response =
        outcome.map_err(|lost| ChangeError::OutcomeUnknown(UnknownCause::NoResponse(lost)))?;
    match response.status {
        // The server may have failed or timed out after it made the change.
        408 | 500.. => {
            Err(ChangeError::OutcomeUnknown(UnknownCause::Failed(Fault::read(&response))))
        }
        400.. => {
            let fault = Fault::read(&response);
            // A firewall may have blocked the response rather than the request.
            if fault.kind() == FaultKind::Blocked {
                return Err(ChangeError::OutcomeUnknown(UnknownCause::Failed(fault)));
            }
            Err(ChangeError::Rejected(fault))
        }
        _ => Ok(response),
    }
}

/// Returns the error for an invalid response to a request that makes a change.
pub(crate) fn unreadable(response: &Response) -> ChangeError {
    ChangeError::OutcomeUnknown(UnknownCause::Unreadable(Fault::unreadable(response)))
}
