//! What a server says when it says no, and what may be done next.

use crate::http::{Response, TransportError};
use crate::words::{Author, Words};
use alloc::borrow::ToOwned;
use alloc::string::String;
use core::fmt;

/// A refusal, in the server's own words. All of it may be shown; none of it is to be trusted as
/// markup.
///
/// The documented envelopes are EVS's `{"error":{"code","message"}}`, also under a kind such as
/// `badRequest`, as Cinder writes it, and the API gateway's `{"error_code","error_msg"}`. Others are
/// searched for the usual keys, and of anything else the beginning of its text is the message. What
/// may be a key or a token is hidden in all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The HTTP status.
    pub status: u16,
    /// The server's own code: `EVS.1002`, `APIGW.0301`, or a number as text.
    pub code: Option<String>,
    /// The server's own message, cut after 1,000 characters.
    pub message: Option<String>,
    /// What to give the service's support: the request's id.
    pub request_id: Option<String>,
    /// The `Retry-After` header as it came: seconds or a date.
    pub retry_after: Option<String>,
    author: Author,
}

/// What a refusal is about, and so what can be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FaultKind {
    /// The token is missing, wrong or expired: get a new one.
    Token,
    /// The project does not exist or is not the token's: correct it.
    Project,
    /// Nothing that speaks this API answers at this address: correct the endpoint or the service.
    Address,
    /// The token is longer than a server on the way accepts: get a shorter one.
    TokenTooLong,
    /// The token's user may not do this: ask for the right.
    Permission,
    /// A firewall or proxy in front of the service refused the request: ask whoever runs it.
    Blocked,
    /// The volume or transfer is not there, or not this project's: refresh.
    NotFound,
    /// The key does not open the transfer: compare it with the one that was handed over.
    AuthKey,
    /// The request itself, or the state of the volume, is not accepted: read the message.
    Refused,
    /// The account itself is frozen or suspended: settle that with the provider.
    Account,
    /// A quota is used up.
    Quota,
    /// Too many requests: wait.
    Busy,
    /// The server failed.
    Server,
}

impl FaultKind {
    /// Every kind.
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

    /// A stable code, such as `token` or `not_found`.
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
        Fault::new(response, Words::of_refusal(response.body()))
    }

    /// Reads a response that is neither a refusal nor what the service answers.
    pub(crate) fn unreadable(response: &Response) -> Fault {
        Fault::new(response, Words::of_success(response.body()).unwrap_or_default())
    }

    fn new(response: &Response, words: Words) -> Fault {
        let Words { code, message, request_id, author } = words;
        Fault {
            status: response.status,
            code,
            message,
            request_id: response.request_id().map(ToOwned::to_owned).or(request_id),
            retry_after: response.header("retry-after").map(ToOwned::to_owned),
            author,
        }
    }

    /// Whether there is a code or a message.
    pub(crate) const fn has_words(&self) -> bool {
        self.code.is_some() || self.message.is_some()
    }

    /// What it is about. The server's own code goes before its status, since EVS answers a bad
    /// token and a foreign project with 400.
    pub fn kind(&self) -> FaultKind {
        let code = self.code.as_deref().unwrap_or_default();
        let message = self.message.as_deref().unwrap_or_default();
        // The gateway calls itself by two names.
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
            // Cinder's word for a project in the URL that is not the token's.
            "400" if message == "Malformed request url" => FaultKind::Project,
            _ if self.status == 400 && message.starts_with("Invalid auth key") => {
                FaultKind::AuthKey
            }
            _ => match self.status {
                401 => FaultKind::Token,
                400..500 if self.header_too_long() => FaultKind::TokenTooLong,
                // What firewalls and proxies answer with; the service would write JSON.
                403 | 406 | 407 | 418 | 451 if self.author == Author::Stranger => {
                    FaultKind::Blocked
                }
                403 => FaultKind::Permission,
                404 if self.author == Author::Service => FaultKind::NotFound,
                // Nothing of ours is there: a web server's page, or Cinder's "no such route".
                404 | 405 => FaultKind::Address,
                413 if self.author == Author::Service => FaultKind::Quota,
                429 => FaultKind::Busy,
                500.. => FaultKind::Server,
                _ => FaultKind::Refused,
            },
        }
    }

    /// Whether a server on the way took the header of the request for too long. Only the token can
    /// make it so long.
    fn header_too_long(&self) -> bool {
        let message = self.message.as_deref().unwrap_or_default().as_bytes();
        let says = |word: &str| {
            message.windows(word.len()).any(|part| part.eq_ignore_ascii_case(word.as_bytes()))
        };
        let long = || ["large", "long", "exceed", "limit"].into_iter().any(says);
        self.status == 431 || self.author != Author::Service && says("header") && long()
    }
}

/// How long a server asks to be left alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RetryDelay {
    /// For so many seconds.
    Seconds(u32),
    /// Until then: a date as HTTP writes it, not checked.
    Until(String),
}

impl Fault {
    /// How long to wait before the next request, if the server says so. Cinder sends a wait of no
    /// seconds with a quota that is used up, which says nothing.
    pub fn retry_delay(&self) -> Option<RetryDelay> {
        let text = self.retry_after.as_deref()?.trim();
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return (!text.is_empty()).then(|| RetryDelay::Until(text.to_owned()));
        }
        // More than fits is more than anybody waits.
        let seconds = text.parse().unwrap_or(u32::MAX);
        (seconds > 0).then_some(RetryDelay::Seconds(seconds))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the server answered {}", self.status)?;
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

/// Why nothing could be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadError {
    /// No answer came.
    NoResponse(TransportError),
    /// The server said no.
    Refused(Fault),
    /// A response that this service does not give.
    Unreadable(Fault),
}

impl ReadError {
    /// What support can trace it by: the status, the request id and the words of the response.
    /// `None` if no response came.
    pub fn fault(&self) -> Option<Fault> {
        match self {
            ReadError::NoResponse(_) => None,
            ReadError::Refused(fault) | ReadError::Unreadable(fault) => Some(fault.clone()),
        }
    }

    /// What it is about. A failed connection, or an answer that is not this service's, means the
    /// address; an answer that does not come, the server.
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
                write!(f, "the response, of status {}, cannot be read", fault.status)
            }
        }
    }
}

impl core::error::Error for ReadError {}

/// Why a transfer was not created, accepted or deleted, split by what may be done next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChangeError {
    /// The server said no. Nothing happened: mend it and try again.
    Rejected(Fault),
    /// It may have happened all the same. After a create request a transfer may exist, and its key
    /// be lost: **never post again blindly**, but list the transfers and look for the volume.
    OutcomeUnknown(UnknownCause),
}

impl fmt::Display for ChangeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ChangeError::Rejected(fault) => write!(f, "nothing was changed: {fault}"),
            ChangeError::OutcomeUnknown(cause) => {
                write!(f, "something may have been changed: {cause}")
            }
        }
    }
}

impl core::error::Error for ChangeError {}

/// Why the outcome of a request is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnknownCause {
    /// No answer came.
    NoResponse(TransportError),
    /// The server failed, or something in front of it failed or blocked the response, perhaps after
    /// the work was done.
    Failed(Fault),
    /// A response that this service does not give, such as one without a record and key. Its status
    /// is 0 for a redirect, which is not followed.
    Unreadable(Fault),
    /// The record is of another volume than the one asked for.
    OtherVolume(Fault),
}

impl UnknownCause {
    /// Every [`code`](UnknownCause::code).
    pub const CODES: [&str; 6] =
        ["connection", "timeout", "failed", "blocked", "unreadable", "other_volume"];

    /// What support can trace it by, as [`ReadError::fault`].
    pub fn fault(&self) -> Option<Fault> {
        match self {
            UnknownCause::NoResponse(_) => None,
            UnknownCause::Failed(fault)
            | UnknownCause::Unreadable(fault)
            | UnknownCause::OtherVolume(fault) => Some(fault.clone()),
        }
    }

    /// A stable code: `connection`, `timeout`, `failed`, `blocked`, `unreadable` or `other_volume`.
    pub fn code(&self) -> &'static str {
        match self {
            UnknownCause::NoResponse(lost) => lost.code(),
            UnknownCause::Failed(fault) if fault.kind() == FaultKind::Blocked => "blocked",
            UnknownCause::Failed(_) => "failed",
            UnknownCause::Unreadable(_) => "unreadable",
            UnknownCause::OtherVolume(_) => "other_volume",
        }
    }

    /// How many looks, apart in time, must find no transfer before it is believed that a create
    /// request made none: where no answer came, or a gateway gave up waiting, the service may
    /// still be at work.
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
                write!(f, "the response, of status {}, cannot be read", fault.status)
            }
            UnknownCause::OtherVolume(fault) => {
                write!(f, "the response, of status {}, is of another volume", fault.status)
            }
        }
    }
}

impl core::error::Error for UnknownCause {}
