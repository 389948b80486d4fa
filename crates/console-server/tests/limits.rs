//! Limits on connections, requests and slow clients.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod support;

use axum::Router;
use axum::body::Body;
use axum::routing::get;
use console_server::admission::Limits;
use console_server::observe::{Metrics, Observer};
use console_server::page::Source;
use console_server::serve::{Options, Timeouts, serve};
use console_server::{Api, Config, app, sandbox};
use futures_util::stream;
use std::future::pending;
use std::io;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, sleep, timeout};

/// Even a busy machine completes immediate operations within this time.
const SHORT: Duration = Duration::from_millis(800);
const LONG: Duration = Duration::from_secs(20);

async fn start(app: Router, options: Options) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(serve(listener, app, options, pending()));
    address
}

/// Starts the sandbox with these limits. Returns its address, and the folder with its page.
async fn limited(limits: Limits) -> (SocketAddr, TempDir) {
    let page = support::page();
    let metrics = Arc::<Metrics>::default();
    let config = Config {
        limits,
        observer: Observer { metrics: metrics.clone(), access_log: None },
        ..Config::new(
            Source::Folder(page.path().to_owned()),
            Api::Sandbox(sandbox::Options::default()),
        )
    };
    let trusted_proxies = ["127.0.0.1/32".parse().unwrap()].into();
    let options = Options { metrics, trusted_proxies, ..Options::default() };
    (start(app(&config).unwrap(), options).await, page)
}

/// Sends the head of a request.
async fn send(address: SocketAddr, path: &str, headers: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    stream
}

async fn response(address: SocketAddr, path: &str, headers: &str) -> String {
    let mut text = String::new();
    send(address, path, headers).await.read_to_string(&mut text).await.unwrap();
    text
}

#[tokio::test]
async fn drops_a_client_that_stops_reading() {
    let endless = || stream::repeat_with(|| Ok::<_, io::Error>(vec![0_u8; 1 << 16]));
    let app = Router::new().route("/", get(async move || Body::from_stream(endless())));
    let metrics = Arc::<Metrics>::default();
    let timeouts = Timeouts { write: SHORT, ..Timeouts::default() };
    let options = Options { timeouts, metrics: metrics.clone(), ..Options::default() };
    let address = start(app, options).await;
    let open = || metrics.text().contains("console_connections_open 1");

    let _silent = send(address, "/", "").await;
    sleep(SHORT / 2).await;
    assert!(open());
    let start = Instant::now();
    while open() {
        assert!(start.elapsed() < LONG, "the connection is still open");
        sleep(SHORT / 10).await;
    }
}

#[tokio::test]
async fn lets_clients_wait_for_a_connection() {
    let app = Router::new().route("/", get("page"));
    let address = start(app, Options { max_connections: 1, ..Options::default() }).await;
    let first = TcpStream::connect(address).await.unwrap();
    sleep(SHORT / 4).await;
    let mut second = tokio::spawn(async move { response(address, "/", "").await });
    assert!(timeout(SHORT, &mut second).await.is_err());
    drop(first);
    let second = timeout(LONG, second).await.unwrap().unwrap();
    assert!(second.ends_with("page"), "{second}");
}

#[tokio::test]
async fn limits_the_requests_from_one_address() {
    let limits = Limits { rate: NonZeroU32::new(3), ..Limits::default() };
    let (address, _page) = limited(limits).await;
    let from = |client: &str| format!("X-Forwarded-For: {client}\r\n");
    // Addresses in the same /64 network count as one client.
    for client in ["192.0.2.1", "2001:db8::1"] {
        for _ in 0..3 {
            let response = response(address, "/", &from(client)).await;
            assert!(response.starts_with("HTTP/1.1 200 "), "{response}");
        }
    }
    for client in ["192.0.2.1", "2001:db8::2"] {
        let rejected = response(address, "/", &from(client)).await;
        assert!(rejected.starts_with("HTTP/1.1 429 "), "{rejected}");
        assert!(rejected.contains("retry-after: 1\r\n"), "{rejected}");
        assert!(rejected.contains("server.too_many_requests"), "{rejected}");
    }
    let other = response(address, "/", &from("192.0.2.2")).await;
    assert!(other.starts_with("HTTP/1.1 200 "), "{other}");
    let probe = response(address, "/healthz", &from("192.0.2.1")).await;
    assert!(probe.starts_with("HTTP/1.1 200 "), "probes are not limited: {probe}");
}

#[tokio::test]
async fn limits_the_requests_in_progress() {
    let limits = Limits { in_flight: NonZeroU32::new(1), ..Limits::default() };
    let (address, _page) = limited(limits).await;
    // The body is missing, so the sandbox waits for it.
    let path = format!("/v3/{}/os-volume-transfer", support::A);
    let mut slow = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: x\r\nX-Auth-Token: demo-token-a\r\n\
         Content-Type: application/json\r\nContent-Length: 9\r\n\r\n"
    );
    slow.write_all(head.as_bytes()).await.unwrap();
    sleep(SHORT / 4).await;
    let rejected = response(address, "/", "").await;
    assert!(rejected.starts_with("HTTP/1.1 503 "), "{rejected}");
    assert!(rejected.contains("retry-after: 1\r\n"), "{rejected}");
    drop(slow);
    sleep(SHORT / 4).await;
    let admitted = response(address, "/", "").await;
    assert!(admitted.starts_with("HTTP/1.1 200 "), "{admitted}");
}
