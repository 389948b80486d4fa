//! Reading requests in Cinder's order of checks, and refusing them in its words.

use super::answer::{self, Fault};
use super::demo::Project;
use super::microversion::Microversion;
use super::python::{quoted, repr};
use super::transfers::NewTransfer;
use super::{Api, NEWER};
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::request::Parts;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::time::Duration;
use tokio::time::timeout;
use volume_transfer::{NameRule, TransferName};

/// How long a body may take to arrive.
const PATIENCE: Duration = Duration::from_secs(30);

/// The largest and the default number of rows in a list.
const MAX_LIMIT: usize = 1000;

/// A request's head: who calls, and what for.
pub(super) struct Call {
    /// `http://` and the host that the caller used, for links.
    endpoint: String,
    version: &'static str,
    /// Where the project's part of the path begins: `/` and the project's id, or nothing where
    /// the path leaves the project out.
    base: String,
    pub(super) microversion: Microversion,
    pub(super) owner: &'static Project,
    /// The owner's id.
    pub(super) project: &'static str,
    /// The last segment of a path that names one volume or transfer; otherwise empty.
    pub(super) id: String,
    pub(super) query: Vec<(String, String)>,
    /// Without the version.
    uri: Uri,
}

impl FromRequestParts<Api> for Call {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Call, Fault> {
        #[derive(Deserialize)]
        struct Segments {
            project: Option<String>,
            #[serde(default)]
            id: String,
        }
        let Path(segments) = Path::<Segments>::from_request_parts(parts, api)
            .await
            .map_err(|_| Fault::malformed_url())?;
        let query = parts.uri.query().unwrap_or_default().as_bytes();
        let query = form_urlencoded::parse(query).into_owned().collect();
        // The token was looked up before any route was.
        let owner = *parts.extensions.get::<&Project>().ok_or_else(Fault::failed)?;
        let base = match segments.project {
            Some(project) if project != owner.project_id => return Err(Fault::malformed_url()),
            Some(project) => format!("/{project}"),
            None => String::new(),
        };
        let host = parts.headers.get(header::HOST).and_then(|host| host.to_str().ok());
        Ok(Call {
            endpoint: format!("http://{}", host.unwrap_or("localhost")),
            version: api.version,
            base,
            microversion: parts.extensions.get().copied().unwrap_or_default(),
            owner,
            project: owner.project_id,
            id: segments.id,
            query,
            uri: parts.uri.clone(),
        })
    }
}

impl Call {
    /// A parameter of the query; the last one, if it is there twice.
    pub(super) fn param(&self, name: &str) -> Option<&str> {
        self.query.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// How many rows are asked for.
    pub(super) fn limit(&self) -> Result<usize, Fault> {
        let Some(limit) = self.param("limit") else { return Ok(MAX_LIMIT) };
        let number: i64 =
            limit.parse().map_err(|_| Fault::bad_request("limit param must be an integer"))?;
        match usize::try_from(number) {
            Err(_) => Err(Fault::bad_request("limit param must be positive")),
            // Only EVS documents a largest limit.
            Ok(limit) if self.version == "v3" => Ok(limit.min(MAX_LIMIT)),
            Ok(0) => Err(Fault::bad_request("limit param must be positive")),
            Ok(limit @ 1..=MAX_LIMIT) => Ok(limit),
            Ok(_) => Err(Fault::evs("EVS.1023", "invalid filter limit")),
        }
    }

    /// How many rows are skipped.
    pub(super) fn offset(&self) -> Result<usize, Fault> {
        let Some(offset) = self.param("offset") else { return Ok(0) };
        let number: i64 =
            offset.parse().map_err(|_| Fault::bad_request("offset must be an integer"))?;
        number.try_into().map_err(|_| Fault::bad_request("offset must be >= 0"))
    }

    /// Whether a list with pages begins with what was made last.
    pub(super) fn newest_first(&self) -> Result<bool, Fault> {
        let sort = self.param("sort").unwrap_or("created_at");
        match sort.split_once(':').unwrap_or((sort, "desc")) {
            ("created_at", "desc") => Ok(true),
            ("created_at", "asc") => Ok(false),
            ("created_at", _) => Err(Fault::bad_request(
                "Invalid input received: Unknown sort direction, must be 'desc' or 'asc'.",
            )),
            // Cinder knows more keys.
            _ => Err(Fault::bad_request("Invalid input received: Invalid sort key")),
        }
    }

    /// Whether a transfer is asked for by the path that Cinder added for them.
    pub(super) fn is_newer(&self) -> bool {
        self.uri.path().split('/').any(|segment| segment == NEWER)
    }

    /// Whether the path has EVS's own spelling: `cloudvolumes`, not `volumes`.
    pub(super) fn is_cloud(&self) -> bool {
        self.uri.path().split('/').nth(2).is_some_and(|name| name.starts_with("cloud"))
    }

    /// Whether a list is asked for with all fields of its rows.
    pub(super) fn is_detail(&self) -> bool {
        self.uri.path().ends_with("/detail")
    }

    /// The links of a record: `self`, and `bookmark` for any version.
    pub(super) fn links(&self, collection: &str, id: &str) -> Value {
        let Call { endpoint, version, base, .. } = self;
        json!([
            { "rel": "self", "href": format!("{endpoint}/{version}{base}/{collection}/{id}") },
            { "rel": "bookmark", "href": format!("{endpoint}{base}/{collection}/{id}") },
        ])
    }

    /// Where a list of this path goes on after the row with this id.
    pub(super) fn next_page(&self, path: &str, id: &str) -> String {
        let kept = self.uri.query().unwrap_or_default().split('&');
        let kept = kept.filter(|pair| !pair.is_empty() && !pair.starts_with("marker="));
        let query: Vec<_> = kept.map(ToOwned::to_owned).chain([format!("marker={id}")]).collect();
        format!("{}/{}{path}?{}", self.endpoint, self.version, query.join("&"))
    }

    /// The path of one of the project's collections, without the version.
    pub(super) fn collection(&self, collection: &str) -> String {
        format!("{}/{collection}", self.base)
    }

    /// Where this version of the API begins.
    pub(super) fn version_root(&self) -> String {
        format!("{}/{}/", self.endpoint, self.version)
    }

    /// Without the version.
    pub(super) fn path(&self) -> &str {
        self.uri.path()
    }
}

/// Sends a client that left out the slash of a version to where it is.
pub(super) async fn slash_missing(call: Call) -> Response {
    answer::moved(&call.version_root())
}

/// A request's body: JSON of any shape.
pub(super) struct Document(pub(super) Value);

/// Why there is no [`Document`].
pub(super) enum NoDocument {
    Fault(Fault),
    TooLarge,
}

impl IntoResponse for NoDocument {
    fn into_response(self) -> Response {
        match self {
            NoDocument::Fault(fault) => fault.into_response(),
            NoDocument::TooLarge => answer::too_large(),
        }
    }
}

impl FromRequest<Api> for Document {
    type Rejection = NoDocument;

    async fn from_request(request: Request, api: &Api) -> Result<Document, NoDocument> {
        let content_type = request.headers().get(header::CONTENT_TYPE);
        let media_type = content_type
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split(';').next())
            .map(str::trim);
        // In this case only: Cinder compares the bytes.
        let Some("application/json" | "application/vnd.openstack.volume+json") = media_type else {
            return Err(NoDocument::Fault(Fault::media_type()));
        };
        let bytes = timeout(PATIENCE, Bytes::from_request(request, api))
            .await
            .map_err(|_| NoDocument::Fault(Fault::timeout()))?
            .map_err(|rejection: BytesRejection| match rejection.status() {
                StatusCode::PAYLOAD_TOO_LARGE => NoDocument::TooLarge,
                _ => NoDocument::Fault(Fault::malformed_body()),
            })?;
        // Where Cinder fails with a 500, at an empty body and at `NaN`, this is a 400 on purpose:
        // a 500 tells a client that the transfer may have been made.
        serde_json::from_slice(&bytes)
            .map(Document)
            .map_err(|_| NoDocument::Fault(Fault::malformed_body()))
    }
}

/// Reads the body of a create request as Cinder's schema does, keyword by keyword: properties,
/// then what is required, then what is not allowed; inner objects first.
pub(super) fn create<'a>(
    document: &'a Value,
    rule: &NameRule,
    may_leave_snapshots: bool,
) -> Result<NewTransfer<'a>, Fault> {
    let Value::Object(body) = document else {
        return Err(Fault::bad_request(is_not(document, "object")));
    };
    let Some(transfer) = body.get("transfer") else {
        return Err(Fault::bad_request("'transfer' is a required property"));
    };
    let Value::Object(fields) = transfer else {
        return Err(invalid("transfer", transfer, &is_not(transfer, "object")));
    };
    let id = fields.get("volume_id").map(volume_id).transpose()?;
    let name = fields.get("name").map(|value| name(value, rule)).transpose()?.flatten();
    let (known, no_snapshots) = if may_leave_snapshots {
        let value = fields.get("no_snapshots").map(no_snapshots).transpose()?;
        (&["volume_id", "name", "no_snapshots"][..], value.unwrap_or_default())
    } else {
        (&["volume_id", "name"][..], false)
    };
    let volume_id =
        id.ok_or_else(|| invalid("transfer", transfer, "'volume_id' is a required property"))?;
    if let Some(message) = unexpected(fields, known) {
        return Err(invalid("transfer", transfer, &message));
    }
    if let Some(message) = unexpected(body, &["transfer"]) {
        return Err(Fault::bad_request(message));
    }
    Ok(NewTransfer { volume_id, name, no_snapshots })
}

/// Reads the body of an accept request in the same way. The key is `None` where it is a number,
/// which Cinder's schema allows and which is no key.
///
/// Cinder shows in a refusal what it refuses. Any text and number of this body may be a key, so
/// here they are not shown.
pub(super) fn accept(document: &Value) -> Result<Option<&str>, Fault> {
    let Value::Object(body) = document else {
        return Err(Fault::bad_request(is_not(&hidden(document), "object")));
    };
    let Some(accept) = body.get("accept") else {
        return Err(Fault::bad_request("'accept' is a required property"));
    };
    let shown = hidden(accept);
    let Value::Object(fields) = accept else {
        return Err(invalid("accept", &shown, &is_not(&shown, "object")));
    };
    let key = match fields.get("auth_key") {
        Some(Value::String(key)) => Some(key.as_str()),
        Some(Value::Number(number)) if !number.is_f64() => None,
        Some(other) => {
            let other = hidden(other);
            return Err(invalid("auth_key", &other, &is_not(&other, "string', 'integer")));
        }
        None => return Err(invalid("accept", &shown, "'auth_key' is a required property")),
    };
    if let Some(message) = unexpected(fields, &["auth_key"]) {
        return Err(invalid("accept", &shown, &message));
    }
    if let Some(message) = unexpected(body, &["accept"]) {
        return Err(Fault::bad_request(message));
    }
    Ok(key)
}

/// A value of the same shape that tells nothing else.
fn hidden(value: &Value) -> Value {
    match value {
        Value::Null | Value::Bool(_) => value.clone(),
        Value::Number(_) | Value::String(_) => json!("***"),
        Value::Array(items) => items.iter().map(hidden).collect(),
        Value::Object(fields) => {
            fields.iter().map(|(name, value)| (name.clone(), hidden(value))).collect()
        }
    }
}

fn no_snapshots(value: &Value) -> Result<bool, Fault> {
    const TRUE: &[&str] =
        &["True", "TRUE", "true", "1", "ON", "On", "on", "YES", "Yes", "yes", "y", "t"];
    const FALSE: &[&str] =
        &["False", "FALSE", "false", "0", "OFF", "Off", "off", "NO", "No", "no", "n", "f"];
    match value {
        Value::Bool(value) => Ok(*value),
        Value::String(text) if TRUE.contains(&text.as_str()) => Ok(true),
        Value::String(text) if FALSE.contains(&text.as_str()) => Ok(false),
        Value::String(_) => {
            let texts = |texts: &[&str]| texts.iter().map(|text| json!(text)).collect();
            let known: [Vec<_>; 4] =
                [vec![json!(true)], texts(TRUE), vec![json!(false)], texts(FALSE)];
            let message = format!("{} is not one of {}", repr(value), repr(&json!(known.concat())));
            Err(invalid("no_snapshots", value, &message))
        }
        Value::Null | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            Err(invalid("no_snapshots", value, &is_not(value, "boolean', 'string")))
        }
    }
}

fn volume_id(value: &Value) -> Result<&str, Fault> {
    let Value::String(id) = value else {
        return Err(invalid("volume_id", value, &is_not(value, "string")));
    };
    // Cinder's notion of a UUID, which is wider than what it then finds.
    let digits = id.replace("urn:", "").replace("uuid:", "");
    let digits = digits.trim_matches(['{', '}']).replace('-', "");
    if digits.len() != 32 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(invalid("volume_id", value, &format!("{} is not a 'uuid'", repr(value))));
    }
    Ok(id)
}

/// Where Cinder fails with a 500, at numbers, `true` and lists, this is the same 400 as for any
/// other value that is no name.
fn name(value: &Value, rule: &NameRule) -> Result<Option<TransferName>, Fault> {
    if value.is_null() {
        return Ok(None);
    }
    let name = value.as_str().and_then(|text| TransferName::new(text, rule).ok());
    match name {
        Some(name) => Ok(Some(name)),
        None => {
            let message = format!("{} is not valid under any of the given schemas", repr(value));
            Err(invalid("name", value, &message))
        }
    }
}

fn invalid(field: &str, value: &Value, message: &str) -> Fault {
    let value = value.as_str().map_or_else(|| repr(value), ToOwned::to_owned);
    Fault::bad_request(format!(
        "Invalid input for field/attribute {field}. Value: {value}. {message}"
    ))
}

fn is_not(value: &Value, kind: &str) -> String {
    format!("{} is not of type '{kind}'", repr(value))
}

fn unexpected(object: &Map<String, Value>, known: &[&str]) -> Option<String> {
    let mut keys: Vec<_> = object.keys().filter(|key| !known.contains(&key.as_str())).collect();
    keys.sort();
    let verb = if keys.len() == 1 { "was" } else { "were" };
    let keys: Vec<_> = keys.into_iter().map(|key| quoted(key)).collect();
    (!keys.is_empty()).then(|| {
        let keys = keys.join(", ");
        format!("Additional properties are not allowed ({keys} {verb} unexpected)")
    })
}
