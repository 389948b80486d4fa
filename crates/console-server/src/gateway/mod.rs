//! The way to a real service: passes what the page asks for on to one endpoint.
//!
//! A browser lets a page talk to its own origin only, unless the other side allows it, and EVS does
//! not. So the page talks to this server, and this server to the endpoint that its operator named.
//! What passes is what the page needs, by lists of what may: paths, methods, and headers both ways.
//! Nothing is kept and nothing is logged: there is a token in every request and a key in one answer.

mod body;
mod certificates;
mod client;
mod connection;
mod connector;
mod head;
mod headers;
mod refusal;
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
use headers::{REQUEST_HEADERS, RESPONSE_HEADERS, add_request_id, only, protect};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use refusal::Refusal;
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

/// Passes `/v2` and `/v3` on; `/console.json` has no demo projects.
///
/// # Errors
/// If there are no certificates to know the endpoint by; the message is for the operator.
pub fn router(upstream: &Upstream) -> io::Result<Router> {
    let gateway = Gateway {
        endpoint: upstream.endpoint.clone(),
        timeouts: upstream.timeouts,
        client: Client::new(Connector::new(upstream)?),
    };
    let pass = any(async |State(gateway): State<Arc<Gateway>>, request: Request| {
        gateway.pass(request).await.unwrap_or_else(IntoResponse::into_response)
    });
    let mut router = Router::new().route(
        "/console.json",
        get(async || ([(header::CONTENT_TYPE, "application/json")], r#"{"demo_projects":[]}"#)),
    );
    for version in ["/v2", "/v3"] {
        for path in [version, &format!("{version}/"), &format!("{version}/{{*path}}")] {
            router = router.route(path, pass.clone());
        }
    }
    Ok(router.with_state(Arc::new(gateway)))
}

/// The requests of volumes and their transfers, of which the page makes most. An id that is more than
/// letters, digits, `-` and `_` could mean another path to the endpoint.
fn is_passed(method: &Method, path: &str) -> bool {
    let mut segments = path.split('/').skip(1);
    let (Some(version), Some(project)) = (segments.next(), segments.next()) else { return false };
    let (Some(collection), id, action) = (segments.next(), segments.next(), segments.next()) else {
        return false;
    };
    // A person's input is cleaned while it is parsed; a path has to be an ID as it stands.
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
        // CBR's, which whoever runs the endpoint may have put behind the same address.
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
    async fn pass(&self, request: Request) -> Result<Response, Refusal> {
        let (asked, body) = request.into_parts();
        let target = asked.uri.path_and_query().filter(|uri| is_passed(&asked.method, uri.path()));
        let target = target.ok_or(Refusal::NOT_PASSED)?;
        let address = self.endpoint.address(target).map_err(|_| Refusal::NOT_PASSED)?;

        let request = Outgoing {
            headers: only(&REQUEST_HEADERS, &asked.headers),
            body: self.read(&asked.headers, body).await?,
            method: asked.method,
            address,
        };
        let response = timeout(self.timeouts.answer, self.client.send(&request)).await;
        let (head, body) = response.map_err(|_| Refusal::SLOW)??;
        if head.status.is_redirection() && head.headers.contains_key(header::LOCATION) {
            return Err(Refusal::REDIRECT);
        }
        let mut response = Response::new(self.body(body));
        *response.status_mut() = head.status;
        *response.headers_mut() = only(&RESPONSE_HEADERS, &head.headers);
        let headers = response.headers_mut();
        if !REQUEST_ID_HEADERS.iter().any(|name| headers.contains_key(*name)) {
            add_request_id(headers);
        }
        protect(headers);
        Ok(response)
    }

    /// Reads a whole body before anything is sent: the endpoint never sees half a request, and one
    /// that is too long or too slow has surely changed nothing.
    async fn read(&self, headers: &HeaderMap, body: Body) -> Result<axum::body::Bytes, Refusal> {
        if declares_oversized_body(headers) {
            return Err(Refusal::TOO_LARGE);
        }
        match timeout(self.timeouts.body, Limited::new(body, BODY_LIMIT).collect()).await {
            Err(_) => Err(Refusal::LATE),
            Ok(Ok(body)) => Ok(body.to_bytes()),
            Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Refusal::TOO_LARGE),
            Ok(Err(_)) => Err(Refusal::CUT),
        }
    }

    /// An answer's body, part by part as it comes. If it stops coming, so does ours: it must not
    /// look as if it was whole.
    fn body(&self, body: ResponseBody) -> Body {
        Body::new(TimeoutBody::new(self.timeouts.idle, body))
    }
}
