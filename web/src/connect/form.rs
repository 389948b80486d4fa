//! The connection form. `index.html` contains it, so that it can be filled in while the module loads.

use super::choice;
use super::details::ConnectionDetails;
use super::failure::{Failure, FailureMessage};
use super::sign_in::{self, Step};
use crate::client::{Account, Endpoint, Session, SessionData};
use crate::i18n::{Key, Language, error_text, key, language, t};
use crate::reactive::derive;
use crate::state::{AppState, VolumeLoader};
use crate::ui::{
    Button, Dialog, Progress, by_id, dynamic, effect, focus, focus_next_frame, listen, mount_into,
    set_attribute,
};
use futures_util::future::{AbortHandle, abortable};
use leptos::html::Div;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::sync::Arc;
use volume_transfer::identity::Token;
use volume_transfer::{IdError, ProjectId, Service};
use web_sys::{HtmlElement, HtmlInputElement, HtmlSelectElement};

/// The IDs of the form and of the section that contains it while no dialog does.
const FORM: &str = "connect";
const SECTION: &str = "sign-in-section";

/// The fields that can have an error.
const FIELDS: [&str; 11] = [
    "credential",
    "secret",
    "user",
    "domain",
    "password",
    "passcode",
    "endpoint",
    "project",
    "token",
    "choose-project",
    "openrc",
];

/// The fields that are emptied as soon as their contents are no longer needed.
const SECRETS: [&str; 4] = ["secret", "password", "passcode", "token"];

/// What the form shows apart from its fields. Contains only handles.
#[derive(Clone, Copy)]
pub(crate) struct FormState {
    loader: VolumeLoader,
    /// Whether a request to the identity service is in progress.
    signing_in: RwSignal<bool>,
    failure: RwSignal<Option<Failure>>,
    /// The errors of [`FIELDS`].
    errors: [RwSignal<Option<Key>>; FIELDS.len()],
    /// How far the person has come with signing in.
    pub(super) step: StoredValue<Step>,
    handle: StoredValue<Option<AbortHandle>>,
    pub(super) language: RwSignal<Language>,
}

impl FormState {
    /// Empties the form, so that the page contains no token.
    pub(super) fn clear(self) {
        self.reset(&ConnectionDetails::default(), false);
    }

    /// Fills in the fields, and removes the errors of earlier contents.
    fn reset(self, details: &ConnectionDetails, keep: bool) {
        self.stop();
        self.clear_errors();
        self.step.set_value(Step::Credentials);
        fill(details, keep);
    }

    fn clear_errors(self) {
        self.failure.set(None);
        for error in self.errors {
            error.set(None);
        }
    }

    /// Stops loading and signing in.
    fn stop(self) {
        self.loader.stop();
        if let Some(handle) = self.handle.get_value().filter(|_| self.signing_in.get_untracked()) {
            handle.abort();
            self.signing_in.set(false);
        }
    }

    fn is_busy(self) -> bool {
        self.signing_in.get() || self.loader.busy.get()
    }

    /// Shows a field's error. Moves the focus to the first field with one.
    pub(super) fn reject(self, field: &'static str, message: Key) {
        let first = self.errors.iter().all(|error| error.with_untracked(Option::is_none));
        if let Some((_, error)) = FIELDS.iter().zip(self.errors).find(|(id, _)| **id == field) {
            error.set(Some(message));
        }
        if first {
            focus(field);
        }
    }

    /// Runs requests to the identity service, and shows why they failed.
    pub(super) fn run(self, requests: impl Future<Output = Result<(), Failure>> + 'static) {
        let requests: std::pin::Pin<Box<dyn Future<Output = _>>> = Box::pin(requests);
        self.signing_in.set(true);
        let (requests, handle) = abortable(requests);
        self.handle.set_value(Some(handle));
        spawn_local(async move {
            let Ok(result) = requests.await else { return };
            self.signing_in.set(false);
            if let Err(failure) = result {
                if let Some((field, message)) = failure.field() {
                    self.reject(field, message);
                }
                self.failure.set(Some(failure));
            }
        });
    }
}

/// Takes over the form. Keeps what was entered, and the focus.
pub(crate) fn take_over_form() -> FormState {
    let state = AppState::get();
    let form = FormState {
        loader: VolumeLoader::default(),
        signing_in: RwSignal::default(),
        failure: RwSignal::default(),
        errors: FIELDS.map(field_error),
        step: StoredValue::default(),
        handle: StoredValue::default(),
        language: language(),
    };
    let details = entered();
    if let Some(stored) = ConnectionDetails::load()
        && details.project.is_empty()
        && details.token.is_empty()
        && value("user").is_empty()
        && details.endpoint == origin()
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
    // A receipt is for the user who entered the password.
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

/// The form over the page, to change the connection or to sign in again.
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

/// Returns the contents of a field.
pub(super) fn value(id: &str) -> String {
    by_id::<HtmlInputElement>(id).map(|input| input.value()).unwrap_or_default()
}

/// Replaces the contents of a field.
pub(super) fn set_value(id: &str, value: &str) {
    if let Some(input) = by_id::<HtmlInputElement>(id) {
        input.set_value(value);
    }
}

/// Empties the fields with secrets.
pub(super) fn clear_secrets() {
    for id in SECRETS {
        set_value(id, "");
    }
}

/// Returns an attribute of the form.
pub(super) fn attribute(name: &str) -> String {
    by_id::<HtmlElement>(FORM).and_then(|form| form.get_attribute(name)).unwrap_or_default()
}

/// Shows the fields of a way to sign in, or the choice of a project.
pub(super) fn show(fields: &str) {
    set_attribute(FORM, "data-show", Some(fields));
    set_attribute(FORM, "data-passcode", None);
}

/// Shows the field for the passcode.
pub(super) fn ask_for_passcode() {
    set_attribute(FORM, "data-passcode", Some("required"));
}

/// Returns the contents of the fields.
fn entered() -> ConnectionDetails {
    ConnectionDetails {
        endpoint: value("endpoint"),
        project: value("project"),
        token: value("token").into(),
        service: by_id::<HtmlSelectElement>("service").map(|s| s.value()).unwrap_or_default(),
        account: Account::default(),
    }
}

/// Returns the service that the person chose.
pub(super) fn service() -> Service {
    Service::from_code(&entered().service).unwrap_or_default()
}

/// Replaces the contents of the fields.
fn fill(details: &ConnectionDetails, keep: bool) {
    let account = &details.account;
    clear_secrets();
    let endpoint = if details.endpoint.is_empty() { &origin() } else { &details.endpoint };
    for (id, value) in [
        ("endpoint", endpoint),
        ("project", &details.project),
        ("token", &*details.token),
        ("user", &account.user),
        ("domain", &account.domain),
        ("credential", &account.credential),
    ] {
        set_value(id, value);
    }
    if let Some(select) = by_id::<HtmlSelectElement>("service") {
        select.set_value(Service::from_code(&details.service).unwrap_or_default().code());
    }
    if let Some(input) = keep_box() {
        input.set_checked(keep);
    }
    if !details.token.is_empty() || !details.project.is_empty() && !account.is_signed_in() {
        choose_method("token");
    } else if account.is_signed_in() {
        choose_method(&account.method);
    } else {
        choose_method(&shown_method());
    }
}

/// Selects a way to sign in.
pub(super) fn choose_method(method: &str) {
    let radio = document().query_selector(&format!("[name=method][value={method}]")).ok().flatten();
    if let Some(radio) = radio.and_then(|radio| wasm_bindgen::JsCast::dyn_into(radio).ok()) {
        let radio: HtmlInputElement = radio;
        radio.set_checked(true);
    }
    show(method);
}

/// Returns the selected way to sign in.
pub(super) fn shown_method() -> String {
    let radio = document().query_selector("[name=method]:checked").ok().flatten();
    radio.and_then(|radio| radio.get_attribute("value")).unwrap_or_default()
}

fn keep_box() -> Option<HtmlInputElement> {
    by_id("keep")
}

fn submit(state: AppState, form: FormState) {
    if form.signing_in.get_untracked() || form.loader.busy.get_untracked() {
        return;
    }
    form.clear_errors();
    match &*attribute("data-show") {
        "token" => use_token(state, form),
        "choice" => choice::submit(state, form),
        method => sign_in::submit(state, form, method),
    }
}

/// Connects with the token that the person entered.
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
    // Stored details also say who signed in.
    let stored = ConnectionDetails::load()
        .filter(|stored| *stored.token == token.expose() && stored.project == project.as_str());
    let session = SessionData {
        endpoint,
        project,
        token: Arc::new(token),
        service: service(),
        account: stored.map(|stored| stored.account).unwrap_or_default(),
    };
    connect(state, form, Arc::new(session));
}

/// Loads the volumes of a new session, and starts to use it.
pub(super) fn connect(state: AppState, form: FormState, session: Session) {
    let loading = form.loader.load(Arc::clone(&session));
    spawn_local(async move {
        match loading.await {
            Some(Ok((list, missing))) => {
                match keep_box().is_some_and(|keep| keep.checked()) {
                    true => ConnectionDetails::store(&session),
                    false => ConnectionDetails::forget(),
                }
                form.clear();
                state.start_session(session, list, missing);
                state.connection_form_open.set(false);
                focus_next_frame("volumes");
            }
            Some(Err(error)) => {
                form.failure.set(Some(Failure::Service(key::CONNECT_SERVICE_FAILED, error)));
            }
            None => {}
        }
    });
}

/// Returns the address of the server that the page comes from.
pub(super) fn origin() -> String {
    window().location().origin().unwrap_or_default()
}
