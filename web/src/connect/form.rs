//! The connection form. `index.html` contains it, so that it can be filled in while the module loads.

use super::details::ConnectionDetails;
use crate::client::{Session, SessionData, TokenError};
use crate::errors::ReadFailure;
use crate::i18n::{Key, error_text, key, t};
use crate::state::{AppState, VolumeLoader};
use crate::ui::{
    Button, Dialog, Progress, by_id, dynamic, effect, focus, focus_next_frame, listen, mount_into,
    set_attribute,
};
use leptos::html::Div;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::sync::Arc;
use volume_transfer::{IdError, ReadError, Service};
use web_sys::{HtmlElement, HtmlInputElement, HtmlSelectElement};

/// The IDs of the form and of the section that contains it while no dialog does.
const FORM: &str = "connect";
const SECTION: &str = "sign-in-section";

/// What the form shows apart from its fields. Contains only handles.
#[derive(Clone, Copy, Default)]
pub(super) struct FormState {
    loader: VolumeLoader,
    failure: RwSignal<Option<ReadError>>,
    /// The errors of the fields for the endpoint, the project and the token.
    errors: [RwSignal<Option<Key>>; 3],
}

impl FormState {
    /// Returns the state that [`take_over_form`] provides.
    pub(super) fn get() -> FormState {
        use_context().unwrap_or_default()
    }

    /// Empties the form, so that the page contains no token.
    pub(super) fn clear(self) {
        self.reset(&ConnectionDetails::default(), false);
    }

    /// Fills in the fields, and removes the errors of earlier contents.
    fn reset(self, details: &ConnectionDetails, keep: bool) {
        self.loader.stop();
        self.failure.set(None);
        for error in self.errors {
            error.set(None);
        }
        fill(details, keep);
    }
}

/// Takes over the form. Keeps what was entered, and the focus.
pub(crate) fn take_over_form() {
    let state = AppState::get();
    let form = FormState {
        loader: VolumeLoader::default(),
        failure: RwSignal::new(None),
        errors: ["endpoint", "project", "token"].map(field_error),
    };
    provide_context(form);
    let entered = entered();
    if let Some(stored) = ConnectionDetails::load()
        && entered.project.is_empty()
        && entered.token.is_empty()
        && entered.endpoint == origin()
    {
        fill(&stored, true);
    }
    listen(FORM, "submit", move || submit(state, form));
    effect(move || {
        set_attribute("connect-submit", "aria-disabled", form.loader.busy.get().then_some("true"))
    });
    effect(move || {
        let connected = state.session.with(Option::is_some);
        set_attribute(SECTION, "hidden", connected.then_some(""));
    });
    mount_into("connect-progress", move || {
        let loader = form.loader;
        view! {
            <Progress busy=loader.busy label=key::CONNECT_BUSY loaded=loader.loaded on_stop=move || loader.stop() />
        }
        .into_any()
    });
    mount_into("connect-failure", move || {
        dynamic(move || {
            form.failure.get().map(|error| {
                view! { <div class="message danger"><ReadFailure error /></div> }.into_any()
            })
        })
    });
}

/// The form over the page, to change the connection or to enter a new token.
#[component]
pub(crate) fn ConnectDialog() -> impl IntoView {
    let state = AppState::get();
    let form = FormState::get();
    let slot = NodeRef::<Div>::new();
    let close = move || state.connection_form_open.set(false);
    effect(move || {
        if let Some(slot) = slot.get() {
            let stored = ConnectionDetails::load();
            let keep = stored.is_some();
            let current =
                || state.session.with_untracked(|s| s.as_deref().map(ConnectionDetails::of));
            form.reset(&stored.or_else(current).unwrap_or_default(), keep);
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

/// Returns the signal for a field's error, which is shown below the field.
fn field_error(id: &'static str) -> RwSignal<Option<Key>> {
    let error = RwSignal::new(None);
    let text = error_text(error);
    effect(move || {
        text.with(|text| {
            if let Some(element) = by_id::<HtmlElement>(&format!("{id}-error")) {
                element.set_text_content(Some(text));
            }
            set_attribute(id, "aria-invalid", (!text.is_empty()).then_some("true"));
        });
    });
    error
}

/// Returns the contents of the fields.
fn entered() -> ConnectionDetails {
    let value = |id| by_id::<HtmlInputElement>(id).map(|input| input.value()).unwrap_or_default();
    ConnectionDetails {
        endpoint: value("endpoint"),
        project: value("project"),
        token: value("token"),
        service: by_id::<HtmlSelectElement>("service").map(|s| s.value()).unwrap_or_default(),
    }
}

/// Replaces the contents of the fields.
fn fill(details: &ConnectionDetails, keep: bool) {
    let endpoint = if details.endpoint.is_empty() { &origin() } else { &details.endpoint };
    for (id, value) in
        [("endpoint", endpoint), ("project", &details.project), ("token", &details.token)]
    {
        if let Some(input) = by_id::<HtmlInputElement>(id) {
            input.set_value(value);
        }
    }
    if let Some(select) = by_id::<HtmlSelectElement>("service") {
        select.set_value(Service::from_code(&details.service).unwrap_or_default().code());
    }
    if let Some(input) = keep_box() {
        input.set_checked(keep);
    }
}

fn keep_box() -> Option<HtmlInputElement> {
    by_id("keep")
}

fn submit(state: AppState, form: FormState) {
    let details = entered();
    let parsed = details.parse();
    let found = [
        parsed.endpoint.is_none().then_some(key::CONNECT_ENDPOINT_MALFORMED),
        parsed.project.as_ref().err().map(|error| match error {
            IdError::Empty => key::PROJECTID_EMPTY,
            IdError::Malformed => key::PROJECTID_MALFORMED,
        }),
        parsed.token.as_ref().err().map(|error| match error {
            TokenError::Empty => key::CONNECT_TOKEN_EMPTY,
            TokenError::Malformed => key::CONNECT_TOKEN_MALFORMED,
        }),
    ];
    for (error, found) in form.errors.into_iter().zip(found) {
        error.set(found);
    }
    let first = ["endpoint", "project", "token"].into_iter().zip(found).find(|(_, e)| e.is_some());
    if let Some((id, _)) = first {
        focus(id);
    }
    let (Some(endpoint), Ok(project), Ok(token)) = (parsed.endpoint, parsed.project, parsed.token)
    else {
        return;
    };
    if form.loader.busy.get_untracked() {
        return;
    }
    let service = Service::from_code(&details.service).unwrap_or_default();
    let session: Session = Arc::new(SessionData { endpoint, project, token, service });
    form.failure.set(None);
    let loading = form.loader.load(Arc::clone(&session));
    spawn_local(async move {
        match loading.await {
            Some(Ok((list, missing))) => {
                details.store(keep_box().is_some_and(|keep| keep.checked()));
                form.clear();
                state.start_session(session, list, missing);
                state.connection_form_open.set(false);
                focus_next_frame("volumes");
            }
            Some(Err(error)) => form.failure.set(Some(error)),
            None => {}
        }
    });
}

/// Returns the address of the server that the page comes from.
fn origin() -> String {
    window().location().origin().unwrap_or_default()
}
