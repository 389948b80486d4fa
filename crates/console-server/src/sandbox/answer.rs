//! Answers in Cinder's forms: what succeeded, its faults, and what never reached its router.

use super::store::Error;
use crate::BODY_LIMIT;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use std::io::{self, Write};
use volume_transfer::Constraint;

/// Both the microversion that is asked for and the one that is answered.
pub(super) const API_VERSION: HeaderName = HeaderName::from_static("openstack-api-version");

/// Marks an answer as one of Cinder's own router, not of what stands before it: such an answer
/// says its microversion.
#[derive(Clone, Copy)]
pub(super) struct Routed;

pub(super) fn json(status: StatusCode, body: &Value) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        // One of these answers carries a key.
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (status, headers, body.to_string()).into_response()
}

/// An answer of the API itself.
pub(super) fn answer(status: StatusCode, body: &Value) -> Response {
    let mut response = json(status, body);
    response.extensions_mut().insert(Routed);
    response
}

/// The answer of the API to a deletion.
pub(super) fn deleted() -> Response {
    // Cinder leaves it to its web framework, which has no better type for nothing.
    let headers = [(header::CONTENT_TYPE, "text/html; charset=UTF-8")];
    let mut response = (StatusCode::ACCEPTED, headers).into_response();
    response.extensions_mut().insert(Routed);
    response
}

/// A refusal of the API itself.
#[derive(Debug)]
pub(super) struct Fault {
    status: StatusCode,
    body: Value,
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let mut response = answer(self.status, &self.body);
        if self.status == StatusCode::PAYLOAD_TOO_LARGE {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("0"));
        }
        response
    }
}

impl Fault {
    fn new(status: StatusCode, kind: &str, message: impl Into<String>) -> Fault {
        let message = message.into();
        Fault { status, body: json!({ kind: { "code": status.as_u16(), "message": message } }) }
    }

    pub(super) fn bad_request(message: impl Into<String>) -> Fault {
        Fault::new(StatusCode::BAD_REQUEST, "badRequest", message)
    }

    pub(super) fn malformed_body() -> Fault {
        Fault::bad_request("Malformed request body")
    }

    pub(super) fn malformed_url() -> Fault {
        Fault::bad_request("Malformed request url")
    }

    pub(super) fn media_type() -> Fault {
        Fault::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "badMediaType", "Unsupported Content-Type")
    }

    pub(super) fn timeout() -> Fault {
        Fault::new(StatusCode::REQUEST_TIMEOUT, "requestTimeout", "The request took too long.")
    }

    /// `kind` is `Volume` or `Transfer`.
    pub(super) fn not_found(kind: &str, id: &str) -> Fault {
        let message = format!("{kind} {id} could not be found.");
        Fault::new(StatusCode::NOT_FOUND, "itemNotFound", message)
    }

    pub(super) fn no_such_action() -> Fault {
        Fault::new(StatusCode::NOT_FOUND, "itemNotFound", "The resource could not be found.")
    }

    pub(super) fn over_limit(message: &str) -> Fault {
        let status = StatusCode::PAYLOAD_TOO_LARGE;
        let limit = json!({ "code": status.as_u16(), "message": message, "retryAfter": "0" });
        Fault { status, body: json!({ "overLimit": limit }) }
    }

    pub(super) fn not_acceptable(message: impl Into<String>) -> Fault {
        Fault::new(StatusCode::NOT_ACCEPTABLE, "computeFault", message)
    }

    pub(super) fn failed() -> Fault {
        let message =
            "The server has either erred or is incapable of performing the requested operation.";
        Fault::new(StatusCode::INTERNAL_SERVER_ERROR, "computeFault", message)
    }

    /// A refusal that Cinder does not know, in EVS's own form.
    pub(super) fn evs(code: &str, message: &str) -> Fault {
        let body = json!({ "error": { "code": code, "message": message } });
        Fault { status: StatusCode::BAD_REQUEST, body }
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Fault {
        let violated = match error {
            Error::NotFound(kind, id) => return Fault::not_found(kind, &id),
            Error::Refused(constraint) => constraint,
            Error::InvalidKey(id) => {
                return Fault::bad_request(format!(
                    "Invalid auth key: Attempt to transfer {id} with invalid auth key."
                ));
            }
            Error::OverLimit(message) => return Fault::over_limit(&message),
            Error::NotAwaiting { transfer, volume } => {
                return Fault::bad_request(format!(
                    "Invalid volume: Transfer {transfer}: Volume id {volume} expected in \
                     awaiting-transfer state."
                ));
            }
            Error::Failed(cause) => {
                // The one thing that is logged. A database's message holds no values of a row.
                let _ = writeln!(io::stderr(), "the sandbox's database failed: {cause}");
                return Fault::failed();
            }
        };
        // The first two as Cinder says them; EVS promises a 400 and no particular words.
        let reason = match violated {
            Constraint::Status => "status must be available",
            Constraint::Encryption => "transferring encrypted volume is not supported",
            Constraint::Frozen => return Fault::evs("EVS.2068", "volume is locked"),
            Constraint::Billing => "transferring yearly/monthly billed volume is not supported",
            Constraint::BackupsAndSnapshots => {
                "transferring volume with backups or snapshots is not supported"
            }
            Constraint::BackupPolicy => "transferring volume with a backup policy is not supported",
            Constraint::Dss => "transferring volume on DSS is not supported",
            Constraint::Dess => "transferring volume on DESS is not supported",
            Constraint::SystemDisk => "transferring volume marked bootable is not supported",
        };
        Fault::bad_request(format!("Invalid volume: {reason}"))
    }
}

/// The answer to a missing or unknown token, as Keystone's middleware gives it.
pub(super) fn unauthorized() -> Response {
    let message = "The request you have made requires authentication.";
    let body = json!({ "error": { "code": 401, "title": "Unauthorized", "message": message } });
    let mut response = json(StatusCode::UNAUTHORIZED, &body);
    // The sandbox has no identity service to send anyone to.
    let challenge = HeaderValue::from_static(r#"Keystone uri="http://identity.invalid""#);
    response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    response
}

/// The answer to a path or method that Cinder has no route for.
pub(super) fn no_such_route() -> Response {
    webob(StatusCode::NOT_FOUND, "Not Found", "The resource could not be found.")
}

/// The same for a method whose answer has no body.
pub(super) fn no_such_head() -> Response {
    let headers = [(header::CONTENT_TYPE, "text/html; charset=UTF-8")];
    (StatusCode::NOT_FOUND, headers).into_response()
}

/// The answer to a path that needs a slash at its end.
pub(super) fn moved(location: &str) -> Response {
    let headers =
        [(header::CONTENT_TYPE, "text/plain; charset=utf8"), (header::LOCATION, location)];
    (StatusCode::FOUND, headers).into_response()
}

/// The answer to a body over the size limit.
pub(super) fn too_large() -> Response {
    webob(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large", "Request is too large.")
}

/// The same where the request said so itself, and the body was not read.
pub(super) fn declared_too_large() -> Response {
    let message =
        format!("Request is too large. Larger than max_request_body_size ({BODY_LIMIT}).");
    webob(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large", &message)
}

/// An error of the web framework below Cinder, which has a form of its own.
fn webob(status: StatusCode, title: &str, explanation: &str) -> Response {
    let code = format!("{} {title}", status.as_u16());
    let message = format!("{explanation}<br /><br />\n\n\n");
    json(status, &json!({ "message": message, "code": code, "title": title }))
}
