//! The page as a whole: the header and the tabs.

use crate::accept::Accept;
use crate::connect::{ConnectDialog, ConnectionMenu, ExpiryWarning, take_over_form};
use crate::create::Create;
use crate::i18n::{Key, Language, key, t};
use crate::overlays::Overlays;
use crate::pending::PendingTransfers;
use crate::reactive::derive;
use crate::state::AppState;
use crate::ui::{
    ShowIf, Tab, aria_true, by_id, effect, fragment, ignore_displaced_clicks, listen, mount_into,
    on_tab_key, set_attribute,
};
use crate::volumes::Volumes;
use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, HtmlSelectElement};

/// The storage key for the chosen language. `start.js` reads it too.
const LANGUAGE_KEY: &str = "volume-transfer.language";

/// The names of the tabs, which follow `#/` in the address. The first one is the default.
const TABS: [&str; 3] = ["volumes", "pending", "accept"];

/// The minimum width at which the list and the panel fit side by side, as in the style sheet.
const WIDE: &str = "(min-width: 68.75rem)";

/// The parts of the page that `index.html` doesn't contain. Mounted into its main element.
#[component]
pub fn App(language: Language) -> impl IntoView {
    let language = RwSignal::new(language);
    let state = AppState::new();
    provide_context(language);
    provide_context(state);

    effect(move || translate(language.get()));
    let connected = move || state.session.with(Option::is_some);
    effect(move || {
        set_root_attribute("data-connected", if connected() { "true" } else { "false" })
    });

    // While the panel covers the page, nothing behind it can be reached.
    let wide = media(WIDE);
    let covered = derive(move || state.panel_open.get() && !wide.get());
    effect(move || set_attribute("settings", "inert", covered.get().then_some("")));

    ignore_displaced_clicks(&window());
    let form = take_over_form();
    mount_into("connection-menu", move || {
        view! { <ShowIf condition=connected><ConnectionMenu form /></ShowIf> }.into_any()
    });
    mount_into("expiry", || view! { <ExpiryWarning /> }.into_any());
    listen("language", "change", move || change_language(language));
    // The user may have chosen another language while the first one was loading.
    change_language(language);

    view! {
        <ShowIf condition=connected><Tasks covered /></ShowIf>
        <ShowIf condition=derive(move || state.connection_form_open.get() && connected())><ConnectDialog form /></ShowIf>
        <Overlays />
    }
}

/// Loads the language selected in the menu. Until it has loaded, the page keeps the current one.
fn change_language(language: RwSignal<Language>) {
    let Some(menu) = by_id::<HtmlSelectElement>("language") else { return };
    let current = language.get_untracked();
    let tag = menu.value();
    if tag == current.tag() {
        return;
    }
    spawn_local(async move {
        let loaded = Language::load(&tag).await;
        let error = match loaded {
            // The menu may show yet another language by now.
            Some(loaded) if menu.value() == tag => {
                store_language(&tag);
                language.set(loaded);
                String::new()
            }
            Some(_) => return,
            None => {
                menu.set_value(current.tag());
                current.format(key::APP_LANGUAGE_FAILED, &[])
            }
        };
        if let Some(message) = by_id::<HtmlElement>("language-error") {
            message.set_text_content(Some(&error));
        }
    });
}

/// Translates the elements that `index.html` contains.
fn translate(language: Language) {
    set_root_attribute("lang", language.tag());
    let Ok(elements) = document().query_selector_all("[data-t]") else { return };
    for index in 0..elements.length() {
        let element = elements.item(index).and_then(|node| node.dyn_into::<Element>().ok());
        let Some(element) = element else { continue };
        let Some(name) = element.get_attribute("data-t") else { continue };
        // The template that `start.js` copies has no label, so it keeps its placeholder.
        let label = element.get_attribute("data-label").unwrap_or_else(|| "{label}".to_owned());
        let text = Key::from_name(&name).map(|key| language.format(key, &[("label", &label)]));
        element.set_text_content(text.as_deref());
    }
}

/// The tasks of a connected user, each in a tab. All of them stay in the document, so that
/// switching tabs keeps what was typed.
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
    let pending = derive(move || {
        let count = state.pending.list.with(|list| list.transfers.len());
        let title = language.get().format(key::TRANSFERS_TITLE, &[]);
        if count == 0 { title } else { format!("{title} ({count})") }
    });
    let hidden = move |tab: &'static str| derive(move || current.get() != tab);
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
            <Accept shown=derive(move || current.get() == TABS[2]) />
        </div>
    }
}

/// Tracks whether a media query matches.
fn media(query: &str) -> RwSignal<bool> {
    let list = window().match_media(query).ok().flatten();
    let matches = RwSignal::new(list.as_ref().is_some_and(web_sys::MediaQueryList::matches));
    if let Some(list) = list {
        let query = list.clone();
        // The event also fires when the user zooms, and when a phone shows its keyboard. The signal is
        // set only if the result has changed, because setting it moves the focus.
        let listener = window_event_listener(ev::resize, move |_| {
            if matches.get_untracked() != query.matches() {
                matches.set(query.matches());
            }
        });
        on_cleanup(move || listener.remove());
    }
    matches
}

fn set_root_attribute(attribute: &str, value: &str) {
    if let Some(root) = document().document_element() {
        // Can't fail for a valid attribute name.
        let _ = root.set_attribute(attribute, value);
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "stores a display setting, nothing about a connection or transfer"
)]
fn store_language(tag: &str) {
    if let Ok(Some(storage)) = window().local_storage() {
        // If this fails, the language applies to this visit only.
        let _ = storage.set_item(LANGUAGE_KEY, tag);
    }
}
