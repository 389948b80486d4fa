//! The headers that the gateway forwards in each direction, and those that it adds to responses.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use uuid::Uuid;

/// Proves that the first of two factors was correct.
const AUTH_RECEIPT: HeaderName = HeaderName::from_static("openstack-auth-receipt");
/// The token that a request to the identity service creates, shows or revokes.
const SUBJECT_TOKEN: HeaderName = HeaderName::from_static("x-subject-token");

/// The request headers that are forwarded to a service.
pub(super) static REQUEST_HEADERS: [HeaderName; 6] = [
    header::ACCEPT,
    header::CONTENT_TYPE,
    AUTH_RECEIPT,
    HeaderName::from_static("openstack-api-version"),
    SUBJECT_TOKEN,
    HeaderName::from_static("x-auth-token"),
];

const REQUEST_ID: HeaderName = HeaderName::from_static("x-openstack-request-id");

/// The response headers that are forwarded to the page. Cookies and CORS headers are not: they would
/// apply to this server's origin.
pub(super) static RESPONSE_HEADERS: [HeaderName; 11] = [
    // The gateway requests no encoding, but an encoded body is unreadable without this header.
    header::CONTENT_ENCODING,
    header::CONTENT_LENGTH,
    header::CONTENT_TYPE,
    header::RETRY_AFTER,
    header::VARY,
    AUTH_RECEIPT,
    SUBJECT_TOKEN,
    HeaderName::from_static("openstack-api-version"),
    HeaderName::from_static("x-compute-request-id"),
    REQUEST_ID,
    HeaderName::from_static("x-request-id"),
];

/// Returns the headers with the allowed names.
pub(super) fn filter(allowed: &[HeaderName], headers: &HeaderMap) -> HeaderMap {
    let mut filtered = HeaderMap::with_capacity(allowed.len());
    for name in allowed {
        for value in headers.get_all(name) {
            filtered.append(name, value.clone());
        }
    }
    filtered
}

pub(super) fn add_request_id(headers: &mut HeaderMap) {
    // A UUID is always a valid header value.
    if let Ok(id) = HeaderValue::try_from(format!("req-{}", Uuid::new_v4())) {
        headers.insert(REQUEST_ID, id);
    }
}

/// Forbids caching, because responses contain keys and tokens. Also prevents browsers from
/// displaying a service's HTML as a page of this origin.
pub(super) fn add_security_headers(headers: &mut HeaderMap) {
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
}
