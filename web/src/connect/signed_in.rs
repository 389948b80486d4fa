//! Tokens from the identity service.

use crate::client::{Account, SessionData, send_identity};
use std::sync::Arc;
use volume_transfer::ProjectId;
use volume_transfer::identity::{
    self, Catalog, Credentials, Project, Scope, SignIn, SignInError, Token,
};

/// Sends credentials.
pub(super) async fn send(
    credentials: Credentials<'_>,
    scope: &Scope,
) -> Result<SignIn, SignInError> {
    let method = credentials.method();
    let outcome = send_identity(identity::authenticate(credentials, scope)).await;
    identity::decode_sign_in(method, scope, outcome)
}

/// A successful sign-in.
pub(super) struct SignedIn {
    pub(super) token: Arc<Token>,
    pub(super) account: Account,
    /// The token's project, and its service catalog.
    pub(super) scoped: Option<(Project, Option<Catalog>)>,
    /// The project that an application credential is limited to.
    pub(super) only: Option<ProjectId>,
    /// The projects to choose from.
    pub(super) projects: Vec<Project>,
}

impl SignedIn {
    /// Extracts the token and its scope from a sign-in. Returns `None` if a passcode is still required.
    pub(super) fn new(sign_in: SignIn, mut account: Account) -> Option<SignedIn> {
        let (token, expires_at, scoped) = match sign_in {
            SignIn::Scoped(session) => {
                let session = *session;
                (session.token, session.expires_at, Some((session.project, session.catalog)))
            }
            SignIn::Unscoped(session) => (session.token, session.expires_at, None),
            SignIn::NeedsPasscode(_) => return None,
        };
        account.expires_at = expires_at.unwrap_or_default();
        let own = scoped.as_ref().map(|(project, _)| project.id);
        let only = own.filter(|_| account.method == "application");
        Some(SignedIn { token: Arc::new(token), account, scoped, only, projects: Vec::new() })
    }

    /// Recreates a session's sign-in, so that the user can choose another project.
    pub(super) fn of(session: &SessionData) -> Option<SignedIn> {
        Some(SignedIn {
            token: Arc::clone(session.token()?),
            account: session.account.clone(),
            scoped: None,
            only: Some(session.project).filter(|_| session.account.method == "application"),
            projects: Vec::new(),
        })
    }
}
