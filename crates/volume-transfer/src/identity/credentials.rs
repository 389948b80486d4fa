//! Who signs in, and to which project.

use super::project::{Domain, Project};
use super::secret::{ApplicationSecret, Passcode, Password, Receipt, Token};
use crate::id::{IdError, ProjectId};
use alloc::borrow::ToOwned;
use alloc::string::String;

/// A name or an ID as entered by a user: not empty, and without surrounding whitespace.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Identifier(String);

impl Identifier {
    /// Parses a name or an ID, and trims whitespace.
    ///
    /// # Errors
    /// Returns [`IdError::Empty`] if nothing is left, and [`IdError::Malformed`] for a control
    /// character.
    pub fn parse(text: &str) -> Result<Identifier, IdError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(IdError::Empty);
        }
        if text.contains(|char: char| char.is_control()) {
            return Err(IdError::Malformed);
        }
        Ok(Identifier(text.to_owned()))
    }

    /// Returns the name or ID.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A domain. On Huawei Cloud this is the account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DomainRef {
    /// By ID.
    Id(Identifier),
    /// By name. On Huawei Cloud this is the account's name.
    Name(Identifier),
}

/// A user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserRef {
    /// By ID, which is unique across all domains.
    Id(Identifier),
    /// By name.
    Name {
        /// The user's name.
        name: Identifier,
        /// The user's domain.
        domain: DomainRef,
    },
}

/// A project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProjectRef {
    /// By ID.
    Id(ProjectId),
    /// By name. On Huawei Cloud this is `REGION`, or `REGION_SUBPROJECT` for a subproject.
    Name {
        /// The project's name.
        name: Identifier,
        /// The project's domain, which Keystone requires. IAM uses the user's account.
        domain: Option<DomainRef>,
    },
}

/// The scope of the requested token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// On Keystone, the user's default project. Without one, or on IAM, the token has no project.
    Default,
    /// No project, even if the user has a default one. Only Keystone documents this.
    Unscoped,
    /// A project.
    Project(ProjectRef),
}

impl Scope {
    /// Returns whether a token for the given project is what was requested.
    ///
    /// Keystone compares names as its database does, and MySQL ignores case. So this ignores ASCII
    /// case.
    pub(super) fn accepts(&self, project: Option<&Project>) -> bool {
        let same = |requested: &Identifier, found: &Option<String>| {
            found.as_ref().is_none_or(|found| found.eq_ignore_ascii_case(requested.as_str()))
        };
        let same_domain = |requested: &Option<DomainRef>, found: &Domain| match requested {
            None => true,
            Some(DomainRef::Id(id)) => same(id, &found.id),
            Some(DomainRef::Name(name)) => same(name, &found.name),
        };
        match (self, project) {
            (Scope::Default | Scope::Unscoped, _) => true,
            (Scope::Project(_), None) => false,
            (Scope::Project(ProjectRef::Id(id)), Some(project)) => *id == project.id,
            (Scope::Project(ProjectRef::Name { name, domain }), Some(project)) => {
                same(name, &project.name) && same_domain(domain, &project.domain)
            }
        }
    }
}

/// An application credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApplicationCredentialRef {
    /// By ID.
    Id(Identifier),
    /// By name.
    Name {
        /// The credential's name, which is unique per user.
        name: Identifier,
        /// The credential's user.
        user: UserRef,
    },
}

/// A passcode and its user.
#[derive(Clone, Copy)]
pub struct Totp<'a> {
    /// The user. IAM requires the user's ID; Keystone also accepts the name.
    pub user: &'a UserRef,
    /// The passcode.
    pub passcode: &'a Passcode,
}

/// The credentials that a user signs in with. Borrows the secrets, because they can't be cloned.
#[derive(Clone, Copy)]
pub enum Credentials<'a> {
    /// A password, and a passcode if the second factor is sent along with it, as IAM requires.
    Password {
        /// The user.
        user: &'a UserRef,
        /// The user's password.
        password: &'a Password,
        /// The second factor.
        totp: Option<Totp<'a>>,
    },
    /// A passcode, sent after the password was accepted. Only Keystone supports this.
    Passcode {
        /// The receipt from [`PendingSignIn`](super::PendingSignIn).
        receipt: &'a Receipt,
        /// The second factor.
        totp: Totp<'a>,
    },
    /// An application credential. It belongs to a project, so the [`Scope`] isn't sent. The
    /// response is still checked against the scope. IAM doesn't document these credentials.
    ApplicationCredential {
        /// The credential.
        credential: &'a ApplicationCredentialRef,
        /// The credential's secret.
        secret: &'a ApplicationSecret,
    },
    /// A token, used to get one for another project.
    Token(&'a Token),
}

impl Credentials<'_> {
    /// Returns the method, which [`decode_sign_in`](super::decode_sign_in) needs to tell errors
    /// apart.
    pub const fn method(&self) -> SignInMethod {
        match self {
            Credentials::Password { totp: None, .. } => SignInMethod::Password,
            Credentials::Password { totp: Some(_), .. } => SignInMethod::PasswordAndPasscode,
            Credentials::Passcode { .. } => SignInMethod::Passcode,
            Credentials::ApplicationCredential { .. } => SignInMethod::ApplicationCredential,
            Credentials::Token(_) => SignInMethod::Token,
        }
    }
}

/// The kind of [`Credentials`], without the secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInMethod {
    /// A password.
    Password,
    /// A password and a passcode together.
    PasswordAndPasscode,
    /// A passcode, sent after the password.
    Passcode,
    /// An application credential.
    ApplicationCredential,
    /// A token.
    Token,
}
