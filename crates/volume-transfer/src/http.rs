//! Requests and responses as values.
//!
//! This crate sends nothing. A [`Request`] to the volume service doesn't contain the token: the
//! caller adds it as `X-Auth-Token`. A request to the identity service contains its tokens, because
//! different requests need them in different headers.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use zeroize::Zeroizing;

/// An HTTP method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Reads a resource.
    Get,
    /// Creates or accepts a transfer, or signs in.
    Post,
    /// Deletes a transfer, or signs out.
    Delete,
}

impl Method {
    /// Returns the method's name, in upper case.
    pub const fn as_str(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Delete => "DELETE",
        }
    }
}

/// A request, complete except for the endpoint and, for the volume service, the token.
///
/// The body may contain a key or a password, and the secret headers contain tokens. Both are wiped
/// on drop and left out of `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The path and query, starting with `/`.
    pub path: String,
    /// The JSON body, sent as `Content-Type: application/json`. Cinder compares that value
    /// case-sensitively.
    pub body: Option<Zeroizing<String>>,
    /// The value of `OpenStack-API-Version`, if the request requires a Cinder microversion.
    pub microversion: Option<&'static str>,
    /// The headers that contain a token or receipt. Only requests to the identity service have any.
    pub secret_headers: Vec<(&'static str, Zeroizing<String>)>,
}

impl Request {
    /// Creates a request without a body.
    pub(crate) const fn new(method: Method, path: String) -> Request {
        Request { method, path, body: None, microversion: None, secret_headers: Vec::new() }
    }

    /// Returns all headers, except for the `X-Auth-Token` of a request to the volume service.
    pub fn headers(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let body = self.body.as_ref().map(|_| ("Content-Type", "application/json"));
        let version = self.microversion.map(|version| ("OpenStack-API-Version", version));
        let secrets = self.secret_headers.iter().map(|(name, value)| (*name, value.as_str()));
        [Some(("Accept", "application/json")), body, version].into_iter().flatten().chain(secrets)
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.body.as_ref().map_or(0, |body| body.len());
        write!(f, "Request {{ {} {}, body: [{bytes} bytes] }}", self.method.as_str(), self.path)
    }
}

/// The headers that can contain the request ID, in order of preference.
pub const REQUEST_ID_HEADERS: [&str; 3] =
    ["x-openstack-request-id", "x-request-id", "x-compute-request-id"];

/// A response as received.
///
/// The body may contain a key, and a header may contain a token. Both are wiped on drop and left out
/// of `Debug`.
pub struct Response {
    /// The HTTP status, or 0 for a redirect that wasn't followed.
    pub status: u16,
    headers: Vec<(String, Zeroizing<String>)>,
    body: Zeroizing<Vec<u8>>,
}

impl Response {
    /// Creates a response without headers.
    pub fn new(status: u16, body: Vec<u8>) -> Response {
        Response { status, headers: Vec::new(), body: Zeroizing::new(body) }
    }

    /// Adds a header.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Response {
        self.headers.push((name.to_owned(), Zeroizing::new(value.to_owned())));
        self
    }

    /// Returns a header's value. The name is case-insensitive.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }

    /// Returns the request ID, by which the service's support team can find the request.
    pub fn request_id(&self) -> Option<&str> {
        REQUEST_ID_HEADERS.into_iter().find_map(|name| self.header(name))
    }

    /// Returns whether the request succeeded. Cinder without authentication responds to a missing
    /// token with 204 and a new token, which isn't a success.
    pub(crate) fn is_success(&self) -> bool {
        let token = self.status == 204 && self.header("x-auth-token").is_some();
        (200..300).contains(&self.status) && !token
    }

    pub(crate) fn body(&self) -> &[u8] {
        &self.body
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Response {{ status: {}, body: [{} bytes] }}", self.status, self.body.len())
    }
}

/// The reason why no response arrived.
///
/// Exhaustive on purpose: each code has a translation, so a caller that doesn't handle a new one
/// must fail to compile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransportError {
    /// The connection couldn't be opened, or was lost.
    Connection,
    /// The request timed out.
    Timeout,
}

impl TransportError {
    /// All errors.
    pub const ALL: [TransportError; 2] = [TransportError::Connection, TransportError::Timeout];

    /// Returns a stable code: `connection` or `timeout`.
    pub const fn code(self) -> &'static str {
        match self {
            TransportError::Connection => "connection",
            TransportError::Timeout => "timeout",
        }
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TransportError::Connection => "the connection failed",
            TransportError::Timeout => "no response arrived in time",
        })
    }
}

impl core::error::Error for TransportError {}

/// The result of sending a request.
pub type Outcome = Result<Response, TransportError>;
