//! Malformed responses that browsers, curl and Node accept anyway.

use crate::support::fake::{Fake, Step};
use crate::support::program::Program;
use crate::support::request;
use crate::{check_error, detail, gateway, transfers};
use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use http_body_util::BodyExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tower::ServiceExt;

const BODY: &str = "{\"auth_key\": \"0123456789abcdef\"}";

/// Starts an endpoint that sends a response, and optionally closes the connection.
async fn endpoint(response: String, closes: bool) -> Fake {
    Fake::with(move |_| {
        let close = closes.then_some(Step::Close);
        [Step::Send(response.clone())].into_iter().chain(close).collect()
    })
    .await
}

#[tokio::test]
async fn forwards_malformed_responses_that_browsers_accept() {
    let length = format!("Content-Length: {}", BODY.len());
    let chunked = "Transfer-Encoding: chunked";
    let size = format!("{:x}", BODY.len());
    let many = "X-A: 1\r\n".repeat(5_000);
    let long = format!("X-A: {}\r\n", "a".repeat(100_000));
    for (response, closes) in [
        (format!("HTTP/1.1 202\r\n{length}\r\n\r\n{BODY}"), false),
        (format!("HTTP/1.1 202 \u{e9}\r\n{length}\r\n\r\n{BODY}"), false),
        (format!("\r\nHTTP/1.1  202 Accepted\n{length}\n\n{BODY}"), false),
        (format!("HTTP/1.0 202 Accepted\r\n\r\n{BODY}"), true),
        (
            format!("HTTP/1.0 202 Accepted\r\nConnection: keep-alive\r\n{length}\r\n\r\n{BODY}"),
            false,
        ),
        (format!("HTTP/1.0 202 A\r\n{chunked}\r\n\r\n{size}\r\n{BODY}\r\n0\r\n\r\n"), false),
        (
            format!(
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nX : 1\r\n\r\nHTTP/1.1 202 A\r\n{length}\r\n\r\n{BODY}"
            ),
            false,
        ),
        (format!("HTTP/1.1 202 A\r\nX-Total : 1\r\n{length}\r\n\r\n{BODY}"), false),
        (format!("HTTP/1.1 202 A\r\nX-A: 1\r\n 2\r\n\t3\r\n{length}\r\n\r\n{BODY}"), false),
        (format!("HTTP/1.1 202 A\r\nnothing\r\n: 1\r\nX A: 1\r\n{length}\r\n\r\n{BODY}"), false),
        (
            format!(
                "HTTP/1.1 202 A\r\nX-A: a\u{1}\rb\r\nX-\u{e9}: \u{e9}\r\n{length}\r\n\r\n{BODY}"
            ),
            false,
        ),
        (format!("HTTP/1.1 202 A\r\n{many}{length}\r\n\r\n{BODY}"), false),
        (format!("HTTP/1.1 202 A\r\n{long}{length}\r\n\r\n{BODY}"), false),
        (format!("HTTP/1.1 202 A\r\n{length}\r\n{length}\r\n\r\n{BODY}"), false),
        (
            format!(
                "HTTP/1.1 202 A\r\n{chunked}\r\n\r\n{size};a=b\r\n{BODY}\r\n0\r\nX-T : 1\r\n\r\n"
            ),
            false,
        ),
        (format!("HTTP/1.1 202 A\r\n{chunked}\r\n\r\n{size}\n{BODY}\n0\n\n"), false),
    ] {
        let fake = endpoint(response.clone(), closes).await;
        let received = gateway(&fake).post(&transfers(), "{}").await;
        let start = response.chars().take(120).collect::<String>();
        assert_eq!(received.status, StatusCode::ACCEPTED, "{start:?}");
        assert_eq!(received.bytes, BODY.as_bytes(), "{start:?}");
    }
}

#[tokio::test]
async fn reports_an_unknown_outcome_for_invalid_responses() {
    for response in [
        "HTTP/1.1 200 OK\r\nX: a\0b\r\nContent-Length: 2\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
        "HTTP/1.1 400\r\nX: cut",
        "{\"badRequest\": {\"code\": 400}}\r\n\r\n",
    ] {
        let fake = endpoint(response.to_owned(), true).await;
        let received = gateway(&fake).post(&transfers(), "{}").await;
        check_error(&received, 502, "check the outcome");
        assert_eq!(fake.requests().len(), 1, "sent once");
    }
}

#[tokio::test]
async fn does_not_forward_a_content_length_that_it_ignored() {
    let both = "Content-Length: 7\r\nTransfer-Encoding: chunked";
    let response = format!("HTTP/1.1 200 OK\r\n{both}\r\n\r\n2\r\n{{}}\r\n0\r\n\r\n");
    let fake = endpoint(response, false).await;
    let received = gateway(&fake).get(&detail()).await;
    assert_eq!(received.header("Content-Length"), None);
    assert_eq!(received.bytes, b"{}");
}

#[tokio::test]
async fn does_not_reuse_a_connection_with_unexpected_bytes() {
    for response in [
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}HTTP/1.1 500 Oops\r\n\r\n",
        "HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n\r\n",
        "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\n{}",
    ] {
        let fake = endpoint(response.to_owned(), false).await;
        let gateway = gateway(&fake);
        for connection in 0..3 {
            assert!(gateway.get(&detail()).await.status.is_success());
            assert_eq!(fake.requests().last().unwrap().connection, connection, "{response}");
        }
    }
}

#[tokio::test]
async fn a_reset_ends_a_body_without_a_length() {
    for (framing, is_whole) in [("", true), ("Content-Length: 99\r\n", false)] {
        let response = format!("HTTP/1.1 202 Accepted\r\n{framing}\r\n{BODY}");
        let url = resets_after(response).await;
        let server = crate::gateway_to(&url, crate::long_timeouts(), None);
        let request = request("POST", &transfers()).body(Body::from("x".repeat(100_000))).unwrap();
        let response = server.app.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), 202);
        let body = response.into_body().collect().await.map(|body| body.to_bytes());
        assert_eq!(body.ok(), is_whole.then_some(Bytes::from_static(BODY.as_bytes())));
    }
}

/// Starts an endpoint that reads only the start of a request, responds, and resets the connection.
async fn resets_after(response: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let _ = stream.read(&mut [0; 1000]).await.unwrap();
            stream.write_all(response.as_bytes()).await.unwrap();
            tokio::task::yield_now().await;
        }
    });
    url
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forwards_the_status_if_the_endpoint_closes_the_connection_early() {
    let token = "M".repeat(100_000);
    for (response, status, end) in [
        ("HTTP/1.1 431 Too Large\r\nConnection: close\r\n\r\n", "431 ", "0\r\n\r\n"),
        ("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\n{}", "413 ", "{}"),
        ("HTTP/1.1 413 Too Large\r\nContent-Length: 9\r\n\r\n{", "413 ", "{"),
        ("HTTP/1.1 431 Too Large\r\nContent-Length: 9\r\n\r\n", "431 ", "\r\n\r\n"),
    ] {
        let url = resets_after(response.to_owned()).await;
        let program = Program::start(&["--endpoint", &url]);
        for _ in 0..20 {
            let received = program.request(&format!(
                "GET {} HTTP/1.1\r\nHost: x\r\nX-Auth-Token: {token}\r\nConnection: close\r\n\r\n",
                detail()
            ));
            assert!(
                received.starts_with(&format!("HTTP/1.1 {status}")),
                "{response:?}: {received:?}"
            );
            assert!(received.ends_with(end), "{response:?}: {received:?}");
        }
    }
}
