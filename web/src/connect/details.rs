//! The connection details that the user entered, and their storage in the tab.

use crate::client::{Account, SessionData};
use leptos::prelude::window;
use zeroize::Zeroizing;

const STORAGE_KEY: &str = "volume-transfer.connection";

/// The contents of the connection form, except for what is sent only to the identity service.
#[derive(Clone, Default)]
pub(super) struct ConnectionDetails {
    pub(super) endpoint: String,
    pub(super) project: String,
    pub(super) token: Zeroizing<String>,
    pub(super) service: String,
    pub(super) account: Account,
}

impl ConnectionDetails {
    /// Returns the details of a session, without its token.
    pub(super) fn of(session: &SessionData) -> ConnectionDetails {
        ConnectionDetails {
            endpoint: session.endpoint.as_str().to_owned(),
            project: session.project.as_str().to_owned(),
            token: Zeroizing::default(),
            service: session.service.code().to_owned(),
            account: session.account.clone(),
        }
    }

    /// Returns the details stored in this tab, if any. An expired token is left out.
    pub(super) fn load() -> Option<ConnectionDetails> {
        let stored = Zeroizing::new(storage()?.get_item(STORAGE_KEY).ok()??);
        let lines: Vec<_> = stored.split('\n').collect();
        let [endpoint, project, token, service, account @ ..] = &*lines else { return None };
        let [method, user, domain, credential, project_name, region, expires_at] = *account else {
            return None;
        };
        let mut details = ConnectionDetails {
            endpoint: (*endpoint).to_owned(),
            project: (*project).to_owned(),
            token: (*token).to_owned().into(),
            service: (*service).to_owned(),
            account: Account {
                method: method.to_owned(),
                user: user.to_owned(),
                domain: domain.to_owned(),
                credential: credential.to_owned(),
                project_name: project_name.to_owned(),
                region: region.to_owned(),
                expires_at: expires_at.to_owned(),
            },
        };
        if details.account.minutes_left() == Some(0) {
            details.token = Zeroizing::default();
        }
        Some(details)
    }

    /// Removes the details stored in this tab.
    pub(super) fn forget() {
        if let Some(storage) = storage() {
            // If this fails, nothing was stored.
            let _ = storage.remove_item(STORAGE_KEY);
        }
    }

    /// Stores the details of a session in this tab.
    pub(super) fn store(session: &SessionData) {
        let account = &session.account;
        // Fields contain only one line. The project's name isn't typed in, so it could contain more.
        let project_name = account.project_name.replace('\n', " ");
        let lines = Zeroizing::new(
            [
                session.endpoint.as_str(),
                session.project.as_str(),
                session.token().map_or("", |token| token.expose()),
                session.service.code(),
                &account.method,
                &account.user,
                &account.domain,
                &account.credential,
                &project_name,
                &account.region,
                &account.expires_at,
            ]
            .join("\n"),
        );
        if let Some(storage) = storage() {
            // If this fails, the user has to enter the details again.
            let _ = storage.set_item(STORAGE_KEY, &lines);
        }
    }
}

/// Returns the session storage, which belongs to this tab and is cleared when the tab is closed.
#[expect(clippy::disallowed_methods, reason = "stores the connection only if the user asks for it")]
fn storage() -> Option<web_sys::Storage> {
    window().session_storage().ok()?
}
