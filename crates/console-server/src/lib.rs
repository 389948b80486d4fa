//! The console server: serves the page, and the API that the page uses. The API is either a sandbox
//! that behaves like EVS, Cinder and Keystone, so that the page can be tried without a cloud, or a
//! gateway to real services.

pub mod admission;
pub mod base_path;
mod cause;
mod forwarded;
pub mod gateway;
mod limits;
pub mod observe;
pub mod page;
pub mod policy;
pub mod sandbox;
pub mod serve;
pub mod tls;

use admission::Admission;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use base_path::BasePath;
use gateway::Services;
use observe::{Observer, Record};
use policy::Policy;
use std::future::ready;
use std::io;
use std::sync::Arc;
use tower::ServiceExt;

/// The configuration of a server.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the built page is.
    pub page: page::Source,
    /// The API to serve with the page.
    pub api: Api,
    /// The page's content security policy.
    pub policy: Policy,
    /// The path that the page and the API are served under.
    pub base_path: BasePath,
    /// How many requests are admitted.
    pub limits: admission::Limits,
    /// What is recorded about requests.
    pub observer: Observer,
    /// Whether this server itself serves HTTPS. If so, it tells browsers to use only HTTPS.
    pub is_https: bool,
}

impl Config {
    /// Returns a configuration without limits and with the root as the base path.
    #[must_use]
    pub fn new(page: page::Source, api: Api) -> Config {
        Config {
            page,
            api,
            policy: Policy::default(),
            base_path: BasePath::default(),
            limits: admission::Limits::default(),
            observer: Observer::default(),
            is_https: false,
        }
    }
}

/// The API under `/v2`, `/v3` and `/identity`.
#[derive(Clone, Debug)]
pub enum Api {
    /// The sandbox.
    Sandbox(sandbox::Options),
    /// A gateway to real services.
    Gateway(Services),
    /// No API: a server in front of this one provides it.
    None,
}

/// Tells browsers to use only HTTPS for a year.
const HSTS: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// Builds the router for the page, the API and two probes: `/healthz` reports that the server is
/// running, and `/readyz` reports whether the services that it forwards to can be used.
///
/// # Errors
/// Returns an error, worded for the operator, if the page, the sandbox's file or the gateway's
/// certificates can't be read.
pub fn app(config: &Config) -> io::Result<Router> {
    let (mut api, readiness) = match &config.api {
        Api::Sandbox(options) => (sandbox::router(options)?, always_ready()),
        Api::Gateway(services) => gateway::router(services)?,
        Api::None => (Router::new(), always_ready()),
    };
    let page = page::router(&config.page, &config.policy)?;
    if config.policy.is_report_only {
        let reports = policy::reports(config.observer.metrics.clone());
        api = api.route(&format!("/{}", policy::REPORTS), reports);
    }
    let state = Arc::new(MiddlewareState {
        admission: Admission::new(&config.limits, config.observer.metrics.clone()),
        observer: Arc::new(config.observer.clone()),
    });
    let site =
        api.fallback_service(page).layer(middleware::from_fn_with_state(state, admit_and_record));
    let probes = Router::new().route("/healthz", get("ok")).route("/readyz", readiness);
    let app = if config.base_path.is_root() {
        site.merge(probes)
    } else {
        let base_path = config.base_path.clone();
        probes.fallback(async move |request: Request| -> Response {
            match base_path.strip(request) {
                Ok(request) => site.oneshot(request).await.into_response(),
                Err(error) => error.into_response(),
            }
        })
    };
    if !config.is_https {
        return Ok(app);
    }
    Ok(app.layer(middleware::map_response(|mut response: Response| {
        response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, HSTS);
        ready(response)
    })))
}

/// The state of [`admit_and_record`].
struct MiddlewareState {
    admission: Admission,
    observer: Arc<Observer>,
}

/// Applies the limits to a request for the page or the API, and records the request.
async fn admit_and_record(
    State(state): State<Arc<MiddlewareState>>,
    request: Request,
    next: Next,
) -> Response {
    let record = Record::new(state.observer.clone(), &request);
    let response = match state.admission.reject(&request) {
        Some(rejection) => rejection,
        None => next.run(request).await,
    };
    record.observe(response)
}

/// Returns the readiness route of an API that depends on no service.
fn always_ready() -> MethodRouter {
    get(async || gateway::readiness(&[]))
}
