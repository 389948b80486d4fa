//! Sends a request to the endpoint and reads the response.
//!
//! An HTTP client of our own, because the strict ones lose a transfer's key over a malformed header
//! that browsers, curl and Node ignore, or over a connection that is reset after the response.

use super::body::ResponseBody;
use super::connection::{Connection, Pool};
use super::connector::Connector;
use super::head::{Head, HeadReader};
use axum::http::{HeaderMap, Method, Uri, header};
use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;
use tower::BoxError;

/// Names us, because firewalls refuse requests that name nobody.
const USER_AGENT: &str = concat!("volume-transfer-console/", env!("CARGO_PKG_VERSION"));

/// A request whose body was read whole before.
pub(super) struct Outgoing {
    pub(super) method: Method,
    pub(super) address: Uri,
    pub(super) headers: HeaderMap,
    pub(super) body: axum::body::Bytes,
}

/// Why there is no response.
#[derive(Debug)]
pub(super) enum ClientError {
    /// Nothing was sent.
    Connect(BoxError),
    /// The connection ended before the first byte of a response.
    NoResponse,
    /// What came is no HTTP response, or ended before its body.
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

    /// Sends a request once. Only a GET uses a connection that was kept, and is sent again on a new
    /// one if it finds that closed. Nobody could tell whether a POST had been read on such a
    /// connection, and a second one could create a second transfer.
    pub(super) async fn send(
        &self,
        request: &Outgoing,
    ) -> Result<(Head, ResponseBody), ClientError> {
        let bytes = request.to_bytes();
        let only_reads = request.method == Method::GET;
        let pool = only_reads.then(|| self.pool.clone());
        if only_reads && let Some(kept) = self.pool.take().await {
            match exchange(kept, &bytes, pool.clone()).await {
                Err(ClientError::NoResponse) => {}
                result => return result,
            }
        }
        let stream = self.connector.connect(request.address.clone()).await;
        let connection = Connection::new(stream.map_err(ClientError::Connect)?);
        exchange(connection, &bytes, pool).await
    }
}

/// Sends and reads at the same time: an endpoint may refuse a request before it has read it whole.
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
        // A refusal of the first part needs no rest, and anything else does.
        let is_over = |head: &mut Head| unsent.is_empty() || head.status.as_u16() >= 400;
        received.take_if(is_over).map_or(Poll::Pending, |head| Poll::Ready(Ok(head)))
    })
    .await?;
    connection.give_up(&mut unsent);
    let body = ResponseBody::new(&head, connection, pool);
    Ok((head, body))
}

impl Outgoing {
    fn to_bytes(&self) -> Vec<u8> {
        let path = self.address.path_and_query().map_or("/", |path| path.as_str());
        let mut bytes = Vec::with_capacity(1024 + self.body.len());
        let mut add = |name: &str, value: &[u8]| {
            for part in [name.as_bytes(), b": ", value, b"\r\n"] {
                bytes.extend_from_slice(part);
            }
        };
        let host = host(&self.address);
        add(header::HOST.as_str(), host.as_bytes());
        add(header::USER_AGENT.as_str(), USER_AGENT.as_bytes());
        for (name, value) in &self.headers {
            add(name.as_str(), value.as_bytes());
        }
        if !self.body.is_empty() || self.method == Method::POST {
            let length = self.body.len().to_string();
            add(header::CONTENT_LENGTH.as_str(), length.as_bytes());
        }
        let line = format!("{} {path} HTTP/1.1\r\n", self.method);
        [line.as_bytes(), &bytes, b"\r\n", &self.body].concat()
    }
}

/// The host, with its port unless that is the scheme's.
fn host(address: &Uri) -> String {
    let host = address.host().unwrap_or_default();
    match (address.port_u16(), address.scheme_str()) {
        (None, _) | (Some(80), Some("http")) | (Some(443), Some("https")) => host.to_owned(),
        (Some(port), _) => format!("{host}:{port}"),
    }
}
