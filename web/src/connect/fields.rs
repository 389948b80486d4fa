//! Reads and changes the form's fields and attributes in the document.

use super::details::ConnectionDetails;
use crate::client::Account;
use crate::ui::{by_id, set_attribute};
use leptos::prelude::{document, window};
use volume_transfer::Service;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, HtmlInputElement, HtmlSelectElement};

/// The ID of the form.
pub(super) const FORM: &str = "connect";

/// The fields that are emptied as soon as their contents are no longer needed.
const SECRETS: [&str; 4] = ["secret", "password", "passcode", "token"];

/// Returns the contents of a field.
pub(super) fn value(id: &str) -> String {
    by_id::<HtmlInputElement>(id).map(|input| input.value()).unwrap_or_default()
}

/// Replaces the contents of a field.
pub(super) fn set_value(id: &str, value: &str) {
    if let Some(input) = by_id::<HtmlInputElement>(id) {
        input.set_value(value);
    }
}

/// Empties the fields with secrets.
pub(super) fn clear_secrets() {
    for id in SECRETS {
        set_value(id, "");
    }
}

/// Returns an attribute of the form.
pub(super) fn attribute(name: &str) -> String {
    by_id::<HtmlElement>(FORM).and_then(|form| form.get_attribute(name)).unwrap_or_default()
}

/// Shows the fields of a sign-in method, or the choice of a project.
pub(super) fn show(fields: &str) {
    set_attribute(FORM, "data-show", Some(fields));
    set_attribute(FORM, "data-passcode", None);
}

/// Shows the field for the passcode.
pub(super) fn ask_for_passcode() {
    set_attribute(FORM, "data-passcode", Some("required"));
}

/// Returns the contents of the fields.
pub(super) fn entered() -> ConnectionDetails {
    ConnectionDetails {
        endpoint: value("endpoint"),
        project: value("project"),
        token: value("token").into(),
        service: by_id::<HtmlSelectElement>("service").map(|s| s.value()).unwrap_or_default(),
        account: Account::default(),
    }
}

/// Returns the service that the user chose.
pub(super) fn service() -> Service {
    Service::from_code(&entered().service).unwrap_or_default()
}

/// Replaces the contents of the fields.
pub(super) fn fill(details: &ConnectionDetails, keep: bool) {
    let account = &details.account;
    clear_secrets();
    let endpoint = if details.endpoint.is_empty() { &server() } else { &details.endpoint };
    for (id, value) in [
        ("endpoint", endpoint),
        ("project", &details.project),
        ("token", &*details.token),
        ("user", &account.user),
        ("domain", &account.domain),
        ("credential", &account.credential),
    ] {
        set_value(id, value);
    }
    if let Some(select) = by_id::<HtmlSelectElement>("service") {
        select.set_value(Service::from_code(&details.service).unwrap_or_default().code());
    }
    if let Some(input) = keep_box() {
        input.set_checked(keep);
    }
    if !details.token.is_empty() || !details.project.is_empty() && !account.is_signed_in() {
        choose_method("token");
    } else if account.is_signed_in() {
        choose_method(&account.method);
    } else {
        choose_method(&shown_method());
    }
}

/// Selects a sign-in method.
pub(super) fn choose_method(method: &str) {
    let radio = document().query_selector(&format!("[name=method][value={method}]")).ok().flatten();
    if let Some(radio) = radio.and_then(|radio| radio.dyn_into::<HtmlInputElement>().ok()) {
        radio.set_checked(true);
    }
    show(method);
}

/// Returns the selected sign-in method.
pub(super) fn shown_method() -> String {
    let radio = document().query_selector("[name=method]:checked").ok().flatten();
    radio.and_then(|radio| radio.get_attribute("value")).unwrap_or_default()
}

pub(super) fn keep_box() -> Option<HtmlInputElement> {
    by_id("keep")
}

/// Returns the address of the server that the page comes from, including the path that the page is
/// served under.
pub(super) fn server() -> String {
    let location = window().location();
    let path = location.pathname().unwrap_or_default();
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    location.origin().unwrap_or_default() + folder
}
