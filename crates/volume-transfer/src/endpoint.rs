//! Addresses of services, as people enter them.

/// Returns the part of an address's path that comes before the API version, without a trailing
/// slash: `/volume` for `/volume/v3/PROJECT_ID`, and an empty string for `/v3/`.
///
/// A service catalog lists block storage as `https://host:8776/v3/PROJECT_ID`, sometimes with
/// `$(project_id)s` in place of the ID, but [`Request::path`](crate::Request::path) already starts
/// with the version. If the path contains no version, all of it is returned.
pub fn base_path(path: &str) -> &str {
    let path = path.trim_end_matches('/');
    let (mut end, mut version) = (0, None);
    for segment in path.split('/').skip(1) {
        if version.is_some() && is_project(segment) {
            break;
        }
        version = is_version(segment).then_some(end);
        end += 1 + segment.len();
    }
    let base = version.and_then(|start| path.get(..start));
    base.map_or(path, |base| base.trim_end_matches('/'))
}

/// Returns whether a segment is a version, such as `v3` or `v2.1`.
fn is_version(segment: &str) -> bool {
    let Some(number) = segment.strip_prefix(['v', 'V']) else { return false };
    number.split('.').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
}

/// Returns whether a segment is a project's ID, in the format of Keystone or of older services, or
/// a template for one, such as `$(project_id)s` or `%(tenant_id)s`.
fn is_project(segment: &str) -> bool {
    let hex = segment.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    let digits = segment.bytes().all(|byte| byte.is_ascii_digit());
    (hex && segment.len() >= 32) || digits || segment.starts_with(['$', '%', '{'])
}
