//! Part 4: the record, and the one moment in which the key can be had.

use crate::field::focus;
use crate::state::Console;
use crate::text::{key, language, local_time, t};
use js_sys::Array;
use leptos::ev;
use leptos::html::{Dialog, H2, Span};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::time::Duration;
use volume_transfer::Transfer;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

/// What stands for the key until it is asked for.
const MASK: &str = "••••••••••••••••";

/// What a press has brought, for the live region.
#[derive(Clone, Copy, PartialEq)]
enum Done {
    Copied,
    NotCopied,
    Downloaded,
}

#[component]
pub(crate) fn HandoverDialog() -> impl IntoView {
    let console = Console::get();
    let language = language();
    let dialog = NodeRef::<Dialog>::new();
    let heading = NodeRef::<H2>::new();
    let key_node = NodeRef::<Span>::new();
    let shown = RwSignal::new(false);
    let done = RwSignal::new(None::<Done>);

    let record = console.handover.with_untracked(|h| h.as_ref().map(|(record, _)| record.clone()));
    let file = record
        .as_ref()
        .map(|r| format!("volume-transfer-{}.json", r.id.as_str()))
        .unwrap_or_default();

    // The key is taken out to be shown or copied only, always by a press, and straight from where
    // it is wiped: a text made for the view would leave a copy in memory.
    Effect::new(move |_| {
        let shown = shown.get();
        if let Some(node) = key_node.get() {
            console.handover.with_untracked(|handover| {
                let key = handover.as_ref().filter(|_| shown).map(|(_, h)| h.auth_key.expose());
                node.set_text_content(Some(key.unwrap_or(MASK)));
            });
        }
    });

    let open = move || {
        if let Some(dialog) = dialog.get_untracked().filter(|dialog| !dialog.open()) {
            // Escape and the browser's own ways of closing are off: a reflex must not cost the key.
            // Neither call can fail for a closed dialog in the page.
            let _ = dialog.set_attribute("closedby", "none");
            let _ = dialog.show_modal();
        }
        if let Some(heading) = heading.get_untracked() {
            let _ = heading.focus();
        }
    };
    Effect::new(move |_| {
        if dialog.get().is_some() {
            open();
        }
    });

    let copy = move |_| {
        // Without a secure context there is no clipboard at all.
        let clipboard = Some(window().navigator().clipboard()).filter(|c| !c.is_undefined());
        let writing = console.handover.with_untracked(|handover| {
            let (_, handover) = handover.as_ref()?;
            Some(clipboard?.write_text(handover.auth_key.expose()))
        });
        // Said a second time, it must be new to be heard.
        done.set(None);
        spawn_local(async move {
            let copied = match writing {
                Some(writing) => JsFuture::from(writing).await.is_ok(),
                None => false,
            };
            if !copied {
                shown.set(true);
            }
            done.set(Some(if copied { Done::Copied } else { Done::NotCopied }));
        });
    };
    let download = {
        let file = file.clone();
        move |_| {
            let credentials = console.handover.with_untracked(|h| {
                h.as_ref().map(|(record, handover)| handover.credentials(record))
            });
            done.set(None);
            if credentials.is_some_and(|text| save(&file, &text).is_ok()) {
                request_animation_frame(move || done.set(Some(Done::Downloaded)));
            }
        }
    };
    let close = move |_| {
        console.handover.set(None);
        // While the dialog is still there, nothing beside it takes the focus.
        request_animation_frame(|| focus("volumes"));
    };

    let said = move || {
        let language = language.get();
        done.get().map(|done| match done {
            Done::Copied => language.say(key::HANDOVER_COPIED, &[]),
            Done::NotCopied => language.say(key::HANDOVER_COPY_FAILED, &[]),
            Done::Downloaded => language.say(key::HANDOVER_DOWNLOADING, &[("file", &file)]),
        })
    };

    view! {
        <dialog
            node_ref=dialog
            aria-labelledby="handover"
            on:cancel=move |event: ev::Event| event.prevent_default()
            on:keydown=move |event: ev::KeyboardEvent| {
                if event.key() == "Escape" {
                    event.prevent_default();
                }
            }
            on:close=move |_| {
                if console.handover.with_untracked(Option::is_some) {
                    open();
                }
            }
        >
            <h2 id="handover" tabindex="-1" node_ref=heading>{t(key::HANDOVER_TITLE)}</h2>
            <p class="message warn">{t(key::HANDOVER_WARNING)}</p>
            {record.map(|record| view! { <Record record /> })}
            <div class="key">
                <p id="auth-key-label">{t(key::HANDOVER_KEY)}</p>
                <p>
                    <code aria-labelledby="auth-key-label" class="auth-key" role="group">
                        <span node_ref=key_node aria-hidden=move || (!shown.get()).then_some("true")></span>
                        <Show when=move || !shown.get()>
                            <span class="unseen">{t(key::HANDOVER_KEY_HIDDEN)}</span>
                        </Show>
                    </code>
                </p>
                <div class="buttons">
                    <button type="button" aria-pressed=move || if shown.get() { "true" } else { "false" }
                        on:click=move |_| shown.update(|shown| *shown = !*shown)>
                        {t(key::HANDOVER_SHOW)}
                    </button>
                    <button type="button" on:click=copy>{t(key::HANDOVER_COPY)}</button>
                    <button type="button" on:click=download>{t(key::HANDOVER_DOWNLOAD)}</button>
                </div>
                <p role="status">{said}</p>
            </div>
            <p>{t(key::HANDOVER_NEXT)}</p>
            <button type="button" class="primary" on:click=close>{t(key::HANDOVER_CLOSE)}</button>
        </dialog>
    }
}

/// Every field of the record.
#[component]
fn Record(record: Transfer) -> impl IntoView {
    let language = language();
    let created = move || {
        let (language, utc) = (language.get(), record.created_at.as_deref()?);
        Some(match local_time(&format!("{utc}Z"), language) {
            Some(local) => vec![
                language.say(key::HANDOVER_CREATED_LOCAL, &[("time", &local)]),
                language.say(key::HANDOVER_CREATED_UTC, &[("time", utc)]),
            ],
            None => vec![utc.to_owned()],
        })
    };
    let created = move || {
        created().map(|lines| lines.into_iter().map(|line| view! { <p>{line}</p> }).collect_view())
    };
    let name = record.name;
    // Shown, and not to be followed: it is the server's text, and EVS's own samples point elsewhere.
    let links = record.links.into_iter().map(|link| {
        view! { <li>{link.rel} ": " <code>{link.href}</code></li> }
    });
    view! {
        <dl class="record">
            <div><dt>{t(key::HANDOVER_ID)}</dt><dd><code>{record.id.as_str().to_owned()}</code></dd></div>
            <div>
                <dt>{t(key::HANDOVER_NAME)}</dt>
                <dd><bdi>{move || name.clone().unwrap_or_else(|| language.get().say(key::HANDOVER_NAME_NONE, &[]))}</bdi></dd>
            </div>
            <div><dt>{t(key::HANDOVER_VOLUME)}</dt><dd><code>{record.volume_id.as_str().to_owned()}</code></dd></div>
            <div><dt>{t(key::HANDOVER_CREATED)}</dt><dd>{created}</dd></div>
            <div><dt>{t(key::HANDOVER_LINKS)}</dt><dd><ul>{links.collect_view()}</ul></dd></div>
        </dl>
    }
}

/// Hands a text to the browser as a file.
fn save(file: &str, text: &str) -> Result<(), JsValue> {
    let kind = BlobPropertyBag::new();
    kind.set_type("application/json");
    let blob = Blob::new_with_str_sequence_and_options(&Array::of1(&text.into()), &kind)?;
    let url = Url::create_object_url_with_blob(&blob)?;
    let link = document().create_element("a")?.unchecked_into::<HtmlAnchorElement>();
    link.set_href(&url);
    link.set_download(file);
    link.click();
    // Some browsers begin to read only after the click is over.
    set_timeout(
        move || {
            // An address that is already void is what was wanted.
            let _ = Url::revoke_object_url(&url);
        },
        Duration::from_secs(10),
    );
    Ok(())
}
