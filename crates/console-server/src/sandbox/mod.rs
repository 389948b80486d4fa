//! An embedded volume transfer service: EVS's and Cinder's API over a few demo volumes.
//!
//! It answers as a real Cinder was recorded to answer, and knows EVS's constraints beside. It
//! writes no log of requests: their answers may hold a key.

mod answer;
mod demo;
mod key;
mod microversion;
mod python;
mod request;
mod store;
mod transfers;

use crate::{BODY_LIMIT, declares_too_much};
use answer::{Fault, Routed, answer};
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{any, get, post};
use microversion::Microversion;
use request::{Call, Document};
use serde_json::{Map, Value, json};
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;
use store::{Error, Page, Protection, Store, VolumeQuery};
use subtle::ConstantTimeEq;
use transfers::{Transfer, TransferQuery};
use uuid::Uuid;
use volume_transfer::{Constraint, Service};

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

type Answer = Result<Response, Fault>;

async fn demo_projects() -> Response {
    answer::json(StatusCode::OK, &json!({ "demo_projects": demo::PROJECTS }))
}

async fn versions(call: Call) -> Response {
    let body = json!({ "versions": [{
        "id": "v3.0",
        "status": "CURRENT",
        "version": Microversion::MAX.to_string(),
        "min_version": Microversion::default().to_string(),
        "updated": "2023-08-31T00:00:00Z",
        "links": [
            { "rel": "describedby", "type": "text/html", "href": "https://docs.openstack.org/" },
            { "rel": "self", "href": call.version_root() },
        ],
        "media-types": [{
            "base": "application/json",
            "type": "application/vnd.openstack.volume+json;version=3",
        }],
    }]});
    answer(StatusCode::OK, &body)
}

/// Cinder's router knows the method of this path, and nothing behind it.
async fn no_such_action() -> Fault {
    Fault::no_such_action()
}

async fn volumes(State(api): State<Api>, call: Call) -> Answer {
    let query = VolumeQuery {
        name: call.param("name"),
        status: call.param("status"),
        marker: call.param("marker"),
        limit: call.limit()?,
    };
    let Page { rows, count } = api.store.volumes(call.project, &query)?;
    let full = rows.len() == query.limit;
    let next = rows.last().filter(|_| full).and_then(|last| last.get("id")).and_then(Value::as_str);
    let next = next.map(|id| call.next_page(call.path(), id));
    let rows: Vec<_> = rows.into_iter().map(|record| volume_json(&call, record)).collect();
    let mut body = json!({ "volumes": rows });
    if let Some(href) = next {
        insert(&mut body, "volumes_links", json!([{ "rel": "next", "href": href }]));
    }
    if call.is_cloud() {
        insert(&mut body, "count", json!(count));
    }
    Ok(answer(StatusCode::OK, &body))
}

async fn volume(State(api): State<Api>, call: Call) -> Answer {
    let record = api.store.volume(call.project, &call.id)?;
    Ok(answer(StatusCode::OK, &json!({ "volume": volume_json(&call, record) })))
}

async fn snapshots(State(api): State<Api>, call: Call) -> Answer {
    let (volume_id, limit) = (call.param("volume_id"), call.limit()?);
    let Page { rows, count } = api.store.snapshots(call.project, volume_id, limit)?;
    let mut body = json!({ "snapshots": rows });
    if call.is_cloud() {
        insert(&mut body, "count", json!(count));
    }
    Ok(answer(StatusCode::OK, &body))
}

async fn create_transfer(
    State(api): State<Api>,
    call: Result<Call, Fault>,
    Document(document): Document,
) -> Answer {
    // Only now: Cinder reads the body before it looks at whose project the URL names.
    let call = call?;
    // Cinder added it to the newer path only.
    let no_snapshots = call.is_newer() && call.microversion >= Microversion::NO_SNAPSHOTS;
    let new = request::create(&document, api.service.name_rule(), no_snapshots)?;
    let (transfer, key) = api.store.create_transfer(call.project, new)?;
    let mut record = transfer_json(&call, transfer, true);
    insert(&mut record, "auth_key", key.into());
    Ok(answer(StatusCode::ACCEPTED, &json!({ "transfer": record })))
}

async fn transfers(State(api): State<Api>, call: Call) -> Answer {
    // Only the newer path got pages, by a microversion.
    let has_pages = call.is_newer() && call.microversion >= Microversion::PAGES;
    let mut query = TransferQuery {
        name: call.param("name"),
        volume_id: call.param("volume_id"),
        marker: None,
        newest_first: !api.is_cinder(),
        offset: 0,
        limit: call.limit()?,
    };
    let offset = call.offset()?;
    let mut known = vec!["name", "volume_id"];
    if has_pages || !api.is_cinder() {
        query.offset = offset;
        known.extend(["limit", "offset"]);
    }
    if has_pages {
        query.marker = call.param("marker");
        query.newest_first = call.newest_first()?;
        known.extend(["marker", "sort"]);
    }
    if api.is_cinder() {
        // An administrator's wish, and nobody is one here.
        known.push("all_tenants");
    }
    // Every other parameter, and where there are no pages `limit` too, is to Cinder a field to
    // filter by, and no transfer has a field that it does not know.
    let mut rows = match call.query.iter().all(|(key, _)| known.contains(&key.as_str())) {
        true => api.store.transfers(call.project, &query)?,
        false => Vec::new(),
    };
    let full = rows.len() == query.limit;
    if has_pages {
        // Cinder skips rows in its query, and once more in what the query brought.
        rows.drain(..query.offset.min(rows.len()));
    }
    // Cinder's next page of either list is the plain one of the older path, which has no pages.
    let next = rows.last().filter(|_| full && has_pages);
    let next = next.map(|last| call.next_page(&call.collection(OLDER), &last.id));
    let rows: Vec<_> =
        rows.into_iter().map(|row| transfer_json(&call, row, call.is_detail())).collect();
    let mut body = json!({ "transfers": rows });
    if let Some(href) = next {
        insert(&mut body, "transfers_links", json!([{ "rel": "next", "href": href }]));
    }
    Ok(answer(StatusCode::OK, &body))
}

async fn transfer(State(api): State<Api>, call: Call) -> Answer {
    let transfer = api.store.transfer(call.project, &call.id)?;
    Ok(answer(StatusCode::OK, &json!({ "transfer": transfer_json(&call, transfer, true) })))
}

async fn delete_transfer(State(api): State<Api>, call: Call) -> Answer {
    api.store.delete_transfer(call.project, &call.id)?;
    Ok(answer::deleted())
}

async fn accept_transfer(
    State(api): State<Api>,
    call: Result<Call, Fault>,
    Document(document): Document,
) -> Answer {
    let call = call?;
    let key = request::accept(&document)?;
    let transfer = api.store.accept_transfer(call.owner, &call.id, key)?;
    let record = transfer_json(&call, transfer, false);
    Ok(answer(StatusCode::ACCEPTED, &json!({ "transfer": record })))
}

async fn backups(State(api): State<Api>, call: Call) -> Answer {
    let limit = call.limit()?;
    let of_volumes = call.param("resource_type").is_none_or(|kind| kind == "OS::Cinder::Volume");
    let ids = match of_volumes {
        true => {
            api.store.protected(call.project, call.param("resource_id"), Protection::Backups)?
        }
        false => Vec::new(),
    };
    let rows = ids.iter().map(|id| json!({ "id": id, "resource_id": id })).collect();
    Ok(cbr("backups", rows, limit))
}

async fn vaults(State(api): State<Api>, call: Call) -> Answer {
    let limit = call.limit()?;
    let of_volumes = call.param("object_type").is_none_or(|kind| kind == "disk");
    let ids = match of_volumes {
        true => api.store.protected(call.project, call.param("resource_ids"), Protection::Vault)?,
        false => Vec::new(),
    };
    Ok(cbr("vaults", ids.iter().map(|id| json!({ "id": id })).collect(), limit))
}

async fn policies(State(api): State<Api>, call: Call) -> Answer {
    let limit = call.limit()?;
    let ids = api.store.protected(call.project, call.param("vault_id"), Protection::Policy)?;
    let rows = ids.iter().map(|id| json!({ "id": id, "operation_type": "backup" })).collect();
    Ok(cbr("policies", rows, limit))
}

/// A list of CBR. Here each protected volume has a vault of its own, with one backup and one
/// policy at most, and all have the id of the volume: nobody asks more of them than whether they
/// are there.
fn cbr(collection: &str, mut rows: Vec<Value>, limit: usize) -> Response {
    let count = rows.len();
    rows.truncate(limit);
    answer::json(StatusCode::OK, &json!({ collection: rows, "count": count }))
}

/// A volume with its links; under Cinder's spelling of the path without EVS's storage fields.
fn volume_json(call: &Call, mut record: Map<String, Value>) -> Value {
    if !call.is_cloud() {
        for field in ["service_type", "dedicated_storage_id", "dedicated_storage_name"] {
            record.remove(field);
        }
    }
    let id = record.get("id").and_then(Value::as_str).unwrap_or_default();
    let links = call.links("volumes", id);
    record.insert("links".to_owned(), links);
    record.into()
}

fn transfer_json(call: &Call, transfer: Transfer, detail: bool) -> Value {
    let mut record = json!({
        "id": transfer.id,
        "name": transfer.name,
        "volume_id": transfer.volume_id,
        "links": call.links(OLDER, &transfer.id),
    });
    if detail {
        insert(&mut record, "created_at", transfer.created_at.into());
        if call.microversion >= Microversion::NO_SNAPSHOTS {
            insert(&mut record, "no_snapshots", transfer.no_snapshots.into());
        }
        if call.microversion >= Microversion::HISTORY {
            insert(&mut record, "destination_project_id", Value::Null);
            insert(&mut record, "source_project_id", transfer.project_id.into());
            insert(&mut record, "accepted", false.into());
        }
    }
    record
}

fn insert(object: &mut Value, field: &str, value: Value) {
    if let Some(object) = object.as_object_mut() {
        object.insert(field.to_owned(), value);
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Fault {
        let violated = match error {
            Error::NotFound(kind, id) => return Fault::not_found(kind, &id),
            Error::Refused(constraint) => constraint,
            Error::InvalidKey(id) => {
                return Fault::bad_request(format!(
                    "Invalid auth key: Attempt to transfer {id} with invalid auth key."
                ));
            }
            Error::OverLimit(message) => return Fault::over_limit(&message),
            Error::NotAwaiting { transfer, volume } => {
                return Fault::bad_request(format!(
                    "Invalid volume: Transfer {transfer}: Volume id {volume} expected in \
                     awaiting-transfer state."
                ));
            }
            Error::Failed(cause) => {
                // The one thing that is logged. A database's message holds no values of a row.
                let _ = writeln!(io::stderr(), "the sandbox's database failed: {cause}");
                return Fault::failed();
            }
        };
        // The first two as Cinder says them; EVS promises a 400 and no particular words.
        let reason = match violated {
            Constraint::Status => "status must be available",
            Constraint::Encryption => "transferring encrypted volume is not supported",
            Constraint::Frozen => return Fault::evs("EVS.2068", "volume is locked"),
            Constraint::Billing => "transferring yearly/monthly billed volume is not supported",
            Constraint::BackupsAndSnapshots => {
                "transferring volume with backups or snapshots is not supported"
            }
            Constraint::BackupPolicy => "transferring volume with a backup policy is not supported",
            Constraint::Dss => "transferring volume on DSS is not supported",
            Constraint::Dess => "transferring volume on DESS is not supported",
            Constraint::SystemDisk => "transferring volume marked bootable is not supported",
        };
        Fault::bad_request(format!("Invalid volume: {reason}"))
    }
}
