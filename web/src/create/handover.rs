//! Shows the created transfer, and its key for the only time.

use crate::i18n::{Key, key, language, local_time, name_or_none, t};
use crate::state::AppState;
use crate::ui::{
    Button, DetailsRow, ShowIf, aria_true, dynamic, effect, focus_next_frame, show_dialog,
};
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

/// Shown in place of the key until the person asks to see it.
const MASK: &str = "••••••••••••••••";

#[component]
pub(crate) fn HandoverDialog() -> impl IntoView {
    let state = AppState::get();
    let language = language();
    let dialog = NodeRef::<Dialog>::new();
    let key_node = NodeRef::<Span>::new();
    let shown = RwSignal::new(false);
    // The result of copying or downloading, for the live region.
    let result = RwSignal::new(None::<Key>);

    let record = state.handover.with_untracked(|h| h.as_ref().map(|(record, _)| record.clone()));
    let file = record
        .as_ref()
        .map(|r| format!("volume-transfer-{}.json", r.id.as_str()))
        .unwrap_or_default();

    // Writes the key to the document only on request, and directly from the buffer that is wiped on
    // drop. A string for the view would leave a copy in memory.
    effect(move || {
        let shown = shown.get();
        if let Some(node) = key_node.get() {
            state.handover.with_untracked(|handover| {
                let key = handover.as_ref().filter(|_| shown).map(|(_, h)| h.auth_key.expose());
                node.set_text_content(Some(key.unwrap_or(MASK)));
            });
        }
    });

    let open = move || {
        if let Some(dialog) = dialog.get_untracked() {
            // Escape and other browser gestures don't close the dialog, so that nobody loses the key
            // by accident. Can't fail for a valid attribute name.
            let _ = dialog.set_attribute("closedby", "none");
        }
        show_dialog(dialog, "handover");
    };
    effect(move || {
        if dialog.get().is_some() {
            open();
        }
    });

    let copy = move || {
        // The clipboard is undefined outside of secure contexts.
        let clipboard = Some(window().navigator().clipboard()).filter(|c| !c.is_undefined());
        let writing = state.handover.with_untracked(|handover| {
            let (_, handover) = handover.as_ref()?;
            Some(clipboard?.write_text(handover.auth_key.expose()))
        });
        // Cleared first, because screen readers only announce changes.
        result.set(None);
        spawn_local(async move {
            let copied = match writing {
                Some(writing) => JsFuture::from(writing).await.is_ok(),
                None => false,
            };
            if !copied {
                shown.set(true);
            }
            result.set(Some(if copied { key::HANDOVER_COPIED } else { key::HANDOVER_COPY_FAILED }));
        });
    };
    let download = {
        let file = file.clone();
        move || {
            let credentials = state.handover.with_untracked(|h| {
                h.as_ref().map(|(record, handover)| handover.credentials(record))
            });
            result.set(None);
            if credentials.is_some_and(|text| download_file(&file, &text).is_ok()) {
                request_animation_frame(move || result.set(Some(key::HANDOVER_DOWNLOADING)));
            }
        }
    };
    let close = move || {
        state.handover.set(None);
        // The volume awaits its transfer now, so its form would only say that it can't be transferred.
        state.chosen.set(None);
        // Not before the next frame, because a modal dialog keeps the focus.
        focus_next_frame("volumes");
    };

    let result_text =
        move || result.get().map(|result| language.get().format(result, &[("file", &file)]));
    let result_text = Signal::derive(move || result_text().unwrap_or_default());

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
                if state.handover.with_untracked(Option::is_some) {
                    open();
                }
            }
        >
            <h2 id="handover" tabindex="-1" prop:textContent=t(key::HANDOVER_TITLE) />
            <p class="message warning" prop:textContent=t(key::HANDOVER_WARNING) />
            {record.map(|record| view! { <Record record /> })}
            <div class="key">
                <p id="auth-key-label" prop:textContent=t(key::HANDOVER_KEY) />
                <p>
                    <code aria-labelledby="auth-key-label" class="auth-key" role="group">
                        <span node_ref=key_node aria-hidden=aria_true(Signal::derive(move || !shown.get()))></span>
                        <ShowIf condition=move || !shown.get()>
                            <span class="visually-hidden" prop:textContent=t(key::HANDOVER_KEY_HIDDEN) />
                        </ShowIf>
                    </code>
                </p>
                <div class="buttons">
                    <button type="button" on:click=move |_| shown.update(|shown| *shown = !*shown)
                        aria-pressed=Signal::derive(move || Some(if shown.get() { "true" } else { "false" }))
                        prop:textContent=t(key::HANDOVER_SHOW) />
                    <Button label=key::HANDOVER_COPY on_press=copy />
                    <Button label=key::HANDOVER_DOWNLOAD on_press=download />
                </div>
                <p role="status" prop:textContent=result_text />
            </div>
            <p prop:textContent=t(key::HANDOVER_NEXT) />
            <Button label=key::HANDOVER_CLOSE on_press=close primary=true />
        </dialog>
    }
}

/// All fields of the transfer.
#[component]
fn Record(record: Transfer) -> impl IntoView {
    let language = language();
    let created = move || {
        let (language, utc) = (language.get(), record.created_at.as_deref()?);
        Some(match local_time(&format!("{utc}Z"), language) {
            Some(local) => vec![
                language.format(key::HANDOVER_CREATED_LOCAL, &[("time", &local)]),
                language.format(key::HANDOVER_CREATED_UTC, &[("time", utc)]),
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
    // Plain text rather than links, because the service chooses the addresses. EVS's samples point
    // to other hosts.
    let links = record
        .links
        .into_iter()
        .map(|link| view! { <li><span prop:textContent=link.rel /> ": " <code prop:textContent=link.href /></li> }.into_any());
    view! {
        <dl class="record">
            <DetailsRow name=key::HANDOVER_ID><code prop:textContent=record.id.as_str().to_owned() /></DetailsRow>
            <DetailsRow name=key::CREATE_NAME><bdi prop:textContent=name /></DetailsRow>
            <DetailsRow name=key::HANDOVER_VOLUME><code prop:textContent=record.volume_id.as_str().to_owned() /></DetailsRow>
            <DetailsRow name=key::HANDOVER_CREATED>{created}</DetailsRow>
            <DetailsRow name=key::HANDOVER_LINKS><ul>{links.collect_view()}</ul></DetailsRow>
        </dl>
    }
}

/// Makes the browser download a text as a file.
fn download_file(file: &str, text: &str) -> Result<(), JsValue> {
    let kind = BlobPropertyBag::new();
    kind.set_type("application/json");
    let blob = Blob::new_with_str_sequence_and_options(&Array::of1(&text.into()), &kind)?;
    let url = Url::create_object_url_with_blob(&blob)?;
    let link = document().create_element("a")?.unchecked_into::<HtmlAnchorElement>();
    link.set_href(&url);
    link.set_download(file);
    link.click();
    // Some browsers only start to read after the click event.
    set_timeout(
        move || {
            // Can't fail: revoking an unknown URL has no effect.
            let _ = Url::revoke_object_url(&url);
        },
        Duration::from_secs(10),
    );
    Ok(())
}
