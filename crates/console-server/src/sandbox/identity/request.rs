//! Parses sign-in requests. The order of the checks and the error messages are Keystone's.

use super::error::IdentityError;
use serde_json::{Map, Value, json};

/// The supported methods, as Keystone lists them.
const METHODS: [&str; 4] = ["password", "token", "application_credential", "totp"];

/// A request to sign in.
pub(super) struct AuthRequest<'a> {
    /// The methods and their data, in order and without duplicates.
    pub(super) methods: Vec<(&'a str, &'a Map<String, Value>)>,
    pub(super) scope: Option<&'a Value>,
}

/// The type of a field in Keystone's JSON schema.
#[derive(Clone, Copy)]
enum Type {
    Object,
    ObjectOrString,
    String,
    Strings,
}

/// The fields in Keystone's schema, outer ones first.
const FIELDS: &[(&[&str], Type)] = &[
    (&["identity"], Type::Object),
    (&["identity", "methods"], Type::Strings),
    (&["identity", "password"], Type::Object),
    (&["identity", "password", "user"], Type::Object),
    (&["identity", "password", "user", "id"], Type::String),
    (&["identity", "password", "user", "name"], Type::String),
    (&["identity", "password", "user", "password"], Type::String),
    (&["identity", "password", "user", "domain"], Type::Object),
    (&["identity", "password", "user", "domain", "id"], Type::String),
    (&["identity", "password", "user", "domain", "name"], Type::String),
    (&["identity", "token"], Type::Object),
    (&["identity", "token", "id"], Type::String),
    (&["scope"], Type::ObjectOrString),
    (&["scope", "project"], Type::Object),
    (&["scope", "project", "id"], Type::String),
    (&["scope", "project", "name"], Type::String),
    (&["scope", "project", "domain"], Type::Object),
    (&["scope", "project", "domain", "id"], Type::String),
    (&["scope", "project", "domain", "name"], Type::String),
    (&["scope", "domain"], Type::Object),
    (&["scope", "domain", "id"], Type::String),
    (&["scope", "domain", "name"], Type::String),
];

/// The fields that are required if the object that contains them is present.
const REQUIRED: &[(&[&str], &str)] =
    &[(&[], "identity"), (&["identity"], "methods"), (&["identity", "token"], "id")];

/// The objects that need an ID or a name.
const NAMED: &[&[&str]] = &[
    &["identity", "password", "user"],
    &["identity", "password", "user", "domain"],
    &["scope", "project"],
    &["scope", "project", "domain"],
    &["scope", "domain"],
];

/// Parses a body.
pub(super) fn parse(body: &Value) -> Result<AuthRequest<'_>, IdentityError> {
    let auth = body.get("auth").filter(|auth| !auth.is_null());
    let auth = auth.ok_or_else(|| IdentityError::missing("auth", "request body"))?;
    check_schema(auth)?;
    let identity = auth.get("identity").unwrap_or(&Value::Null);
    let mut names: Vec<&str> = Vec::new();
    for name in identity.get("methods").and_then(Value::as_array).into_iter().flatten() {
        let name = name.as_str().unwrap_or_default();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    if let Some(name) = names.iter().find(|name| identity.get(name).is_none()) {
        return Err(IdentityError::missing(name, "identity"));
    }
    if names.iter().any(|name| !METHODS.contains(name)) {
        let message = "Attempted to authenticate with an unsupported method.";
        return Err(IdentityError::method(message, &json!({ "methods": METHODS })));
    }
    let scope = auth.get("scope");
    if names.contains(&"application_credential") && scope.is_some() {
        let message = "Error authenticating with application credential: Application credentials \
                       cannot request a scope.";
        return Err(IdentityError::method(message, &json!({})));
    }
    let methods = names.into_iter().map(|name| {
        let data = identity.get(name).and_then(Value::as_object);
        // Keystone fails with a 500 here.
        let data = data.ok_or_else(|| IdentityError::missing(name, "identity"))?;
        Ok((name, data))
    });
    Ok(AuthRequest { methods: methods.collect::<Result<_, IdentityError>>()?, scope })
}

/// Checks the types of fields. Keystone's messages quote the invalid value. It may be a password,
/// so these messages don't.
fn check_schema(auth: &Value) -> Result<(), IdentityError> {
    if !auth.is_object() {
        return Err(IdentityError::invalid("Invalid input for field 'auth': not of type 'object'"));
    }
    for (path, kind) in FIELDS {
        let Some(value) = get(auth, path) else { continue };
        let (is_valid, name) = match kind {
            Type::Object => (value.is_object(), "'object'"),
            Type::ObjectOrString => (value.is_object() || value.is_string(), "'object', 'string'"),
            Type::String => (value.is_string(), "'string'"),
            Type::Strings => (
                value.as_array().is_some_and(|items| items.iter().all(Value::is_string)),
                "'array' of 'string'",
            ),
        };
        if !is_valid {
            let path = path.join("/");
            let message = format!("Invalid input for field '{path}': not of type {name}");
            return Err(IdentityError::invalid(&message));
        }
    }
    for (path, field) in REQUIRED {
        if get(auth, path).is_some_and(|object| object.get(field).is_none()) {
            let message = format!("'{field}' is a required property");
            return Err(IdentityError::invalid(&message));
        }
    }
    for path in NAMED {
        if get(auth, path).is_some_and(|of| of.get("id").is_none() && of.get("name").is_none()) {
            let path = path.join("/");
            let message = format!("Invalid input for field {path}: id or name must be present.");
            return Err(IdentityError::invalid(&message));
        }
    }
    Ok(())
}

fn get<'a>(value: &'a Value, path: &[&str]) -> Option<&'a Value> {
    path.iter().try_fold(value, |value, name| value.get(name))
}
