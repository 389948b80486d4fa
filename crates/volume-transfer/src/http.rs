//! Requests and responses as values.
//!
//! Nothing here sends. The token is not in a [`Request`] either: whoever sends adds it as
//! `X-Auth-Token`, so that no value of this crate can leak it.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use zeroize::Zeroizing;

/// An HTTP method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Creates and accepts.
    Post,
    /// Deletes.
    Delete,
}

impl Method {
    /// As HTTP spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Delete => "DELETE",
        }
    }
}

/// A request that is ready to be sent, but for the endpoint before its path and the token. Its body
/// may hold a key, so it is wiped on drop and kept from `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The path and query, starting with `/`.
    pub path: String,
    /// JSON; goes with `Content-Type: application/json`, which Cinder compares case-sensitively.
    pub body: Option<Zeroizing<String>>,
    /// Cinder's microversion, if it takes one: the value of `OpenStack-API-Version`.
    pub microversion: Option<&'static str>,
}

impl Request {
    /// The headers that it needs beside `X-Auth-Token`.
    pub fn headers(&self) -> impl Iterator<Item = (&'static str, &'static str)> + use<> {
        let body = self.body.as_ref().map(|_| ("Content-Type", "application/json"));
        let version = self.microversion.map(|version| ("OpenStack-API-Version", version));
        [Some(("Accept", "application/json")), body, version].into_iter().flatten()
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.body.as_ref().map_or(0, |body| body.len());
        write!(f, "Request {{ {} {}, body: [{bytes} bytes] }}", self.method.as_str(), self.path)
    }
}

/// The headers that name a request for the service's support, the one that counts first.
pub const REQUEST_ID_HEADERS: [&str; 3] =
    ["x-openstack-request-id", "x-request-id", "x-compute-request-id"];

/// An answer as it came. Its body may hold a key, so it is wiped on drop and kept from `Debug`.
pub struct Response {
    /// The HTTP status; 0 stands for a redirect that was not followed.
    pub status: u16,
    headers: Vec<(String, String)>,
    body: Zeroizing<Vec<u8>>,
}

impl Response {
    /// An answer without headers.
    pub fn new(status: u16, body: Vec<u8>) -> Response {
        Response { status, headers: Vec::new(), body: Zeroizing::new(body) }
    }

    /// Adds a header.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Response {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The value of a header, whatever the case of its name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }

    /// The id that the service's support finds the request by.
    pub fn request_id(&self) -> Option<&str> {
        REQUEST_ID_HEADERS.into_iter().find_map(|name| self.header(name))
    }

    /// Whether the service has done what was asked. Cinder without authentication answers a
    /// missing token with 204 and a new one, which is no success.
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

/// Why no answer came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransportError {
    /// The connection failed, at the start or on the way.
    Connection,
    /// It took too long.
    Timeout,
}

impl TransportError {
    /// Every one.
    pub const ALL: [TransportError; 2] = [TransportError::Connection, TransportError::Timeout];

    /// A stable code: `connection` or `timeout`.
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
            TransportError::Timeout => "no answer came in time",
        })
    }
}

impl core::error::Error for TransportError {}

/// What became of a request.
pub type Outcome = Result<Response, TransportError>;
