//! Which headers pass, by a list for each way, and which the gateway adds to every answer.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use uuid::Uuid;

/// What the endpoint is told of a request, beside its method, path and body.
pub(super) const REQUEST_HEADERS: [HeaderName; 4] = [
    header::ACCEPT,
    header::CONTENT_TYPE,
    HeaderName::from_static("openstack-api-version"),
    HeaderName::from_static("x-auth-token"),
];

const REQUEST_ID: HeaderName = HeaderName::from_static("x-openstack-request-id");

/// What the page is told of a response, beside its status and body. Not among them: cookies, which
/// would be this origin's, and whom else the endpoint allows to read it.
pub(super) const RESPONSE_HEADERS: [HeaderName; 9] = [
    // Nobody asked for an encoding; but without its name, the body would make no sense.
    header::CONTENT_ENCODING,
    header::CONTENT_LENGTH,
    header::CONTENT_TYPE,
    header::RETRY_AFTER,
    header::VARY,
    HeaderName::from_static("openstack-api-version"),
    HeaderName::from_static("x-compute-request-id"),
    REQUEST_ID,
    HeaderName::from_static("x-request-id"),
];

pub(super) fn only(allowed: &[HeaderName], headers: &HeaderMap) -> HeaderMap {
    let mut passed = HeaderMap::with_capacity(allowed.len());
    for name in allowed {
        for value in headers.get_all(name) {
            passed.append(name, value.clone());
        }
    }
    passed
}

pub(super) fn add_request_id(headers: &mut HeaderMap) {
    // A UUID is a header value: the error cannot occur.
    if let Ok(id) = HeaderValue::try_from(format!("req-{}", Uuid::new_v4())) {
        headers.insert(REQUEST_ID, id);
    }
}

/// Adds what must hold whatever the endpoint says: one of the answers carries a key, and markup
/// that came from elsewhere must not become a page of this origin.
pub(super) fn protect(headers: &mut HeaderMap) {
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
}
