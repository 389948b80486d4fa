//! Forwards the page's requests to real services: a volume service per region, and an identity service.
//!
//! Browsers don't let a page use another origin's API unless that origin allows it, and EVS doesn't.
//! So the page sends its requests to this server, which forwards them to the addresses that its
//! operator has configured. Only the paths, methods and headers that the page needs are forwarded.
//! The contents of requests and responses are neither stored nor logged, because they include
//! passwords, tokens and keys.

mod body;
mod certificates;
mod client;
mod connection;
mod connector;
mod error;
mod head;
mod headers;
mod health;
mod response;
mod route;
mod services;
mod upstream;

pub use health::ServiceHealth;
pub(crate) use health::readiness;
pub use services::{Endpoint, RegionEndpoint, Services, Timeouts};

use crate::limits::{BODY_LIMIT, declares_oversized_body};
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, any, get};
use client::{Client, Outgoing};
use connector::Connector;
use error::{ErrorResponse, GatewayError, ServiceLabel};
use headers::{REQUEST_HEADERS, add_request_id, add_security_headers, filter};
use health::{Readiness, probe_all};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use response::{is_html, stream};
use route::{Service, route};
use serde_json::json;
use std::io;
use std::sync::Arc;
use tokio::time::timeout;
use upstream::Upstream;
use volume_transfer::http::REQUEST_ID_HEADERS;

struct Gateway {
    /// The volume services by region.
    volumes: Vec<(Option<String>, Upstream)>,
    identity: Option<Upstream>,
    timeouts: Timeouts,
    readiness: Readiness,
}

/// Returns a router and a readiness handler. The router forwards `/v2`, `/v3`, `/regions` and
/// `/identity`, and serves `/console.json`, which tells the page which regions there are and whether
/// there is an identity service. The handler reports whether the services can be used.
///
/// # Errors
/// Returns an error, worded for the operator, if the regions are ambiguous, or if the trusted
/// certificates can't be loaded.
pub fn router(services: &Services) -> io::Result<(Router, MethodRouter)> {
    let gateway = Arc::new(Gateway::new(services)?);
    let config = gateway.page_config();
    let forward = any(async |State(gateway): State<Arc<Gateway>>, request: Request| {
        gateway.forward(request).await.unwrap_or_else(IntoResponse::into_response)
    });
    let mut router = Router::new().route(
        "/console.json",
        get(async || ([(header::CONTENT_TYPE, "application/json")], config)),
    );
    for prefix in ["/v2", "/v3", "/regions", "/identity"] {
        for path in [prefix, &format!("{prefix}/"), &format!("{prefix}/{{*path}}")] {
            router = router.route(path, forward.clone());
        }
    }
    let router = router.with_state(gateway.clone());
    Ok((
        router,
        get(async move || gateway.readiness.respond(gateway.upstreams(), gateway.timeouts).await),
    ))
}

/// Probes every service once.
///
/// # Errors
/// Returns the same errors as [`router`]. A service that can't be used is not an error.
pub async fn check(services: &Services) -> io::Result<Vec<ServiceHealth>> {
    let gateway = Gateway::new(services)?;
    Ok(probe_all(gateway.upstreams(), gateway.timeouts).await)
}

impl Gateway {
    fn new(services: &Services) -> io::Result<Gateway> {
        services::check_regions(&services.volumes).map_err(io::Error::other)?;
        let connector = Connector::new(services)?;
        let client = || Client::new(connector.clone());
        let volumes = services.volumes.iter().map(|RegionEndpoint { region, endpoint }| {
            let label = ServiceLabel::volumes(region.as_deref());
            (region.clone(), Upstream::new(endpoint.clone(), client(), label))
        });
        let identity = services.identity.clone();
        Ok(Gateway {
            volumes: volumes.collect(),
            identity: identity
                .map(|endpoint| Upstream::new(endpoint, client(), ServiceLabel::identity())),
            timeouts: services.timeouts,
            readiness: Readiness::default(),
        })
    }

    /// Returns the contents of `/console.json`.
    fn page_config(&self) -> String {
        let regions: Vec<_> =
            self.volumes.iter().filter_map(|(region, _)| region.as_ref()).collect();
        let config = json!({
            "demo_projects": [],
            "demo_accounts": [],
            "regions": regions,
            "identity": self.identity.is_some(),
        });
        config.to_string()
    }

    fn upstreams(&self) -> impl Iterator<Item = &Upstream> {
        self.volumes.iter().map(|(_, upstream)| upstream).chain(&self.identity)
    }

    fn upstream(&self, service: &Service) -> Result<&Upstream, GatewayError> {
        match service {
            Service::Identity => self.identity.as_ref().ok_or(GatewayError::NO_IDENTITY),
            Service::Volumes(region) => {
                let mut volumes = self.volumes.iter();
                let found =
                    volumes.find(|(name, _)| region.is_none() || name.as_deref() == *region);
                found.map(|(_, upstream)| upstream).ok_or(GatewayError::UNKNOWN_REGION)
            }
        }
    }

    async fn forward(&self, request: Request) -> Result<Response, ErrorResponse> {
        let (parts, body) = request.into_parts();
        let (service, path) =
            route(&parts.method, parts.uri.path()).ok_or(GatewayError::NOT_FORWARDED)?;
        let upstream = self.upstream(&service)?;
        let uri = upstream.uri(path, parts.uri.query()).ok_or(GatewayError::NOT_FORWARDED)?;
        let error = |error| upstream.error(error);

        let request = Outgoing {
            headers: filter(&REQUEST_HEADERS, &parts.headers),
            body: self.read(&parts.headers, body).await.map_err(error)?,
            method: parts.method,
            uri,
        };
        let (head, body) = upstream.send(&request, self.timeouts.response).await?;
        if head.status.is_redirection() && head.has_location {
            return Err(error(GatewayError::REDIRECT));
        }
        let failure = is_html(&head.headers).then_some("html");
        let mut response = Response::new(stream(body, self.timeouts.idle));
        response.extensions_mut().insert(upstream.label.exchange(failure));
        *response.status_mut() = head.status;
        *response.headers_mut() = head.headers;
        let headers = response.headers_mut();
        if !REQUEST_ID_HEADERS.iter().any(|name| headers.contains_key(*name)) {
            add_request_id(headers);
        }
        add_security_headers(headers);
        Ok(response)
    }

    /// Reads the complete body of a request. Nothing is forwarded until the body has arrived, so a
    /// request that is too large, too slow or incomplete is certain to have changed nothing.
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
}
