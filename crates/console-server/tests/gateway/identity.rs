//! Forwarding to the identity service.

use crate::certificates::authority;
use crate::support::fake::{Fake, Step, ok, response};
use crate::support::{Server, request};
use crate::{LONG, SHORT, check_error, detail, gateway, long_timeouts, services};
use axum::body::Body;
use axum::http::Request;
use console_server::Api;
use console_server::gateway::{Services, Timeouts};
use serde_json::json;

const TOKENS: &str = "/identity/v3/auth/tokens";

/// Returns a gateway whose volume service can't be reached.
fn gateway_to(identity: &str, timeouts: Timeouts) -> Server {
    let identity = Some(identity.parse().unwrap());
    let services = Services { identity, timeouts, ..services("http://127.0.0.1:1") };
    Server::of(Api::Gateway(services), Vec::new())
}

#[tokio::test]
async fn forwards_exactly_the_requests_that_signing_in_needs() {
    let fake = Fake::with(|_| ok("", "{}")).await;
    for (base, path) in
        [("", "/v3"), ("/v3", "/v3"), ("/v3/", "/v3"), ("/identity/v3", "/identity/v3")]
    {
        let gateway = gateway_to(&format!("{}{base}", fake.url()), long_timeouts());
        for (method, end) in [
            ("POST", "/auth/tokens"),
            ("POST", "/auth/tokens?nocatalog=1"),
            ("GET", "/auth/tokens?nocatalog"),
            ("DELETE", "/auth/tokens"),
            ("GET", "/auth/projects"),
            ("GET", "/auth/catalog"),
        ] {
            let request = request(method, &format!("/identity/v3{end}")).body(Body::empty());
            assert_eq!(gateway.send(request.unwrap()).await.status, 200, "{method} {end}");
            let seen = fake.requests().pop().unwrap();
            assert_eq!(seen.line, format!("{method} {path}{end} HTTP/1.1"));
        }
    }
    assert_eq!(fake.requests().len(), 4 * 6);
    let gateway = gateway_to(&fake.url(), long_timeouts());
    for (method, path) in [
        ("PUT", TOKENS),
        ("PATCH", TOKENS),
        ("HEAD", TOKENS),
        ("OPTIONS", TOKENS),
        ("POST", "/identity/v3/auth/projects"),
        ("DELETE", "/identity/v3/auth/catalog"),
        ("GET", "/identity/v3/auth/tokens/"),
        ("GET", "/identity/v3/auth/tokens/OS-PKI/revoked"),
        ("GET", "/identity/v3/auth/domains"),
        ("GET", "/identity/v3/users"),
        ("POST", "/identity/v3/users"),
        ("GET", "/identity/v3/auth/../users"),
        ("GET", "/identity/v3/auth/%70rojects"),
        ("GET", "/identity/v2/auth/projects"),
        ("GET", "/identity//v3/auth/projects"),
        ("GET", "/identityv3/auth/projects"),
        ("GET", "/identity/v3/"),
        ("GET", "/identity"),
        ("GET", "/identity/"),
    ] {
        let request = request(method, path).body(Body::empty()).unwrap();
        assert_eq!(gateway.send(request).await.status, 404, "{method} {path}");
    }
    assert_eq!(fake.requests().len(), 4 * 6);
}

#[tokio::test]
async fn forwards_tokens_and_receipts_in_both_directions() {
    let fake = Fake::with(|_| {
        response(
            "401 Unauthorized",
            "X-Subject-Token: new\r\nOpenstack-Auth-Receipt: receipt-1\r\n\
             WWW-Authenticate: Keystone uri=\"http://x\"\r\nSet-Cookie: a=b\r\n",
            "{}",
        )
    })
    .await;
    let gateway = gateway_to(&fake.url(), long_timeouts());
    let request = Request::post(TOKENS)
        .header("X-Auth-Token", "auth")
        .header("X-Subject-Token", "subject")
        .header("OpenStack-Auth-Receipt", "receipt-0")
        .header("X-Allow-Expired", "1")
        .header("Cookie", "a=b");
    let response = gateway.send(request.body(Body::from("{}")).unwrap()).await;
    assert_eq!(response.status, 401);
    assert_eq!(response.header("X-Subject-Token"), Some("new"));
    assert_eq!(response.header("Openstack-Auth-Receipt"), Some("receipt-1"));
    assert_eq!(response.header("Cache-Control"), Some("no-store"));
    // Browsers would show their own password prompt.
    assert_eq!(response.header("WWW-Authenticate"), None);
    assert_eq!(response.header("Set-Cookie"), None);
    let names: Vec<_> = fake.requests()[0].headers.iter().map(|(name, _)| name.clone()).collect();
    let expected = [
        "content-length",
        "host",
        "openstack-auth-receipt",
        "user-agent",
        "x-auth-token",
        "x-subject-token",
    ];
    assert_eq!(names, expected);
}

#[tokio::test]
async fn forwards_a_token_of_20_kilobytes() {
    let token = "t".repeat(20_000);
    let header = format!("X-Subject-Token: {token}\r\n");
    let fake = Fake::with(move |_| ok(&header, "{}")).await;
    let gateway = gateway_to(&fake.url(), long_timeouts());
    let response = gateway.post(TOKENS, "{}").await;
    assert_eq!(response.header("X-Subject-Token"), Some(token.as_str()));
}

#[tokio::test]
async fn errors_name_the_identity_service_and_its_option() {
    #[track_caller]
    fn check(response: &crate::TestResponse, status: u16, code: &str, expected: &str) {
        assert_eq!(response.status, status);
        let body = response.json();
        assert_eq!(body["code"], format!("gateway.identity.{code}"));
        let message = body["message"].as_str().unwrap();
        assert!(
            message.contains("the identity service") && message.contains(expected),
            "{message}"
        );
        assert!(!message.contains('{') && !message.contains("endpoint"), "{message}");
    }
    let short = Timeouts { body: SHORT, response: SHORT, ..long_timeouts() };
    let closed = gateway_to("http://127.0.0.1:1", short);
    check(&closed.post(TOKENS, "{}").await, 502, "no_connection", "check --identity");
    let large = vec![b'x'; 114_689];
    check(&closed.post(TOKENS, large).await, 413, "request_too_large", "nothing was sent");

    let https = gateway_to("https://127.0.0.1:1", short);
    check(&https.post(TOKENS, "{}").await, 502, "no_connection", "check --identity");

    let silent = Fake::with(|_| vec![Step::Sleep(LONG * 2)]).await;
    let response = gateway_to(&silent.url(), short).post(TOKENS, "{}").await;
    check(&response, 504, "no_response_in_time", "try again");

    let closing = Fake::with(|_| vec![Step::Close]).await;
    let response = gateway_to(&closing.url(), short).post(TOKENS, "{}").await;
    check(&response, 502, "no_response", "try again");
    assert_eq!(closing.requests().len(), 1, "sent once");

    let redirect = Fake::with(|_| response_to("302 Found", "Location: /login\r\n")).await;
    let response = gateway_to(&redirect.url(), short).post(TOKENS, "{}").await;
    check(&response, 502, "redirect", "set --identity to the final address");

    let tls = authority();
    let fake = Fake::start(Some(tls.acceptor), |_| ok("", "{}")).await;
    let unknown = gateway_to(&format!("https://{}", fake.address), short);
    check(&unknown.post(TOKENS, "{}").await, 502, "certificate_authority", "--ca");
}

fn response_to(status: &str, headers: &str) -> Vec<Step> {
    response(status, headers, "")
}

#[tokio::test]
async fn trusts_the_ca_file_for_the_identity_service() {
    let tls = authority();
    let fake = Fake::start(Some(tls.acceptor), |_| ok("", "{}")).await;
    let identity = Some(format!("https://{}", fake.address).parse().unwrap());
    let services = Services { identity, ca: Some(tls.ca), ..services("http://127.0.0.1:1") };
    let gateway = Server::of(Api::Gateway(services), Vec::new());
    assert_eq!(gateway.post(TOKENS, "{}").await.status, 200);
}

/// Idle connections to one service are never used for the other.
#[tokio::test]
async fn keeps_the_connections_of_the_services_apart() {
    let volumes = Fake::with(|_| ok("", "\"volumes\"")).await;
    let identity = Fake::with(|_| ok("", "\"identity\"")).await;
    let services =
        Services { identity: Some(identity.url().parse().unwrap()), ..services(&volumes.url()) };
    let gateway = Server::of(Api::Gateway(services), Vec::new());
    for _ in 0..3 {
        assert_eq!(gateway.get(&detail()).await.json(), json!("volumes"));
        assert_eq!(gateway.get("/identity/v3/auth/projects").await.json(), json!("identity"));
    }
    assert_eq!(identity.requests().last().map(|seen| (seen.connection, seen.turn)), Some((0, 2)));
}

#[tokio::test]
async fn reports_whether_there_is_an_identity_service() {
    let fake = Fake::with(|_| ok("", "{}")).await;
    let without = gateway(&fake);
    check_error(&without.post(TOKENS, "{}").await, 404, "no identity service");
    let with = gateway_to(&fake.url(), long_timeouts());
    for (gateway, identity) in [(without, false), (with, true)] {
        let expected = json!({
            "demo_projects": [], "demo_accounts": [], "regions": [], "identity": identity,
        });
        assert_eq!(gateway.get("/console.json").await.json(), expected);
    }
}
