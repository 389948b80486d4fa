//! Tests of the gateway, with a fake upstream service.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod certificates;
mod endpoint;
mod exchanges;
mod forwarding;
mod identity;
mod observe;
mod program;
mod regions;
mod responses;
#[path = "../support/mod.rs"]
mod support;

use console_server::Api;
use console_server::gateway::{Services, Timeouts};
use std::path::PathBuf;
use std::time::Duration;
use support::fake::Fake;
use support::{A, SAMPLE, Server, TestResponse};
use volume_transfer::api::decode_created;
use volume_transfer::{ChangeError, Response, UnknownCause, VolumeId};

const SHORT: Duration = Duration::from_millis(600);

/// Longer than a passing test ever waits, but short enough for a failing one.
const LONG: Duration = Duration::from_secs(10);

fn long_timeouts() -> Timeouts {
    Timeouts { body: LONG, connect: LONG, response: LONG, idle: LONG }
}

fn services(url: &str) -> Services {
    let volumes = vec![url.parse().unwrap()];
    Services { volumes, identity: None, ca: None, timeouts: long_timeouts() }
}

fn gateway_to(url: &str, timeouts: Timeouts, ca: Option<PathBuf>) -> Server {
    Server::of(Api::Gateway(Services { timeouts, ca, ..services(url) }), Vec::new())
}

fn gateway(fake: &Fake) -> Server {
    gateway_to(&fake.url(), long_timeouts(), None)
}

fn detail() -> String {
    format!("/v3/{A}/volumes/detail")
}

fn transfers() -> String {
    format!("/v3/{A}/os-volume-transfer")
}

/// Decodes a response to a create request as the page does, and returns the error.
#[track_caller]
fn decode_as_page(response: &TestResponse) -> ChangeError {
    let decoded = Response::new(response.status.as_u16(), response.bytes.clone());
    let decoded = response.headers.iter().fold(decoded, |decoded, (name, value)| {
        decoded.with_header(name.as_str(), value.to_str().unwrap())
    });
    decode_created(VolumeId::parse(SAMPLE).ok(), Ok(decoded)).unwrap_err()
}

/// Checks an error response from the gateway: its status, message, request ID and headers.
#[track_caller]
fn check_error(response: &TestResponse, status: u16, expected: &str) {
    assert_eq!(response.status, status);
    assert_eq!(response.header("Content-Type"), Some("application/json"));
    assert_eq!(response.header("Cache-Control"), Some("no-store"));
    // After these statuses, the page knows that nothing has changed.
    let rejected = matches!(status, 400 | 404 | 413);
    let fault = match decode_as_page(response) {
        ChangeError::Rejected(fault) if rejected => fault,
        ChangeError::OutcomeUnknown(UnknownCause::Failed(fault)) if !rejected => fault,
        error @ (ChangeError::Rejected(_) | ChangeError::OutcomeUnknown(_)) => panic!("{error:?}"),
    };
    let message = fault.message.unwrap();
    assert!(message.contains(expected), "{message}");
    let id = fault.request_id.unwrap();
    assert!(id.starts_with("req-") && id.len() == 40, "{id}");
}
