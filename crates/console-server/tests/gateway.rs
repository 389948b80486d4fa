//! The gateway, before a service that does what a real one may do.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod support;

use axum::body::{Body, Bytes};
use axum::http::Request;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use console_server::Api;
use console_server::gateway::{Endpoint, Timeouts, Upstream};
use futures_util::stream;
use http_body_util::BodyExt;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use std::fs;
use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use support::fake::{Fake, Step, answer, ok};
use support::program::{Program, command};
use support::{A, Answer, SAMPLE, Server, request};
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt;
use volume_transfer::api::decode_created;
use volume_transfer::{ChangeError, FaultKind, Response, UnknownCause, VolumeId};

const SHORT: Duration = Duration::from_millis(600);

/// Long enough not to be what a test waits for, and short enough for one that has to fail.
const LONG: Duration = Duration::from_secs(10);

fn patient() -> Timeouts {
    Timeouts { body: LONG, connect: LONG, answer: LONG, idle: LONG }
}

fn gateway_to(url: &str, timeouts: Timeouts, ca: Option<PathBuf>) -> Server {
    let upstream = Upstream { endpoint: url.parse().unwrap(), ca, timeouts };
    Server::of(Api::Gateway(upstream), Vec::new())
}

fn gateway(fake: &Fake) -> Server {
    gateway_to(&fake.url(), patient(), None)
}

/// An address at which nobody answers.
async fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

fn detail() -> String {
    format!("/v3/{A}/volumes/detail")
}

fn transfers() -> String {
    format!("/v3/{A}/os-volume-transfer")
}

/// What the page makes of an answer to a request that creates a transfer.
#[track_caller]
fn as_the_page_reads_it(answer: &Answer) -> ChangeError {
    let response = Response::new(answer.status.as_u16(), answer.bytes.clone());
    let response = answer.headers.iter().fold(response, |response, (name, value)| {
        response.with_header(name.as_str(), value.to_str().unwrap())
    });
    decode_created(VolumeId::parse(SAMPLE).ok(), Ok(response)).unwrap_err()
}

/// The gateway's own answer: what it says, in a form that the page can read, with an id.
#[track_caller]
fn check_refusal(answer: &Answer, status: u16, says: &str) {
    assert_eq!(answer.status, status);
    assert_eq!(answer.header("Content-Type"), Some("application/json"));
    assert_eq!(answer.header("Cache-Control"), Some("no-store"));
    // What is known to have changed nothing, and what is not.
    let rejected = matches!(status, 400 | 404 | 413);
    let fault = match as_the_page_reads_it(answer) {
        ChangeError::Rejected(fault) if rejected => fault,
        ChangeError::OutcomeUnknown(UnknownCause::Failed(fault)) if !rejected => fault,
        error @ (ChangeError::Rejected(_) | ChangeError::OutcomeUnknown(_)) => panic!("{error:?}"),
    };
    let message = fault.message.unwrap();
    assert!(message.contains(says), "{message}");
    let id = fault.request_id.unwrap();
    assert!(id.starts_with("req-") && id.len() == 40, "{id}");
}

#[tokio::test]
async fn what_the_sandbox_answers_is_passed_and_nothing_else() {
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
    let mut passed = 0;
    for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] {
        for version in ["v1", "v2", "v3", "v4"] {
            for (collection, end) in
                collections.iter().flat_map(|name| ends.iter().map(move |end| (name, end)))
            {
                let path = format!("/{version}/{A}/{collection}{}", end.replace("ID", SAMPLE));
                let ask = || request(method, &path).body(Body::empty()).unwrap();
                let answer = sandbox.send(ask()).await;
                // What has no route is answered by what is below the API, or by the page. Cinder
                // answers other methods too, with nothing behind them.
                let routed = ["GET", "POST", "DELETE"].contains(&method)
                    && answer.status != 405
                    && (answer.status != 404 || {
                        let body: serde_json::Value =
                            serde_json::from_slice(&answer.bytes).unwrap_or_default();
                        body.get("itemNotFound").is_some()
                    });
                let before = fake.seen().len();
                let answer = gateway.send(ask()).await;
                assert_eq!(fake.seen().len() - before, usize::from(routed), "{method} {path}");
                passed += usize::from(routed);
                if !routed && matches!(version, "v2" | "v3") {
                    check_refusal(&answer, 404, "does not pass");
                }
            }
        }
    }
    assert_eq!(passed, 12 + 21, "of v2 and v3: see the routes of the sandbox");
}

#[tokio::test]
async fn no_path_means_another_one_to_the_endpoint() {
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
        format!("/v3/{A}/%76olumes/detail"),
        format!("/v3//{A}/volumes/detail"),
        "/v3//volumes/detail".to_owned(),
        format!("//v3/{A}/volumes/detail"),
        format!("/V3/{A}/volumes/detail"),
        format!("/v3/{}/volumes/detail", "a".repeat(65)),
        "/v2".to_owned(),
        "/v3/".to_owned(),
    ] {
        let answer = gateway.get(&path).await;
        assert_eq!(answer.status, 404, "{path}");
    }
    assert_eq!(fake.seen().len(), 0);
    // Whom a request names in its first line does not matter.
    let absolute = Request::get(format!("http://elsewhere.example{}", detail()));
    assert_eq!(gateway.send(absolute.body(Body::empty()).unwrap()).await.status, 200);
    assert_eq!(fake.seen()[0].line, format!("GET {} HTTP/1.1", detail()));
}

#[tokio::test]
async fn the_endpoint_is_told_what_it_needs_and_no_more() {
    let fake = Fake::with(|_| ok("", "{}")).await;
    let gateway = gateway_to(&format!("{}/volume/", fake.url()), patient(), None);
    let ask = request("POST", &(transfers() + "?x=%20y&z"))
        .header("Accept", "application/json")
        .header("Content-Type", "application/json")
        .header("OpenStack-API-Version", "volume 3.59")
        .header("Accept-Encoding", "gzip")
        .header("Authorization", "Basic eDp5")
        .header("Connection", "keep-alive, x-auth-token")
        .header("Cookie", "session=1")
        .header("Forwarded", "for=1.2.3.4")
        .header("Origin", "http://localhost")
        .header("Referer", "http://localhost/")
        .header("TE", "trailers")
        .header("Upgrade", "websocket")
        .header("X-Forwarded-For", "1.2.3.4")
        .header("X-Forwarded-Host", "elsewhere.example")
        .header("X-HTTP-Method-Override", "DELETE")
        .header("X-Identity-Status", "Confirmed")
        .header("X-Project-Id", "another")
        .header("X-Roles", "admin")
        .header("X-Service-Token", "t")
        .body(Body::from("{\"a\": 1}"));
    assert_eq!(gateway.send(ask.unwrap()).await.status, 200);
    let seen = fake.seen().remove(0);
    assert_eq!(seen.line, format!("POST /volume{}?x=%20y&z HTTP/1.1", transfers()));
    let host = fake.address.to_string();
    let expected = [
        ("accept", "application/json"),
        ("content-length", "8"),
        ("content-type", "application/json"),
        ("host", &host),
        ("openstack-api-version", "volume 3.59"),
        ("x-auth-token", "demo-token-a"),
    ];
    let headers: Vec<_> = seen.headers.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    assert_eq!(headers, expected);
    assert_eq!(seen.body, b"{\"a\": 1}");
}

#[tokio::test]
async fn the_page_is_told_what_it_needs_and_no_more() {
    let fake = Fake::with(|_| {
        answer(
            "413 Request Entity Too Large",
            "Content-Type: application/json\r\n\
             OpenStack-API-Version: volume 3.59\r\n\
             Retry-After: 7\r\n\
             Vary: OpenStack-API-Version\r\n\
             X-Compute-Request-Id: req-c\r\n\
             X-Openstack-Request-Id: req-o\r\n\
             X-Request-Id: r\r\n\
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
    let answer = gateway(&fake).get(&detail()).await;
    assert_eq!(answer.status, 413);
    let mut headers: Vec<_> = answer
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
        ("retry-after", "7"),
        ("vary", "OpenStack-API-Version"),
        ("x-compute-request-id", "req-c"),
        ("x-content-type-options", "nosniff"),
        ("x-openstack-request-id", "req-o"),
        ("x-request-id", "r"),
    ];
    assert_eq!(headers, expected);
}

#[tokio::test]
async fn an_answer_without_an_id_gets_one() {
    for (theirs, made) in [("", true), ("X-Request-Id: r\r\n", false), ("X-Trace: r\r\n", true)] {
        let fake = Fake::with(move |_| ok(theirs, "{}")).await;
        let answer = gateway(&fake).get(&detail()).await;
        let id = answer.header("X-Openstack-Request-Id");
        assert_eq!(id.is_some_and(|id| id.starts_with("req-") && id.len() == 40), made, "{theirs}");
    }
}

async fn frame(body: &mut Body) -> Option<Result<Bytes, axum::Error>> {
    let frame = tokio::time::timeout(LONG, body.frame()).await.unwrap();
    frame.map(|frame| frame.map(|frame| frame.into_data().unwrap()))
}

#[tokio::test]
async fn an_answer_is_passed_on_as_it_comes() {
    let rest = Arc::new(Semaphore::new(0));
    let wait = rest.clone();
    let fake = Fake::with(move |_| {
        vec![
            Step::Send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfirst".to_owned()),
            Step::Wait(wait.clone()),
            Step::Send("-last".to_owned()),
        ]
    })
    .await;
    let gateway = gateway(&fake);
    let ask = request("GET", &detail()).body(Body::empty()).unwrap();
    let mut body = gateway.app.clone().oneshot(ask).await.unwrap().into_body();
    assert_eq!(frame(&mut body).await.unwrap().unwrap(), "first");
    rest.add_permits(1);
    assert_eq!(frame(&mut body).await.unwrap().unwrap(), "-last");
    assert!(frame(&mut body).await.is_none());
}

#[tokio::test]
async fn an_answer_that_is_cut_or_stalls_does_not_look_whole() {
    for (length, stalls) in [
        ("Content-Length: 10\r\n\r\nfirst", false),
        ("Content-Length: 10\r\n\r\nfirst", true),
        ("Transfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n", false),
        ("Transfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n", true),
    ] {
        let fake = Fake::with(move |_| {
            let end = if stalls { Step::Sleep(LONG * 2) } else { Step::Close };
            vec![Step::Send(format!("HTTP/1.1 200 OK\r\n{length}")), end]
        })
        .await;
        let timeouts = Timeouts { idle: SHORT, ..patient() };
        let gateway = gateway_to(&fake.url(), timeouts, None);
        let ask = request("GET", &detail()).body(Body::empty()).unwrap();
        let mut body = gateway.app.clone().oneshot(ask).await.unwrap().into_body();
        assert_eq!(frame(&mut body).await.unwrap().unwrap(), "first");
        assert!(frame(&mut body).await.unwrap().is_err(), "{length} {stalls}");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Fake::with(|_| ok("", "{}")).await;
    let url = elsewhere.url();
    for status in ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"] {
        let location = format!("Location: {url}/\r\n");
        let fake = Fake::with(move |_| answer(status, &location, "")).await;
        let gateway = gateway(&fake);
        let answer = gateway.post(&transfers(), "{}").await;
        check_refusal(&answer, 502, "set --endpoint to the final address");
        assert_eq!(fake.seen().len(), 1);
    }
    assert_eq!(elsewhere.seen().len(), 0);
}

#[tokio::test]
async fn a_dead_endpoint_is_a_502() {
    let answer = gateway_to(&nobody().await, patient(), None).post(&transfers(), "{}").await;
    check_refusal(&answer, 502, "nothing was sent");

    let fake = Fake::with(|_| vec![Step::Close]).await;
    let answer = gateway(&fake).post(&transfers(), "{}").await;
    check_refusal(&answer, 502, "may have done the work");
    assert_eq!(fake.seen().len(), 1, "sent once");

    let fake = Fake::with(|_| vec![Step::Send("SSH-2.0-OpenSSH\r\n".to_owned())]).await;
    let answer = gateway(&fake).post(&transfers(), "{}").await;
    check_refusal(&answer, 502, "may have done the work");
}

#[tokio::test]
async fn a_slow_endpoint_is_a_504() {
    let begun = Instant::now();
    let fake = Fake::with(|_| vec![Step::Sleep(LONG * 2)]).await;
    let timeouts = Timeouts { answer: SHORT, ..patient() };
    let answer = gateway_to(&fake.url(), timeouts, None).post(&transfers(), "{}").await;
    check_refusal(&answer, 504, "may still be at work");
    assert_eq!(fake.seen().len(), 1, "sent once");

    // It takes the connection, and then says nothing that TLS could go on with.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", silent.local_addr().unwrap());
    let timeouts = Timeouts { connect: SHORT, ..patient() };
    let answer = gateway_to(&url, timeouts, None).post(&transfers(), "{}").await;
    check_refusal(&answer, 504, "nothing was sent");
    assert!(begun.elapsed() < LONG, "{:?}", begun.elapsed());
}

#[tokio::test]
async fn nothing_is_sent_of_a_request_that_is_too_large_too_slow_or_cut() {
    let begun = Instant::now();
    let fake = Fake::with(|_| ok("", "{}")).await;
    let gateway = gateway_to(&fake.url(), Timeouts { body: SHORT, ..patient() }, None);
    let full = vec![b'x'; 114_688];
    let parts = |bytes: Vec<u8>| {
        let parts = bytes.chunks(10_000).map(|part| Ok::<_, io::Error>(part.to_vec()));
        Body::from_stream(stream::iter(parts.collect::<Vec<_>>()))
    };
    let over = [full.clone(), vec![b'x']].concat();
    for body in [Body::from(over.clone()), parts(over.clone())] {
        check_refusal(&gateway.post(&transfers(), body).await, 413, "too large");
    }
    let declared = request("POST", &transfers()).header("Content-Length", "114689");
    let never = || Body::from_stream(stream::pending::<Result<Vec<u8>, io::Error>>());
    let declared = gateway.send(declared.body(never()).unwrap()).await;
    check_refusal(&declared, 413, "too large");
    let slow = gateway.post(&transfers(), never()).await;
    check_refusal(&slow, 408, "too long to come in");
    let cut = [Ok("{\"transfer\""), Err(io::Error::other("gone"))];
    let cut = Body::from_stream(stream::iter(cut));
    check_refusal(&gateway.post(&transfers(), cut).await, 400, "did not come in whole");
    assert_eq!(fake.seen().len(), 0);

    for body in [Body::from(full.clone()), parts(full.clone())] {
        assert_eq!(gateway.post(&transfers(), body).await.status, 200);
    }
    assert!(fake.seen().iter().all(|seen| seen.body == full));
    assert_eq!(fake.seen().len(), 2);
    assert!(begun.elapsed() < LONG, "{:?}", begun.elapsed());
}

/// An endpoint may close a kept connection at any moment, which shows only when the next request
/// is lost on it.
#[tokio::test]
async fn what_changes_something_does_not_use_a_connection_that_may_be_stale() {
    let fake = Fake::with(|seen| match seen.turn {
        0 => ok("", "{}"),
        _ => vec![Step::Close],
    })
    .await;
    let gateway = gateway(&fake);
    for method in ["POST", "DELETE", "POST"] {
        assert_eq!(gateway.get(&detail()).await.status, 200);
        let path = transfers() + if method == "DELETE" { "/a" } else { "" };
        let ask = request(method, &path).body(Body::empty()).unwrap();
        assert_eq!(gateway.send(ask).await.status, 200, "{method}");
        // The kept connection: it is lost here, which shows that it was kept.
        assert_eq!(gateway.get(&detail()).await.status, 502);
    }
    let changes = fake.seen().into_iter().filter(|seen| !seen.line.starts_with("GET"));
    assert_eq!(changes.map(|seen| seen.turn).collect::<Vec<_>>(), [0, 0, 0]);
}

/// An authority, and a server that it vouches for.
fn authority(name: &str) -> (TlsAcceptor, TempDir, PathBuf) {
    let mut params = CertificateParams::new([]).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap();
    let issuer = Issuer::new(params, key);
    let key = KeyPair::generate().unwrap();
    let names = ["127.0.0.1".to_owned()];
    let server = CertificateParams::new(names).unwrap().signed_by(&key, &issuer).unwrap();

    let folder = TempDir::new().unwrap();
    let file = folder.path().join("ca.pem");
    let text = BASE64_STANDARD.encode(certificate.der());
    fs::write(&file, format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n"))
        .unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![server.der().clone()],
            PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
        )
        .unwrap();
    (TlsAcceptor::from(Arc::new(config)), folder, file)
}

#[tokio::test]
async fn an_endpoint_with_tls_is_known_by_who_signed_its_certificate() {
    let (tls, _folder, ca) = authority("ours");
    let (_, _other_folder, another) = authority("another");
    let fake = Fake::start(Some(tls), |_| ok("", "{\"volumes\": []}")).await;
    let url = format!("https://{}", fake.address);

    let answer = gateway_to(&url, patient(), Some(ca.clone())).get(&detail()).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.bytes, b"{\"volumes\": []}");

    let stranger = gateway_to(&url, patient(), Some(another.clone()));
    check_refusal(&stranger.post(&transfers(), "{}").await, 502, "--ca");
    // The name is checked too.
    let other = url.replace("127.0.0.1", "localhost");
    let answer = gateway_to(&other, patient(), Some(ca)).post(&transfers(), "{}").await;
    check_refusal(&answer, 502, "no secure connection");
    assert_eq!(fake.seen().len(), 1);

    let plain = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", plain.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut stream, _) = plain.accept().await.unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
    });
    let answer = gateway_to(&url, patient(), Some(another)).post(&transfers(), "{}").await;
    check_refusal(&answer, 502, "nothing was sent");
}

#[test]
fn an_endpoint_is_an_address_and_perhaps_a_path() {
    for text in [
        "http://127.0.0.1:8776",
        "https://evs.cn-east-3.myhuaweicloud.com",
        "https://[::1]:8776",
        "https://[::1]",
        "https://host/",
        "https://host/volume",
        "https://host/a/b-c_d.e~f/",
    ] {
        assert!(text.parse::<Endpoint>().is_ok(), "{text}");
    }
    for text in [
        "",
        "host",
        "host:8776",
        "//host",
        "ftp://host",
        "http://",
        "https:///volume",
        "https://user@host",
        "https://user:secret@host",
        "https://host:99999",
        "https://host:",
        "https://host?x",
        "https://host/?x",
        "https://host/#x",
        "https://host/../x",
        "https://host/./x",
        "https://host//x",
        "https://host/%2e",
        "https://host/a b",
        " https://host",
    ] {
        assert!(text.parse::<Endpoint>().is_err(), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_in_flight_is_finished_and_no_secret_is_written() {
    const TOKEN: &str = "canary-token-5d41402a";
    const KEY: &str = "canary-key-bc4b2a76";
    let fake = Fake::with(|seen| {
        let slow = seen.line.starts_with("POST").then_some(Step::Sleep(SHORT * 2));
        let broken = seen.line.contains("/volumes/detail").then_some(Step::Close);
        slow.into_iter()
            .chain(broken)
            .chain(ok("", &format!("{{\"auth_key\":\"{KEY}\"}}")))
            .collect()
    })
    .await;
    let program = Program::start(&["--endpoint", &fake.url()]);
    let head = format!("HTTP/1.1\r\nHost: x\r\nX-Auth-Token: {TOKEN}\r\nConnection: close\r\n");
    let empty = program.ask(&format!("GET /console.json {head}\r\n"));
    assert!(empty.ends_with("\r\n\r\n{\"demo_projects\":[]}"), "{empty}");
    let page = program.ask(&format!("GET / {head}\r\n"));
    assert!(page.ends_with(support::INDEX), "{page}");
    let refused = program.ask(&format!("GET /v3/{TOKEN}/nothing {head}\r\n"));
    assert!(refused.starts_with("HTTP/1.1 404 "), "{refused}");
    let broken = program.ask(&format!("GET {} {head}\r\n", detail()));
    assert!(broken.starts_with("HTTP/1.1 502 "), "{broken}");

    let post = format!("POST {} {head}Content-Length: 2\r\n\r\n{{}}", transfers());
    let mut in_flight = program.say(&post);
    while fake.seen().iter().all(|seen| !seen.line.starts_with("POST")) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    program.tell_to_stop();
    let mut answer = String::new();
    in_flight.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.contains(KEY), "{answer}");
    assert_eq!(program.end(), "", "one line is all that it prints");
}

/// Whoever stops it right after its first line finds it listening for that, whatever else comes in.
#[test]
fn it_can_be_stopped_from_its_first_line_on() {
    for _ in 0..50 {
        let program = Program::start(&["--static-only"]);
        program.ask("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        program.tell_to_stop();
        assert_eq!(program.end(), "");
    }
}

#[test]
fn options_that_exclude_each_other() {
    let (_, folder, ca) = authority("ours");
    let page = support::page();
    let not_pem = folder.path().join("not.pem");
    fs::write(&not_pem, "no certificate").unwrap();
    let (ca, not_pem) = (ca.to_str().unwrap(), not_pem.to_str().unwrap());
    for (arguments, says) in [
        (&["--endpoint", "https://a", "--data", "file"][..], "cannot be used with"),
        (&["--endpoint", "https://a", "--static-only"], "cannot be used with"),
        (&["--static-only", "--data", "file"], "cannot be used with"),
        (&["--ca", ca], "--endpoint"),
        (&["--endpoint", "https://u:secret@a"], "an endpoint is"),
        (&["--endpoint", "https://a", "--ca", "no-such-file.pem"], "no-such-file.pem"),
        (&["--endpoint", "https://a", "--ca", not_pem], "no certificate in PEM form"),
    ] {
        let output = command(arguments).arg("--page").arg(page.path()).output().unwrap();
        assert!(!output.status.success(), "{arguments:?}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains(says), "{arguments:?}: {said}");
    }
}

#[tokio::test]
async fn the_page_alone_has_no_api() {
    let server = Server::of(Api::Nothing, Vec::new());
    assert_eq!(server.get("/").await.status, 200);
    for path in ["/console.json", &detail(), "/v2", "/v3/"] {
        assert_eq!(server.get(path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn what_the_gateway_refuses_is_the_address_to_the_page_and_not_a_volume() {
    let fake = Fake::with(|_| ok("", "{}")).await;
    let answer = gateway(&fake).get(&format!("/v3/{A}/types")).await;
    let ChangeError::Rejected(fault) = as_the_page_reads_it(&answer) else { panic!() };
    assert_eq!(fault.kind(), FaultKind::Address);
}
