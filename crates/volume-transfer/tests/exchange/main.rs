//! Requests and responses, compared with EVS's samples and with recordings of a real Cinder and a
//! real Keystone.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::wildcard_enum_match_arm,
    reason = "a test fails by panicking"
)]

mod created;
mod faults;
mod identity;
mod lenient;
mod lists;
#[path = "../recorded/mod.rs"]
mod recorded;
mod rejections;
mod requests;
mod sign_in;

const PROJECT: &str = "dd14c6ac581f40059e27f5320b60bf2f";
const VOLUME: &str = "c86b9af4-151d-4ead-b62c-5fb967af0e37";
