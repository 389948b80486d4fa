//! The client's address and this server's URL, as reported by proxies in front of this server.
//!
//! The `X-Forwarded-*` headers are trusted only if they come from a trusted proxy. After [`apply`], they
//! can be relied on: their values come either from a trusted proxy or from this server.

use axum::http::{HeaderMap, HeaderName, HeaderValue, Request, header};
use ipnet::IpNet;
use std::net::IpAddr;

const FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
pub(crate) const PREFIX: HeaderName = HeaderName::from_static("x-forwarded-prefix");
const PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// The address of the client, or of the last proxy that isn't trusted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Client(pub(crate) IpAddr);

/// Removes untrusted headers, fills in missing ones, and adds the [`Client`].
pub(crate) fn apply<B>(request: &mut Request<B>, peer: IpAddr, is_tls: bool, trusted: &[IpNet]) {
    let peer = peer.to_canonical();
    let is_trusted = |address: &IpAddr| trusted.iter().any(|network| network.contains(address));
    let authority = request.uri().authority().map(ToString::to_string);
    let headers = request.headers_mut();
    let mut client = peer;
    if is_trusted(&peer) {
        let hops = headers.get_all(FOR).into_iter().filter_map(|value| value.to_str().ok());
        let hops: Vec<_> = hops.flat_map(|value| value.split(',')).collect();
        // Each proxy appends the address that the request came from.
        for hop in hops.iter().rev() {
            let Ok(address) = hop.trim().parse::<IpAddr>() else { break };
            client = address.to_canonical();
            if !is_trusted(&client) {
                break;
            }
        }
    } else {
        for name in [FOR, HOST, PREFIX, PROTO] {
            headers.remove(name);
        }
    }
    if !headers.contains_key(PROTO) {
        let scheme = if is_tls { "https" } else { "http" };
        headers.insert(PROTO, HeaderValue::from_static(scheme));
    }
    // In HTTP/2, the host is part of the URI.
    if let Some(Ok(host)) = authority.map(HeaderValue::try_from)
        && !headers.contains_key(header::HOST)
    {
        headers.insert(header::HOST, host);
    }
    request.extensions_mut().insert(Client(client));
}

/// Returns the URL of this server as the client knows it, without a trailing slash.
pub(crate) fn base_url(headers: &HeaderMap) -> String {
    // A proxy in front of the trusted one may have added its own value first.
    let first = |name: HeaderName| {
        let value = headers.get(name).and_then(|value| value.to_str().ok())?;
        value.split(',').next().map(str::trim).filter(|value| !value.is_empty())
    };
    let scheme = first(PROTO).filter(|scheme| *scheme == "https").unwrap_or("http");
    let host = first(HOST).or_else(|| first(header::HOST)).unwrap_or("localhost");
    let prefix = first(PREFIX).unwrap_or_default().trim_matches('/');
    let slash = if prefix.is_empty() { "" } else { "/" };
    format!("{scheme}://{host}{slash}{prefix}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Applies the headers of a request from `peer`, and returns the URL and the client's address.
    fn applied(peer: &str, headers: &[(&str, &str)]) -> (String, String) {
        let mut request = Request::builder().uri("/").header("Host", "inner:8080");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut request = request.body(()).unwrap();
        let trusted = ["10.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()];
        apply(&mut request, peer.parse().unwrap(), false, &trusted);
        let client = request.extensions().get::<Client>().unwrap().0;
        (base_url(request.headers()), client.to_string())
    }

    const ALL: [(&str, &str); 4] = [
        ("X-Forwarded-For", "198.51.100.7, 203.0.113.5, 10.1.1.1"),
        ("X-Forwarded-Host", "cloud.example"),
        ("X-Forwarded-Prefix", "/transfer/"),
        ("X-Forwarded-Proto", "https"),
    ];

    #[test]
    fn uses_the_headers_of_a_trusted_proxy() {
        let expected = ("https://cloud.example/transfer".to_owned(), "203.0.113.5".to_owned());
        for peer in ["10.2.3.4", "::1", "::ffff:10.2.3.4"] {
            assert_eq!(applied(peer, &ALL), expected, "{peer}");
        }
    }

    #[test]
    fn ignores_the_headers_of_other_peers() {
        let expected = ("http://inner:8080".to_owned(), "198.51.100.9".to_owned());
        assert_eq!(applied("198.51.100.9", &ALL), expected);
    }

    #[test]
    fn stops_at_a_malformed_address() {
        let (_, client) =
            applied("10.2.3.4", &[("X-Forwarded-For", "203.0.113.5, unknown, 10.9.9.9")]);
        assert_eq!(client, "10.9.9.9");
    }

    #[test]
    fn reads_the_host_of_an_http2_request() {
        let mut request = Request::builder().uri("https://console.example/x").body(()).unwrap();
        apply(&mut request, [192, 0, 2, 1].into(), true, &[]);
        assert_eq!(base_url(request.headers()), "https://console.example");
    }
}
