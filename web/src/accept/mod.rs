//! Accepts a volume that another project transfers.

use crate::errors::ChangeFailure;
use crate::i18n::{Key, error_text, key, language, t};
use crate::state::AppState;
use crate::ui::{Progress, Submit, TextField, aria_true, dynamic, focus};
use leptos::ev::SubmitEvent;
use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;
use volume_transfer::{AuthKey, ChangeError, Handover, IdError, Transfer, TransferId, api};
use wasm_bindgen_futures::JsFuture;
use zeroize::Zeroizing;

/// The maximum size of a credentials file, in bytes.
const MAX_FILE_SIZE: f64 = 65_536.0;

#[component]
pub(crate) fn Accept() -> impl IntoView {
    let state = AppState::get();
    let language = language();
    let id = NodeRef::<Input>::new();
    let auth_key = NodeRef::<Input>::new();
    let file = NodeRef::<Input>::new();
    let busy = RwSignal::new(false);
    let id_error = RwSignal::new(None::<Key>);
    let key_error = RwSignal::new(None::<Key>);
    let file_error = RwSignal::new(None::<Key>);
    let failure = RwSignal::new(None::<ChangeError>);
    let accepted = RwSignal::new(None::<Transfer>);

    let value = |node: NodeRef<Input>| {
        Zeroizing::new(node.get_untracked().map(|input| input.value()).unwrap_or_default())
    };
    let set_value = |node: NodeRef<Input>, text: &str| {
        if let Some(input) = node.try_get_untracked().flatten() {
            input.set_value(text);
        }
    };

    let read_file = move || {
        let chosen = file.get_untracked().and_then(|input| input.files()?.get(0));
        let Some(chosen) = chosen else { return };
        file_error.set(None);
        spawn_local(async move {
            let text = match chosen.size() <= MAX_FILE_SIZE {
                true => JsFuture::from(chosen.text()).await.ok().and_then(|text| text.as_string()),
                false => None,
            };
            let handover =
                text.map(Zeroizing::new).and_then(|text| Handover::from_json(text.as_bytes()).ok());
            // Clears the file field, so that the file doesn't look like input that hasn't been used yet.
            set_value(file, "");
            match handover {
                Some(handover) => {
                    set_value(id, handover.transfer_id.as_str());
                    set_value(auth_key, handover.auth_key.expose());
                    id_error.set(None);
                    key_error.set(None);
                    focus("accept-submit");
                }
                None => file_error.set(Some(key::ACCEPT_FILE_MALFORMED)),
            }
        });
    };

    let submit = move || {
        let transfer_id = TransferId::parse(&value(id));
        let key = AuthKey::parse(&value(auth_key));
        let message = |group, error: &IdError| Key::for_code(group, error.code());
        id_error.set(transfer_id.as_ref().err().and_then(|error| message("transferId", error)));
        key_error.set(key.as_ref().err().and_then(|error| message("authKey", error)));
        let (transfer_id, auth_key_value) = match (transfer_id, key) {
            (Ok(transfer_id), Ok(key)) => (transfer_id, key),
            (Err(_), _) => return focus("accept-id"),
            (Ok(_), Err(_)) => return focus("accept-key"),
        };
        let Some(session) = state.session.get_untracked() else { return };
        // Prevents a second request if the button is pressed again.
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failure.set(None);
        accepted.set(None);
        let handover = Handover { transfer_id, auth_key: auth_key_value };
        spawn_local(async move {
            let request = api::accept(session.service, &session.project, &handover);
            let result = api::decode_accepted(session.send(request).await);
            busy.set(false);
            match result {
                Ok(record) => {
                    set_value(id, "");
                    set_value(auth_key, "");
                    accepted.set(Some(record));
                }
                Err(error) => failure.set(Some(error)),
            }
            state.refresh();
        });
    };

    view! {
        <section aria-labelledby="accept">
            <h2 id="accept" tabindex="-1" prop:textContent=t(key::ACCEPT_TITLE) />
            <p prop:textContent=t(key::ACCEPT_HINT) />
            <form novalidate on:submit=move |event: SubmitEvent| {
                event.prevent_default();
                submit();
            }>
                <div class="field">
                    <label for="accept-file" prop:textContent=t(key::ACCEPT_FILE) />
                    <input id="accept-file" type="file" accept=".json,application/json" node_ref=file
                        aria-describedby="accept-file-error" on:change=move |_| read_file()
                        aria-invalid=aria_true(Signal::derive(move || file_error.get().is_some())) />
                    <p class="error" id="accept-file-error" prop:textContent=error_text(file_error) />
                </div>
                <div class="fields">
                    <TextField id="accept-id" label=key::HANDOVER_ID node=id
                        error=error_text(id_error)>""</TextField>
                    <TextField id="accept-key" label=key::HANDOVER_KEY node=auth_key
                        error=error_text(key_error)>""</TextField>
                </div>
                <Submit id="accept-submit" label=key::ACCEPT_SUBMIT disabled=busy />
                <Progress busy label=key::ACCEPT_BUSY />
            </form>
            <div role="status">
                {dynamic(move || accepted.get().map(|record| {
                    let label = state.label(&record.volume_id);
                    let text = move || language.get().format(key::ACCEPT_DONE, &[("volume", &label)]);
                    view! { <p class="message success" prop:textContent=Signal::derive(text) /> }.into_any()
                }))}
            </div>
            <div role="alert">
                {dynamic(move || failure.get().map(|error| view! {
                    <ChangeFailure error rejected=key::ACCEPT_REJECTED unknown=key::ACCEPT_UNKNOWN />
                }.into_any()))}
            </div>
        </section>
    }
}
