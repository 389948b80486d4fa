//! Connections to the endpoint: over TLS where it is https, and by whose word it is believed.

use super::upstream::Upstream;
use axum::http::Uri;
use axum::http::uri::Scheme;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioIo;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use std::future::Future;
use std::io;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tower::{BoxError, Service};

/// Connects, secures the connection where the endpoint is https, and gives up on either after a
/// while: hyper's own limit is for the first alone.
#[derive(Clone)]
pub(super) struct Connector {
    https: HttpsConnector<HttpConnector>,
    patience: Duration,
}

impl Connector {
    pub(super) fn new(upstream: &Upstream) -> io::Result<Connector> {
        Ok(Connector { https: https(upstream)?, patience: upstream.timeouts.connect })
    }
}

impl Service<Uri> for Connector {
    type Response = MaybeHttpsStream<TokioIo<TcpStream>>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.https.poll_ready(cx)
    }

    fn call(&mut self, endpoint: Uri) -> Self::Future {
        let connection = timeout(self.patience, self.https.call(endpoint));
        Box::pin(async { connection.await? })
    }
}

fn https(upstream: &Upstream) -> io::Result<HttpsConnector<HttpConnector>> {
    let mut roots = RootCertStore::empty();
    // What cannot be read of the platform's store is passed over, as everybody does.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if let Some(file) = &upstream.ca {
        add_certificates(&mut roots, file).map_err(|error| {
            let file = file.display();
            io::Error::other(format!("cannot take certificates from `{file}`: {error}"))
        })?;
    }
    if roots.is_empty() && upstream.endpoint.scheme == Scheme::HTTPS {
        return Err(io::Error::other(
            "this machine trusts no authority, so the endpoint's certificate cannot be checked: \
             install its root certificates (on Debian, ca-certificates), or name some with --ca",
        ));
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let mut http = HttpConnector::new();
    http.enforce_http(false);
    http.set_nodelay(true);
    Ok(HttpsConnectorBuilder::new()
        .with_tls_config(config)
        .https_or_http()
        .enable_http1()
        .wrap_connector(http))
}

fn add_certificates(roots: &mut RootCertStore, file: &Path) -> Result<(), BoxError> {
    let before = roots.len();
    for certificate in CertificateDer::pem_file_iter(file)? {
        roots.add(certificate?)?;
    }
    if roots.len() == before {
        return Err("there is no certificate in PEM form in it".into());
    }
    Ok(())
}
