//! The paths, methods and headers that are forwarded.

use crate::support::fake::{Fake, ok, response};
use crate::support::{A, SAMPLE, Server, request};
use crate::{check_error, decode_as_page, detail, gateway, gateway_to, long_timeouts, transfers};
use axum::body::Body;
use axum::http::Request;
use volume_transfer::{ChangeError, FaultKind};

#[tokio::test]
async fn forwards_exactly_the_routes_of_the_sandbox() {
    let fake = Fake::with(|_| ok("", "{}")).await;
    let (gateway, sandbox) = (gateway(&fake), Server::new());
    let collections = [
        "volumes",
        "cloudvolumes",
        "snapshots",
        "cloudsnapshots",
        "os-volume-transfer",
        "volume-transfers",
        "backups",
        "vaults",
        "policies",
        "types",
        "os-quota-sets",
        "",
    ];
    let ends = [
        "",
        "/",
        "/detail",
        "/detail/",
        "/ID",
        "/ID/",
        "/ID/accept",
        "/ID/action",
        "/ID/accept/ID",
    ];
    let mut forwarded = 0;
    for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] {
        for version in ["v1", "v2", "v3", "v4"] {
            for (collection, end) in
                collections.iter().flat_map(|name| ends.iter().map(move |end| (name, end)))
            {
                let path = format!("/{version}/{A}/{collection}{}", end.replace("ID", SAMPLE));
                let request = || request(method, &path).body(Body::empty()).unwrap();
                let response = sandbox.send(request()).await;
                // A path without a route gets a 404 from Cinder's web framework or from the page.
                // Cinder also responds to other methods, but does nothing.
                let routed = ["GET", "POST", "DELETE"].contains(&method)
                    && response.status != 405
                    && (response.status != 404 || {
                        let body: serde_json::Value =
                            serde_json::from_slice(&response.bytes).unwrap_or_default();
                        body.get("itemNotFound").is_some()
                    });
                let before = fake.requests().len();
                let response = gateway.send(request()).await;
                assert_eq!(fake.requests().len() - before, usize::from(routed), "{method} {path}");
                forwarded += usize::from(routed);
                if !routed && matches!(version, "v2" | "v3") {
                    check_error(&response, 404, "does not forward");
                }
            }
        }
    }
    assert_eq!(forwarded, 12 + 21, "routes of v2 and v3");
}

#[tokio::test]
async fn rejects_paths_that_the_endpoint_could_interpret_differently() {
    let fake = Fake::with(|_| ok("", "{}")).await;
    let gateway = gateway(&fake);
    for path in [
        format!("/v3/../v3/{A}/volumes/detail"),
        format!("/v3/{A}/../{A}/volumes/detail"),
        "/v3/../volumes/detail".to_owned(),
        format!("/v3/%2e%2e/{A}/volumes/detail"),
        format!("/v3/{A}%2fvolumes/volumes/detail"),
        format!("/v3/{A}/os-volume-transfer/.."),
        format!("/v3/{A}/os-volume-transfer/%2e%2e"),
        format!("/v3/{A}/os-volume-transfer/a%2fb"),
        format!("/v3/{A}/os-volume-transfer/a%5cb"),
        format!("/v3/{A}/os-volume-transfer/a;b"),
        format!("/v3/{A}/os-volume-transfer/a%00"),
        format!("/v3/{A}/volumes/summary"),
        // The ID parser strips quotes from pasted input.
        format!("/v3/'{A}'/volumes/detail"),
        format!("/v3/{A}/volumes/'{SAMPLE}'"),
        format!("/v3/{A}/os-volume-transfer/'a'"),
        format!("/v3/{A}/%76olumes/detail"),
        format!("/v3//{A}/volumes/detail"),
        "/v3//volumes/detail".to_owned(),
        format!("//v3/{A}/volumes/detail"),
        format!("/V3/{A}/volumes/detail"),
        format!("/v3/{}/volumes/detail", "a".repeat(65)),
        "/v2".to_owned(),
        "/v3/".to_owned(),
    ] {
        let response = gateway.get(&path).await;
        assert_eq!(response.status, 404, "{path}");
    }
    assert_eq!(fake.requests().len(), 0);
    // The host in the request line is ignored.
    let absolute = Request::get(format!("http://elsewhere.example{}", detail()));
    assert_eq!(gateway.send(absolute.body(Body::empty()).unwrap()).await.status, 200);
    assert_eq!(fake.requests()[0].line, format!("GET {} HTTP/1.1", detail()));
}

#[tokio::test]
async fn forwards_only_the_allowed_request_headers() {
    let fake = Fake::with(|_| ok("", "{}")).await;
    let gateway = gateway_to(&format!("{}/volume/", fake.url()), long_timeouts(), None);
    let request = request("POST", &(transfers() + "?x=%20y&z"))
        .header("Accept", "application/json")
        .header("Content-Type", "application/json")
        .header("OpenStack-API-Version", "volume 3.59")
        .header("OpenStack-Auth-Receipt", "r")
        .header("X-Subject-Token", "s")
        .header("Accept-Encoding", "gzip")
        .header("Authorization", "Basic eDp5")
        .header("Connection", "keep-alive, x-auth-token")
        .header("Cookie", "session=1")
        .header("Forwarded", "for=1.2.3.4")
        .header("Origin", "http://localhost")
        .header("Referer", "http://localhost/")
        .header("TE", "trailers")
        .header("Upgrade", "websocket")
        .header("User-Agent", "Mozilla/5.0")
        .header("X-Forwarded-For", "1.2.3.4")
        .header("X-Forwarded-Host", "elsewhere.example")
        .header("X-HTTP-Method-Override", "DELETE")
        .header("X-Identity-Status", "Confirmed")
        .header("X-Project-Id", "another")
        .header("X-Roles", "admin")
        .header("X-Service-Token", "t")
        .body(Body::from("{\"a\": 1}"));
    assert_eq!(gateway.send(request.unwrap()).await.status, 200);
    let seen = fake.requests().remove(0);
    assert_eq!(seen.line, format!("POST /volume{}?x=%20y&z HTTP/1.1", transfers()));
    let host = fake.address.to_string();
    let expected = [
        ("accept", "application/json"),
        ("content-length", "8"),
        ("content-type", "application/json"),
        ("host", &host),
        ("openstack-api-version", "volume 3.59"),
        ("openstack-auth-receipt", "r"),
        ("user-agent", concat!("volume-transfer-console/", env!("CARGO_PKG_VERSION"))),
        ("x-auth-token", "demo-token-a"),
        ("x-subject-token", "s"),
    ];
    let headers: Vec<_> = seen.headers.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    assert_eq!(headers, expected);
    assert_eq!(seen.body, b"{\"a\": 1}");
}

#[tokio::test]
async fn forwards_only_the_allowed_response_headers() {
    let fake = Fake::with(|_| {
        response(
            "413 Request Entity Too Large",
            "Content-Type: application/json\r\n\
             OpenStack-API-Version: volume 3.59\r\n\
             Openstack-Auth-Receipt: receipt\r\n\
             Retry-After: 7\r\n\
             Vary: OpenStack-API-Version\r\n\
             X-Compute-Request-Id: req-c\r\n\
             X-Openstack-Request-Id: req-o\r\n\
             X-Request-Id: r\r\n\
             X-Subject-Token: subject\r\n\
             Access-Control-Allow-Origin: *\r\n\
             Access-Control-Allow-Credentials: true\r\n\
             Access-Control-Expose-Headers: *\r\n\
             Cache-Control: public, max-age=600\r\n\
             Clear-Site-Data: \"*\"\r\n\
             Connection: keep-alive\r\n\
             Content-Security-Policy: default-src *\r\n\
             Location: http://elsewhere.example/\r\n\
             Refresh: 0; url=http://elsewhere.example\r\n\
             Server: nginx\r\n\
             Service-Worker-Allowed: /\r\n\
             Set-Cookie: session=1\r\n\
             Strict-Transport-Security: max-age=1\r\n\
             Via: 1.1 a\r\n\
             WWW-Authenticate: Basic\r\n",
            "{}",
        )
    })
    .await;
    let response = gateway(&fake).get(&detail()).await;
    assert_eq!(response.status, 413);
    let mut headers: Vec<_> = response
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.to_str().unwrap()))
        .collect();
    headers.sort_unstable();
    let expected = [
        ("cache-control", "no-store"),
        ("content-length", "2"),
        ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
        ("content-type", "application/json"),
        ("openstack-api-version", "volume 3.59"),
        ("openstack-auth-receipt", "receipt"),
        ("retry-after", "7"),
        ("vary", "OpenStack-API-Version"),
        ("x-compute-request-id", "req-c"),
        ("x-content-type-options", "nosniff"),
        ("x-openstack-request-id", "req-o"),
        ("x-request-id", "r"),
        ("x-subject-token", "subject"),
    ];
    assert_eq!(headers, expected);
}

#[tokio::test]
async fn adds_a_request_id_to_responses_without_one() {
    for (headers, is_added) in
        [("", true), ("X-Request-Id: r\r\n", false), ("X-Trace: r\r\n", true)]
    {
        let fake = Fake::with(move |_| ok(headers, "{}")).await;
        let response = gateway(&fake).get(&detail()).await;
        let id = response.header("X-Openstack-Request-Id");
        assert_eq!(
            id.is_some_and(|id| id.starts_with("req-") && id.len() == 40),
            is_added,
            "{headers}"
        );
    }
}

#[tokio::test]
async fn the_page_treats_a_rejected_path_as_a_wrong_address() {
    let fake = Fake::with(|_| ok("", "{}")).await;
    let response = gateway(&fake).get(&format!("/v3/{A}/types")).await;
    let ChangeError::Rejected(fault) = decode_as_page(&response) else { panic!() };
    assert_eq!(fault.kind(), FaultKind::Address);
}
