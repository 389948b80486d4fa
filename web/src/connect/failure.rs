//! Why signing in failed.

use crate::errors::{FaultDetails, ReadFailure};
use crate::i18n::{Key, key, language, sign_in_error};
use crate::reactive::derive;
use crate::ui::{ErrorMessage, p};
use leptos::prelude::*;
use volume_transfer::ReadError;
use volume_transfer::identity::{Rejection, SignInError};

/// Why signing in or connecting failed.
#[derive(Clone)]
pub(super) enum Failure {
    /// A list couldn't be loaded. The message says which service failed.
    Service(Key, ReadError),
    /// The identity service didn't return a token.
    SignIn(SignInError),
    /// There is nothing to connect to. Contains a message and the regions that have block storage.
    Nothing(Key, Vec<String>),
}

impl Failure {
    /// Returns the field that caused the failure, and its error.
    pub(super) fn field(&self) -> Option<(&'static str, Key)> {
        let Failure::SignIn(SignInError::Rejected(rejection, _)) = self else { return None };
        let field = match rejection {
            Rejection::Credentials
            | Rejection::CredentialsOrProject
            | Rejection::PasswordExpired => "password",
            Rejection::CredentialsOrPasscode | Rejection::Passcode | Rejection::Receipt => {
                "passcode"
            }
            Rejection::ApplicationSecret => "secret",
            Rejection::ApplicationCredential => "credential",
            Rejection::TokenOrProject | Rejection::Project => "choose-project",
            Rejection::UnsupportedFactor
            | Rejection::Token
            | Rejection::Locked
            | Rejection::ConsoleOnly
            | Rejection::Forbidden
            | Rejection::Malformed => return None,
        };
        Some((field, Key::for_code("rejection", rejection.code())?))
    }
}

/// Shows which service failed, why, and what to do.
#[component]
pub(super) fn FailureMessage(failure: Failure) -> impl IntoView {
    let language = language();
    let has_field = failure.field().is_some();
    let (title, details) = match failure {
        Failure::Service(title, error) => (title, view! { <ReadFailure error /> }.into_any()),
        Failure::SignIn(error) => {
            let title = match &error {
                SignInError::Rejected(..) | SignInError::OtherProject(_) => key::SIGNIN_REFUSED,
                SignInError::Failed(_) => key::SIGNIN_FAILED,
            };
            let fault = error.fault().map(|fault| view! { <FaultDetails fault /> }.into_any());
            // The field already shows the reason.
            let text = derive(move || {
                if has_field { String::new() } else { sign_in_error(language.get(), &error) }
            });
            (title, view! { {p(text)} {fault} }.into_any())
        }
        Failure::Nothing(message, regions) => {
            let text = derive(move || {
                let regions = language.get().join(key::JOIN_LIST, &regions);
                language.get().format(message, &[("regions", &regions)])
            });
            (key::SIGNIN_REFUSED, p(text))
        }
    };
    view! { <ErrorMessage title>{details}</ErrorMessage> }
}
