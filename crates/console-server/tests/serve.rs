//! Slow connections, idle connections, and graceful shutdown.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod support;

use axum::Router;
use axum::routing::get;
use console_server::serve::{Options, Timeouts, serve};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};

/// Even a busy machine completes immediate operations within this time.
const SHORT: Duration = Duration::from_millis(800);
const LONG: Duration = Duration::from_secs(20);

/// Starts a server with the paths `/`, `/slow` (which takes twice `SHORT`) and `/never`.
async fn start(timeouts: Timeouts) -> (SocketAddr, oneshot::Sender<()>, JoinHandle<()>) {
    let app = Router::new().route("/", get("page")).route(
        "/slow",
        get(async || {
            sleep(SHORT * 2).await;
            "slow"
        }),
    );
    let app = app.route("/never", get(async || std::future::pending::<()>().await));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel();
    let options = Options { timeouts, ..Options::default() };
    let served = tokio::spawn(serve(listener, app, options, async { stopped.await.unwrap() }));
    (address, stop, served)
}

async fn send(address: SocketAddr, text: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    stream
}

/// Reads until the connection is closed, which must happen soon.
async fn read_to_end(mut stream: TcpStream) -> String {
    let mut text = Vec::new();
    // A reset also closes the connection.
    let _ = timeout(LONG, stream.read_to_end(&mut text)).await.unwrap();
    String::from_utf8(text).unwrap()
}

const GET: &str = "GET / HTTP/1.1\r\nHost: x\r\n";

#[tokio::test]
async fn closes_slow_connections_without_delaying_others() {
    let (address, _stop, _served) =
        start(Timeouts { head: SHORT, write: LONG, shutdown: LONG }).await;
    let start = Instant::now();
    let mut slow = Vec::new();
    for _ in 0..50 {
        slow.push(tokio::spawn(async move {
            let mut stream = send(address, "GET / HTTP/1.1\r\nX-Slow: ").await;
            // Each byte arrives in time, but the whole head does not.
            while stream.write_all(b"a").await.is_ok() && start.elapsed() < LONG {
                sleep(SHORT / 10).await;
            }
            start.elapsed()
        }));
    }
    sleep(SHORT / 10).await;
    let response =
        read_to_end(send(address, &format!("{GET}Connection: close\r\n\r\n")).await).await;
    assert!(response.ends_with("page"), "{response}");
    assert!(start.elapsed() < SHORT, "it must not wait for the slow connections");
    for slow in slow {
        let open_for = slow.await.unwrap();
        assert!(open_for >= SHORT && open_for < LONG, "{open_for:?}");
    }
}

#[tokio::test]
async fn closes_idle_connections() {
    let (address, _stop, _served) =
        start(Timeouts { head: SHORT, write: LONG, shutdown: LONG }).await;
    let start = Instant::now();
    assert_eq!(read_to_end(send(address, "").await).await, "");
    let keep_alive = read_to_end(send(address, &format!("{GET}\r\n")).await).await;
    assert!(
        keep_alive.starts_with("HTTP/1.1 200 ") && keep_alive.ends_with("page"),
        "{keep_alive}"
    );
    assert!(start.elapsed() >= SHORT * 2);
}

#[tokio::test]
async fn shutdown_finishes_requests_in_flight_and_accepts_no_new_ones() {
    let (address, stop, served) =
        start(Timeouts { head: LONG * 2, write: LONG, shutdown: LONG * 2 }).await;
    let idle = send(address, "").await;
    let request = GET.replace("/ ", "/slow ") + "\r\n";
    let in_flight = send(address, &request).await;
    sleep(SHORT / 3).await;
    stop.send(()).unwrap();
    assert_eq!(read_to_end(idle).await, "", "an idle connection is closed at once");
    assert!(!served.is_finished());
    assert!(TcpStream::connect(address).await.is_err());
    let response = read_to_end(in_flight).await;
    assert!(response.starts_with("HTTP/1.1 200 ") && response.ends_with("slow"), "{response}");
    timeout(LONG / 2, served).await.unwrap().unwrap();
}

#[tokio::test]
async fn shutdown_has_a_time_limit() {
    let (address, stop, served) =
        start(Timeouts { head: LONG * 2, write: LONG, shutdown: SHORT }).await;
    let request = GET.replace("/ ", "/never ") + "\r\n";
    let _in_flight = send(address, &request).await;
    sleep(SHORT / 3).await;
    stop.send(()).unwrap();
    let start = Instant::now();
    timeout(LONG, served).await.unwrap().unwrap();
    assert!(start.elapsed() >= SHORT, "{:?}", start.elapsed());
}
