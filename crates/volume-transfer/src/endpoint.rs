//! Addresses of services, as people have them.

/// Returns the part of an address's path that comes before the API version, without a slash at its
/// end: `/volume` for `/volume/v3/PROJECT_ID`, nothing for `/v3/`.
///
/// A service catalog names block storage by `https://host:8776/v3/PROJECT_ID`, sometimes with
/// `$(project_id)s` in place of the ID, while [`Request::path`](crate::Request::path) begins with
/// the version itself. A path without a version comes back as it is.
pub fn base_path(path: &str) -> &str {
    let path = path.trim_end_matches('/');
    // The version is the last segment, or the project's ID follows it.
    let mut head = path;
    for _ in 0..2 {
        let Some((before, segment)) = head.rsplit_once('/') else { break };
        if is_version(segment) {
            return before.trim_end_matches('/');
        }
        head = before.trim_end_matches('/');
    }
    path
}

/// Whether a segment of a path is a version, as in `v3` or `v2.1`.
fn is_version(segment: &str) -> bool {
    let Some(number) = segment.strip_prefix(['v', 'V']) else { return false };
    number.split('.').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
}
