//! Views of failed requests, shared by several tasks.

use crate::i18n::{
    Key, Language, fault_kind, key, language, local_time, read_error, t, unknown_cause,
};
use crate::reactive::derive;
use crate::state::{AppState, Pace};
use crate::ui::{Button, DetailsRow, ErrorMessage, dynamic, focus_next_frame, p, span};
use js_sys::Date;
use leptos::prelude::*;
use volume_transfer::{ChangeError, Fault, FaultKind, ReadError, RetryDelay, UnknownCause};

/// The details of the server's response, as plain text.
#[component]
pub(crate) fn FaultDetails(fault: Fault) -> impl IntoView {
    let language = language().get_untracked();
    let retry_after = fault.retry_delay().map(|wait| retry_after(language, wait));
    let rows = [
        (key::FAULT_STATUS, Some(fault.status.to_string())),
        (key::FAULT_CODE, fault.code),
        (key::FAULT_MESSAGE, fault.message),
        (key::FAULT_REQUEST_ID, fault.request_id),
        (key::FAULT_RETRY_AFTER, retry_after),
    ];
    let rows: Vec<_> = rows
        .into_iter()
        .filter_map(|(name, value)| {
            value.map(|value| view! { <DetailsRow name>{span(value)}</DetailsRow> }.into_any())
        })
        .collect();
    view! { <dl class="fault" aria-label=t(key::FAULT_TITLE)>{rows}</dl> }
}

fn retry_after(language: Language, wait: RetryDelay) -> String {
    match wait {
        RetryDelay::Seconds(seconds) => {
            language.format(key::FAULT_SECONDS, &[("seconds", &seconds.to_string())])
        }
        RetryDelay::Until(date) => local_time(&date, language).unwrap_or(date),
    }
}

/// Opens the connection form, so that the user can get a new token, and focuses the field to fill in.
pub(crate) fn renew(state: AppState) {
    let method = state.session.with_untracked(|session| {
        session.as_deref().map(|session| session.account.method.clone()).unwrap_or_default()
    });
    state.connection_form_open.set(true);
    focus_next_frame(match &*method {
        "password" => "password",
        "application" => "secret",
        _ => "token",
    });
}

/// Explains why a request was rejected and what to do, with a button to get a new token if that helps.
#[component]
pub(crate) fn Rejection(
    fault: Fault,
    /// The text for [`FaultKind::NotFound`]. The default fits any request.
    #[prop(optional)]
    not_found: Option<Key>,
) -> impl IntoView {
    let state = AppState::get();
    let language = language();
    let kind = fault.kind();
    let label = if state.is_signed_in() { key::SIGNIN_AGAIN } else { key::CONNECT_RENEW };
    let renew_token = (matches!(kind, FaultKind::Token | FaultKind::TokenTooLong)
        && state.has_token())
    .then(|| view! { <Button label on_press=move || renew(state) /> }.into_any());
    view! {
        {p(derive(move || match not_found.filter(|_| kind == FaultKind::NotFound) {
            Some(key) => language.get().format(key, &[]),
            None => fault_kind(language.get(), kind),
        }))}
        {renew_token}
        <FaultDetails fault />
    }
}

/// Explains why a change was rejected, or why its outcome is unknown.
#[component]
pub(crate) fn ChangeFailure(
    error: ChangeError,
    /// The title if nothing was changed.
    rejected: Key,
    /// The title if the outcome is unknown.
    unknown: Key,
    /// The text for [`FaultKind::NotFound`]. The default fits any request.
    #[prop(optional)]
    not_found: Option<Key>,
) -> impl IntoView {
    let language = language();
    let (title, details) = match error {
        ChangeError::Rejected(fault) => {
            (rejected, Rejection(RejectionProps { fault, not_found }).into_any())
        }
        ChangeError::OutcomeUnknown(cause) => {
            let fault = cause.fault().map(|fault| view! { <FaultDetails fault /> }.into_any());
            let text = derive(move || match &cause {
                // The usual text mentions a key, which only the response to a create request contains.
                UnknownCause::Unreadable(_) => language.get().format(key::READ_UNREADABLE, &[]),
                UnknownCause::NoResponse(_)
                | UnknownCause::Failed(_)
                | UnknownCause::OtherVolume(_) => unknown_cause(language.get(), &cause),
            });
            (unknown, view! { {p(text)} {fault} }.into_any())
        }
    };
    view! {
        <ErrorMessage title>{details}</ErrorMessage>
    }
}

/// The live region that explains why a series of requests is paused, with buttons to continue or stop.
#[component]
pub(crate) fn Paused(
    error: Signal<Option<ChangeError>>,
    #[prop(into)] on_continue: Callback<()>,
    #[prop(into)] on_stop: Callback<()>,
) -> impl IntoView {
    let message = dynamic(move || {
        let error = error.get()?;
        Some(
            view! {
                <ChangeFailure error rejected=key::RUN_PAUSED unknown=key::RUN_PAUSED />
                <div class="buttons">
                    <Button label=key::RUN_CONTINUE on_press=on_continue />
                    <Button label=key::PROGRESS_STOP on_press=on_stop />
                </div>
            }
            .into_any(),
        )
    });
    view! { <div role="alert" class="paused">{message}</div> }
}

/// Returns text saying when the next request will be sent, if the service asked the page to wait.
pub(crate) fn delay_text(pace: &Pace) -> Signal<String> {
    let (resume_at, language) = (pace.resume_at.clone(), language());
    derive(move || {
        let at = resume_at.get();
        if at == 0.0 {
            return String::new();
        }
        let time = String::from(Date::new(&at.into()).to_iso_string());
        let time = local_time(&time, language.get());
        language.get().format(key::RUN_DELAYED, &[("time", &time.unwrap_or_default())])
    })
}

/// Explains why a read failed and what to do.
#[component]
pub(crate) fn ReadFailure(error: ReadError) -> impl IntoView {
    let language = language();
    let fault = error.fault();
    view! {
        {p(derive(move || read_error(language.get(), &error)))}
        {fault.map(|fault| view! { <FaultDetails fault /> }.into_any())}
    }
}

/// Shows how many rows of a list couldn't be read.
#[component]
pub(crate) fn UnreadableRows(count: usize) -> impl IntoView {
    let language = language();
    let text =
        move || language.get().format(key::VOLUMES_UNREADABLE, &[("count", &count.to_string())]);
    view! { <p class="message danger" prop:textContent=derive(text) /> }
}
