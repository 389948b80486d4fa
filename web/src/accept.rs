//! Part 6: taking over a volume that another project gives.

use crate::field::{TextField, aria_true, focus};
use crate::parts::{Submit, dynamic};
use crate::progress::Progress;
use crate::state::Console;
use crate::text::{Failure, Key, key, language, said, t};
use leptos::ev::SubmitEvent;
use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;
use volume_transfer::{AuthKey, ChangeError, Handover, IdError, Transfer, TransferId, api};
use wasm_bindgen_futures::JsFuture;
use zeroize::Zeroizing;

/// More than any credentials: another file was chosen.
const FILE_LIMIT: f64 = 65_536.0;

#[component]
pub(crate) fn Accept() -> impl IntoView {
    let console = Console::get();
    let language = language();
    let id = NodeRef::<Input>::new();
    let auth_key = NodeRef::<Input>::new();
    let file = NodeRef::<Input>::new();
    let busy = RwSignal::new(false);
    let wrong_id = RwSignal::new(None::<Key>);
    let wrong_key = RwSignal::new(None::<Key>);
    let wrong_file = RwSignal::new(None::<Key>);
    let failure = RwSignal::new(None::<ChangeError>);
    let accepted = RwSignal::new(None::<Transfer>);

    let value = |node: NodeRef<Input>| {
        Zeroizing::new(node.get_untracked().map(|input| input.value()).unwrap_or_default())
    };
    let fill = |node: NodeRef<Input>, text: &str| {
        if let Some(input) = node.try_get_untracked().flatten() {
            input.set_value(text);
        }
    };

    let read_file = move || {
        let chosen = file.get_untracked().and_then(|input| input.files()?.get(0));
        let Some(chosen) = chosen else { return };
        wrong_file.set(None);
        spawn_local(async move {
            let text = match chosen.size() <= FILE_LIMIT {
                true => JsFuture::from(chosen.text()).await.ok().and_then(|text| text.as_string()),
                false => None,
            };
            let read =
                text.map(Zeroizing::new).and_then(|text| Handover::read(text.as_bytes()).ok());
            // The file is done with: its name is not to look like something that is still to be sent.
            fill(file, "");
            match read {
                Some(handover) => {
                    fill(id, handover.transfer_id.as_str());
                    fill(auth_key, handover.auth_key.expose());
                    wrong_id.set(None);
                    wrong_key.set(None);
                    focus("accept-submit");
                }
                None => wrong_file.set(Some(key::ACCEPT_FILE_MALFORMED)),
            }
        });
    };

    let submit = move || {
        let transfer_id = TransferId::parse(&value(id));
        let key = AuthKey::parse(&value(auth_key));
        let wrong = |group, error: &IdError| Key::of(group, error.code());
        wrong_id.set(transfer_id.as_ref().err().and_then(|error| wrong("transferId", error)));
        wrong_key.set(key.as_ref().err().and_then(|error| wrong("authKey", error)));
        let (transfer_id, auth_key_value) = match (transfer_id, key) {
            (Ok(transfer_id), Ok(key)) => (transfer_id, key),
            (Err(_), _) => return focus("accept-id"),
            (Ok(_), Err(_)) => return focus("accept-key"),
        };
        let Some(session) = console.session.get_untracked() else { return };
        // One press, one request.
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failure.set(None);
        accepted.set(None);
        let handover = Handover { transfer_id, auth_key: auth_key_value };
        spawn_local(async move {
            let request = api::accept(session.service, &session.project, &handover);
            let answer = api::decode_accepted(session.send(request).await);
            busy.set(false);
            match answer {
                Ok(record) => {
                    fill(id, "");
                    fill(auth_key, "");
                    accepted.set(Some(record));
                }
                Err(error) => failure.set(Some(error)),
            }
            console.refresh();
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
                        aria-invalid=aria_true(Signal::derive(move || wrong_file.get().is_some())) />
                    <p class="error" id="accept-file-error" prop:textContent=said(wrong_file) />
                </div>
                <div class="fields">
                    <TextField id="accept-id" label=key::HANDOVER_ID node=id
                        error=said(wrong_id)>""</TextField>
                    <TextField id="accept-key" label=key::HANDOVER_KEY node=auth_key
                        error=said(wrong_key)>""</TextField>
                </div>
                <Submit id="accept-submit" label=key::ACCEPT_SUBMIT disabled=busy />
                <Progress busy label=key::ACCEPT_BUSY />
            </form>
            <div role="status">
                {dynamic(move || accepted.get().map(|record| {
                    let label = console.label(&record.volume_id);
                    let done = move || language.get().say(key::ACCEPT_DONE, &[("volume", &label)]);
                    view! { <p class="message good" prop:textContent=Signal::derive(done) /> }.into_any()
                }))}
            </div>
            <div role="alert">
                {dynamic(move || failure.get().map(|error| view! {
                    <Failure error rejected=key::ACCEPT_REJECTED unknown=key::ACCEPT_UNKNOWN />
                }.into_any()))}
            </div>
        </section>
    }
}
