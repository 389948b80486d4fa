//! An embedded volume transfer service with its identity service: the EVS, Cinder and Keystone APIs over
//! a set of demo volumes and accounts.
//!
//! Responses match those of a real Cinder and a real Keystone; EVS's constraints are enforced on top.
//! Neither requests nor responses are logged, because they contain passwords, tokens and keys.

mod api;
mod demo;
mod handlers;
mod identity;
mod key;
mod microversion;
mod python;
mod request;
mod response;
mod store;
mod transfers;

use crate::forwarded::base_url;
use crate::limits::{BODY_LIMIT, declares_oversized_body};
use api::Api;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderName, Method, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use handlers::{
    accept_transfer, action_not_found, backups, create_transfer, delete_transfer, page_config,
    policies, snapshots, transfer, transfers, vaults, versions, volume, volumes,
};
use identity::Tokens;
use request::{OS_VOLUME_TRANSFER, VOLUME_TRANSFERS, request_id};
use response::{Fault, FromApi};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use store::Store;
use volume_transfer::Service;

/// The sandbox's options.
#[derive(Clone, Debug)]
pub struct Options {
    /// The database file. Without one, the database is in memory.
    pub data: Option<PathBuf>,
    /// How long a token is valid after signing in.
    pub token_lifetime: Duration,
}

impl Default for Options {
    /// Tokens are valid for 24 hours, as on Huawei Cloud.
    fn default() -> Options {
        Options { data: None, token_lifetime: Duration::from_secs(24 * 60 * 60) }
    }
}

/// Serves the volume API under `/v2` and `/v3`, the identity API under `/identity`, and the demo
/// credentials as `/console.json`.
///
/// # Errors
/// Returns an error if the file cannot be used as the sandbox's database.
pub fn router(options: &Options) -> io::Result<Router> {
    let file = options.data.as_deref();
    let store = Store::open(file).map_err(|error| {
        let file = file.unwrap_or(Path::new(":memory:")).display();
        io::Error::other(format!("cannot use `{file}` as the sandbox's database: {error}"))
    })?;
    let store = Arc::new(store);
    let tokens = Tokens::new(store.clone(), options.token_lifetime);
    let api =
        |version, service| Api { store: store.clone(), tokens: tokens.clone(), version, service };
    let volumes = Router::new()
        .nest("/v2", evs_router(api("v2", Service::EvsV2)))
        .merge(version_router(api("v3", Service::Cinder)))
        .nest("/v3", cinder_router(api("v3", Service::Cinder)));
    Ok(Router::new()
        .route("/console.json", get(page_config))
        .merge(volumes.clone())
        .nest(&format!("/regions/{}", demo::REGION), volumes)
        .merge(identity::router(tokens)))
}

fn evs_router(api: Api) -> Router {
    let routes = cloud_router()
        .merge(volume_router("/{project}"))
        .merge(transfer_router("/{project}/os-volume-transfer"));
    api_router(routes, Router::new(), api)
}

fn cinder_router(api: Api) -> Router {
    let mut routes = cloud_router();
    // Paths may omit the project, because the token identifies it.
    for project in ["/{project}", ""] {
        routes = routes.merge(volume_router(project));
        for collection in [OS_VOLUME_TRANSFER, VOLUME_TRANSFERS] {
            routes = routes.merge(transfer_router(&format!("{project}/{collection}")));
        }
    }
    api_router(routes, cbr_router().route("/", any(request::redirect_to_version_root)), api)
}

/// Serves the version document, which clients read first to discover the microversions.
fn version_router(api: Api) -> Router {
    Router::new()
        .route("/v3/", any(versions))
        .route_layer(middleware::from_fn_with_state(api.clone(), microversion::negotiate))
        .layer(middleware::from_fn_with_state(api.clone(), authenticate))
        .with_state(api)
}

/// Combines `routes`, whose responses state a microversion, with `unversioned` routes, whose
/// responses don't.
fn api_router(routes: Router<Api>, unversioned: Router<Api>, api: Api) -> Router {
    routes
        .route_layer(middleware::from_fn_with_state(api.clone(), microversion::negotiate))
        .merge(unversioned)
        // Cinder responds with 404 where other services use 405.
        .fallback(async || response::route_not_found())
        .method_not_allowed_fallback(async || response::route_not_found())
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(middleware::from_fn(reject_head))
        .layer(middleware::from_fn_with_state(api.clone(), authenticate))
        .with_state(api)
}

/// The routes that only EVS has.
fn cloud_router() -> Router<Api> {
    Router::new()
        .route("/{project}/cloudvolumes/detail", get(volumes))
        .route("/{project}/cloudvolumes/{id}", get(volume))
        .route("/{project}/cloudsnapshots/detail", get(snapshots))
}

fn volume_router(project: &str) -> Router<Api> {
    Router::new()
        .route(&format!("{project}/volumes/detail"), get(volumes))
        .route(&format!("{project}/volumes/{{id}}"), get(volume))
        .route(&format!("{project}/snapshots/detail"), get(snapshots))
}

fn transfer_router(path: &str) -> Router<Api> {
    Router::new()
        .route(path, get(transfers).post(create_transfer))
        .route(&format!("{path}/detail"), get(transfers))
        .route(
            &format!("{path}/{{id}}"),
            get(transfer).delete(delete_transfer).put(action_not_found),
        )
        .route(&format!("{path}/{{id}}/accept"), post(accept_transfer))
}

/// The part of CBR, Huawei's backup service, that shows whether a volume has backups or a backup
/// policy. On Huawei Cloud, it has its own endpoint, without microversions.
fn cbr_router() -> Router<Api> {
    Router::new()
        .route("/{project}/backups", get(backups))
        .route("/{project}/vaults", get(vaults))
        .route("/{project}/policies", get(policies))
}

/// Handles what precedes Cinder's router, in this order: CORS preflights, the declared body size
/// and the token. Adds a request ID to every response.
async fn authenticate(State(api): State<Api>, mut request: Request, next: Next) -> Response {
    let headers = request.headers();
    let base = base_url(headers);
    let too_large = declares_oversized_body(headers);
    let token = headers.get("x-auth-token");
    let project = token.map(|token| api.tokens.project(token.as_bytes())).transpose();

    let mut response = match project {
        _ if request.method() == Method::OPTIONS => Response::default(),
        _ if too_large => response::declared_too_large(),
        Err(error) => Fault::from(error).into_response(),
        Ok(None | Some(None)) => response::unauthorized(&base),
        Ok(Some(Some(project))) => {
            request.extensions_mut().insert(project);
            next.run(request).await
        }
    };
    if let Some(id) = request_id() {
        let from_api = response.extensions().get::<FromApi>().is_some();
        let headers = response.headers_mut();
        // Cinder's API adds this second header to its JSON responses.
        if from_api
            && headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/json")
        {
            headers.insert(HeaderName::from_static("x-compute-request-id"), id.clone());
        }
        headers.insert(HeaderName::from_static("x-openstack-request-id"), id);
    }
    response
}

/// Rejects `HEAD`, because Cinder has no route for it, whereas axum would handle it like `GET`.
async fn reject_head(request: Request, next: Next) -> Response {
    match *request.method() == Method::HEAD {
        true => response::head_not_found(),
        false => next.run(request).await,
    }
}
