//! Options, the corresponding environment variables, and what the server prints.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod support;

use serde_json::Value;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Command, Output};
use support::program::Program;
use support::{A, SAMPLE};

/// Runs `--check` with these environment variables.
fn check(variables: &[(&str, &str)]) -> Output {
    let page = support::page();
    let mut command = Command::new(env!("CARGO_BIN_EXE_console-server"));
    command.arg("--check").arg("--page").arg(page.path()).envs(variables.iter().copied());
    command.output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn checks_each_service() {
    let sandbox = Program::start(&[]);
    let endpoints = format!("r1=http://{},r2=http://127.0.0.1:1", sandbox.address);
    let output = check(&[("CONSOLE_ENDPOINT", &endpoints)]);
    assert!(!output.status.success());
    let printed = text(&output.stdout);
    assert!(printed.starts_with("volumes service in r1: ok\n"), "{printed}");
    assert!(printed.contains("volumes service in r2: no_connection: "), "{printed}");
    assert!(printed.contains("check --endpoint"), "{printed}");

    let identity = format!("http://{}/identity", sandbox.address);
    let endpoint = format!("http://{}", sandbox.address);
    let output = check(&[("CONSOLE_ENDPOINT", &endpoint), ("CONSOLE_IDENTITY", &identity)]);
    assert!(output.status.success());
    let expected = "volumes service: ok\nidentity service: ok\neverything is ok\n";
    assert_eq!(text(&output.stdout), expected);
}

#[test]
fn names_the_option_for_an_invalid_variable() {
    for (variable, value, option) in [
        ("CONSOLE_LISTEN", "here", "--listen"),
        ("CONSOLE_ENDPOINT", "ftp://x", "--endpoint"),
        ("CONSOLE_BASE_PATH", "/a b/", "--base-path"),
        ("CONSOLE_TRUST_PROXY", "proxy", "--trust-proxy"),
        ("CONSOLE_MAX_REQUESTS", "0", "--max-requests"),
        ("CONSOLE_TLS_CERT", "cert.pem", "--tls-key"),
        ("CONSOLE_CA", "ca.pem", "--endpoint"),
    ] {
        let output = check(&[(variable, value)]);
        assert!(!output.status.success(), "{variable}");
        let error = text(&output.stderr);
        assert!(error.contains(option), "{variable}: {error}");
    }
}

#[test]
fn prints_no_secrets_in_the_log_or_the_metrics() {
    let mut program = Program::start(&["--access-log", "--metrics", "127.0.0.1:0"]);
    let line = program.line();
    let metrics = line.strip_prefix("Metrics are at http://").unwrap().trim_end();
    let (metrics, path) = metrics.split_once('/').unwrap();

    let head = "Host: x\r\nConnection: close\r\nX-Auth-Token: demo-token-a\r\n";
    let body =
        format!("{{\"transfer\": {{\"volume_id\": \"{SAMPLE}\", \"name\": \"canary-name\"}}}}");
    let created = program.request(&format!(
        "POST /v2/{A}/os-volume-transfer?canary=query HTTP/1.1\r\n{head}\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    ));
    let created: Value = serde_json::from_str(created.split_once("\r\n\r\n").unwrap().1).unwrap();
    let key = created["transfer"]["auth_key"].as_str().unwrap().to_owned();
    let id = created["transfer"]["id"].as_str().unwrap().to_owned();

    let user = r#"{"name": "canary-user", "domain": {"name": "canary-domain"}, "password": "canary-password"}"#;
    let identity = format!(r#"{{"methods": ["password"], "password": {{"user": {user}}}}}"#);
    let auth = format!(r#"{{"auth": {{"identity": {identity}}}}}"#);
    let rejected = program.request(&format!(
        "POST /identity/v3/auth/tokens HTTP/1.1\r\n{head}X-Subject-Token: canary-subject\r\n\
         Openstack-Auth-Receipt: canary-receipt\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{auth}",
        auth.len()
    ));
    assert!(rejected.starts_with("HTTP/1.1 401 "), "{rejected}");

    let mut stream = TcpStream::connect(metrics).unwrap();
    stream.write_all(format!("GET /{path} HTTP/1.1\r\n{head}\r\n").as_bytes()).unwrap();
    let mut counted = String::new();
    stream.read_to_string(&mut counted).unwrap();
    let route = "method=\"POST\",route=\"/v2/{project}/os-volume-transfer\",status=\"202\"";
    assert!(counted.contains(&format!("console_http_requests_total{{{route}}} 1")), "{counted}");

    program.terminate();
    let log = program.wait();
    let line: Value = serde_json::from_str(log.lines().next().unwrap()).unwrap();
    assert_eq!((&line["method"], &line["status"]), (&"POST".into(), &202.into()), "{line}");
    assert!(log.contains("/identity/v3/auth/tokens"), "{log}");
    for text in [&counted, &log] {
        for secret in [&key, &id, "canary", "demo-token-a", SAMPLE, A] {
            assert!(!text.contains(secret), "{secret}: {text}");
        }
    }
}
