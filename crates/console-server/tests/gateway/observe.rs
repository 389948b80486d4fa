//! How failing services are reported in the log, the metrics and `/readyz`.

use crate::certificates::{Tls, authority, expired, signed};
use crate::support::fake::{Fake, Step, ok, response};
use crate::support::{Server, request};
use crate::{LONG, SHORT, detail, long_timeouts, services};
use axum::body::{Body, to_bytes};
use console_server::Api;
use console_server::gateway::{Services, Timeouts, check};
use console_server::observe::{AccessLog, Metrics, Observer};
use rcgen::CertificateParams;
use serde_json::Value;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tower::ServiceExt;

struct Observed {
    server: Server,
    services: Services,
    metrics: Arc<Metrics>,
    log: Arc<Mutex<Vec<String>>>,
}

impl Observed {
    fn new(url: &str, ca: Option<PathBuf>) -> Observed {
        let timeouts = Timeouts { response: SHORT, idle: SHORT, ..long_timeouts() };
        let services = Services { timeouts, ca, ..services(url) };
        let (metrics, log) = (Arc::<Metrics>::default(), Arc::<Mutex<Vec<String>>>::default());
        let lines = log.clone();
        let access_log = AccessLog::new(move |line| lines.lock().unwrap().push(line.to_owned()));
        let observer = Observer { metrics: metrics.clone(), access_log: Some(access_log) };
        let server = Server::configured(Api::Gateway(services.clone()), |config| {
            config.observer = observer;
        });
        Observed { server, services, metrics, log }
    }

    /// Sends a request with a secret in every part, and reads the response until it ends or fails.
    async fn request(&self) {
        let request = request("GET", &format!("{}?marker=canary-query", detail()))
            .header("X-Auth-Token", "canary-token")
            .body(Body::from("canary-body"));
        let response = self.server.app.clone().oneshot(request.unwrap()).await.unwrap();
        let _ = to_bytes(response.into_body(), usize::MAX).await;
    }

    /// Returns the only line of the log.
    fn line(&self) -> Value {
        let log = self.log.lock().unwrap();
        assert_eq!(log.len(), 1, "{log:?}");
        serde_json::from_str(&log[0]).unwrap()
    }
}

/// Checks that a failure has the same name everywhere, and that no secret appears anywhere.
async fn check_failure(url: &str, ca: Option<PathBuf>, code: &str) {
    let observed = Observed::new(url, ca);
    observed.request().await;

    let line = observed.line();
    assert_eq!(line["failure"], code, "{line}");
    assert_eq!(line["route"], "/v3/{project}/volumes/detail");
    let labels = format!("{{service=\"volumes\",region=\"\",code=\"{code}\"}}");
    let metrics = observed.metrics.text();
    assert!(metrics.contains(&format!("console_upstream_failures_total{labels} 1")), "{metrics}");
    assert!(metrics.contains("console_http_requests_in_flight 0"), "{metrics}");

    let ready = observed.server.get("/readyz").await;
    assert_eq!(ready.status, 503, "{code}");
    let ready = ready.json();
    assert_eq!(ready["ready"], false);
    assert_eq!(ready["services"][0]["failure"], code, "{ready}");
    assert!(!ready["services"][0]["message"].as_str().unwrap().is_empty());

    let checked = check(&observed.services).await.unwrap();
    assert_eq!(checked[0].failure, Some(code));
    for text in [line.to_string(), metrics, ready.to_string()] {
        assert!(!text.contains("canary") && !text.contains("c86b9af4"), "{text}");
    }
}

async fn failing(code: &str, script: fn() -> Vec<Step>) {
    let fake = Fake::with(move |_| script()).await;
    check_failure(&fake.url(), None, code).await;
}

async fn failing_tls(tls: Tls, ca: PathBuf, code: &str) {
    let fake = Fake::start(Some(tls.acceptor), |_| ok("", "{}")).await;
    check_failure(&format!("https://{}", fake.address), Some(ca), code).await;
}

const CUT: &str =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{\"a\"";

#[tokio::test]
async fn names_every_kind_of_failure_consistently() {
    check_failure("http://127.0.0.1:1", None, "no_connection").await;
    failing("no_response_in_time", || vec![Step::Sleep(LONG)]).await;
    failing("no_response", || vec![Step::Close]).await;
    failing("invalid_response", || vec![Step::Send("SMTP ready\r\n\r\n".to_owned())]).await;
    failing("response_too_slow", || vec![Step::Send(CUT.to_owned()), Step::Sleep(LONG)]).await;
    failing("response_cut", || vec![Step::Send(CUT.to_owned()), Step::Close]).await;
    failing("redirect", || response("302 Found", "Location: /login\r\n", "")).await;
    failing("html", || ok("Content-Type: text/html\r\n", "<html>")).await;
}

#[tokio::test]
async fn names_tls_failures() {
    let other_name = |params: &mut CertificateParams| {
        let other = CertificateParams::new(["elsewhere.example".to_owned()]).unwrap();
        params.subject_alt_names = other.subject_alt_names;
    };
    for (tls, code) in
        [(signed(expired), "certificate_expired"), (signed(other_name), "certificate_name")]
    {
        let ca = tls.ca.clone();
        failing_tls(tls, ca, code).await;
    }
    let unknown = authority();
    failing_tls(authority(), unknown.ca.clone(), "certificate_authority").await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            stream.write_all(b"SSH-2.0-OpenSSH_9.2\r\n").await.unwrap();
        }
    });
    check_failure(&url, None, "not_tls").await;
}

#[tokio::test]
async fn counts_responses_and_is_ready() {
    let fake = Fake::with(|_| response("404 Not Found", "", "{}")).await;
    let observed = Observed::new(&fake.url(), None);
    observed.request().await;
    let line = observed.line();
    assert_eq!((&line["status"], &line["bytes"]), (&404.into(), &2.into()), "{line}");
    assert_eq!(line["failure"], Value::Null);
    let metrics = observed.metrics.text();
    let responses =
        "console_upstream_responses_total{service=\"volumes\",region=\"\",status=\"404\"} 1";
    assert!(metrics.contains(responses), "{metrics}");

    // Frequent probes send only one request to the service.
    for _ in 0..3 {
        let ready = observed.server.get("/readyz").await;
        assert_eq!((ready.status.as_u16(), &ready.json()["ready"]), (200, &Value::Bool(true)));
    }
    assert_eq!(fake.requests().iter().filter(|seen| seen.line.contains("/v3/ ")).count(), 1);
    // Probes aren't logged.
    observed.line();
}

#[tokio::test]
async fn records_a_client_that_leaves() {
    let fake = Fake::with(|_| vec![Step::Sleep(LONG)]).await;
    let observed = Observed::new(&fake.url(), None);
    let request = request("GET", &detail()).body(Body::empty()).unwrap();
    let response = observed.server.app.clone().oneshot(request);
    assert!(tokio::time::timeout(SHORT / 4, response).await.is_err());
    assert_eq!(observed.line()["status"], 499);
    assert!(observed.metrics.text().contains("console_http_requests_in_flight 0"));
}

#[tokio::test]
async fn counts_everything_that_the_dashboard_and_the_alerts_use() {
    let fake = Fake::with(|_| ok("", "{}")).await;
    let mut metrics = String::new();
    for url in [fake.url(), "http://127.0.0.1:1".to_owned()] {
        let observed = Observed::new(&url, None);
        observed.request().await;
        metrics += &observed.metrics.text();
    }
    let docs = concat!(
        include_str!("../../../../docs/grafana-dashboard.json"),
        include_str!("../../../../docs/alerts.yml")
    );
    let is_part = |char: char| char.is_ascii_alphanumeric() || char == '_';
    let names = docs.split(|char| !is_part(char)).filter(|word| word.starts_with("console_"));
    let mut count = 0;
    for name in names {
        assert!(metrics.contains(&format!("\n{name}")), "{name}: {metrics}");
        count += 1;
    }
    assert!(count > 8);
}
