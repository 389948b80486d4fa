//! Requests and answers on their way: as they come, cut, slow, too large, lost, or sent elsewhere.

use crate::support::fake::{Fake, Step, ok, response};
use crate::support::request;
use crate::{LONG, SHORT, check_refusal, detail, gateway, gateway_to, patient, transfers};
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

/// An address at which nobody answers.
async fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    format!("http://{}", listener.local_addr().unwrap())
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
        let fake = Fake::with(move |_| response(status, &location, "")).await;
        let gateway = gateway(&fake);
        let answer = gateway.post(&transfers(), "{}").await;
        check_refusal(&answer, 502, "set --endpoint to the final address");
        assert_eq!(fake.requests().len(), 1);
    }
    assert_eq!(elsewhere.requests().len(), 0);
}

#[tokio::test]
async fn a_dead_endpoint_is_a_502() {
    let answer = gateway_to(&nobody().await, patient(), None).post(&transfers(), "{}").await;
    check_refusal(&answer, 502, "nothing was sent");

    let fake = Fake::with(|_| vec![Step::Close]).await;
    let answer = gateway(&fake).post(&transfers(), "{}").await;
    check_refusal(&answer, 502, "may have done the work");
    assert_eq!(fake.requests().len(), 1, "sent once");

    let fake = Fake::with(|_| vec![Step::Send("SSH-2.0-OpenSSH\r\n".to_owned())]).await;
    let answer = gateway(&fake).post(&transfers(), "{}").await;
    check_refusal(&answer, 502, "not valid HTTP, and it may have done the work");
}

#[tokio::test]
async fn a_slow_endpoint_is_a_504() {
    let begun = Instant::now();
    let fake = Fake::with(|_| vec![Step::Sleep(LONG * 2)]).await;
    let timeouts = Timeouts { answer: SHORT, ..patient() };
    let answer = gateway_to(&fake.url(), timeouts, None).post(&transfers(), "{}").await;
    check_refusal(&answer, 504, "may still be at work");
    assert_eq!(fake.requests().len(), 1, "sent once");

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
    assert_eq!(fake.requests().len(), 0);

    for body in [Body::from(full.clone()), parts(full.clone())] {
        assert_eq!(gateway.post(&transfers(), body).await.status, 200);
    }
    assert!(fake.requests().iter().all(|seen| seen.body == full));
    assert_eq!(fake.requests().len(), 2);
    assert!(begun.elapsed() < LONG, "{:?}", begun.elapsed());
}

/// An endpoint may close a kept connection at any moment, which shows only when the next request
/// is lost on it.
#[tokio::test]
async fn sends_a_get_again_on_a_new_connection() {
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
async fn sends_a_get_no_third_time() {
    let fake = Fake::with(|seen| match (seen.connection, seen.turn) {
        (0, 0) => ok("", "{}"),
        _ => vec![Step::Close],
    })
    .await;
    let gateway = gateway(&fake);
    assert_eq!(gateway.get(&detail()).await.status, 200);
    check_refusal(&gateway.get(&detail()).await, 502, "broke off");
    assert_eq!(fake.requests().len(), 3);
    // Nor a second time, where the first connection was a new one.
    check_refusal(&gateway.get(&detail()).await, 502, "broke off");
    assert_eq!(fake.requests().len(), 4);
}

#[tokio::test]
async fn sends_no_get_again_once_a_response_has_begun() {
    let fake = Fake::with(|seen| match seen.turn {
        0 => ok("", "{}"),
        _ => vec![Step::Send("HTTP/1.1 200 O".to_owned()), Step::Close],
    })
    .await;
    let gateway = gateway(&fake);
    assert_eq!(gateway.get(&detail()).await.status, 200);
    check_refusal(&gateway.get(&detail()).await, 502, "not valid HTTP");
    assert_eq!(fake.requests().len(), 2);
}

#[tokio::test]
async fn sends_a_change_once_and_on_a_connection_of_its_own() {
    let fake = Fake::with(|seen| match seen.line.starts_with("GET") {
        true => ok("", "{}"),
        false => vec![Step::Close],
    })
    .await;
    let gateway = gateway(&fake);
    for (method, path) in [("POST", transfers()), ("DELETE", transfers() + "/a")] {
        assert_eq!(gateway.get(&detail()).await.status, 200);
        let ask = request(method, &path).body(Body::empty()).unwrap();
        check_refusal(&gateway.send(ask).await, 502, "may have done the work");
    }
    let changes = fake.requests().into_iter().filter(|seen| !seen.line.starts_with("GET"));
    assert_eq!(changes.map(|seen| seen.turn).collect::<Vec<_>>(), [0, 0]);
}
