//! Decides which requests are forwarded, and to which service.

use axum::http::Method;
use volume_transfer::{ProjectId, TransferId, VolumeId};

/// The service that a request is for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Service<'a> {
    Identity,
    /// The volume service of the named region, or of the first region if `None`.
    Volumes(Option<&'a str>),
}

/// Returns the service that a request is for, and the path on that service, or `None` if the page
/// never sends such a request.
///
/// The identity service is at `/identity`, and each region's volume service is at `/regions/REGION`.
/// The first region's volume service is also at the root.
pub(super) fn route<'a>(method: &Method, path: &'a str) -> Option<(Service<'a>, &'a str)> {
    if let Some(path) = path.strip_prefix("/identity") {
        return is_identity_request(method, path).then_some((Service::Identity, path));
    }
    let (region, path) = match path.strip_prefix("/regions/") {
        Some(rest) => {
            let (region, path) = rest.split_at_checked(rest.find('/')?)?;
            (Some(region), path)
        }
        None => (None, path),
    };
    is_volume_request(method, path).then_some((Service::Volumes(region), path))
}

fn is_identity_request(method: &Method, path: &str) -> bool {
    match path {
        "/v3/auth/tokens" => [Method::GET, Method::POST, Method::DELETE].contains(method),
        "/v3/auth/projects" | "/v3/auth/catalog" => method == Method::GET,
        _ => false,
    }
}

/// Returns whether this is a request that the page sends to a volume service. IDs are validated,
/// because the service could resolve special characters in them to another path.
fn is_volume_request(method: &Method, path: &str) -> bool {
    let mut segments = path.split('/').skip(1);
    let (Some(version), Some(project)) = (segments.next(), segments.next()) else { return false };
    let (Some(collection), id, action) = (segments.next(), segments.next(), segments.next()) else {
        return false;
    };
    // Parsing strips quotes and spaces from pasted input. A path must contain the exact ID.
    let is_volume = |id: &str| VolumeId::parse(id).is_ok_and(|parsed| parsed.as_str() == id);
    let is_transfer = |id: &str| TransferId::parse(id).is_ok_and(|parsed| parsed.as_str() == id);
    let is_project = ProjectId::parse(project).is_ok_and(|parsed| parsed.as_str() == project);
    if segments.next().is_some() || !is_project {
        return false;
    }
    let (get, post, delete) =
        (method == Method::GET, method == Method::POST, method == Method::DELETE);
    match (collection, id, action) {
        ("volumes" | "cloudvolumes" | "snapshots" | "cloudsnapshots", Some("detail"), None) => get,
        ("volumes" | "cloudvolumes", Some(id), None) => get && is_volume(id),
        // CBR has its own endpoint, but the operator may have put both services behind one address.
        ("backups" | "vaults" | "policies", None, None) => get && version == "v3",
        ("volume-transfers", ..) if version != "v3" => false,
        ("os-volume-transfer" | "volume-transfers", id, action) => match (id, action) {
            (None, None) => get || post,
            (Some("detail"), None) => get,
            (Some(id), None) => (get || delete) && is_transfer(id),
            (Some(id), Some("accept")) => post && is_transfer(id),
            _ => false,
        },
        _ => false,
    }
}
