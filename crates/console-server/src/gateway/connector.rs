//! Opens connections to the services, with TLS for https.

use super::certificates;
use super::services::Services;
use axum::http::Uri;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioIo;
use std::io;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tower::{BoxError, ServiceExt};

/// A plain or encrypted connection.
pub(super) type Stream = TokioIo<MaybeHttpsStream<TokioIo<TcpStream>>>;

/// Opens connections, with a time limit for connecting and the TLS handshake together.
#[derive(Clone)]
pub(super) struct Connector {
    https: HttpsConnector<HttpConnector>,
    timeout: Duration,
}

impl Connector {
    /// # Errors
    /// Returns an error if the certificates to trust can't be loaded.
    pub(super) fn new(services: &Services) -> io::Result<Connector> {
        let mut http = HttpConnector::new();
        http.enforce_http(false);
        http.set_nodelay(true);
        let https = HttpsConnectorBuilder::new()
            .with_tls_config(certificates::tls(services)?)
            .https_or_http()
            .enable_http1()
            .wrap_connector(http);
        Ok(Connector { https, timeout: services.timeouts.connect })
    }

    pub(super) async fn connect(&self, address: Uri) -> Result<Stream, BoxError> {
        let connection = self.https.clone().oneshot(address);
        Ok(TokioIo::new(timeout(self.timeout, connection).await??))
    }
}
