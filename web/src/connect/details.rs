//! The connection details that the person entered, and their storage in the tab.

use crate::client::{Endpoint, SessionData, Token, TokenError};
use leptos::prelude::window;
use volume_transfer::{IdError, ProjectId};

const STORAGE_KEY: &str = "volume-transfer.connection";

/// The contents of the connection form, before they are parsed.
#[derive(Clone, Default)]
pub(super) struct ConnectionDetails {
    pub(super) endpoint: String,
    pub(super) project: String,
    pub(super) token: String,
    pub(super) service: String,
}

/// The results of parsing each field.
pub(super) struct ParsedDetails {
    pub(super) endpoint: Option<Endpoint>,
    pub(super) project: Result<ProjectId, IdError>,
    pub(super) token: Result<Token, TokenError>,
}

impl ConnectionDetails {
    /// Returns the details of a session, without its token.
    pub(super) fn of(session: &SessionData) -> ConnectionDetails {
        ConnectionDetails {
            endpoint: session.endpoint.as_str().to_owned(),
            project: session.project.as_str().to_owned(),
            token: String::new(),
            service: session.service.code().to_owned(),
        }
    }

    pub(super) fn parse(&self) -> ParsedDetails {
        ParsedDetails {
            endpoint: Endpoint::parse(&self.endpoint),
            project: ProjectId::parse(&self.project),
            token: Token::parse(&self.token),
        }
    }

    /// Returns the details stored in this tab, if any.
    pub(super) fn load() -> Option<ConnectionDetails> {
        let stored = storage()?.get_item(STORAGE_KEY).ok()??;
        let mut lines = stored.split('\n').map(str::to_owned);
        Some(ConnectionDetails {
            endpoint: lines.next()?,
            project: lines.next()?,
            token: lines.next()?,
            service: lines.next()?,
        })
    }

    /// Removes the details stored in this tab.
    pub(super) fn forget() {
        ConnectionDetails::default().store(false);
    }

    /// Stores the details in this tab, or removes the stored ones.
    pub(super) fn store(&self, keep: bool) {
        let Some(storage) = storage() else { return };
        let ConnectionDetails { endpoint, project, token, service } = self;
        // Single-line fields contain no line breaks.
        let lines = [endpoint, project, token, service].map(String::as_str).join("\n");
        // Ignored on failure: the person then enters the details again.
        let _ = match keep {
            true => storage.set_item(STORAGE_KEY, &lines),
            false => storage.remove_item(STORAGE_KEY),
        };
    }
}

/// Session storage belongs to this tab and is cleared when it closes.
#[expect(
    clippy::disallowed_methods,
    reason = "stores the connection only if the person asks for it"
)]
fn storage() -> Option<web_sys::Storage> {
    window().session_storage().ok()?
}
