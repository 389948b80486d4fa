//! Signs in with the values of the form's fields.

use super::choice;
use super::failure::Failure;
use super::fields::{ask_for_passcode, attribute, choose_method, clear_secrets, set_value, value};
use super::signed_in::{SignedIn, send};
use super::state::{FormState, Step};
use crate::client::Account;
use crate::i18n::{Key, key};
use crate::state::AppState;
use crate::ui::{by_id, focus, focus_next_frame};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::mem;
use volume_transfer::IdError;
use volume_transfer::identity::{
    self, ApplicationCredentialRef, ApplicationSecret, Credentials, DomainRef, Identifier,
    Passcode, Password, PendingSignIn, ProjectRef, Rejection, Scope, SignIn, SignInError, Totp,
    UserRef,
};
use wasm_bindgen_futures::JsFuture;
use web_sys::HtmlInputElement;
use zeroize::Zeroizing;

/// The credentials that the user entered.
enum EnteredCredentials {
    Password { user: UserRef, password: Password, totp: Option<(UserRef, Passcode)> },
    Application { credential: ApplicationCredentialRef, secret: ApplicationSecret },
}

impl EnteredCredentials {
    fn credentials(&self) -> Credentials<'_> {
        match self {
            EnteredCredentials::Password { user, password, totp } => Credentials::Password {
                user,
                password,
                totp: totp.as_ref().map(|(user, passcode)| Totp { user, passcode }),
            },
            EnteredCredentials::Application { credential, secret } => {
                Credentials::ApplicationCredential { credential, secret }
            }
        }
    }

    fn passcode(&self) -> Option<&Passcode> {
        match self {
            EnteredCredentials::Password { totp: Some((_, passcode)), .. } => Some(passcode),
            EnteredCredentials::Password { totp: None, .. }
            | EnteredCredentials::Application { .. } => None,
        }
    }
}

/// Signs in with the fields' contents.
pub(super) fn submit(state: AppState, form: FormState, method: &str) {
    let Some(entered) = parse(form, method) else { return };
    let account = Account {
        method: method.to_owned(),
        user: value("user"),
        domain: value("domain"),
        credential: value("credential"),
        ..Account::default()
    };
    // If the same user signs in again, the new token is for the same project and region.
    let current = state.session.with_untracked(|session| {
        let session = session.as_deref()?;
        let same = session.account.is_same_user(&account);
        same.then(|| (session.project, session.account.region.clone()))
    });
    form.run(async move {
        let scope = current
            .as_ref()
            .map_or(Scope::Default, |(project, _)| Scope::Project(ProjectRef::Id(*project)));
        let session = match authenticate(form, &entered, &scope).await? {
            SignIn::NeedsPasscode(pending) => {
                form.step.set_value(Step::Passcode(pending));
                ask_for_passcode();
                focus("passcode");
                return Ok(());
            }
            session @ (SignIn::Scoped(_) | SignIn::Unscoped(_)) => SignedIn::new(session, account),
        };
        clear_secrets();
        let Some(session) = session else { return Ok(()) };
        match current {
            Some((project, region)) => {
                choice::connect(state, form, &session, &project, &region).await
            }
            None => choice::offer(state, form, session).await,
        }
    });
}

/// Sends the credentials, or only the passcode if the password has already been accepted.
async fn authenticate(
    form: FormState,
    entered: &EnteredCredentials,
    scope: &Scope,
) -> Result<SignIn, Failure> {
    let step = form.step.try_update_value(mem::take).unwrap_or_default();
    if let (Some(passcode), Step::Passcode(PendingSignIn { receipt: Some(receipt), user, .. })) =
        (entered.passcode(), &step)
    {
        let id = user.id.as_deref().and_then(|id| Identifier::parse(id).ok());
        let user = match (id, entered) {
            (Some(id), _) => Some(UserRef::Id(id)),
            (None, EnteredCredentials::Password { user, .. }) => Some(user.clone()),
            (None, EnteredCredentials::Application { .. }) => None,
        };
        if let Some(user) = &user {
            let totp = Totp { user, passcode };
            match send(Credentials::Passcode { receipt, totp }, scope).await {
                // The receipt has expired, so the password is sent again below.
                Err(SignInError::Rejected(Rejection::Receipt, _)) => {}
                result => {
                    if result.is_err() {
                        form.step.set_value(step);
                    }
                    return result.map_err(Failure::SignIn);
                }
            }
        }
    }
    send(entered.credentials(), scope).await.map_err(Failure::SignIn)
}

/// Parses the fields. If any is invalid, shows the error and returns `None`.
fn parse(form: FormState, method: &str) -> Option<EnteredCredentials> {
    if method == "application" {
        let credential = identifier(form, "credential", key::SIGNIN_CREDENTIAL_EMPTY);
        let by_name = !value("user").trim().is_empty() || !value("domain").trim().is_empty();
        let user = if by_name { user(form).map(Some) } else { Some(None) };
        let secret = ApplicationSecret::new(value("secret"));
        if secret.is_err() {
            form.reject("secret", key::SIGNIN_SECRET_EMPTY);
        }
        let credential = match (credential?, user?) {
            (name, Some(user)) => ApplicationCredentialRef::Name { name, user },
            (id, None) => ApplicationCredentialRef::Id(id),
        };
        return Some(EnteredCredentials::Application { credential, secret: secret.ok()? });
    }
    let user = user(form);
    let password = Password::new(value("password"));
    if password.is_err() {
        form.reject("password", key::SIGNIN_PASSWORD_EMPTY);
    }
    let asked = attribute("data-passcode");
    let passcode = (!asked.is_empty()).then(|| Passcode::parse(&Zeroizing::new(value("passcode"))));
    if let Some(Err(error)) = &passcode {
        form.reject(
            "passcode",
            match error {
                IdError::Empty => key::SIGNIN_PASSCODE_EMPTY,
                IdError::Malformed => key::SIGNIN_PASSCODE_MALFORMED,
            },
        );
    }
    let (user, password) = (user?, password.ok()?);
    let totp = match passcode {
        None => None,
        Some(passcode) => {
            let id = Identifier::parse(&value("user-id")).ok().filter(|_| asked == "added");
            Some((id.map_or_else(|| user.clone(), UserRef::Id), passcode.ok()?))
        }
    };
    Some(EnteredCredentials::Password { user, password, totp })
}

/// Parses the user's name and domain.
fn user(form: FormState) -> Option<UserRef> {
    let name = identifier(form, "user", key::SIGNIN_USER_EMPTY);
    let domain = identifier(form, "domain", key::SIGNIN_DOMAIN_EMPTY);
    Some(UserRef::Name { name: name?, domain: DomainRef::Name(domain?) })
}

fn identifier(form: FormState, field: &'static str, empty: Key) -> Option<Identifier> {
    match Identifier::parse(&value(field)) {
        Ok(identifier) => Some(identifier),
        Err(error) => {
            form.reject(
                field,
                match error {
                    IdError::Empty => empty,
                    IdError::Malformed => key::SIGNIN_NAME_MALFORMED,
                },
            );
            None
        }
    }
}

/// Fills in the fields from the chosen openrc file.
pub(super) fn read_openrc(form: FormState) {
    let Some(input) = by_id::<HtmlInputElement>("openrc") else { return };
    let Some(file) = input.files().and_then(|files| files.get(0)) else { return };
    spawn_local(async move {
        let text = JsFuture::from(file.text()).await.ok().and_then(|text| text.as_string());
        // Cleared, so that the same file can be chosen again.
        input.set_value("");
        let text = Zeroizing::new(text.unwrap_or_default());
        let variable = |name| identity::openrc_variable(&text, name).unwrap_or_default();
        let credential_id = variable("OS_APPLICATION_CREDENTIAL_ID");
        let is_id = !credential_id.is_empty();
        let credential =
            if is_id { credential_id } else { variable("OS_APPLICATION_CREDENTIAL_NAME") };
        let user = variable("OS_USERNAME");
        if credential.is_empty() && user.is_empty() {
            return form.reject("openrc", key::SIGNIN_OPENRC_MALFORMED);
        }
        choose_method(if credential.is_empty() { "password" } else { "application" });
        let domain = variable("OS_USER_DOMAIN_NAME");
        // An ID is sufficient. With a user name, the form would treat the ID as a name.
        let named = |text: Zeroizing<String>| if is_id { Zeroizing::default() } else { text };
        for (field, text) in [
            ("credential", credential),
            ("secret", variable("OS_APPLICATION_CREDENTIAL_SECRET")),
            ("user", named(user)),
            ("domain", named(domain)),
        ] {
            set_value(field, &text);
        }
        choice::prefer(
            &variable("OS_PROJECT_ID"),
            &variable("OS_PROJECT_NAME"),
            &variable("OS_REGION_NAME"),
        );
        let filled = !value("secret").is_empty();
        focus_next_frame(match (is_id || !value("credential").is_empty(), filled) {
            (true, true) => "connect-submit",
            (true, false) => "secret",
            (false, _) => "password",
        });
    });
}
