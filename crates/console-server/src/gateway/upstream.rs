//! A service to pass requests on to: where it is, who vouches for it, and how long to wait for it.

use axum::http::Uri;
use axum::http::uri::{Authority, PathAndQuery, Scheme};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;
use volume_transfer::endpoint::base_path;

/// The address of a service: scheme, host, and perhaps a port and a path before every path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    pub(super) scheme: Scheme,
    authority: Authority,
    /// Empty, or starting with a slash; never ending with one.
    base: String,
}

impl FromStr for Endpoint {
    type Err = &'static str;

    /// Reads an address as a catalog, an openrc file or a browser's address bar gives it: without
    /// its query and fragment, and without the version and project that every request adds.
    fn from_str(text: &str) -> Result<Endpoint, Self::Err> {
        const FORM: &str =
            "an endpoint is http:// or https://, a host, and perhaps a port and a path";
        let text = text.trim();
        let address = text.split(['?', '#']).next().unwrap_or(text);
        let (scheme, rest) = address.split_once("://").ok_or(FORM)?;
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let scheme = match scheme.to_ascii_lowercase().as_str() {
            "http" => Scheme::HTTP,
            "https" => Scheme::HTTPS,
            _ => return Err(FORM),
        };
        let authority = authority.parse::<Authority>().map_err(|_| FORM)?;
        let base = base_path(path);
        let plain = |segment: &str| {
            let unreserved = |byte: u8| {
                byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
            };
            !matches!(segment, "" | "." | "..") && segment.bytes().all(unreserved)
        };
        let has_port = authority.as_str().rsplit_once(':').is_none_or(|(_, end)| {
            // An IPv6 address ends with a bracket.
            end.ends_with(']') || end.parse::<u16>().is_ok()
        });
        if !has_port
            || authority.host().is_empty()
            || authority.as_str().contains('@')
            || !base.split('/').skip(1).all(plain)
        {
            return Err(FORM);
        }
        Ok(Endpoint { scheme, authority, base: base.to_owned() })
    }
}

impl Endpoint {
    /// Where a request goes. Its host is always the endpoint's, whatever the request says.
    pub(super) fn address(&self, asked: &PathAndQuery) -> Result<Uri, axum::http::Error> {
        let builder = Uri::builder().scheme(self.scheme.clone()).authority(self.authority.clone());
        match self.base.as_str() {
            "" => builder.path_and_query(asked.clone()).build(),
            base => builder.path_and_query(format!("{base}{asked}")).build(),
        }
    }
}

/// How long the gateway waits for what.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// For the whole body of a request to come in.
    pub body: Duration,
    /// For a connection to the endpoint, with what TLS needs.
    pub connect: Duration,
    /// For the head of an answer.
    pub answer: Duration,
    /// For each next part of an answer's body.
    pub idle: Duration,
}

impl Default for Timeouts {
    /// Cinder waits 60 s for its own parts, and then says so: that answer is worth the wait.
    fn default() -> Timeouts {
        Timeouts {
            body: Duration::from_secs(30),
            connect: Duration::from_secs(5),
            answer: Duration::from_secs(65),
            idle: Duration::from_secs(30),
        }
    }
}

/// A service to pass requests on to.
#[derive(Clone, Debug)]
pub struct Upstream {
    /// Where it is.
    pub endpoint: Endpoint,
    /// A PEM file of authorities that may sign its certificate, beside the platform's.
    pub ca: Option<PathBuf>,
    /// How long to wait for it.
    pub timeouts: Timeouts,
}
