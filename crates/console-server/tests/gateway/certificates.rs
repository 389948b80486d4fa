//! The endpoint's certificate: whether it is trusted, and the error if it isn't.

use crate::support::fake::{Fake, ok};
use crate::support::program::Program;
use crate::{check_error, detail, gateway_to, long_timeouts, transfers};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd,
};
use rustls::pki_types::PrivateKeyDer;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// A TLS server, and the file of certificates for the gateway's `--ca`.
pub(crate) struct Tls {
    pub(crate) acceptor: TlsAcceptor,
    pub(crate) ca: PathBuf,
    _folder: TempDir,
}

fn tls(trusted: &Certificate, server: &Certificate, key: &KeyPair) -> Tls {
    let folder = TempDir::new().unwrap();
    let ca = folder.path().join("ca.pem");
    let text = BASE64_STANDARD.encode(trusted.der());
    fs::write(&ca, format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n"))
        .unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![server.der().clone()],
            PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
        )
        .unwrap();
    Tls { acceptor: TlsAcceptor::from(Arc::new(config)), ca, _folder: folder }
}

fn server_params() -> CertificateParams {
    CertificateParams::new(["127.0.0.1".to_owned()]).unwrap()
}

fn authority_params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::new([]).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params
}

pub(crate) fn expired(params: &mut CertificateParams) {
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2021, 1, 1);
}

fn not_yet_valid(params: &mut CertificateParams) {
    params.not_before = date_time_ymd(2090, 1, 1);
    params.not_after = date_time_ymd(2091, 1, 1);
}

/// A server certificate signed by an authority that is in the `--ca` file.
pub(crate) fn signed(change: fn(&mut CertificateParams)) -> Tls {
    let params = authority_params("ours");
    let key = KeyPair::generate().unwrap();
    let authority = params.self_signed(&key).unwrap();
    let issuer = Issuer::new(params, key);
    let key = KeyPair::generate().unwrap();
    let mut params = server_params();
    change(&mut params);
    let server = params.signed_by(&key, &issuer).unwrap();
    tls(&authority, &server, &key)
}

pub(crate) fn authority() -> Tls {
    signed(|_| {})
}

/// A self-signed CA certificate, as created by `openssl req -x509`.
fn self_signed(change: fn(&mut CertificateParams)) -> Tls {
    let mut params = server_params();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    change(&mut params);
    let key = KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap();
    tls(&certificate, &certificate, &key)
}

/// A server certificate that is itself in the `--ca` file, unlike the authority that signed it.
fn pinned() -> Tls {
    let issuer = Issuer::new(authority_params("unknown"), KeyPair::generate().unwrap());
    let key = KeyPair::generate().unwrap();
    let server = server_params().signed_by(&key, &issuer).unwrap();
    tls(&server, &server, &key)
}

#[tokio::test]
async fn trusts_the_certificates_in_the_ca_file() {
    let plain_self_signed = self_signed(|params| params.is_ca = IsCa::NoCa);
    for tls in [authority(), self_signed(|_| {}), plain_self_signed, pinned()] {
        let fake = Fake::start(Some(tls.acceptor), |_| ok("", "{\"volumes\": []}")).await;
        let url = format!("https://{}", fake.address);
        let response = gateway_to(&url, long_timeouts(), Some(tls.ca)).get(&detail()).await;
        assert_eq!(response.status, 200, "{}", String::from_utf8_lossy(&response.bytes));
        assert_eq!(response.bytes, b"{\"volumes\": []}");
    }
}

#[tokio::test]
async fn reports_why_a_certificate_is_not_trusted() {
    let other_name = |params: &mut CertificateParams| {
        params.subject_alt_names =
            CertificateParams::new(["elsewhere.example".to_owned()]).unwrap().subject_alt_names;
    };
    let unknown = Tls { acceptor: authority().acceptor, ..authority() };
    for (tls, code, expected) in [
        (signed(expired), "certificate_expired", "has expired"),
        (self_signed(expired), "certificate_expired", "has expired"),
        (signed(not_yet_valid), "certificate_not_yet_valid", "not valid yet"),
        (self_signed(not_yet_valid), "certificate_not_yet_valid", "not valid yet"),
        (signed(other_name), "certificate_name", "not valid for the name"),
        (self_signed(other_name), "certificate_name", "not valid for the name"),
        (unknown, "certificate_authority", "--ca"),
    ] {
        let fake = Fake::start(Some(tls.acceptor), |_| ok("", "{}")).await;
        check_reason(&format!("https://{}", fake.address), tls.ca, code, expected).await;
        assert_eq!(fake.requests().len(), 0);
    }
}

#[tokio::test]
async fn reports_why_the_tls_handshake_failed() {
    for (bytes, code, expected) in [
        (&b"HTTP/1.1 400 Bad Request\r\n\r\n"[..], "not_tls", "does not use TLS"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "not_tls", "does not use TLS"),
        // Fatal alerts: no common version, no common cipher, internal error.
        (&[21, 3, 1, 0, 2, 2, 70], "tls_version", "TLS 1.2 or 1.3"),
        (&[21, 3, 3, 0, 2, 2, 40], "tls_version", "TLS 1.2 or 1.3"),
        (&[21, 3, 3, 0, 2, 2, 80], "tls_failed", "TLS connection to the endpoint failed"),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut hello = [0; 2000];
            let _ = stream.read(&mut hello).await.unwrap();
            stream.write_all(bytes).await.unwrap();
        });
        check_reason(&url, authority().ca, code, expected).await;
    }
}

async fn check_reason(url: &str, ca: PathBuf, code: &str, expected: &str) {
    let response = gateway_to(url, long_timeouts(), Some(ca)).post(&transfers(), "{}").await;
    check_error(&response, 502, expected);
    let body = response.json();
    assert_eq!(body["code"], format!("gateway.{code}"));
    assert!(body["message"].as_str().unwrap().starts_with("nothing was sent"), "{body}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn logs_why_a_connection_failed() {
    let tls = signed(expired);
    let fake = Fake::start(Some(tls.acceptor), |_| ok("", "{}")).await;
    let url = format!("https://{}", fake.address);
    let program = Program::start(&["--endpoint", &url, "--ca", tls.ca.to_str().unwrap()]);
    let path = detail();
    let response = program.request(&format!(
        "GET {path} HTTP/1.1\r\nHost: x\r\nX-Auth-Token: canary\r\nConnection: close\r\n\r\n"
    ));
    assert!(response.starts_with("HTTP/1.1 502 "), "{response}");
    program.terminate();
    let output = program.wait();
    assert!(output.starts_with("502 gateway.certificate_expired: nothing was sent"), "{output}");
    assert!(output.lines().count() == 1 && !output.contains("canary"), "{output}");
}
