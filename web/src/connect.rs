//! Part 1: who works with which project of which service.

use crate::client::{self, DemoProject, Endpoint, Session, SessionData, Token, TokenError};
use crate::field::{TextField, focus, focus_soon};
use crate::parts::{Button, Submit, When, dynamic};
use crate::progress::{Progress, Reading};
use crate::state::Console;
use crate::text::{Key, ReadFailure, key, language, said, t};
use leptos::ev::SubmitEvent;
use leptos::html::{Input, Select};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::sync::Arc;
use volume_transfer::{IdError, ProjectId, ReadError, Service};

const KEPT: &str = "volume-transfer.connection";

/// What a person asked to be kept for this tab, as they typed it.
#[derive(Clone, Default)]
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
    let summary = Signal::derive(move || {
        let language = language.get();
        console
            .session
            .with(|session| {
                session.as_ref().map(|session| {
                    let service = language.say_code("service", session.service.code(), &[]);
                    let values = [("project", session.project.as_str()), ("service", &service)];
                    language.say(key::CONNECT_DONE, &values)
                })
            })
            .unwrap_or_default()
    });
    let change = move || {
        editing.set(true);
        focus_soon("endpoint");
    };
    view! {
        <section aria-labelledby="connection">
            <h2 id="connection" prop:textContent=t(key::CONNECT_TITLE) />
            <p role="status" prop:textContent=summary />
            <When holds=editing><ConnectForm editing /></When>
            <When holds=move || !editing.get()><Button label=key::CONNECT_CHANGE press=change /></When>
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
    let wrong_endpoint = RwSignal::new(None::<Key>);
    let wrong_project = RwSignal::new(None::<Key>);
    let wrong_token = RwSignal::new(None::<Key>);
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
                Some(Ok((list, missing))) => {
                    keep_for_this_tab(&typed, keep.get_untracked().is_some_and(|k| k.checked()));
                    console.open(session, list, missing);
                    editing.set(false);
                    focus_soon("volumes");
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
        wrong_endpoint.set(read.0.is_none().then_some(key::CONNECT_ENDPOINT_MALFORMED));
        wrong_project.set(read.1.as_ref().err().map(|error| match error {
            IdError::Empty => key::PROJECTID_EMPTY,
            IdError::Malformed => key::PROJECTID_MALFORMED,
        }));
        wrong_token.set(read.2.as_ref().err().map(|error| match error {
            TokenError::Empty => key::CONNECT_TOKEN_EMPTY,
            TokenError::Malformed => key::CONNECT_TOKEN_MALFORMED,
        }));
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

    let start = move |pick: fn(&Entries) -> &String| {
        Signal::derive(move || entries.with(|e| pick(e).clone()))
    };

    let demo_button = move |project: DemoProject| {
        let label = project.label.clone();
        let label = move || language.get().say(key::CONNECT_DEMO, &[("label", &label)]);
        let press = move || {
            let demo = Entries {
                endpoint: origin(),
                project: project.project_id.clone(),
                token: project.token.clone(),
                service: chosen_service(),
            };
            entries.set(demo.clone());
            attempt(demo);
        };
        view! { <Button label press /> }.into_any()
    };

    view! {
        <form novalidate on:submit=move |event: SubmitEvent| {
            event.prevent_default();
            submit();
        }>
            <When holds=move || demo.with(|demo| !demo.is_empty())>
                <div class="demo">
                    <p prop:textContent=t(key::CONNECT_DEMO_HINT) />
                    {dynamic(move || Some(demo.get().into_iter().map(demo_button).collect_view().into_any()))}
                </div>
            </When>
            <div class="fields">
                <TextField id="endpoint" label=key::CONNECT_ENDPOINT kind="url" node=endpoint
                    value=Signal::derive(move || entries.with(|e| {
                        if e.endpoint.is_empty() { origin() } else { e.endpoint.clone() }
                    }))
                    error=said(wrong_endpoint)>
                    <p prop:textContent=t(key::CONNECT_ENDPOINT_HINT) />
                </TextField>
                <div class="field">
                    <label for="service" prop:textContent=t(key::CONNECT_SERVICE) />
                    <select id="service" node_ref=service>
                        {Service::ALL.map(|s| view! {
                            <option value=s.code() prop:selected=Signal::derive(move || entries.with(|e| e.service == s.code()))
                                prop:textContent=Signal::derive(move || language.get().say_code("service", s.code(), &[])) />
                        })}
                    </select>
                </div>
                <TextField id="project" label=key::CONNECT_PROJECT node=project
                    value=start(|e| &e.project) error=said(wrong_project)>
                    ""
                </TextField>
                <TextField id="token" label=key::CONNECT_TOKEN kind="password" node=token
                    value=start(|e| &e.token) error=said(wrong_token)>
                    <p prop:textContent=t(key::CONNECT_TOKEN_HINT) />
                </TextField>
            </div>
            <label class="check">
                <input type="checkbox" node_ref=keep prop:checked=kept().is_some() />
                <span prop:textContent=t(key::CONNECT_KEEP) />
            </label>
            <Submit id="connect-submit" label=key::CONNECT_SUBMIT disabled=busy />
            <Progress busy label=key::CONNECT_BUSY reading />
            <div role="alert">
                {dynamic(move || failure.get().map(|error| view! {
                    <div class="message bad"><ReadFailure error /></div>
                }.into_any()))}
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

fn origin() -> String {
    window().location().origin().unwrap_or_default()
}

/// Session storage is this tab's alone, and gone with it.
#[expect(clippy::disallowed_methods, reason = "for the connection, if a person asks for it")]
fn storage() -> Option<web_sys::Storage> {
    window().session_storage().ok()?
}

fn kept() -> Option<Entries> {
    let kept = storage()?.get_item(KEPT).ok()??;
    let mut lines = kept.split('\n').map(str::to_owned);
    Some(Entries {
        endpoint: lines.next()?,
        project: lines.next()?,
        token: lines.next()?,
        service: lines.next()?,
    })
}

fn keep_for_this_tab(entries: &Entries, keep: bool) {
    let Some(storage) = storage() else { return };
    let Entries { endpoint, project, token, service } = entries;
    // A field of one line holds no line break.
    let kept = [endpoint, project, token, service].map(String::as_str).join("\n");
    // A browser that refuses to keep it asks for it again: nothing is lost.
    let _ = match keep {
        true => storage.set_item(KEPT, &kept),
        false => storage.remove_item(KEPT),
    };
}
