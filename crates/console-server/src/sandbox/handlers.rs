//! Route handlers, which query the store and format the result as Cinder does.

use super::api::Api;
use super::demo;
use super::identity;
use super::microversion::Microversion;
use super::request::{self, JsonBody, OS_VOLUME_TRANSFER, RequestHead};
use super::response::{self, Fault, api_response};
use super::store::{BackupResource, Page, VolumeQuery};
use super::transfers::{Transfer, TransferQuery};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Map, Value, json};

type HandlerResult = Result<Response, Fault>;

/// Returns the same fields as the gateway's `/console.json`, with the demo's credentials.
pub(super) async fn page_config() -> Response {
    let config = json!({
        "demo_projects": demo::projects_with_tokens(),
        "demo_accounts": identity::demo_accounts(),
        "regions": [demo::REGION],
        "identity": true,
    });
    response::json_response(StatusCode::OK, &config)
}

pub(super) async fn versions(head: RequestHead) -> Response {
    let body = json!({ "versions": [{
        "id": "v3.0",
        "status": "CURRENT",
        "version": Microversion::MAX.to_string(),
        "min_version": Microversion::default().to_string(),
        "updated": "2023-08-31T00:00:00Z",
        "links": [
            { "rel": "describedby", "type": "text/html", "href": "https://docs.openstack.org/" },
            { "rel": "self", "href": head.version_root() },
        ],
        "media-types": [{
            "base": "application/json",
            "type": "application/vnd.openstack.volume+json;version=3",
        }],
    }]});
    api_response(StatusCode::OK, &body)
}

/// Handles `PUT` on a transfer, which Cinder routes but doesn't implement.
pub(super) async fn action_not_found() -> Fault {
    Fault::action_not_found()
}

pub(super) async fn volumes(State(api): State<Api>, head: RequestHead) -> HandlerResult {
    let query = VolumeQuery {
        name: head.param("name"),
        status: head.param("status"),
        marker: head.param("marker"),
        limit: head.limit()?,
    };
    let Page { rows, count } = api.store.volumes(head.project_id(), &query)?;
    let full = rows.len() == query.limit;
    let next = rows.last().filter(|_| full).and_then(|last| last.get("id")).and_then(Value::as_str);
    let next = next.map(|id| head.next_page(head.path(), id));
    let rows: Vec<_> = rows.into_iter().map(|record| volume_json(&head, record)).collect();
    let mut body = json!({ "volumes": rows });
    if let Some(href) = next {
        insert(&mut body, "volumes_links", json!([{ "rel": "next", "href": href }]));
    }
    if head.is_cloud() {
        insert(&mut body, "count", json!(count));
    }
    Ok(api_response(StatusCode::OK, &body))
}

pub(super) async fn volume(State(api): State<Api>, head: RequestHead) -> HandlerResult {
    let record = api.store.volume(head.project_id(), &head.id)?;
    Ok(api_response(StatusCode::OK, &json!({ "volume": volume_json(&head, record) })))
}

pub(super) async fn snapshots(State(api): State<Api>, head: RequestHead) -> HandlerResult {
    let (volume_id, limit) = (head.param("volume_id"), head.limit()?);
    let Page { rows, count } = api.store.snapshots(head.project_id(), volume_id, limit)?;
    let mut body = json!({ "snapshots": rows });
    if head.is_cloud() {
        insert(&mut body, "count", json!(count));
    }
    Ok(api_response(StatusCode::OK, &body))
}

pub(super) async fn create_transfer(
    State(api): State<Api>,
    head: Result<RequestHead, Fault>,
    JsonBody(body): JsonBody,
) -> HandlerResult {
    // Checked only now, because Cinder parses the body before it checks the project in the URL.
    let head = head?;
    let allow_no_snapshots =
        head.is_volume_transfers() && head.microversion >= Microversion::NO_SNAPSHOTS;
    let new = request::create(&body, api.service.name_rule(), allow_no_snapshots)?;
    let (transfer, key) = api.store.create_transfer(head.project_id(), new)?;
    let mut record = transfer_json(&head, transfer, true);
    insert(&mut record, "auth_key", key.into());
    Ok(api_response(StatusCode::ACCEPTED, &json!({ "transfer": record })))
}

pub(super) async fn transfers(State(api): State<Api>, head: RequestHead) -> HandlerResult {
    let paginated = head.is_volume_transfers() && head.microversion >= Microversion::PAGINATION;
    let mut query = TransferQuery {
        name: head.param("name"),
        volume_id: head.param("volume_id"),
        marker: None,
        newest_first: !api.is_cinder(),
        offset: 0,
        limit: head.limit()?,
    };
    let offset = head.offset()?;
    let mut known = vec!["name", "volume_id"];
    if paginated || !api.is_cinder() {
        query.offset = offset;
        known.extend(["limit", "offset"]);
    }
    if paginated {
        query.marker = head.param("marker");
        query.newest_first = head.newest_first()?;
        known.extend(["marker", "sort"]);
    }
    if api.is_cinder() {
        // This affects only administrators, and the sandbox has none.
        known.push("all_tenants");
    }
    // Cinder treats any other parameter as a filter on a field of that name, which no transfer has.
    // Without pagination, this includes `limit`.
    let mut rows = match head.query.iter().all(|(key, _)| known.contains(&key.as_str())) {
        true => api.store.transfers(head.project_id(), &query)?,
        false => Vec::new(),
    };
    let full = rows.len() == query.limit;
    if paginated {
        // Cinder applies the offset twice: in its query, and again to the rows of the result.
        rows.drain(..query.offset.min(rows.len()));
    }
    // As in Cinder, the link always leads to the older path, even though that path has no pagination.
    let next = rows.last().filter(|_| full && paginated);
    let next = next.map(|last| head.next_page(&head.collection(OS_VOLUME_TRANSFER), &last.id));
    let rows: Vec<_> =
        rows.into_iter().map(|row| transfer_json(&head, row, head.is_detail())).collect();
    let mut body = json!({ "transfers": rows });
    if let Some(href) = next {
        insert(&mut body, "transfers_links", json!([{ "rel": "next", "href": href }]));
    }
    Ok(api_response(StatusCode::OK, &body))
}

pub(super) async fn transfer(State(api): State<Api>, head: RequestHead) -> HandlerResult {
    let transfer = api.store.transfer(head.project_id(), &head.id)?;
    Ok(api_response(StatusCode::OK, &json!({ "transfer": transfer_json(&head, transfer, true) })))
}

pub(super) async fn delete_transfer(State(api): State<Api>, head: RequestHead) -> HandlerResult {
    api.store.delete_transfer(head.project_id(), &head.id)?;
    Ok(response::deleted())
}

pub(super) async fn accept_transfer(
    State(api): State<Api>,
    head: Result<RequestHead, Fault>,
    JsonBody(body): JsonBody,
) -> HandlerResult {
    let head = head?;
    let key = request::accept(&body)?;
    let transfer = api.store.accept_transfer(head.project, &head.id, key)?;
    let record = transfer_json(&head, transfer, false);
    Ok(api_response(StatusCode::ACCEPTED, &json!({ "transfer": record })))
}

pub(super) async fn backups(State(api): State<Api>, head: RequestHead) -> HandlerResult {
    let limit = head.limit()?;
    let of_volumes = head.param("resource_type").is_none_or(|kind| kind == "OS::Cinder::Volume");
    let ids = match of_volumes {
        true => api.store.volumes_with(
            head.project_id(),
            head.param("resource_id"),
            BackupResource::Backup,
        )?,
        false => Vec::new(),
    };
    let rows = ids.iter().map(|id| json!({ "id": id, "resource_id": id })).collect();
    Ok(cbr("backups", rows, limit))
}

pub(super) async fn vaults(State(api): State<Api>, head: RequestHead) -> HandlerResult {
    let limit = head.limit()?;
    let of_volumes = head.param("object_type").is_none_or(|kind| kind == "disk");
    let ids = match of_volumes {
        true => api.store.volumes_with(
            head.project_id(),
            head.param("resource_ids"),
            BackupResource::Vault,
        )?,
        false => Vec::new(),
    };
    Ok(cbr("vaults", ids.iter().map(|id| json!({ "id": id })).collect(), limit))
}

pub(super) async fn policies(State(api): State<Api>, head: RequestHead) -> HandlerResult {
    let limit = head.limit()?;
    let ids = api.store.volumes_with(
        head.project_id(),
        head.param("vault_id"),
        BackupResource::Policy,
    )?;
    let rows = ids.iter().map(|id| json!({ "id": id, "operation_type": "backup" })).collect();
    Ok(cbr("policies", rows, limit))
}

/// Builds a CBR list response. In the sandbox, each protected volume has its own vault with at
/// most one backup and one policy, all with the volume's ID, because clients only check whether
/// they exist.
fn cbr(collection: &str, mut rows: Vec<Value>, limit: usize) -> Response {
    let count = rows.len();
    rows.truncate(limit);
    response::json_response(StatusCode::OK, &json!({ collection: rows, "count": count }))
}

/// Adds the links to a volume's JSON, and removes EVS's storage fields except on EVS's own paths.
fn volume_json(head: &RequestHead, mut record: Map<String, Value>) -> Value {
    if !head.is_cloud() {
        for field in ["service_type", "dedicated_storage_id", "dedicated_storage_name"] {
            record.remove(field);
        }
    }
    let id = record.get("id").and_then(Value::as_str).unwrap_or_default();
    let links = head.links("volumes", id);
    record.insert("links".to_owned(), links);
    record.into()
}

fn transfer_json(head: &RequestHead, transfer: Transfer, detail: bool) -> Value {
    let mut record = json!({
        "id": transfer.id,
        "name": transfer.name,
        "volume_id": transfer.volume_id,
        "links": head.links(OS_VOLUME_TRANSFER, &transfer.id),
    });
    if detail {
        insert(&mut record, "created_at", transfer.created_at.into());
        if head.microversion >= Microversion::NO_SNAPSHOTS {
            insert(&mut record, "no_snapshots", transfer.no_snapshots.into());
        }
        if head.microversion >= Microversion::PROJECT_IDS {
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
