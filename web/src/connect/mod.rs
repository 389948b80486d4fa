//! The connection: service, project and token.

mod details;
mod form;

pub(crate) use form::{ConnectDialog, take_over_form};

use crate::client::SessionData;
use crate::i18n::{Language, key, language, t};
use crate::reactive::derive;
use crate::state::AppState;
use crate::ui::{Button, DetailsRow, ShowIf, aria_bool, bdi, code, focus, focus_next_frame, span};
use details::ConnectionDetails;
use form::FormState;
use leptos::ev::{FocusEvent, KeyboardEvent};
use leptos::html::Div;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// The button that says what the page is connected to, and its menu.
#[component]
pub(crate) fn ConnectionMenu() -> impl IntoView {
    let state = AppState::get();
    let form = FormState::get();
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
    let project = text(|session, _| session.project.as_str().to_owned());
    let endpoint = text(|session, _| session.endpoint.as_str().to_owned());
    let change = move || {
        open.set(false);
        state.connection_form_open.set(true);
    };
    let disconnect = move || {
        ConnectionDetails::forget();
        form.clear();
        state.end_session();
        focus_next_frame("sign-in");
    };
    // Closes the menu when the person turns to something else.
    let on_leave = move |event: FocusEvent| {
        let inside =
            event.related_target().and_then(|target| target.dyn_into::<web_sys::Node>().ok());
        let contains =
            menu.try_get_untracked().flatten().is_some_and(|menu| menu.contains(inside.as_ref()));
        if !contains {
            // The menu also loses the focus when it is removed, and the signal no longer exists then.
            open.try_set(false);
        }
    };
    let on_key = move |event: KeyboardEvent| {
        if event.key() == "Escape" {
            open.set(false);
            focus("connection");
        }
    };
    view! {
        <div class="connection" node_ref=menu on:focusout=on_leave on:keydown=on_key>
            <button type="button" id="connection" aria-labelledby="connection-label" aria-describedby="connection-value"
                aria-expanded=aria_bool(move || open.get()) on:click=move |_| open.update(|open| *open = !*open)>
                <span id="connection-label" class="hint" prop:textContent=t(key::CONNECT_MENU) />
                <span id="connection-value">{span(service)} " · " {bdi(project)}</span>
            </button>
            <ShowIf condition=open>
                <div class="menu" tabindex="-1">
                    <dl class="record">
                        <DetailsRow name=key::CONNECT_PROJECT>{code(project)}</DetailsRow>
                        <DetailsRow name=key::CONNECT_SERVICE>{span(service)}</DetailsRow>
                        <DetailsRow name=key::CONNECT_ENDPOINT>{code(endpoint)}</DetailsRow>
                    </dl>
                    <div class="buttons">
                        <Button label=key::CONNECT_CHANGE on_press=change />
                        <Button label=key::CONNECT_DISCONNECT on_press=disconnect />
                    </div>
                </div>
            </ShowIf>
        </div>
    }
}
