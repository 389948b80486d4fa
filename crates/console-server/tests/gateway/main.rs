//! The gateway, before a service that does what a real one may do.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod certificates;
mod endpoint;
mod exchanges;
mod lists;
mod program;
mod responses;
#[path = "../support/mod.rs"]
mod support;

use console_server::Api;
use console_server::gateway::{Timeouts, Upstream};
use std::path::PathBuf;
use std::time::Duration;
use support::fake::Fake;
use support::{A, SAMPLE, Server, TestResponse};
use volume_transfer::api::decode_created;
use volume_transfer::{ChangeError, Response, UnknownCause, VolumeId};

const SHORT: Duration = Duration::from_millis(600);

/// Long enough not to be what a test waits for, and short enough for one that has to fail.
const LONG: Duration = Duration::from_secs(10);

fn patient() -> Timeouts {
    Timeouts { body: LONG, connect: LONG, answer: LONG, idle: LONG }
}

fn gateway_to(url: &str, timeouts: Timeouts, ca: Option<PathBuf>) -> Server {
    let upstream = Upstream { endpoint: url.parse().unwrap(), ca, timeouts };
    Server::of(Api::Gateway(upstream), Vec::new())
}

fn gateway(fake: &Fake) -> Server {
    gateway_to(&fake.url(), patient(), None)
}

fn detail() -> String {
    format!("/v3/{A}/volumes/detail")
}

fn transfers() -> String {
    format!("/v3/{A}/os-volume-transfer")
}

/// What the page makes of an answer to a request that creates a transfer.
#[track_caller]
fn as_the_page_reads_it(answer: &TestResponse) -> ChangeError {
    let response = Response::new(answer.status.as_u16(), answer.bytes.clone());
    let response = answer.headers.iter().fold(response, |response, (name, value)| {
        response.with_header(name.as_str(), value.to_str().unwrap())
    });
    decode_created(VolumeId::parse(SAMPLE).ok(), Ok(response)).unwrap_err()
}

/// The gateway's own answer: what it says, in a form that the page can read, with an id.
#[track_caller]
fn check_refusal(answer: &TestResponse, status: u16, says: &str) {
    assert_eq!(answer.status, status);
    assert_eq!(answer.header("Content-Type"), Some("application/json"));
    assert_eq!(answer.header("Cache-Control"), Some("no-store"));
    // What is known to have changed nothing, and what is not.
    let rejected = matches!(status, 400 | 404 | 413);
    let fault = match as_the_page_reads_it(answer) {
        ChangeError::Rejected(fault) if rejected => fault,
        ChangeError::OutcomeUnknown(UnknownCause::Failed(fault)) if !rejected => fault,
        error @ (ChangeError::Rejected(_) | ChangeError::OutcomeUnknown(_)) => panic!("{error:?}"),
    };
    let message = fault.message.unwrap();
    assert!(message.contains(says), "{message}");
    let id = fault.request_id.unwrap();
    assert!(id.starts_with("req-") && id.len() == 40, "{id}");
}
