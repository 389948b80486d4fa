//! The state of the connection form.

use super::details::ConnectionDetails;
use super::failure::Failure;
use super::fields::{fill, keep_box};
use super::signed_in::SignedIn;
use crate::client::Session;
use crate::i18n::{Key, Language, error_text, key, language};
use crate::state::{AppState, VolumeLoader};
use crate::ui::{by_id, effect, focus, focus_next_frame, set_attribute};
use futures_util::future::{AbortHandle, abortable};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::sync::Arc;
use volume_transfer::identity::PendingSignIn;
use web_sys::HtmlElement;

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

/// The current step of the sign-in.
#[derive(Default)]
pub(super) enum Step {
    /// The user has to enter credentials.
    #[default]
    Credentials,
    /// The password is correct, and a passcode is required as well.
    Passcode(PendingSignIn),
    /// The user has to choose a project and a region.
    Choice(Arc<SignedIn>),
}

/// The form's state, apart from the contents of its fields. Contains only handles.
#[derive(Clone, Copy)]
pub(crate) struct FormState {
    pub(super) loader: VolumeLoader,
    /// Whether a request to the identity service is in progress.
    signing_in: RwSignal<bool>,
    pub(super) failure: RwSignal<Option<Failure>>,
    /// The error for each of the [`FIELDS`], if any.
    errors: [RwSignal<Option<Key>>; FIELDS.len()],
    /// The current step.
    pub(super) step: StoredValue<Step>,
    handle: StoredValue<Option<AbortHandle>>,
    pub(super) language: RwSignal<Language>,
}

impl FormState {
    pub(super) fn new() -> FormState {
        FormState {
            loader: VolumeLoader::default(),
            signing_in: RwSignal::default(),
            failure: RwSignal::default(),
            errors: FIELDS.map(field_error),
            step: StoredValue::default(),
            handle: StoredValue::default(),
            language: language(),
        }
    }

    /// Empties the form, so that the page contains no token.
    pub(super) fn clear(self) {
        self.reset(&ConnectionDetails::default(), false);
    }

    /// Fills in the fields, and clears earlier errors.
    pub(super) fn reset(self, details: &ConnectionDetails, keep: bool) {
        self.stop();
        self.clear_errors();
        self.step.set_value(Step::Credentials);
        fill(details, keep);
    }

    pub(super) fn clear_errors(self) {
        self.failure.set(None);
        for error in self.errors {
            error.set(None);
        }
    }

    /// Stops loading and signing in.
    pub(super) fn stop(self) {
        self.loader.stop();
        if let Some(handle) = self.handle.get_value().filter(|_| self.signing_in.get_untracked()) {
            handle.abort();
            self.signing_in.set(false);
        }
    }

    pub(super) fn is_busy(self) -> bool {
        self.signing_in.get() || self.loader.busy.get()
    }

    /// Shows a field's error. If no other field has one, moves the focus to the field.
    pub(super) fn reject(self, field: &'static str, message: Key) {
        let first = self.errors.iter().all(|error| error.with_untracked(Option::is_none));
        if let Some((_, error)) = FIELDS.iter().zip(self.errors).find(|(id, _)| **id == field) {
            error.set(Some(message));
        }
        if first {
            focus(field);
        }
    }

    /// Runs requests to the identity service, and shows the error if one fails.
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

    /// Loads the volumes of a new session, then starts using it.
    pub(super) fn connect(self, state: AppState, session: Session) {
        let loading = self.loader.load(Arc::clone(&session));
        spawn_local(async move {
            match loading.await {
                Some(Ok((list, missing))) => {
                    match keep_box().is_some_and(|keep| keep.checked()) {
                        true => ConnectionDetails::store(&session),
                        false => ConnectionDetails::forget(),
                    }
                    self.clear();
                    state.start_session(session, list, missing);
                    state.connection_form_open.set(false);
                    focus_next_frame("volumes");
                }
                Some(Err(error)) => {
                    self.failure.set(Some(Failure::Service(key::CONNECT_SERVICE_FAILED, error)));
                }
                None => {}
            }
        });
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
