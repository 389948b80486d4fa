//! Signing in to OpenStack's Keystone and Huawei Cloud's IAM: requests and responses.
//!
//! Both implement the Identity API v3; see "Authentication and token management" in OpenStack's API
//! reference, and 获取IAM用户Token（使用密码） and 获取IAM用户Token（使用密码+虚拟MFA） in Huawei
//! Cloud's. IAM differs in a few respects:
//!
//! - The domain's name is the account's name. Only an IAM user can sign in; a HUAWEI ID can't.
//! - A project is named after its region: `cn-north-4`, or `cn-north-4_sub` for a subproject. See
//!   [`Project::region`].
//! - A [passcode](Totp) is sent together with the password and the user's ID. There is no receipt.
//! - [`Scope::Unscoped`] isn't documented. [`Scope::Default`] returns a token without a project.
//!
//! # Signing in
//!
//! ```
//! use volume_transfer::Response;
//! use volume_transfer::identity::{
//!     self, Credentials, DomainRef, Identifier, Password, Scope, SignIn, UserRef,
//! };
//!
//! let user = UserRef::Name {
//!     name: Identifier::parse("alice")?,
//!     domain: DomainRef::Name(Identifier::parse("Default")?),
//! };
//! let password = Password::new("secret-alice".to_owned())?;
//! let credentials = Credentials::Password { user: &user, password: &password, totp: None };
//! let method = credentials.method();
//! let request = identity::authenticate(credentials, &Scope::Unscoped);
//! assert_eq!(request.path, "/v3/auth/tokens");
//!
//! let response = Response::new(201, br#"{"token":{"user":{"id":"4a26a6e9","name":"alice"},
//!     "expires_at":"2026-11-28T05:37:19.000000Z"}}"#.to_vec())
//!     .with_header("X-Subject-Token", "gAAAAABrCRcPxoJUe9e");
//! match identity::decode_sign_in(method, &Scope::Unscoped, Ok(response))? {
//!     // The token is for a project: use it.
//!     SignIn::Scoped(session) => drop(session),
//!     // List the projects, let the user choose one, and sign in again with the token.
//!     SignIn::Unscoped(session) => {
//!         let request = identity::projects(&session.token);
//!         assert_eq!(request.path, "/v3/auth/projects");
//!     }
//!     // Ask for the passcode, and sign in again with the receipt.
//!     SignIn::NeedsPasscode(pending) => drop(pending),
//! }
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```
//!
//! # Secrets
//!
//! [`Password`], [`ApplicationSecret`], [`Passcode`], [`Token`] and [`Receipt`] can't be cloned,
//! printed or serialized, and are wiped when dropped. The requests and responses that contain them
//! are wiped, too.

mod body;
mod catalog;
mod credentials;
mod error;
mod openrc;
mod project;
mod secret;
mod session;
mod token;

pub use catalog::{BlockStorageEndpoint, BlockStorageVersion, Catalog, catalog, decode_catalog};
pub use credentials::{
    ApplicationCredentialRef, Credentials, DomainRef, Identifier, ProjectRef, Scope, SignInMethod,
    Totp, UserRef,
};
pub use error::{Rejection, SignInError};
pub use openrc::openrc_variable;
pub use project::{Domain, Project, ProjectList, decode_projects, projects};
pub use secret::{ApplicationSecret, Passcode, Password, Receipt, Token};
pub use session::{PendingSignIn, Session, SignIn, UnscopedSession, User};
pub use token::{
    authenticate, decode_sign_in, decode_signed_out, show_token, sign_out, without_catalog,
};
