//! The gateway's own error responses.

use super::client::ClientError;
use super::headers::{add_request_id, add_security_headers};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use rustls::{AlertDescription, CertificateError};
use serde_json::json;
use std::error::Error as StdError;
use std::io::{self, Write};
use tower::BoxError;

/// An error response, in the format that Cinder's web framework uses for requests that don't reach
/// Cinder.
#[derive(Debug, Clone, Copy)]
pub(super) struct GatewayError {
    status: StatusCode,
    code: &'static str,
    message: &'static str,
}

impl GatewayError {
    pub(super) const NOT_FORWARDED: GatewayError = GatewayError {
        status: StatusCode::NOT_FOUND,
        code: "gateway.not_passed",
        message: "the gateway does not forward this path and method, because the page does not use \
                  them",
    };
    pub(super) const REQUEST_TOO_LARGE: GatewayError = GatewayError {
        status: StatusCode::PAYLOAD_TOO_LARGE,
        code: "gateway.request_too_large",
        message: "the request is too large; nothing was sent to the endpoint",
    };
    pub(super) const REQUEST_TOO_SLOW: GatewayError = GatewayError {
        status: StatusCode::REQUEST_TIMEOUT,
        code: "gateway.request_too_slow",
        message: "the request took too long to arrive; nothing was sent to the endpoint",
    };
    pub(super) const REQUEST_INCOMPLETE: GatewayError = GatewayError {
        status: StatusCode::BAD_REQUEST,
        code: "gateway.request_cut",
        message: "the request arrived incomplete; nothing was sent to the endpoint",
    };
    pub(super) const REDIRECT: GatewayError = GatewayError {
        status: StatusCode::BAD_GATEWAY,
        code: "gateway.redirect",
        message: "the endpoint responded with a redirect, which is not followed because the token is \
                  meant for this address only: set --endpoint to the final address",
    };
    pub(super) const NO_RESPONSE_IN_TIME: GatewayError = GatewayError {
        status: StatusCode::GATEWAY_TIMEOUT,
        code: "gateway.no_response_in_time",
        message: "the endpoint did not respond in time and may still be processing the request: \
                  check the outcome before you repeat it",
    };
    const NO_RESPONSE: GatewayError = GatewayError {
        status: StatusCode::BAD_GATEWAY,
        code: "gateway.no_response",
        message: "the endpoint closed the connection without a response, but may have processed the \
                  request: check the outcome before you repeat it",
    };
    const INVALID_RESPONSE: GatewayError = GatewayError {
        status: StatusCode::BAD_GATEWAY,
        code: "gateway.invalid_response",
        message: "the endpoint's response is not valid HTTP, but it may have processed the request: \
                  check the outcome before you repeat it",
    };
    const NO_CONNECTION_IN_TIME: GatewayError = GatewayError {
        status: StatusCode::GATEWAY_TIMEOUT,
        code: "gateway.no_connection_in_time",
        message: "nothing was sent, because connecting to the endpoint took too long: try again \
                  later, or ask the operator of this server to check --endpoint",
    };
    const NO_CONNECTION: GatewayError = GatewayError {
        status: StatusCode::BAD_GATEWAY,
        code: "gateway.no_connection",
        message: "nothing was sent, because the endpoint could not be reached: try again later, or \
                  ask the operator of this server to check --endpoint",
    };
    const UNKNOWN_ISSUER: GatewayError = GatewayError {
        status: StatusCode::BAD_GATEWAY,
        code: "gateway.certificate_authority",
        message: "nothing was sent, because the endpoint's certificate was issued by an unknown \
                  authority: provide the authority's certificate with --ca",
    };
    const WRONG_NAME: GatewayError = GatewayError {
        status: StatusCode::BAD_GATEWAY,
        code: "gateway.certificate_name",
        message: "nothing was sent, because the endpoint's certificate is not valid for the name in \
                  --endpoint: use one of the names in the certificate",
    };
    const EXPIRED: GatewayError = GatewayError {
        status: StatusCode::BAD_GATEWAY,
        code: "gateway.certificate_expired",
        message: "nothing was sent, because the endpoint's certificate has expired: renew it, or \
                  correct this server's clock",
    };
    const NOT_YET_VALID: GatewayError = GatewayError {
        status: StatusCode::BAD_GATEWAY,
        code: "gateway.certificate_not_yet_valid",
        message: "nothing was sent, because the endpoint's certificate is not valid yet: check this \
                  server's clock",
    };
    const INVALID_CERTIFICATE: GatewayError = GatewayError {
        status: StatusCode::BAD_GATEWAY,
        code: "gateway.certificate_invalid",
        message: "nothing was sent, because the endpoint's certificate is invalid: check the \
                  certificate",
    };
    const TLS_VERSION: GatewayError = GatewayError {
        status: StatusCode::BAD_GATEWAY,
        code: "gateway.tls_version",
        message: "nothing was sent, because the endpoint offers no secure version or cipher of TLS: \
                  enable TLS 1.2 or 1.3 on the endpoint",
    };
    const NOT_TLS: GatewayError = GatewayError {
        status: StatusCode::BAD_GATEWAY,
        code: "gateway.not_tls",
        message: "nothing was sent, because the endpoint does not use TLS on this port: check the \
                  port in --endpoint, or use http://",
    };
    const TLS_FAILED: GatewayError = GatewayError {
        status: StatusCode::BAD_GATEWAY,
        code: "gateway.tls_failed",
        message: "nothing was sent, because the TLS connection to the endpoint failed: check \
                  --endpoint and the endpoint's certificate",
    };
}

impl From<ClientError> for GatewayError {
    fn from(error: ClientError) -> GatewayError {
        match error {
            ClientError::Connect(error) => {
                let error = from_connect_error(&error);
                error.log();
                error
            }
            ClientError::NoResponse => GatewayError::NO_RESPONSE,
            ClientError::InvalidResponse => GatewayError::INVALID_RESPONSE,
        }
    }
}

fn from_connect_error(error: &BoxError) -> GatewayError {
    if cause::<tokio::time::error::Elapsed>(&**error).is_some() {
        return GatewayError::NO_CONNECTION_IN_TIME;
    }
    match cause(&**error) {
        Some(error) => from_tls_error(error),
        None => GatewayError::NO_CONNECTION,
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "non-exhaustive enums with dozens of variants")]
fn from_tls_error(error: &rustls::Error) -> GatewayError {
    use rustls::Error;
    match error {
        Error::InvalidCertificate(error) => match error {
            // The signature doesn't match if an authority was recreated with the same name.
            CertificateError::UnknownIssuer | CertificateError::BadSignature => {
                GatewayError::UNKNOWN_ISSUER
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                GatewayError::WRONG_NAME
            }
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                GatewayError::EXPIRED
            }
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                GatewayError::NOT_YET_VALID
            }
            _ => GatewayError::INVALID_CERTIFICATE,
        },
        Error::PeerIncompatible(_)
        | Error::AlertReceived(
            AlertDescription::ProtocolVersion
            | AlertDescription::HandshakeFailure
            | AlertDescription::InsufficientSecurity,
        ) => GatewayError::TLS_VERSION,
        Error::InvalidMessage(_) => GatewayError::NOT_TLS,
        _ => GatewayError::TLS_FAILED,
    }
}

/// Returns the first error of type `T` in the chain of sources.
fn cause<'a, T: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a T> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        // `io::Error::source` skips the wrapped error itself.
        next = match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    None
}

impl GatewayError {
    /// Logs the error, because only the operator can fix the connection. The line contains only
    /// constants, and so no secrets.
    fn log(self) {
        let GatewayError { status, code, message } = self;
        // There is nowhere left to report a failure to.
        let _ = writeln!(io::stderr(), "{} {code}: {message}", status.as_u16());
    }
}

impl IntoResponse for GatewayError {
    fn into_response(self) -> Response {
        let title = self.status.canonical_reason().unwrap_or_default();
        let body = json!({ "message": self.message, "code": self.code, "title": title });
        let headers = [(header::CONTENT_TYPE, "application/json")];
        let mut response = (self.status, headers, body.to_string()).into_response();
        add_request_id(response.headers_mut());
        add_security_headers(response.headers_mut());
        response
    }
}
