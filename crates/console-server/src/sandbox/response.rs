//! Responses in Cinder's formats: successes, faults, and errors raised before a request reaches
//! Cinder's router.

use super::store::Error;
use crate::limits::BODY_LIMIT;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use std::io::{self, Write};
use volume_transfer::Constraint;

/// Carries the requested microversion in a request, and the applied one in a response.
pub(super) const API_VERSION: HeaderName = HeaderName::from_static("openstack-api-version");

/// Marks a response as coming from the API itself, and not from the middleware in front of it. Only
/// such a response states its microversion.
#[derive(Clone, Copy)]
pub(super) struct FromApi;

pub(super) fn json_response(status: StatusCode, body: &Value) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        // Some of these responses contain keys or tokens.
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (status, headers, body.to_string()).into_response()
}

/// A JSON response from the API itself.
pub(super) fn api_response(status: StatusCode, body: &Value) -> Response {
    let mut response = json_response(status, body);
    response.extensions_mut().insert(FromApi);
    response
}

/// The API's response to a successful `DELETE`.
pub(super) fn deleted() -> Response {
    // Cinder sets no content type for an empty body, so its web framework falls back to HTML.
    let headers = [(header::CONTENT_TYPE, "text/html; charset=UTF-8")];
    let mut response = (StatusCode::ACCEPTED, headers).into_response();
    response.extensions_mut().insert(FromApi);
    response
}

/// An error response from the API itself.
#[derive(Debug)]
pub(super) struct Fault {
    status: StatusCode,
    body: Value,
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let mut response = api_response(self.status, &self.body);
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

    pub(super) fn unsupported_media_type() -> Fault {
        Fault::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "badMediaType", "Unsupported Content-Type")
    }

    pub(super) fn timeout() -> Fault {
        Fault::new(StatusCode::REQUEST_TIMEOUT, "requestTimeout", "The request took too long.")
    }

    /// A missing `Volume` or `Transfer`.
    pub(super) fn not_found(kind: &str, id: &str) -> Fault {
        let message = format!("{kind} {id} could not be found.");
        Fault::new(StatusCode::NOT_FOUND, "itemNotFound", message)
    }

    pub(super) fn action_not_found() -> Fault {
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

    pub(super) fn internal() -> Fault {
        let message =
            "The server has either erred or is incapable of performing the requested operation.";
        Fault::new(StatusCode::INTERNAL_SERVER_ERROR, "computeFault", message)
    }

    /// An error that only EVS has, in EVS's own format.
    pub(super) fn evs(code: &str, message: &str) -> Fault {
        let body = json!({ "error": { "code": code, "message": message } });
        Fault { status: StatusCode::BAD_REQUEST, body }
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Fault {
        let violated = match error {
            Error::NotFound(kind, id) => return Fault::not_found(kind, &id),
            Error::Ineligible(constraint) => constraint,
            Error::InvalidKey(id) => {
                return Fault::bad_request(format!(
                    "Invalid auth key: Attempt to transfer {id} with invalid auth key."
                ));
            }
            Error::OverLimit(message) => return Fault::over_limit(&message),
            Error::NotAwaitingTransfer { transfer, volume } => {
                return Fault::bad_request(format!(
                    "Invalid volume: Transfer {transfer}: Volume id {volume} expected in \
                     awaiting-transfer state."
                ));
            }
            Error::Database(cause) => {
                // The only thing that is logged. SQLite's messages contain no column values.
                let _ = writeln!(io::stderr(), "sandbox database error: {cause}");
                return Fault::internal();
            }
        };
        // The first two messages are Cinder's. For the others, EVS documents only the status 400.
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

/// The response to a missing, unknown or expired token, in the format of Keystone's middleware. `base` is
/// this server's URL.
pub(super) fn unauthorized(base: &str) -> Response {
    let message = "The request you have made requires authentication.";
    let body = json!({ "error": { "code": 401, "title": "Unauthorized", "message": message } });
    let mut response = json_response(StatusCode::UNAUTHORIZED, &body);
    if let Ok(challenge) = HeaderValue::try_from(format!("Keystone uri=\"{base}/identity\"")) {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}

/// The response to a path or method without a route.
pub(super) fn route_not_found() -> Response {
    webob(StatusCode::NOT_FOUND, "Not Found", "The resource could not be found.")
}

/// The response to any `HEAD` request.
pub(super) fn head_not_found() -> Response {
    let headers = [(header::CONTENT_TYPE, "text/html; charset=UTF-8")];
    (StatusCode::NOT_FOUND, headers).into_response()
}

/// Redirects to `location`.
pub(super) fn found(location: &str) -> Response {
    let headers =
        [(header::CONTENT_TYPE, "text/plain; charset=utf8"), (header::LOCATION, location)];
    (StatusCode::FOUND, headers).into_response()
}

/// The response to a body that turned out to exceed the size limit.
pub(super) fn too_large() -> Response {
    webob(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large", "Request is too large.")
}

/// The response to a `Content-Length` above the size limit. The body is not read.
pub(super) fn declared_too_large() -> Response {
    let message =
        format!("Request is too large. Larger than max_request_body_size ({BODY_LIMIT}).");
    webob(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large", &message)
}

/// An error in the format of WebOb, the web framework underneath Cinder.
fn webob(status: StatusCode, title: &str, explanation: &str) -> Response {
    let code = format!("{} {title}", status.as_u16());
    let message = format!("{explanation}<br /><br />\n\n\n");
    json_response(status, &json!({ "message": message, "code": code, "title": title }))
}
