//! Forwards the page's requests to a real service.
//!
//! Browsers don't let a page use another origin's API unless that origin allows it, and EVS doesn't.
//! So the page sends its requests to this server, which forwards them to the endpoint that its
//! operator has configured. Only the paths, methods and headers that the page needs are forwarded.
//! Requests and responses are neither stored nor logged, because they contain tokens and keys.

mod body;
mod certificates;
mod client;
mod connection;
mod connector;
mod error;
mod head;
mod headers;
mod upstream;

pub use upstream::{Endpoint, Timeouts, Upstream};

use crate::limits::{BODY_LIMIT, declares_oversized_body};
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use body::ResponseBody;
use client::{Client, Outgoing};
use connector::Connector;
use error::GatewayError;
use headers::{REQUEST_HEADERS, RESPONSE_HEADERS, add_request_id, add_security_headers, filter};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use std::io;
use std::sync::Arc;
use tokio::time::timeout;
use tower_http::timeout::TimeoutBody;
use volume_transfer::http::REQUEST_ID_HEADERS;
use volume_transfer::{ProjectId, TransferId, VolumeId};

struct Gateway {
    endpoint: Endpoint,
    timeouts: Timeouts,
    client: Client,
}

/// Forwards `/v2` and `/v3`, and serves `/console.json` without demo projects.
///
/// # Errors
/// Returns an error for the operator if the certificates to trust can't be loaded.
pub fn router(upstream: &Upstream) -> io::Result<Router> {
    let gateway = Gateway {
        endpoint: upstream.endpoint.clone(),
        timeouts: upstream.timeouts,
        client: Client::new(Connector::new(upstream)?),
    };
    let forward = any(async |State(gateway): State<Arc<Gateway>>, request: Request| {
        gateway.forward(request).await.unwrap_or_else(IntoResponse::into_response)
    });
    let mut router = Router::new().route(
        "/console.json",
        get(async || ([(header::CONTENT_TYPE, "application/json")], r#"{"demo_projects":[]}"#)),
    );
    for version in ["/v2", "/v3"] {
        for path in [version, &format!("{version}/"), &format!("{version}/{{*path}}")] {
            router = router.route(path, forward.clone());
        }
    }
    Ok(router.with_state(Arc::new(gateway)))
}

/// Returns whether a request is one that the page may send. IDs are validated, because the endpoint
/// could interpret special characters in them as another path.
fn is_allowed(method: &Method, path: &str) -> bool {
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
        // CBR has its own endpoint, but the operator may have put both behind the same address.
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

impl Gateway {
    async fn forward(&self, request: Request) -> Result<Response, GatewayError> {
        let (parts, body) = request.into_parts();
        let target = parts.uri.path_and_query().filter(|uri| is_allowed(&parts.method, uri.path()));
        let target = target.ok_or(GatewayError::NOT_FORWARDED)?;
        let uri = self.endpoint.uri(target).map_err(|_| GatewayError::NOT_FORWARDED)?;

        let request = Outgoing {
            headers: filter(&REQUEST_HEADERS, &parts.headers),
            body: self.read(&parts.headers, body).await?,
            method: parts.method,
            uri,
        };
        let response = timeout(self.timeouts.response, self.client.send(&request)).await;
        let (head, body) = response.map_err(|_| GatewayError::NO_RESPONSE_IN_TIME)??;
        if head.status.is_redirection() && head.headers.contains_key(header::LOCATION) {
            return Err(GatewayError::REDIRECT);
        }
        let mut response = Response::new(self.body(body));
        *response.status_mut() = head.status;
        *response.headers_mut() = filter(&RESPONSE_HEADERS, &head.headers);
        let headers = response.headers_mut();
        if !REQUEST_ID_HEADERS.iter().any(|name| headers.contains_key(*name)) {
            add_request_id(headers);
        }
        add_security_headers(headers);
        Ok(response)
    }

    /// Reads the complete body of a request. Because nothing is forwarded before, a request that is
    /// too large, too slow or incomplete is certain to have changed nothing.
    async fn read(
        &self,
        headers: &HeaderMap,
        body: Body,
    ) -> Result<axum::body::Bytes, GatewayError> {
        if declares_oversized_body(headers) {
            return Err(GatewayError::REQUEST_TOO_LARGE);
        }
        match timeout(self.timeouts.body, Limited::new(body, BODY_LIMIT).collect()).await {
            Err(_) => Err(GatewayError::REQUEST_TOO_SLOW),
            Ok(Ok(body)) => Ok(body.to_bytes()),
            Ok(Err(error)) if error.is::<LengthLimitError>() => {
                Err(GatewayError::REQUEST_TOO_LARGE)
            }
            Ok(Err(_)) => Err(GatewayError::REQUEST_INCOMPLETE),
        }
    }

    /// Streams a response's body. If it stalls, the client's connection is closed, so that an
    /// incomplete body does not look complete.
    fn body(&self, body: ResponseBody) -> Body {
        Body::new(TimeoutBody::new(self.timeouts.idle, body))
    }
}
