//! Keystone's error responses.

use crate::limits::BODY_LIMIT;
use crate::sandbox::response::json_response;
use crate::sandbox::store;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use std::io::{self, Write};

/// An error, in Keystone's words.
#[derive(Debug)]
pub(super) struct IdentityError {
    status: StatusCode,
    body: Value,
}

impl IdentityError {
    fn new(status: StatusCode, message: &str) -> IdentityError {
        let title = status.canonical_reason().unwrap_or_default();
        let error = json!({ "code": status.as_u16(), "message": message, "title": title });
        IdentityError { status, body: json!({ "error": error }) }
    }

    /// Almost every failure to sign in. Keystone doesn't give the reason, because that would help
    /// attackers guess.
    pub(super) fn unauthorized() -> IdentityError {
        let message = "The request you have made requires authentication.";
        IdentityError::new(StatusCode::UNAUTHORIZED, message)
    }

    /// A sign-in method that can't be used like this. `identity` says which methods can be used.
    pub(super) fn method(message: &str, identity: &Value) -> IdentityError {
        let status = StatusCode::UNAUTHORIZED;
        let error = json!({
            "code": status.as_u16(),
            "identity": identity,
            "message": message,
            "title": "Unauthorized",
        });
        IdentityError { status, body: json!({ "error": error }) }
    }

    pub(super) fn missing(field: &str, target: &str) -> IdentityError {
        IdentityError::invalid(&format!(
            "Expecting to find {field} in {target}. The server could not comply with the request since \
             it is either malformed or otherwise incorrect. The client is assumed to be in error."
        ))
    }

    pub(super) fn invalid(message: &str) -> IdentityError {
        IdentityError::new(StatusCode::BAD_REQUEST, message)
    }

    pub(super) fn forbidden(message: &str) -> IdentityError {
        IdentityError::new(StatusCode::FORBIDDEN, message)
    }

    pub(super) fn not_found(message: &str) -> IdentityError {
        IdentityError::new(StatusCode::NOT_FOUND, message)
    }

    /// An invalid token anywhere but in `X-Auth-Token`.
    pub(super) fn token_not_found() -> IdentityError {
        IdentityError::not_found("Could not recognize Fernet token")
    }

    pub(super) fn timeout() -> IdentityError {
        IdentityError::new(StatusCode::REQUEST_TIMEOUT, "The request took too long.")
    }

    /// A body above the size limit. The web framework underneath Keystone has its own format.
    pub(super) fn too_large() -> IdentityError {
        let message = format!(
            "Request is too large. Larger than max_request_body_size ({BODY_LIMIT}).<br /><br />\n\n\n"
        );
        let title = "Request Entity Too Large";
        let body = json!({ "message": message, "code": format!("413 {title}"), "title": title });
        IdentityError { status: StatusCode::PAYLOAD_TOO_LARGE, body }
    }

    pub(super) fn method_not_allowed() -> IdentityError {
        let message = "The method is not allowed for the requested URL.";
        let body = json!({ "message": message });
        IdentityError { status: StatusCode::METHOD_NOT_ALLOWED, body }
    }
}

impl From<store::Error> for IdentityError {
    fn from(error: store::Error) -> IdentityError {
        // SQLite's messages contain no column values, so they reveal no hash.
        let _ = writeln!(io::stderr(), "sandbox database error: {error}");
        let message = "An unexpected error prevented the server from fulfilling your request.";
        IdentityError::new(StatusCode::INTERNAL_SERVER_ERROR, message)
    }
}

impl IntoResponse for IdentityError {
    fn into_response(self) -> Response {
        json_response(self.status, &self.body)
    }
}
