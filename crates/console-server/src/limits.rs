//! Limits on incoming requests, shared by the gateway and the sandbox.

use axum::http::{HeaderMap, header};

/// The largest request body that is read: Cinder's default `max_request_body_size`.
pub(crate) const BODY_LIMIT: usize = 114_688;

/// Returns whether `Content-Length` announces a body larger than [`BODY_LIMIT`].
pub(crate) fn declares_oversized_body(headers: &HeaderMap) -> bool {
    let declared = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    declared.and_then(|length| length.parse().ok()).is_some_and(|length: usize| length > BODY_LIMIT)
}
