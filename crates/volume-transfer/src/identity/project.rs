//! Projects, and the list of those that a user can choose from.

use super::secret::Token;
use crate::decode::{is_list, read};
use crate::error::ReadError;
use crate::http::{Method, Outcome, Request};
use crate::id::ProjectId;
use crate::loose;
use alloc::string::String;
use alloc::vec::Vec;
use serde_json::Value;

/// A domain, which Huawei Cloud calls an account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Domain {
    /// The domain's ID.
    pub id: Option<String>,
    /// The domain's name. Lists of projects don't contain it.
    pub name: Option<String>,
}

impl Domain {
    pub(super) fn from_json(domain: Option<&Value>) -> Domain {
        let text = |key| loose::text(domain?.get(key));
        Domain { id: text("id"), name: text("name") }
    }
}

/// A project.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Project {
    /// The project's ID.
    pub id: ProjectId,
    /// The project's name.
    pub name: Option<String>,
    /// The project's domain.
    pub domain: Domain,
    /// Whether the project is enabled. Nobody can sign in to a disabled one.
    pub enabled: bool,
}

impl Project {
    /// Reads a project from a token or a list. Returns `None` if it has no valid ID.
    pub(super) fn from_json(project: &Value) -> Option<Project> {
        let mut domain = Domain::from_json(project.get("domain"));
        domain.id = domain.id.or_else(|| loose::text(project.get("domain_id")));
        Some(Project {
            id: ProjectId::parse(&loose::text(project.get("id"))?).ok()?,
            name: loose::text(project.get("name")),
            domain,
            enabled: loose::scalar(project.get("enabled"), |value| value.flag()).unwrap_or(true),
        })
    }

    /// Returns the name, or the ID if the project has no name.
    pub fn label(&self) -> &str {
        loose::label(self.name.as_deref(), self.id.as_str())
    }

    /// Returns the region that the project's name begins with, as on Huawei Cloud: `cn-north-4` for
    /// the projects `cn-north-4` and `cn-north-4_sub`. Returns `None` for any other name.
    pub fn region(&self) -> Option<&str> {
        let name = self.name.as_deref()?;
        let region = name.split_once('_').map_or(name, |(region, _)| region);
        let (area, number) = region.rsplit_once('-')?;
        let is_area = area.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
        let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        (is_area && area.contains('-') && is_number).then_some(region)
    }
}

/// The projects that a token's user has a role on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProjectList {
    /// The projects, in the service's order, including disabled ones.
    pub projects: Vec<Project>,
    /// The number of rows that couldn't be read and are missing from `projects`. Tell the user about
    /// them.
    pub unreadable: usize,
    /// Whether the service has more projects than it returned.
    pub truncated: bool,
}

/// Returns the request that lists the projects of a token's user.
///
/// `GET /v3/auth/projects` with the token as `X-Auth-Token`. The token doesn't need to have a
/// project.
pub fn projects(token: &Token) -> Request {
    let mut request = Request::new(Method::Get, "/v3/auth/projects".into());
    request.secret_headers.push(token.header("X-Auth-Token"));
    request
}

/// Decodes the response to a [`projects`] request.
///
/// # Errors
/// Returns a [`ReadError`]. Its kind is [`FaultKind::Token`](crate::FaultKind::Token) if the token
/// has expired.
pub fn decode_projects(outcome: Outcome) -> Result<ProjectList, ReadError> {
    let body = read(outcome, "projects", is_list)?;
    let rows = loose::rows(&body, "projects");
    let projects: Vec<_> = rows.iter().filter_map(Project::from_json).collect();
    let next = body.get("links").and_then(|links| links.get("next"));
    Ok(ProjectList {
        unreadable: rows.len() - projects.len(),
        // Keystone sets this if an operator limits the length of lists.
        truncated: body.get("truncated").is_some_and(|truncated| *truncated == true)
            || next.is_some_and(Value::is_string),
        projects,
    })
}
