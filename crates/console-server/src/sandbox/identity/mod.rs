//! An embedded identity service: the part of Keystone's API that signing in needs, for the demo
//! accounts. Responses match those of a real Keystone.

mod accounts;
mod error;
mod request;
mod response;
mod sign_in;
mod tokens;

pub(super) use accounts::demo_accounts;
pub(super) use tokens::Tokens;

use super::request::{BODY_TIMEOUT, request_id};
use super::response::json_response;
use crate::forwarded::base_url;
use crate::limits::{BODY_LIMIT, declares_oversized_body};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequest, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use error::IdentityError;
use serde_json::{Value, json};
use sign_in::SignedIn;
use tokens::{Grant, Kind};
use tokio::time::timeout;

const AUTH_TOKEN: &str = "x-auth-token";
const SUBJECT_TOKEN: HeaderName = HeaderName::from_static("x-subject-token");
const AUTH_RECEIPT: HeaderName = HeaderName::from_static("openstack-auth-receipt");

/// Serves Keystone's API under `/identity/v3`.
pub(super) fn router(tokens: Tokens) -> Router {
    let not_found =
        async || IdentityError::not_found("The requested URL was not found on the server.");
    let not_allowed = async || IdentityError::method_not_allowed();
    Router::new()
        .route("/identity", get(versions))
        .route("/identity/", get(versions))
        .route("/identity/v3", get(version))
        .route("/identity/v3/", get(version))
        .route("/identity/v3/auth/tokens", get(show).post(issue).delete(revoke))
        .route("/identity/v3/auth/projects", get(projects))
        .route("/identity/v3/auth/catalog", get(catalog))
        .route("/identity/{*path}", any(not_found))
        .method_not_allowed_fallback(not_allowed)
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(middleware::from_fn(finish))
        .with_state(tokens)
}

/// Adds the headers that all of Keystone's responses have.
async fn finish(request: Request, next: Next) -> Response {
    let base = base_url(request.headers());
    let mut response = next.run(request).await;
    // A response that requires a second factor has a receipt instead of a challenge.
    let needs_challenge = response.status() == StatusCode::UNAUTHORIZED
        && !response.headers().contains_key(AUTH_RECEIPT);
    let headers = response.headers_mut();
    headers.insert(header::VARY, HeaderValue::from_static("X-Auth-Token"));
    let challenge = HeaderValue::try_from(format!("Keystone uri=\"{base}/identity/v3\""));
    if let (true, Ok(challenge)) = (needs_challenge, challenge) {
        headers.insert(header::WWW_AUTHENTICATE, challenge);
    }
    if let Some(id) = request_id() {
        headers.insert(HeaderName::from_static("x-openstack-request-id"), id);
    }
    response
}

async fn versions(headers: HeaderMap) -> Response {
    let versions = [response::version(&base_url(&headers))];
    let body = json!({ "versions": { "values": versions } });
    json_response(StatusCode::MULTIPLE_CHOICES, &body)
}

async fn version(headers: HeaderMap) -> Response {
    json_response(StatusCode::OK, &json!({ "version": response::version(&base_url(&headers)) }))
}

/// Issues a token, or a receipt if a passcode is missing.
async fn issue(
    State(tokens): State<Tokens>,
    uri: Uri,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, IdentityError> {
    let body = read(request).await?;
    let receipt = headers.get(&AUTH_RECEIPT).map(|receipt| receipt.to_str().unwrap_or_default());
    let request = request::parse(&body)?;
    Ok(match sign_in::sign_in(&tokens, &request, receipt)? {
        SignedIn::Token { text, grant } => {
            token_response(StatusCode::CREATED, &text, &grant, &uri, &headers)
        }
        SignedIn::Receipt { text, grant } => {
            let response = json_response(StatusCode::UNAUTHORIZED, &response::receipt(&grant));
            with_header(response, AUTH_RECEIPT, &text)
        }
    })
}

/// Returns the details of a token.
async fn show(
    State(tokens): State<Tokens>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, IdentityError> {
    let (text, grant) = subject(&tokens, &headers, "identity:validate_token")?;
    Ok(token_response(StatusCode::OK, text, &grant, &uri, &headers))
}

/// Revokes a token.
async fn revoke(
    State(tokens): State<Tokens>,
    headers: HeaderMap,
) -> Result<Response, IdentityError> {
    let (text, _) = subject(&tokens, &headers, "identity:revoke_token")?;
    tokens.revoke(text)?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn projects(
    State(tokens): State<Tokens>,
    headers: HeaderMap,
) -> Result<Response, IdentityError> {
    let user = authenticate(&tokens, &headers)?.user().ok_or_else(IdentityError::unauthorized)?;
    Ok(json_response(StatusCode::OK, &response::projects(user, &base_url(&headers))))
}

async fn catalog(
    State(tokens): State<Tokens>,
    headers: HeaderMap,
) -> Result<Response, IdentityError> {
    let grant = authenticate(&tokens, &headers)?;
    let project = grant.project().ok_or_else(|| {
        IdentityError::forbidden("You are not authorized to perform the requested action.")
    })?;
    let base = base_url(&headers);
    let body = json!({
        "catalog": response::catalog(&base, Some(project)),
        "links": { "self": format!("{base}/identity/v3/auth/catalog") },
    });
    Ok(json_response(StatusCode::OK, &body))
}

/// Reads a body, which must be a JSON object or empty.
async fn read(request: Request) -> Result<Value, IdentityError> {
    if declares_oversized_body(request.headers()) {
        return Err(IdentityError::too_large());
    }
    let content_type = request.headers().get(header::CONTENT_TYPE);
    let content_type = content_type.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    let is_json = media_type.is_empty()
        || media_type == "application/json"
        || (media_type.starts_with("application/") && media_type.ends_with("+json"));
    let bytes = timeout(BODY_TIMEOUT, Bytes::from_request(request, &())).await;
    let bytes = bytes.map_err(|_| IdentityError::timeout())?;
    let bytes = bytes.map_err(|error| match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => IdentityError::too_large(),
        _ => IdentityError::missing("valid JSON", "request body"),
    })?;
    if bytes.is_empty() {
        return Ok(Value::Null);
    }
    if !is_json {
        return Err(IdentityError::missing("application/json", "Content-Type header"));
    }
    let body: Option<Value> = serde_json::from_slice(&bytes).ok();
    body.filter(Value::is_object)
        .ok_or_else(|| IdentityError::missing("valid JSON", "request body"))
}

/// Returns the grant of the token that authenticates the request.
fn authenticate(tokens: &Tokens, headers: &HeaderMap) -> Result<Grant, IdentityError> {
    let token = headers.get(AUTH_TOKEN).and_then(|token| token.to_str().ok());
    let grant = token.map(|token| tokens.find(Kind::Token, token)).transpose()?.flatten();
    grant.ok_or_else(IdentityError::unauthorized)
}

/// Returns the token that a request inspects or revokes, and its grant. Users may access only their
/// own tokens.
fn subject<'a>(
    tokens: &Tokens,
    headers: &'a HeaderMap,
    action: &str,
) -> Result<(&'a str, Grant), IdentityError> {
    let own = authenticate(tokens, headers)?;
    let forbidden = || {
        IdentityError::forbidden(&format!(
            "You are not authorized to perform the requested action: {action}."
        ))
    };
    let text = headers.get(SUBJECT_TOKEN).and_then(|token| token.to_str().ok());
    let text = text.ok_or_else(forbidden)?;
    let grant = tokens.find(Kind::Token, text)?.ok_or_else(IdentityError::token_not_found)?;
    match grant.user_id == own.user_id {
        true => Ok((text, grant)),
        false => Err(forbidden()),
    }
}

fn token_response(
    status: StatusCode,
    text: &str,
    grant: &Grant,
    uri: &Uri,
    headers: &HeaderMap,
) -> Response {
    let query = uri.query().unwrap_or_default();
    let mut query = form_urlencoded::parse(query.as_bytes());
    let with_catalog = !query.any(|(name, _)| name == "nocatalog");
    let body = response::token(grant, &base_url(headers), with_catalog);
    with_header(json_response(status, &body), SUBJECT_TOKEN, text)
}

/// Adds a header. Tokens and receipts are always valid values.
fn with_header(mut response: Response, name: HeaderName, value: &str) -> Response {
    if let Ok(value) = HeaderValue::try_from(value) {
        response.headers_mut().insert(name, value);
    }
    response
}
