//! Part 1: who works with which project of which service.

use crate::client::{self, DemoProject, Endpoint, Session, SessionData, Token, TokenError};
use crate::field::{TextField, focus};
use crate::progress::{Progress, Reading};
use crate::state::Console;
use crate::text::{Key, ReadFailure, key, language, t};
use leptos::ev::SubmitEvent;
use leptos::html::{Input, Select};
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use volume_transfer::{IdError, ProjectId, ReadError, Service};

const KEPT: &str = "volume-transfer.connection";

/// What a person asked to be kept for this tab, as they typed it.
#[derive(Clone, Default, Serialize, Deserialize)]
struct Entries {
    endpoint: String,
    project: String,
    token: String,
    service: String,
}

#[component]
pub(crate) fn Connect() -> impl IntoView {
    let console = Console::get();
    let language = language();
    let editing = console.connecting;
    let summary = move || {
        let language = language.get();
        console.session.with(|session| {
            session.as_ref().map(|session| {
                let service = language.say_code("service", session.service.code(), &[]);
                let values = [("project", session.project.as_str()), ("service", &service)];
                language.say(key::CONNECT_DONE, &values)
            })
        })
    };
    view! {
        <section aria-labelledby="connection">
            <h2 id="connection">{t(key::CONNECT_TITLE)}</h2>
            <p role="status">{summary}</p>
            <Show
                when=move || editing.get()
                fallback=move || view! {
                    <button type="button" on:click=move |_| {
                        editing.set(true);
                        request_animation_frame(|| focus("endpoint"));
                    }>
                        {t(key::CONNECT_CHANGE)}
                    </button>
                }
            >
                <ConnectForm editing />
            </Show>
        </section>
    }
}

#[component]
fn ConnectForm(
    /// Whether the form is open; it closes itself when the connection stands.
    editing: RwSignal<bool>,
) -> impl IntoView {
    let console = Console::get();
    let language = language();
    let current = || console.session.with_untracked(|session| session.as_deref().map(Entries::of));
    let entries = RwSignal::new(kept().or_else(current).unwrap_or_default());
    let demo = RwSignal::new(Vec::<DemoProject>::new());
    let reading = Reading::default();
    let busy = reading.busy;
    let failure = RwSignal::new(None::<ReadError>);
    let wrong = RwSignal::new(Wrong::default());
    let endpoint = NodeRef::<Input>::new();
    let project = NodeRef::<Input>::new();
    let token = NodeRef::<Input>::new();
    let keep = NodeRef::<Input>::new();
    let service = NodeRef::<Select>::new();

    spawn_local(async move { demo.set(client::demo_projects().await) });

    let open = move |session: SessionData, typed: Entries| {
        if busy.get_untracked() {
            return;
        }
        let session: Session = Arc::new(session);
        failure.set(None);
        let list = reading.volumes(Arc::clone(&session));
        spawn_local(async move {
            match list.await {
                Some(Ok(list)) => {
                    keep_for_this_tab(&typed, keep.get_untracked().is_some_and(|k| k.checked()));
                    console.open(session, list);
                    editing.set(false);
                    request_animation_frame(|| focus("volumes"));
                }
                Some(Err(error)) => failure.set(Some(error)),
                None => {}
            }
        });
    };

    let chosen_service =
        move || service.get_untracked().map(|select| select.value()).unwrap_or_default();
    let attempt = move |typed: Entries| {
        let read = typed.read();
        wrong.set(Wrong::of(&read));
        let fields = [
            (read.0.is_none(), "endpoint"),
            (read.1.is_err(), "project"),
            (read.2.is_err(), "token"),
        ];
        if let Some((_, first)) = fields.into_iter().find(|(wrong, _)| *wrong) {
            focus(first);
        }
        if let (Some(endpoint), Ok(project), Ok(token)) = read {
            let service = Service::from_code(&typed.service).unwrap_or_default();
            open(SessionData { endpoint, project, token, service }, typed);
        }
    };
    let submit = move || {
        let text =
            |node: NodeRef<Input>| node.get_untracked().map(|i| i.value()).unwrap_or_default();
        attempt(Entries {
            endpoint: text(endpoint),
            project: text(project),
            token: text(token),
            service: chosen_service(),
        });
    };

    let field_error = move |pick: fn(&Wrong) -> Option<Key>| {
        Signal::derive(move || wrong.with(pick).map(|key| language.get().say(key, &[])))
    };
    let start = move |pick: fn(&Entries) -> &String| {
        Signal::derive(move || entries.with(|e| pick(e).clone()))
    };

    view! {
        <form novalidate on:submit=move |event: SubmitEvent| {
            event.prevent_default();
            submit();
        }>
            <Show when=move || demo.with(|demo| !demo.is_empty())>
                <div class="demo">
                    <p>{t(key::CONNECT_DEMO_HINT)}</p>
                    {move || demo.get().into_iter().map(|project| {
                        let label = project.label.clone();
                        view! {
                            <button type="button" on:click=move |_| {
                                let demo = Entries {
                                    endpoint: origin(),
                                    project: project.project_id.clone(),
                                    token: project.token.clone(),
                                    service: chosen_service(),
                                };
                                entries.set(demo.clone());
                                attempt(demo);
                            }>
                                {move || language.get().say(key::CONNECT_DEMO, &[("label", &label)])}
                            </button>
                        }
                    }).collect_view()}
                </div>
            </Show>
            <div class="fields">
                <TextField id="endpoint" label=key::CONNECT_ENDPOINT kind="url" node=endpoint
                    value=Signal::derive(move || entries.with(|e| {
                        if e.endpoint.is_empty() { origin() } else { e.endpoint.clone() }
                    }))
                    error=field_error(|w| w.endpoint)>
                    <p>{t(key::CONNECT_ENDPOINT_HINT)}</p>
                </TextField>
                <div class="field">
                    <label for="service">{t(key::CONNECT_SERVICE)}</label>
                    <select id="service" node_ref=service>
                        {Service::ALL.map(|s| view! {
                            <option value=s.code() selected=move || entries.with(|e| e.service == s.code())>
                                {move || language.get().say_code("service", s.code(), &[])}
                            </option>
                        })}
                    </select>
                </div>
                <TextField id="project" label=key::CONNECT_PROJECT node=project
                    value=start(|e| &e.project) error=field_error(|w| w.project)>
                    ""
                </TextField>
                <TextField id="token" label=key::CONNECT_TOKEN kind="password" node=token
                    value=start(|e| &e.token) error=field_error(|w| w.token)>
                    <p>{t(key::CONNECT_TOKEN_HINT)}</p>
                </TextField>
            </div>
            <label class="check">
                <input type="checkbox" node_ref=keep prop:checked=kept().is_some() />
                {t(key::CONNECT_KEEP)}
            </label>
            <button type="submit" class="primary" aria-disabled=move || busy.get().then_some("true")>
                {t(key::CONNECT_SUBMIT)}
            </button>
            <Progress busy label=key::CONNECT_BUSY reading />
            <div role="alert">
                {move || failure.get().map(|error| view! {
                    <div class="message bad"><ReadFailure error /></div>
                })}
            </div>
        </form>
    }
}

type Read = (Option<Endpoint>, Result<ProjectId, IdError>, Result<Token, TokenError>);

impl Entries {
    /// What leads to a session again, but for its token.
    fn of(session: &SessionData) -> Entries {
        Entries {
            endpoint: session.endpoint.as_str().to_owned(),
            project: session.project.as_str().to_owned(),
            token: String::new(),
            service: session.service.code().to_owned(),
        }
    }

    fn read(&self) -> Read {
        (
            Endpoint::parse(&self.endpoint),
            ProjectId::parse(&self.project),
            Token::parse(&self.token),
        )
    }
}

/// What is wrong with each field.
#[derive(Clone, Copy, Default)]
struct Wrong {
    endpoint: Option<Key>,
    project: Option<Key>,
    token: Option<Key>,
}

impl Wrong {
    fn of((endpoint, project, token): &Read) -> Wrong {
        Wrong {
            endpoint: endpoint.is_none().then_some(key::CONNECT_ENDPOINT_MALFORMED),
            project: project.as_ref().err().map(|error| match error {
                IdError::Empty => key::PROJECTID_EMPTY,
                IdError::Malformed => key::PROJECTID_MALFORMED,
            }),
            token: token.as_ref().err().map(|error| match error {
                TokenError::Empty => key::CONNECT_TOKEN_EMPTY,
                TokenError::Malformed => key::CONNECT_TOKEN_MALFORMED,
            }),
        }
    }
}

fn origin() -> String {
    window().location().origin().unwrap_or_default()
}

/// Session storage is this tab's alone, and gone with it.
fn storage() -> Option<web_sys::Storage> {
    window().session_storage().ok()?
}

fn kept() -> Option<Entries> {
    serde_json::from_str(&storage()?.get_item(KEPT).ok()??).ok()
}

fn keep_for_this_tab(entries: &Entries, keep: bool) {
    let Some(storage) = storage() else { return };
    // A browser that refuses to keep it asks for it again: nothing is lost.
    let _ = match serde_json::to_string(entries) {
        Ok(text) if keep => storage.set_item(KEPT, &text),
        Ok(_) | Err(_) => storage.remove_item(KEPT),
    };
}
