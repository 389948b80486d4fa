//! The form for one volume, for other pages to embed: the volume's requirements, the name, the request,
//! and the handover of the key. Everything that it shows is also part of the page.

use crate::client::{Authorization, Endpoint, Session, SessionData};
use crate::create::{Create, HandoverDialog};
use crate::errors::ReadFailure;
use crate::i18n::{Language, key, name_or_none, t};
use crate::pending::CancelDialog;
use crate::reactive::memo;
use crate::state::{AppState, ListProblem, RowState, Run};
use crate::ui::{
    Button, DetailsRow, ErrorMessage, Progress, ShowIf, bdi, code, dynamic, effect, focus, p,
    set_current,
};
use js_sys::{Function, Object, Reflect};
use leptos::ev;
use leptos::mount::mount_to;
use leptos::prelude::*;
use leptos::task::spawn_local;
use send_wrapper::SendWrapper;
use std::cell::OnceCell;
use std::rc::Rc;
use std::sync::Arc;
use volume_transfer::api::{TransferLookup, VolumeList};
use volume_transfer::{ProjectId, ReadError, Response, Service, Transfer, VolumeId, VolumeStatus};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{HtmlElement, ShadowRoot};

/// What the embedding page says about the volume and how to reach its service.
pub struct Settings {
    /// The language's tag, and the lines of its file.
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
    /// Sends a `Request`, with a token that it adds.
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
    /// Returns the name of the setting that is invalid.
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
        for event in ["focusin", "pointerdown"] {
            let root_in_use = root.clone();
            let listener = Closure::<dyn Fn()>::new(move || set_current(&root_in_use));
            // Can't fail for a function. The listener lives as long as the element.
            let _ = root
                .add_event_listener_with_callback(event, listener.into_js_value().unchecked_ref());
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

    /// Shows all text in another language, given the language's tag and the lines of its file.
    pub fn set_language(&self, tag: &str, texts: &str) {
        if let Some(language) = Language::new(tag, texts) {
            self.language.set(language);
        }
    }

    /// Loads the volume again.
    pub fn refresh(&self) {
        self.state.reload();
    }

    /// Returns whether removing the form now would lose a key.
    pub fn would_lose_keys(&self) -> bool {
        self.state.run.with_untracked(|run| run.as_ref().is_some_and(Run::would_lose_keys))
    }
}

/// Reads a volume's record as a list of one. Returns an empty list for an empty string.
fn read_record(record: &str) -> Option<VolumeList> {
    let mut list = VolumeList::default();
    if !record.is_empty() {
        let body = format!("{{\"volumes\":[{record}]}}");
        list.add_page(Ok(Response::new(200, body.into_bytes()))).ok()?;
        list.volumes.first()?;
    }
    Some(list)
}

/// Starts a session with the volume's record, or else loads the volume.
fn start(state: AppState, session: Session, list: VolumeList) {
    let load = list.volumes.is_empty();
    state.start_session(session, list, None);
    if load {
        state.refresh_volumes();
    }
    // Selects the volume whenever it is loaded. The page deselects it once its transfer is created.
    effect(move || {
        let volumes: Vec<_> = state.volumes.with(|volumes| volumes.iter().map(|v| v.id).collect());
        untrack(|| state.select(&volumes, true));
    });
}

#[component]
fn Form(on_event: SendWrapper<Function>) -> impl IntoView {
    let state = AppState::get();
    report(state, on_event);
    let guard = window_event_listener(ev::beforeunload, move |event| {
        if state.run.with_untracked(|run| run.as_ref().is_some_and(Run::would_lose_keys)) {
            event.prevent_default();
        }
    });
    on_cleanup(move || guard.remove());

    let problem = dynamic(move || {
        match state.list_problem.get()? {
        ListProblem::RefreshFailed(error) | ListProblem::Incomplete(error) => Some(
            view! {
                <ErrorMessage title=key::CONNECT_SERVICE_FAILED><ReadFailure error=error.clone() /></ErrorMessage>
                <Refresh />
            }
            .into_any(),
        ),
        ListProblem::Stopped => None,
    }
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
        {dynamic(move || state.run.get().map(|run| view! { <HandoverDialog run /> }.into_any()))}
        {dynamic(move || state.pending.cancelling.get().map(|(session, transfers)| view! {
            <CancelDialog session transfers />
        }.into_any()))}
    }
}

/// The volume's pending transfer, which can be cancelled until it is accepted.
#[component]
fn PendingTransfer(volume: VolumeId) -> impl IntoView {
    let state = AppState::get();
    let busy = RwSignal::new(true);
    let result = RwSignal::new(None::<Result<TransferLookup, ReadError>>);
    if let Some(session) = state.session.get_untracked() {
        spawn_local(async move {
            let list = session.transfers().await;
            // The view may be gone.
            busy.try_set(false);
            result.try_set(Some(match list {
                Ok(list) => Ok(list.lookup(&volume)),
                Err((_, error)) => Err(error),
            }));
        });
    }
    let view = dynamic(move || {
        Some(match result.get()? {
            Ok(TransferLookup::Found(transfer)) => found(state, transfer),
            Ok(TransferLookup::NotFound | TransferLookup::Inconclusive) => {
                view! { {p(key::TRANSFERS_NONE)} <Refresh /> }.into_any()
            }
            Err(error) => view! {
                <ErrorMessage title=key::TRANSFERS_OLD><ReadFailure error /></ErrorMessage>
                <Refresh />
            }
            .into_any(),
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
    let cancel = move || {
        if let Some(session) = state.session.get_untracked() {
            state.pending.cancelling.set(Some((session, vec![transfer.clone()])));
        }
    };
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

/// What the embedding page is told. Contains no key.
#[derive(Clone, PartialEq)]
enum Event {
    Created(Vec<(&'static str, String)>),
    Failed(Vec<(&'static str, String)>),
    Closed(Vec<(&'static str, String)>),
}

/// Tells the embedding page what becomes of the request.
fn report(state: AppState, on_event: SendWrapper<Function>) {
    let event = memo(move || state.run.with(|run| event(run.as_ref()?)));
    effect(move || {
        let (name, details) = match event.get() {
            Some(Event::Created(details)) => ("transfer-created", details),
            Some(Event::Failed(details)) => ("transfer-failed", details),
            Some(Event::Closed(details)) => ("handover-closed", details),
            None => return,
        };
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
            let details = vec![("transferId", record.id.as_str().to_owned()), volume];
            Some(if run.closed.get() { Event::Closed(details) } else { Event::Created(details) })
        }
        RowState::Rejected(fault) => {
            Some(Event::Failed(failure("rejected", volume, Some(fault.clone()))))
        }
        RowState::Unknown(cause, _) => {
            Some(Event::Failed(failure("unknown", volume, cause.fault())))
        }
    })
}

fn failure(
    outcome: &str,
    volume: (&'static str, String),
    fault: Option<volume_transfer::Fault>,
) -> Vec<(&'static str, String)> {
    let mut details = vec![("outcome", outcome.to_owned()), volume];
    if let Some(fault) = fault {
        details.push(("status", fault.status.to_string()));
        let texts =
            [("code", fault.code), ("message", fault.message), ("requestId", fault.request_id)];
        details.extend(texts.into_iter().filter_map(|(name, text)| Some((name, text?))));
    }
    details
}
