//! Errors, split by what the caller can do next.

use crate::error_body::{ErrorDetails, Origin};
use crate::http::{Response, TransportError};
use crate::time;
use alloc::borrow::ToOwned;
use alloc::string::String;
use core::fmt;

/// An error response. Its text is safe to show but untrusted: escape it before rendering.
///
/// The documented envelopes are EVS's `{"error":{"code","message"}}`, Cinder's
/// `{"badRequest":{"code","message"}}` (or another kind), and the API gateway's
/// `{"error_code","error_msg"}`. Other JSON is searched for common keys. For any other body, the
/// message is the beginning of its text. Anything that looks like a key or token is masked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The HTTP status.
    pub status: u16,
    /// The server's error code: `EVS.1002`, `APIGW.0301`, or a number as text.
    pub code: Option<String>,
    /// The server's message, truncated to 1,000 characters.
    pub message: Option<String>,
    /// The request ID, by which the service's support team can find the request.
    pub request_id: Option<String>,
    /// The raw `Retry-After` header; see [`retry_delay`](Fault::retry_delay).
    pub retry_after: Option<String>,
    origin: Origin,
}

/// The kind of an error, which determines what can be done about it.
///
/// Exhaustive on purpose: each kind has a translation, so code that doesn't handle a new one must
/// fail to compile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FaultKind {
    /// The token is missing, wrong or expired: get a new one.
    Token,
    /// The project doesn't exist or doesn't match the token: correct it.
    Project,
    /// The address doesn't serve this API: correct the endpoint or the service.
    Address,
    /// The token is longer than a server or proxy accepts: get a shorter one.
    TokenTooLong,
    /// The user lacks a permission: ask for it.
    Permission,
    /// A firewall or proxy in front of the service blocked the request: ask its operator.
    Blocked,
    /// The volume or transfer doesn't exist in this project: refresh.
    NotFound,
    /// The key doesn't match the transfer: compare it with the original.
    AuthKey,
    /// The request or the volume's state was rejected: read the message.
    Refused,
    /// The account is frozen or suspended: contact the provider.
    Account,
    /// A quota is exhausted.
    Quota,
    /// Too many requests: retry later.
    Busy,
    /// The server failed.
    Server,
}

impl FaultKind {
    /// All kinds.
    pub const ALL: [FaultKind; 13] = [
        FaultKind::Token,
        FaultKind::Project,
        FaultKind::Address,
        FaultKind::TokenTooLong,
        FaultKind::Permission,
        FaultKind::Blocked,
        FaultKind::NotFound,
        FaultKind::AuthKey,
        FaultKind::Refused,
        FaultKind::Account,
        FaultKind::Quota,
        FaultKind::Busy,
        FaultKind::Server,
    ];

    /// Returns a stable code, such as `token` or `not_found`.
    pub const fn code(self) -> &'static str {
        match self {
            FaultKind::Token => "token",
            FaultKind::Project => "project",
            FaultKind::Address => "address",
            FaultKind::TokenTooLong => "token_too_long",
            FaultKind::Permission => "permission",
            FaultKind::Blocked => "blocked",
            FaultKind::NotFound => "not_found",
            FaultKind::AuthKey => "auth_key",
            FaultKind::Refused => "refused",
            FaultKind::Account => "account",
            FaultKind::Quota => "quota",
            FaultKind::Busy => "busy",
            FaultKind::Server => "server",
        }
    }
}

impl Fault {
    pub(crate) fn read(response: &Response) -> Fault {
        Fault::new(response, ErrorDetails::of_refusal(response.body()))
    }

    /// Reads a response that is neither an error nor a valid response.
    pub(crate) fn unreadable(response: &Response) -> Fault {
        Fault::new(response, ErrorDetails::of_success(response.body()).unwrap_or_default())
    }

    fn new(response: &Response, details: ErrorDetails) -> Fault {
        let ErrorDetails { code, message, request_id, origin } = details;
        Fault {
            status: response.status,
            code,
            message,
            request_id: response.request_id().map(ToOwned::to_owned).or(request_id),
            retry_after: response.header("retry-after").map(ToOwned::to_owned),
            origin,
        }
    }

    /// Returns whether there is a code or a message.
    pub(crate) const fn has_details(&self) -> bool {
        self.code.is_some() || self.message.is_some()
    }

    /// Returns the kind of the error.
    ///
    /// The server's code takes precedence over the status, because EVS returns 400 for an invalid
    /// token or project.
    pub fn kind(&self) -> FaultKind {
        let code = self.code.as_deref().unwrap_or_default();
        let message = self.message.as_deref().unwrap_or_default();
        // Huawei Cloud's API gateway uses both prefixes.
        let gateway = code.strip_prefix("APIGW.").or_else(|| code.strip_prefix("APIG."));
        match gateway {
            Some("0301") => return FaultKind::Token,
            Some("0302") => return FaultKind::Permission,
            Some("0101") => return FaultKind::Address,
            Some(_) | None => {}
        }
        match code {
            "EVS.0002" | "EVS.5401" | "Common.0013" => FaultKind::Token,
            "EVS.0001" | "Common.0018" => FaultKind::Project,
            "EVS.0003" | "EVS.1027" | "EVS.2056" | "EVS.2143" | "EVS.5403" => FaultKind::Permission,
            "EVS.2144" | "EVS.2145" => FaultKind::Account,
            "EVS.1034" | "EVS.1042" | "EVS.5413" => FaultKind::Quota,
            // Cinder's message if the project in the URL doesn't match the token.
            "400" if message == "Malformed request url" => FaultKind::Project,
            _ if self.status == 400 && message.starts_with("Invalid auth key") => {
                FaultKind::AuthKey
            }
            _ => match self.status {
                401 => FaultKind::Token,
                400..500 if self.header_too_long() => FaultKind::TokenTooLong,
                // Statuses of firewalls and proxies. The service itself would return JSON.
                403 | 406 | 407 | 418 | 451 if self.origin == Origin::Proxy => FaultKind::Blocked,
                403 => FaultKind::Permission,
                404 if self.origin == Origin::Service => FaultKind::NotFound,
                // The route doesn't exist: a web server's page, or Cinder's own 404.
                404 | 405 => FaultKind::Address,
                413 if self.origin == Origin::Service => FaultKind::Quota,
                429 => FaultKind::Busy,
                500.. => FaultKind::Server,
                _ => FaultKind::Refused,
            },
        }
    }

    /// Returns whether the message contains a string. Ignores ASCII case.
    pub(crate) fn mentions(&self, text: &str) -> bool {
        let message = self.message.as_deref().unwrap_or_default().as_bytes();
        message.windows(text.len()).any(|part| part.eq_ignore_ascii_case(text.as_bytes()))
    }

    /// Returns whether the response could be the service's own, rather than a proxy's page.
    pub(crate) fn is_from_service(&self) -> bool {
        self.origin != Origin::Proxy || self.message.is_none()
    }

    /// Returns whether a server or proxy rejected the request's headers as too long. Only the token
    /// can be that long.
    fn header_too_long(&self) -> bool {
        let long = || ["large", "long", "exceed", "limit"].iter().any(|word| self.mentions(word));
        self.status == 431 || self.origin != Origin::Service && self.mentions("header") && long()
    }
}

/// How long a server asks clients to wait before they retry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RetryDelay {
    /// A number of seconds.
    Seconds(u32),
    /// A point in time: an HTTP date, not validated.
    Until(String),
}

impl RetryDelay {
    /// Returns the delay in seconds, given the current Unix time in seconds. For a date in the
    /// past, the delay is zero. Returns `None` if the date isn't in HTTP's preferred format, which
    /// RFC 9110 requires of senders.
    pub fn seconds(&self, now: i64) -> Option<u32> {
        match self {
            RetryDelay::Seconds(seconds) => Some(*seconds),
            RetryDelay::Until(date) => {
                let delay = time::http_date(date.as_bytes())?.saturating_sub(now).max(0);
                // Saturates, because nobody waits that long.
                Some(u32::try_from(delay).unwrap_or(u32::MAX))
            }
        }
    }
}

impl Fault {
    /// Parses the `Retry-After` header. A delay of zero seconds is ignored, because Cinder sends it
    /// when a quota is exhausted.
    pub fn retry_delay(&self) -> Option<RetryDelay> {
        let text = self.retry_after.as_deref()?.trim();
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return (!text.is_empty()).then(|| RetryDelay::Until(text.to_owned()));
        }
        // Saturates, because nobody waits that long.
        let seconds = text.parse().unwrap_or(u32::MAX);
        (seconds > 0).then_some(RetryDelay::Seconds(seconds))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the server returned {}", self.status)?;
        if let Some(code) = &self.code {
            write!(f, " {code}")?;
        }
        if let Some(message) = &self.message {
            write!(f, ": {message}")?;
        }
        Ok(())
    }
}

impl core::error::Error for Fault {}

/// An error from a request that changes nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadError {
    /// No response arrived.
    NoResponse(TransportError),
    /// The server returned an error.
    Refused(Fault),
    /// The response isn't valid for this service.
    Unreadable(Fault),
}

impl ReadError {
    /// Returns the response's status, request ID, code and message, or `None` if no response
    /// arrived.
    pub fn fault(&self) -> Option<Fault> {
        match self {
            ReadError::NoResponse(_) => None,
            ReadError::Refused(fault) | ReadError::Unreadable(fault) => Some(fault.clone()),
        }
    }

    /// Returns the kind of the error. A failed connection or an invalid response counts as a wrong
    /// address, and a timeout as a server failure.
    pub fn kind(&self) -> FaultKind {
        match self {
            ReadError::Refused(fault) => fault.kind(),
            ReadError::NoResponse(TransportError::Timeout) => FaultKind::Server,
            ReadError::NoResponse(TransportError::Connection) | ReadError::Unreadable(_) => {
                FaultKind::Address
            }
        }
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReadError::NoResponse(lost) => lost.fmt(f),
            ReadError::Refused(fault) => fault.fmt(f),
            ReadError::Unreadable(fault) => {
                write!(f, "the response with status {} is invalid", fault.status)
            }
        }
    }
}

impl core::error::Error for ReadError {}

/// An error from a request that creates, accepts or deletes a transfer.
///
/// Exhaustive on purpose: these two cases are all there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChangeError {
    /// The server refused, and nothing changed. Fix the cause and try again.
    Rejected(Fault),
    /// The change may have been made. After a create request, there may be a transfer whose key is
    /// lost. **Never repeat the request blindly**: list the transfers and [look up] the volume
    /// first.
    ///
    /// [look up]: crate::api::TransferList::lookup
    OutcomeUnknown(UnknownCause),
}

impl fmt::Display for ChangeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ChangeError::Rejected(fault) => write!(f, "the request was rejected: {fault}"),
            ChangeError::OutcomeUnknown(cause) => {
                write!(f, "the outcome is unknown: {cause}")
            }
        }
    }
}

impl core::error::Error for ChangeError {}

/// The reason why the outcome of a request is unknown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnknownCause {
    /// No response arrived.
    NoResponse(TransportError),
    /// The server failed, or a proxy failed or blocked the response. The change may have been made
    /// before that.
    Failed(Fault),
    /// The response isn't valid for this service. For example, the record or the key is missing.
    /// The status is 0 for a redirect, because redirects aren't followed.
    Unreadable(Fault),
    /// The record belongs to a different volume than the requested one.
    OtherVolume(Fault),
}

impl UnknownCause {
    /// All [`code`](UnknownCause::code)s.
    pub const CODES: [&str; 6] =
        ["connection", "timeout", "failed", "blocked", "unreadable", "other_volume"];

    /// Returns the response's status, request ID, code and message, or `None` if no response
    /// arrived.
    pub fn fault(&self) -> Option<Fault> {
        match self {
            UnknownCause::NoResponse(_) => None,
            UnknownCause::Failed(fault)
            | UnknownCause::Unreadable(fault)
            | UnknownCause::OtherVolume(fault) => Some(fault.clone()),
        }
    }

    /// Returns a stable code: `connection`, `timeout`, `failed`, `blocked`, `unreadable` or
    /// `other_volume`.
    pub fn code(&self) -> &'static str {
        match self {
            UnknownCause::NoResponse(lost) => lost.code(),
            UnknownCause::Failed(fault) if fault.kind() == FaultKind::Blocked => "blocked",
            UnknownCause::Failed(_) => "failed",
            UnknownCause::Unreadable(_) => "unreadable",
            UnknownCause::OtherVolume(_) => "other_volume",
        }
    }

    /// Returns how many lookups, some time apart, must find no transfer before the create request
    /// can be considered failed. After a timeout or a gateway error, the service may still be
    /// working on the request.
    pub const fn required_lookups(&self) -> usize {
        match self {
            UnknownCause::NoResponse(_) | UnknownCause::Failed(_) => 2,
            UnknownCause::Unreadable(_) | UnknownCause::OtherVolume(_) => 1,
        }
    }
}

impl fmt::Display for UnknownCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            UnknownCause::NoResponse(lost) => lost.fmt(f),
            UnknownCause::Failed(fault) => fault.fmt(f),
            UnknownCause::Unreadable(fault) => {
                write!(f, "the response with status {} is invalid", fault.status)
            }
            UnknownCause::OtherVolume(fault) => {
                write!(f, "the response with status {} is for another volume", fault.status)
            }
        }
    }
}

impl core::error::Error for UnknownCause {}
