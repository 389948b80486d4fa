//! Part 4: the record, and the one moment in which the key can be had.

use crate::field::{aria_true, focus_soon};
use crate::parts::{self, Button, Entry, When, dynamic, effect};
use crate::state::Console;
use crate::text::{Key, key, language, local_time, name_or_none, t};
use js_sys::Array;
use leptos::ev;
use leptos::html::{Dialog, Span};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::time::Duration;
use volume_transfer::Transfer;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

/// What stands for the key until it is asked for.
const MASK: &str = "••••••••••••••••";

#[component]
pub(crate) fn HandoverDialog() -> impl IntoView {
    let console = Console::get();
    let language = language();
    let dialog = NodeRef::<Dialog>::new();
    let key_node = NodeRef::<Span>::new();
    let shown = RwSignal::new(false);
    // What a press has brought, for the live region.
    let done = RwSignal::new(None::<Key>);

    let record = console.handover.with_untracked(|h| h.as_ref().map(|(record, _)| record.clone()));
    let file = record
        .as_ref()
        .map(|r| format!("volume-transfer-{}.json", r.id.as_str()))
        .unwrap_or_default();

    // The key is taken out to be shown or copied only, always by a press, and straight from where
    // it is wiped: a text made for the view would leave a copy in memory.
    effect(move || {
        let shown = shown.get();
        if let Some(node) = key_node.get() {
            console.handover.with_untracked(|handover| {
                let key = handover.as_ref().filter(|_| shown).map(|(_, h)| h.auth_key.expose());
                node.set_text_content(Some(key.unwrap_or(MASK)));
            });
        }
    });

    let open = move || {
        if let Some(dialog) = dialog.get_untracked() {
            // Escape and the browser's own ways of closing are off: a reflex must not cost the key.
            // The name is ours and valid, which is all that can fail.
            let _ = dialog.set_attribute("closedby", "none");
        }
        parts::open(dialog, "handover");
    };
    effect(move || {
        if dialog.get().is_some() {
            open();
        }
    });

    let copy = move || {
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
            done.set(Some(if copied { key::HANDOVER_COPIED } else { key::HANDOVER_COPY_FAILED }));
        });
    };
    let download = {
        let file = file.clone();
        move || {
            let credentials = console.handover.with_untracked(|h| {
                h.as_ref().map(|(record, handover)| handover.credentials(record))
            });
            done.set(None);
            if credentials.is_some_and(|text| save(&file, &text).is_ok()) {
                request_animation_frame(move || done.set(Some(key::HANDOVER_DOWNLOADING)));
            }
        }
    };
    let close = move || {
        console.handover.set(None);
        // What was chosen has gone its way; its form would only say that it cannot go again.
        console.chosen.set(None);
        // While the dialog is still there, nothing beside it takes the focus.
        focus_soon("volumes");
    };

    let said = move || done.get().map(|done| language.get().say(done, &[("file", &file)]));
    let said = Signal::derive(move || said().unwrap_or_default());

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
            <h2 id="handover" tabindex="-1" prop:textContent=t(key::HANDOVER_TITLE) />
            <p class="message warn" prop:textContent=t(key::HANDOVER_WARNING) />
            {record.map(|record| view! { <Record record /> })}
            <div class="key">
                <p id="auth-key-label" prop:textContent=t(key::HANDOVER_KEY) />
                <p>
                    <code aria-labelledby="auth-key-label" class="auth-key" role="group">
                        <span node_ref=key_node aria-hidden=aria_true(Signal::derive(move || !shown.get()))></span>
                        <When holds=move || !shown.get()>
                            <span class="unseen" prop:textContent=t(key::HANDOVER_KEY_HIDDEN) />
                        </When>
                    </code>
                </p>
                <div class="buttons">
                    <button type="button" on:click=move |_| shown.update(|shown| *shown = !*shown)
                        aria-pressed=Signal::derive(move || Some(if shown.get() { "true" } else { "false" }))
                        prop:textContent=t(key::HANDOVER_SHOW) />
                    <Button label=key::HANDOVER_COPY press=copy />
                    <Button label=key::HANDOVER_DOWNLOAD press=download />
                </div>
                <p role="status" prop:textContent=said />
            </div>
            <p prop:textContent=t(key::HANDOVER_NEXT) />
            <Button label=key::HANDOVER_CLOSE press=close primary=true />
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
    let created = dynamic(move || {
        let lines = created().unwrap_or_default().into_iter();
        Some(
            lines
                .map(|line| view! { <p prop:textContent=line /> }.into_any())
                .collect_view()
                .into_any(),
        )
    });
    let name = name_or_none(record.name);
    // Shown, and not to be followed: it is the server's text, and EVS's own samples point elsewhere.
    let links = record
        .links
        .into_iter()
        .map(|link| view! { <li><span prop:textContent=link.rel /> ": " <code prop:textContent=link.href /></li> }.into_any());
    view! {
        <dl class="record">
            <Entry name=key::HANDOVER_ID><code prop:textContent=record.id.as_str().to_owned() /></Entry>
            <Entry name=key::CREATE_NAME><bdi prop:textContent=name /></Entry>
            <Entry name=key::HANDOVER_VOLUME><code prop:textContent=record.volume_id.as_str().to_owned() /></Entry>
            <Entry name=key::HANDOVER_CREATED>{created}</Entry>
            <Entry name=key::HANDOVER_LINKS><ul>{links.collect_view()}</ul></Entry>
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
