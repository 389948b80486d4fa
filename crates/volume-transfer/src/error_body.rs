//! Extracts the code and message of an error from a response body in any known format.

use crate::document::read_json;
use alloc::string::{String, ToString};
use serde_json::Value;

/// The case-insensitive keys of an error's code and message, in order of preference.
static CODES: [&str; 4] = ["error_code", "code", "errorcode", "faultcode"];
static MESSAGES: [&str; 13] = [
    "error_msg",
    "message",
    "error_message",
    "errormessage",
    "errormsg",
    "detail",
    "error_description",
    "faultstring",
    "msg",
    "reason",
    "description",
    "title",
    "error",
];

/// The kind of program that wrote a response.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The service or its API gateway, recognized by its documented envelope.
    Service,
    /// Another program that writes JSON, such as a web framework in front of the service.
    Program,
    /// A proxy or firewall, which doesn't write JSON.
    #[default]
    Proxy,
}

/// The details of an error in a response body.
#[derive(Debug, Default)]
pub(crate) struct ErrorDetails {
    pub(crate) code: Option<String>,
    pub(crate) message: Option<String>,
    pub(crate) request_id: Option<String>,
    pub(crate) origin: Origin,
}

impl ErrorDetails {
    /// Extracts the details of an error response or, failing that, the beginning of its text.
    pub(crate) fn of_refusal(body: &[u8]) -> ErrorDetails {
        let details = read_json(body).and_then(|body| find(&body, false));
        details.unwrap_or_else(|| ErrorDetails { message: text(body), ..ErrorDetails::default() })
    }

    /// Extracts the details of an error with a success status. Never uses the rest of the body as a
    /// message, because it may be a record with its key.
    pub(crate) fn of_success(body: &[u8]) -> Option<ErrorDetails> {
        let body = read_json(body)?;
        let error = |details: &ErrorDetails| {
            details.origin == Origin::Service || body.get("error").is_some()
        };
        find(&body, false).filter(error)
    }
}

/// Returns whether a body is empty or JSON without an error. A login page or a proxy's page is
/// neither.
pub(crate) fn is_no_error(body: &[u8]) -> bool {
    body.trim_ascii().is_empty()
        || read_json(body).is_some() && ErrorDetails::of_success(body).is_none()
}

/// Finds the details in a value: the whole body, or a value nested in it.
fn find(value: &Value, inside: bool) -> Option<ErrorDetails> {
    let object = match value {
        Value::Object(object) => object,
        Value::Array(values) => return values.iter().find_map(|value| find(value, true)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return None,
    };
    let get = |name: &&str| object.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
    let text = |names: &[&str]| names.iter().find_map(|name| plain(get(name)?.1));
    // The envelope around a code and a message has many names: `badRequest`, `error`, ...
    let documented = |key: &String| {
        matches!(key.as_str(), "error_code" | "error_msg")
            || inside && matches!(key.as_str(), "code" | "message")
    };
    let (code, message) = (text(&CODES), text(&MESSAGES));
    let request_id = text(&["request_id", "requestid"]);
    let origin = if object.keys().any(documented) { Origin::Service } else { Origin::Program };
    let inner = match message {
        None => object.values().find_map(|value| find(value, true)),
        Some(_) => None,
    };
    match inner {
        Some(inner) => Some(ErrorDetails { code: inner.code.or(code), ..inner }),
        None => (code.is_some() || message.is_some()).then(|| ErrorDetails {
            code,
            message: message.map(|message| mask(&message, 1_000)),
            request_id,
            origin,
        }),
    }
}

/// Returns a string or a number, or the first one in a list.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.as_i64()?.to_string()),
        Value::Array(values) => values.iter().find_map(plain),
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Object(_) => None,
    }
}

/// Returns the beginning of a body's text, without tags. Returns `None` if there is no text.
fn text(body: &[u8]) -> Option<String> {
    let body = core::str::from_utf8(body).ok()?;
    let (mut text, mut space, mut tag, mut hidden) = (String::new(), false, false, false);
    for (at, char) in body.char_indices() {
        match char {
            '<' => {
                let rest = body.get(at..).unwrap_or_default();
                (tag, hidden) = (true, rest.starts_with("<style") || rest.starts_with("<script"));
            }
            '>' if tag => (tag, space) = (false, true),
            _ if tag || hidden => {}
            ' ' | '\t'..='\r' => space = true,
            // Binary data.
            '\0'..='\x1f' => return None,
            _ => {
                if space && !text.is_empty() {
                    text.push(' ');
                }
                space = false;
                text.push(char);
            }
        }
    }
    (!text.is_empty()).then(|| mask(&text, 300))
}

/// Truncates text to a number of characters and masks possible keys and tokens, because an error
/// may quote the request. Both contain at least 16 consecutive letters and digits. A UUID has
/// fewer.
fn mask(text: &str, limit: usize) -> String {
    let mut masked = String::new();
    let (mut word, mut run, mut digit, mut secret) = (0, 0, false, false);
    for char in text.chars().chain(['\0']) {
        if char.is_ascii_alphanumeric() {
            run += 1;
            digit |= char.is_ascii_digit();
            secret |= digit && run >= 16;
        } else {
            (run, digit) = (0, false);
            if !matches!(char, '+'..='/' | '=' | '_') {
                if secret {
                    masked.truncate(word);
                    masked.push('…');
                }
                secret = false;
                word = masked.len() + char.len_utf8();
            }
        }
        masked.push(char);
    }
    masked.pop();
    if let Some((end, _)) = masked.char_indices().nth(limit) {
        masked.truncate(end);
    }
    masked
}
