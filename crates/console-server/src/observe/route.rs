//! Names for paths, without anything that identifies a person, a project or a volume.

use axum::http::Method;
use prometheus_client::encoding::{EncodeLabelValue, LabelValueEncoder};
use std::fmt::{self, Write};

const VERSIONS: [&str; 2] = ["v2", "v3"];
const COLLECTIONS: [&str; 9] = [
    "backups",
    "cloudsnapshots",
    "cloudvolumes",
    "os-volume-transfer",
    "policies",
    "snapshots",
    "vaults",
    "volume-transfers",
    "volumes",
];
const FIXED: [&str; 8] = [
    "/",
    "/console.json",
    "/csp-report",
    "/healthz",
    "/readyz",
    "/identity/v3/auth/tokens",
    "/identity/v3/auth/projects",
    "/identity/v3/auth/catalog",
];

/// The template of a path, such as `/v3/{project}/os-volume-transfer/{id}`, split into parts. The
/// number of templates is limited, whatever clients request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Route([&'static str; 6]);

impl Route {
    /// Returns the template of a path.
    pub(crate) fn new(path: &str) -> Route {
        let known = |list: &[&'static str], text: Option<&str>| {
            list.iter().find(|known| Some(**known) == text).copied()
        };
        if let Some(fixed) = known(&FIXED, Some(path)) {
            return Route([fixed, "", "", "", "", ""]);
        }
        let region = path.strip_prefix("/regions/").and_then(|rest| rest.split_once('/'));
        let (prefix, rest) = match region {
            Some((_, rest)) => ("/regions/{region}/", rest),
            None => ("/", path.strip_prefix('/').unwrap_or(path)),
        };
        let mut segments = rest.split('/');
        let Some(version) = known(&VERSIONS, segments.next()) else {
            return Route(["/{file}", "", "", "", "", ""]);
        };
        let _project = segments.next();
        let Some(collection) = known(&COLLECTIONS, segments.next()) else {
            return Route([prefix, version, "/{other}", "", "", ""]);
        };
        let end = match (segments.next(), segments.next()) {
            (None, _) => "",
            (Some("detail"), None) => "/detail",
            (Some(_), None) => "/{id}",
            (Some(_), Some("accept")) => "/{id}/accept",
            (Some(_), Some(_)) => "/{id}/{other}",
        };
        Route([prefix, version, "/{project}", "/", collection, end])
    }
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|part| f.write_str(part))
    }
}

impl EncodeLabelValue for Route {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> fmt::Result {
        write!(encoder, "{self}")
    }
}

/// Returns a method's name, or `other` for one that this server never handles.
pub(crate) fn method(method: &Method) -> &'static str {
    let known = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];
    known.into_iter().find(|known| *known == method.as_str()).unwrap_or("other")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contains_nothing_from_the_request() {
        for (path, expected) in [
            ("/", "/"),
            ("/web-1a2b3c4d5e6f7081.js", "/{file}"),
            ("/readyz", "/readyz"),
            ("/identity/v3/auth/tokens", "/identity/v3/auth/tokens"),
            ("/identity/v3/users/alice", "/{file}"),
            ("/v2/p/os-volume-transfer", "/v2/{project}/os-volume-transfer"),
            ("/v3/p/volumes/detail", "/v3/{project}/volumes/detail"),
            ("/v3/p/volume-transfers/t/accept", "/v3/{project}/volume-transfers/{id}/accept"),
            ("/regions/r/v3/p/volumes/v", "/regions/{region}/v3/{project}/volumes/{id}"),
            ("/regions/r/v3/p/servers/v", "/regions/{region}/v3/{other}"),
            ("/v3/secret", "/v3/{other}"),
            ("/v3/p/volumes/v/secret", "/v3/{project}/volumes/{id}/{other}"),
        ] {
            assert_eq!(Route::new(path).to_string(), expected, "{path}");
        }
        assert_eq!(method(&Method::from_bytes(b"SECRET").unwrap()), "other");
    }
}
