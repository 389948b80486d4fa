//! The form for one volume, for other pages to embed: the volume's requirements, the name, the request,
//! and the handover of the key. Everything that it shows is also part of the page.

use crate::client::{Authorization, Endpoint, Session, SessionData};
use crate::create::Create;
use crate::errors::ReadFailure;
use crate::i18n::{Key, Language, key, name_or_none, t};
use crate::overlays::Overlays;
use crate::reactive::{memo, spawn_while};
use crate::state::{AppState, ListProblem, RowState, Run};
use crate::ui::{
    Button, DetailsRow, ErrorMessage, Progress, ShowIf, bdi, code, dynamic, effect, focus,
    ignore_displaced_clicks, p, set_current,
};
use js_sys::{Function, Object, Reflect};
use leptos::mount::mount_to;
use leptos::prelude::*;
use send_wrapper::SendWrapper;
use std::cell::OnceCell;
use std::rc::Rc;
use std::sync::Arc;
use volume_transfer::api::{TransferLookup, VolumeList};
use volume_transfer::{
    Fault, ProjectId, ReadError, Response, Service, Transfer, VolumeId, VolumeStatus,
};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{HtmlElement, ShadowRoot};

/// The embedding page's settings: the language, the volume and its service, and how to send requests.
pub struct Settings {
    /// The language's tag, and the text of its message file, with one message per line.
    pub language: (String, String),
    /// The code of the service.
    pub service: String,
    /// The service's address.
    pub endpoint: String,
    /// The project's ID.
    pub project: String,
    /// The volume's ID.
    pub volume: String,
    /// The volume's record as JSON, or an empty string to load it.
    pub record: String,
    /// Adds a token to a `Request` and sends it.
    pub fetch: Function,
    /// Called with the name and the details of each event.
    pub on_event: Function,
}

/// A mounted form. Unmounted when dropped.
pub struct EmbeddedForm {
    state: AppState,
    language: RwSignal<Language>,
    _handle: Box<dyn std::any::Any>,
}

impl EmbeddedForm {
    /// Mounts the form into an element of a shadow tree.
    ///
    /// # Errors
    /// Returns the name of the first invalid setting.
    pub fn mount(
        root: &ShadowRoot,
        parent: HtmlElement,
        settings: Settings,
    ) -> Result<EmbeddedForm, &'static str> {
        let Settings { language: (tag, texts), on_event, record, .. } = &settings;
        let language = Language::new(tag, texts).ok_or("language")?;
        let session = SessionData {
            endpoint: Endpoint::parse(&settings.endpoint).ok_or("endpoint")?,
            project: ProjectId::parse(&settings.project).map_err(|_| "project-id")?,
            authorization: Authorization::Fetch(SendWrapper::new(settings.fetch.clone())),
            volume: Some(VolumeId::parse(&settings.volume).map_err(|_| "volume-id")?),
            service: Service::from_code(&settings.service).ok_or("service")?,
            account: Default::default(),
        };
        let list = read_record(record).ok_or("volume")?;

        set_current(root);
        ignore_displaced_clicks(&parent);
        for event in ["focusin", "pointerdown"] {
            let root = root.clone();
            let listener = Closure::<dyn Fn()>::new(move || set_current(&root)).into_js_value();
            // Adding a function as a listener can't fail. The element is discarded together with the form.
            let _ = parent.add_event_listener_with_callback(event, listener.unchecked_ref());
        }
        let parts = Rc::new(OnceCell::new());
        let on_event = SendWrapper::new(on_event.clone());
        let handle = mount_to(parent, {
            let parts = Rc::clone(&parts);
            move || {
                let state = AppState::new();
                let language = RwSignal::new(language);
                // Set only here.
                let _ = parts.set((state, language));
                provide_context(language);
                provide_context(state);
                start(state, Arc::new(session), list);
                view! { <Form on_event /> }
            }
        });
        let (state, language) = *parts.get().ok_or("mount")?;
        Ok(EmbeddedForm { state, language, _handle: Box::new(handle) })
    }

    /// Shows all text in another language, given the language's tag and the text of its message file.
    pub fn set_language(&self, tag: &str, texts: &str) {
        if let Some(language) = Language::new(tag, texts) {
            self.language.set(language);
        }
    }

    /// Reloads the volume, and clears a rejection, because its cause may be gone.
    pub fn refresh(&self) {
        self.state.drop_finished_run();
        self.state.reload();
    }

    /// Returns whether removing the form now would lose a key.
    pub fn would_lose_keys(&self) -> bool {
        self.state.would_lose_keys()
    }
}

/// Parses a volume's record into a list with one volume. Returns an empty list for an empty string.
fn read_record(record: &str) -> Option<VolumeList> {
    let mut list = VolumeList::default();
    if !record.is_empty() {
        let body = format!("{{\"volumes\":[{record}]}}");
        list.add_page(Ok(Response::new(200, body.into_bytes()))).ok()?;
        list.volumes.first()?;
    }
    Some(list)
}

/// Starts a session with the volume's record. If there is none, loads the volume.
fn start(state: AppState, session: Session, list: VolumeList) {
    let load = list.volumes.is_empty();
    state.start_session(session, list, None);
    if load {
        state.refresh_volumes();
    }
    // Selects the volume when it is loaded. It is deselected once its transfer is created, and selected
    // again when it is reloaded after that.
    effect(move || {
        let volumes: Vec<_> = state.volumes.with(|volumes| volumes.iter().map(|v| v.id).collect());
        untrack(|| state.select(&volumes, true));
    });
}

#[component]
fn Form(on_event: SendWrapper<Function>) -> impl IntoView {
    let state = AppState::get();
    report(state, on_event);
    let problem = dynamic(move || match state.list_problem.get()? {
        ListProblem::RefreshFailed(error) | ListProblem::Incomplete(error) => {
            Some(view! { <Unavailable title=key::CONNECT_SERVICE_FAILED error /> }.into_any())
        }
        ListProblem::Stopped => None,
    });
    let volume = memo(move || state.volumes.with(|volumes| volumes.first().cloned()));
    // The panel stays while it is showing the outcome of a request.
    let finished = move || {
        state.run.with(|run| run.as_ref().is_none_or(|run| run.closed.get() || run.is_over()))
    };
    let pending = memo(move || {
        let volume = volume.get().filter(|_| finished())?;
        (volume.status == VolumeStatus::AwaitingTransfer).then_some(volume.id)
    });
    let panel = memo(move || volume.with(Option::is_some) && pending.with(Option::is_none));
    view! {
        <Progress busy=state.loader.busy label=key::VOLUMES_BUSY />
        <div role="alert">{problem}</div>
        <ShowIf condition=panel><Create covered=Signal::stored(false) /></ShowIf>
        {dynamic(move || pending.get().map(|volume| view! { <PendingTransfer volume /> }.into_any()))}
        <Overlays />
    }
}

/// The volume's pending transfer, which can be cancelled until it is accepted.
#[component]
fn PendingTransfer(volume: VolumeId) -> impl IntoView {
    let state = AppState::get();
    let busy = RwSignal::new(true);
    let result = RwSignal::new(None::<Result<TransferLookup, ReadError>>);
    if let Some(session) = state.session.get_untracked() {
        spawn_while(result, async move {
            let list = session.transfers().await;
            busy.set(false);
            result.set(Some(match list {
                Ok(list) => Ok(list.lookup(&volume)),
                Err((_, error)) => Err(error),
            }));
            // Once this transfer is cancelled, an earlier rejection no longer matters.
            state.drop_finished_run();
        });
    }
    let view = dynamic(move || {
        Some(match result.get()? {
            Ok(TransferLookup::Found(transfer)) => found(state, transfer),
            Ok(TransferLookup::NotFound | TransferLookup::Inconclusive) => {
                view! { {p(key::TRANSFERS_NONE)} <Refresh /> }.into_any()
            }
            Err(error) => view! { <Unavailable title=key::TRANSFERS_OLD error /> }.into_any(),
        })
    });
    view! {
        <section aria-labelledby="create">
            <h2 id="create" tabindex="-1" prop:textContent=t(key::TRANSFERS_TITLE) />
            <p class="choice"><strong>{bdi(state.label(&volume))}</strong></p>
            <Progress busy label=key::UNKNOWN_LOOKING />
            {view}
        </section>
    }
}

fn found(state: AppState, transfer: Transfer) -> AnyView {
    let name = name_or_none(transfer.name.clone());
    let id = transfer.id.as_str().to_owned();
    let cancel = move || state.ask_to_cancel(vec![transfer.clone()]);
    view! {
        <dl class="record">
            <DetailsRow name=key::HANDOVER_ID>{code(id)}</DetailsRow>
            <DetailsRow name=key::CREATE_NAME>{bdi(name)}</DetailsRow>
        </dl>
        {p(key::TRANSFERS_HINT)}
        <Button label=key::CANCEL_CONFIRM on_press=cancel />
    }
    .into_any()
}

/// Explains why something couldn't be loaded, with a button to load it again.
#[component]
fn Unavailable(title: Key, error: ReadError) -> impl IntoView {
    view! {
        <ErrorMessage title><ReadFailure error /></ErrorMessage>
        <Refresh />
    }
}

/// A button that loads the volume again.
#[component]
fn Refresh() -> impl IntoView {
    let state = AppState::get();
    view! {
        <Button label=key::VOLUMES_REFRESH on_press=move || {
            state.reload();
            focus("create");
        } />
    }
}

/// The name and the details of an event. They contain no key.
type Event = (&'static str, Vec<(&'static str, String)>);

/// Reports the request's events to the embedding page.
fn report(state: AppState, on_event: SendWrapper<Function>) {
    let event = memo(move || state.run.with(|run| event(run.as_ref()?)));
    effect(move || {
        let Some((name, details)) = event.get() else { return };
        let object = Object::new();
        for (name, value) in details {
            // Can't fail for a plain object.
            let _ = Reflect::set(&object, &name.into(), &value.into());
        }
        // An error in the embedding page's listener is that page's own problem.
        let _ = on_event.call2(&JsValue::UNDEFINED, &name.into(), &object);
    });
}

fn event(run: &Run) -> Option<Event> {
    let row = run.rows.first()?;
    let volume = ("volumeId", row.volume.id.as_str().to_owned());
    row.state.with(|state| match state {
        RowState::Waiting | RowState::Creating => None,
        RowState::Created(record, _) => {
            let name = if run.closed.get() { "handover-closed" } else { "transfer-created" };
            Some((name, vec![("transferId", record.id.as_str().to_owned()), volume]))
        }
        RowState::Rejected(fault) => Some(failed("rejected", volume, Some(fault.clone()))),
        RowState::Unknown(cause, _) => Some(failed("unknown", volume, cause.fault())),
    })
}

fn failed(outcome: &str, volume: (&'static str, String), fault: Option<Fault>) -> Event {
    let mut details = vec![("outcome", outcome.to_owned()), volume];
    if let Some(fault) = fault {
        details.push(("status", fault.status.to_string()));
        let texts =
            [("code", fault.code), ("message", fault.message), ("requestId", fault.request_id)];
        details.extend(texts.into_iter().filter_map(|(name, text)| Some((name, text?))));
    }
    ("transfer-failed", details)
}
