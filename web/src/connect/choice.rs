//! Choosing a project and a region after signing in.

use super::failure::Failure;
use super::fields::{attribute, server, service, show};
use super::signed_in::{SignedIn, send};
use super::state::{FormState, Step};
use crate::client::{Endpoint, SessionData, send_identity};
use crate::i18n::{Language, key};
use crate::state::AppState;
use crate::ui::{by_id, focus, set_attribute};
use leptos::prelude::*;
use std::sync::Arc;
use volume_transfer::ProjectId;
use volume_transfer::identity::{
    self, Credentials, Project, ProjectRef, Scope, SignIn, SignInError,
};
use web_sys::HtmlSelectElement;

const PROJECT: &str = "choose-project";
const REGION: &str = "choose-region";

/// Lists the projects and lets the user choose a project and a region. Connects immediately if there is
/// nothing to choose.
pub(super) async fn offer(
    state: AppState,
    form: FormState,
    mut signed_in: SignedIn,
) -> Result<(), Failure> {
    let list = identity::projects(&signed_in.token);
    let list = identity::decode_projects(send_identity(list).await)
        .map_err(|error| Failure::Service(key::SIGNIN_FAILED, error))?;
    let is_partial = list.truncated || list.unreadable > 0;
    signed_in.projects = list.projects;
    if let Some(only) = &signed_in.only {
        signed_in.projects.retain(|project| project.id == *only);
    }
    let regions = regions();
    let mut enabled = signed_in.projects.iter().filter(|project| project.enabled);
    let Some(first) = enabled.next() else {
        return Err(Failure::Nothing(key::SIGNIN_PROJECT_NONE, Vec::new()));
    };
    let is_only = enabled.next().is_none();
    let is_single = signed_in.projects.len() == 1 && regions.len() < 2 && !is_partial;
    let first = first.id;
    let current = state.session.with_untracked(|session| {
        session.as_deref().map(|session| (session.project, session.account.region.clone()))
    });
    let (wanted_id, wanted_name) = (attribute("data-project"), attribute("data-project-name"));
    let is_wanted = |project: &&Project| {
        project.id.as_str() == wanted_id || project.name.as_deref() == Some(&*wanted_name)
    };
    let is_current =
        |project: &&Project| current.as_ref().is_some_and(|(current, _)| *current == project.id);
    let is_default =
        |project: &&Project| signed_in.scoped.as_ref().is_some_and(|(own, _)| own.id == project.id);
    let in_region = |project: &&Project| {
        project.region().is_some_and(|own| regions.iter().any(|region| region == own))
    };
    let find = |test: &dyn Fn(&&Project) -> bool| {
        signed_in.projects.iter().filter(|project| project.enabled).find(test)
    };
    let chosen = find(&is_wanted)
        .or_else(|| find(&is_current))
        .or_else(|| find(&is_default))
        .or_else(|| find(&in_region))
        .or_else(|| find(&|_| is_only));
    fill_projects(form.language.get_untracked(), &signed_in.projects, chosen);
    let wanted = attribute("data-region");
    let region = match &current {
        Some((_, region)) if wanted.is_empty() => region,
        _ => &wanted,
    };
    fill_regions(&regions, region);
    follow_project();
    set_attribute("choose-project-hint", "hidden", (!is_partial).then_some(""));
    let is_change = current.is_some();
    let signed_in = Arc::new(signed_in);
    form.step.set_value(Step::Choice(Arc::clone(&signed_in)));
    // Shown even if there is nothing to choose, so that the user can try again after a failure.
    show("choice");
    focus(PROJECT);
    if is_single && !is_change {
        connect(state, form, &signed_in, &first, &selected(REGION)).await?;
    }
    Ok(())
}

/// Connects to the chosen project.
pub(super) fn submit(state: AppState, form: FormState) {
    let signed_in = form.step.with_value(|step| match step {
        Step::Choice(signed_in) => Some(Arc::clone(signed_in)),
        Step::Credentials | Step::Passcode(_) => None,
    });
    let Some(signed_in) = signed_in else { return };
    let Ok(project) = ProjectId::parse(&selected(PROJECT)) else {
        return form.reject(PROJECT, key::SIGNIN_PROJECT_EMPTY);
    };
    let region = selected(REGION);
    form.run(async move { connect(state, form, &signed_in, &project, &region).await });
}

/// Connects to a project. Gets a token for it first, unless the current one is already scoped to it.
pub(super) async fn connect(
    state: AppState,
    form: FormState,
    signed_in: &SignedIn,
    project: &ProjectId,
    region: &str,
) -> Result<(), Failure> {
    let mut account = signed_in.account.clone();
    let scoped = signed_in.scoped.as_ref().filter(|(own, _)| own.id == *project);
    let (token, catalog) = match scoped {
        Some((own, catalog)) => {
            account.project_name = own.label().to_owned();
            (Arc::clone(&signed_in.token), catalog.clone())
        }
        None if signed_in.only.is_some() => (Arc::clone(&signed_in.token), None),
        None => {
            let scope = Scope::Project(ProjectRef::Id(*project));
            let credentials = Credentials::Token(&signed_in.token);
            let session = send(credentials, &scope).await.map_err(Failure::SignIn)?;
            let SignIn::Scoped(session) = session else {
                return Err(Failure::SignIn(SignInError::OtherProject(None)));
            };
            let session = *session;
            account.project_name = session.project.label().to_owned();
            account.expires_at = session.expires_at.unwrap_or_default();
            (Arc::new(session.token), session.catalog)
        }
    };
    if let Some(catalog) = catalog {
        let regions = catalog.regions();
        if catalog.endpoints.is_empty() {
            return Err(Failure::Nothing(key::SIGNIN_STORAGE_NONE, Vec::new()));
        }
        if !catalog.has_block_storage(Some(region).filter(|region| !region.is_empty())) {
            return Err(Failure::Nothing(
                key::SIGNIN_REGION_NONE,
                regions.into_iter().map(str::to_owned).collect(),
            ));
        }
    }
    region.clone_into(&mut account.region);
    // If there is only one region, the path doesn't contain it.
    let path = if regions().len() > 1 { format!("/regions/{region}") } else { String::new() };
    let Some(endpoint) = Endpoint::parse(&(server() + &path)) else { return Ok(()) };
    let session = SessionData::new(endpoint, *project, token, service(), account);
    form.connect(state, Arc::new(session));
    Ok(())
}

/// Returns the regions that the operator has configured.
pub(super) fn regions() -> Vec<String> {
    let regions = attribute("data-regions");
    regions.split('\n').filter(|region| !region.is_empty()).map(str::to_owned).collect()
}

/// Remembers the project and the region that an openrc file names, to preselect them.
pub(super) fn prefer(project: &str, name: &str, region: &str) {
    let values = [("data-project", project), ("data-project-name", name), ("data-region", region)];
    for (attribute, value) in values {
        set_attribute("connect", attribute, Some(value).filter(|value| !value.is_empty()));
    }
}

/// Selects the region that the chosen project's name begins with.
pub(super) fn follow_project() {
    let Some(select) = by_id::<HtmlSelectElement>(PROJECT) else { return };
    let option = select.selected_options().item(0);
    let region = option.and_then(|option| option.get_attribute("data-region"));
    if let (Some(region), Some(select)) = (region, by_id::<HtmlSelectElement>(REGION))
        && regions().contains(&region)
    {
        select.set_value(&region);
    }
}

fn selected(id: &str) -> String {
    by_id::<HtmlSelectElement>(id).map(|select| select.value()).unwrap_or_default()
}

fn fill_projects(language: Language, projects: &[Project], chosen: Option<&Project>) {
    let Some(select) = by_id::<HtmlSelectElement>(PROJECT) else { return };
    select.set_text_content(None);
    if chosen.is_none() {
        add_option(&select, "", "–");
    }
    for project in projects {
        let label = project_label(language, project);
        let Some(option) = add_option(&select, project.id.as_str(), &label) else { continue };
        // Can't fail for valid attribute names.
        let _ = (!project.enabled).then(|| option.set_attribute("disabled", ""));
        let _ = project.region().map(|region| option.set_attribute("data-region", region));
    }
    select.set_value(chosen.map_or("", |project| project.id.as_str()));
}

fn project_label(language: Language, project: &Project) -> String {
    let label = project.label();
    match project.enabled {
        true => label.to_owned(),
        false => language.format(key::SIGNIN_PROJECT_DISABLED, &[("project", label)]),
    }
}

fn fill_regions(regions: &[String], chosen: &str) {
    let Some(select) = by_id::<HtmlSelectElement>(REGION) else { return };
    select.set_text_content(None);
    for region in regions {
        add_option(&select, region, region);
    }
    let known = regions.iter().any(|region| region == chosen);
    select.set_value(if known { chosen } else { regions.first().map_or("", String::as_str) });
    if let Some(field) = select.parent_element() {
        // Can't fail for a valid attribute name.
        let _ = field.toggle_attribute_with_force("hidden", regions.len() < 2);
    }
}

fn add_option(select: &HtmlSelectElement, value: &str, text: &str) -> Option<web_sys::Element> {
    let option = document().create_element("option").ok()?;
    // Can't fail for a valid attribute name, nor for a new element.
    let _ = option.set_attribute("value", value);
    option.set_text_content(Some(text));
    let _ = select.append_child(&option);
    Some(option)
}
