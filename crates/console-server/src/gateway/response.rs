//! Streams a service's response, and detects a web page that a proxy sent instead.

use super::body::ResponseBody;
use crate::observe::BodyFailure;
use axum::body::Body;
use axum::http::{HeaderMap, header};
use http_body_util::BodyExt;
use std::time::Duration;
use tower_http::timeout::{TimeoutBody, TimeoutError};

/// Codes for a response that ends early, in addition to the gateway's error codes.
pub(super) const CUT: &str = "response_cut";
pub(super) const TOO_SLOW: &str = "response_too_slow";

/// Streams a response's body. If it stalls, the client's connection is closed, so that an incomplete
/// body does not look complete.
pub(super) fn stream(body: ResponseBody, idle: Duration) -> Body {
    Body::new(
        TimeoutBody::new(idle, body)
            .map_err(|error| BodyFailure(if error.is::<TimeoutError>() { TOO_SLOW } else { CUT })),
    )
}

/// Returns whether a body is a web page. If so, it comes from a proxy or a firewall, not from the
/// service.
pub(super) fn is_html(headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    content_type.is_some_and(|value| value.trim_start().starts_with("text/html"))
}
