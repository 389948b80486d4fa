//! The endpoint: which addresses are one, and who has to vouch for it.

use crate::support::fake::{Fake, ok};
use crate::{check_refusal, detail, gateway_to, patient, transfers};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use console_server::gateway::Endpoint;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// An authority, and a server that it vouches for.
pub(crate) fn authority(name: &str) -> (TlsAcceptor, TempDir, PathBuf) {
    let mut params = CertificateParams::new([]).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap();
    let issuer = Issuer::new(params, key);
    let key = KeyPair::generate().unwrap();
    let names = ["127.0.0.1".to_owned()];
    let server = CertificateParams::new(names).unwrap().signed_by(&key, &issuer).unwrap();

    let folder = TempDir::new().unwrap();
    let file = folder.path().join("ca.pem");
    let text = BASE64_STANDARD.encode(certificate.der());
    fs::write(&file, format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n"))
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
    (TlsAcceptor::from(Arc::new(config)), folder, file)
}

#[tokio::test]
async fn an_endpoint_with_tls_is_known_by_who_signed_its_certificate() {
    let (tls, _folder, ca) = authority("ours");
    let (_, _other_folder, another) = authority("another");
    let fake = Fake::start(Some(tls), |_| ok("", "{\"volumes\": []}")).await;
    let url = format!("https://{}", fake.address);

    let answer = gateway_to(&url, patient(), Some(ca.clone())).get(&detail()).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.bytes, b"{\"volumes\": []}");

    let stranger = gateway_to(&url, patient(), Some(another.clone()));
    check_refusal(&stranger.post(&transfers(), "{}").await, 502, "--ca");
    // The name is checked too.
    let other = url.replace("127.0.0.1", "localhost");
    let answer = gateway_to(&other, patient(), Some(ca)).post(&transfers(), "{}").await;
    check_refusal(&answer, 502, "no secure connection");
    assert_eq!(fake.requests().len(), 1);

    let plain = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", plain.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut stream, _) = plain.accept().await.unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
    });
    let answer = gateway_to(&url, patient(), Some(another)).post(&transfers(), "{}").await;
    check_refusal(&answer, 502, "nothing was sent");
}

#[test]
fn an_endpoint_is_an_address_and_perhaps_a_path() {
    for text in [
        "http://127.0.0.1:8776",
        "https://evs.cn-east-3.myhuaweicloud.com",
        "https://[::1]:8776",
        "https://[::1]",
        "https://host/",
        "https://host/volume",
        "https://host/a/b-c_d.e~f/",
    ] {
        assert!(text.parse::<Endpoint>().is_ok(), "{text}");
    }
    for text in [
        "",
        "host",
        "host:8776",
        "//host",
        "ftp://host",
        "http://",
        "https:///volume",
        "https://user@host",
        "https://user:secret@host",
        "https://host:99999",
        "https://host:",
        "https://host?x",
        "https://host/?x",
        "https://host/#x",
        "https://host/../x",
        "https://host/./x",
        "https://host//x",
        "https://host/%2e",
        "https://host/a b",
        " https://host",
    ] {
        assert!(text.parse::<Endpoint>().is_err(), "{text}");
    }
}
