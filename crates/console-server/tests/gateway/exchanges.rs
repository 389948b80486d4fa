//! Streaming, limits, timeouts, retries, and connections that fail.

use crate::support::fake::{Fake, Step, ok, response};
use crate::support::request;
use crate::{LONG, SHORT, check_error, detail, gateway, gateway_to, long_timeouts, transfers};
use axum::body::{Body, Bytes};
use console_server::gateway::Timeouts;
use futures_util::stream;
use http_body_util::BodyExt;
use std::io;
use std::sync::Arc;
use std::time::Instant;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tower::ServiceExt;

/// Returns the address of a closed port.
async fn closed_port() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

async fn frame(body: &mut Body) -> Option<Result<Bytes, axum::Error>> {
    let frame = tokio::time::timeout(LONG, body.frame()).await.unwrap();
    frame.map(|frame| frame.map(|frame| frame.into_data().unwrap()))
}

#[tokio::test]
async fn streams_a_response_as_it_arrives() {
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
    let request = request("GET", &detail()).body(Body::empty()).unwrap();
    let mut body = gateway.app.clone().oneshot(request).await.unwrap().into_body();
    assert_eq!(frame(&mut body).await.unwrap().unwrap(), "first");
    rest.add_permits(1);
    assert_eq!(frame(&mut body).await.unwrap().unwrap(), "-last");
    assert!(frame(&mut body).await.is_none());
}

#[tokio::test]
async fn an_incomplete_or_stalled_response_does_not_look_complete() {
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
        let timeouts = Timeouts { idle: SHORT, ..long_timeouts() };
        let gateway = gateway_to(&fake.url(), timeouts, None);
        let request = request("GET", &detail()).body(Body::empty()).unwrap();
        let mut body = gateway.app.clone().oneshot(request).await.unwrap().into_body();
        assert_eq!(frame(&mut body).await.unwrap().unwrap(), "first");
        assert!(frame(&mut body).await.unwrap().is_err(), "{length} {stalls}");
    }
}

#[tokio::test]
async fn does_not_follow_redirects() {
    let elsewhere = Fake::with(|_| ok("", "{}")).await;
    let url = elsewhere.url();
    for status in ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"] {
        let location = format!("Location: {url}/\r\n");
        let fake = Fake::with(move |_| response(status, &location, "")).await;
        let gateway = gateway(&fake);
        let response = gateway.post(&transfers(), "{}").await;
        check_error(&response, 502, "set --endpoint to the final address");
        assert_eq!(fake.requests().len(), 1);
    }
    assert_eq!(elsewhere.requests().len(), 0);
}

#[tokio::test]
async fn sends_502_if_the_endpoint_fails() {
    let response =
        gateway_to(&closed_port().await, long_timeouts(), None).post(&transfers(), "{}").await;
    check_error(&response, 502, "nothing was sent");

    let fake = Fake::with(|_| vec![Step::Close]).await;
    let response = gateway(&fake).post(&transfers(), "{}").await;
    check_error(&response, 502, "may still take effect");
    assert_eq!(fake.requests().len(), 1, "sent once");

    let fake = Fake::with(|_| vec![Step::Send("SSH-2.0-OpenSSH\r\n".to_owned())]).await;
    let response = gateway(&fake).post(&transfers(), "{}").await;
    check_error(&response, 502, "not valid HTTP: the request may still take effect");
}

#[tokio::test]
async fn sends_504_if_the_endpoint_is_slow() {
    let begun = Instant::now();
    let fake = Fake::with(|_| vec![Step::Sleep(LONG * 2)]).await;
    let timeouts = Timeouts { response: SHORT, ..long_timeouts() };
    let response = gateway_to(&fake.url(), timeouts, None).post(&transfers(), "{}").await;
    check_error(&response, 504, "in time: the request may still take effect");
    assert_eq!(fake.requests().len(), 1, "sent once");

    // Accepts the connection, but never responds to the TLS handshake.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", silent.local_addr().unwrap());
    let timeouts = Timeouts { connect: SHORT, ..long_timeouts() };
    let response = gateway_to(&url, timeouts, None).post(&transfers(), "{}").await;
    check_error(&response, 504, "nothing was sent");
    assert!(begun.elapsed() < LONG, "{:?}", begun.elapsed());
}

#[tokio::test]
async fn does_not_forward_a_request_that_is_too_large_too_slow_or_incomplete() {
    let begun = Instant::now();
    let fake = Fake::with(|_| ok("", "{}")).await;
    let gateway = gateway_to(&fake.url(), Timeouts { body: SHORT, ..long_timeouts() }, None);
    let full = vec![b'x'; 114_688];
    let parts = |bytes: Vec<u8>| {
        let parts = bytes.chunks(10_000).map(|part| Ok::<_, io::Error>(part.to_vec()));
        Body::from_stream(stream::iter(parts.collect::<Vec<_>>()))
    };
    let over = [full.clone(), vec![b'x']].concat();
    for body in [Body::from(over.clone()), parts(over.clone())] {
        check_error(&gateway.post(&transfers(), body).await, 413, "too large");
    }
    let declared = request("POST", &transfers()).header("Content-Length", "114689");
    let never = || Body::from_stream(stream::pending::<Result<Vec<u8>, io::Error>>());
    let declared = gateway.send(declared.body(never()).unwrap()).await;
    check_error(&declared, 413, "too large");
    let slow = gateway.post(&transfers(), never()).await;
    check_error(&slow, 408, "too long to arrive");
    let cut = [Ok("{\"transfer\""), Err(io::Error::other("gone"))];
    let cut = Body::from_stream(stream::iter(cut));
    check_error(&gateway.post(&transfers(), cut).await, 400, "arrived incomplete");
    assert_eq!(fake.requests().len(), 0);

    for body in [Body::from(full.clone()), parts(full.clone())] {
        assert_eq!(gateway.post(&transfers(), body).await.status, 200);
    }
    assert!(fake.requests().iter().all(|seen| seen.body == full));
    assert_eq!(fake.requests().len(), 2);
    assert!(begun.elapsed() < LONG, "{:?}", begun.elapsed());
}

/// The endpoint may close an idle connection at any moment. The gateway notices this only when it
/// sends the next request.
#[tokio::test]
async fn retries_a_get_on_a_closed_connection() {
    let fake = Fake::with(|seen| match seen.turn {
        0 => ok("", "{}"),
        _ => vec![Step::Close],
    })
    .await;
    let gateway = gateway(&fake);
    for _ in 0..4 {
        assert_eq!(gateway.get(&detail()).await.status, 200);
    }
    let seen: Vec<_> = fake.requests().iter().map(|seen| (seen.connection, seen.turn)).collect();
    assert_eq!(seen, [(0, 0), (0, 1), (1, 0), (1, 1), (2, 0), (2, 1), (3, 0)]);
}

#[tokio::test]
async fn retries_a_get_only_once() {
    let fake = Fake::with(|seen| match (seen.connection, seen.turn) {
        (0, 0) => ok("", "{}"),
        _ => vec![Step::Close],
    })
    .await;
    let gateway = gateway(&fake);
    assert_eq!(gateway.get(&detail()).await.status, 200);
    check_error(&gateway.get(&detail()).await, 502, "without a response");
    assert_eq!(fake.requests().len(), 3);
    // A request that failed on a new connection is not retried at all.
    check_error(&gateway.get(&detail()).await, 502, "without a response");
    assert_eq!(fake.requests().len(), 4);
}

#[tokio::test]
async fn does_not_retry_a_get_after_a_partial_response() {
    let fake = Fake::with(|seen| match seen.turn {
        0 => ok("", "{}"),
        _ => vec![Step::Send("HTTP/1.1 200 O".to_owned()), Step::Close],
    })
    .await;
    let gateway = gateway(&fake);
    assert_eq!(gateway.get(&detail()).await.status, 200);
    check_error(&gateway.get(&detail()).await, 502, "not valid HTTP");
    assert_eq!(fake.requests().len(), 2);
}

#[tokio::test]
async fn sends_post_and_delete_once_and_on_a_new_connection() {
    let fake = Fake::with(|seen| match seen.line.starts_with("GET") {
        true => ok("", "{}"),
        false => vec![Step::Close],
    })
    .await;
    let gateway = gateway(&fake);
    for (method, path) in [("POST", transfers()), ("DELETE", transfers() + "/a")] {
        assert_eq!(gateway.get(&detail()).await.status, 200);
        let request = request(method, &path).body(Body::empty()).unwrap();
        check_error(&gateway.send(request).await, 502, "may still take effect");
    }
    let changes = fake.requests().into_iter().filter(|seen| !seen.line.starts_with("GET"));
    assert_eq!(changes.map(|seen| seen.turn).collect::<Vec<_>>(), [0, 0]);
}
