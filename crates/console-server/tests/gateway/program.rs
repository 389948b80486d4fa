//! The program: its options, output and shutdown, and serving the page without an API.

use crate::certificates::authority;
use crate::support::fake::{Fake, Step, ok};
use crate::support::program::{Program, command};
use crate::support::{self, Server};
use crate::{SHORT, detail, transfers};
use console_server::Api;
use std::fs;
use std::io::Read;
use std::time::Duration;
use tempfile::TempDir;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn finishes_requests_in_flight_and_prints_no_secrets() {
    const TOKEN: &str = "canary-token-5d41402a";
    const KEY: &str = "canary-key-bc4b2a76";
    const PASSWORD: &str = "canary-password-7d793037";
    let fake = Fake::with(|seen| {
        let slow = seen.line.starts_with("POST").then_some(Step::Sleep(SHORT * 2));
        let broken = seen.line.contains("/volumes/detail").then_some(Step::Close);
        slow.into_iter()
            .chain(broken)
            .chain(ok("", &format!("{{\"auth_key\":\"{KEY}\"}}")))
            .collect()
    })
    .await;
    let program = Program::start(&["--endpoint", &fake.url(), "--identity", &fake.url()]);
    let head = format!("HTTP/1.1\r\nHost: x\r\nX-Auth-Token: {TOKEN}\r\nConnection: close\r\n");
    let empty = program.request(&format!("GET /console.json {head}\r\n"));
    assert!(empty.contains("\"demo_projects\":[]"), "{empty}");
    let page = program.request(&format!("GET / {head}\r\n"));
    assert!(page.ends_with(support::INDEX), "{page}");
    let rejected = program.request(&format!("GET /v3/{TOKEN}/nothing {head}\r\n"));
    assert!(rejected.starts_with("HTTP/1.1 404 "), "{rejected}");
    let body = format!("{{\"password\":\"{PASSWORD}\"}}");
    let sign_in = "POST /identity/v3/auth/tokens";
    let length = body.len();
    let signed_in =
        program.request(&format!("{sign_in} {head}Content-Length: {length}\r\n\r\n{body}"));
    assert!(signed_in.starts_with("HTTP/1.1 200 "), "{signed_in}");
    let broken = program.request(&format!("GET {} {head}\r\n", detail()));
    assert!(broken.starts_with("HTTP/1.1 502 "), "{broken}");

    let post = format!("POST {} {head}Content-Length: 2\r\n\r\n{{}}", transfers());
    let mut in_flight = program.send(&post);
    while fake.requests().iter().all(|seen| !seen.line.contains("/os-volume-transfer")) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    program.terminate();
    let mut response = String::new();
    in_flight.read_to_string(&mut response).unwrap();
    assert!(response.starts_with("HTTP/1.1 200 ") && response.contains(KEY), "{response}");
    assert_eq!(program.wait(), "", "it must print only one line");
}

#[test]
fn can_be_stopped_as_soon_as_it_prints_its_address() {
    for round in 0..50 {
        let program = Program::start(&["--static-only"]);
        program.request("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        program.signal(if round % 2 == 0 { "TERM" } else { "INT" });
        assert_eq!(program.wait(), "");
    }
}

#[test]
fn rejects_conflicting_or_invalid_options() {
    let tls = authority();
    let folder = TempDir::new().unwrap();
    let page = support::page();
    let not_pem = folder.path().join("not.pem");
    fs::write(&not_pem, "not a certificate").unwrap();
    let (ca, not_pem) = (tls.ca.to_str().unwrap(), not_pem.to_str().unwrap());
    for (arguments, expected) in [
        (&["--endpoint", "https://a", "--data", "file"][..], "cannot be used with"),
        (&["--endpoint", "https://a", "--static-only"], "cannot be used with"),
        (&["--static-only", "--data", "file"], "cannot be used with"),
        (&["--ca", ca], "--endpoint"),
        (&["--endpoint", "https://a", "--token-lifetime", "60"], "cannot be used with"),
        (&["--static-only", "--token-lifetime", "60"], "cannot be used with"),
        (&["--token-lifetime", "0"], "--token-lifetime"),
        (&["--identity", "https://a"], "--endpoint"),
        (&["--endpoint", "https://a", "--identity", "a"], "an endpoint must be"),
        (&["--endpoint", "https://a", "--endpoint", "r=https://b"], "each needs a region"),
        (&["--endpoint", "r=https://a", "--endpoint", "r=https://b"], "have the region `r`"),
        (&["--endpoint", "a/b=https://a"], "a region must consist of"),
        (&["--endpoint", "https://u:secret@a"], "an endpoint must be"),
        (&["--endpoint", "https://a", "--ca", "no-such-file.pem"], "no-such-file.pem"),
        (&["--endpoint", "https://a", "--ca", not_pem], "no PEM certificate"),
    ] {
        let output = command(arguments).arg("--page").arg(page.path()).output().unwrap();
        assert!(!output.status.success(), "{arguments:?}");
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(stderr.contains(expected), "{arguments:?}: {stderr}");
    }
}

#[tokio::test]
async fn serves_no_api_with_static_only() {
    let server = Server::of(Api::None, Vec::new());
    assert_eq!(server.get("/").await.status, 200);
    for path in ["/console.json", &detail(), "/v2", "/v3/"] {
        assert_eq!(server.get(path).await.status, 404, "{path}");
    }
}
