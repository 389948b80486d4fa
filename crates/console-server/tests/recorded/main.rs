//! Compares the sandbox with recorded responses from a real Cinder.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod recording;
#[path = "../support/mod.rs"]
mod support;

use axum::body::Body;
use recording::{check, check_rejected, check_volume, check_with, load, localize_with, replay};
use serde_json::{Value, json};
use support::{A, B, SAMPLE, Server, TestResponse};

#[tokio::test]
async fn validates_names_like_cinder() {
    let different = [44, 46, 49, 51, 63];
    for number in (29..=65).filter(|number| !different.contains(number)) {
        check(&format!("noauth-{number:03}-")).await;
    }
    for (number, value) in [(44, "5"), (46, "True"), (49, "['a']"), (51, "1.5")] {
        let message = format!(
            "Invalid input for field/attribute name. Value: {value}. \
             {value} is not valid under any of the given schemas"
        );
        check_rejected(&format!("noauth-{number:03}-"), &message).await;
    }
    check_rejected("noauth-063-", "Malformed request body").await;
}

#[tokio::test]
async fn validates_volume_ids_bodies_and_content_types_like_cinder() {
    let different = [90, 93];
    for number in (66..=101).filter(|number| !different.contains(number)) {
        check(&format!("noauth-{number:03}-")).await;
    }
    for number in different {
        check_rejected(&format!("noauth-{number:03}-"), "Malformed request body").await;
    }
}

#[tokio::test]
async fn filters_lists_like_cinder() {
    for number in [148, 150, 151, 152] {
        let recorded = load(&format!("noauth-{number}-"));
        let server = Server::new();
        assert_eq!(server.create(SAMPLE, "filtered out").await.status, 202);
        let response = replay(&server, &recorded, &[]).await;
        assert_eq!(response.status, recorded.status, "{}", recorded.file);
        let expected: Value = serde_json::from_slice(&recorded.body).unwrap();
        assert_eq!(response.json(), expected, "{}", recorded.file);
    }
}

/// Creates a transfer in project A. Returns its ID and key.
async fn transfer(server: &Server, volume_id: &str, name: &str) -> (String, String) {
    let record = server.create(volume_id, name).await.json()["transfer"].take();
    let text = |field: &str| record[field].as_str().unwrap().to_owned();
    (text("id"), text("auth_key"))
}

#[tokio::test]
async fn accepts_a_transfer_like_cinder() {
    let server = Server::new();
    let (id, key) = transfer(&server, SAMPLE, "first").await;
    // A key that contains no letters is the same in upper case.
    let upper = if key == key.to_uppercase() { "X".repeat(16) } else { key.to_uppercase() };
    let pairs = [
        ("53dc4d4c-463c-4adf-9541-895d1074ec94", id.as_str()),
        ("8cfdc14f-c032-4c83-a0d2-ad9b9ba12c1e", SAMPLE),
        // The sandbox redacts everything that may be a key.
        ("'auth_key': 'd375b6cd619166b4', 'x': 1", "'auth_key': '***', 'x': '***'"),
        ("d375b6cd619166b4", &key),
        ("D375B6CD619166B4", &upper),
    ];
    check_with(&server, "noauth-005-", &pairs).await;
    let before = server.volume_named("data-01").await;
    for number in 9..=18 {
        check_with(&server, &format!("noauth-{number:03}-"), &pairs).await;
    }
    assert_eq!(server.volume_named("data-01").await, before);
    for number in [19, 20] {
        check_with(&server, &format!("noauth-{number:03}-"), &pairs).await;
    }
    check_volume(&server, "noauth-021-", &pairs).await;
    check_with(&server, "noauth-022-", &pairs).await;
}

#[tokio::test]
async fn deletes_a_transfer_like_cinder() {
    let server = Server::new();
    let (id, _) = transfer(&server, SAMPLE, "n").await;
    let pairs = [("1d5ee035-b634-4dac-8845-f8c2e967d75d", id.as_str())];
    check_with(&server, "noauth-023-", &pairs).await;
    check_volume(&server, "noauth-024-", &pairs).await;
    for number in [25, 26, 27] {
        check_with(&server, &format!("noauth-{number:03}-"), &pairs).await;
    }
    // The volume is available again, and its own project may accept it.
    let (id, key) = transfer(&server, SAMPLE, "self").await;
    let pairs = [("58a101b0-ac3e-4178-81c5-85d4c14ce8ad", id.as_str()), ("6efab69d69a0f2e5", &key)];
    check_with(&server, "noauth-028-", &pairs).await;
    check_volume(&server, "noauth-024-", &[]).await;
}

#[tokio::test]
async fn another_project_may_accept_but_not_delete() {
    let server = Server::new();
    let (id, key) = transfer(&server, SAMPLE, "n").await;
    let pairs = [
        ("098271c4-bd6e-425c-97ec-8106b589eb41", id.as_str()),
        ("05c7cf45-5333-4d78-aece-5df469c86976", SAMPLE),
        ("f5524755d834f737", &key),
    ];
    for start in ["keystone-008-", "keystone-010-", "keystone-011-"] {
        check_with(&server, start, &pairs).await;
    }
}

#[tokio::test]
async fn enforces_quotas_like_cinder() {
    let server = Server::new();
    let of = async |name: &str| {
        let id = server.volume_named(name).await["id"].as_str().unwrap().to_owned();
        transfer(&server, &id, "n").await
    };
    const CAROL: &str = "feaadd34dbe851f182f95050c52b5392";

    let (id, key) = of("analytics-warehouse").await;
    let pairs = [
        (CAROL, B),
        ("9733dd3c-0e04-418f-b17f-b242a2d97c08", id.as_str()),
        ("acb74430b0f24601", &key),
        ("size 2G", "size 2048G"),
        ("limit 1G", "limit 2000G"),
    ];
    check_with(&server, "noauth-123-", &pairs).await;

    let (id, key) = of("数据盘-北京-02").await;
    let pairs = [
        (CAROL, B),
        ("bcab5ea3-8016-4071-b7be-917056ff1126", id.as_str()),
        ("7696311344781a89", &key),
        ("Requested 1G", "Requested 1024G"),
        ("is 0G and 0G", "is 3000G and 2410G"),
    ];
    check_with(&server, "noauth-122-", &pairs).await;
    for name in ["data-01", "data-02", "<img src=x onerror=alert(1)>", "media-cache"] {
        let (id, key) = of(name).await;
        assert_eq!(server.accept(B, &id, &key).await.status, 202, "{name}");
    }
    // If both quotas are exceeded, the message is about gigabytes.
    let pairs = [&pairs[..4], &[("is 0G and 0G", "is 3000G and 2870G")]].concat();
    check_with(&server, "noauth-122-", &pairs).await;
    // B's own volume is so small that it exceeds only the quota on the number of volumes.
    let body = r#"{"transfer":{"volume_id":"c36f7339-e28c-43a1-8a28-9bee365640e4"}}"#;
    let created = server.post(&format!("/v3/{B}/os-volume-transfer"), body).await.json();
    let text = |field: &str| created["transfer"][field].as_str().unwrap();
    let pairs = [
        (CAROL, B),
        ("bcab5ea3-8016-4071-b7be-917056ff1126", text("id")),
        ("7696311344781a89", text("auth_key")),
        ("allowed (0)", "allowed (10)"),
    ];
    check_with(&server, "noauth-121-", &pairs).await;
}

/// No request can set this status, so the test sets it in the database.
#[tokio::test]
async fn does_not_touch_a_volume_whose_status_has_changed() {
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("sandbox.db");
    let server = Server::with(Some(&file), vec![]);
    let (id, key) = transfer(&server, SAMPLE, "n").await;
    let changed = rusqlite::Connection::open(&file)
        .unwrap()
        .execute("UPDATE volumes SET status = 'maintenance' WHERE id = ?1", [SAMPLE])
        .unwrap();
    assert_eq!(changed, 1);
    let pairs = [
        ("9733dd3c-0e04-418f-b17f-b242a2d97c08", id.as_str()),
        ("c6bea015-ef68-4fe4-985c-082a4cc99852", SAMPLE),
        ("acb74430b0f24601", &key),
    ];
    for start in ["noauth-124-", "noauth-126-"] {
        check_with(&server, start, &pairs).await;
    }
    check_volume(&server, "noauth-127-", &pairs).await;
}

#[tokio::test]
async fn negotiates_microversions_like_cinder() {
    for number in 128..=147 {
        check(&format!("noauth-{number}-")).await;
    }
}

#[tokio::test]
async fn lists_transfers_like_cinder() {
    let server = Server::new();
    let mut created = Vec::new();
    for (name, volume) in [("list-0", "data-02"), ("list-1", "data-03"), ("list-2", "data-01")] {
        let volume = server.volume_named(volume).await["id"].as_str().unwrap().to_owned();
        let id = server.create(&volume, name).await.json()["transfer"]["id"].clone();
        created.push((id.as_str().unwrap().to_owned(), volume));
    }
    let pairs = [
        ("59240bbd-4060-412e-bdbf-a24669611d76", created[1].0.as_str()),
        ("a7a4351a-07d9-4d49-a78d-d4362d7e9f47", &created[1].1),
        ("6efdc5a9-2e35-4af3-9c99-840cddbf55e3", &created[2].0),
        ("45532d9f-41ac-459e-b91b-154024cf6dc2", &created[2].1),
        // Both forms of a colon are valid in a query.
        ("%3A", ":"),
    ];
    for start in ["noauth-149-", "noauth-153-", "noauth-154-"] {
        let recorded = load(start);
        let response = replay(&server, &recorded, &pairs).await;
        let mut expected: Value =
            serde_json::from_slice(&localize_with(&pairs, &recorded.body)).unwrap();
        let mut got = response.json();
        for body in [&mut expected, &mut got] {
            for row in body["transfers"].as_array_mut().unwrap() {
                let time = row.get_mut("created_at").unwrap().take();
                assert_eq!(time.as_str().unwrap().len(), 26);
            }
        }
        assert_eq!(got, expected, "{start}");
        let version = recorded.headers.iter().find(|(name, _)| name == "Openstack-Api-Version");
        assert_eq!(response.header("Openstack-Api-Version"), version.map(|(_, v)| v.as_str()));
    }
}

#[tokio::test]
async fn rejects_unknown_urls_like_cinder() {
    for number in [164, 165, 167, 169, 170] {
        check(&format!("noauth-{number}-")).await;
    }
}

#[tokio::test]
async fn rejects_missing_unknown_and_other_projects_tokens_like_openstack() {
    let server = Server::new();
    for (start, token) in [("keystone-001-", None), ("keystone-002-", Some("nope"))] {
        let recorded = load(start);
        let mut request = axum::http::Request::post(format!("/v3/{A}/os-volume-transfer"));
        if let Some(token) = token {
            request = request.header("X-Auth-Token", token);
        }
        let response = server.send(request.body(Body::from("{")).unwrap()).await;
        assert_eq!(response.status, recorded.status, "{start}");
        assert_eq!(response.json(), serde_json::from_slice::<Value>(&recorded.body).unwrap());
        assert!(response.header("Www-Authenticate").unwrap().starts_with("Keystone uri="));
        assert!(response.header("X-Openstack-Request-Id").is_some());
        assert_eq!(response.header("X-Compute-Request-Id"), None);
    }
    let recorded = load("keystone-004-");
    for (method, path) in [
        ("POST", format!("/v3/{A}/os-volume-transfer")),
        ("GET", format!("/v3/{A}/os-volume-transfer")),
        ("GET", format!("/v2/{A}/cloudvolumes/{SAMPLE}")),
    ] {
        let request = axum::http::Request::builder()
            .method(method)
            .uri(&path)
            .header("X-Auth-Token", "demo-token-b")
            .header("Content-Type", "application/json");
        let response = server.send(request.body(Body::from("{}")).unwrap()).await;
        assert_eq!(response.status, recorded.status, "{method} {path}");
        assert_eq!(response.json(), serde_json::from_slice::<Value>(&recorded.body).unwrap());
    }
}

/// The status is 404, not 403.
#[tokio::test]
async fn hides_volumes_and_transfers_of_other_projects() {
    let server = Server::new();
    let created = server.create(SAMPLE, "n").await.json();
    let id = created["transfer"]["id"].as_str().unwrap();

    let body = json!({ "transfer": { "volume_id": SAMPLE, "name": "n" } });
    let response = server.post(&format!("/v3/{B}/os-volume-transfer"), body.to_string()).await;
    let of_volume = load("keystone-003-");
    assert_eq!(response.status, of_volume.status);
    let text = String::from_utf8(of_volume.body).unwrap();
    let text = text.replace("05c7cf45-5333-4d78-aece-5df469c86976", SAMPLE);
    assert_eq!(response.json(), serde_json::from_str::<Value>(&text).unwrap());

    let response = server.get(&format!("/v3/{B}/os-volume-transfer/{id}")).await;
    let of_transfer = load("keystone-007-");
    assert_eq!(response.status, of_transfer.status);
    let text = String::from_utf8(of_transfer.body).unwrap();
    let text = text.replace("098271c4-bd6e-425c-97ec-8106b589eb41", id);
    assert_eq!(response.json(), serde_json::from_str::<Value>(&text).unwrap());
}

#[tokio::test]
async fn reports_errors_in_cinders_order() {
    let server = Server::new();
    let path = format!("/v3/{A}/os-volume-transfer");
    let huge = "x".repeat(114_689);
    let send = |token: &'static str, kind: &'static str, body: &str| {
        let request = axum::http::Request::post(&path)
            .header("X-Auth-Token", token)
            .header("Content-Type", kind)
            .header("Content-Length", body.len());
        server.send(request.body(Body::from(body.to_owned())).unwrap())
    };
    // The order is size, token, content type, JSON, URL, schema, volume.
    assert_eq!(send("nope", "text/plain", &huge).await.status, 413);
    assert_eq!(send("nope", "text/plain", "{").await.status, 401);
    assert_eq!(send("demo-token-b", "text/plain", "{").await.status, 415);
    let message = |response: TestResponse| response.json()["badRequest"]["message"].clone();
    let json = "application/json";
    assert_eq!(message(send("demo-token-b", json, "{").await), "Malformed request body");
    assert_eq!(message(send("demo-token-b", json, "{}").await), "Malformed request url");
    let schema = message(send("demo-token-a", json, "{}").await);
    assert_eq!(schema, "'transfer' is a required property");
}
