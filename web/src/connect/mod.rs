//! The connection: user, project, region and service.

mod choice;
mod details;
mod failure;
mod fields;
mod form;
mod sign_in;
mod signed_in;
mod state;

pub(crate) use form::{ConnectDialog, take_over_form};

use crate::client::{SessionData, send_identity};
use crate::errors::renew;
use crate::i18n::{Language, key, language, t};
use crate::reactive::derive;
use crate::state::AppState;
use crate::ui::{
    Button, DetailsRow, ShowIf, aria_bool, bdi, code, effect, focus, focus_next_frame, span,
};
use details::ConnectionDetails;
use leptos::ev::{FocusEvent, KeyboardEvent};
use leptos::html::Div;
use leptos::prelude::*;
use leptos::task::spawn_local;
use signed_in::SignedIn;
use state::FormState;
use std::time::Duration;
use volume_transfer::identity;
use wasm_bindgen::JsCast;

/// The page warns this many minutes before the token expires.
const WARNING: usize = 10;

/// The button that shows what the page is connected to, and its menu.
#[component]
pub(crate) fn ConnectionMenu(form: FormState) -> impl IntoView {
    let state = AppState::get();
    let language = language();
    let open = RwSignal::new(false);
    let menu = NodeRef::<Div>::new();
    let text = move |field: fn(&SessionData, Language) -> String| {
        derive(move || {
            let language = language.get();
            state
                .session
                .with(|session| session.as_deref().map(|s| field(s, language)))
                .unwrap_or_default()
        })
    };
    let service =
        text(|session, language| language.format_code("service", session.service.code(), &[]));
    let project = text(|session, _| match &*session.account.project_name {
        "" => session.project.as_str().to_owned(),
        name => name.to_owned(),
    });
    let region = text(|session, _| session.account.region.clone());
    let user = text(|session, _| match &*session.account.user {
        "" => session.account.credential.clone(),
        user => user.to_owned(),
    });
    let endpoint = text(|session, _| session.endpoint.as_str().to_owned());
    let minutes_left = minutes_left(state);
    let valid = derive(move || {
        let minutes = minutes_left.get();
        let (hours, count) = ((minutes / 60).to_string(), (minutes % 60).to_string());
        let key = if minutes < 60 { key::SIGNIN_MINUTES } else { key::SIGNIN_HOURS };
        language.get().format(key, &[("hours", &hours), ("count", &count)])
    });
    let change = move || {
        open.set(false);
        state.connection_form_open.set(true);
    };
    let choose = move || {
        change();
        let Some(session) = state.session.get_untracked() else { return };
        let Some(signed_in) = SignedIn::of(&session) else { return };
        // Waits until the dialog has taken over the form.
        request_animation_frame(move || {
            form.run(async move { choice::offer(state, form, signed_in).await });
        });
    };
    let disconnect = move || {
        if let Some(session) = state.session.get_untracked().filter(|s| s.account.is_signed_in()) {
            spawn_local(async move {
                let Some(token) = session.token() else { return };
                // If this fails, the token stays valid until it expires.
                let _ = send_identity(identity::sign_out(token)).await;
            });
        }
        ConnectionDetails::forget();
        form.clear();
        state.end_session();
        focus_next_frame("sign-in");
    };
    // Closes the menu when the focus leaves it.
    let on_leave = move |event: FocusEvent| {
        let inside =
            event.related_target().and_then(|target| target.dyn_into::<web_sys::Node>().ok());
        let contains =
            menu.try_get_untracked().flatten().is_some_and(|menu| menu.contains(inside.as_ref()));
        if !contains {
            // The menu also loses the focus when it is removed. By then, the signal no longer exists.
            open.try_set(false);
        }
    };
    let on_key = move |event: KeyboardEvent| {
        if event.key() == "Escape" {
            open.set(false);
            focus("connection");
        }
    };
    let signed_in = derive(move || state.is_signed_in());
    let label = move |signed_in, token| {
        derive(move || {
            let key = if state.is_signed_in() { signed_in } else { token };
            language.get().format(key, &[])
        })
    };
    let (change_label, end_label) = (
        label(key::SIGNIN_AGAIN, key::CONNECT_CHANGE),
        label(key::SIGNIN_OUT, key::CONNECT_DISCONNECT),
    );
    let summary = derive(move || {
        let region = region.get();
        if region.is_empty() { project.get() } else { format!("{} · {region}", project.get()) }
    });
    view! {
        <div class="connection" node_ref=menu on:focusout=on_leave on:keydown=on_key>
            <button type="button" id="connection" aria-labelledby="connection-label" aria-describedby="connection-value"
                aria-expanded=aria_bool(move || open.get()) on:click=move |_| open.update(|open| *open = !*open)>
                <span id="connection-label" class="hint" prop:textContent=t(key::CONNECT_MENU) />
                <span id="connection-value">{span(service)} " · " {bdi(summary)}</span>
            </button>
            <ShowIf condition=open>
                <div class="menu" tabindex="-1">
                    <dl class="record">
                        <ShowIf condition=signed_in>
                            <DetailsRow name=key::SIGNIN_PROJECT>{bdi(project)}</DetailsRow>
                            <DetailsRow name=key::SIGNIN_REGION>{bdi(region)}</DetailsRow>
                            <DetailsRow name=key::SIGNIN_USER>{bdi(user)}</DetailsRow>
                            <DetailsRow name=key::SIGNIN_VALID>{span(valid)}</DetailsRow>
                        </ShowIf>
                        <DetailsRow name=key::CONNECT_PROJECT>{code(text(|session, _| session.project.as_str().to_owned()))}</DetailsRow>
                        <DetailsRow name=key::CONNECT_SERVICE>{span(service)}</DetailsRow>
                        <DetailsRow name=key::CONNECT_ENDPOINT>{code(endpoint)}</DetailsRow>
                    </dl>
                    <div class="buttons">
                        <ShowIf condition=signed_in><Button label=key::SIGNIN_CHANGE on_press=choose /></ShowIf>
                        <Button label=change_label on_press=change />
                        <Button label=end_label on_press=disconnect />
                    </div>
                </div>
            </ShowIf>
        </div>
    }
}

/// Warns before the token expires, and says when it has expired.
#[component]
pub(crate) fn ExpiryWarning() -> impl IntoView {
    let state = AppState::get();
    let language = language();
    let minutes_left = minutes_left(state);
    let warning = derive(move || {
        let minutes = minutes_left.get();
        let key = if minutes == 0 { key::SIGNIN_ENDED } else { key::SIGNIN_ENDING };
        let text = || language.get().format(key, &[("count", &minutes.to_string())]);
        (minutes <= WARNING).then(text).unwrap_or_default()
    });
    view! {
        <p role="status" prop:textContent=warning />
        <ShowIf condition=derive(move || minutes_left.get() <= WARNING)>
            <Button label=key::SIGNIN_AGAIN on_press=move || renew(state) />
        </ShowIf>
    }
}

/// Returns a signal with the number of minutes that the session's token remains valid.
fn minutes_left(state: AppState) -> RwSignal<usize> {
    let minutes = RwSignal::new(usize::MAX);
    let update = move || {
        let left = state.session.with(|session| session.as_deref()?.account.minutes_left());
        if minutes.get_untracked() != left.unwrap_or(usize::MAX) {
            minutes.set(left.unwrap_or(usize::MAX));
        }
    };
    effect(update);
    let untracked = move || untrack(update);
    if let Ok(timer) = set_interval_with_handle(untracked, Duration::from_secs(5)) {
        on_cleanup(move || timer.clear());
    }
    minutes
}
