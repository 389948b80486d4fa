//! Microversions: how they are requested, and the fields that they add.

use crate::support::{A, B, Server, request};
use crate::{keys, with_version};
use axum::body::Body;
use axum::http::{StatusCode, header};
use serde_json::json;

/// Unlike in Cinder, the snapshots still move to the new project.
#[tokio::test]
async fn no_snapshots_allows_transferring_a_volume_with_snapshots() {
    let server = Server::new();
    let volume = server.volume_named("with-snapshots").await["id"].as_str().unwrap().to_owned();
    let create = async |version: &str, no_snapshots: bool| {
        let body = json!({
            "transfer": { "volume_id": volume, "name": "n", "no_snapshots": no_snapshots }
        });
        let request = with_version("POST", &format!("/v3/{A}/volume-transfers"), version);
        server.send(request.body(Body::from(body.to_string())).unwrap()).await
    };
    assert_eq!(create("3.54", true).await.status, 400);
    let older = with_version("POST", &format!("/v3/{A}/os-volume-transfer"), "3.55");
    let body = json!({ "transfer": { "volume_id": volume, "no_snapshots": true } });
    let older = server.send(older.body(Body::from(body.to_string())).unwrap()).await;
    assert_eq!(older.status, 400, "only the newer path supports it");
    assert_eq!(create("3.55", false).await.status, 400);
    let created = create("3.55", true).await;
    assert_eq!(created.status, 202);
    let created = created.json()["transfer"].take();
    let text = |field: &str| created[field].as_str().unwrap();
    assert_eq!(created["no_snapshots"], true);
    let path = format!("/v3/{A}/volume-transfers/{}", text("id"));
    let shown = server.send(with_version("GET", &path, "3.57").body(Body::empty()).unwrap()).await;
    assert_eq!(shown.json()["transfer"]["no_snapshots"], true);
    assert_eq!(shown.json()["transfer"]["source_project_id"], A);
    let shown = server.get(&path).await.json();
    assert_eq!(keys(&shown["transfer"]), ["created_at", "id", "links", "name", "volume_id"]);
    assert_eq!(server.accept(B, text("id"), text("auth_key")).await.status, 202);
    let list = server.get(&format!("/v2/{B}/cloudsnapshots/detail")).await.json();
    assert_eq!(list["count"], 2);
}

#[tokio::test]
async fn v2_ignores_microversions() {
    let server = Server::new();
    for version in ["3.57", "3.72", "abc"] {
        let path = format!("/v2/{A}/os-volume-transfer");
        let request = with_version("GET", &path, version).body(Body::empty()).unwrap();
        let response = server.send(request).await;
        assert_eq!(response.status, StatusCode::OK);
        assert_eq!(response.header("Openstack-Api-Version"), Some("volume 3.0"));
    }
    for path in ["volume-transfers", "backups", "vaults", "policies"] {
        assert_eq!(server.get(&format!("/v2/{A}/{path}")).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn parses_version_headers_and_rejects_invalid_ones() {
    let server = Server::new();
    for (value, status, stated) in [
        ("compute 2.1, volume 3.55", 200, Some("volume 3.55")),
        (" volume   3.71 ", 200, Some("volume 3.71")),
        ("volume 3.100000", 406, Some("volume 3.100000")),
        ("volume 99999999999.0", 406, Some("volume 99999999999.0")),
        ("volume 0.0", 400, None),
        ("volume 3.", 400, None),
        ("volume 3.05", 400, None),
        ("volume 3.+5", 400, None),
        ("volume", 400, None),
        ("3.55", 400, None),
        ("", 400, None),
    ] {
        let request = request("GET", &format!("/v3/{A}/os-volume-transfer"))
            .header("OpenStack-API-Version", value);
        let response = server.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(response.status.as_u16(), status, "{value}");
        assert_eq!(response.header("Openstack-Api-Version"), stated, "{value}");
        assert!(response.header("X-Compute-Request-Id").is_some(), "{value}");
    }
}

/// Clients read this document before they send anything else.
#[tokio::test]
async fn the_version_document_states_the_supported_microversions() {
    let server = Server::new();
    let send = async |method: &str, path: &str, token: &str| {
        let request = axum::http::Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "127.0.0.1:8776")
            .header("X-Auth-Token", token);
        server.send(request.body(Body::empty()).unwrap()).await
    };
    let response = send("GET", "/v3/", "demo-token-b").await;
    assert_eq!(response.status, StatusCode::OK);
    assert_eq!(response.header("Openstack-Api-Version"), Some("volume 3.0"));
    let version = response.json()["versions"][0].take();
    assert_eq!((&version["min_version"], &version["version"]), (&json!("3.0"), &json!("3.71")));
    assert_eq!(version["links"][1]["href"], "http://127.0.0.1:8776/v3/");
    let moved = send("GET", "/v3", "demo-token-b").await;
    assert_eq!(moved.status, StatusCode::FOUND);
    assert_eq!(moved.header("Location"), Some("http://127.0.0.1:8776/v3/"));
    for path in ["/v3/", "/v3"] {
        assert_eq!(send("GET", path, "nope").await.status, StatusCode::UNAUTHORIZED, "{path}");
    }
}
