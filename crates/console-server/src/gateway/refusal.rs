//! What the gateway says itself: why nothing was sent, or what became of what was.

use super::client::ClientError;
use super::headers::{add_request_id, protect};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use rustls::{AlertDescription, CertificateError};
use serde_json::json;
use std::error::Error as StdError;
use std::io::{self, Write};
use tower::BoxError;

/// A response of the gateway's own, in the form that Cinder's web framework has for what did not
/// reach Cinder.
#[derive(Debug, Clone, Copy)]
pub(super) struct Refusal {
    status: StatusCode,
    code: &'static str,
    message: &'static str,
}

impl Refusal {
    pub(super) const NOT_PASSED: Refusal = Refusal {
        status: StatusCode::NOT_FOUND,
        code: "gateway.not_passed",
        message: "the gateway does not pass this path and method on: the page needs neither",
    };
    pub(super) const TOO_LARGE: Refusal = Refusal {
        status: StatusCode::PAYLOAD_TOO_LARGE,
        code: "gateway.request_too_large",
        message: "the request is too large; nothing of it was sent to the endpoint",
    };
    pub(super) const LATE: Refusal = Refusal {
        status: StatusCode::REQUEST_TIMEOUT,
        code: "gateway.request_too_slow",
        message: "the request took too long to come in; nothing of it was sent to the endpoint",
    };
    pub(super) const CUT: Refusal = Refusal {
        status: StatusCode::BAD_REQUEST,
        code: "gateway.request_cut",
        message: "the request did not come in whole; nothing of it was sent to the endpoint",
    };
    pub(super) const REDIRECT: Refusal = Refusal {
        status: StatusCode::BAD_GATEWAY,
        code: "gateway.redirect",
        message: "the endpoint redirects, and a token is for one address: whoever runs this server \
                  should set --endpoint to the final address",
    };
    pub(super) const SLOW: Refusal = Refusal {
        status: StatusCode::GATEWAY_TIMEOUT,
        code: "gateway.no_response_in_time",
        message: "the endpoint did not answer in time, and may still be at work: look at what \
                  became of the request before it is sent again",
    };
    const BROKEN: Refusal = Refusal {
        status: StatusCode::BAD_GATEWAY,
        code: "gateway.no_response",
        message: "the endpoint broke off before it answered, and may have done the work: look at \
                  what became of the request before it is sent again",
    };
    const INVALID_RESPONSE: Refusal = Refusal {
        status: StatusCode::BAD_GATEWAY,
        code: "gateway.invalid_response",
        message: "the endpoint's response is not valid HTTP, and it may have done the work: look \
                  at what became of the request before it is sent again",
    };
    const NO_CONNECTION_IN_TIME: Refusal = Refusal {
        status: StatusCode::GATEWAY_TIMEOUT,
        code: "gateway.no_connection_in_time",
        message: "the endpoint did not take a connection in time, so nothing was sent: try again \
                  later, or ask whoever runs this server to check --endpoint",
    };
    const NO_CONNECTION: Refusal = Refusal {
        status: StatusCode::BAD_GATEWAY,
        code: "gateway.no_connection",
        message: "the endpoint cannot be reached, so nothing was sent: try again later, or ask \
                  whoever runs this server to check --endpoint",
    };
    const UNKNOWN_ISSUER: Refusal = Refusal {
        status: StatusCode::BAD_GATEWAY,
        code: "gateway.certificate_authority",
        message: "nothing was sent, since this server does not know who signed the endpoint's \
                  certificate: whoever runs it can name the authority's certificate with --ca",
    };
    const WRONG_NAME: Refusal = Refusal {
        status: StatusCode::BAD_GATEWAY,
        code: "gateway.certificate_name",
        message: "nothing was sent, since the endpoint's certificate is for another name than the \
                  one in --endpoint: whoever runs this server should use a name that is in it",
    };
    const EXPIRED: Refusal = Refusal {
        status: StatusCode::BAD_GATEWAY,
        code: "gateway.certificate_expired",
        message: "nothing was sent, since the endpoint's certificate has expired: whoever runs the \
                  endpoint should renew it, or this server's clock is wrong",
    };
    const NOT_YET_VALID: Refusal = Refusal {
        status: StatusCode::BAD_GATEWAY,
        code: "gateway.certificate_not_yet_valid",
        message: "nothing was sent, since the endpoint's certificate is not valid yet: this \
                  server's clock may be wrong",
    };
    const BAD_CERTIFICATE: Refusal = Refusal {
        status: StatusCode::BAD_GATEWAY,
        code: "gateway.certificate_invalid",
        message: "nothing was sent, since the endpoint's certificate cannot be accepted: whoever \
                  runs the endpoint should check it",
    };
    const TLS_VERSION: Refusal = Refusal {
        status: StatusCode::BAD_GATEWAY,
        code: "gateway.tls_version",
        message: "nothing was sent, since the endpoint offers no version or cipher of TLS that is \
                  still safe: it has to offer TLS 1.2 or 1.3",
    };
    const NOT_TLS: Refusal = Refusal {
        status: StatusCode::BAD_GATEWAY,
        code: "gateway.not_tls",
        message: "nothing was sent, since what answers at the endpoint's port does not speak TLS: \
                  whoever runs this server should check the port in --endpoint, or use http://",
    };
    const TLS_FAILED: Refusal = Refusal {
        status: StatusCode::BAD_GATEWAY,
        code: "gateway.tls_failed",
        message: "nothing was sent, since no secure connection to the endpoint could be made: \
                  whoever runs this server should check --endpoint and the endpoint's certificate",
    };
}

impl From<ClientError> for Refusal {
    fn from(error: ClientError) -> Refusal {
        match error {
            ClientError::Connect(error) => {
                let refusal = of_connection(&error);
                refusal.log();
                refusal
            }
            ClientError::NoResponse => Refusal::BROKEN,
            ClientError::InvalidResponse => Refusal::INVALID_RESPONSE,
        }
    }
}

fn of_connection(error: &BoxError) -> Refusal {
    if cause::<tokio::time::error::Elapsed>(&**error).is_some() {
        return Refusal::NO_CONNECTION_IN_TIME;
    }
    match cause(&**error) {
        Some(error) => of_tls(error),
        None => Refusal::NO_CONNECTION,
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "they have dozens of variants, and get more")]
fn of_tls(error: &rustls::Error) -> Refusal {
    use rustls::Error;
    match error {
        Error::InvalidCertificate(error) => match error {
            // The second is another authority of the same name, such as one that was made anew.
            CertificateError::UnknownIssuer | CertificateError::BadSignature => {
                Refusal::UNKNOWN_ISSUER
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                Refusal::WRONG_NAME
            }
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => Refusal::EXPIRED,
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                Refusal::NOT_YET_VALID
            }
            _ => Refusal::BAD_CERTIFICATE,
        },
        Error::PeerIncompatible(_)
        | Error::AlertReceived(
            AlertDescription::ProtocolVersion
            | AlertDescription::HandshakeFailure
            | AlertDescription::InsufficientSecurity,
        ) => Refusal::TLS_VERSION,
        Error::InvalidMessage(_) => Refusal::NOT_TLS,
        _ => Refusal::TLS_FAILED,
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

impl Refusal {
    /// Tells the operator, who alone can mend a connection. The line is made of constants, so it
    /// can hold no secret.
    fn log(self) {
        let Refusal { status, code, message } = self;
        // Nothing is left to be told if even this cannot be written.
        let _ = writeln!(io::stderr(), "{} {code}: {message}", status.as_u16());
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let title = self.status.canonical_reason().unwrap_or_default();
        let body = json!({ "message": self.message, "code": self.code, "title": title });
        let headers = [(header::CONTENT_TYPE, "application/json")];
        let mut response = (self.status, headers, body.to_string()).into_response();
        add_request_id(response.headers_mut());
        protect(response.headers_mut());
        response
    }
}
