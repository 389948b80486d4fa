//! The connection form. `index.html` contains it, so that it can be filled in while the module loads.

use super::choice;
use super::details::ConnectionDetails;
use super::failure::FailureMessage;
use super::fields::{FORM, attribute, entered, fill, server, service, show, shown_method, value};
use super::sign_in;
use super::state::{FormState, Step};
use crate::client::{Endpoint, SessionData};
use crate::i18n::{key, t};
use crate::reactive::derive;
use crate::state::AppState;
use crate::ui::{
    Button, Dialog, Progress, by_id, dynamic, effect, focus, listen, mount_into, set_attribute,
};
use leptos::html::Div;
use leptos::prelude::*;
use std::sync::Arc;
use volume_transfer::identity::Token;
use volume_transfer::{IdError, ProjectId};
use web_sys::HtmlElement;

/// The section that contains the form while no dialog does.
const SECTION: &str = "sign-in-section";

/// Takes over the form. Keeps what was entered, and the focus.
pub(crate) fn take_over_form() -> FormState {
    let state = AppState::get();
    let form = FormState::new();
    let details = entered();
    if let Some(stored) = ConnectionDetails::load()
        && details.project.is_empty()
        && details.token.is_empty()
        && value("user").is_empty()
        && details.endpoint == server()
    {
        fill(&stored, true);
    }
    listen(FORM, "submit", move || submit(state, form));
    listen("openrc", "change", move || sign_in::read_openrc(form));
    listen("choose-project", "change", choice::follow_project);
    let restart = move || {
        form.stop();
        form.clear_errors();
        form.step.set_value(Step::Credentials);
    };
    listen(FORM, "method", restart);
    // A receipt belongs to one user and password, so changing either discards it.
    for field in ["user", "domain", "password"] {
        listen(field, "input", move || {
            if form.step.with_value(|step| matches!(step, Step::Passcode(_))) {
                form.step.set_value(Step::Credentials);
                set_attribute(FORM, "data-passcode", None);
            }
        });
    }
    listen("choose-back", "click", move || {
        restart();
        show(&shown_method());
        focus("sign-in");
    });
    effect(move || {
        set_attribute("connect-submit", "aria-disabled", form.is_busy().then_some("true"))
    });
    effect(move || {
        let connected = state.session.with(Option::is_some);
        set_attribute(SECTION, "hidden", connected.then_some(""));
    });
    mount_into("connect-progress", move || {
        let busy = derive(move || form.is_busy());
        view! {
            <Progress busy label=key::CONNECT_BUSY loaded=form.loader.loaded on_stop=move || form.stop() />
        }
        .into_any()
    });
    mount_into("connect-failure", move || {
        dynamic(move || {
            form.failure.get().map(|failure| view! { <FailureMessage failure /> }.into_any())
        })
    });
    form
}

/// The form in a dialog, for changing the connection or signing in again.
#[component]
pub(crate) fn ConnectDialog(form: FormState) -> impl IntoView {
    let state = AppState::get();
    let slot = NodeRef::<Div>::new();
    let close = move || state.connection_form_open.set(false);
    effect(move || {
        if let Some(slot) = slot.get() {
            let stored = ConnectionDetails::load();
            let keep = stored.is_some();
            let current =
                || state.session.with_untracked(|s| s.as_deref().map(ConnectionDetails::of));
            let mut details = stored.or_else(current).unwrap_or_default();
            if details.account.is_signed_in() {
                // The token is about to be replaced.
                details.token = Default::default();
            }
            form.reset(&details, keep);
            move_form(&slot);
        }
    });
    on_cleanup(move || {
        if let Some(section) = by_id::<HtmlElement>(SECTION) {
            move_form(&section);
        }
        form.clear();
    });
    view! {
        <Dialog id="change-connection" title=t(key::CONNECT_TITLE) on_close=close>
            <div node_ref=slot></div>
            <Button label=key::CONNECT_KEEP_CURRENT on_press=close />
        </Dialog>
    }
}

fn move_form(parent: &web_sys::Node) {
    if let Some(form) = by_id::<HtmlElement>(FORM) {
        // Can't fail: the form contains neither of its parents.
        let _ = parent.append_child(&form);
    }
}

fn submit(state: AppState, form: FormState) {
    if untrack(|| form.is_busy()) {
        return;
    }
    form.clear_errors();
    match &*attribute("data-show") {
        "token" => use_token(state, form),
        "choice" => choice::submit(state, form),
        method => sign_in::submit(state, form, method),
    }
}

/// Connects with the token that the user entered.
fn use_token(state: AppState, form: FormState) {
    let details = entered();
    let endpoint = Endpoint::parse(&details.endpoint);
    let project = ProjectId::parse(&details.project);
    let token = Token::parse(&details.token);
    if endpoint.is_none() {
        form.reject("endpoint", key::CONNECT_ENDPOINT_MALFORMED);
    }
    if let Err(error) = &project {
        form.reject(
            "project",
            match error {
                IdError::Empty => key::PROJECTID_EMPTY,
                IdError::Malformed => key::PROJECTID_MALFORMED,
            },
        );
    }
    if let Err(error) = &token {
        form.reject(
            "token",
            match error {
                IdError::Empty => key::CONNECT_TOKEN_EMPTY,
                IdError::Malformed => key::CONNECT_TOKEN_MALFORMED,
            },
        );
    }
    let (Some(endpoint), Ok(project), Ok(token)) = (endpoint, project, token) else { return };
    // If the user submitted the stored details, those also say who signed in.
    let stored = ConnectionDetails::load()
        .filter(|stored| *stored.token == token.expose() && stored.project == project.as_str());
    let account = stored.map(|stored| stored.account).unwrap_or_default();
    let session = SessionData::new(endpoint, project, Arc::new(token), service(), account);
    form.connect(state, Arc::new(session));
}
