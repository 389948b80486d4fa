//! Turns requests away while there are too many.

use crate::forwarded::Client;
use crate::observe::Metrics;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use serde_json::json;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::Arc;

/// Above this number of addresses, those that have sent nothing recently are forgotten.
const MANY_ADDRESSES: usize = 10_000;

/// How many requests are admitted.
#[derive(Clone, Debug, Default)]
pub struct Limits {
    /// The maximum number of requests whose responses are not complete.
    pub in_flight: Option<NonZeroU32>,
    /// The maximum number of requests per second from one address, or from one IPv6 /64 network.
    /// This is also the maximum burst.
    pub rate: Option<NonZeroU32>,
}

/// The state of the limits.
pub(crate) struct Admission {
    metrics: Arc<Metrics>,
    in_flight: Option<i64>,
    rate: Option<DefaultKeyedRateLimiter<IpAddr>>,
}

impl Admission {
    pub(crate) fn new(limits: &Limits, metrics: Arc<Metrics>) -> Admission {
        Admission {
            metrics,
            in_flight: limits.in_flight.map(|limit| limit.get().into()),
            rate: limits.rate.map(|rate| RateLimiter::keyed(Quota::per_second(rate))),
        }
    }

    /// Returns the number of seconds that a client has to wait, if any.
    fn wait(&self, client: IpAddr) -> Option<u64> {
        let limiter = self.rate.as_ref()?;
        if limiter.len() > MANY_ADDRESSES {
            limiter.retain_recent();
        }
        let not_until = limiter.check_key(&network(client)).err()?;
        let wait = not_until.wait_time_from(DefaultClock::default().now());
        Some(wait.as_secs() + 1)
    }

    /// Returns a 429 or 503 response if there are too many requests. The given request already
    /// counts as in flight.
    pub(crate) fn reject(&self, request: &Request) -> Option<Response> {
        let client = request.extensions().get::<Client>();
        if let Some(seconds) = client.and_then(|client| self.wait(client.0)) {
            let message = "too many requests from this address; nothing was done";
            let (status, code) = (StatusCode::TOO_MANY_REQUESTS, "server.too_many_requests");
            return Some(rejection(status, code, message, seconds));
        }
        if self.in_flight.is_some_and(|limit| self.metrics.in_flight.get() > limit) {
            let message = "the server is handling too many requests; nothing was done";
            return Some(rejection(StatusCode::SERVICE_UNAVAILABLE, "server.busy", message, 1));
        }
        None
    }
}

/// Returns an error response in the same form as the gateway's.
fn rejection(status: StatusCode, code: &str, message: &str, seconds: u64) -> Response {
    let title = status.canonical_reason().unwrap_or_default();
    let headers = [
        (header::CONTENT_TYPE, "application/json".to_owned()),
        (header::RETRY_AFTER, seconds.to_string()),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    let body = json!({ "message": message, "code": code, "title": title });
    (status, headers, body.to_string()).into_response()
}

/// Returns the network that counts as one client. An IPv6 client usually controls its entire /64.
fn network(client: IpAddr) -> IpAddr {
    match client {
        IpAddr::V4(_) => client,
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64)).into(),
    }
}
