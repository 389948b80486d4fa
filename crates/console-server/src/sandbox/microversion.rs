//! Microversions: Cinder's API versions, requested and confirmed in a header.

use super::api::Api;
use super::response::{API_VERSION, Fault, FromApi};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::fmt;

/// The minor number NN of a version `3.NN`.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Microversion(u16);

impl fmt::Display for Microversion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "3.{}", self.0)
    }
}

impl Microversion {
    /// Adds `no_snapshots` to transfers.
    pub(super) const NO_SNAPSHOTS: Microversion = Microversion(55);
    /// Adds the source and destination projects to transfers.
    pub(super) const PROJECT_IDS: Microversion = Microversion(57);
    /// Adds pagination to lists of transfers.
    pub(super) const PAGINATION: Microversion = Microversion(59);
    /// The newest supported version.
    pub(super) const MAX: Microversion = Microversion(71);

    /// Parses the requested version. An error comes with the version to state in the response, if
    /// any.
    fn requested(headers: &HeaderMap) -> Result<Microversion, (Fault, Option<String>)> {
        if !headers.contains_key(API_VERSION) {
            return Ok(Microversion::default());
        }
        // A list of `SERVICE VERSION` items, possibly split across several headers.
        let values = headers.get_all(API_VERSION).iter().filter_map(|value| value.to_str().ok());
        let item = values.flat_map(|value| value.split(',')).find(|item| item.contains("volume"));
        let words: Vec<_> = item.unwrap_or_default().split_whitespace().collect();
        let [_, version] = words.as_slice() else {
            let message = "The server could not comply with the request since it is either \
                           malformed or otherwise incorrect.";
            return Err((Fault::bad_request(message), None));
        };
        if *version == "latest" {
            return Ok(Microversion::MAX);
        }
        let Some((major, minor)) = version
            .split_once('.')
            .filter(|(major, minor)| *major != "0" && is_number(major) && is_number(minor))
        else {
            let message = format!(
                "API Version String {version} is of invalid format. \
                 Must be of format MajorNum.MinorNum."
            );
            return Err((Fault::bad_request(message), None));
        };
        match minor.parse() {
            Ok(minor) if major == "3" && minor <= Microversion::MAX.0 => Ok(Microversion(minor)),
            _ => {
                let message = format!(
                    "Version {version} is not supported by the API. \
                     Minimum is 3.0 and maximum is {}.",
                    Microversion::MAX
                );
                let stated = (!matches!(major, "1" | "2")).then(|| (*version).to_owned());
                Err((Fault::not_acceptable(message), stated))
            }
        }
    }
}

/// Returns whether `text` is a decimal number without leading zeros.
fn is_number(text: &str) -> bool {
    text == "0"
        || !text.starts_with('0') && !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// Applies the requested microversion and states it in the response. Under `/v2`, which is older
/// than microversions, the request's header is ignored.
pub(super) async fn negotiate(
    State(api): State<Api>,
    mut request: Request,
    next: Next,
) -> Response {
    let requested = match api.is_cinder() {
        true => Microversion::requested(request.headers()),
        false => Ok(Microversion::default()),
    };
    let (mut response, version) = match requested {
        Ok(microversion) => {
            request.extensions_mut().insert(microversion);
            (next.run(request).await, Some(microversion.to_string()))
        }
        Err((fault, version)) => (fault.into_response(), version),
    };
    let from_api = response.extensions().get::<FromApi>().is_some();
    let version = version.filter(|_| from_api);
    // Digits and a dot are always a valid header value.
    if let Some(Ok(value)) =
        version.map(|version| HeaderValue::try_from(format!("volume {version}")))
    {
        let headers = response.headers_mut();
        headers.insert(API_VERSION, value);
        headers.insert(header::VARY, HeaderValue::from_static("OpenStack-API-Version"));
    }
    response
}
