//! The demo accounts: people, their projects, and how they sign in.
//!
//! Everything here is public, because the sandbox guards nothing of value.

use crate::sandbox::demo::{PROJECTS, Project};
use serde_json::{Value, json};
use subtle::ConstantTimeEq;

/// A cloud account, which Huawei Cloud calls a domain.
pub(in crate::sandbox) struct Domain {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
}

const DOMAINS: &[Domain] = &[
    Domain { id: "3f5c1f9c2d0a4c0c8f1b7c51b3f0a1d7", name: "account-a" },
    Domain { id: "b84e0d6f6a754b3f9a43c1f7e2d95c60", name: "account-b" },
];

pub(super) struct User {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) domain: &'static str,
    password: &'static str,
    /// The second factor, if one is required. It is constant, so that people need no authenticator.
    passcode: Option<&'static str>,
    /// The labels of the projects in which the user has roles.
    projects: &'static [&'static str],
    /// The label of the project that is used if a request has no scope.
    default_project: Option<&'static str>,
    /// Whether the user has roles in the domain as a whole.
    pub(super) has_domain_roles: bool,
    pub(super) is_enabled: bool,
}

const USERS: &[User] = &[
    User {
        id: "fd03ee73295e45478d88e15263d2ee4e",
        name: "alice",
        domain: "account-a",
        password: "demo-alice",
        passcode: None,
        projects: &["A", "A2"],
        default_project: Some("A"),
        has_domain_roles: true,
        is_enabled: true,
    },
    User {
        id: "0a6d1c7be2c94d1d8a0e5a3cf97b4f11",
        name: "bob",
        domain: "account-b",
        password: "demo-bob",
        passcode: None,
        projects: &["B"],
        default_project: None,
        has_domain_roles: false,
        is_enabled: true,
    },
    User {
        id: "57c2e8f04b1a4e6fb7d96d8c3a20f5e2",
        name: "carol",
        domain: "account-a",
        password: "demo-carol",
        passcode: None,
        projects: &["A", "closed"],
        default_project: None,
        has_domain_roles: false,
        is_enabled: true,
    },
    User {
        id: "9be4a7d3c6f0482fa1c5e8b27d4f6093",
        name: "dave",
        domain: "account-a",
        password: "demo-dave",
        passcode: Some("123456"),
        projects: &["A"],
        default_project: None,
        has_domain_roles: false,
        is_enabled: true,
    },
    User {
        id: "c41f7a90d8be4f5d9e63b0a2f5178d3c",
        name: "erin",
        domain: "account-a",
        password: "demo-erin",
        passcode: None,
        projects: &["A"],
        default_project: None,
        has_domain_roles: false,
        is_enabled: false,
    },
];

/// A secret for programs, which is bound to a user and a project.
pub(super) struct ApplicationCredential {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    secret: &'static str,
    /// The user's name.
    user: &'static str,
    /// The project's label.
    project: &'static str,
}

const APPLICATION_CREDENTIALS: &[ApplicationCredential] = &[ApplicationCredential {
    id: "e7d0b25c41f84ac3a9f6831d5b7c9e24",
    name: "console",
    secret: "demo-secret",
    user: "alice",
    project: "A",
}];

impl Domain {
    pub(super) fn by_id(id: &str) -> Option<&'static Domain> {
        DOMAINS.iter().find(|domain| domain.id == id)
    }

    pub(super) fn by_name(name: &str) -> Option<&'static Domain> {
        DOMAINS.iter().find(|domain| domain.name == name)
    }
}

impl User {
    pub(super) fn by_id(id: &str) -> Option<&'static User> {
        USERS.iter().find(|user| user.id == id)
    }

    pub(super) fn by_name(name: &str, domain: &Domain) -> Option<&'static User> {
        USERS.iter().find(|user| user.name == name && user.domain == domain.name)
    }

    /// Returns the user that a project's fixed token belongs to.
    pub(super) fn with_default_token(project: &Project) -> Option<&'static User> {
        USERS.iter().find(|user| user.projects.first() == Some(&project.label))
    }

    pub(super) fn has_password(&self, password: &str) -> bool {
        self.password.as_bytes().ct_eq(password.as_bytes()).into()
    }

    pub(super) fn has_passcode(&self, passcode: &str) -> bool {
        self.passcode.is_some_and(|own| own.as_bytes().ct_eq(passcode.as_bytes()).into())
    }

    pub(super) fn needs_passcode(&self) -> bool {
        self.passcode.is_some()
    }

    pub(super) fn projects(&self) -> impl Iterator<Item = &'static Project> {
        PROJECTS.iter().filter(|project| self.projects.contains(&project.label))
    }

    pub(super) fn default_project(&self) -> Option<&'static Project> {
        self.projects().find(|project| Some(project.label) == self.default_project)
    }
}

impl ApplicationCredential {
    pub(super) fn by_id(id: &str) -> Option<&'static ApplicationCredential> {
        APPLICATION_CREDENTIALS.iter().find(|credential| credential.id == id)
    }

    pub(super) fn by_name(name: &str, user: &User) -> Option<&'static ApplicationCredential> {
        let mut credentials = APPLICATION_CREDENTIALS.iter();
        credentials.find(|credential| credential.name == name && credential.user == user.name)
    }

    pub(super) fn has_secret(&self, secret: &str) -> bool {
        self.secret.as_bytes().ct_eq(secret.as_bytes()).into()
    }

    pub(super) fn user(&self) -> Option<&'static User> {
        USERS.iter().find(|user| user.name == self.user)
    }

    pub(super) fn project(&self) -> Option<&'static Project> {
        PROJECTS.iter().find(|project| project.label == self.project)
    }
}

/// Returns the accounts for the page, which lets people sign in with them.
pub(in crate::sandbox) fn demo_accounts() -> Value {
    let accounts = USERS.iter().filter(|user| user.is_enabled).map(|user| {
        let credential =
            APPLICATION_CREDENTIALS.iter().find(|credential| credential.user == user.name);
        json!({
            "user": user.name,
            "domain": user.domain,
            "password": user.password,
            "passcode": user.passcode,
            "application_credential": credential.map(|credential| json!({
                "id": credential.id,
                "name": credential.name,
                "secret": credential.secret,
            })),
        })
    });
    accounts.collect()
}
