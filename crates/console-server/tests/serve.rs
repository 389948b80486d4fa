//! Connections that are slow, many, or open when the server is to stop.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod support;

use axum::Router;
use axum::routing::get;
use console_server::serve::{Patience, serve};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};

/// Long enough that a busy machine does in it what takes no time.
const SHORT: Duration = Duration::from_millis(800);
const LONG: Duration = Duration::from_secs(20);

/// A server of `/`, of `/slow`, which takes twice `SHORT`, and of `/never`.
async fn start(patience: Patience) -> (SocketAddr, oneshot::Sender<()>, JoinHandle<()>) {
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
    let served = tokio::spawn(serve(listener, app, patience, async { stopped.await.unwrap() }));
    (address, stop, served)
}

async fn say(address: SocketAddr, text: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    stream
}

/// Reads to the end, which must come soon.
async fn rest(mut stream: TcpStream) -> String {
    let mut text = Vec::new();
    // A reset is an end too.
    let _ = timeout(LONG, stream.read_to_end(&mut text)).await.unwrap();
    String::from_utf8(text).unwrap()
}

const ASK: &str = "GET / HTTP/1.1\r\nHost: x\r\n";

#[tokio::test]
async fn who_sends_byte_by_byte_is_dropped_and_holds_nobody_up() {
    let (address, _stop, _served) = start(Patience { head: SHORT, stop: LONG }).await;
    let begun = Instant::now();
    let mut slow = Vec::new();
    for _ in 0..50 {
        slow.push(tokio::spawn(async move {
            let mut stream = say(address, "GET / HTTP/1.1\r\nX-Slow: ").await;
            // Every byte comes well in time; the head does not.
            while stream.write_all(b"a").await.is_ok() && begun.elapsed() < LONG {
                sleep(SHORT / 10).await;
            }
            begun.elapsed()
        }));
    }
    sleep(SHORT / 10).await;
    let answer = rest(say(address, &format!("{ASK}Connection: close\r\n\r\n")).await).await;
    assert!(answer.ends_with("page"), "{answer}");
    assert!(begun.elapsed() < SHORT, "while the slow ones are there");
    for slow in slow {
        let held = slow.await.unwrap();
        assert!(held >= SHORT && held < LONG, "{held:?}");
    }
}

#[tokio::test]
async fn a_connection_that_is_not_used_is_closed() {
    let (address, _stop, _served) = start(Patience { head: SHORT, stop: LONG }).await;
    let begun = Instant::now();
    assert_eq!(rest(say(address, "").await).await, "");
    let kept = rest(say(address, &format!("{ASK}\r\n")).await).await;
    assert!(kept.starts_with("HTTP/1.1 200 ") && kept.ends_with("page"), "{kept}");
    assert!(begun.elapsed() >= SHORT * 2);
}

#[tokio::test]
async fn a_stop_finishes_what_is_in_flight_and_takes_nothing_new() {
    let (address, stop, served) = start(Patience { head: LONG * 2, stop: LONG * 2 }).await;
    let idle = say(address, "").await;
    let ask = ASK.replace("/ ", "/slow ") + "\r\n";
    let in_flight = say(address, &ask).await;
    sleep(SHORT / 3).await;
    stop.send(()).unwrap();
    assert_eq!(rest(idle).await, "", "nobody waits for it");
    assert!(!served.is_finished());
    assert!(TcpStream::connect(address).await.is_err());
    let answer = rest(in_flight).await;
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.ends_with("slow"), "{answer}");
    timeout(LONG / 2, served).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_stop_does_not_wait_for_ever() {
    let (address, stop, served) = start(Patience { head: LONG * 2, stop: SHORT }).await;
    let ask = ASK.replace("/ ", "/never ") + "\r\n";
    let _in_flight = say(address, &ask).await;
    sleep(SHORT / 3).await;
    stop.send(()).unwrap();
    let begun = Instant::now();
    timeout(LONG, served).await.unwrap().unwrap();
    assert!(begun.elapsed() >= SHORT, "{:?}", begun.elapsed());
}
