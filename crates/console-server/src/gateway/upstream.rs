//! The configuration of a service: its address, the certificates to trust, and timeouts.

use axum::http::Uri;
use axum::http::uri::{Authority, PathAndQuery, Scheme};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;
use volume_transfer::endpoint::base_path;

/// The address of a service: a scheme, a host, and optionally a port and a path prefix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    pub(super) scheme: Scheme,
    authority: Authority,
    /// Empty, or a path that starts with a slash and doesn't end with one.
    base: String,
}

impl FromStr for Endpoint {
    type Err = &'static str;

    /// Parses an address as copied from a service catalog, an openrc file or a browser's address bar.
    /// The query, the fragment, and a version with or without a project are ignored, because every
    /// request has its own.
    fn from_str(text: &str) -> Result<Endpoint, Self::Err> {
        const FORM: &str =
            "an endpoint must be http:// or https://, a host, and optionally a port and a path";
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
            // An IPv6 address without a port ends with a bracket.
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
    /// Returns the URI to forward a request to. The host is always the endpoint's.
    pub(super) fn uri(&self, target: &PathAndQuery) -> Result<Uri, axum::http::Error> {
        let builder = Uri::builder().scheme(self.scheme.clone()).authority(self.authority.clone());
        match self.base.as_str() {
            "" => builder.path_and_query(target.clone()).build(),
            base => builder.path_and_query(format!("{base}{target}")).build(),
        }
    }
}

/// The gateway's timeouts.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// For receiving the complete body of a request.
    pub body: Duration,
    /// For connecting to the endpoint, including the TLS handshake.
    pub connect: Duration,
    /// For sending a request and receiving the head of the response, including connecting.
    pub response: Duration,
    /// Between two parts of a response's body.
    pub idle: Duration,
}

impl Default for Timeouts {
    /// Cinder waits up to 60 s for its own services and then responds with an error. The gateway waits
    /// slightly longer, to forward that error.
    fn default() -> Timeouts {
        Timeouts {
            body: Duration::from_secs(30),
            connect: Duration::from_secs(5),
            response: Duration::from_secs(65),
            idle: Duration::from_secs(30),
        }
    }
}

/// A service to forward requests to.
#[derive(Clone, Debug)]
pub struct Upstream {
    /// The service's address.
    pub endpoint: Endpoint,
    /// A PEM file of certificates to trust in addition to the platform's: authorities, or the
    /// service's own certificate.
    pub ca: Option<PathBuf>,
    /// The timeouts for its requests.
    pub timeouts: Timeouts,
}
