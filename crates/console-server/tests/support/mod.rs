//! The server under test, and helpers for sending requests to it.
#![allow(dead_code, reason = "no test file uses all of this")]

pub(crate) mod fake;
pub(crate) mod program;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use console_server::page::Source;
use console_server::policy::Origin;
use console_server::sandbox::Options;
use console_server::{Api, Config, app};
use serde_json::Value;
use std::fs;
use std::path::Path;
use tempfile::TempDir;
use tower::ServiceExt;

pub(crate) const A: &str = "dd14c6ac581f40059e27f5320b60bf2f";
pub(crate) const B: &str = "40acc331ac784f34842ba4f08ff2be48";

/// The ID of `data-01`, the volume in the API documentation's sample request.
pub(crate) const SAMPLE: &str = "c86b9af4-151d-4ead-b62c-5fb967af0e37";

pub(crate) struct Server {
    pub(crate) app: Router,
    // Deleted when the server is dropped.
    _page: TempDir,
}

/// A response with its whole body.
pub(crate) struct TestResponse {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl TestResponse {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes)
            .unwrap_or_else(|_| panic!("not JSON: {}", String::from_utf8_lossy(&self.bytes)))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

/// A small page in the format of Trunk's output.
pub(crate) const INDEX: &str = "<!doctype html><html><head>\
    <script type=\"module\" src=\"/theme.js\"></script>\
    <script type=\"module\">import init from '/web-1a2b3c4d5e6f7081.js';init();</script>\
    <style>body{margin:0}</style></head><body></body></html>";

/// Creates a folder with a built page.
pub(crate) fn page() -> TempDir {
    let page = TempDir::new().unwrap();
    for (name, content) in [
        ("index.html", INDEX),
        ("index.html.br", "index as br"),
        ("index.html.gz", "index as gz"),
        ("theme.js", "theme"),
        ("web-1a2b3c4d5e6f7081.js", "glue"),
        ("web-1a2b3c4d5e6f7081_bg.wasm", "\0asm"),
        ("web-1a2b3c4d5e6f7081_bg.wasm.br", "wasm as br"),
        ("style-0123456789abcdef.css", "css"),
        ("data-latest.json", "{}"),
    ] {
        fs::write(page.path().join(name), content).unwrap();
    }
    page
}

impl Server {
    /// A sandbox with an in-memory database.
    pub(crate) fn new() -> Server {
        Server::with(None, Vec::new())
    }

    pub(crate) fn with(data: Option<&Path>, allowed_endpoints: Vec<Origin>) -> Server {
        let data = data.map(ToOwned::to_owned);
        Server::of(Api::Sandbox(Options { data, ..Options::default() }), allowed_endpoints)
    }

    pub(crate) fn of(api: Api, allowed_endpoints: Vec<Origin>) -> Server {
        Server::configured(api, |config| config.policy.allowed_endpoints = allowed_endpoints)
    }

    pub(crate) fn configured(api: Api, change: impl FnOnce(&mut Config)) -> Server {
        let page = page();
        let mut config = Config::new(Source::Folder(page.path().to_owned()), api);
        change(&mut config);
        Server { app: app(&config).unwrap(), _page: page }
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> TestResponse {
        let response = self.app.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap().to_vec();
        TestResponse { status: parts.status, headers: parts.headers, bytes }
    }

    pub(crate) async fn get(&self, path: &str) -> TestResponse {
        self.send(request("GET", path).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn post(&self, path: &str, body: impl Into<Body>) -> TestResponse {
        let request = request("POST", path).header(header::CONTENT_TYPE, "application/json");
        self.send(request.body(body.into()).unwrap()).await
    }

    /// Creates a transfer on `/v2` as project A.
    pub(crate) async fn create(&self, volume_id: &str, name: &str) -> TestResponse {
        let body = serde_json::json!({ "transfer": { "volume_id": volume_id, "name": name } });
        self.post(&format!("/v2/{A}/os-volume-transfer"), body.to_string()).await
    }

    /// Accepts a transfer on `/v3`.
    pub(crate) async fn accept(&self, project: &str, id: &str, key: &str) -> TestResponse {
        let body = serde_json::json!({ "accept": { "auth_key": key } });
        let path = format!("/v3/{project}/os-volume-transfer/{id}/accept");
        self.post(&path, body.to_string()).await
    }

    pub(crate) async fn delete(&self, project: &str, id: &str) -> TestResponse {
        let path = format!("/v3/{project}/os-volume-transfer/{id}");
        self.send(request("DELETE", &path).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn volume_named(&self, name: &str) -> Value {
        let list = self.get(&format!("/v2/{A}/cloudvolumes/detail")).await.json();
        let mut volumes = list["volumes"].as_array().unwrap().clone();
        volumes.retain(|volume| volume["name"] == name);
        assert_eq!(volumes.len(), 1, "volumes named {name}");
        volumes.remove(0)
    }
}

/// Returns a request with the token of the project in its path.
pub(crate) fn request(method: &str, path: &str) -> axum::http::request::Builder {
    let token = if path.contains(B) { "demo-token-b" } else { "demo-token-a" };
    Request::builder()
        .method(method)
        .uri(path)
        .header(header::HOST, "127.0.0.1:8776")
        .header("X-Auth-Token", token)
}
