//! An embedded volume transfer service: EVS's and Cinder's API over a few demo volumes.
//!
//! It answers as a real Cinder was recorded to answer, and knows EVS's constraints beside. It
//! writes no log of requests: their answers may hold a key.

mod answer;
mod demo;
mod handlers;
mod key;
mod microversion;
mod python;
mod request;
mod store;
mod transfers;

use crate::{BODY_LIMIT, declares_too_much};
use answer::Routed;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{any, get, post};
use handlers::{
    accept_transfer, backups, create_transfer, delete_transfer, demo_projects, no_such_action,
    policies, snapshots, transfer, transfers, vaults, versions, volume, volumes,
};
use std::io;
use std::path::Path;
use std::sync::Arc;
use store::Store;
use subtle::ConstantTimeEq;
use uuid::Uuid;
use volume_transfer::Service;

/// The collections of transfers, the one that all services have and the one that Cinder added.
const OLDER: &str = "os-volume-transfer";
const NEWER: &str = "volume-transfers";

/// What every handler of one API version shares.
#[derive(Clone)]
struct Api {
    store: Arc<Store>,
    version: &'static str,
    /// Whose rule a name follows: `/v2` is EVS's own path, `/v3` is Cinder's.
    service: Service,
}

/// Serves the API under `/v2` and `/v3`, and the demo credentials as `/console.json`.
///
/// # Errors
/// If the file cannot be used as the sandbox's database.
pub fn router(file: Option<&Path>) -> io::Result<Router> {
    let store = Store::open(file).map_err(|error| {
        let file = file.unwrap_or(Path::new(":memory:")).display();
        io::Error::other(format!("cannot keep the sandbox in `{file}`: {error}"))
    })?;
    let store = Arc::new(store);
    let api = |version, service| Api { store: store.clone(), version, service };
    Ok(Router::new()
        .route("/console.json", get(demo_projects))
        .nest("/v2", evs_router(api("v2", Service::EvsV2)))
        .merge(version_router(api("v3", Service::Cinder)))
        .nest("/v3", cinder_router(api("v3", Service::Cinder))))
}

fn evs_router(api: Api) -> Router {
    let routes = cloud_router()
        .merge(volume_router("/{project}"))
        .merge(transfer_router("/{project}/os-volume-transfer"));
    api_router(routes, Router::new(), api)
}

fn cinder_router(api: Api) -> Router {
    let mut routes = cloud_router();
    // The project may be left out: the token says it.
    for owner in ["/{project}", ""] {
        routes = routes.merge(volume_router(owner));
        for collection in [OLDER, NEWER] {
            routes = routes.merge(transfer_router(&format!("{owner}/{collection}")));
        }
    }
    api_router(routes, cbr_router().route("/", any(request::slash_missing)), api)
}

/// What clients ask before anything else: which microversions there are.
fn version_router(api: Api) -> Router {
    Router::new()
        .route("/v3/", any(versions))
        .route_layer(middleware::from_fn_with_state(api.clone(), microversion::negotiate))
        .layer(middleware::from_fn(front))
        .with_state(api)
}

/// Whose token it is. How long it takes tells nothing of a token: the demo's are public, but who
/// puts their own in their place relies on it.
fn project_of(token: &[u8]) -> Option<&'static demo::Project> {
    demo::PROJECTS.iter().find(|project| project.token.as_bytes().ct_eq(token).into())
}

/// Cinder's `routes`, and `beside` them what knows no microversion.
fn api_router(routes: Router<Api>, beside: Router<Api>, api: Api) -> Router {
    routes
        .route_layer(middleware::from_fn_with_state(api.clone(), microversion::negotiate))
        .merge(beside)
        // Cinder has no 405.
        .fallback(async || answer::no_such_route())
        .method_not_allowed_fallback(async || answer::no_such_route())
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(middleware::from_fn(no_head))
        .layer(middleware::from_fn(front))
        .with_state(api)
}

/// EVS's own spelling of the paths.
fn cloud_router() -> Router<Api> {
    Router::new()
        .route("/{project}/cloudvolumes/detail", get(volumes))
        .route("/{project}/cloudvolumes/{id}", get(volume))
        .route("/{project}/cloudsnapshots/detail", get(snapshots))
}

fn volume_router(owner: &str) -> Router<Api> {
    Router::new()
        .route(&format!("{owner}/volumes/detail"), get(volumes))
        .route(&format!("{owner}/volumes/{{id}}"), get(volume))
        .route(&format!("{owner}/snapshots/detail"), get(snapshots))
}

fn transfer_router(path: &str) -> Router<Api> {
    Router::new()
        .route(path, get(transfers).post(create_transfer))
        .route(&format!("{path}/detail"), get(transfers))
        .route(&format!("{path}/{{id}}"), get(transfer).delete(delete_transfer).put(no_such_action))
        .route(&format!("{path}/{{id}}/accept"), post(accept_transfer))
}

/// Of CBR, Huawei's backup service, what tells whether a volume has backups or a backup policy. It
/// has an address of its own in the cloud, and knows no microversion.
fn cbr_router() -> Router<Api> {
    Router::new()
        .route("/{project}/backups", get(backups))
        .route("/{project}/vaults", get(vaults))
        .route("/{project}/policies", get(policies))
}

impl Api {
    /// Whether this is Cinder's path, which has microversions and what came with them.
    fn is_cinder(&self) -> bool {
        self.version == "v3"
    }
}

/// What stands before Cinder's router, in this order: an id for the request, the answer to what
/// browsers ask first, the size limit, and the token.
async fn front(mut request: Request, next: Next) -> Response {
    let headers = request.headers();
    let too_large = declares_too_much(headers);
    let project = headers.get("x-auth-token").and_then(|token| project_of(token.as_bytes()));

    let mut response = match project {
        _ if request.method() == Method::OPTIONS => Response::default(),
        _ if too_large => answer::declared_too_large(),
        None => answer::unauthorized(),
        Some(project) => {
            request.extensions_mut().insert(project);
            next.run(request).await
        }
    };
    let id = format!("req-{}", Uuid::new_v4());
    // A UUID is a header value: the error cannot occur.
    if let Ok(id) = HeaderValue::try_from(id) {
        let routed = response.extensions().get::<Routed>().is_some();
        let headers = response.headers_mut();
        // Cinder's router adds an id of its own to the JSON that it writes.
        if routed
            && headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/json")
        {
            headers.insert(HeaderName::from_static("x-compute-request-id"), id.clone());
        }
        headers.insert(HeaderName::from_static("x-openstack-request-id"), id);
    }
    response
}

/// Cinder's router takes `HEAD` for a method like any other, and has no route for it.
async fn no_head(request: Request, next: Next) -> Response {
    match *request.method() == Method::HEAD {
        true => answer::no_such_head(),
        false => next.run(request).await,
    }
}
