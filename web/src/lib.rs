//! The page: connect to a project, choose a volume, create a transfer and save its key.
//!
//! The page shows what the core decides and sends what the core builds. Only [`client`] accesses the
//! network, and no component knows a domain rule.
//!
//! Dependencies point down only: [`App`], then a module for each task, then shared views and state.
//! Tasks don't depend on each other.

#![allow(unreachable_pub, reason = "`#[component]` generates `pub` items")]

mod accept;
mod app;
pub mod client;
mod connect;
mod create;
mod errors;
mod i18n;
mod jwe;
mod pending;
mod state;
mod ui;
mod volumes;

pub use app::App;

/// Mounts the page, and removes the placeholder that `index.html` shows during loading.
pub fn mount() {
    let body = leptos::prelude::document().body();
    if let Some(shell) = body.as_ref().and_then(|b| b.query_selector("#shell").ok().flatten()) {
        shell.remove();
    }
    leptos::mount::mount_to_body(App);
}
