//! An embedded volume transfer service: EVS's and Cinder's API over a few demo volumes.
//!
//! It answers as a real Cinder was recorded to answer, and knows EVS's constraints beside. It
//! writes no log of requests: their answers may hold a key.

mod answer;
mod demo;
mod key;
mod python;
mod request;
mod store;
mod transfers;

use answer::{API_VERSION, Fault, answer};
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::get;
use request::{BODY_LIMIT, Call, Document};
use serde_json::{Map, Value, json};
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;
use store::{Error, Page, Store, VolumeQuery};
use transfers::Transfer;
use uuid::Uuid;
use volume_transfer::{Constraint, Service};

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
    let api = |version, service| api_router(Api { store: store.clone(), version, service });
    Ok(Router::new()
        .route("/console.json", get(demo_projects))
        .nest("/v2", api("v2", Service::EvsV2))
        .nest("/v3", api("v3", Service::Cinder)))
}

fn api_router(api: Api) -> Router {
    Router::new()
        .route("/{project}/volumes/detail", get(volumes))
        .route("/{project}/volumes/{id}", get(volume))
        .route("/{project}/cloudvolumes/detail", get(volumes))
        .route("/{project}/cloudvolumes/{id}", get(volume))
        .route("/{project}/snapshots/detail", get(snapshots))
        .route("/{project}/cloudsnapshots/detail", get(snapshots))
        .route("/{project}/os-volume-transfer", get(transfers).post(create_transfer))
        .route("/{project}/os-volume-transfer/detail", get(transfers))
        .route("/{project}/os-volume-transfer/{id}", get(transfer))
        // Cinder has no 405.
        .fallback(async || answer::no_such_route())
        .method_not_allowed_fallback(async || answer::no_such_route())
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(middleware::from_fn(front))
        .with_state(api)
}

/// What stands before Cinder's router, in this order: an id for the request, the size limit, and
/// the token.
async fn front(mut request: Request, next: Next) -> Response {
    let headers = request.headers();
    let declared = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    let too_large = declared
        .and_then(|length| length.parse().ok())
        .is_some_and(|length: usize| length > BODY_LIMIT);
    let token = headers.get("x-auth-token").and_then(|token| token.to_str().ok());
    let project = demo::PROJECTS.iter().find(|project| token == Some(project.token));

    let mut response = match project {
        _ if too_large => answer::too_large(),
        None => answer::unauthorized(),
        Some(project) => {
            request.extensions_mut().insert(project);
            next.run(request).await
        }
    };
    let id = format!("req-{}", Uuid::new_v4());
    // A UUID is a header value: the error cannot occur.
    if let Ok(id) = HeaderValue::try_from(id) {
        let headers = response.headers_mut();
        if headers.contains_key(API_VERSION) {
            headers.insert(HeaderName::from_static("x-compute-request-id"), id.clone());
        }
        headers.insert(HeaderName::from_static("x-openstack-request-id"), id);
    }
    response
}

type Answer = Result<Response, Fault>;

async fn demo_projects() -> Response {
    answer::json(StatusCode::OK, &json!({ "demo_projects": demo::PROJECTS }))
}

async fn volumes(State(api): State<Api>, call: Call) -> Answer {
    let query = VolumeQuery {
        name: call.param("name"),
        status: call.param("status"),
        marker: call.param("marker"),
        limit: call.limit()?,
    };
    let Page { rows, count, more } = api.store.volumes(call.project, &query)?;
    let next = rows.last().filter(|_| more).and_then(|last| last.get("id")).and_then(Value::as_str);
    let next = next.map(|id| call.next_page(id));
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
    let Page { rows, count, .. } = api.store.snapshots(call.project, volume_id, limit)?;
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
    let (volume_id, name) = request::create(&document, api.service.name_rule())?;
    let (transfer, key) = api.store.create_transfer(call.project, volume_id, name.as_ref())?;
    let mut record = transfer_json(&call, transfer, true);
    insert(&mut record, "auth_key", key.into());
    Ok(answer(StatusCode::ACCEPTED, &json!({ "transfer": record })))
}

async fn transfers(State(api): State<Api>, call: Call) -> Answer {
    call.limit()?;
    // Below microversion 3.59 Cinder takes every parameter, `limit` too, for a field to filter by,
    // and no transfer has a field that it does not know.
    let rows = match call.query.iter().all(|(key, _)| key == "name" || key == "volume_id") {
        true => api.store.transfers(call.project, call.param("name"), call.param("volume_id"))?,
        false => Vec::new(),
    };
    let rows: Vec<_> =
        rows.into_iter().map(|row| transfer_json(&call, row, call.is_detail())).collect();
    Ok(answer(StatusCode::OK, &json!({ "transfers": rows })))
}

async fn transfer(State(api): State<Api>, call: Call) -> Answer {
    let transfer = api.store.transfer(call.project, &call.id)?;
    Ok(answer(StatusCode::OK, &json!({ "transfer": transfer_json(&call, transfer, true) })))
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
        "links": call.links("os-volume-transfer", &transfer.id),
    });
    if detail {
        insert(&mut record, "created_at", transfer.created_at.into());
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
