//! The sandbox gives the answers that a real Cinder was recorded to give.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod support;

use axum::body::Body;
use serde_json::{Value, json};
use support::{A, B, Recorded, SAMPLE, Server, recorded, request};

/// The project and the volume of most recordings.
const PROJECT: &str = "dc61c0335ea35342908a081f674e8f1f";
const OTHER_PROJECT: &str = "8d7e512a563957a782cde14a51c121fd";
const VOLUME: &str = "484a2b3f-caa3-44a8-9420-321a8d695be7";

/// A recording's text with the sandbox's ids in the place of its own.
fn here(text: &[u8]) -> Vec<u8> {
    let (dashed, upper) = (VOLUME.replace('-', ""), VOLUME.to_uppercase());
    let (sample_dashed, sample_upper) = (SAMPLE.replace('-', ""), SAMPLE.to_uppercase());
    [
        (PROJECT, A),
        (OTHER_PROJECT, B),
        (VOLUME, SAMPLE),
        (&dashed, &sample_dashed),
        (&upper, &sample_upper),
    ]
    .into_iter()
    .fold(text.to_vec(), |text, (from, to)| replace(&text, from.as_bytes(), to.as_bytes()))
}

/// Bytes, since some recorded bodies are no UTF-8.
fn replace(mut text: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut replaced = Vec::new();
    while let Some(at) = text.windows(from.len()).position(|window| window == from) {
        replaced.extend_from_slice(&text[..at]);
        replaced.extend_from_slice(to);
        text = &text[at + from.len()..];
    }
    replaced.extend_from_slice(text);
    replaced
}

async fn play(server: &Server, recorded: &Recorded) -> support::Answer {
    let path = String::from_utf8(here(recorded.path.as_bytes())).unwrap();
    let mut request = request(&recorded.method, &path);
    for (name, value) in &recorded.request_headers {
        if name == "Content-Type" || name == "Content-Length" {
            request = request.header(name, value);
        }
    }
    let body = here(&recorded.request_body);
    server.send(request.body(Body::from(body)).unwrap()).await
}

/// What differs from one answer to the next: ids, times and keys.
fn blur(mut body: Value) -> Value {
    if let Some(transfer) = body.get_mut("transfer") {
        let id = transfer["id"].as_str().unwrap().to_owned();
        assert_eq!(transfer["created_at"].as_str().unwrap().len(), 26);
        assert_eq!(transfer["auth_key"].as_str().unwrap().len(), 16);
        transfer["id"] = json!("ID");
        transfer["created_at"] = json!("TIME");
        transfer["auth_key"] = json!("KEY");
        for link in transfer["links"].as_array_mut().unwrap() {
            link["href"] = json!(link["href"].as_str().unwrap().replace(&id, "ID"));
        }
    }
    body
}

async fn same_as_recorded(start: &str) {
    let recorded = recorded(start);
    let answer = play(&Server::new(), &recorded).await;
    let file = &recorded.file;
    let expected: Value = serde_json::from_slice(&here(&recorded.body)).unwrap();
    assert_eq!(answer.status, recorded.status, "{file}: {}", answer.json());
    assert_eq!(blur(answer.json()), blur(expected), "{file}");
    for name in ["Content-Type", "Openstack-Api-Version", "Vary", "X-Compute-Request-Id"] {
        let expected = recorded.headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str());
        let got = answer.header(name);
        match name {
            "X-Compute-Request-Id" => assert_eq!(got.is_some(), expected.is_some(), "{file}"),
            _ => assert_eq!(got, expected, "{file}: {name}"),
        }
    }
    assert!(answer.header("X-Openstack-Request-Id").unwrap().starts_with("req-"), "{file}");
}

/// Where Cinder fails with a 500 the sandbox refuses: a 500 would leave a client in doubt.
async fn refused_instead(start: &str, message: &str) {
    let recorded = recorded(start);
    let answer = play(&Server::new(), &recorded).await;
    assert_eq!(recorded.status, 500, "{}", recorded.file);
    assert_eq!(answer.status, 400, "{}", recorded.file);
    let expected = json!({ "badRequest": { "code": 400, "message": message } });
    assert_eq!(answer.json(), expected, "{}", recorded.file);
}

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
        let answer = play(&server, &recorded).await;
        assert_eq!(answer.status, recorded.status, "{}", recorded.file);
        let expected: Value = serde_json::from_slice(&recorded.body).unwrap();
        assert_eq!(answer.json(), expected, "{}", recorded.file);
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
    let message = |answer: support::Answer| answer.json()["badRequest"]["message"].clone();
    let json = "application/json";
    assert_eq!(message(send("demo-token-b", json, "{").await), "Malformed request body");
    assert_eq!(message(send("demo-token-b", json, "{}").await), "Malformed request url");
    let schema = message(send("demo-token-a", json, "{}").await);
    assert_eq!(schema, "'transfer' is a required property");
}
