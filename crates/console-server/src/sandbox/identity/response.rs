//! Formats responses as Keystone does.

use super::accounts::{ApplicationCredential, Domain, User};
use super::tokens::{Grant, Scope};
use crate::sandbox::demo::{self, Project};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// The services in the catalog, each with its type, name, IDs and endpoint path. This server
/// provides all of the services.
const SERVICES: [Service; 4] = [
    Service {
        kind: "identity",
        name: "keystone",
        id: "5b0f4c8e1a7d4e0c9d3b6f2a8c71e945",
        endpoint_id: "a3d6f1b04e9c4c7b8f52d0e7916a3c48",
        path: "/identity/v3/",
        needs_project: false,
    },
    Service {
        kind: "block-storage",
        name: "cinder",
        id: "c7e9a2d85f304b1e8a6c4d0f9b57e213",
        endpoint_id: "1d8c5e7fa4b3462f9e0d6a8b2c7f5103",
        path: "/v3/",
        needs_project: true,
    },
    Service {
        kind: "volumev3",
        name: "cinderv3",
        id: "8f1e6b3c0d954a7fb2e8c5d7a6094f1b",
        endpoint_id: "f6b2d9e8c1a74053a8e7d4b5c3f60192",
        path: "/v3/",
        needs_project: true,
    },
    Service {
        kind: "volumev2",
        name: "evs",
        id: "2c9d7f5e8b6a4013a7d1e0f4c8b35296",
        endpoint_id: "7e4a0c3b9d8f4e52b1a6d5c7f8e02934",
        path: "/v2/",
        needs_project: true,
    },
];

struct Service {
    kind: &'static str,
    name: &'static str,
    id: &'static str,
    endpoint_id: &'static str,
    path: &'static str,
    needs_project: bool,
}

/// Formats a token. `base` is this server's URL.
pub(super) fn token(grant: &Grant, base: &str, with_catalog: bool) -> Value {
    let mut token = Map::new();
    token.insert("methods".to_owned(), json!(grant.methods));
    let user = grant.user().map(|user| {
        json!({
            "domain": Domain::by_name(user.domain).map(domain),
            "id": user.id,
            "name": user.name,
            "password_expires_at": null,
        })
    });
    token.insert("user".to_owned(), json!(user));
    token.insert("audit_ids".to_owned(), json!(grant.audit_ids));
    token.insert("expires_at".to_owned(), time(grant.expires_at));
    token.insert("issued_at".to_owned(), time(grant.issued_at));
    let project = grant.project();
    match &grant.scope {
        Scope::Unscoped => {}
        Scope::Project(_) => {
            let of_token = project.map(|project| {
                json!({
                    "domain": Domain::by_name(project.domain).map(domain),
                    "id": project.project_id,
                    "name": project.name,
                })
            });
            token.insert("project".to_owned(), json!(of_token));
            token.insert("is_domain".to_owned(), json!(false));
        }
        Scope::Domain(id) => {
            token.insert("domain".to_owned(), json!(Domain::by_id(id).map(domain)));
        }
    }
    if !matches!(grant.scope, Scope::Unscoped) {
        let roles = json!([
            { "id": "4c6f1e9d8a2b4705b3e7d0c5f8a91e26", "name": "member" },
            { "id": "d2a8b5f07c3e4196a0e4f7d9b6c1530e", "name": "reader" },
        ]);
        token.insert("roles".to_owned(), roles);
        if with_catalog {
            token.insert("catalog".to_owned(), catalog(base, project));
        }
    }
    let credential = grant.application_credential_id.as_deref();
    if let Some(credential) = credential.and_then(ApplicationCredential::by_id) {
        let credential =
            json!({ "id": credential.id, "name": credential.name, "restricted": true });
        token.insert("application_credential".to_owned(), credential);
    }
    json!({ "token": token })
}

/// Formats a receipt, along with the methods that are required together.
pub(super) fn receipt(grant: &Grant) -> Value {
    let user = grant.user().map(|user| {
        json!({
            "id": user.id,
            "name": user.name,
            "domain": Domain::by_name(user.domain).map(domain),
        })
    });
    json!({
        "receipt": {
            "methods": grant.methods,
            "user": user,
            "expires_at": time(grant.expires_at),
            "issued_at": time(grant.issued_at),
        },
        "required_auth_methods": [["password", "totp"]],
    })
}

/// Formats the catalog for a project, or for a token without one.
pub(super) fn catalog(base: &str, project: Option<&Project>) -> Value {
    let services = SERVICES.iter().map(|service| {
        let url = match project {
            Some(project) if service.needs_project => {
                Some(format!("{base}{}{}", service.path, project.project_id))
            }
            None if service.needs_project => None,
            Some(_) | None => Some(format!("{base}{}", service.path)),
        };
        let endpoints = url.map(|url| {
            json!({
                "id": service.endpoint_id,
                "interface": "public",
                "region_id": demo::REGION,
                "url": url,
                "region": demo::REGION,
            })
        });
        json!({
            "endpoints": Vec::from_iter(endpoints),
            "id": service.id,
            "type": service.kind,
            "name": service.name,
        })
    });
    services.collect()
}

/// Formats the list of a user's projects, which includes disabled ones.
pub(super) fn projects(user: &User, base: &str) -> Value {
    let projects = user.projects().map(|project| {
        let domain = Domain::by_name(project.domain).map(|domain| domain.id);
        json!({
            "id": project.project_id,
            "name": project.name,
            "domain_id": domain,
            "description": project.description,
            "enabled": project.is_enabled,
            "parent_id": domain,
            "is_domain": false,
            "tags": [],
            "options": {},
            "links": { "self": format!("{base}/identity/v3/projects/{}", project.project_id) },
        })
    });
    json!({
        "projects": projects.collect::<Value>(),
        "links": {
            "next": null,
            "self": format!("{base}/identity/v3/auth/projects"),
            "previous": null,
        },
    })
}

/// Formats the API's version document, which clients read first.
pub(super) fn version(base: &str) -> Value {
    json!({
        "id": "v3.14",
        "status": "stable",
        "updated": "2020-04-07T00:00:00Z",
        "links": [{ "rel": "self", "href": format!("{base}/identity/v3/") }],
        "media-types": [{
            "base": "application/json",
            "type": "application/vnd.openstack.identity-v3+json",
        }],
    })
}

fn domain(domain: &Domain) -> Value {
    json!({ "id": domain.id, "name": domain.name })
}

/// Formats a Unix time in seconds as Keystone does: with six fractional digits that are always 0.
fn time(seconds: i64) -> Value {
    let time = Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX);
    json!(time.strftime("%Y-%m-%dT%H:%M:%S.000000Z").to_string())
}
