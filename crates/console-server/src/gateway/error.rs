//! The gateway's own error responses.

use super::headers::{add_request_id, add_security_headers};
use crate::cause::cause;
use crate::observe::Exchange;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use rustls::{AlertDescription, CertificateError};
use serde_json::json;
use std::io::{self, Write};
use std::sync::Arc;
use tower::BoxError;

/// A kind of error. Its message may contain `{service}`, `{option}` and `{repeat}`, which stand for
/// the name of the service, the option that sets its address, and advice on retrying the request.
#[derive(Debug, Clone, Copy)]
pub(super) struct GatewayError {
    status: StatusCode,
    /// Without the prefix, which depends on the service.
    code: &'static str,
    message: &'static str,
}

/// How errors, the log and the metrics refer to a service.
pub(super) struct ServiceLabel {
    name: String,
    /// What the log and the metrics call it.
    service: &'static str,
    /// Empty if the service has no region.
    region: Arc<str>,
    /// The option that sets its address.
    option: &'static str,
    /// The first part of its error codes.
    code_prefix: &'static str,
    /// The advice if the outcome of a request is unknown.
    repeat: &'static str,
}

impl ServiceLabel {
    pub(super) fn volumes(region: Option<&str>) -> ServiceLabel {
        ServiceLabel {
            name: match region {
                Some(region) => format!("the {region} endpoint"),
                None => "the endpoint".to_owned(),
            },
            service: "volumes",
            region: region.unwrap_or_default().into(),
            option: "--endpoint",
            code_prefix: "gateway",
            repeat: "the request may still take effect, so check the outcome before you repeat it",
        }
    }

    pub(super) fn identity() -> ServiceLabel {
        ServiceLabel {
            name: "the identity service".to_owned(),
            service: "identity",
            region: Arc::default(),
            option: "--identity",
            code_prefix: "gateway.identity",
            // A second sign-in only creates a second token.
            repeat: "try again",
        }
    }

    /// Returns what to record about a response from this service.
    pub(super) fn exchange(&self, failure: Option<&'static str>) -> Exchange {
        Exchange { service: self.service, region: self.region.clone(), failure }
    }
}

/// An error response, in the format that Cinder's web framework uses for requests that don't reach
/// Cinder.
pub(super) struct ErrorResponse {
    status: StatusCode,
    code: String,
    message: String,
    /// `None` if the service isn't the cause.
    exchange: Option<Exchange>,
}

impl GatewayError {
    pub(super) const NOT_FORWARDED: GatewayError = GatewayError {
        status: StatusCode::NOT_FOUND,
        code: "not_passed",
        message: "the gateway does not forward this path and method, because the page does not use \
                  them",
    };
    pub(super) const NO_IDENTITY: GatewayError = GatewayError {
        status: StatusCode::NOT_FOUND,
        code: "no_identity",
        message: "this gateway has no identity service: use a token instead, or ask the operator of \
                  this server to set --identity",
    };
    pub(super) const UNKNOWN_REGION: GatewayError = GatewayError {
        status: StatusCode::NOT_FOUND,
        code: "unknown_region",
        message: "this gateway has no endpoint in this region: choose another region, or ask the \
                  operator of this server to add one with --endpoint",
    };
    pub(super) const REQUEST_TOO_LARGE: GatewayError = GatewayError {
        status: StatusCode::PAYLOAD_TOO_LARGE,
        code: "request_too_large",
        message: "the request is too large; nothing was sent to {service}",
    };
    pub(super) const REQUEST_TOO_SLOW: GatewayError = GatewayError {
        status: StatusCode::REQUEST_TIMEOUT,
        code: "request_too_slow",
        message: "the request took too long to arrive; nothing was sent to {service}",
    };
    pub(super) const REQUEST_INCOMPLETE: GatewayError = GatewayError {
        status: StatusCode::BAD_REQUEST,
        code: "request_cut",
        message: "the request arrived incomplete; nothing was sent to {service}",
    };
    pub(super) const REDIRECT: GatewayError = GatewayError {
        status: StatusCode::BAD_GATEWAY,
        code: "redirect",
        message: "{service} responded with a redirect, which is not followed because the token is \
                  meant for this address only: set {option} to the final address",
    };
    pub(super) const NO_RESPONSE_IN_TIME: GatewayError = GatewayError {
        status: StatusCode::GATEWAY_TIMEOUT,
        code: "no_response_in_time",
        message: "{service} did not respond in time: {repeat}",
    };
    pub(super) const NO_RESPONSE: GatewayError = GatewayError {
        status: StatusCode::BAD_GATEWAY,
        code: "no_response",
        message: "{service} closed the connection without a response: {repeat}",
    };
    pub(super) const INVALID_RESPONSE: GatewayError = GatewayError {
        status: StatusCode::BAD_GATEWAY,
        code: "invalid_response",
        message: "{service}'s response is not valid HTTP: {repeat}",
    };
    const NO_CONNECTION_IN_TIME: GatewayError = GatewayError {
        status: StatusCode::GATEWAY_TIMEOUT,
        code: "no_connection_in_time",
        message: "nothing was sent, because connecting to {service} took too long: try again \
                  later, or ask the operator of this server to check {option}",
    };
    const NO_CONNECTION: GatewayError = GatewayError {
        status: StatusCode::BAD_GATEWAY,
        code: "no_connection",
        message: "nothing was sent, because {service} could not be reached: try again later, or \
                  ask the operator of this server to check {option}",
    };
    const UNKNOWN_ISSUER: GatewayError = GatewayError {
        status: StatusCode::BAD_GATEWAY,
        code: "certificate_authority",
        message: "nothing was sent, because {service}'s certificate was issued by an unknown \
                  authority: provide the authority's certificate with --ca",
    };
    const WRONG_NAME: GatewayError = GatewayError {
        status: StatusCode::BAD_GATEWAY,
        code: "certificate_name",
        message: "nothing was sent, because {service}'s certificate is not valid for the name in \
                  {option}: use one of the names in the certificate",
    };
    const EXPIRED: GatewayError = GatewayError {
        status: StatusCode::BAD_GATEWAY,
        code: "certificate_expired",
        message: "nothing was sent, because {service}'s certificate has expired: renew it, or \
                  correct this server's clock",
    };
    const NOT_YET_VALID: GatewayError = GatewayError {
        status: StatusCode::BAD_GATEWAY,
        code: "certificate_not_yet_valid",
        message: "nothing was sent, because {service}'s certificate is not valid yet: check this \
                  server's clock",
    };
    const INVALID_CERTIFICATE: GatewayError = GatewayError {
        status: StatusCode::BAD_GATEWAY,
        code: "certificate_invalid",
        message: "nothing was sent, because {service}'s certificate is invalid: check the \
                  certificate",
    };
    const TLS_VERSION: GatewayError = GatewayError {
        status: StatusCode::BAD_GATEWAY,
        code: "tls_version",
        message: "nothing was sent, because {service} supports no secure TLS version or cipher: \
                  enable TLS 1.2 or 1.3 on {service}",
    };
    const NOT_TLS: GatewayError = GatewayError {
        status: StatusCode::BAD_GATEWAY,
        code: "not_tls",
        message: "nothing was sent, because {service} does not use TLS on this port: check the \
                  port in {option}, or use http://",
    };
    const TLS_FAILED: GatewayError = GatewayError {
        status: StatusCode::BAD_GATEWAY,
        code: "tls_failed",
        message: "nothing was sent, because the TLS connection to {service} failed: check \
                  {option} and {service}'s certificate",
    };
}

/// Returns the reason why a connection failed.
pub(super) fn from_connect_error(error: &BoxError) -> GatewayError {
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
            // The signature doesn't match if a CA was recreated with the same name.
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

impl GatewayError {
    /// Returns the response for a request to this service.
    pub(super) fn about(self, service: &ServiceLabel) -> ErrorResponse {
        let GatewayError { status, code, message } = self;
        let message = message
            .replace("{service}", &service.name)
            .replace("{option}", service.option)
            .replace("{repeat}", service.repeat);
        // Other errors are about the client's request.
        let exchange = status.is_server_error().then(|| service.exchange(Some(code)));
        ErrorResponse { status, code: format!("{}.{code}", service.code_prefix), message, exchange }
    }
}

impl From<GatewayError> for ErrorResponse {
    /// Returns the response for a request that belongs to no service.
    fn from(error: GatewayError) -> ErrorResponse {
        let GatewayError { status, code, message } = error;
        let (code, message) = (format!("gateway.{code}"), message.to_owned());
        ErrorResponse { status, code, message, exchange: None }
    }
}

impl ErrorResponse {
    /// Returns the code without its prefix (if the service is the cause) and the message.
    pub(super) fn into_failure(self) -> (Option<&'static str>, String) {
        (self.exchange.and_then(|exchange| exchange.failure), self.message)
    }

    /// Logs the error, because only the operator can fix the connection. The line contains only
    /// constants and names of regions, so it reveals no secrets.
    pub(super) fn log(&self) {
        let ErrorResponse { status, code, message, .. } = self;
        // There is nowhere left to report a failure to.
        let _ = writeln!(io::stderr(), "{} {code}: {message}", status.as_u16());
    }
}

impl IntoResponse for ErrorResponse {
    fn into_response(self) -> Response {
        let title = self.status.canonical_reason().unwrap_or_default();
        let body = json!({ "message": self.message, "code": self.code, "title": title });
        let headers = [(header::CONTENT_TYPE, "application/json")];
        let mut response = (self.status, headers, body.to_string()).into_response();
        add_request_id(response.headers_mut());
        add_security_headers(response.headers_mut());
        if let Some(exchange) = self.exchange {
            response.extensions_mut().insert(exchange);
        }
        response
    }
}
