//! The page as a whole: the header, the tasks in order, and the warning before leaving.

use crate::accept::Accept;
use crate::connect::Connect;
use crate::create::{Create, HandoverDialog};
use crate::i18n::{Language, key, t};
use crate::pending::{CancelDialog, PendingTransfers};
use crate::state::AppState;
use crate::ui::{ShowIf, dynamic, effect};
use crate::volumes::Volumes;
use leptos::ev;
use leptos::prelude::*;

const LANGUAGE_KEY: &str = "volume-transfer.language";
const SCHEME_KEY: &str = "volume-transfer.scheme";

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

    // Warns before leaving while a key is displayed or about to be, because it can't be retrieved.
    let guard = window_event_listener(ev::beforeunload, move |event| {
        if state.posting.get_untracked() || state.handover.with_untracked(Option::is_some) {
            event.prevent_default();
        }
    });
    on_cleanup(move || guard.remove());

    view! {
        <a class="skip" href="#main" prop:textContent=t(key::APP_SKIP) />
        <header>
            <div>
                <h1 prop:textContent=t(key::APP_TITLE) />
                <p prop:textContent=t(key::APP_TAGLINE) />
            </div>
            <div class="settings">
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
            <Connect />
            <ShowIf condition=move || state.session.with(Option::is_some)>
                <Volumes />
                <Create />
                <PendingTransfers />
                <Accept />
            </ShowIf>
        </main>
        <ShowIf condition=move || state.handover.with(Option::is_some)><HandoverDialog /></ShowIf>
        {dynamic(move || state.pending.cancelling.get().map(|(session, transfer)| view! {
            <CancelDialog session transfer />
        }.into_any()))}
    }
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
