//! Stores tokens and receipts, but only as hashes, so that the database can't be used to sign in.

use super::accounts::User;
use crate::sandbox::demo::{self, Project};
use crate::sandbox::store::{Error, Store};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use std::time::Duration;
use subtle::ConstantTimeEq;

/// How long a receipt is valid, in seconds: Keystone's default.
const RECEIPT_LIFETIME: i64 = 300;

/// The maximum number of stored tokens. The oldest ones are deleted, so that repeated sign-ins
/// can't fill up the database.
const LIMIT: i64 = 10_000;

/// A token, or a receipt for the first of two factors.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Token,
    Receipt,
}

/// What a token or a receipt proves.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Grant {
    pub(super) user_id: String,
    pub(super) scope: Scope,
    /// How the user signed in.
    pub(super) methods: Vec<String>,
    /// The token's own ID and, if it was derived, the ID of the first token in the chain.
    pub(super) audit_ids: Vec<String>,
    /// A Unix time in seconds.
    pub(super) issued_at: i64,
    pub(super) expires_at: i64,
    pub(super) application_credential_id: Option<String>,
}

/// What a token gives access to, with the ID of the project or domain.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum Scope {
    Unscoped,
    Project(String),
    Domain(String),
}

impl Grant {
    /// Returns the grant of a new sign-in, which expires after `lifetime` seconds.
    fn new(user: &User, scope: Scope, methods: Vec<String>, lifetime: i64) -> Result<Grant, Error> {
        let issued_at = Timestamp::now().as_second();
        Ok(Grant {
            user_id: user.id.to_owned(),
            scope,
            methods,
            audit_ids: vec![random::<16>()?],
            issued_at,
            expires_at: issued_at.saturating_add(lifetime),
            application_credential_id: None,
        })
    }

    pub(super) fn user(&self) -> Option<&'static User> {
        User::by_id(&self.user_id)
    }

    pub(super) fn project(&self) -> Option<&'static Project> {
        let Scope::Project(id) = &self.scope else { return None };
        demo::PROJECTS.iter().find(|project| project.project_id == id)
    }
}

/// The tokens of a sandbox.
#[derive(Clone)]
pub(in crate::sandbox) struct Tokens {
    store: Arc<Store>,
    /// In seconds.
    lifetime: i64,
}

impl Tokens {
    pub(in crate::sandbox) fn new(store: Arc<Store>, lifetime: Duration) -> Tokens {
        Tokens { store, lifetime: i64::try_from(lifetime.as_secs()).unwrap_or(i64::MAX) }
    }

    pub(super) fn new_token(
        &self,
        user: &User,
        scope: Scope,
        methods: Vec<String>,
    ) -> Result<Grant, Error> {
        Grant::new(user, scope, methods, self.lifetime)
    }

    pub(super) fn new_receipt(&self, user: &User, methods: Vec<String>) -> Result<Grant, Error> {
        Grant::new(user, Scope::Unscoped, methods, RECEIPT_LIFETIME)
    }

    /// Stores a grant, and returns the only copy of its secret text.
    pub(super) fn issue(&self, kind: Kind, grant: &Grant) -> Result<String, Error> {
        let text = random::<96>()?;
        let db = self.store.db();
        db.execute("DELETE FROM tokens WHERE expires_at <= ?1", [Timestamp::now().as_second()])?;
        db.execute(
            "DELETE FROM tokens WHERE rowid <= (SELECT max(rowid) FROM tokens) - ?1",
            [LIMIT],
        )?;
        db.execute(
            "INSERT INTO tokens (hash, receipt, expires_at, record) VALUES (?1, ?2, ?3, ?4)",
            params![
                hash(&text),
                kind == Kind::Receipt,
                grant.expires_at,
                serde_json::to_value(grant)?
            ],
        )?;
        Ok(text)
    }

    /// Returns what a token or receipt proves, or `None` if it is unknown, expired or revoked.
    pub(super) fn find(&self, kind: Kind, text: &str) -> Result<Option<Grant>, Error> {
        if kind == Kind::Token
            && let Some(project) = project_with_token(text.as_bytes())
        {
            return self.fixed(project).map(Some);
        }
        let found = self.store.db().query_row(
            "SELECT record FROM tokens WHERE hash = ?1 AND receipt = ?2 AND expires_at > ?3",
            params![hash(text), kind == Kind::Receipt, Timestamp::now().as_second()],
            |row| row.get::<_, serde_json::Value>(0),
        );
        Ok(found.optional()?.map(serde_json::from_value).transpose()?)
    }

    /// Revokes a token. Fixed tokens can't be revoked.
    pub(super) fn revoke(&self, text: &str) -> Result<(), Error> {
        let hash = hash(text);
        self.store.db().execute("DELETE FROM tokens WHERE hash = ?1 AND NOT receipt", [hash])?;
        Ok(())
    }

    /// Returns the project that a token gives access to in the volume API, or `None` if the token
    /// is invalid. For a token without a project, returns `NO_PROJECT`.
    pub(in crate::sandbox) fn project(
        &self,
        token: &[u8],
    ) -> Result<Option<&'static Project>, Error> {
        let Ok(text) = str::from_utf8(token) else { return Ok(None) };
        let grant = self.find(Kind::Token, text)?;
        Ok(grant.map(|grant| grant.project().unwrap_or(&demo::NO_PROJECT)))
    }

    /// Returns the grant of a project's fixed token. The grant is always new, so the token never
    /// expires.
    fn fixed(&self, project: &Project) -> Result<Grant, Error> {
        let user = User::with_default_token(project)
            .ok_or_else(|| Error::Database(format!("nobody owns project {}", project.label)))?;
        let scope = Scope::Project(project.project_id.to_owned());
        self.new_token(user, scope, vec!["password".to_owned()])
    }
}

/// Returns the project with this fixed token. Compares in constant time, as for secret tokens,
/// although the demo tokens are public.
fn project_with_token(token: &[u8]) -> Option<&'static Project> {
    let is_own = |own: &str| own.as_bytes().ct_eq(token).into();
    demo::PROJECTS.iter().find(|project| project.token.is_some_and(is_own))
}

/// Tokens are random and long, so their hashes need no salt.
fn hash(text: &str) -> Vec<u8> {
    Sha256::digest(text).to_vec()
}

fn random<const BYTES: usize>() -> Result<String, getrandom::Error> {
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes)?;
    Ok(BASE64_URL_SAFE_NO_PAD.encode(bytes))
}

/// Returns the audit IDs for a token that is derived from another one.
pub(super) fn derived_audit_ids(parent: &Grant) -> Result<Vec<String>, Error> {
    // The chain consists of the newest ID and the very first one.
    Ok(std::iter::once(random::<16>()?).chain(parent.audit_ids.last().cloned()).collect())
}
