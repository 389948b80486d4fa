//! The results of signing in.

use super::catalog::Catalog;
use super::project::{Domain, Project};
use super::secret::{Receipt, Token};
use crate::{loose, time};
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use serde_json::Value;

/// The result of signing in.
///
/// Exhaustive on purpose: each case requires a different next step.
pub enum SignIn {
    /// The token is for a project.
    Scoped(Box<Session>),
    /// The token has no project: list the [projects](super::projects), and sign in to one of them
    /// with the token.
    Unscoped(UnscopedSession),
    /// The password is correct, and a passcode is required as well.
    NeedsPasscode(PendingSignIn),
}

/// A token for a project.
#[non_exhaustive]
pub struct Session {
    /// The token.
    pub token: Token,
    /// When the token expires, in UTC, as `YYYY-MM-DDTHH:MM:SS.ffffff` without a zone. Text in an
    /// unknown format is kept unchanged.
    pub expires_at: Option<String>,
    /// The user.
    pub user: User,
    /// The project.
    pub project: Project,
    /// The names of the user's roles on the project.
    pub roles: Vec<String>,
    /// The project's catalog. `None` if the response contained none or an empty one.
    pub catalog: Option<Catalog>,
}

/// A token without a project.
#[non_exhaustive]
pub struct UnscopedSession {
    /// The token.
    pub token: Token,
    /// When the token expires, in the format of [`Session::expires_at`].
    pub expires_at: Option<String>,
    /// The user.
    pub user: User,
}

/// A sign-in that still requires a passcode.
#[non_exhaustive]
pub struct PendingSignIn {
    /// The receipt for [`Credentials::Passcode`](super::Credentials::Passcode). If a proxy or the
    /// browser withheld its header, send the password and the passcode together instead.
    pub receipt: Option<Receipt>,
    /// When the receipt expires, in the format of [`Session::expires_at`]. On Keystone, it expires
    /// after five minutes by default.
    pub expires_at: Option<String>,
    /// The user.
    pub user: User,
}

/// A user, as described by the response.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct User {
    /// The user's ID.
    pub id: Option<String>,
    /// The user's name.
    pub name: Option<String>,
    /// The user's domain.
    pub domain: Domain,
}

impl User {
    fn from_json(user: Option<&Value>) -> User {
        let get = |key| user?.get(key);
        User {
            id: loose::text(get("id")),
            name: loose::text(get("name")),
            domain: Domain::from_json(get("domain")),
        }
    }
}

fn expires_at(object: &Value) -> Option<String> {
    loose::text(object.get("expires_at")).map(time::utc)
}

impl SignIn {
    /// Reads the record of a token. Returns `None` if its project has no valid ID.
    pub(super) fn from_json(token: Token, record: &Value) -> Option<SignIn> {
        let (expires_at, user) = (expires_at(record), User::from_json(record.get("user")));
        let Some(project) = record.get("project").filter(|project| !project.is_null()) else {
            return Some(SignIn::Unscoped(UnscopedSession { token, expires_at, user }));
        };
        let roles = loose::rows(record, "roles").iter();
        let services = loose::rows(record, "catalog");
        Some(SignIn::Scoped(Box::new(Session {
            token,
            expires_at,
            user,
            project: Project::from_json(project)?,
            roles: roles.filter_map(|role| loose::text(role.get("name"))).collect(),
            // IAM returns an empty list instead of leaving the catalog out.
            catalog: (!services.is_empty()).then(|| Catalog::from_json(services)),
        })))
    }
}

impl PendingSignIn {
    /// Reads the response to a password that was sent without the required passcode. Returns `None`
    /// if a passcode isn't enough.
    pub(super) fn from_json(receipt: Option<Receipt>, body: &Value) -> Option<PendingSignIn> {
        let record = body.get("receipt")?;
        // Each entry of the required methods is a combination that suffices.
        let mut required = loose::rows(body, "required_auth_methods");
        if required.is_empty() {
            required = loose::rows(record, "required_auth_methods");
        }
        let used = loose::rows(record, "methods");
        let is_enough = |methods: &Value| {
            let mut methods = methods.as_array().into_iter().flatten();
            methods.all(|method| used.contains(method) || *method == "totp")
        };
        (required.is_empty() || required.iter().any(is_enough)).then(|| PendingSignIn {
            receipt,
            expires_at: expires_at(record),
            user: User::from_json(record.get("user")),
        })
    }
}
