//! The sandbox gives the answers that a real Cinder was recorded to give.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod recording;
#[path = "../support/mod.rs"]
mod support;

use axum::body::Body;
use recording::{
    here_with, play, recorded, refused_instead, same_as_recorded, same_volume, same_with,
};
use serde_json::{Value, json};
use support::{A, Answer, B, SAMPLE, Server};

#[tokio::test]
async fn names() {
    let different = [44, 46, 49, 51, 63];
    for number in (29..=65).filter(|number| !different.contains(number)) {
        same_as_recorded(&format!("noauth-{number:03}-")).await;
    }
    for (number, value) in [(44, "5"), (46, "True"), (49, "['a']"), (51, "1.5")] {
        let message = format!(
            "Invalid input for field/attribute name. Value: {value}. \
             {value} is not valid under any of the given schemas"
        );
        refused_instead(&format!("noauth-{number:03}-"), &message).await;
    }
    refused_instead("noauth-063-", "Malformed request body").await;
}

#[tokio::test]
async fn volume_ids_bodies_and_content_types() {
    let different = [90, 93];
    for number in (66..=101).filter(|number| !different.contains(number)) {
        same_as_recorded(&format!("noauth-{number:03}-")).await;
    }
    for number in different {
        refused_instead(&format!("noauth-{number:03}-"), "Malformed request body").await;
    }
}

#[tokio::test]
async fn lists() {
    for number in [148, 150, 151, 152] {
        let recorded = recorded(&format!("noauth-{number}-"));
        let server = Server::new();
        assert_eq!(server.create(SAMPLE, "a row to be filtered out").await.status, 202);
        let answer = play(&server, &recorded, &[]).await;
        assert_eq!(answer.status, recorded.status, "{}", recorded.file);
        let expected: Value = serde_json::from_slice(&recorded.body).unwrap();
        assert_eq!(answer.json(), expected, "{}", recorded.file);
    }
}

/// The id and the key of a new transfer of A.
async fn transfer(server: &Server, volume_id: &str, name: &str) -> (String, String) {
    let record = server.create(volume_id, name).await.json()["transfer"].take();
    let text = |field: &str| record[field].as_str().unwrap().to_owned();
    (text("id"), text("auth_key"))
}

/// A transfer is listed, not accepted for many reasons, accepted, and gone.
#[tokio::test]
async fn accept() {
    let server = Server::new();
    let (id, key) = transfer(&server, SAMPLE, "first").await;
    // A key without letters is the same in upper case.
    let upper = if key == key.to_uppercase() { "X".repeat(16) } else { key.to_uppercase() };
    let pairs = [
        ("53dc4d4c-463c-4adf-9541-895d1074ec94", id.as_str()),
        ("8cfdc14f-c032-4c83-a0d2-ad9b9ba12c1e", SAMPLE),
        // The sandbox shows no key, and so nothing that may be one.
        ("'auth_key': 'd375b6cd619166b4', 'x': 1", "'auth_key': '***', 'x': '***'"),
        ("d375b6cd619166b4", &key),
        ("D375B6CD619166B4", &upper),
    ];
    same_with(&server, "noauth-005-", &pairs).await;
    let before = server.volume_named("data-01").await;
    for number in 9..=18 {
        same_with(&server, &format!("noauth-{number:03}-"), &pairs).await;
    }
    assert_eq!(server.volume_named("data-01").await, before);
    for number in [19, 20] {
        same_with(&server, &format!("noauth-{number:03}-"), &pairs).await;
    }
    same_volume(&server, "noauth-021-", &pairs).await;
    same_with(&server, "noauth-022-", &pairs).await;
}

#[tokio::test]
async fn delete() {
    let server = Server::new();
    let (id, _) = transfer(&server, SAMPLE, "n").await;
    let pairs = [("1d5ee035-b634-4dac-8845-f8c2e967d75d", id.as_str())];
    same_with(&server, "noauth-023-", &pairs).await;
    same_volume(&server, "noauth-024-", &pairs).await;
    for number in [25, 26, 27] {
        same_with(&server, &format!("noauth-{number:03}-"), &pairs).await;
    }
    // The volume is free again, even for the project that it is in.
    let (id, key) = transfer(&server, SAMPLE, "self").await;
    let pairs = [("58a101b0-ac3e-4178-81c5-85d4c14ce8ad", id.as_str()), ("6efab69d69a0f2e5", &key)];
    same_with(&server, "noauth-028-", &pairs).await;
    same_volume(&server, "noauth-024-", &[]).await;
}

/// What each of two projects may do with a transfer of the first.
#[tokio::test]
async fn delete_and_accept_as_another_project() {
    let server = Server::new();
    let (id, key) = transfer(&server, SAMPLE, "n").await;
    let pairs = [
        ("098271c4-bd6e-425c-97ec-8106b589eb41", id.as_str()),
        ("05c7cf45-5333-4d78-aece-5df469c86976", SAMPLE),
        ("f5524755d834f737", &key),
    ];
    for start in ["keystone-008-", "keystone-010-", "keystone-011-"] {
        same_with(&server, start, &pairs).await;
    }
}

#[tokio::test]
async fn quotas() {
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
    same_with(&server, "noauth-123-", &pairs).await;

    let (id, key) = of("数据盘-北京-02").await;
    let pairs = [
        (CAROL, B),
        ("bcab5ea3-8016-4071-b7be-917056ff1126", id.as_str()),
        ("7696311344781a89", &key),
        ("Requested 1G", "Requested 1024G"),
        ("is 0G and 0G", "is 3000G and 2410G"),
    ];
    same_with(&server, "noauth-122-", &pairs).await;
    for name in ["data-01", "data-02", "<img src=x onerror=alert(1)>", "media-cache"] {
        let (id, key) = of(name).await;
        assert_eq!(server.accept(B, &id, &key).await.status, 202, "{name}");
    }
    // Where both are exceeded it is the gigabytes that are named.
    let pairs = [&pairs[..4], &[("is 0G and 0G", "is 3000G and 2870G")]].concat();
    same_with(&server, "noauth-122-", &pairs).await;
    // A volume of its own that is small enough.
    let body = r#"{"transfer":{"volume_id":"c36f7339-e28c-43a1-8a28-9bee365640e4"}}"#;
    let made = server.post(&format!("/v3/{B}/os-volume-transfer"), body).await.json();
    let text = |field: &str| made["transfer"][field].as_str().unwrap();
    let pairs = [
        (CAROL, B),
        ("bcab5ea3-8016-4071-b7be-917056ff1126", text("id")),
        ("7696311344781a89", text("auth_key")),
        ("allowed (0)", "allowed (10)"),
    ];
    same_with(&server, "noauth-121-", &pairs).await;
}

/// No request can do this to a volume, so the test does.
#[tokio::test]
async fn a_volume_that_something_else_happened_to() {
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
        same_with(&server, start, &pairs).await;
    }
    same_volume(&server, "noauth-127-", &pairs).await;
}

#[tokio::test]
async fn microversions() {
    for number in 128..=147 {
        same_as_recorded(&format!("noauth-{number}-")).await;
    }
}

#[tokio::test]
async fn lists_with_rows() {
    let server = Server::new();
    let mut made = Vec::new();
    for (name, volume) in [("list-0", "data-02"), ("list-1", "data-03"), ("list-2", "data-01")] {
        let volume = server.volume_named(volume).await["id"].as_str().unwrap().to_owned();
        let id = server.create(&volume, name).await.json()["transfer"]["id"].clone();
        made.push((id.as_str().unwrap().to_owned(), volume));
    }
    let pairs = [
        ("59240bbd-4060-412e-bdbf-a24669611d76", made[1].0.as_str()),
        ("a7a4351a-07d9-4d49-a78d-d4362d7e9f47", &made[1].1),
        ("6efdc5a9-2e35-4af3-9c99-840cddbf55e3", &made[2].0),
        ("45532d9f-41ac-459e-b91b-154024cf6dc2", &made[2].1),
        // A colon need not be encoded there.
        ("%3A", ":"),
    ];
    for start in ["noauth-149-", "noauth-153-", "noauth-154-"] {
        let recorded = recorded(start);
        let answer = play(&server, &recorded, &pairs).await;
        let mut expected: Value =
            serde_json::from_slice(&here_with(&pairs, &recorded.body)).unwrap();
        let mut got = answer.json();
        for body in [&mut expected, &mut got] {
            for row in body["transfers"].as_array_mut().unwrap() {
                let time = row.get_mut("created_at").unwrap().take();
                assert_eq!(time.as_str().unwrap().len(), 26);
            }
        }
        assert_eq!(got, expected, "{start}");
        let version = recorded.headers.iter().find(|(name, _)| name == "Openstack-Api-Version");
        assert_eq!(answer.header("Openstack-Api-Version"), version.map(|(_, v)| v.as_str()));
    }
}

#[tokio::test]
async fn urls() {
    for number in [164, 165, 167, 169, 170] {
        same_as_recorded(&format!("noauth-{number}-")).await;
    }
}

/// The tokens of these recordings are tokens of one project used on another's path.
#[tokio::test]
async fn tokens() {
    let server = Server::new();
    for (start, token) in [("keystone-001-", None), ("keystone-002-", Some("nope"))] {
        let recorded = recorded(start);
        let mut request = axum::http::Request::post(format!("/v3/{A}/os-volume-transfer"));
        if let Some(token) = token {
            request = request.header("X-Auth-Token", token);
        }
        let answer = server.send(request.body(Body::from("{")).unwrap()).await;
        assert_eq!(answer.status, recorded.status, "{start}");
        assert_eq!(answer.json(), serde_json::from_slice::<Value>(&recorded.body).unwrap());
        assert!(answer.header("Www-Authenticate").unwrap().starts_with("Keystone uri="));
        assert!(answer.header("X-Openstack-Request-Id").is_some());
        assert_eq!(answer.header("X-Compute-Request-Id"), None);
    }
    let recorded = recorded("keystone-004-");
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
        let answer = server.send(request.body(Body::from("{}")).unwrap()).await;
        assert_eq!(answer.status, recorded.status, "{method} {path}");
        assert_eq!(answer.json(), serde_json::from_slice::<Value>(&recorded.body).unwrap());
    }
}

/// Another project's volume is not there, rather than forbidden: keystone-003 and 007.
#[tokio::test]
async fn another_project() {
    let server = Server::new();
    let created = server.create(SAMPLE, "n").await.json();
    let id = created["transfer"]["id"].as_str().unwrap();

    let body = json!({ "transfer": { "volume_id": SAMPLE, "name": "n" } });
    let answer = server.post(&format!("/v3/{B}/os-volume-transfer"), body.to_string()).await;
    let of_volume = recorded("keystone-003-");
    assert_eq!(answer.status, of_volume.status);
    let text = String::from_utf8(of_volume.body).unwrap();
    let text = text.replace("05c7cf45-5333-4d78-aece-5df469c86976", SAMPLE);
    assert_eq!(answer.json(), serde_json::from_str::<Value>(&text).unwrap());

    let answer = server.get(&format!("/v3/{B}/os-volume-transfer/{id}")).await;
    let of_transfer = recorded("keystone-007-");
    assert_eq!(answer.status, of_transfer.status);
    let text = String::from_utf8(of_transfer.body).unwrap();
    let text = text.replace("098271c4-bd6e-425c-97ec-8106b589eb41", id);
    assert_eq!(answer.json(), serde_json::from_str::<Value>(&text).unwrap());
}

/// What Cinder does first it also reports first, so several faults at once give one known answer.
#[tokio::test]
async fn order_of_checks() {
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
    // Size, token, content type, JSON, URL, schema, volume.
    assert_eq!(send("nope", "text/plain", &huge).await.status, 413);
    assert_eq!(send("nope", "text/plain", "{").await.status, 401);
    assert_eq!(send("demo-token-b", "text/plain", "{").await.status, 415);
    let message = |answer: Answer| answer.json()["badRequest"]["message"].clone();
    let json = "application/json";
    assert_eq!(message(send("demo-token-b", json, "{").await), "Malformed request body");
    assert_eq!(message(send("demo-token-b", json, "{}").await), "Malformed request url");
    let schema = message(send("demo-token-a", json, "{}").await);
    assert_eq!(schema, "'transfer' is a required property");
}
