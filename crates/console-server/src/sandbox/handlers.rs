//! What is done for each route: the store is asked, and what it says put into Cinder's words.

use super::answer::{self, Fault, answer};
use super::microversion::Microversion;
use super::request::{self, Call, Document};
use super::store::{Page, Protection, VolumeQuery};
use super::transfers::{Transfer, TransferQuery};
use super::{Api, OLDER, demo};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Map, Value, json};

type Answer = Result<Response, Fault>;

pub(super) async fn demo_projects() -> Response {
    answer::json(StatusCode::OK, &json!({ "demo_projects": demo::PROJECTS }))
}

pub(super) async fn versions(call: Call) -> Response {
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
pub(super) async fn no_such_action() -> Fault {
    Fault::no_such_action()
}

pub(super) async fn volumes(State(api): State<Api>, call: Call) -> Answer {
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

pub(super) async fn volume(State(api): State<Api>, call: Call) -> Answer {
    let record = api.store.volume(call.project, &call.id)?;
    Ok(answer(StatusCode::OK, &json!({ "volume": volume_json(&call, record) })))
}

pub(super) async fn snapshots(State(api): State<Api>, call: Call) -> Answer {
    let (volume_id, limit) = (call.param("volume_id"), call.limit()?);
    let Page { rows, count } = api.store.snapshots(call.project, volume_id, limit)?;
    let mut body = json!({ "snapshots": rows });
    if call.is_cloud() {
        insert(&mut body, "count", json!(count));
    }
    Ok(answer(StatusCode::OK, &body))
}

pub(super) async fn create_transfer(
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

pub(super) async fn transfers(State(api): State<Api>, call: Call) -> Answer {
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

pub(super) async fn transfer(State(api): State<Api>, call: Call) -> Answer {
    let transfer = api.store.transfer(call.project, &call.id)?;
    Ok(answer(StatusCode::OK, &json!({ "transfer": transfer_json(&call, transfer, true) })))
}

pub(super) async fn delete_transfer(State(api): State<Api>, call: Call) -> Answer {
    api.store.delete_transfer(call.project, &call.id)?;
    Ok(answer::deleted())
}

pub(super) async fn accept_transfer(
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

pub(super) async fn backups(State(api): State<Api>, call: Call) -> Answer {
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

pub(super) async fn vaults(State(api): State<Api>, call: Call) -> Answer {
    let limit = call.limit()?;
    let of_volumes = call.param("object_type").is_none_or(|kind| kind == "disk");
    let ids = match of_volumes {
        true => api.store.protected(call.project, call.param("resource_ids"), Protection::Vault)?,
        false => Vec::new(),
    };
    Ok(cbr("vaults", ids.iter().map(|id| json!({ "id": id })).collect(), limit))
}

pub(super) async fn policies(State(api): State<Api>, call: Call) -> Answer {
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
