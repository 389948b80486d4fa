//! Transfers (creating, listing, accepting and deleting them) and their keys.

use crate::support::{A, B, SAMPLE, Server, request};
use crate::{keys, transfer, with_version};
use axum::body::Body;
use axum::http::StatusCode;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Sends the API documentation's sample request.
#[tokio::test]
async fn a_created_transfer_has_all_documented_fields() {
    let server = Server::new();
    let response = server.create(SAMPLE, "first volume").await;
    assert_eq!(response.status, StatusCode::ACCEPTED);
    assert_eq!(response.header("Cache-Control"), Some("no-store"));
    assert_eq!(response.header("X-Content-Type-Options"), Some("nosniff"));
    let transfer = &response.json()["transfer"];
    let documented = ["auth_key", "created_at", "id", "links", "name", "volume_id"];
    assert_eq!(keys(transfer), documented);
    assert_eq!(transfer["name"], "first volume");
    assert_eq!(transfer["volume_id"], SAMPLE);

    let key = transfer["auth_key"].as_str().unwrap();
    assert_eq!(key.len(), 16);
    assert!(key.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')), "{key}");
    let time = transfer["created_at"].as_str().unwrap();
    let form: String = time.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    assert_eq!(form, "0000-00-00T00:00:00.000000");
    let id = transfer["id"].as_str().unwrap();
    assert_eq!(
        transfer["links"],
        json!([
            {
                "rel": "self",
                "href": format!("http://127.0.0.1:8776/v2/{A}/os-volume-transfer/{id}"),
            },
            {
                "rel": "bookmark",
                "href": format!("http://127.0.0.1:8776/{A}/os-volume-transfer/{id}"),
            },
        ])
    );

    // Everything but the key can be read again, on both paths.
    let volume = server.get(&format!("/v2/{A}/cloudvolumes/{SAMPLE}")).await.json();
    assert_eq!(volume["volume"]["status"], "awaiting-transfer");
    let shown = server.get(&format!("/v2/{A}/os-volume-transfer/{id}")).await.json();
    assert_eq!(keys(&shown["transfer"]), ["created_at", "id", "links", "name", "volume_id"]);
    assert_eq!(shown["transfer"]["created_at"], transfer["created_at"]);
    let rows = server.get(&format!("/v3/{A}/os-volume-transfer/detail")).await.json();
    assert_eq!(keys(&rows["transfers"][0]), ["created_at", "id", "links", "name", "volume_id"]);
    let rows = server.get(&format!("/v3/{A}/os-volume-transfer")).await.json();
    assert_eq!(rows["transfers"].as_array().unwrap().len(), 1);
    assert_eq!(keys(&rows["transfers"][0]), ["id", "links", "name", "volume_id"]);
    let rows = server.get(&format!("/v3/{A}/os-volume-transfer?name=first+volume")).await.json();
    assert_eq!(rows["transfers"].as_array().unwrap().len(), 1);
    let rows = server.get(&format!("/v3/{A}/os-volume-transfer?name=first")).await.json();
    assert_eq!(rows["transfers"], json!([]));
    let rows = server.get(&format!("/v3/{B}/os-volume-transfer")).await.json();
    assert_eq!(rows["transfers"], json!([]));
}

/// 100 Chinese characters are 300 bytes.
#[tokio::test]
async fn v2_limits_names_in_bytes_and_v3_in_characters() {
    let server = Server::new();
    let name = "卷".repeat(100);
    let response = server.create(SAMPLE, &name).await;
    assert_eq!(response.status, StatusCode::BAD_REQUEST);
    let message = response.json()["badRequest"]["message"].as_str().unwrap().to_owned();
    assert!(message.starts_with("Invalid input for field/attribute name. Value: 卷"), "{message}");
    let body = json!({ "transfer": { "volume_id": SAMPLE, "name": name } }).to_string();
    let response = server.post(&format!("/v3/{A}/os-volume-transfer"), body).await;
    assert_eq!(response.status, StatusCode::ACCEPTED);
}

/// Returns every list for both projects.
async fn all_lists(server: &Server) -> Vec<Value> {
    let mut seen = Vec::new();
    for project in [A, B] {
        for list in ["cloudvolumes", "cloudsnapshots", "os-volume-transfer"] {
            seen.push(server.get(&format!("/v2/{project}/{list}/detail")).await.json());
        }
    }
    seen
}

#[tokio::test]
async fn accepting_moves_the_volume_to_the_other_project() {
    let server = Server::new();
    let (id, key, volume) = transfer(&server, "data-02").await;
    let path = format!("/v2/{B}/os-volume-transfer/{id}/accept");
    let response = server.post(&path, json!({ "accept": { "auth_key": key } }).to_string()).await;
    assert_eq!(response.status, StatusCode::ACCEPTED);
    let record = &response.json()["transfer"];
    assert_eq!(keys(record), ["id", "links", "name", "volume_id"]);
    let href = format!("http://127.0.0.1:8776/v2/{B}/os-volume-transfer/{id}");
    assert_eq!(record["links"][0]["href"], href);

    let seen = server.get(&format!("/v2/{B}/cloudvolumes/{volume}")).await.json();
    assert_eq!(seen["volume"]["status"], "available");
    assert_eq!(seen["volume"]["os-vol-tenant-attr:tenant_id"], B);
    let list = server.get(&format!("/v2/{B}/cloudvolumes/detail")).await.json();
    assert_eq!(list["count"], 7);
    assert_eq!(server.get(&format!("/v2/{A}/cloudvolumes/{volume}")).await.status, 404);
    let list = server.get(&format!("/v2/{A}/cloudvolumes/detail")).await.json();
    assert_eq!(list["count"], 24);
    for project in [A, B] {
        let list = server.get(&format!("/v2/{project}/os-volume-transfer")).await.json();
        assert_eq!(list["transfers"], json!([]));
    }
    // The transfer is gone for both projects, and the new owner can create another one.
    assert_eq!(server.accept(B, &id, &key).await.status, 404);
    assert_eq!(server.delete(A, &id).await.status, 404);
    let body = json!({ "transfer": { "volume_id": volume, "name": "back" } }).to_string();
    let back = server.post(&format!("/v3/{B}/os-volume-transfer"), body).await.json();
    let text = |field: &str| back["transfer"][field].as_str().unwrap();
    assert_eq!(server.accept(A, text("id"), text("auth_key")).await.status, 202);
    assert_eq!(server.volume_named("data-02").await["status"], "available");
}

#[tokio::test]
async fn deleting_makes_the_volume_available_again() {
    let server = Server::new();
    let before = all_lists(&server).await;
    let (id, key, _) = transfer(&server, "data-01").await;
    assert_eq!(server.delete(B, &id).await.status, 404);
    assert_eq!(server.volume_named("data-01").await["status"], "awaiting-transfer");
    let path = format!("/v2/{A}/os-volume-transfer/{id}");
    let response = server.send(request("DELETE", &path).body(Body::empty()).unwrap()).await;
    assert_eq!((response.status, response.bytes.len()), (StatusCode::ACCEPTED, 0));
    assert_eq!(response.header("Openstack-Api-Version"), Some("volume 3.0"));
    let mut after = all_lists(&server).await;
    for (row, old) in after[0]["volumes"]
        .as_array_mut()
        .unwrap()
        .iter_mut()
        .zip(before[0]["volumes"].as_array().unwrap())
    {
        if row["name"] == "data-01" {
            assert_ne!(row["updated_at"], old["updated_at"]);
            row["updated_at"] = old["updated_at"].clone();
        }
    }
    assert_eq!(after, before);
    assert_eq!(server.accept(B, &id, &key).await.status, 404);
    assert_eq!(server.create(SAMPLE, "again").await.status, 202);
}

#[tokio::test]
async fn a_failed_accept_changes_nothing() {
    let server = Server::new();
    let (id, key, _) = transfer(&server, "data-01").await;
    let (large, large_key, _) = transfer(&server, "数据盘-北京-02").await;
    let (huge, huge_key, _) = transfer(&server, "analytics-warehouse").await;
    let before = all_lists(&server).await;
    for wrong in ["", "0123456789abcdef", &format!("{key} "), key.get(1..).unwrap(), &large_key] {
        assert_eq!(server.accept(B, &id, wrong).await.status, 400, "{wrong}");
    }
    for (id, key) in [(large, large_key), (huge, huge_key)] {
        let response = server.accept(B, &id, &key).await;
        assert_eq!(response.status, StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(response.header("Retry-After"), Some("0"));
    }
    assert_eq!(all_lists(&server).await, before);
    assert_eq!(server.accept(B, &id, &key).await.status, 202);
}

#[tokio::test]
async fn error_messages_never_contain_the_key() {
    let server = Server::new();
    let (id, key, _) = transfer(&server, "data-01").await;
    let path = format!("/v3/{A}/os-volume-transfer/{id}/accept");
    for body in [
        json!({ "accept": { "auth_key": key, "x": key } }),
        json!({ "accept": { "auth_key": [key] } }),
        json!({ "accept": { "auth_key": { "key": key } } }),
        json!({ "accept": { "key": key } }),
        json!({ "accept": [key] }),
        json!({ "accept": key }),
        json!({ "accept": { "auth_key": key }, "x": key }),
        json!({ "auth_key": key }),
        json!([key]),
        json!(key),
        json!({ "accept": { "auth_key": format!("{key}{key}") } }),
    ] {
        let response = server.post(&path, body.to_string()).await;
        assert_eq!(response.status, StatusCode::BAD_REQUEST, "{body}");
        let text = String::from_utf8(response.bytes).unwrap();
        assert!(!text.contains(&key), "{body}: {text}");
    }
    let response = server.post(&path, format!("{{{key}")).await;
    assert!(!String::from_utf8(response.bytes).unwrap().contains(&key));
    for key in [json!(1.5), json!(true), json!({}), json!(-1)] {
        let response =
            server.post(&path, json!({ "accept": { "auth_key": key } }).to_string()).await;
        assert_eq!(response.status, StatusCode::BAD_REQUEST);
    }
    assert_eq!(server.accept(A, &id, &key).await.status, 202);
}

#[tokio::test]
async fn each_transfer_has_its_own_key() {
    let server = Server::new();
    let mut keys = BTreeSet::new();
    for name in ["data-01", "data-02", "data-03"] {
        let volume = server.volume_named(name).await;
        let response = server.create(volume["id"].as_str().unwrap(), "n").await.json();
        keys.insert(response["transfer"]["auth_key"].to_string());
    }
    assert_eq!(keys.len(), 3);
}

#[tokio::test]
async fn paginates_transfers_like_evs_and_cinder() {
    let server = Server::new();
    let mut all = Vec::new();
    for name in ["data-01", "data-02", "data-03", "media-cache", "analytics-warehouse"] {
        all.insert(0, transfer(&server, name).await.0);
    }
    let rows = |list: &Value| -> Vec<String> {
        let rows = list["transfers"].as_array().unwrap();
        rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
    };
    // EVS supports `limit` and `offset`, and returns no links.
    for (query, expected) in [
        ("", &all[..]),
        ("?limit=2", &all[..2]),
        ("?limit=2&offset=2", &all[2..4]),
        ("?offset=4", &all[4..]),
        ("?offset=5", &[]),
        ("?limit=2&marker=x", &[]),
    ] {
        let list = server.get(&format!("/v2/{A}/os-volume-transfer/detail{query}")).await.json();
        assert_eq!(rows(&list), expected, "{query}");
        assert_eq!(keys(&list), ["transfers"], "{query}");
    }
    for query in ["offset=-1", "offset=x", "limit=0", "limit=1001"] {
        let response = server.get(&format!("/v2/{A}/os-volume-transfer?{query}")).await;
        assert_eq!(response.status, StatusCode::BAD_REQUEST, "{query}");
    }

    // Cinder also supports a marker, but only on its newer path.
    let get = async |path: &str, query: &str, version: &str| {
        let request = with_version("GET", &format!("/v3/{A}/{path}?{query}"), version);
        server.send(request.body(Body::empty()).unwrap()).await
    };
    let (older, newer) = ("os-volume-transfer", "volume-transfers");
    let oldest_first: Vec<_> = all.iter().rev().cloned().collect();
    assert_eq!(rows(&get(older, "", "3.59").await.json()), oldest_first);
    assert_eq!(rows(&get(newer, "", "3.58").await.json()), oldest_first);
    assert_eq!(rows(&get(newer, "", "3.59").await.json()), all);
    for (path, version) in [(older, "3.59"), (newer, "3.58")] {
        let page = get(path, "limit=2", version).await.json();
        assert_eq!(page, json!({ "transfers": [] }), "{path} {version}");
    }
    for (sort, all) in [("created_at:desc", &all), ("created_at:asc", &oldest_first)] {
        let (mut seen, mut marker) = (Vec::new(), String::new());
        loop {
            let page = get(newer, &format!("limit=2&sort={sort}{marker}"), "3.59").await.json();
            let next = &page["transfers_links"][0]["href"];
            let Some(last) = rows(&page).pop().filter(|_| !next.is_null()) else { break };
            seen.extend(rows(&page));
            marker = format!("&marker={last}");
            let path = format!("/v3/{A}/{older}?limit=2&sort={sort}{marker}");
            assert_eq!(*next, json!(format!("http://127.0.0.1:8776{path}")));
        }
        // The last page is not full, so it has no link.
        assert_eq!(seen, all[..4]);
    }
    let full = get(newer, "limit=5", "3.59").await.json();
    assert_eq!(rows(&full), all);
    assert!(full.get("transfers_links").is_some(), "a full page must have a link");
    // Cinder applies the offset twice.
    assert_eq!(rows(&get(newer, "offset=1", "3.59").await.json()), all[2..]);
    assert_eq!(rows(&get(newer, "offset=1&limit=1", "3.59").await.json()), [] as [String; 0]);
    for (query, status) in [
        ("limit=0", 200),
        ("limit=1001", 200),
        ("limit=-1", 400),
        ("offset=-1", 400),
        ("sort=name", 400),
        ("sort=created_at:up", 400),
        ("marker=11111111-2222-4333-8444-555555555555", 404),
    ] {
        assert_eq!(get(newer, query, "3.59").await.status, status, "{query}");
    }
}
