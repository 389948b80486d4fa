//! The page: connect to a project, choose a volume, create a transfer and save its key.
//!
//! The page shows what the core decides and sends what the core builds. Only [`client`] accesses the
//! network, and no component contains domain rules.
//!
//! Dependencies only point down: [`App`], then a module for each task, then shared views and state.
//! Tasks don't depend on each other.

#![allow(unreachable_pub, reason = "`#[component]` generates `pub` items")]

mod accept;
mod app;
pub mod client;
mod connect;
mod create;
#[cfg(feature = "element")]
pub mod embedded;
mod errors;
mod i18n;
mod jwe;
mod overlays;
mod pending;
mod reactive;
mod state;
mod ui;
mod volumes;

use app::App;
use i18n::Language;
use js_sys::Promise;
use leptos::mount::{UnmountHandle, mount_to};
use leptos::prelude::*;

/// Loads the language that `start.js` has chosen, and mounts the page. Returns `None` if the language
/// can't be loaded.
pub async fn mount() -> Option<UnmountHandle<impl Mountable>> {
    let tag = document().document_element()?.get_attribute("lang")?;
    let Some(language) = Language::load(&tag).await else {
        // An unhandled rejection makes `start.js` report the missing file.
        let _ = Promise::reject(&tag.into());
        return None;
    };
    let handle = mount_to(ui::by_id("main")?, move || leptos::view! { <App language /> });
    // If the button was pressed during loading, `start.js` now submits the form.
    let _ = document().dispatch_event(&web_sys::Event::new("started").ok()?);
    Some(handle)
}
