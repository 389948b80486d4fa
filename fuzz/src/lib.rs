//! Turns fuzzer input into a service's responses.

use volume_transfer::{Fault, Outcome, Response, TransportError, VolumeId};

const STATUSES: [u16; 16] =
    [200, 202, 204, 0, 301, 400, 401, 403, 404, 409, 413, 429, 500, 502, 503, 504];

/// Returns a response or a transport error. The first byte selects the status and the `Retry-After`
/// header, or the error. The rest is the body.
pub fn outcome(data: &[u8]) -> Outcome {
    let (first, body) = data.split_first().unwrap_or((&0, &[]));
    let status = STATUSES[usize::from(first & 15)];
    match first >> 4 {
        15 => Err(TransportError::Timeout),
        14 => Err(TransportError::Connection),
        13 => Ok(response(status, body).with_header("Retry-After", &String::from_utf8_lossy(body))),
        12 => Ok(response(status, body).with_header("Retry-After", "120")),
        _ => Ok(response(status, body)),
    }
}

fn response(status: u16, body: &[u8]) -> Response {
    Response::new(status, body.to_vec()).with_header("X-Openstack-Request-Id", "req-fuzz")
}

/// The volume in the API documentation's sample request.
pub fn sample() -> VolumeId {
    VolumeId::parse("c86b9af4-151d-4ead-b62c-5fb967af0e37").unwrap()
}

/// Checks that a fault can be formatted and that it keeps the request ID.
pub fn check_fault(fault: &Fault) {
    let _ = (fault.kind().code(), fault.retry_delay(), format!("{fault:?}"));
    assert_eq!(fault.request_id.as_deref(), Some("req-fuzz"));
}
