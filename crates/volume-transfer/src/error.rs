//! What a server says when it says no, and what may be done next.

use crate::http::{Lost, Response};
use alloc::borrow::ToOwned;
use alloc::string::{String, ToString};
use core::fmt;
use serde_json::Value;

/// A refusal, in the server's own words. All of it may be shown; none of it is to be trusted as
/// markup.
///
/// Three envelopes are read (EVS's `{"error":{"code","message"}}`, also under a kind such as
/// `badRequest`, as Cinder writes it; the API gateway's `{"error_code","error_msg"}`; and
/// `{"code","title","message"}`), and anything else is a refusal without words.
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
    /// Whose word it is: the service's, or that of something in front of it.
    from_service: bool,
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
    /// The token's user may not do this: ask for the right.
    Permission,
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
    pub const ALL: [FaultKind; 11] = [
        FaultKind::Token,
        FaultKind::Project,
        FaultKind::Address,
        FaultKind::Permission,
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
            FaultKind::Permission => "permission",
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
        let words = serde_json::from_slice(response.body()).ok().and_then(|body| words(&body));
        let Words { code, message, request_id, from_service } = words.unwrap_or_default();
        Fault {
            status: response.status,
            code,
            message,
            request_id: response.request_id().map(ToOwned::to_owned).or(request_id),
            retry_after: response.header("retry-after").map(ToOwned::to_owned),
            from_service,
        }
    }

    /// An answer that is none of the service's: what support can trace it by is all there is.
    fn without_words(status: u16, request_id: Option<String>) -> Fault {
        Fault {
            status,
            code: None,
            message: None,
            request_id,
            retry_after: None,
            from_service: false,
        }
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
                403 => FaultKind::Permission,
                404 if self.from_service => FaultKind::NotFound,
                // Nothing of ours is there: a web server's page, or Cinder's "no such route".
                404 | 405 => FaultKind::Address,
                413 if self.from_service => FaultKind::Quota,
                429 => FaultKind::Busy,
                500.. => FaultKind::Server,
                _ => FaultKind::Refused,
            },
        }
    }
}

/// How long a server asks to be left alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wait {
    /// For so many seconds.
    Seconds(u32),
    /// Until then: a date as HTTP writes it, not checked.
    Until(String),
}

impl Fault {
    /// How long to wait before the next request, if the server says so. Cinder sends a wait of no
    /// seconds with a quota that is used up, which says nothing.
    pub fn wait(&self) -> Option<Wait> {
        let text = self.retry_after.as_deref()?.trim();
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return (!text.is_empty()).then(|| Wait::Until(text.to_owned()));
        }
        // More than fits is more than anybody waits.
        let seconds = text.parse().unwrap_or(u32::MAX);
        (seconds > 0).then_some(Wait::Seconds(seconds))
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

#[derive(Default)]
struct Words {
    code: Option<String>,
    message: Option<String>,
    request_id: Option<String>,
    from_service: bool,
}

fn words(body: &Value) -> Option<Words> {
    let body = body.as_object()?;
    let text = |key: &str| body.get(key).and_then(plain);
    if body.contains_key("error_code") || body.contains_key("error_msg") {
        return Some(Words {
            code: text("error_code"),
            message: text("error_msg"),
            request_id: text("request_id"),
            from_service: true,
        });
    }
    // The envelope's only key is a kind, of which services have many: `badRequest`, `error`, ...
    let inner = body.values().find_map(|value| {
        value.as_object().filter(|o| o.contains_key("message") || o.contains_key("code"))
    });
    let (words, from_service) = match inner {
        Some(inner) => (inner, true),
        // Without a kind it is the web framework that speaks, before the service was reached.
        None => (body, false),
    };
    let text = |key: &str| words.get(key).and_then(plain);
    let (code, message) = (text("code"), text("message"));
    (code.is_some() || message.is_some()).then_some(Words {
        code,
        message,
        request_id: None,
        from_service,
    })
}

fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.chars().take(1000).collect()),
        Value::Number(number) => Some(number.as_i64()?.to_string()),
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
            None
        }
    }
}

/// Why nothing could be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadError {
    /// No answer came.
    Lost(Lost),
    /// The server said no.
    Refused(Fault),
    /// An answer came that is not what this service answers.
    Unreadable {
        /// Its HTTP status.
        status: u16,
        /// Its request id, if it has one.
        request_id: Option<String>,
    },
}

impl ReadError {
    /// What support can trace it by: the refusal, or the status and request id of an answer that
    /// made no sense. `None` if no answer came.
    pub fn fault(&self) -> Option<Fault> {
        match self {
            ReadError::Lost(_) => None,
            ReadError::Refused(fault) => Some(fault.clone()),
            ReadError::Unreadable { status, request_id } => {
                Some(Fault::without_words(*status, request_id.clone()))
            }
        }
    }

    /// What it is about. A failed connection, or an answer that is not this service's, means the
    /// address; an answer that does not come, the server.
    pub fn kind(&self) -> FaultKind {
        match self {
            ReadError::Refused(fault) => fault.kind(),
            ReadError::Lost(Lost::Timeout) => FaultKind::Server,
            ReadError::Lost(Lost::Connection) | ReadError::Unreadable { .. } => FaultKind::Address,
        }
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReadError::Lost(lost) => lost.fmt(f),
            ReadError::Refused(fault) => fault.fmt(f),
            ReadError::Unreadable { status, .. } => {
                write!(f, "the answer, of status {status}, cannot be read")
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
    Lost(Lost),
    /// The server, or a gateway before it, failed; it may have done so after the work.
    Failed(Fault),
    /// An answer came that is not what this service answers, such as one without record and key.
    Unreadable {
        /// Its HTTP status; 0 for a redirect, which is not followed.
        status: u16,
        /// Its request id, if it has one.
        request_id: Option<String>,
    },
    /// The record is of another volume than the one asked for.
    OtherVolume {
        /// The answer's HTTP status.
        status: u16,
        /// Its request id, if it has one.
        request_id: Option<String>,
    },
}

impl UnknownCause {
    /// Every [`code`](UnknownCause::code).
    pub const CODES: [&str; 5] = ["connection", "timeout", "failed", "unreadable", "other_volume"];

    /// What support can trace it by, as [`ReadError::fault`].
    pub fn fault(&self) -> Option<Fault> {
        match self {
            UnknownCause::Lost(_) => None,
            UnknownCause::Failed(fault) => Some(fault.clone()),
            UnknownCause::Unreadable { status, request_id }
            | UnknownCause::OtherVolume { status, request_id } => {
                Some(Fault::without_words(*status, request_id.clone()))
            }
        }
    }

    /// A stable code: `connection`, `timeout`, `failed`, `unreadable` or `other_volume`.
    pub const fn code(&self) -> &'static str {
        match self {
            UnknownCause::Lost(lost) => lost.code(),
            UnknownCause::Failed(_) => "failed",
            UnknownCause::Unreadable { .. } => "unreadable",
            UnknownCause::OtherVolume { .. } => "other_volume",
        }
    }

    /// How many looks, apart in time, must find no transfer before it is believed that a create
    /// request made none: where no answer came, or a gateway gave up waiting, the service may
    /// still be at work.
    pub const fn looks(&self) -> usize {
        match self {
            UnknownCause::Lost(_) | UnknownCause::Failed(_) => 2,
            UnknownCause::Unreadable { .. } | UnknownCause::OtherVolume { .. } => 1,
        }
    }
}

impl fmt::Display for UnknownCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            UnknownCause::Lost(lost) => lost.fmt(f),
            UnknownCause::Failed(fault) => fault.fmt(f),
            UnknownCause::Unreadable { status, .. } => {
                write!(f, "the answer, of status {status}, cannot be read")
            }
            UnknownCause::OtherVolume { status, .. } => {
                write!(f, "the answer, of status {status}, is of another volume")
            }
        }
    }
}

impl core::error::Error for UnknownCause {}
