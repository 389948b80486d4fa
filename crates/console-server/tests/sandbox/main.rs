//! Tests of the sandbox's API.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod demo;
mod file;
mod identity;
mod microversions;
mod races;
mod requests;
#[path = "../support/mod.rs"]
mod support;
mod transfers;
mod volumes;

use axum::http::header;
use serde_json::Value;
use support::{Server, request};

fn keys(value: &Value) -> Vec<&str> {
    let mut keys: Vec<_> = value.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

/// Creates a transfer of one of A's volumes. Returns the transfer's ID, its key, and the volume's
/// ID.
async fn transfer(server: &Server, name: &str) -> (String, String, String) {
    let volume = server.volume_named(name).await["id"].as_str().unwrap().to_owned();
    let created = server.create(&volume, "n").await.json();
    let text = |field: &str| created["transfer"][field].as_str().unwrap().to_owned();
    (text("id"), text("auth_key"), volume)
}

fn with_version(method: &str, path: &str, version: &str) -> axum::http::request::Builder {
    request(method, path)
        .header("OpenStack-API-Version", format!("volume {version}"))
        .header(header::CONTENT_TYPE, "application/json")
}
