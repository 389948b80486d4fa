//! Cinder's microversions: what a client asks for by a header, and is told that it got.

use super::Api;
use super::answer::{API_VERSION, Fault, Routed};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::fmt;

/// The second number of a version `3.NN`.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Microversion(u16);

impl fmt::Display for Microversion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "3.{}", self.0)
    }
}

impl Microversion {
    /// Transfers can leave snapshots out.
    pub(super) const NO_SNAPSHOTS: Microversion = Microversion(55);
    /// Transfers say whose they are.
    pub(super) const HISTORY: Microversion = Microversion(57);
    /// Lists of transfers have pages.
    pub(super) const PAGES: Microversion = Microversion(59);
    /// The newest that there is.
    pub(super) const MAX: Microversion = Microversion(71);

    /// What is asked for. A refusal comes with the version to answer with, if there is one.
    fn asked(headers: &HeaderMap) -> Result<Microversion, (Fault, Option<String>)> {
        if !headers.contains_key(API_VERSION) {
            return Ok(Microversion::default());
        }
        // For each service one item, in any number of lines.
        let lines = headers.get_all(API_VERSION).iter().filter_map(|line| line.to_str().ok());
        let item = lines.flat_map(|line| line.split(',')).find(|item| item.contains("volume"));
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
                let answered = (!matches!(major, "1" | "2")).then(|| (*version).to_owned());
                Err((Fault::not_acceptable(message), answered))
            }
        }
    }
}

fn is_number(text: &str) -> bool {
    text == "0"
        || !text.starts_with('0') && !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// Finds the microversion of a request that has a route, and says it in the answer. `/v2` is older
/// than microversions and takes no notice.
pub(super) async fn negotiate(
    State(api): State<Api>,
    mut request: Request,
    next: Next,
) -> Response {
    let asked = match api.is_cinder() {
        true => Microversion::asked(request.headers()),
        false => Ok(Microversion::default()),
    };
    let (mut response, version) = match asked {
        Ok(microversion) => {
            request.extensions_mut().insert(microversion);
            (next.run(request).await, Some(microversion.to_string()))
        }
        Err((fault, version)) => (fault.into_response(), version),
    };
    let routed = response.extensions().get::<Routed>().is_some();
    let version = version.filter(|_| routed);
    // Digits and a dot are a header value: the error cannot occur.
    if let Some(Ok(value)) =
        version.map(|version| HeaderValue::try_from(format!("volume {version}")))
    {
        let headers = response.headers_mut();
        headers.insert(API_VERSION, value);
        headers.insert(header::VARY, HeaderValue::from_static("OpenStack-API-Version"));
    }
    response
}
