//! Sign-in errors, grouped by what the user can correct.

use super::credentials::{Scope, SignInMethod};
use crate::decode::invalid as invalid_response;
use crate::error::{Fault, FaultKind, ReadError};
use crate::http::Response;
use alloc::string::String;
use core::fmt;

/// Why the service rejected a sign-in, as precisely as its response allows.
///
/// Keystone returns the same error for a wrong user name, password, domain or passcode, a disabled
/// user or project, and a user without a role on the project. Which of these are possible depends
/// on the request.
///
/// Exhaustive on purpose: each code has a translation, so a caller that doesn't handle a new one
/// must fail to compile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rejection {
    /// The user, the domain or the password is wrong, or the user is disabled. On Huawei Cloud, the
    /// user may also be a HUAWEI ID rather than an IAM user.
    Credentials,
    /// Either [`Credentials`](Rejection::Credentials) applies, or the project is unknown or
    /// disabled, or the user has no role on it.
    CredentialsOrProject,
    /// Either [`CredentialsOrProject`](Rejection::CredentialsOrProject) applies, or the passcode is
    /// wrong.
    CredentialsOrPasscode,
    /// The passcode is wrong or no longer valid, or the project isn't available to the user.
    Passcode,
    /// The receipt is unknown or has expired: sign in with the password again.
    Receipt,
    /// A second factor other than a passcode is required.
    UnsupportedFactor,
    /// The secret of the application credential is wrong, or the credential has expired.
    ApplicationSecret,
    /// The application credential doesn't exist.
    ApplicationCredential,
    /// The token is invalid or has expired.
    Token,
    /// The token is invalid or has expired, or the project is unknown or disabled, or the user has
    /// no role on it.
    TokenOrProject,
    /// The project doesn't exist.
    Project,
    /// The password has expired and must be changed.
    PasswordExpired,
    /// The user is locked out after too many attempts: wait, or ask an administrator.
    Locked,
    /// The user may use the console but not the API: ask an administrator for programmatic access.
    ConsoleOnly,
    /// The user lacks a permission or is disabled: ask an administrator.
    Forbidden,
    /// The request is malformed.
    Malformed,
}

impl Rejection {
    /// All rejections.
    pub const ALL: [Rejection; 16] = [
        Rejection::Credentials,
        Rejection::CredentialsOrProject,
        Rejection::CredentialsOrPasscode,
        Rejection::Passcode,
        Rejection::Receipt,
        Rejection::UnsupportedFactor,
        Rejection::ApplicationSecret,
        Rejection::ApplicationCredential,
        Rejection::Token,
        Rejection::TokenOrProject,
        Rejection::Project,
        Rejection::PasswordExpired,
        Rejection::Locked,
        Rejection::ConsoleOnly,
        Rejection::Forbidden,
        Rejection::Malformed,
    ];

    /// Returns a stable code, such as `credentials` or `passcode`.
    pub const fn code(self) -> &'static str {
        match self {
            Rejection::Credentials => "credentials",
            Rejection::CredentialsOrProject => "credentials_or_project",
            Rejection::CredentialsOrPasscode => "credentials_or_passcode",
            Rejection::Passcode => "passcode",
            Rejection::Receipt => "receipt",
            Rejection::UnsupportedFactor => "unsupported_factor",
            Rejection::ApplicationSecret => "application_secret",
            Rejection::ApplicationCredential => "application_credential",
            Rejection::Token => "token",
            Rejection::TokenOrProject => "token_or_project",
            Rejection::Project => "project",
            Rejection::PasswordExpired => "password_expired",
            Rejection::Locked => "locked",
            Rejection::ConsoleOnly => "console_only",
            Rejection::Forbidden => "forbidden",
            Rejection::Malformed => "malformed",
        }
    }

    /// Returns what an error from the identity service means. Returns `None` if the error isn't
    /// about the request: for example, if the service failed.
    ///
    /// IAM's codes are listed on its error codes page (错误码).
    fn of(method: SignInMethod, scope: &Scope, fault: &Fault) -> Option<Rejection> {
        let project = matches!(scope, Scope::Project(_));
        match fault.code.as_deref().unwrap_or_default() {
            "IAM.0061" => return Some(Rejection::Locked),
            "IAM.0062" => return Some(Rejection::Credentials),
            "IAM.0063" | "IAM.0066" | "IAM.0067" => return Some(Rejection::Token),
            "IAM.0064" | "IAM.0065" => return Some(Rejection::Forbidden),
            "IAM.0081" => return Some(Rejection::ConsoleOnly),
            "IAM.1061" => return Some(Rejection::Passcode),
            "IAM.1109" => return Some(Rejection::Project),
            _ => {}
        }
        Some(match (fault.status, method) {
            (400, _) => Rejection::Malformed,
            (401 | 403, _) if fault.mentions("locked") => Rejection::Locked,
            (401, SignInMethod::Password | SignInMethod::PasswordAndPasscode)
                if fault.mentions("password is expired") =>
            {
                Rejection::PasswordExpired
            }
            // Unlike Keystone, IAM says which part is wrong.
            (401, _) if fault.mentions("username or password") => Rejection::Credentials,
            (401, SignInMethod::Password) if project => Rejection::CredentialsOrProject,
            (401, SignInMethod::Password) => Rejection::Credentials,
            (401, SignInMethod::PasswordAndPasscode) => Rejection::CredentialsOrPasscode,
            (401, SignInMethod::Passcode) => Rejection::Passcode,
            (401, SignInMethod::ApplicationCredential) => Rejection::ApplicationSecret,
            (401, SignInMethod::Token) if project => Rejection::TokenOrProject,
            (401, SignInMethod::Token) => Rejection::Token,
            // Any other 404 means that there is no identity service at this address.
            (404, SignInMethod::Passcode) if fault.mentions("receipt") => Rejection::Receipt,
            (404, SignInMethod::ApplicationCredential) if fault.mentions("credential") => {
                Rejection::ApplicationCredential
            }
            (404, SignInMethod::Token) if is_unknown_token(fault) => Rejection::Token,
            (403, _) => Rejection::Forbidden,
            _ => return None,
        })
    }
}

/// The error returned when a sign-in fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignInError {
    /// The service rejected the sign-in.
    Rejected(Rejection, Fault),
    /// The token isn't for the requested project. Contains the name of the token's project, or its
    /// ID if it has no name, or `None` if the token has no project.
    OtherProject(Option<String>),
    /// No valid response arrived.
    Failed(ReadError),
}

impl SignInError {
    /// Returns a stable code: that of the [`Rejection`], `other_project`, or that of a
    /// [`FaultKind`], such as `address`, `blocked`, `busy` or `server`.
    pub fn code(&self) -> &'static str {
        match self {
            SignInError::Rejected(rejection, _) => rejection.code(),
            SignInError::OtherProject(_) => "other_project",
            SignInError::Failed(error) => {
                let kind = error.kind();
                // A 404 that isn't a rejection means a wrong address; a 401 that isn't one comes from a
                // proxy.
                let moved = [
                    (FaultKind::NotFound, FaultKind::Address),
                    (FaultKind::Token, FaultKind::Blocked),
                ];
                let found = moved.into_iter().find(|(from, _)| *from == kind);
                found.map_or(kind, |(_, to)| to).code()
            }
        }
    }

    /// Returns the response's status, request ID, code and message, if there are any.
    pub fn fault(&self) -> Option<Fault> {
        match self {
            SignInError::Rejected(_, fault) => Some(fault.clone()),
            SignInError::OtherProject(_) => None,
            SignInError::Failed(error) => error.fault(),
        }
    }
}

impl fmt::Display for SignInError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SignInError::Rejected(_, fault) => write!(f, "the sign-in was rejected: {fault}"),
            SignInError::OtherProject(None) => f.write_str("the token isn't for a project"),
            SignInError::OtherProject(Some(project)) => {
                write!(f, "the token is for the project {project}")
            }
            SignInError::Failed(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for SignInError {}

/// Returns whether a fault is a 404 for an unknown token, as worded by IAM or by Keystone.
pub(super) fn is_unknown_token(fault: &Fault) -> bool {
    let words = ["X-Subject-Token is invalid", "could not find token"];
    fault.status == 404 && words.iter().any(|words| fault.mentions(words))
}

/// Converts an error response to a sign-in error.
pub(super) fn rejected(method: SignInMethod, scope: &Scope, response: &Response) -> SignInError {
    let fault = without_quotes(Fault::read(response));
    let rejection =
        if fault.is_from_service() { Rejection::of(method, scope, &fault) } else { None };
    match rejection {
        Some(rejection) => SignInError::Rejected(rejection, fault),
        None => SignInError::Failed(ReadError::Refused(fault)),
    }
}

/// Returns the error for a response that requires a second factor other than a passcode.
pub(super) fn unsupported_factor(response: &Response) -> SignInError {
    let fault = without_quotes(Fault::read(response));
    SignInError::Rejected(Rejection::UnsupportedFactor, fault)
}

/// Returns the error for an invalid response with a success or redirect status.
pub(super) fn invalid(response: &Response) -> SignInError {
    SignInError::Failed(match invalid_response(response) {
        ReadError::Refused(fault) => ReadError::Refused(without_quotes(fault)),
        ReadError::Unreadable(fault) => ReadError::Unreadable(without_quotes(fault)),
        lost @ ReadError::NoResponse(_) => lost,
    })
}

/// Cuts a message off at the first quote or bracket, because what follows may be the request with its
/// password.
fn without_quotes(mut fault: Fault) -> Fault {
    if let Some(message) = &mut fault.message {
        // The number of letters and digits before a character. An apostrophe follows a whole word,
        // but a quote may follow a single letter, as in Python's `u'text'`.
        let mut word = 0;
        let quote = message.find(|char: char| {
            let opens = matches!(char, '\'' | '"' | '`') && word < 2 || matches!(char, '{' | '[');
            word = if char.is_alphanumeric() { word + 1 } else { 0 };
            opens
        });
        if let Some(start) = quote {
            message.truncate(start);
            message.push('…');
        }
    }
    fault
}
