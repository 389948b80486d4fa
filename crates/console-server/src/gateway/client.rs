//! Sends a request to the endpoint and reads the response.
//!
//! This is a custom HTTP client, because strict clients discard a response, and with it a
//! transfer's key, over a malformed header that browsers, curl and Node ignore, or over a
//! connection that is reset after the response.

use super::body::ResponseBody;
use super::connection::{Connection, Pool};
use super::connector::Connector;
use super::head::{Head, HeadReader};
use axum::http::{HeaderMap, Method, Uri, header};
use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;
use tower::BoxError;

/// Some firewalls reject requests without a user agent.
const USER_AGENT: &str = concat!("volume-transfer-console/", env!("CARGO_PKG_VERSION"));

/// A request with its complete body.
pub(super) struct Outgoing {
    pub(super) method: Method,
    pub(super) uri: Uri,
    pub(super) headers: HeaderMap,
    pub(super) body: axum::body::Bytes,
}

/// The reason for a missing response.
#[derive(Debug)]
pub(super) enum ClientError {
    /// Connecting failed, so nothing was sent.
    Connect(BoxError),
    /// The connection was closed before the first byte of a response.
    NoResponse,
    /// The response is not valid HTTP, or was cut off within its head.
    InvalidResponse,
}

pub(super) struct Client {
    connector: Connector,
    pool: Arc<Pool>,
}

impl Client {
    pub(super) fn new(connector: Connector) -> Client {
        Client { connector, pool: Arc::default() }
    }

    /// Sends a request and reads the head of the response. Only a GET reuses a connection, and it is
    /// retried on a new one if the endpoint has closed the old one. Other requests are sent exactly
    /// once, on a new connection, because a repeated POST could create a second transfer.
    pub(super) async fn send(
        &self,
        request: &Outgoing,
    ) -> Result<(Head, ResponseBody), ClientError> {
        let bytes = request.to_bytes();
        let is_get = request.method == Method::GET;
        let pool = is_get.then(|| self.pool.clone());
        if is_get && let Some(idle) = self.pool.take().await {
            match exchange(idle, &bytes, pool.clone()).await {
                Err(ClientError::NoResponse) => {}
                result => return result,
            }
        }
        let stream = self.connector.connect(request.uri.clone()).await;
        let connection = Connection::new(stream.map_err(ClientError::Connect)?);
        exchange(connection, &bytes, pool).await
    }
}

/// Sends a request and reads the response at the same time, because an endpoint may reject a request
/// before receiving all of it.
async fn exchange(
    mut connection: Connection,
    request: &[u8],
    pool: Option<Arc<Pool>>,
) -> Result<(Head, ResponseBody), ClientError> {
    let mut unsent = request;
    let mut reader = HeadReader::default();
    let mut received: Option<Head> = None;
    let head = poll_fn(|cx| {
        connection.poll_send(cx, &mut unsent);
        while received.is_none() {
            match connection.poll_fill(cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Ok(1..)) => match reader.read(&mut connection.buffer) {
                    Ok(head) => received = head,
                    Err(_) => return Poll::Ready(Err(ClientError::InvalidResponse)),
                },
                Poll::Ready(Ok(0) | Err(_)) if reader.has_begun(&connection.buffer) => {
                    return Poll::Ready(Err(ClientError::InvalidResponse));
                }
                Poll::Ready(Ok(0) | Err(_)) => return Poll::Ready(Err(ClientError::NoResponse)),
            }
        }
        // An error response may precede the end of the request. Before any other response is returned,
        // the rest of the request is sent.
        let is_complete = |head: &mut Head| unsent.is_empty() || head.status.as_u16() >= 400;
        received.take_if(is_complete).map_or(Poll::Pending, |head| Poll::Ready(Ok(head)))
    })
    .await?;
    connection.stop_sending(&mut unsent);
    let body = ResponseBody::new(&head, connection, pool);
    Ok((head, body))
}

impl Outgoing {
    fn to_bytes(&self) -> Vec<u8> {
        let path = self.uri.path_and_query().map_or("/", |path| path.as_str());
        let mut bytes = Vec::with_capacity(1024 + self.body.len());
        for part in [self.method.as_str(), " ", path, " HTTP/1.1\r\n"] {
            bytes.extend_from_slice(part.as_bytes());
        }
        let mut add = |name: &str, value: &[u8]| {
            for part in [name.as_bytes(), b": ", value, b"\r\n"] {
                bytes.extend_from_slice(part);
            }
        };
        let host = host(&self.uri);
        add(header::HOST.as_str(), host.as_bytes());
        add(header::USER_AGENT.as_str(), USER_AGENT.as_bytes());
        for (name, value) in &self.headers {
            add(name.as_str(), value.as_bytes());
        }
        if !self.body.is_empty() || self.method == Method::POST {
            let length = self.body.len().to_string();
            add(header::CONTENT_LENGTH.as_str(), length.as_bytes());
        }
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(&self.body);
        bytes
    }
}

/// Returns the value of the `Host` header: the port is omitted if it is the scheme's default.
fn host(uri: &Uri) -> String {
    let host = uri.host().unwrap_or_default();
    match (uri.port_u16(), uri.scheme_str()) {
        (None, _) | (Some(80), Some("http")) | (Some(443), Some("https")) => host.to_owned(),
        (Some(port), _) => format!("{host}:{port}"),
    }
}
