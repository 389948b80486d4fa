//! Credentials files: chosen, dropped or pasted, and opened with their passphrase.

use crate::i18n::{Key, error_text, key, t};
use crate::jwe;
use crate::reactive::derive;
use crate::ui::{Submit, TextField, aria_true, focus, focus_next_frame, p};
use leptos::ev;
use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;
use volume_transfer::{CredentialsError, CredentialsFile};
use wasm_bindgen_futures::JsFuture;
use web_sys::{DataTransfer, File};
use zeroize::Zeroizing;

/// The maximum size of a file, in bytes. The largest files that the page saves are much smaller.
const MAX_SIZE: f64 = 16_777_216.0;

/// Reads credentials files. Contains only handles.
#[derive(Clone, Copy)]
pub(super) struct FileReader {
    error: RwSignal<Option<Key>>,
    /// A protected file that is waiting for its passphrase.
    protected: RwSignal<Option<String>>,
    on_read: Callback<CredentialsFile>,
}

impl FileReader {
    pub(super) fn new(on_read: impl Fn(CredentialsFile) + Send + Sync + 'static) -> FileReader {
        FileReader {
            error: RwSignal::default(),
            protected: RwSignal::default(),
            on_read: Callback::new(on_read),
        }
    }

    /// Reads a file's text, or asks for its passphrase.
    fn read(self, text: &Zeroizing<String>) {
        // The user may have disconnected while the browser was reading or decrypting.
        if self.error.is_disposed() {
            return;
        }
        let result = CredentialsFile::parse(text.as_bytes());
        self.protected.set(None);
        self.error.set(match &result {
            Ok(_) => None,
            Err(CredentialsError::Protected) if !jwe::is_available() => {
                Some(key::ACCEPT_FILE_INSECURE)
            }
            Err(CredentialsError::Protected) if jwe::is_supported(text) => {
                self.protected.set(Some(text.to_string()));
                focus_next_frame("accept-passphrase");
                None
            }
            Err(error) => Key::for_code("accept.file", error.code()),
        });
        if let Ok(file) = result {
            self.on_read.run(file);
        }
    }

    fn read_file(self, file: File) {
        spawn_local(async move {
            let text = match file.size() <= MAX_SIZE {
                true => JsFuture::from(file.text()).await.ok().and_then(|text| text.as_string()),
                false => None,
            };
            match text.map(Zeroizing::new) {
                Some(text) => self.read(&text),
                None => self.error.set(Some(key::ACCEPT_FILE_MALFORMED)),
            }
        });
    }

    /// Reads a pasted file, or the pasted contents of one. Any other text goes to the field as usual.
    fn on_paste(self, event: &ev::ClipboardEvent) {
        let Some(data) = event.clipboard_data() else { return };
        if let Some(file) = first_file(&data) {
            event.prevent_default();
            return self.read_file(file);
        }
        let text = Zeroizing::new(data.get_data("text").unwrap_or_default());
        let parsed = CredentialsFile::parse(text.as_bytes());
        let is_protected = matches!(parsed, Err(CredentialsError::Protected));
        if is_protected || text.trim_start().starts_with('{') {
            event.prevent_default();
            self.read(&text);
        }
    }

    /// Returns whether a file is waiting for its passphrase.
    pub(super) fn asks_for_passphrase(self) -> bool {
        self.protected.with(Option::is_some)
    }
}

fn first_file(data: &DataTransfer) -> Option<File> {
    data.files()?.get(0)
}

/// The button for choosing a file. While the tab is shown, a file can also be dropped or pasted.
#[component]
pub(super) fn FileField(
    reader: FileReader,
    /// Whether the tab is shown.
    shown: Signal<bool>,
) -> impl IntoView {
    let input = NodeRef::<Input>::new();
    let choose = move || {
        let Some(input) = input.get_untracked() else { return };
        if let Some(file) = input.files().and_then(|files| files.get(0)) {
            reader.read_file(file);
        }
        // Cleared, so that the same file can be chosen again.
        input.set_value("");
    };
    // Otherwise, the browser would open a dropped file in place of the page.
    let over = window_event_listener(ev::dragover, |event| {
        if event.data_transfer().is_some_and(|data| data.types().includes(&"Files".into(), 0)) {
            event.prevent_default();
        }
    });
    let drop = window_event_listener(ev::drop, move |event| {
        if let Some(file) = event.data_transfer().as_ref().and_then(first_file) {
            event.prevent_default();
            if shown.get_untracked() {
                reader.read_file(file);
            }
        }
    });
    let paste = window_event_listener(ev::paste, move |event| {
        let in_dialog = || document().query_selector("dialog[open]").is_ok_and(|d| d.is_some());
        if shown.get_untracked() && !in_dialog() {
            reader.on_paste(&event);
        }
    });
    on_cleanup(move || {
        over.remove();
        drop.remove();
        paste.remove();
    });
    let error = reader.error;
    view! {
        <div class="field file">
            // The browser's own button would show its label in the browser's language.
            <input id="accept-file" type="file" class="visually-hidden" accept=".json,.jwe,application/json,application/jose"
                node_ref=input aria-describedby="accept-file-error accept-file-hint" on:change=move |_| choose()
                aria-invalid=aria_true(derive(move || error.get().is_some())) />
            <label for="accept-file" class="button" prop:textContent=t(key::ACCEPT_FILE) />
            <p class="hint" id="accept-file-hint" prop:textContent=t(key::ACCEPT_FILE_HINT) />
            <p class="error" role="alert" id="accept-file-error" prop:textContent=error_text(error) />
        </div>
    }
}

/// Asks for the passphrase of a protected file.
#[component]
pub(super) fn PassphraseForm(reader: FileReader) -> impl IntoView {
    let input = NodeRef::<Input>::new();
    let error = RwSignal::new(None::<Key>);
    let busy = RwSignal::new(false);
    let open = move || {
        let (Some(input), Some(jwe)) = (input.get_untracked(), reader.protected.get_untracked())
        else {
            return;
        };
        if busy.get_untracked() {
            return;
        }
        let passphrase = Zeroizing::new(input.value());
        busy.set(true);
        error.set(None);
        spawn_local(async move {
            let text = jwe::decrypt(&jwe, &passphrase).await;
            busy.try_set(false);
            match text.map(|text| String::from_utf8(text.to_vec())) {
                Some(Ok(text)) => {
                    input.set_value("");
                    reader.read(&Zeroizing::new(text));
                }
                Some(Err(_)) | None => {
                    error.try_set(Some(key::ACCEPT_PASSPHRASE_WRONG));
                    focus("accept-passphrase");
                }
            }
        });
    };
    view! {
        <form novalidate on:submit=move |event: ev::SubmitEvent| {
            event.prevent_default();
            open();
        }>
            <TextField id="accept-passphrase" label=key::ACCEPT_PASSPHRASE input_type="password" node=input
                error=error_text(error)>{p(key::ACCEPT_PASSPHRASE_HINT)}</TextField>
            <Submit id="accept-open" label=key::ACCEPT_OPEN disabled=busy />
        </form>
    }
}
