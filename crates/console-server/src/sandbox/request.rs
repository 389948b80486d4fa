//! Parses requests. The order of the checks and the error messages are Cinder's.

use super::api::Api;
use super::demo::Project;
use super::microversion::Microversion;
use super::python::{repr, repr_str};
use super::response::{self, Fault};
use super::transfers::NewTransfer;
use crate::forwarded::base_url;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::time::Duration;
use tokio::time::timeout;
use uuid::Uuid;
use volume_transfer::{NameRule, TransferName};

/// The path segment for transfers in every version of the API.
pub(super) const OS_VOLUME_TRANSFER: &str = "os-volume-transfer";
/// The path segment that Cinder added in 3.55.
pub(super) const VOLUME_TRANSFERS: &str = "volume-transfers";

/// The time limit for receiving a body.
pub(super) const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// The maximum and default number of rows in a list.
const MAX_LIMIT: usize = 1000;

/// Everything that a handler needs from the request line and headers.
pub(super) struct RequestHead {
    /// The base URL for links: this server's URL as the client knows it.
    endpoint: String,
    version: &'static str,
    /// `/` and the project's ID, or empty if the path omits the project.
    project_path: String,
    pub(super) microversion: Microversion,
    pub(super) project: &'static Project,
    /// The ID of the volume or transfer in the path, or empty.
    pub(super) id: String,
    pub(super) query: Vec<(String, String)>,
    /// The URI, relative to the version.
    uri: Uri,
}

impl FromRequestParts<Api> for RequestHead {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<RequestHead, Fault> {
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
        // The middleware has looked up the token.
        let project = *parts.extensions.get::<&Project>().ok_or_else(Fault::internal)?;
        let project_path = match segments.project {
            Some(id) if id != project.project_id => return Err(Fault::malformed_url()),
            Some(id) => format!("/{id}"),
            None => String::new(),
        };
        Ok(RequestHead {
            endpoint: base_url(&parts.headers),
            version: api.version,
            project_path,
            microversion: parts.extensions.get().copied().unwrap_or_default(),
            project,
            id: segments.id,
            query,
            uri: parts.uri.clone(),
        })
    }
}

/// Returns a new ID for a request. A UUID is always a valid header value.
pub(super) fn request_id() -> Option<HeaderValue> {
    HeaderValue::try_from(format!("req-{}", Uuid::new_v4())).ok()
}

impl RequestHead {
    pub(super) fn project_id(&self) -> &'static str {
        self.project.project_id
    }

    /// Returns a query parameter. If it is repeated, the last one wins.
    pub(super) fn param(&self, name: &str) -> Option<&str> {
        self.query.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Parses the maximum number of rows.
    pub(super) fn limit(&self) -> Result<usize, Fault> {
        let Some(limit) = self.param("limit") else { return Ok(MAX_LIMIT) };
        let number: i64 =
            limit.parse().map_err(|_| Fault::bad_request("limit param must be an integer"))?;
        match usize::try_from(number) {
            Err(_) => Err(Fault::bad_request("limit param must be positive")),
            // Cinder caps the limit, whereas EVS rejects one that is too large.
            Ok(limit) if self.version == "v3" => Ok(limit.min(MAX_LIMIT)),
            Ok(0) => Err(Fault::bad_request("limit param must be positive")),
            Ok(limit @ 1..=MAX_LIMIT) => Ok(limit),
            Ok(_) => Err(Fault::evs("EVS.1023", "invalid filter limit")),
        }
    }

    /// Parses the number of rows to skip.
    pub(super) fn offset(&self) -> Result<usize, Fault> {
        let Some(offset) = self.param("offset") else { return Ok(0) };
        let number: i64 =
            offset.parse().map_err(|_| Fault::bad_request("offset must be an integer"))?;
        number.try_into().map_err(|_| Fault::bad_request("offset must be >= 0"))
    }

    /// Parses the sort order of a paginated list: newest first or oldest first.
    pub(super) fn newest_first(&self) -> Result<bool, Fault> {
        let sort = self.param("sort").unwrap_or("created_at");
        match sort.split_once(':').unwrap_or((sort, "desc")) {
            ("created_at", "desc") => Ok(true),
            ("created_at", "asc") => Ok(false),
            ("created_at", _) => Err(Fault::bad_request(
                "Invalid input received: Unknown sort direction, must be 'desc' or 'asc'.",
            )),
            // Cinder supports more keys.
            _ => Err(Fault::bad_request("Invalid input received: Invalid sort key")),
        }
    }

    /// Returns whether the path uses [`VOLUME_TRANSFERS`].
    pub(super) fn is_volume_transfers(&self) -> bool {
        self.uri.path().split('/').any(|segment| segment == VOLUME_TRANSFERS)
    }

    /// Returns whether this is one of the paths that only EVS has, such as `cloudvolumes`.
    pub(super) fn is_cloud(&self) -> bool {
        self.uri.path().split('/').nth(2).is_some_and(|name| name.starts_with("cloud"))
    }

    /// Returns whether the rows of a list should have all their fields.
    pub(super) fn is_detail(&self) -> bool {
        self.uri.path().ends_with("/detail")
    }

    /// Returns the links of a record: `self`, and the version-independent `bookmark`.
    pub(super) fn links(&self, collection: &str, id: &str) -> Value {
        let RequestHead { endpoint, version, project_path, .. } = self;
        json!([
            { "rel": "self", "href": format!("{endpoint}/{version}{project_path}/{collection}/{id}") },
            { "rel": "bookmark", "href": format!("{endpoint}{project_path}/{collection}/{id}") },
        ])
    }

    /// Returns the URL of the page that follows the row with this ID.
    pub(super) fn next_page(&self, path: &str, id: &str) -> String {
        let params = self.uri.query().unwrap_or_default().split('&');
        let params = params.filter(|pair| !pair.is_empty() && !pair.starts_with("marker="));
        let query: Vec<_> = params.map(ToOwned::to_owned).chain([format!("marker={id}")]).collect();
        format!("{}/{}{path}?{}", self.endpoint, self.version, query.join("&"))
    }

    /// Returns the path of one of the project's collections, relative to the version.
    pub(super) fn collection(&self, collection: &str) -> String {
        format!("{}/{collection}", self.project_path)
    }

    /// Returns the root URL of this API version.
    pub(super) fn version_root(&self) -> String {
        format!("{}/{}/", self.endpoint, self.version)
    }

    /// Returns the path, relative to the version.
    pub(super) fn path(&self) -> &str {
        self.uri.path()
    }
}

/// Redirects `/v3` to `/v3/`.
pub(super) async fn redirect_to_version_root(head: RequestHead) -> Response {
    response::found(&head.version_root())
}

/// A request body: any JSON.
pub(super) struct JsonBody(pub(super) Value);

/// The rejection of a [`JsonBody`].
pub(super) enum BodyRejection {
    Fault(Fault),
    TooLarge,
}

impl IntoResponse for BodyRejection {
    fn into_response(self) -> Response {
        match self {
            BodyRejection::Fault(fault) => fault.into_response(),
            BodyRejection::TooLarge => response::too_large(),
        }
    }
}

impl FromRequest<Api> for JsonBody {
    type Rejection = BodyRejection;

    async fn from_request(request: Request, api: &Api) -> Result<JsonBody, BodyRejection> {
        let content_type = request.headers().get(header::CONTENT_TYPE);
        let media_type = content_type
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split(';').next())
            .map(str::trim);
        // Cinder's comparison is case-sensitive.
        let Some("application/json" | "application/vnd.openstack.volume+json") = media_type else {
            return Err(BodyRejection::Fault(Fault::unsupported_media_type()));
        };
        let bytes = timeout(BODY_TIMEOUT, Bytes::from_request(request, api))
            .await
            .map_err(|_| BodyRejection::Fault(Fault::timeout()))?
            .map_err(|rejection: BytesRejection| match rejection.status() {
                StatusCode::PAYLOAD_TOO_LARGE => BodyRejection::TooLarge,
                _ => BodyRejection::Fault(Fault::malformed_body()),
            })?;
        // For an empty body or `NaN`, Cinder fails with a 500. The sandbox deliberately responds
        // with a 400, because after a 500, a client must assume that the transfer may exist.
        serde_json::from_slice(&bytes)
            .map(JsonBody)
            .map_err(|_| BodyRejection::Fault(Fault::malformed_body()))
    }
}

/// Validates the body of a create request in the order of Cinder's JSON schema: the values of
/// properties, then missing ones, then additional ones, with inner objects first.
pub(super) fn create<'a>(
    document: &'a Value,
    rule: &NameRule,
    allow_no_snapshots: bool,
) -> Result<NewTransfer<'a>, Fault> {
    let Value::Object(body) = document else {
        return Err(Fault::bad_request(type_error(document, "object")));
    };
    let Some(transfer) = body.get("transfer") else {
        return Err(Fault::bad_request("'transfer' is a required property"));
    };
    let Value::Object(fields) = transfer else {
        return Err(invalid_field("transfer", transfer, &type_error(transfer, "object")));
    };
    let id = fields.get("volume_id").map(volume_id).transpose()?;
    let name = fields.get("name").map(|value| name(value, rule)).transpose()?.flatten();
    let (known, no_snapshots) = if allow_no_snapshots {
        let value = fields.get("no_snapshots").map(no_snapshots).transpose()?;
        (&["volume_id", "name", "no_snapshots"][..], value.unwrap_or_default())
    } else {
        (&["volume_id", "name"][..], false)
    };
    let volume_id = id
        .ok_or_else(|| invalid_field("transfer", transfer, "'volume_id' is a required property"))?;
    if let Some(message) = unexpected_properties(fields, known) {
        return Err(invalid_field("transfer", transfer, &message));
    }
    if let Some(message) = unexpected_properties(body, &["transfer"]) {
        return Err(Fault::bad_request(message));
    }
    Ok(NewTransfer { volume_id, name, no_snapshots })
}

/// Validates the body of an accept request in the same order, and returns the key. The key is
/// `None` if it is a number, which Cinder's schema permits although no key is a number.
///
/// Cinder quotes invalid values in its error messages. Any string or number in this body may be a
/// key, so the sandbox redacts all of them.
pub(super) fn accept(document: &Value) -> Result<Option<&str>, Fault> {
    let Value::Object(body) = document else {
        return Err(Fault::bad_request(type_error(&redact(document), "object")));
    };
    let Some(accept) = body.get("accept") else {
        return Err(Fault::bad_request("'accept' is a required property"));
    };
    let redacted = redact(accept);
    let Value::Object(fields) = accept else {
        return Err(invalid_field("accept", &redacted, &type_error(&redacted, "object")));
    };
    let key = match fields.get("auth_key") {
        Some(Value::String(key)) => Some(key.as_str()),
        Some(Value::Number(number)) if !number.is_f64() => None,
        Some(other) => {
            let other = redact(other);
            return Err(invalid_field(
                "auth_key",
                &other,
                &type_error(&other, "string', 'integer"),
            ));
        }
        None => {
            return Err(invalid_field("accept", &redacted, "'auth_key' is a required property"));
        }
    };
    if let Some(message) = unexpected_properties(fields, &["auth_key"]) {
        return Err(invalid_field("accept", &redacted, &message));
    }
    if let Some(message) = unexpected_properties(body, &["accept"]) {
        return Err(Fault::bad_request(message));
    }
    Ok(key)
}

/// Replaces all strings and numbers in a value.
fn redact(value: &Value) -> Value {
    match value {
        Value::Null | Value::Bool(_) => value.clone(),
        Value::Number(_) | Value::String(_) => json!("***"),
        Value::Array(items) => items.iter().map(redact).collect(),
        Value::Object(fields) => {
            fields.iter().map(|(name, value)| (name.clone(), redact(value))).collect()
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
            Err(invalid_field("no_snapshots", value, &message))
        }
        Value::Null | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            Err(invalid_field("no_snapshots", value, &type_error(value, "boolean', 'string")))
        }
    }
}

fn volume_id(value: &Value) -> Result<&str, Fault> {
    let Value::String(id) = value else {
        return Err(invalid_field("volume_id", value, &type_error(value, "string")));
    };
    // Cinder accepts these forms of a UUID here, but finds volumes only by the canonical form.
    let digits = id.replace("urn:", "").replace("uuid:", "");
    let digits = digits.trim_matches(['{', '}']).replace('-', "");
    if digits.len() != 32 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(invalid_field("volume_id", value, &format!("{} is not a 'uuid'", repr(value))));
    }
    Ok(id)
}

/// Validates a name. For numbers, `true` and lists, Cinder fails with a 500; the sandbox responds
/// with the same 400 as for any other invalid name.
fn name(value: &Value, rule: &NameRule) -> Result<Option<TransferName>, Fault> {
    if value.is_null() {
        return Ok(None);
    }
    let name = value.as_str().and_then(|text| TransferName::new(text, rule).ok());
    match name {
        Some(name) => Ok(Some(name)),
        None => {
            let message = format!("{} is not valid under any of the given schemas", repr(value));
            Err(invalid_field("name", value, &message))
        }
    }
}

fn invalid_field(field: &str, value: &Value, message: &str) -> Fault {
    let value = value.as_str().map_or_else(|| repr(value), ToOwned::to_owned);
    Fault::bad_request(format!(
        "Invalid input for field/attribute {field}. Value: {value}. {message}"
    ))
}

fn type_error(value: &Value, kind: &str) -> String {
    format!("{} is not of type '{kind}'", repr(value))
}

fn unexpected_properties(object: &Map<String, Value>, known: &[&str]) -> Option<String> {
    let mut keys: Vec<_> = object.keys().filter(|key| !known.contains(&key.as_str())).collect();
    keys.sort();
    let verb = if keys.len() == 1 { "was" } else { "were" };
    let keys: Vec<_> = keys.into_iter().map(|key| repr_str(key)).collect();
    (!keys.is_empty()).then(|| {
        let keys = keys.join(", ");
        format!("Additional properties are not allowed ({keys} {verb} unexpected)")
    })
}
