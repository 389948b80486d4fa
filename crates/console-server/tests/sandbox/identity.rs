//! Signing in to the sandbox. `conformance/identity_cases.py` compares it with a real Keystone.

use crate::support::program::Program;
use crate::support::{A, B, Server, TestResponse};
use axum::body::Body;
use axum::http::Request;
use console_server::Api;
use console_server::sandbox::Options;
use serde_json::{Value, json};
use std::fs;
use std::time::Duration;
use tempfile::TempDir;

const A2: &str = "5e8f2b7d90c34a16b1d7f0a3e6c94852";
const TOKENS: &str = "/identity/v3/auth/tokens";

fn password(user: &str) -> Value {
    let domain = if user == "bob" { "account-b" } else { "account-a" };
    let user =
        json!({ "name": user, "domain": { "name": domain }, "password": format!("demo-{user}") });
    json!({ "methods": ["password"], "password": { "user": user } })
}

fn project(id: &str) -> Value {
    json!({ "project": { "id": id } })
}

async fn sign_in(server: &Server, identity: Value, scope: Value) -> TestResponse {
    let body = json!({ "auth": { "identity": identity, "scope": scope } });
    server.post(TOKENS, body.to_string()).await
}

/// Signs in, and returns the token.
async fn token(server: &Server, identity: Value, scope: Value) -> String {
    let response = sign_in(server, identity, scope).await;
    assert_eq!(response.status, 201, "{}", String::from_utf8_lossy(&response.bytes));
    response.header("X-Subject-Token").unwrap().to_owned()
}

async fn send(server: &Server, method: &str, path: &str, token: &str) -> TestResponse {
    let request = Request::builder().method(method).uri(path).header("Host", "127.0.0.1:8776");
    let request = request.header("X-Auth-Token", token).header("X-Subject-Token", token);
    server.send(request.body(Body::empty()).unwrap()).await
}

/// A token gives access to the project that it is for, and to no other.
#[tokio::test]
async fn a_token_gives_access_only_to_its_own_project() {
    let server = Server::new();
    for (user, own, other) in [("alice", A, B), ("bob", B, A), ("alice", A2, A)] {
        let token = token(&server, password(user), project(own)).await;
        for version in ["/v2", "/v3", "/regions/cn-east-3/v3"] {
            let path = |project| format!("{version}/{project}/volumes/detail");
            assert_eq!(
                send(&server, "GET", &path(own), &token).await.status,
                200,
                "{user} {version}"
            );
            assert_eq!(send(&server, "GET", &path(other), &token).await.status, 400);
        }
    }
    let unscoped = token(&server, password("alice"), json!("unscoped")).await;
    let response = send(&server, "GET", &format!("/v3/{A}/volumes/detail"), &unscoped).await;
    assert_eq!(response.status, 400);
}

#[tokio::test]
async fn a_token_stops_working_when_it_expires_or_the_user_signs_out() {
    let options = Options { token_lifetime: Duration::from_secs(2), ..Options::default() };
    let server = Server::of(Api::Sandbox(options), vec![]);
    let path = format!("/v3/{A}/volumes/detail");
    let first = token(&server, password("alice"), project(A)).await;
    let second = token(&server, password("alice"), project(A)).await;
    for token in [&first, &second] {
        assert_eq!(send(&server, "GET", &path, token).await.status, 200);
    }
    assert_eq!(send(&server, "DELETE", TOKENS, &first).await.status, 204);
    let signed_out = send(&server, "GET", &path, &first).await;
    assert_eq!(signed_out.status, 401);
    assert_eq!(send(&server, "GET", &path, &second).await.status, 200);

    // A token derived from another one expires with it.
    let identity = json!({ "methods": ["token"], "token": { "id": second } });
    let derived = token(&server, identity, project(A2)).await;
    tokio::time::sleep(Duration::from_millis(2100)).await;
    for (token, project) in [(&second, A), (&derived, A2)] {
        let path = format!("/v3/{project}/volumes/detail");
        let expired = send(&server, "GET", &path, token).await;
        assert_eq!(expired.status, 401);
        assert_eq!(expired.json(), signed_out.json());
        let challenge = expired.header("WWW-Authenticate");
        assert_eq!(challenge, Some("Keystone uri=\"http://127.0.0.1:8776/identity\""));
        assert_eq!(send(&server, "GET", "/identity/v3/auth/projects", token).await.status, 401);
    }
    assert_eq!(send(&server, "GET", &path, "demo-token-a").await.status, 200);
}

#[tokio::test]
async fn a_receipt_is_not_a_token_and_a_token_is_not_a_receipt() {
    let server = Server::new();
    let response = sign_in(&server, password("dave"), project(A)).await;
    assert_eq!(response.status, 401);
    assert_eq!(response.header("X-Subject-Token"), None);
    assert_eq!(response.json()["receipt"]["methods"], json!(["password"]));
    let receipt = response.header("Openstack-Auth-Receipt").unwrap();
    assert_eq!(send(&server, "GET", "/identity/v3/auth/projects", receipt).await.status, 401);
    let path = format!("/v3/{A}/volumes/detail");
    assert_eq!(send(&server, "GET", &path, receipt).await.status, 401);

    let mut both = password("dave");
    both["methods"] = json!(["password", "totp"]);
    both["totp"] = both["password"].clone();
    both["totp"]["user"]["passcode"] = json!("123456");
    let token = token(&server, both.clone(), project(A)).await;
    assert_eq!(send(&server, "GET", &path, &token).await.status, 200);
    both["methods"] = json!(["totp"]);
    let body = json!({ "auth": { "identity": both } }).to_string();
    for (receipt, status) in [(receipt, 201), (&token, 401)] {
        let request = Request::post(TOKENS).header("Openstack-Auth-Receipt", receipt);
        let response = server.send(request.body(Body::from(body.clone())).unwrap()).await;
        assert_eq!(response.status, status);
    }
}

/// Clients find the volume service in the catalog, so its URL there must use the address that they
/// know.
#[tokio::test]
async fn the_catalog_points_to_this_server() {
    let server = Server::new();
    let token = token(&server, password("alice"), project(A2)).await;
    let request = Request::get("/identity/v3/auth/catalog")
        .header("Host", "cloud.example:8443")
        .header("X-Auth-Token", &token);
    let catalog = server.send(request.body(Body::empty()).unwrap()).await.json();
    let urls: Vec<_> = catalog["catalog"]
        .as_array()
        .unwrap()
        .iter()
        .map(|service| (&service["type"], service["endpoints"][0]["url"].as_str().unwrap()))
        .collect();
    let base = "http://cloud.example:8443";
    let expected = [
        (&json!("identity"), format!("{base}/identity/v3/")),
        (&json!("block-storage"), format!("{base}/v3/{A2}")),
        (&json!("volumev3"), format!("{base}/v3/{A2}")),
        (&json!("volumev2"), format!("{base}/v2/{A2}")),
    ];
    assert_eq!(urls, expected.each_ref().map(|(kind, url)| (*kind, url.as_str())));
}

#[tokio::test]
async fn fixed_tokens_can_be_used_to_choose_another_project() {
    let server = Server::new();
    let path = "/identity/v3/auth/projects";
    let projects = send(&server, "GET", path, "demo-token-a").await.json();
    assert_eq!(projects["projects"].as_array().unwrap().len(), 2);
    let identity = json!({ "methods": ["token"], "token": { "id": "demo-token-a" } });
    let token = token(&server, identity, project(A2)).await;
    let path = format!("/v3/{A2}/volumes/detail");
    assert_eq!(send(&server, "GET", &path, &token).await.status, 200);
    assert_eq!(send(&server, "DELETE", TOKENS, "demo-token-a").await.status, 204);
    let path = format!("/v3/{A}/volumes/detail");
    assert_eq!(send(&server, "GET", &path, "demo-token-a").await.status, 200);
}

#[tokio::test]
async fn tells_the_page_how_to_sign_in() {
    let server = Server::new();
    let config = server.get("/console.json").await.json();
    assert_eq!(config["regions"], json!(["cn-east-3"]));
    assert_eq!(config["identity"], json!(true));
    let accounts = config["demo_accounts"].as_array().unwrap();
    let names: Vec<_> = accounts.iter().map(|account| account["user"].as_str().unwrap()).collect();
    assert_eq!(names, ["alice", "bob", "carol", "dave"]);
    for account in accounts {
        let user = json!({
            "name": account["user"],
            "domain": { "name": account["domain"] },
            "password": account["password"],
            "passcode": account["passcode"],
        });
        let methods = match account["passcode"].is_null() {
            true => json!(["password"]),
            false => json!(["password", "totp"]),
        };
        let identity =
            json!({ "methods": methods, "password": { "user": user }, "totp": { "user": user } });
        token(&server, identity, json!("unscoped")).await;
        let credential = &account["application_credential"];
        if !credential.is_null() {
            let identity = json!({
                "methods": ["application_credential"],
                "application_credential": { "id": credential["id"], "secret": credential["secret"] },
            });
            let body = json!({ "auth": { "identity": identity } }).to_string();
            assert_eq!(server.post(TOKENS, body).await.status, 201);
        }
    }
}

#[tokio::test]
async fn tokens_survive_a_restart_but_only_their_hashes_are_stored() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("sandbox.db");
    let server = Server::with(Some(&file), vec![]);
    let token = token(&server, password("alice"), project(A)).await;
    drop(server);
    let stored = fs::read(&file).unwrap();
    let holds = |text: &str| stored.windows(text.len()).any(|part| part == text.as_bytes());
    assert!(holds("audit_ids"), "the search must find stored text");
    assert!(!holds(&token) && !holds("demo-alice"));

    let restarted = Server::with(Some(&file), vec![]);
    let path = format!("/v3/{A}/volumes/detail");
    assert_eq!(send(&restarted, "GET", &path, &token).await.status, 200);
    assert_eq!(send(&restarted, "DELETE", TOKENS, &token).await.status, 204);
    assert_eq!(send(&restarted, "GET", &path, &token).await.status, 401);
}

/// Keystone's messages quote invalid values.
#[tokio::test]
async fn error_messages_contain_no_passwords() {
    let server = Server::new();
    const SECRET: &str = "canary-5d41402a";
    let user = |password: Value| json!({ "user": { "name": "alice", "password": password } });
    for identity in [
        json!({ "methods": ["password"], "password": user(json!([SECRET])) }),
        json!({ "methods": ["password"], "password": user(json!({ SECRET: SECRET })) }),
        json!({ "methods": ["password"], "password": SECRET }),
        json!({ "methods": ["token"], "token": { "id": [SECRET] } }),
        json!({ "methods": ["token"], "token": SECRET }),
        json!({ "methods": ["totp"], "totp": SECRET }),
        json!({ "methods": ["totp"], "totp": { "user": SECRET } }),
        json!({ "methods": ["application_credential"], "application_credential": SECRET }),
        json!({ "methods": ["application_credential"], "application_credential": { "secret": SECRET } }),
        json!({ "methods": [SECRET], SECRET: SECRET }),
        json!(SECRET),
    ] {
        let body = json!({ "auth": { "identity": identity } }).to_string();
        let response = server.post(TOKENS, body).await;
        assert!(matches!(response.status.as_u16(), 400 | 401), "{identity}");
        assert!(!String::from_utf8(response.bytes).unwrap().contains(SECRET), "{identity}");
    }
    let response = server.post(TOKENS, vec![b'x'; 114_689]).await;
    assert_eq!(response.status, 413);
}

#[test]
fn the_program_prints_no_tokens_or_passwords() {
    let program = Program::start(&["--token-lifetime", "60"]);
    let body = json!({ "auth": { "identity": password("alice") } }).to_string();
    let length = body.len();
    let head =
        format!("HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n");
    let response = program.request(&format!("POST {TOKENS} {head}{body}"));
    assert!(response.starts_with("HTTP/1.1 201 "), "{response}");
    let wrong = program.request(&format!("POST {TOKENS} {head}{}", "x".repeat(length)));
    assert!(wrong.starts_with("HTTP/1.1 400 "), "{wrong}");
    program.terminate();
    assert_eq!(program.wait(), "");
}
