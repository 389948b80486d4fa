//! Finds the words of an error in a response's body, wherever a service or something in front of it
//! put them.

use crate::document::read_json;
use alloc::string::{String, ToString};
use serde_json::Value;

/// The keys of an error's code and message, the most telling first, in any case.
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

/// Who wrote a response.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Author {
    /// The service or its API gateway: the envelope is a documented one.
    Service,
    /// Something else that writes JSON, such as a web framework before the service is reached.
    Program,
    /// A proxy or firewall, by a page of its own.
    #[default]
    Stranger,
}

/// What a body says about an error.
#[derive(Debug, Default)]
pub(crate) struct Words {
    pub(crate) code: Option<String>,
    pub(crate) message: Option<String>,
    pub(crate) request_id: Option<String>,
    pub(crate) author: Author,
}

impl Words {
    /// Finds what the body of a refusal says; at worst that is the beginning of its text.
    pub(crate) fn of_refusal(body: &[u8]) -> Words {
        let words = read_json(body).and_then(|body| find(&body, false));
        words.unwrap_or_else(|| Words { message: text(body), ..Words::default() })
    }

    /// Finds an error under a status of success. Nothing else of such a body is a message, because
    /// it may be a record with its key.
    pub(crate) fn of_success(body: &[u8]) -> Option<Words> {
        let body = read_json(body)?;
        let error = |words: &Words| words.author == Author::Service || body.get("error").is_some();
        find(&body, false).filter(error)
    }
}

/// Whether a body is what a service answers that has nothing to say: empty, or JSON without an error.
/// The page of a login or a proxy is neither.
pub(crate) fn is_no_error(body: &[u8]) -> bool {
    body.trim_ascii().is_empty() || read_json(body).is_some() && Words::of_success(body).is_none()
}

/// Finds the words in a value: the whole body, or something inside it.
fn find(value: &Value, inside: bool) -> Option<Words> {
    let object = match value {
        Value::Object(object) => object,
        Value::Array(values) => return values.iter().find_map(|value| find(value, true)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return None,
    };
    let get = |name: &&str| object.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
    let text = |names: &[&str]| names.iter().find_map(|name| plain(get(name)?.1));
    // Services have many names for what is around a code and a message: `badRequest`, `error`, ...
    let documented = |key: &String| {
        matches!(key.as_str(), "error_code" | "error_msg")
            || inside && matches!(key.as_str(), "code" | "message")
    };
    let (code, message) = (text(&CODES), text(&MESSAGES));
    let request_id = text(&["request_id", "requestid"]);
    let author = if object.keys().any(documented) { Author::Service } else { Author::Program };
    let inner = match message {
        None => object.values().find_map(|value| find(value, true)),
        Some(_) => None,
    };
    match inner {
        Some(inner) => Some(Words { code: inner.code.or(code), ..inner }),
        None => (code.is_some() || message.is_some()).then(|| Words {
            code,
            message: message.map(|message| mask(&message, 1_000)),
            request_id,
            author,
        }),
    }
}

/// Returns a text or a number, or the first one of a list.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.as_i64()?.to_string()),
        Value::Array(values) => values.iter().find_map(plain),
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Object(_) => None,
    }
}

/// Returns the beginning of a body's text without its tags; `None` if it has no text.
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
            // No text but something binary.
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

/// Cuts a text after so many characters, and hides what may be a key or a token, because an error may
/// quote the request. Both have at least 16 letters and digits in a row; a UUID has fewer.
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
