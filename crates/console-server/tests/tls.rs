//! HTTPS, HTTP/2, and certificates that change.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod support;

use axum::body::Body;
use http_body_util::BodyExt;
use hyper::Request;
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rcgen::{CertificateParams, KeyPair};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use support::program::{Program, command};
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::time::sleep;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// A folder with a certificate and its key.
struct Files {
    folder: TempDir,
}

impl Files {
    fn new() -> Files {
        Files { folder: TempDir::new().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a new certificate with its key, and returns the certificate.
    fn renew(&self) -> CertificateDer<'static> {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap();
        let certificate = params.self_signed(&key).unwrap();
        fs::write(self.path("key.pem"), key.serialize_pem()).unwrap();
        fs::write(self.path("cert.pem"), certificate.pem()).unwrap();
        certificate.der().clone()
    }

    fn options(&self) -> Vec<String> {
        let path = |name| self.path(name).to_str().unwrap().to_owned();
        vec!["--tls-cert".into(), path("cert.pem"), "--tls-key".into(), path("key.pem")]
    }

    fn start(&self) -> Program {
        let options = self.options();
        Program::start(&options.iter().map(String::as_str).collect::<Vec<_>>())
    }
}

/// Connects if the server has this certificate.
async fn connect(
    address: SocketAddr,
    trusted: &CertificateDer<'static>,
    protocol: &[u8],
) -> Option<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![protocol.to_vec()];
    let name = ServerName::IpAddress(address.ip().into());
    let stream = TcpStream::connect(address).await.unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, stream).await.ok()
}

#[tokio::test]
async fn serves_both_versions_of_http() {
    let files = Files::new();
    let certificate = files.renew();
    let program = files.start();

    let stream = connect(program.address, &certificate, b"http/1.1").await.unwrap();
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let request = Request::get("/").header("Host", "x").body(Body::empty()).unwrap();
    let response = sender.send_request(request).await.unwrap();
    assert_eq!(response.headers()["strict-transport-security"], "max-age=31536000");
    assert_eq!(response.status(), 200);

    let stream = connect(program.address, &certificate, b"h2").await.unwrap();
    let io = TokioIo::new(stream);
    let (mut sender, connection) = http2::handshake(TokioExecutor::new(), io).await.unwrap();
    tokio::spawn(connection);
    // The sandbox's links contain the scheme and the host, which are part of the URI in HTTP/2.
    let url = format!("https://{}/identity/v3", program.address);
    let request = Request::get(&url).body(Body::empty()).unwrap();
    let response = sender.send_request(request).await.unwrap();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    let body = String::from_utf8(body.to_vec()).unwrap();
    assert!(body.contains(&url), "{body}");
}

#[tokio::test]
async fn uses_a_changed_certificate_without_a_restart() {
    let files = Files::new();
    let first = files.renew();
    let program = files.start();
    assert!(connect(program.address, &first, b"h2").await.is_some());

    // A file that can't be used changes nothing.
    fs::write(files.path("cert.pem"), "").unwrap();
    program.signal("HUP");
    sleep(Duration::from_millis(300)).await;
    assert!(connect(program.address, &first, b"h2").await.is_some());

    let second = files.renew();
    program.signal("HUP");
    for tries in 0.. {
        if connect(program.address, &second, b"h2").await.is_some() {
            break;
        }
        assert!(tries < 50, "the new certificate is not in use");
        sleep(Duration::from_millis(100)).await;
    }
    assert!(connect(program.address, &first, b"h2").await.is_none());
    program.terminate();
    let output = program.wait();
    assert!(output.contains("--tls-cert") && output.contains("stays in use"), "{output}");
}

/// Returns what the server prints before it exits with an error.
fn failure(certificate: &Path, key: &Path) -> String {
    let mut command = command(&["--check"]);
    command.arg("--tls-cert").arg(certificate).arg("--tls-key").arg(key);
    let output = command.output().unwrap();
    assert!(!output.status.success());
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn names_the_option_that_is_wrong() {
    let (files, other) = (Files::new(), Files::new());
    let (_, _) = (files.renew(), other.renew());
    let (certificate, key) = (files.path("cert.pem"), files.path("key.pem"));
    for (error, option) in [
        (failure(&files.path("missing.pem"), &key), "--tls-cert"),
        (failure(&key, &key), "--tls-cert"),
        (failure(&certificate, &files.path("missing.pem")), "--tls-key"),
        (failure(&certificate, &certificate), "--tls-key"),
        (failure(&certificate, &other.path("key.pem")), "--tls-key"),
    ] {
        assert!(error.starts_with(&format!("error: {option}: ")), "{error}");
    }
}
