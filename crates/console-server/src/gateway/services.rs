//! The configuration of the services: their addresses, the certificates to trust, and timeouts.

use axum::http::Uri;
use axum::http::uri::{Authority, Scheme};
use std::collections::HashSet;
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
            "an endpoint must be a URL: http:// or https://, a host, and an optional port and path";
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
    /// Returns the URI to forward a request to, or `None` if it would be invalid. The host is always the
    /// endpoint's.
    pub(super) fn uri(&self, path: &str, query: Option<&str>) -> Option<Uri> {
        let query = query.map(|query| format!("?{query}")).unwrap_or_default();
        let builder = Uri::builder().scheme(self.scheme.clone()).authority(self.authority.clone());
        builder.path_and_query(format!("{}{path}{query}", self.base)).build().ok()
    }
}

/// The gateway's timeouts.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// For receiving the complete body of a request.
    pub body: Duration,
    /// For connecting to a service, including the TLS handshake.
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

/// The services to forward requests to.
#[derive(Clone, Debug)]
pub struct Services {
    /// The volume services, one per region. Requests that name no region go to the first one.
    pub volumes: Vec<RegionEndpoint>,
    /// The identity service.
    pub identity: Option<Endpoint>,
    /// A PEM file of certificates to trust in addition to the platform's: CA certificates, or a
    /// service's own.
    pub ca: Option<PathBuf>,
    /// The timeouts for requests to any of the services.
    pub timeouts: Timeouts,
}

/// The address of a region's volume service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegionEndpoint {
    /// The region's ID in the service catalog.
    pub region: Option<String>,
    /// The service's address.
    pub endpoint: Endpoint,
}

impl FromStr for RegionEndpoint {
    type Err = &'static str;

    /// Parses `REGION=URL` or `URL`.
    fn from_str(text: &str) -> Result<RegionEndpoint, Self::Err> {
        // A URL may contain `=` too, but only after its scheme.
        let (region, url) = match text.split_once('=') {
            Some((region, url)) if !region.contains(':') => (Some(region.trim()), url),
            _ => (None, text),
        };
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
        if region
            .is_some_and(|region| matches!(region, "" | "." | "..") || !region.bytes().all(plain))
        {
            return Err("a region must consist of letters, digits, '-', '.' and '_'");
        }
        Ok(RegionEndpoint { region: region.map(ToOwned::to_owned), endpoint: url.parse()? })
    }
}

/// Checks that every endpoint can be identified by its region.
///
/// # Errors
/// Returns an error if there is no endpoint, a region occurs twice, or one of several endpoints has
/// no region.
pub(super) fn check_regions(endpoints: &[RegionEndpoint]) -> Result<(), String> {
    let mut seen = HashSet::new();
    for RegionEndpoint { region, .. } in endpoints {
        match region {
            Some(region) if !seen.insert(region) => {
                return Err(format!("two endpoints have the region `{region}`"));
            }
            None if endpoints.len() > 1 => {
                return Err(
                    "with several endpoints, each needs a region: --endpoint REGION=URL".into()
                );
            }
            Some(_) | None => {}
        }
    }
    match endpoints {
        [] => Err("the gateway needs an endpoint: --endpoint URL".into()),
        _ => Ok(()),
    }
}
