//! The bodies of sign-in requests.

use super::credentials::{
    ApplicationCredentialRef, Credentials, DomainRef, ProjectRef, Scope, Totp, UserRef,
};
use crate::json;
use alloc::string::String;
use alloc::vec::Vec;
use zeroize::Zeroizing;

/// A part of a body.
enum Part<'a> {
    /// JSON.
    Json(&'static str),
    /// The content of a JSON string, not yet escaped.
    Text(&'a str),
}

/// The parts of a body. They are joined once their total length is known.
struct Parts<'a>(Vec<Part<'a>>);

/// Returns the body of a sign-in request: `{"auth":{"identity":{...},"scope":...}}`.
pub(super) fn body(credentials: Credentials<'_>, scope: &Scope) -> Zeroizing<String> {
    let mut parts = Parts(Vec::new());
    parts.json(r#"{"auth":{"identity":{"methods":["#);
    match credentials {
        Credentials::Password { user, password, totp } => {
            parts.json(if totp.is_some() { r#""password","totp""# } else { r#""password""# });
            parts.json(r#"],"password":{"user":{"#);
            parts.user(user);
            parts.field(r#","password":"#, password.expose());
            parts.json("}}");
            if let Some(totp) = totp {
                parts.totp(totp);
            }
        }
        Credentials::Passcode { totp, .. } => {
            parts.json(r#""totp"]"#);
            parts.totp(totp);
        }
        Credentials::ApplicationCredential { credential, secret } => {
            parts.json(r#""application_credential"],"application_credential":{"#);
            match credential {
                ApplicationCredentialRef::Id(id) => parts.field(r#""id":"#, id.as_str()),
                ApplicationCredentialRef::Name { name, user } => {
                    parts.field(r#""name":"#, name.as_str());
                    parts.json(r#","user":{"#);
                    parts.user(user);
                    parts.json("}");
                }
            }
            parts.field(r#","secret":"#, secret.expose());
            parts.json("}");
        }
        Credentials::Token(token) => {
            parts.field(r#""token"],"token":{"id":"#, token.expose());
            parts.json("}");
        }
    }
    parts.json("}");
    // Keystone rejects an application credential with a scope.
    if !matches!(credentials, Credentials::ApplicationCredential { .. }) {
        parts.scope(scope);
    }
    parts.json("}}");
    parts.join()
}

impl<'a> Parts<'a> {
    fn json(&mut self, json: &'static str) {
        self.0.push(Part::Json(json));
    }

    /// Appends a field. `key` is JSON and ends with a colon.
    fn field(&mut self, key: &'static str, value: &'a str) {
        self.0.extend([Part::Json(key), Part::Json("\""), Part::Text(value), Part::Json("\"")]);
    }

    fn domain(&mut self, domain: &'a DomainRef) {
        match domain {
            DomainRef::Id(id) => self.field(r#","domain":{"id":"#, id.as_str()),
            DomainRef::Name(name) => self.field(r#","domain":{"name":"#, name.as_str()),
        }
        self.json("}");
    }

    /// Appends the fields of a user.
    fn user(&mut self, user: &'a UserRef) {
        match user {
            UserRef::Id(id) => self.field(r#""id":"#, id.as_str()),
            UserRef::Name { name, domain } => {
                self.field(r#""name":"#, name.as_str());
                self.domain(domain);
            }
        }
    }

    fn totp(&mut self, totp: Totp<'a>) {
        self.json(r#","totp":{"user":{"#);
        self.user(totp.user);
        self.field(r#","passcode":"#, totp.passcode.expose());
        self.json("}}");
    }

    fn scope(&mut self, scope: &'a Scope) {
        match scope {
            Scope::Default => {}
            Scope::Unscoped => self.json(r#","scope":"unscoped""#),
            Scope::Project(project) => {
                self.json(r#","scope":{"project":{"#);
                match project {
                    ProjectRef::Id(id) => self.field(r#""id":"#, id.as_str()),
                    ProjectRef::Name { name, domain } => {
                        self.field(r#""name":"#, name.as_str());
                        if let Some(domain) = domain {
                            self.domain(domain);
                        }
                    }
                }
                self.json("}}");
            }
        }
    }

    fn join(self) -> Zeroizing<String> {
        // Allocates enough that the string never grows, because growing would leave a copy of a
        // secret behind. An escaped byte takes up to six bytes.
        let length = self.0.iter().map(|part| match part {
            Part::Json(json) => json.len(),
            Part::Text(text) => 6 * text.len(),
        });
        let mut body = Zeroizing::new(String::with_capacity(length.sum()));
        for part in self.0 {
            match part {
                Part::Json(json) => body.push_str(json),
                Part::Text(text) => json::escape(&mut body, text),
            }
        }
        body
    }
}
