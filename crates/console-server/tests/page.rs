//! The page's files and headers, and the program that serves them.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod support;

use axum::body::Body;
use axum::http::Request;
use console_server::observe::Metrics;
use console_server::page::Source;
use console_server::policy::{Origin, Policy};
use console_server::{Api, sandbox};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::sync::Arc;
use support::{A, Server};
use tower::ServiceExt;

#[tokio::test]
async fn the_policy_allows_only_our_scripts_and_styles() {
    let server = Server::new();
    // Hashes of the inline script and style in `support::INDEX`, computed with `openssl dgst
    // -sha256 -binary | base64`.
    let expected = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval' \
        'sha256-RoIUsHp3O6pTvjkWpyBqwU8YX5d4ZY7nZT+UE4//pqY='; style-src 'self' \
        'sha256-IAdwN3biDCQ3brrgp1m8kBEsPQYyqfREKOEfeoREopc='; \
        img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; \
        form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; \
        trusted-types 'none'";
    for path in ["/", "/index.html", "/theme.js", "/no-such-file"] {
        let response = server.get(path).await;
        assert_eq!(response.header("Content-Security-Policy"), Some(expected), "{path}");
        assert_eq!(response.header("X-Content-Type-Options"), Some("nosniff"), "{path}");
        assert_eq!(response.header("Referrer-Policy"), Some("no-referrer"), "{path}");
        assert_eq!(response.header("Cross-Origin-Opener-Policy"), Some("same-origin"), "{path}");
        let permissions = response.header("Permissions-Policy").unwrap();
        assert!(permissions.contains("clipboard-write=(self)"), "{permissions}");
    }
}

#[tokio::test]
async fn the_policy_allows_connections_to_allowed_endpoints() {
    let endpoint = "https://evs.cn-east-3.myhuaweicloud.com".parse().unwrap();
    let other = "http://localhost:8776".parse().unwrap();
    let response = Server::with(None, vec![endpoint, other]).get("/").await;
    let policy = response.header("Content-Security-Policy").unwrap();
    let connect = policy.split("; ").find(|part| part.starts_with("connect-src")).unwrap();
    assert_eq!(
        connect,
        "connect-src 'self' https://evs.cn-east-3.myhuaweicloud.com http://localhost:8776"
    );
}

#[tokio::test]
async fn counts_violations_without_blocking_them_if_configured() {
    let report = |text: &'static str| {
        Request::post("/csp-report")
            .header("Content-Type", "application/csp-report")
            .body(Body::from(text))
            .unwrap()
    };
    let violation = r#"{"csp-report": {
        "document-uri": "https://console.example/canary",
        "violated-directive": "script-src-elem",
        "blocked-uri": "https://canary.example/x.js",
        "script-sample": "canary"
    }}"#;
    let metrics = Arc::<Metrics>::default();
    let server = Server::configured(Api::Sandbox(sandbox::Options::default()), |config| {
        config.observer.metrics = metrics.clone();
        config.policy.is_report_only = true;
    });
    let page = server.get("/").await;
    assert_eq!(page.header("Content-Security-Policy"), None);
    let policy = page.header("Content-Security-Policy-Report-Only").unwrap();
    assert!(policy.ends_with("; report-uri csp-report"), "{policy}");
    for (text, status) in [
        (violation, 204),
        (r#"{"csp-report": {"violated-directive": "img-src 'self' data:"}}"#, 204),
        (r#"{"csp-report": {"violated-directive": "canary"}}"#, 204),
        ("canary", 400),
    ] {
        assert_eq!(server.send(report(text)).await.status, status, "{text}");
    }
    let text = metrics.text();
    for directive in ["script-src", "img-src", "other"] {
        let line = format!("console_policy_violations_total{{directive=\"{directive}\"}} 1");
        assert!(text.contains(&line), "{text}");
    }
    assert!(!text.contains("canary"), "{text}");

    assert_eq!(Server::new().send(report(violation)).await.status, 405);
}

#[test]
fn rejects_origins_with_anything_but_scheme_host_and_port() {
    for text in ["https://a.example", "http://127.0.0.1:8776", "https://evs.cn-east-3.x.com:443"] {
        assert_eq!(text.parse::<Origin>().unwrap().to_string(), text);
    }
    for text in [
        "",
        "a.example",
        "https://",
        "https://a.example/",
        "https://a.example/v2",
        "https://a.example; script-src *",
        "https://a.example,b",
        "https://a b",
        "https://*",
        "https://*.example",
        "https://a:b@c",
        "https://a:99999",
        "https://a:",
        "https://a?b",
        "https://a#b",
        "ftp://a",
        "https://a\n",
        "'unsafe-inline'",
    ] {
        assert!(text.parse::<Origin>().is_err(), "{text:?}");
    }
}

#[tokio::test]
async fn only_files_with_a_hash_are_immutable() {
    let server = Server::new();
    let immutable = Some("public, max-age=31536000, immutable");
    for (path, status, caching) in [
        ("/", 200, Some("no-cache")),
        ("/theme.js", 200, Some("no-cache")),
        ("/data-latest.json", 200, Some("no-cache")),
        ("/web-1a2b3c4d5e6f7081.js", 200, immutable),
        ("/web-1a2b3c4d5e6f7081_bg.wasm", 200, immutable),
        ("/style-0123456789abcdef.css", 200, immutable),
        ("/gone-0123456789abcdef.css", 404, Some("no-cache")),
    ] {
        let response = server.get(path).await;
        assert_eq!(response.status, status, "{path}");
        assert_eq!(response.header("Cache-Control"), caching, "{path}");
    }
    let wasm = server.get("/web-1a2b3c4d5e6f7081_bg.wasm").await;
    assert_eq!(wasm.header("Content-Type"), Some("application/wasm"));
}

#[tokio::test]
async fn serves_the_compressed_variant_that_the_client_accepts() {
    let server = Server::new();
    let get = |path: &str, encodings: &str| {
        let request = Request::get(path).header("Accept-Encoding", encodings);
        server.send(request.body(Body::empty()).unwrap())
    };
    let wasm = "/web-1a2b3c4d5e6f7081_bg.wasm";
    for (path, accepted, encoding, content) in [
        ("/", "gzip, br", Some("br"), "index as br"),
        ("/", "gzip", Some("gzip"), "index as gz"),
        ("/", "identity", None, support::INDEX),
        (wasm, "gzip, deflate, br, zstd", Some("br"), "wasm as br"),
        ("/", "gzip;q=1.0, BR ; q=0.5", Some("br"), "index as br"),
        ("/", "br;q=0, gzip", Some("gzip"), "index as gz"),
        ("/", "br; q=0.000", None, support::INDEX),
        ("/", "", None, support::INDEX),
        (wasm, "gzip", None, "\0asm"),
    ] {
        let response = get(path, accepted).await;
        assert_eq!(response.header("Content-Encoding"), encoding, "{path} {accepted}");
        assert_eq!(response.bytes, content.as_bytes(), "{path} {accepted}");
    }
    let response = get(wasm, "br").await;
    assert_eq!(response.header("Content-Type"), Some("application/wasm"));
}

#[tokio::test]
async fn sends_304_for_a_cached_file() {
    let server = Server::new();
    let get = |encoding: &str, cached: &str| {
        let request = Request::get("/").header("Accept-Encoding", encoding);
        server.send(request.header("If-None-Match", cached).body(Body::empty()).unwrap())
    };
    let first = get("br", "").await;
    let tag = first.header("ETag").unwrap();
    assert_eq!(first.status, 200);
    for cached in [tag, &format!("\"other\", W/{tag}")] {
        let response = get("br", cached).await;
        assert_eq!(response.status, 304, "{cached}");
        assert_eq!(response.bytes, b"");
        assert_eq!(response.header("ETag"), Some(tag));
        assert_eq!(response.header("Vary"), Some("accept-encoding"));
    }
    // Another encoding of the same file has a different tag.
    assert_eq!(get("gzip", tag).await.status, 200);
    assert_eq!(get("br", "\"other\"").await.status, 200);
}

#[tokio::test]
async fn serves_nested_folders_and_rejects_a_folder_that_is_too_large() {
    let page = support::page();
    let source = Source::Folder(page.path().to_owned());
    let router = || console_server::page::router(&source, &Policy::default());
    std::fs::create_dir(page.path().join("fonts")).unwrap();
    std::fs::write(page.path().join("fonts/a.woff2"), "font").unwrap();
    let request = Request::get("/fonts/a.woff2").body(Body::empty()).unwrap();
    let response = router().unwrap().oneshot(request).await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["Content-Type"], "font/woff2");

    let huge = std::fs::File::create(page.path().join("fonts/huge")).unwrap();
    huge.set_len(65 << 20).unwrap();
    assert!(router().unwrap_err().to_string().contains("too large to be a built page"));
}

#[tokio::test]
async fn serves_nothing_outside_the_folder() {
    let server = Server::new();
    for path in [
        "/../Cargo.toml",
        "/..%2f..%2fetc%2fpasswd",
        "/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "/..%5c..%5cetc%5cpasswd",
        "//etc/passwd",
        "/%2fetc%2fpasswd",
        "/%00",
        "/index.html%00.js",
    ] {
        let response = server.get(path).await;
        assert!(response.status.is_client_error(), "{path}: {}", response.status);
    }
    let post = Request::post("/index.html").body(Body::empty()).unwrap();
    let response = server.send(post).await;
    assert_eq!((response.status.as_u16(), response.header("Allow")), (405, Some("GET, HEAD")));
    let head = Request::head("/index.html").body(Body::empty()).unwrap();
    assert_eq!(server.send(head).await.status, 200);
}

fn program() -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_console-server"));
    program.args(["--listen", "127.0.0.1:0"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    program
}

#[test]
fn prints_its_address_survives_a_broken_request_and_exits_on_sigterm() {
    let page = support::page();
    let mut child = program().arg("--page").arg(page.path()).spawn().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    let address = line.strip_prefix("Volume Transfer is at http://").unwrap().trim_end();
    assert!(address.starts_with("127.0.0.1:") && !address.ends_with(":0"), "{address}");

    let send = |text: String| {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(text.as_bytes()).unwrap();
        stream
    };
    let head = format!(
        "POST /v2/{A}/os-volume-transfer HTTP/1.1\r\nHost: x\r\nX-Auth-Token: demo-token-a\r\n\
         Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{{"
    );
    drop(send(head));

    let mut response = String::new();
    send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".to_owned())
        .read_to_string(&mut response)
        .unwrap();
    assert!(response.starts_with("HTTP/1.1 200 OK\r\n"), "{response}");
    assert!(response.ends_with(support::INDEX), "{response}");

    let kill = Command::new("kill").arg(child.id().to_string()).status().unwrap();
    assert!(kill.success());
    assert!(child.wait().unwrap().success());
    let mut rest = String::new();
    stdout.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "", "it must print only one line");
}

#[test]
fn reports_a_missing_page_an_invalid_database_and_an_invalid_origin() {
    let empty = tempfile::TempDir::new().unwrap();
    let no_page = program().arg("--page").arg(empty.path()).output().unwrap();
    assert!(!no_page.status.success());
    assert_eq!(no_page.stdout, b"");
    let stderr = String::from_utf8(no_page.stderr).unwrap();
    let advice = if cfg!(feature = "embedded-page") { "omit --page" } else { "`cargo xtask run`" };
    assert!(stderr.contains(advice), "{stderr}");

    let page = support::page();
    let not_sqlite = page.path().join("index.html");
    let output =
        program().arg("--page").arg(page.path()).arg("--data").arg(&not_sqlite).output().unwrap();
    assert!(!output.status.success());
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.contains("index.html") && stderr.contains("not a database"), "{stderr}");

    let output = program().args(["--allow-endpoint", "https://a/b"]).output().unwrap();
    assert!(!output.status.success());
}
