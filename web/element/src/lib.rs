//! The functions that `<volume-transfer-form>` calls. Its JavaScript is part of the npm package.

use js_sys::Function;
use wasm_bindgen::prelude::wasm_bindgen;
use web::embedded::{EmbeddedForm, Settings};
use web_sys::{HtmlElement, ShadowRoot};

/// A mounted form. Unmounted by `free`.
#[wasm_bindgen]
pub struct Form(EmbeddedForm);

#[wasm_bindgen]
impl Form {
    /// Mounts the form into an element of a shadow tree. Throws the name of the first invalid setting.
    #[wasm_bindgen(constructor)]
    #[expect(clippy::too_many_arguments, reason = "an object would need code to read it")]
    pub fn new(
        root: &ShadowRoot,
        parent: HtmlElement,
        tag: String,
        texts: String,
        service: String,
        endpoint: String,
        project: String,
        volume: String,
        record: String,
        fetch: Function,
        on_event: Function,
    ) -> Result<Form, String> {
        let language = (tag, texts);
        let settings =
            Settings { language, service, endpoint, project, volume, record, fetch, on_event };
        EmbeddedForm::mount(root, parent, settings).map(Form).map_err(str::to_owned)
    }

    /// Shows all text in another language.
    #[wasm_bindgen(js_name = setLanguage)]
    pub fn set_language(&self, tag: &str, texts: &str) {
        self.0.set_language(tag, texts);
    }

    /// Loads the volume again.
    pub fn refresh(&self) {
        self.0.refresh();
    }

    /// Whether removing the form now would lose a key.
    #[wasm_bindgen(getter, js_name = wouldLoseKeys)]
    pub fn would_lose_keys(&self) -> bool {
        self.0.would_lose_keys()
    }
}
