//! What the gateway says itself: why nothing was sent, or what became of what was.

use super::headers::{add_request_id, protect};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use hyper_util::client::legacy::Error;
use rustls::CertificateError;
use serde_json::json;
use std::error::Error as StdError;
use std::io;

/// An answer of the gateway's own, in the form that Cinder's web framework has for what did not
/// reach Cinder.
#[derive(Debug, Clone, Copy)]
pub(super) struct Refusal {
    status: StatusCode,
    message: &'static str,
}

impl Refusal {
    pub(super) const NOT_PASSED: Refusal = Refusal {
        status: StatusCode::NOT_FOUND,
        message: "the gateway does not pass this path and method on: the page needs neither",
    };
    pub(super) const TOO_LARGE: Refusal = Refusal {
        status: StatusCode::PAYLOAD_TOO_LARGE,
        message: "the request is too large; nothing of it was sent to the endpoint",
    };
    pub(super) const LATE: Refusal = Refusal {
        status: StatusCode::REQUEST_TIMEOUT,
        message: "the request took too long to come in; nothing of it was sent to the endpoint",
    };
    pub(super) const CUT: Refusal = Refusal {
        status: StatusCode::BAD_REQUEST,
        message: "the request did not come in whole; nothing of it was sent to the endpoint",
    };
    pub(super) const REDIRECT: Refusal = Refusal {
        status: StatusCode::BAD_GATEWAY,
        message: "the endpoint redirects, and a token is for one address: whoever runs this server \
                  should set --endpoint to the final address",
    };
    pub(super) const SLOW: Refusal = Refusal {
        status: StatusCode::GATEWAY_TIMEOUT,
        message: "the endpoint did not answer in time, and may still be at work: look at what \
                  became of the request before it is sent again",
    };
    const NO_CONNECTION_IN_TIME: Refusal = Refusal {
        status: StatusCode::GATEWAY_TIMEOUT,
        message: "the endpoint did not take a connection in time, so nothing was sent: try again \
                  later, or ask whoever runs this server to check --endpoint",
    };
    const NO_CONNECTION: Refusal = Refusal {
        status: StatusCode::BAD_GATEWAY,
        message: "the endpoint cannot be reached, so nothing was sent: try again later, or ask \
                  whoever runs this server to check --endpoint",
    };
    const UNKNOWN_ISSUER: Refusal = Refusal {
        status: StatusCode::BAD_GATEWAY,
        message: "nothing was sent, since this server does not know who signed the endpoint's \
                  certificate: whoever runs it can name the authority's certificate with --ca",
    };
    const NO_TLS: Refusal = Refusal {
        status: StatusCode::BAD_GATEWAY,
        message: "nothing was sent, since no secure connection to the endpoint could be made: \
                  whoever runs this server should check --endpoint and the endpoint's certificate",
    };
    const BROKEN: Refusal = Refusal {
        status: StatusCode::BAD_GATEWAY,
        message: "the endpoint broke off before it answered, and may have done the work: look at \
                  what became of the request before it is sent again",
    };
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Refusal {
        if !error.is_connect() {
            return Refusal::BROKEN;
        }
        if cause::<tokio::time::error::Elapsed>(&error).is_some() {
            return Refusal::NO_CONNECTION_IN_TIME;
        }
        match cause(&error) {
            Some(rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer)) => {
                Refusal::UNKNOWN_ISSUER
            }
            Some(_) => Refusal::NO_TLS,
            None => Refusal::NO_CONNECTION,
        }
    }
}

/// The first cause of an error that is of this kind.
fn cause<'a, T: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a T> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        // An I/O error passes over what is in it when it is asked for its source.
        next = match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    None
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let title = self.status.canonical_reason().unwrap_or_default();
        let code = format!("{} {title}", self.status.as_u16());
        let body = json!({ "message": self.message, "code": code, "title": title });
        let headers = [(header::CONTENT_TYPE, "application/json")];
        let mut response = (self.status, headers, body.to_string()).into_response();
        add_request_id(response.headers_mut());
        protect(response.headers_mut());
        response
    }
}
