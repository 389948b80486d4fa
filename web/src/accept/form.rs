//! Accepts one transfer by its ID and key.

use crate::errors::ChangeFailure;
use crate::i18n::{Key, error_text, key, language, t};
use crate::reactive::derive;
use crate::state::AppState;
use crate::ui::{Progress, Submit, TextField, dynamic, focus, span};
use leptos::ev::SubmitEvent;
use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;
use volume_transfer::{AuthKey, ChangeError, Handover, IdError, Transfer, TransferId, api};
use zeroize::Zeroizing;

/// The fields for a transfer's ID and key. Contains only handles.
#[derive(Clone, Copy)]
pub(super) struct Fields {
    id: NodeRef<Input>,
    auth_key: NodeRef<Input>,
    id_error: RwSignal<Option<Key>>,
    key_error: RwSignal<Option<Key>>,
}

impl Fields {
    pub(super) fn new() -> Fields {
        Fields {
            id: NodeRef::new(),
            auth_key: NodeRef::new(),
            id_error: RwSignal::default(),
            key_error: RwSignal::default(),
        }
    }

    /// Fills in the fields with a transfer from a file.
    pub(super) fn fill(self, handover: &Handover) {
        set_value(self.id, handover.transfer_id.as_str());
        set_value(self.auth_key, handover.auth_key.expose());
        self.id_error.set(None);
        self.key_error.set(None);
        focus("accept-submit");
    }

    fn clear(self) {
        set_value(self.id, "");
        set_value(self.auth_key, "");
    }

    /// Parses the fields. Shows which are invalid, and moves the focus to the first of them.
    fn parse(self) -> Option<Handover> {
        let transfer_id = TransferId::parse(&value(self.id));
        let auth_key = AuthKey::parse(&value(self.auth_key));
        let message = |group, error: &IdError| Key::for_code(group, error.code());
        self.id_error
            .set(transfer_id.as_ref().err().and_then(|error| message("transferId", error)));
        self.key_error.set(auth_key.as_ref().err().and_then(|error| message("authKey", error)));
        match (transfer_id, auth_key) {
            (Ok(transfer_id), Ok(auth_key)) => return Some(Handover { transfer_id, auth_key }),
            (Err(_), _) => focus("accept-id"),
            (Ok(_), Err(_)) => focus("accept-key"),
        }
        None
    }
}

fn value(node: NodeRef<Input>) -> Zeroizing<String> {
    Zeroizing::new(node.get_untracked().map(|input| input.value()).unwrap_or_default())
}

fn set_value(node: NodeRef<Input>, text: &str) {
    if let Some(input) = node.try_get_untracked().flatten() {
        input.set_value(text);
    }
}

#[component]
pub(super) fn AcceptForm(fields: Fields, on_accepted: Callback<TransferId>) -> impl IntoView {
    let state = AppState::get();
    let language = language();
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<ChangeError>);
    let accepted = RwSignal::new(None::<Transfer>);

    let submit = move || {
        let Some(handover) = fields.parse() else { return };
        let Some(session) = state.session.get_untracked() else { return };
        // Prevents a second request if the button is pressed again.
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failure.set(None);
        accepted.set(None);
        spawn_local(async move {
            let request = api::accept(session.service, &session.project, &handover);
            let result = api::decode_accepted(session.send(request).await);
            // The form may be gone if the user disconnected.
            busy.try_set(false);
            match result {
                Ok(record) => {
                    fields.clear();
                    on_accepted.try_run(record.id.clone());
                    accepted.try_set(Some(record));
                }
                Err(error) => {
                    failure.try_set(Some(error));
                }
            }
            state.refresh();
        });
    };

    view! {
        <form novalidate on:submit=move |event: SubmitEvent| {
            event.prevent_default();
            submit();
        }>
            <div class="fields">
                <TextField id="accept-id" label=key::HANDOVER_ID node=fields.id
                    error=error_text(fields.id_error)>""</TextField>
                <TextField id="accept-key" label=key::HANDOVER_KEY node=fields.auth_key
                    error=error_text(fields.key_error)>""</TextField>
            </div>
            <Submit id="accept-submit" label=key::ACCEPT_SUBMIT disabled=busy />
            <Progress busy label=key::ACCEPT_BUSY />
        </form>
        <div role="status">
            {dynamic(move || accepted.get().map(|record| {
                let label = state.label(&record.volume_id);
                let text = move || language.get().format(key::ACCEPT_DONE, &[("volume", &label)]);
                view! {
                    <p class="message success">
                        {span(derive(text))} " "
                        <a href="#/volumes" prop:textContent=t(key::ACCEPT_SHOW) />
                    </p>
                }
                .into_any()
            }))}
        </div>
        <div role="alert">
            {dynamic(move || failure.get().map(|error| view! {
                <ChangeFailure error rejected=key::ACCEPT_REJECTED unknown=key::ACCEPT_UNKNOWN
                    not_found=key::ACCEPT_NOT_FOUND />
            }.into_any()))}
        </div>
    }
}
