//! The page as a whole: the header, the tabs, and the warning before leaving.

use crate::accept::Accept;
use crate::connect::{ConnectDialog, ConnectionMenu, SignIn};
use crate::create::{Create, HandoverDialog};
use crate::i18n::{Language, key, t};
use crate::pending::{CancelDialog, PendingTransfers};
use crate::state::{AppState, Run};
use crate::ui::{ShowIf, Tab, aria_true, dynamic, effect, fragment, on_tab_key};
use crate::volumes::Volumes;
use leptos::ev;
use leptos::prelude::*;

const LANGUAGE_KEY: &str = "volume-transfer.language";
const SCHEME_KEY: &str = "volume-transfer.scheme";

/// The tabs, by the part of the address after `#/`. The first one is the default.
const TABS: [&str; 3] = ["volumes", "pending", "accept"];

/// From this width on, the list and the panel fit beside each other. The style sheet has the same limit.
const WIDE: &str = "(min-width: 68.75rem)";

/// The page.
#[component]
pub fn App() -> impl IntoView {
    let language = RwSignal::new(preferred_language());
    let state = AppState::new();
    provide_context(language);
    provide_context(state);

    effect(move || {
        let language = language.get();
        document().set_title(&language.format(key::APP_TITLE, &[]));
        set_root_attribute("lang", language.tag());
    });
    let connected = move || state.session.with(Option::is_some);
    effect(move || {
        set_root_attribute("data-connected", if connected() { "true" } else { "false" })
    });

    // Warns before leaving while a key is displayed or about to be, because it can't be retrieved.
    let guard = window_event_listener(ev::beforeunload, move |event| {
        if state.run.with_untracked(|run| run.as_ref().is_some_and(Run::would_lose_keys)) {
            event.prevent_default();
        }
    });
    on_cleanup(move || guard.remove());

    // While the panel covers the page, nothing behind it can be reached.
    let wide = media(WIDE);
    let covered = Signal::derive(move || state.panel_open.get() && !wide.get());

    view! {
        <a class="skip" href="#main" prop:textContent=t(key::APP_SKIP) />
        <header>
            <h1 prop:textContent=t(key::APP_TITLE) />
            <div class="settings" inert=aria_true(covered)>
                <ShowIf condition=connected><ConnectionMenu /></ShowIf>
                <label>
                    <span prop:textContent=t(key::APP_LANGUAGE) />
                    <select on:change:target=move |event| {
                        if let Some(chosen) = Language::from_tag(&event.target().value()) {
                            store(LANGUAGE_KEY, chosen.tag());
                            language.set(chosen);
                        }
                    }>
                        {Language::all().map(|l| view! {
                            <option value=l.tag() lang=l.tag() prop:selected=Signal::derive(move || language.get() == l)
                                prop:textContent=l.format(key::APP_LANGUAGE_NAME, &[]) />
                        }).collect::<Vec<_>>()}
                    </select>
                </label>
                <SchemeSwitch />
            </div>
        </header>
        <main id="main" tabindex="-1">
            <ShowIf condition=move || !connected()><SignIn /></ShowIf>
            <ShowIf condition=connected><Tasks covered /></ShowIf>
        </main>
        <ShowIf condition=move || state.connection_form_open.get() && connected()><ConnectDialog /></ShowIf>
        {dynamic(move || state.run.get().map(|run| view! { <HandoverDialog run /> }.into_any()))}
        {dynamic(move || state.pending.cancelling.get().map(|(session, transfers)| view! {
            <CancelDialog session transfers />
        }.into_any()))}
    }
}

/// The tasks of a connected person, each in a tab. All of them stay in the document, so that switching
/// keeps what was typed.
#[component]
fn Tasks(covered: Signal<bool>) -> impl IntoView {
    let state = AppState::get();
    let language = use_context::<RwSignal<Language>>().unwrap_or_default();
    let current = RwSignal::new(fragment(&TABS).unwrap_or(TABS[0]));
    let listener = window_event_listener(ev::hashchange, move |_| {
        // Other fragments, such as the skip link's, are not tabs.
        if let Some(tab) = fragment(&TABS) {
            current.set(tab);
        }
    });
    on_cleanup(move || listener.remove());
    let pending = Signal::derive(move || {
        let count = state.pending.list.with(|list| list.transfers.len());
        let title = language.get().format(key::TRANSFERS_TITLE, &[]);
        if count == 0 { title } else { format!("{title} ({count})") }
    });
    let hidden = move |tab: &'static str| Signal::derive(move || current.get() != tab);
    view! {
        <div role="tablist" inert=aria_true(covered) on:keydown=move |event| on_tab_key(&event)>
            <Tab fragment=TABS[0] label=t(key::VOLUMES_TITLE) current />
            <Tab fragment=TABS[1] label=pending current />
            <Tab fragment=TABS[2] label=t(key::ACCEPT_TITLE) current />
        </div>
        <div role="tabpanel" id="panel-volumes" aria-labelledby="tab-volumes" class="split" hidden=hidden(TABS[0])>
            <Volumes covered />
            <Create covered />
        </div>
        <div role="tabpanel" id="panel-pending" aria-labelledby="tab-pending" hidden=hidden(TABS[1])>
            <PendingTransfers />
        </div>
        <div role="tabpanel" id="panel-accept" aria-labelledby="tab-accept" hidden=hidden(TABS[2])>
            <Accept shown=Signal::derive(move || current.get() == TABS[2]) />
        </div>
    }
}

/// Follows a media query.
fn media(query: &str) -> RwSignal<bool> {
    let list = window().match_media(query).ok().flatten();
    let matches = RwSignal::new(list.as_ref().is_some_and(web_sys::MediaQueryList::matches));
    if let Some(list) = list {
        let query = list.clone();
        // Resizing is rare, and zooming is resizing.
        let listener = window_event_listener(ev::resize, move |_| matches.set(query.matches()));
        on_cleanup(move || listener.remove());
    }
    matches
}

#[component]
fn SchemeSwitch() -> impl IntoView {
    let scheme = RwSignal::new(load(SCHEME_KEY).unwrap_or_else(|| "auto".to_owned()));
    effect(move || scheme.with(|scheme| set_root_attribute("data-scheme", scheme)));
    let schemes = [
        ("auto", key::APP_SCHEME_AUTO),
        ("light", key::APP_SCHEME_LIGHT),
        ("dark", key::APP_SCHEME_DARK),
    ];
    view! {
        <label>
            <span prop:textContent=t(key::APP_SCHEME) />
            <select on:change:target=move |event| {
                let chosen = event.target().value();
                store(SCHEME_KEY, &chosen);
                scheme.set(chosen);
            }>
                {schemes.map(|(value, name)| view! {
                    <option value=value prop:selected=Signal::derive(move || scheme.with(|s| s == value)) prop:textContent=t(name) />
                })}
            </select>
        </label>
    }
}

fn set_root_attribute(attribute: &str, value: &str) {
    if let Some(root) = document().document_element() {
        // Can't fail for a valid attribute name.
        let _ = root.set_attribute(attribute, value);
    }
}

fn preferred_language() -> Language {
    let browser = || {
        window()
            .navigator()
            .languages()
            .iter()
            .find_map(|tag| Language::from_tag(&tag.as_string()?))
    };
    load(LANGUAGE_KEY).and_then(|tag| Language::from_tag(&tag)).or_else(browser).unwrap_or_default()
}

#[expect(
    clippy::disallowed_methods,
    reason = "stores display settings, nothing about a connection or transfer"
)]
fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok()?
}

fn load(name: &str) -> Option<String> {
    storage()?.get_item(name).ok()?
}

fn store(name: &str, value: &str) {
    if let Some(storage) = storage() {
        // Ignored on failure: the setting then applies to this visit only.
        let _ = storage.set_item(name, value);
    }
}
