//! Recordings of a real Cinder: loaded from files, replayed against the sandbox, and compared.

use crate::support::{A, B, SAMPLE, Server, TestResponse, request};
use axum::body::Body;
use serde_json::{Value, json};
use std::fs;
use std::path::PathBuf;

/// A recorded request and Cinder's response.
pub(crate) struct Recording {
    pub(crate) file: String,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) request_headers: Vec<(String, String)>,
    pub(crate) request_body: Vec<u8>,
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// Loads the recording whose file name starts with `start`.
pub(crate) fn load(start: &str) -> Recording {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/cinder");
    let file = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.file_name().unwrap().to_str().unwrap().starts_with(start))
        .unwrap_or_else(|| panic!("no recording starts with {start}"));
    let text = fs::read(&file).unwrap();
    let separator = b"\n------------------------ response ------------------------\n";
    let at = text.windows(separator.len()).position(|window| window == separator).unwrap();
    let (line, request_headers, request_body) = message(&text[..at]);
    let mut words = line.split(' ').map(ToOwned::to_owned);
    let (method, path) = (words.next().unwrap(), words.next().unwrap());
    let (line, headers, body) = message(&text[at + separator.len()..]);
    Recording {
        file: file.file_name().unwrap().to_str().unwrap().to_owned(),
        method,
        path,
        request_headers,
        request_body,
        status: line.split(' ').nth(1).unwrap().parse().unwrap(),
        headers,
        body,
    }
}

fn message(text: &[u8]) -> (String, Vec<(String, String)>, Vec<u8>) {
    let at = text.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
    let head = String::from_utf8(text[..at].to_vec()).unwrap();
    let mut lines = head.lines();
    let first = lines.next().unwrap().to_owned();
    let headers = lines.map(|line| line.split_once(": ").unwrap());
    let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let body = &text[at + 4..];
    (first, headers, body.strip_suffix(b"\n").unwrap_or(body).to_vec())
}

// The IDs in the recordings: the main project, another one, and the volume that is used most.
const PROJECT: &str = "dc61c0335ea35342908a081f674e8f1f";
const OTHER_PROJECT: &str = "8d7e512a563957a782cde14a51c121fd";
const VOLUME: &str = "484a2b3f-caa3-44a8-9420-321a8d695be7";

/// Replaces a recording's IDs with the sandbox's.
fn localize(text: &[u8]) -> Vec<u8> {
    let (undashed, upper) = (VOLUME.replace('-', ""), VOLUME.to_uppercase());
    let (sample_undashed, sample_upper) = (SAMPLE.replace('-', ""), SAMPLE.to_uppercase());
    [
        (PROJECT, A),
        (OTHER_PROJECT, B),
        (VOLUME, SAMPLE),
        (&undashed, &sample_undashed),
        (&upper, &sample_upper),
    ]
    .into_iter()
    .fold(text.to_vec(), |text, (from, to)| replace(&text, from.as_bytes(), to.as_bytes()))
}

/// Replaces all occurrences. Works on bytes, because some recorded bodies aren't UTF-8.
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

pub(crate) type Pairs<'a> = &'a [(&'a str, &'a str)];

/// Replaces the first string of each pair with the second, and then replaces the IDs.
pub(crate) fn localize_with(pairs: Pairs, text: &[u8]) -> Vec<u8> {
    let text = pairs
        .iter()
        .fold(text.to_vec(), |text, (from, to)| replace(&text, from.as_bytes(), to.as_bytes()));
    localize(&text)
}

/// Sends a recorded request to the sandbox.
pub(crate) async fn replay(
    server: &Server,
    recorded: &Recording,
    pairs: Pairs<'_>,
) -> TestResponse {
    let path = String::from_utf8(localize_with(pairs, recorded.path.as_bytes())).unwrap();
    let mut request = request(&recorded.method, &path);
    for (name, value) in &recorded.request_headers {
        if matches!(name.as_str(), "Content-Type" | "OpenStack-API-Version")
            || (name == "Content-Length" && pairs.is_empty())
        {
            request = request.header(name, value);
        }
    }
    let body = localize_with(pairs, &recorded.request_body);
    server.send(request.body(Body::from(body)).unwrap()).await
}

/// Replaces the ID, time and key of a created transfer, which differ each time.
fn normalize(mut body: Value) -> Value {
    if let Some(transfer) =
        body.get_mut("transfer").filter(|record| record.get("auth_key").is_some())
    {
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

/// Checks that a new sandbox responds as recorded.
pub(crate) async fn check(start: &str) {
    check_with(&Server::new(), start, &[]).await;
}

/// Checks that the sandbox responds as recorded, after applying the replacements in `pairs` to the
/// recording.
pub(crate) async fn check_with(server: &Server, start: &str, pairs: Pairs<'_>) {
    let recorded = load(start);
    let response = replay(server, &recorded, pairs).await;
    let file = &recorded.file;
    assert_eq!(response.status, recorded.status, "{file}: {:?}", response.bytes);
    match recorded.body.as_slice() {
        b"" => assert_eq!(response.bytes, b"", "{file}"),
        body => {
            let expected = serde_json::from_slice(&localize_with(pairs, body)).unwrap();
            assert_eq!(normalize(response.json()), normalize(expected), "{file}");
        }
    }
    for name in
        ["Content-Type", "Openstack-Api-Version", "Retry-After", "Vary", "X-Compute-Request-Id"]
    {
        let expected = recorded.headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str());
        let got = response.header(name);
        match name {
            "X-Compute-Request-Id" => assert_eq!(got.is_some(), expected.is_some(), "{file}"),
            _ => assert_eq!(got, expected, "{file}: {name}"),
        }
    }
    assert!(response.header("X-Openstack-Request-Id").unwrap().starts_with("req-"), "{file}");
}

/// Checks that the sandbox responds with a 400 where Cinder fails with a 500. After a 500, clients
/// would have to treat the outcome as unknown.
pub(crate) async fn check_rejected(start: &str, message: &str) {
    let recorded = load(start);
    let response = replay(&Server::new(), &recorded, &[]).await;
    assert_eq!(recorded.status, 500, "{}", recorded.file);
    assert_eq!(response.status, 400, "{}", recorded.file);
    let expected = json!({ "badRequest": { "code": 400, "message": message } });
    assert_eq!(response.json(), expected, "{}", recorded.file);
}

/// Checks that a volume has the recorded owner, status and links.
pub(crate) async fn check_volume(server: &Server, start: &str, pairs: Pairs<'_>) {
    let recorded = load(start);
    let got = replay(server, &recorded, pairs).await.json();
    let expected: Value = serde_json::from_slice(&localize_with(pairs, &recorded.body)).unwrap();
    for field in ["id", "status", "os-vol-tenant-attr:tenant_id", "links"] {
        assert_eq!(got["volume"][field], expected["volume"][field], "{start}: {field}");
    }
    let times = ["created_at", "updated_at"].map(|field| got["volume"][field].to_string());
    assert!(times.is_sorted(), "{times:?}");
}
