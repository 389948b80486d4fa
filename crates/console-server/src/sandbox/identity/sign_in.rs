//! Signs users in: checks credentials, and issues a token or a receipt.

use super::accounts::{ApplicationCredential, Domain, User};
use super::error::IdentityError;
use super::request::AuthRequest;
use super::tokens::{Grant, Kind, Scope, Tokens, derived_audit_ids};
use crate::sandbox::demo::{PROJECTS, Project};
use serde_json::{Map, Value};

/// The result of signing in with correct credentials.
pub(super) enum SignedIn {
    Token {
        text: String,
        grant: Grant,
    },
    /// A second factor is required. The receipt proves that the first one was correct.
    Receipt {
        text: String,
        grant: Grant,
    },
}

type Object = Map<String, Value>;

/// Signs a user in. A `receipt` proves that an earlier factor was correct.
pub(super) fn sign_in(
    tokens: &Tokens,
    request: &AuthRequest,
    receipt: Option<&str>,
) -> Result<SignedIn, IdentityError> {
    // Keystone resolves the scope before it checks the credentials.
    let credential = application_credential(request)?;
    let scope = match credential.and_then(ApplicationCredential::project) {
        Some(project) => Some(Scope::Project(project.project_id.to_owned())),
        None => request.scope.map(parse_scope).transpose()?,
    };
    let mut methods: Vec<String> = Vec::new();
    let mut user: Option<&'static User> = None;
    let mut parent = None;
    for (method, data) in &request.methods {
        let found = match *method {
            "password" => password(data)?,
            "totp" => passcode(data)?,
            "application_credential" => credential_user(credential, data)?,
            _ => {
                let grant = parent.insert(find_token(tokens, data)?);
                methods.append(&mut grant.methods.clone());
                grant.user().ok_or_else(IdentityError::unauthorized)?
            }
        };
        if user.is_some_and(|other| other.id != found.id) {
            return Err(IdentityError::unauthorized());
        }
        user = Some(found);
        methods.insert(0, (*method).to_owned());
    }
    let user = user.ok_or_else(IdentityError::unauthorized)?;
    if let Some(receipt) = receipt {
        let receipt = tokens.find(Kind::Receipt, receipt)?;
        let receipt = receipt.filter(|receipt| receipt.user_id == user.id);
        methods.append(&mut receipt.ok_or_else(IdentityError::unauthorized)?.methods);
    }
    methods.sort();
    methods.dedup();

    let has = |name: &str| methods.iter().any(|method| method == name);
    if user.needs_passcode() && !(has("password") && has("totp")) {
        let grant = tokens.new_receipt(user, methods)?;
        return Ok(SignedIn::Receipt { text: tokens.issue(Kind::Receipt, &grant)?, grant });
    }
    let scope = scope.unwrap_or_else(|| default_scope(user));
    if !has_roles(user, &scope) {
        return Err(IdentityError::unauthorized());
    }
    let mut grant = tokens.new_token(user, scope, methods)?;
    grant.application_credential_id = credential.map(|credential| credential.id.to_owned());
    if let Some(parent) = parent {
        // Otherwise a token could be renewed forever without a password.
        grant.expires_at = parent.expires_at;
        grant.audit_ids = derived_audit_ids(&parent)?;
    }
    Ok(SignedIn::Token { text: tokens.issue(Kind::Token, &grant)?, grant })
}

fn password(data: &Object) -> Result<&'static User, IdentityError> {
    let (user, info) = find_user(data)?;
    let is_correct = text(info, "password").is_some_and(|password| user.has_password(password));
    if is_correct { Ok(user) } else { Err(IdentityError::unauthorized()) }
}

fn passcode(data: &Object) -> Result<&'static User, IdentityError> {
    let (user, info) = find_user(data)?;
    let is_correct = text(info, "passcode").is_some_and(|passcode| user.has_passcode(passcode));
    if is_correct { Ok(user) } else { Err(IdentityError::unauthorized()) }
}

fn credential_user(
    credential: Option<&'static ApplicationCredential>,
    data: &Object,
) -> Result<&'static User, IdentityError> {
    let secret = text(data, "secret").unwrap_or_default();
    let credential = credential.filter(|credential| credential.has_secret(secret));
    let user = credential.and_then(ApplicationCredential::user);
    user.filter(|user| user.is_enabled).ok_or_else(IdentityError::unauthorized)
}

fn find_token(tokens: &Tokens, data: &Object) -> Result<Grant, IdentityError> {
    let token = text(data, "id").unwrap_or_default();
    let grant = tokens.find(Kind::Token, token)?.ok_or_else(IdentityError::token_not_found)?;
    // An application credential is for one project only.
    match grant.application_credential_id {
        None => Ok(grant),
        Some(_) => Err(IdentityError::unauthorized()),
    }
}

/// Finds the application credential that a request names.
fn application_credential(
    request: &AuthRequest,
) -> Result<Option<&'static ApplicationCredential>, IdentityError> {
    const TARGET: &str = "application credential";
    let mut methods = request.methods.iter();
    let Some((_, data)) = methods.find(|(name, _)| *name == "application_credential") else {
        return Ok(None);
    };
    if let Some(id) = text(data, "id") {
        let not_found =
            || IdentityError::not_found(&format!("Could not find Application Credential: {id}."));
        return ApplicationCredential::by_id(id).ok_or_else(not_found).map(Some);
    }
    let name = text(data, "name").ok_or_else(|| IdentityError::missing("name or ID", TARGET))?;
    let user = data.get("user").and_then(Value::as_object).filter(|user| !user.is_empty());
    let user = user.ok_or_else(|| IdentityError::missing("user", TARGET))?;
    let user = match text(user, "id") {
        Some(id) => User::by_id(id).ok_or_else(IdentityError::unauthorized)?,
        None => {
            let domain = find_user_domain(user)?;
            let name = text(user, "name").unwrap_or_default();
            let not_found = || IdentityError::not_found(&format!("Could not find user: {name}."));
            User::by_name(name, domain).ok_or_else(not_found)?
        }
    };
    let credential = ApplicationCredential::by_name(name, user);
    credential.ok_or_else(IdentityError::unauthorized).map(Some)
}

/// Finds the user in a method's data. Also returns the object that describes the user.
fn find_user(data: &Object) -> Result<(&'static User, &Object), IdentityError> {
    let info = data.get("user").and_then(Value::as_object);
    // Keystone's message says "None" instead of naming the method.
    let info = info.ok_or_else(|| IdentityError::missing("user", "None"))?;
    let user = match (text(info, "name"), text(info, "id")) {
        (Some(name), _) => User::by_name(name, find_user_domain(info)?),
        (None, Some(id)) => User::by_id(id),
        (None, None) => return Err(IdentityError::missing("id or name", "user")),
    };
    let user = user.filter(|user| user.is_enabled).ok_or_else(IdentityError::unauthorized)?;
    Ok((user, info))
}

fn find_user_domain(user: &Object) -> Result<&'static Domain, IdentityError> {
    let domain = user.get("domain").and_then(Value::as_object);
    let domain = domain.ok_or_else(|| IdentityError::missing("domain", "user"))?;
    if text(domain, "id").is_none() && text(domain, "name").is_none() {
        return Err(IdentityError::missing("id or name", "domain"));
    }
    find_domain(domain)
}

/// Finds a domain. The name takes precedence over the ID.
fn find_domain(domain: &Object) -> Result<&'static Domain, IdentityError> {
    let found = match text(domain, "name") {
        Some(name) => Domain::by_name(name),
        None => text(domain, "id").and_then(Domain::by_id),
    };
    found.ok_or_else(IdentityError::unauthorized)
}

fn find_project(project: &Object) -> Result<&'static Project, IdentityError> {
    let found = match text(project, "name") {
        Some(name) => {
            let domain = project.get("domain").and_then(Value::as_object);
            let domain = domain.ok_or_else(|| IdentityError::missing("domain", "project"))?;
            let domain = find_domain(domain)?;
            PROJECTS.iter().find(|project| project.name == name && project.domain == domain.name)
        }
        None => PROJECTS.iter().find(|known| Some(known.project_id) == text(project, "id")),
    };
    found.filter(|project| project.is_enabled).ok_or_else(IdentityError::unauthorized)
}

fn parse_scope(scope: &Value) -> Result<Scope, IdentityError> {
    const KINDS: [&str; 5] = ["system", "project", "domain", "OS-TRUST:trust", "unscoped"];
    // If the scope is a string, Keystone looks for each of these words in it.
    let contains = |kind: &str| match scope.as_str() {
        Some(text) => text.contains(kind),
        None => scope.get(kind).is_some(),
    };
    let mut kinds = KINDS.into_iter().filter(|kind| contains(kind));
    let object = |kind: &str| scope.get(kind).and_then(Value::as_object);
    match (kinds.next(), kinds.next()) {
        (Some("unscoped"), None) => Ok(Scope::Unscoped),
        (Some("project"), None) => {
            let project = object("project").ok_or_else(IdentityError::unauthorized)?;
            Ok(Scope::Project(find_project(project)?.project_id.to_owned()))
        }
        (Some("domain"), None) => {
            let domain = object("domain").ok_or_else(IdentityError::unauthorized)?;
            Ok(Scope::Domain(find_domain(domain)?.id.to_owned()))
        }
        // No user has a role on the system, and there are no trusts.
        (Some(_), None) => Err(IdentityError::unauthorized()),
        (None, _) | (_, Some(_)) => {
            let kinds = "system, project, domain, OS-TRUST:trust or unscoped";
            Err(IdentityError::missing(kinds, "scope"))
        }
    }
}

fn default_scope(user: &User) -> Scope {
    let project = user.default_project().filter(|project| project.is_enabled);
    project.map_or(Scope::Unscoped, |project| Scope::Project(project.project_id.to_owned()))
}

fn has_roles(user: &User, scope: &Scope) -> bool {
    match scope {
        Scope::Unscoped => true,
        Scope::Project(id) => user.projects().any(|project| project.project_id == id),
        Scope::Domain(id) => {
            let own = Domain::by_name(user.domain);
            user.has_domain_roles && own.is_some_and(|domain| domain.id == id)
        }
    }
}

/// Returns a field's value if it is a non-empty string.
fn text<'a>(object: &'a Object, field: &str) -> Option<&'a str> {
    object.get(field).and_then(Value::as_str).filter(|text| !text.is_empty())
}
