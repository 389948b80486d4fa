//! The connection: service, project and token.

mod details;

use crate::client::{self, DemoProject, Session, SessionData, TokenError};
use crate::errors::ReadFailure;
use crate::i18n::{Key, Language, error_text, key, language, t};
use crate::state::{AppState, VolumeLoader};
use crate::ui::{
    Button, DetailsRow, Dialog, Progress, ShowIf, Submit, TextField, aria_bool, dynamic, focus,
    focus_next_frame,
};
use details::ConnectionDetails;
use leptos::ev::{FocusEvent, KeyboardEvent, SubmitEvent};
use leptos::html::{Div, Input, Select};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::sync::Arc;
use volume_transfer::{IdError, ReadError, Service};
use wasm_bindgen::JsCast;

/// The form as the whole page's content, until a connection is made.
#[component]
pub(crate) fn SignIn() -> impl IntoView {
    view! {
        <section class="sign-in" aria-labelledby="sign-in">
            <h2 id="sign-in" tabindex="-1" prop:textContent=t(key::CONNECT_TITLE) />
            <ConnectForm />
        </section>
    }
}

/// The form over the page, to change the connection or to enter a new token.
#[component]
pub(crate) fn ConnectDialog() -> impl IntoView {
    let state = AppState::get();
    let close = move || state.connection_form_open.set(false);
    view! {
        <Dialog id="sign-in" title=t(key::CONNECT_TITLE) on_close=close>
            <ConnectForm />
            <Button label=key::CONNECT_KEEP_CURRENT on_press=close />
        </Dialog>
    }
}

/// The button that says what the page is connected to, and its menu.
#[component]
pub(crate) fn ConnectionMenu() -> impl IntoView {
    let state = AppState::get();
    let language = language();
    let open = RwSignal::new(false);
    let menu = NodeRef::<Div>::new();
    let text = move |field: fn(&SessionData, Language) -> String| {
        Signal::derive(move || {
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
        state.end_session();
        focus_next_frame("sign-in");
    };
    // Closes the menu when the person turns to something else.
    let on_leave = move |event: FocusEvent| {
        let inside =
            event.related_target().and_then(|target| target.dyn_into::<web_sys::Node>().ok());
        let contains = menu.get_untracked().is_some_and(|menu| menu.contains(inside.as_ref()));
        if !contains {
            open.set(false);
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
                <span id="connection-value"><span prop:textContent=service /> " · " <bdi prop:textContent=project /></span>
            </button>
            <ShowIf condition=open>
                <div class="menu" tabindex="-1">
                    <dl class="record">
                        <DetailsRow name=key::CONNECT_PROJECT><code prop:textContent=project /></DetailsRow>
                        <DetailsRow name=key::CONNECT_SERVICE><span prop:textContent=service /></DetailsRow>
                        <DetailsRow name=key::CONNECT_ENDPOINT><code prop:textContent=endpoint /></DetailsRow>
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

/// The form closes itself once it has connected.
#[component]
fn ConnectForm() -> impl IntoView {
    let state = AppState::get();
    let language = language();
    let current =
        || state.session.with_untracked(|session| session.as_deref().map(ConnectionDetails::of));
    let stored = ConnectionDetails::load();
    let keep_checked = stored.is_some();
    let details = RwSignal::new(stored.or_else(current).unwrap_or_default());
    let demo_projects = RwSignal::new(Vec::<DemoProject>::new());
    let loader = VolumeLoader::default();
    let busy = loader.busy;
    let failure = RwSignal::new(None::<ReadError>);
    let endpoint_error = RwSignal::new(None::<Key>);
    let project_error = RwSignal::new(None::<Key>);
    let token_error = RwSignal::new(None::<Key>);
    let endpoint = NodeRef::<Input>::new();
    let project = NodeRef::<Input>::new();
    let token = NodeRef::<Input>::new();
    let keep = NodeRef::<Input>::new();
    let service = NodeRef::<Select>::new();

    spawn_local(async move { demo_projects.set(client::demo_projects().await) });

    let connect = move |session: SessionData, typed: ConnectionDetails| {
        if busy.get_untracked() {
            return;
        }
        let session: Session = Arc::new(session);
        failure.set(None);
        let loading = loader.load(Arc::clone(&session));
        spawn_local(async move {
            match loading.await {
                Some(Ok((list, missing))) => {
                    typed.store(keep.get_untracked().is_some_and(|keep| keep.checked()));
                    state.start_session(session, list, missing);
                    state.connection_form_open.set(false);
                    focus_next_frame("volumes");
                }
                Some(Err(error)) => failure.set(Some(error)),
                None => {}
            }
        });
    };

    let chosen_service =
        move || service.get_untracked().map(|select| select.value()).unwrap_or_default();
    let parse_and_connect = move |typed: ConnectionDetails| {
        let parsed = typed.parse();
        endpoint_error.set(parsed.endpoint.is_none().then_some(key::CONNECT_ENDPOINT_MALFORMED));
        project_error.set(parsed.project.as_ref().err().map(|error| match error {
            IdError::Empty => key::PROJECTID_EMPTY,
            IdError::Malformed => key::PROJECTID_MALFORMED,
        }));
        token_error.set(parsed.token.as_ref().err().map(|error| match error {
            TokenError::Empty => key::CONNECT_TOKEN_EMPTY,
            TokenError::Malformed => key::CONNECT_TOKEN_MALFORMED,
        }));
        let invalid = [
            (parsed.endpoint.is_none(), "endpoint"),
            (parsed.project.is_err(), "project"),
            (parsed.token.is_err(), "token"),
        ];
        if let Some((_, first)) = invalid.into_iter().find(|(invalid, _)| *invalid) {
            focus(first);
        }
        if let (Some(endpoint), Ok(project), Ok(token)) =
            (parsed.endpoint, parsed.project, parsed.token)
        {
            let service = Service::from_code(&typed.service).unwrap_or_default();
            connect(SessionData { endpoint, project, token, service }, typed);
        }
    };
    let submit = move || {
        let value = |node: NodeRef<Input>| {
            node.get_untracked().map(|input| input.value()).unwrap_or_default()
        };
        parse_and_connect(ConnectionDetails {
            endpoint: value(endpoint),
            project: value(project),
            token: value(token),
            service: chosen_service(),
        });
    };

    let initial = move |field: fn(&ConnectionDetails) -> &String| {
        Signal::derive(move || details.with(|details| field(details).clone()))
    };

    let demo_button = move |project: DemoProject| {
        let label = project.label.clone();
        let label = move || language.get().format(key::CONNECT_DEMO, &[("label", &label)]);
        let on_press = move || {
            let demo = ConnectionDetails {
                endpoint: origin(),
                project: project.project_id.clone(),
                token: project.token.clone(),
                service: chosen_service(),
            };
            details.set(demo.clone());
            parse_and_connect(demo);
        };
        view! { <Button label on_press /> }.into_any()
    };

    view! {
        <form novalidate on:submit=move |event: SubmitEvent| {
            event.prevent_default();
            submit();
        }>
            <ShowIf condition=move || demo_projects.with(|projects| !projects.is_empty())>
                <div class="demo">
                    <p prop:textContent=t(key::CONNECT_DEMO_HINT) />
                    {dynamic(move || Some(demo_projects.get().into_iter().map(demo_button).collect_view().into_any()))}
                </div>
            </ShowIf>
            <div class="fields">
                <TextField id="endpoint" label=key::CONNECT_ENDPOINT input_type="url" node=endpoint
                    value=Signal::derive(move || details.with(|d| {
                        if d.endpoint.is_empty() { origin() } else { d.endpoint.clone() }
                    }))
                    error=error_text(endpoint_error)>
                    <p prop:textContent=t(key::CONNECT_ENDPOINT_HINT) />
                </TextField>
                <div class="field">
                    <label for="service" prop:textContent=t(key::CONNECT_SERVICE) />
                    <select id="service" node_ref=service>
                        {Service::ALL.map(|s| view! {
                            <option value=s.code() prop:selected=Signal::derive(move || details.with(|d| d.service == s.code()))
                                prop:textContent=Signal::derive(move || language.get().format_code("service", s.code(), &[])) />
                        })}
                    </select>
                </div>
                <TextField id="project" label=key::CONNECT_PROJECT node=project
                    value=initial(|d| &d.project) error=error_text(project_error)>
                    ""
                </TextField>
                <TextField id="token" label=key::CONNECT_TOKEN input_type="password" node=token
                    value=initial(|d| &d.token) error=error_text(token_error)>
                    <p prop:textContent=t(key::CONNECT_TOKEN_HINT) />
                </TextField>
            </div>
            <label class="check">
                <input type="checkbox" node_ref=keep prop:checked=keep_checked />
                <span prop:textContent=t(key::CONNECT_KEEP) />
            </label>
            <Submit id="connect-submit" label=key::CONNECT_SUBMIT disabled=busy />
            <Progress busy label=key::CONNECT_BUSY loaded=loader.loaded on_stop=move || loader.stop() />
            <div role="alert">
                {dynamic(move || failure.get().map(|error| view! {
                    <div class="message danger"><ReadFailure error /></div>
                }.into_any()))}
            </div>
        </form>
    }
}

/// Returns the address of the server that the page comes from.
fn origin() -> String {
    window().location().origin().unwrap_or_default()
}
