//! The page: connect to a project, choose a volume, create its transfer, hand the key over.
//!
//! It shows what the core says and sends what the core builds. [`client`] alone touches the
//! network; no component knows a rule.

#![allow(unreachable_pub, reason = "what `#[component]` makes is always `pub`")]

mod accept;
mod app;
pub mod client;
mod connect;
mod create;
mod field;
mod follow;
mod handover;
mod parts;
mod progress;
mod state;
mod text;
mod transfers;
mod trouble;
mod volumes;

pub use app::App;

/// Puts the page in the place of the shell that `index.html` shows while it loads.
pub fn mount() {
    let body = leptos::prelude::document().body();
    if let Some(shell) = body.as_ref().and_then(|b| b.query_selector("#shell").ok().flatten()) {
        shell.remove();
    }
    leptos::mount::mount_to_body(App);
}
