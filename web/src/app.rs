//! The whole page: its header, its parts in the order of the work, and its guard against leaving.

use crate::accept::Accept;
use crate::connect::Connect;
use crate::create::Create;
use crate::handover::HandoverDialog;
use crate::parts::{When, dynamic, effect};
use crate::state::Console;
use crate::text::{Language, key, t};
use crate::transfers::{CancelDialog, Transfers};
use crate::volumes::Volumes;
use leptos::ev;
use leptos::prelude::*;

const LANGUAGE: &str = "volume-transfer.language";
const SCHEME: &str = "volume-transfer.scheme";

/// The page.
#[component]
pub fn App() -> impl IntoView {
    let language = RwSignal::new(preferred_language());
    let console = Console::new();
    provide_context(language);
    provide_context(console);

    effect(move || {
        let language = language.get();
        document().set_title(&language.say(key::APP_TITLE, &[]));
        set_on_root("lang", language.tag());
    });

    // A key that is on the screen, or on its way to it, is nowhere else.
    let guard = window_event_listener(ev::beforeunload, move |event| {
        if console.posting.get_untracked() || console.handover.with_untracked(Option::is_some) {
            event.prevent_default();
        }
    });
    // What happened while nobody looked is asked for when somebody does again.
    let returned = window_event_listener_untyped("visibilitychange", move |_| {
        if !document().hidden() {
            console.follow();
        }
    });
    on_cleanup(move || {
        guard.remove();
        returned.remove();
    });

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
                        if let Some(chosen) = Language::of_tag(&event.target().value()) {
                            remember(LANGUAGE, chosen.tag());
                            language.set(chosen);
                        }
                    }>
                        {Language::all().map(|l| view! {
                            <option value=l.tag() lang=l.tag() prop:selected=Signal::derive(move || language.get() == l)
                                prop:textContent=l.say(key::APP_LANGUAGE_NAME, &[]) />
                        }).collect::<Vec<_>>()}
                    </select>
                </label>
                <SchemeSwitch />
            </div>
        </header>
        <main id="main" tabindex="-1">
            <Connect />
            <When holds=move || console.session.with(Option::is_some)>
                <Volumes />
                <Create />
                <Transfers />
                <Accept />
            </When>
        </main>
        <When holds=move || console.handover.with(Option::is_some)><HandoverDialog /></When>
        {dynamic(move || console.pending.cancelling.get().map(|(session, transfer)| view! {
            <CancelDialog session transfer />
        }.into_any()))}
    }
}

#[component]
fn SchemeSwitch() -> impl IntoView {
    let scheme = RwSignal::new(remembered(SCHEME).unwrap_or_else(|| "auto".to_owned()));
    effect(move || scheme.with(|scheme| set_on_root("data-scheme", scheme)));
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
                remember(SCHEME, &chosen);
                scheme.set(chosen);
            }>
                {schemes.map(|(value, name)| view! {
                    <option value=value prop:selected=Signal::derive(move || scheme.with(|s| s == value)) prop:textContent=t(name) />
                })}
            </select>
        </label>
    }
}

fn set_on_root(attribute: &str, value: &str) {
    if let Some(root) = document().document_element() {
        // The names are ours and valid, which is all that can fail.
        let _ = root.set_attribute(attribute, value);
    }
}

fn preferred_language() -> Language {
    let browser = || {
        window().navigator().languages().iter().find_map(|tag| Language::of_tag(&tag.as_string()?))
    };
    remembered(LANGUAGE).and_then(|tag| Language::of_tag(&tag)).or_else(browser).unwrap_or_default()
}

#[expect(
    clippy::disallowed_methods,
    reason = "for tastes, and nothing of a connection or transfer"
)]
fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok()?
}

fn remembered(name: &str) -> Option<String> {
    storage()?.get_item(name).ok()?
}

fn remember(name: &str, value: &str) {
    if let Some(storage) = storage() {
        // A browser that keeps nothing keeps no taste either.
        let _ = storage.set_item(name, value);
    }
}
