//! Paths, methods and bodies, which are checked before any volume or transfer.

use crate::support::{A, B, SAMPLE, Server, TestResponse, request};
use axum::body::Body;
use axum::http::{StatusCode, header};
use futures_util::stream;
use serde_json::json;
use std::io;

/// The order is the same as for create requests: the body's syntax, the URL, the schema, and the
/// transfer.
#[tokio::test]
async fn accepting_reports_errors_in_cinders_order() {
    let server = Server::new();
    let send = |kind: &'static str, token: &'static str, body: &'static str| {
        let path = format!("/v3/{A}/os-volume-transfer/nothing/accept");
        let request = axum::http::Request::post(path)
            .header("X-Auth-Token", token)
            .header(header::CONTENT_TYPE, kind);
        server.send(request.body(Body::from(body)).unwrap())
    };
    let message = |response: TestResponse| response.json()["badRequest"]["message"].clone();
    assert_eq!(send("text/plain", "demo-token-b", "{").await.status, 415);
    let json = "application/json";
    assert_eq!(message(send(json, "demo-token-b", "{").await), "Malformed request body");
    assert_eq!(message(send(json, "demo-token-b", "{}").await), "Malformed request url");
    let schema = message(send(json, "demo-token-a", "{}").await);
    assert_eq!(schema, "'accept' is a required property");
    let body = r#"{"accept": {"auth_key": 1}}"#;
    assert_eq!(send(json, "demo-token-a", body).await.status, 404);
}

/// The token identifies the project.
#[tokio::test]
async fn a_path_may_omit_the_project() {
    let server = Server::new();
    let body = json!({ "transfer": { "volume_id": SAMPLE } });
    let created = server.post("/v3/volume-transfers", body.to_string()).await;
    assert_eq!(created.status, StatusCode::ACCEPTED);
    let created = created.json()["transfer"].take();
    let id = created["id"].as_str().unwrap();
    let links = [format!("/v3/os-volume-transfer/{id}"), format!("/os-volume-transfer/{id}")];
    for (link, path) in created["links"].as_array().unwrap().iter().zip(links) {
        assert_eq!(link["href"], format!("http://127.0.0.1:8776{path}"));
    }
    for path in ["/v3/os-volume-transfer", "/v3/volume-transfers/detail"] {
        assert_eq!(server.get(path).await.json()["transfers"][0]["id"], id, "{path}");
    }
    let volume = server.get(&format!("/v3/volumes/{SAMPLE}")).await.json();
    assert_eq!(volume["volume"]["status"], "awaiting-transfer");
    // EVS does not document this.
    assert_eq!(server.get("/v2/os-volume-transfer").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn handles_unusual_methods_like_cinders_router() {
    let server = Server::new();
    let list = format!("/v3/{A}/os-volume-transfer");
    let record = format!("{list}/nothing");
    for (method, path, status, kind) in [
        ("HEAD", &list, 404, Some("text/html; charset=UTF-8")),
        ("OPTIONS", &list, 200, None),
        ("PUT", &list, 404, Some("application/json")),
        ("PUT", &record, 404, Some("application/json")),
        ("PATCH", &record, 404, Some("application/json")),
    ] {
        let response = server.send(request(method, path).body(Body::empty()).unwrap()).await;
        assert_eq!(response.status, status, "{method} {path}");
        assert_eq!(response.header("Content-Type"), kind, "{method} {path}");
        assert!(response.header("X-Openstack-Request-Id").is_some(), "{method} {path}");
        let routed = response.header("Openstack-Api-Version").is_some();
        assert_eq!(routed, method == "PUT" && *path == record, "{method} {path}");
    }
    let preflight = axum::http::Request::options(&list).body(Body::empty()).unwrap();
    assert_eq!(server.send(preflight).await.status, StatusCode::OK, "a preflight has no token");
}

/// The size limit also applies without a `Content-Length`.
#[tokio::test]
async fn rejects_bodies_that_are_too_large_too_slow_or_incomplete() {
    let server = Server::new();
    let post = |body: Body| {
        let request = request("POST", &format!("/v2/{A}/os-volume-transfer"))
            .header(header::CONTENT_TYPE, "application/json; charset=utf-8");
        server.send(request.body(body).unwrap())
    };
    let chunk = || Ok::<_, io::Error>(vec![b' '; 1000]);
    let large = Body::from_stream(stream::iter((0..115).map(move |_| chunk())));
    let response = post(large).await;
    assert_eq!(response.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(response.json()["code"], "413 Request Entity Too Large");
    assert_eq!(response.json()["message"], "Request is too large.<br /><br />\n\n\n");
    let at_the_limit = post(Body::from(vec![b' '; 114_688])).await;
    assert_eq!(at_the_limit.status, StatusCode::BAD_REQUEST);

    let broken = Body::from_stream(stream::iter([chunk(), Err(io::Error::other("gone"))]));
    assert_eq!(post(broken).await.status, StatusCode::BAD_REQUEST);

    tokio::time::pause();
    let slow = Body::from_stream(stream::pending::<Result<Vec<u8>, io::Error>>());
    assert_eq!(post(slow).await.status, StatusCode::REQUEST_TIMEOUT);
    assert_eq!(server.create(SAMPLE, "still there").await.status, StatusCode::ACCEPTED);
}

#[tokio::test]
async fn rejects_malformed_paths_and_sql_injection() {
    let server = Server::new();
    for (path, status) in [
        (format!("/v2/{A}/volumes/%ff"), 400),
        (format!("/v2/{A}/volumes/%00"), 404),
        (format!("/v2/{A}/volumes/'%20OR%201=1"), 404),
        (format!("/v2/{A}/volumes/detail?name='%20OR%201=1"), 200),
        (format!("/v2/{A}%2f..%2f{B}/volumes/detail"), 400),
        (format!("/v3/{A}/nothing"), 404),
        ("/v2".to_owned(), 404),
    ] {
        let response = server.get(&path).await;
        assert_eq!(response.status, status, "{path}");
        if status == 200 {
            assert_eq!(response.json(), json!({ "volumes": [] }));
        }
    }
}
