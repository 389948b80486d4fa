//! Records requests in an access log and metrics. Neither contains an ID, a token, a key, a body or
//! a query string.

mod metrics;
mod route;

pub use metrics::Metrics;

use crate::cause::cause;
use crate::forwarded::Client;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::response::Response;
use jiff::Timestamp;
use metrics::{FailureLabels, RequestLabels, RouteLabels, UpstreamLabels};
use route::Route;
use serde_json::json;
use std::error::Error;
use std::fmt;
use std::io::{self, Write};
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Instant;

/// The status in the log and the metrics if the client left before the response was complete. nginx
/// uses the same one.
const CLIENT_LEFT: u16 = 499;

/// What to record.
#[derive(Clone, Debug, Default)]
pub struct Observer {
    /// Counts every request.
    pub metrics: Arc<Metrics>,
    /// Gets a line of JSON for every request.
    pub access_log: Option<AccessLog>,
}

/// The destination of the access log.
#[derive(Clone)]
pub struct AccessLog(Arc<dyn Fn(&str) + Send + Sync>);

impl AccessLog {
    /// Creates a log that calls a function with each line, without a trailing line break.
    pub fn new(write: impl Fn(&str) + Send + Sync + 'static) -> AccessLog {
        AccessLog(Arc::new(write))
    }

    /// Creates a log that prints each line.
    #[must_use]
    pub fn stdout() -> AccessLog {
        // There is nowhere left to report a failure to.
        AccessLog::new(|line| drop(writeln!(io::stdout(), "{line}")))
    }
}

impl fmt::Debug for AccessLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessLog")
    }
}

/// Describes the service that a gateway response comes from. Stored in the response's extensions.
#[derive(Clone, Debug)]
pub(crate) struct Exchange {
    /// `volumes` or `identity`.
    pub(crate) service: &'static str,
    /// Empty if the service has no region.
    pub(crate) region: Arc<str>,
    /// The error code, if the service didn't give a usable response.
    pub(crate) failure: Option<&'static str>,
}

/// The reason why the body of a response ended early. Part of the body error's chain of sources.
#[derive(Debug)]
pub(crate) struct BodyFailure(pub(crate) &'static str);

impl fmt::Display for BodyFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Error for BodyFailure {}

/// A request, recorded when this value is dropped: when its response is complete, or when the client has
/// left.
pub(crate) struct Record {
    observer: Arc<Observer>,
    start: Instant,
    method: &'static str,
    route: Route,
    client: Option<IpAddr>,
    status: u16,
    exchange: Option<Exchange>,
    bytes: u64,
    is_complete: bool,
}

impl Record {
    pub(crate) fn new(observer: Arc<Observer>, request: &Request) -> Record {
        observer.metrics.in_flight.inc();
        Record {
            start: Instant::now(),
            method: route::method(request.method()),
            route: Route::new(request.uri().path()),
            client: request.extensions().get::<Client>().map(|client| client.0),
            status: CLIENT_LEFT,
            exchange: None,
            bytes: 0,
            is_complete: false,
            observer,
        }
    }

    /// Keeps this record until the response has been sent.
    pub(crate) fn observe(mut self, mut response: Response) -> Response {
        self.status = response.status().as_u16();
        self.exchange = response.extensions_mut().remove();
        self.is_complete = response.body().is_end_stream();
        response.map(|body| Body::new(RecordedBody { body, record: self }))
    }

    /// Returns a line for the log.
    fn line(&self, status: u16, seconds: f64) -> String {
        let mut line = json!({
            "time": Timestamp::now().to_string(),
            "client": self.client.map(|client| client.to_string()),
            "method": self.method,
            "route": self.route.to_string(),
            "status": status,
            "bytes": self.bytes,
            "milliseconds": (seconds * 1e6).round() / 1e3,
        });
        if let (Some(Exchange { service, region, failure }), Some(line)) =
            (&self.exchange, line.as_object_mut())
        {
            line.insert("service".to_owned(), json!(service));
            line.insert("region".to_owned(), json!(&**region));
            line.insert("failure".to_owned(), json!(failure));
        }
        line.to_string()
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        let seconds = self.start.elapsed().as_secs_f64();
        let failure = self.exchange.as_ref().and_then(|exchange| exchange.failure);
        let left = !self.is_complete && failure.is_none();
        let status = if left { CLIENT_LEFT } else { self.status };
        let (method, route) = (self.method, self.route);
        let Metrics {
            requests, durations, in_flight, upstream_responses, upstream_failures, ..
        } = &*self.observer.metrics;
        in_flight.dec();
        requests.get_or_create(&RequestLabels { method, route, status }).inc();
        durations.get_or_create(&RouteLabels { method, route }).observe(seconds);
        if let Some(AccessLog(write)) = &self.observer.access_log {
            write(&self.line(status, seconds));
        }
        if let Some(Exchange { service, region, failure }) = self.exchange.take() {
            match failure {
                Some(code) => {
                    upstream_failures.get_or_create(&FailureLabels { service, region, code }).inc()
                }
                None => upstream_responses
                    .get_or_create(&UpstreamLabels { service, region, status: self.status })
                    .inc(),
            };
        }
    }
}

/// A response body that keeps the record until the response has been sent.
struct RecordedBody {
    body: Body,
    record: Record,
}

impl HttpBody for RecordedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<hyper::body::Frame<Bytes>, axum::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        let record = &mut self.record;
        match &frame {
            Some(Ok(frame)) => {
                let length = frame.data_ref().map_or(0, Bytes::len);
                record.bytes += u64::try_from(length).unwrap_or(u64::MAX);
            }
            Some(Err(error)) => {
                if let Some(exchange) = &mut record.exchange {
                    exchange.failure = cause(error).map(|BodyFailure(code)| *code);
                }
            }
            None => {}
        }
        self.record.is_complete = frame.is_none() || self.body.is_end_stream();
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> hyper::body::SizeHint {
        self.body.size_hint()
    }
}
