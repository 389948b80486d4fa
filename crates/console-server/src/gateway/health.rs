//! Probes the services, to report whether they can be used.

use super::client::Outgoing;
use super::error::{ErrorResponse, GatewayError};
use super::response::{CUT, TOO_SLOW, is_html, stream};
use super::services::Timeouts;
use super::upstream::Upstream;
use crate::cause::cause;
use crate::observe::{BodyFailure, Exchange};
use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use http_body_util::{BodyExt, Limited};
use serde::Serialize;
use serde_json::json;
use std::time::{Duration, Instant};
use tokio::sync::Mutex;
use tokio::time::timeout;

/// The root of both APIs: it needs no token, and lists the API's versions.
const PATH: &str = "/v3/";

/// How long a service may take to respond, and how large the response's body may be, in bytes.
const TIMEOUT: Duration = Duration::from_secs(5);
const MAX_BODY: usize = 64 * 1024;

/// How long a result is reused, so that frequent probes don't burden the services.
const VALID_FOR: Duration = Duration::from_secs(5);

/// The result of probing a service.
#[derive(Clone, Debug, Serialize)]
pub struct ServiceHealth {
    /// `volumes` or `identity`.
    pub service: &'static str,
    /// Empty if the service has no region.
    pub region: String,
    /// Why the service can't be used: `html`, `server_error`, `response_cut`, `response_too_slow`,
    /// or one of the gateway's error codes without its prefix.
    pub failure: Option<&'static str>,
    /// Explains the failure to the operator.
    pub message: Option<String>,
}

/// The last result, and when it was obtained.
#[derive(Default)]
pub(super) struct Readiness(Mutex<Option<(Instant, Vec<ServiceHealth>)>>);

impl Readiness {
    /// Reports whether all services can be used.
    pub(super) async fn respond(
        &self,
        upstreams: impl Iterator<Item = &Upstream>,
        timeouts: Timeouts,
    ) -> Response {
        // Only one request at a time probes the services. The others wait for the result.
        let mut last = self.0.lock().await;
        let services = match &*last {
            Some((time, services)) if time.elapsed() < VALID_FOR => services.clone(),
            _ => {
                let services = probe_all(upstreams, timeouts).await;
                *last = Some((Instant::now(), services.clone()));
                services
            }
        };
        readiness(&services)
    }
}

/// Responds with 200 if all of these services can be used, and with 503 otherwise.
pub(crate) fn readiness(services: &[ServiceHealth]) -> Response {
    let ready = services.iter().all(|service| service.failure.is_none());
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    let body = json!({ "ready": ready, "services": services });
    (status, headers, body.to_string()).into_response()
}

/// Probes one service after another, because there are only a few, and those that respond do so
/// within milliseconds.
pub(super) async fn probe_all(
    upstreams: impl Iterator<Item = &Upstream>,
    timeouts: Timeouts,
) -> Vec<ServiceHealth> {
    let mut results = Vec::new();
    for upstream in upstreams {
        let (failure, message) = match probe(upstream, timeouts).await {
            Ok(()) => (None, None),
            Err((failure, message)) => (Some(failure), Some(message)),
        };
        let Exchange { service, region, .. } = upstream.label.exchange(failure);
        results.push(ServiceHealth { service, region: region.to_string(), failure, message });
    }
    results
}

/// Returns a code and a message if the service can't be used.
async fn probe(upstream: &Upstream, timeouts: Timeouts) -> Result<(), (&'static str, String)> {
    let failed = |error: ErrorResponse| {
        let (failure, message) = error.into_failure();
        (failure.unwrap_or("invalid_response"), message)
    };
    let uri = upstream.uri(PATH, None).ok_or_else(|| failed(GatewayError::NOT_FORWARDED.into()))?;
    let accept = (header::ACCEPT, HeaderValue::from_static("application/json"));
    let request = Outgoing {
        method: Method::GET,
        uri,
        headers: HeaderMap::from_iter([accept]),
        body: Bytes::new(),
    };
    let time_limit = TIMEOUT.min(timeouts.response);
    let (head, body) = upstream.send(&request, time_limit).await.map_err(failed)?;
    // A 300 lists versions, and its `Location` is only a hint.
    if head.status.is_redirection()
        && head.status != StatusCode::MULTIPLE_CHOICES
        && head.has_location
    {
        return Err(failed(upstream.error(GatewayError::REDIRECT)));
    }
    if is_html(&head.headers) {
        let message = "it responded with a web page: check the address, and any proxy in between";
        return Err(("html", message.to_owned()));
    }
    if head.status.is_server_error() {
        return Err(("server_error", format!("it responded with {}", head.status.as_u16())));
    }
    let body =
        timeout(TIMEOUT, Limited::new(stream(body, timeouts.idle), MAX_BODY).collect()).await;
    let failure = match body {
        Ok(Ok(_)) => return Ok(()),
        Ok(Err(error)) => cause(&*error).map_or(CUT, |BodyFailure(code)| *code),
        Err(_) => TOO_SLOW,
    };
    Err((failure, "its response did not arrive in full".to_owned()))
}
