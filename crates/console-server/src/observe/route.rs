//! Names for paths, without anything that identifies a person, a project or a volume.

use axum::http::Method;

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
const FIXED: [&str; 7] = [
    "/",
    "/console.json",
    "/healthz",
    "/readyz",
    "/identity/v3/auth/tokens",
    "/identity/v3/auth/projects",
    "/identity/v3/auth/catalog",
];

/// Returns the template of a path, such as `/v3/{project}/os-volume-transfer/{id}`. There is a limited
/// number of templates, whatever clients request.
pub(crate) fn template(path: &str) -> String {
    if let Some(fixed) = FIXED.iter().find(|fixed| **fixed == path) {
        return (*fixed).to_owned();
    }
    let (prefix, rest) = match path.strip_prefix("/regions/").and_then(|rest| rest.split_once('/'))
    {
        Some((_, rest)) => ("/regions/{region}", rest),
        None => ("", path.strip_prefix('/').unwrap_or(path)),
    };
    let mut segments = rest.split('/');
    let known = |list: &[&'static str], segment: Option<&str>| {
        list.iter().find(|known| Some(**known) == segment).copied()
    };
    let Some(version) = known(&VERSIONS, segments.next()) else { return "/{file}".to_owned() };
    let _project = segments.next();
    let Some(collection) = known(&COLLECTIONS, segments.next()) else {
        return format!("{prefix}/{version}/{{other}}");
    };
    let end = match (segments.next(), segments.next()) {
        (None, _) => "",
        (Some("detail"), None) => "/detail",
        (Some(_), None) => "/{id}",
        (Some(_), Some("accept")) => "/{id}/accept",
        (Some(_), Some(_)) => "/{id}/{other}",
    };
    format!("{prefix}/{version}/{{project}}/{collection}{end}")
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
            assert_eq!(template(path), expected, "{path}");
        }
        assert_eq!(method(&Method::from_bytes(b"SECRET").unwrap()), "other");
    }
}
