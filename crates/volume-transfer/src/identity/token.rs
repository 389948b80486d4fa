//! Tokens: getting, showing and revoking them.

use super::body;
use super::credentials::{Credentials, Scope, SignInMethod};
use super::error::{self, SignInError};
use super::secret::{RECEIPT, Receipt, Token};
use super::session::{PendingSignIn, SignIn};
use crate::decode::decode;
use crate::document::read_json;
use crate::error::ReadError;
use crate::error_body::is_no_error;
use crate::http::{Method, Outcome, Request, Response};
use alloc::borrow::ToOwned;
use serde_json::Value;

/// The path for tokens.
const TOKENS: &str = "/v3/auth/tokens";
/// The header that contains the token that a request or response is about.
const SUBJECT: &str = "X-Subject-Token";

/// Returns the request that signs in.
///
/// `POST /v3/auth/tokens` with `{"auth":{"identity","scope"}}`, and `Openstack-Auth-Receipt` for
/// [`Credentials::Passcode`]. Sending it twice is harmless, because that only creates two tokens.
/// But services lock an account after several wrong passwords.
pub fn authenticate(credentials: Credentials<'_>, scope: &Scope) -> Request {
    let body = body::body(credentials, scope);
    let mut request = Request { body: Some(body), ..Request::new(Method::Post, TOKENS.into()) };
    if let Credentials::Passcode { receipt, .. } = credentials {
        request.secret_headers.push(receipt.header());
    }
    request
}

/// Returns the request that shows a token that the user already has. Decode the response with
/// [`decode_sign_in`], [`SignInMethod::Token`] and [`Scope::Default`].
///
/// `GET /v3/auth/tokens` with the token as `X-Auth-Token` and `X-Subject-Token`.
pub fn show_token(token: &Token) -> Request {
    about(Method::Get, token)
}

/// Returns the request that revokes a token.
///
/// `DELETE /v3/auth/tokens` with the token as `X-Auth-Token` and `X-Subject-Token`. IAM doesn't
/// document this request. Sending it twice is harmless.
pub fn sign_out(token: &Token) -> Request {
    about(Method::Delete, token)
}

fn about(method: Method, token: &Token) -> Request {
    let mut request = Request::new(method, TOKENS.into());
    request.secret_headers.extend([token.header("X-Auth-Token"), token.header(SUBJECT)]);
    request
}

/// Leaves the catalog out of the response to an [`authenticate`] or [`show_token`] request.
///
/// Adds `?nocatalog=1`, but any non-empty value would do. In a large cloud, the catalog makes up
/// most of the response, and it isn't needed if the operator has configured the regions.
#[must_use]
pub fn without_catalog(mut request: Request) -> Request {
    request.path.push_str("?nocatalog=1");
    request
}

/// Decodes the response to an [`authenticate`] or [`show_token`] request.
///
/// `method` and `scope` are those of the request. The services use one error for many causes, so
/// `method` and `scope` determine what the error can mean.
///
/// # Errors
/// Returns [`SignInError::Rejected`] if the service refused, [`SignInError::OtherProject`] if the
/// token isn't for the requested project, and [`SignInError::Failed`] if there is no valid
/// response.
pub fn decode_sign_in(
    method: SignInMethod,
    scope: &Scope,
    outcome: Outcome,
) -> Result<SignIn, SignInError> {
    let response = outcome.map_err(|lost| SignInError::Failed(ReadError::NoResponse(lost)))?;
    if response.status >= 400 {
        return rejected(method, scope, &response);
    }
    let token = response.header(SUBJECT).and_then(Token::from_header);
    let read = |token| SignIn::from_json(token, read_json(response.body())?.get("token")?);
    let sign_in = token.filter(|_| response.is_success()).and_then(read);
    let Some(sign_in) = sign_in else { return Err(error::invalid(&response)) };
    let project = match &sign_in {
        SignIn::Scoped(session) => Some(&session.project),
        SignIn::Unscoped(_) | SignIn::NeedsPasscode(_) => None,
    };
    if scope.accepts(project) {
        Ok(sign_in)
    } else {
        Err(SignInError::OtherProject(project.map(|project| project.label().to_owned())))
    }
}

/// Decodes an error response, which may ask for a second factor.
fn rejected(
    method: SignInMethod,
    scope: &Scope,
    response: &Response,
) -> Result<SignIn, SignInError> {
    let body = read_json(response.body()).filter(|_| response.status == 401);
    match body.filter(|body| body.get("receipt").is_some_and(Value::is_object)) {
        None => Err(error::rejected(method, scope, response)),
        Some(body) => {
            let receipt = response.header(RECEIPT).and_then(Receipt::from_header);
            PendingSignIn::from_json(receipt, &body)
                .map(SignIn::NeedsPasscode)
                .ok_or_else(|| error::unsupported_factor(response))
        }
    }
}

/// Decodes the response to a [`sign_out`] request. Succeeds even if the token was no longer valid.
///
/// # Errors
/// Returns a [`ReadError`]. The token may then remain valid until it expires.
pub fn decode_signed_out(outcome: Outcome) -> Result<(), ReadError> {
    match decode(outcome, |body| is_no_error(body).then_some(())) {
        // Keystone returns 401, because the token is in `X-Auth-Token` as well.
        Err(ReadError::Refused(fault))
            if fault.is_from_service() && fault.status == 401
                || error::is_unknown_token(&fault) =>
        {
            Ok(())
        }
        result => result,
    }
}
