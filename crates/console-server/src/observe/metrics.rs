//! Metrics in Prometheus's format.

use super::route::Route;
use prometheus_client::encoding::{EncodeLabelSet, text::encode};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use std::sync::Arc;

/// The upper bounds of the latency histogram's buckets, in seconds. The highest is how long the gateway
/// waits for a response.
const BUCKETS: [f64; 11] = [0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 20.0, 65.0];

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct RequestLabels {
    pub(super) method: &'static str,
    pub(super) route: Route,
    pub(super) status: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct RouteLabels {
    pub(super) method: &'static str,
    pub(super) route: Route,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct UpstreamLabels {
    pub(super) service: &'static str,
    pub(super) region: Arc<str>,
    pub(super) status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct FailureLabels {
    pub(super) service: &'static str,
    pub(super) region: Arc<str>,
    /// The gateway's error code without its prefix, such as `no_connection`.
    pub(super) code: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ViolationLabels {
    directive: &'static str,
}

/// The server's metrics.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    pub(super) requests: Family<RequestLabels, Counter>,
    pub(super) durations: Family<RouteLabels, Histogram>,
    pub(crate) in_flight: Gauge,
    pub(super) upstream_responses: Family<UpstreamLabels, Counter>,
    pub(super) upstream_failures: Family<FailureLabels, Counter>,
    pub(crate) connections: Gauge,
    policy_violations: Family<ViolationLabels, Counter>,
}

impl Default for Metrics {
    fn default() -> Metrics {
        let mut registry = Registry::with_prefix("console");
        let requests = Family::default();
        let durations =
            Family::<RouteLabels, Histogram>::new_with_constructor(|| Histogram::new(BUCKETS));
        let (in_flight, connections) = (Gauge::default(), Gauge::default());
        let (upstream_responses, upstream_failures) = (Family::default(), Family::default());
        let policy_violations = Family::default();
        registry.register(
            "http_requests",
            "Client requests that were answered, or abandoned by the client (status 499)",
            requests.clone(),
        );
        registry.register_with_unit(
            "http_request_duration",
            "Time until the complete response was sent",
            Unit::Seconds,
            durations.clone(),
        );
        registry.register(
            "http_requests_in_flight",
            "Requests whose responses are not complete",
            in_flight.clone(),
        );
        registry.register("connections_open", "Open connections from clients", connections.clone());
        registry.register(
            "upstream_responses",
            "Responses from the services that requests are forwarded to",
            upstream_responses.clone(),
        );
        registry.register(
            "upstream_failures",
            "Requests that got no usable response from a service",
            upstream_failures.clone(),
        );
        registry.register(
            "policy_violations",
            "Violations of the page's content security policy that browsers reported",
            policy_violations.clone(),
        );
        Metrics {
            registry,
            requests,
            durations,
            in_flight,
            upstream_responses,
            upstream_failures,
            connections,
            policy_violations,
        }
    }
}

impl Metrics {
    pub(crate) fn count_violation(&self, directive: &'static str) {
        self.policy_violations.get_or_create(&ViolationLabels { directive }).inc();
    }

    /// The content type of [`text`](Metrics::text).
    pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    /// Returns all metrics in OpenMetrics' text format.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a string can't fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}
