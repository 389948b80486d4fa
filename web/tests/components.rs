//! The page's components in a real browser, with a network of the tests' own.

#![cfg(target_arch = "wasm32")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use js_sys::{Function, Promise, Reflect};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web::App;
use web::client::{Endpoint, Token, TokenError};
use web_sys::{HtmlElement, HtmlInputElement};

wasm_bindgen_test_configure!(run_in_browser);

/// Puts a service in the place of the network: a function of method and URL, in JavaScript, that
/// gives `[status, body]`. What was asked is kept in `window.asked`.
fn network(answers: &str) {
    let install = format!(
        "window.asked = [];
         const real = window.realFetch ??= window.fetch;
         window.fetch = async (request, init) => {{
             const {{ method, url }} = request instanceof Request ? request : {{ method: 'GET', url: request }};
             const path = new URL(url, location.href).pathname;
             window.asked.push(method + ' ' + path);
             const [status, body] = (({answers}))(method, path);
             if (status === 0) throw new TypeError('Failed to fetch');
             return new Response(body, {{ status }});
         }};"
    );
    Function::new_no_args(&install).call0(&JsValue::NULL).unwrap();
}

fn asked(method: &str) -> usize {
    let asked: js_sys::Array = Reflect::get(&window(), &"asked".into()).unwrap().unchecked_into();
    asked.iter().filter(|a| a.as_string().unwrap().starts_with(method)).count()
}

const SERVICE: &str = r#"(method, path) => {
    if (path.endsWith('cloudvolumes/detail')) return [200, JSON.stringify({ volumes: [
        { id: 'c86b9af4-151d-4ead-b62c-5fb967af0e37', name: 'good', status: 'available', bootable: 'false', service_type: 'EVS' },
        { id: 'b104b8db-170d-441b-897a-3c8ba9c5a214', name: 'bad', status: 'in-use', bootable: 'true' } ] })];
    if (path.endsWith('cloudsnapshots/detail')) return [200, '{"snapshots":[]}'];
    if (method === 'POST') return [202, JSON.stringify({ transfer: {
        id: 'a-transfer', name: null, volume_id: 'c86b9af4-151d-4ead-b62c-5fb967af0e37',
        created_at: 'no time', auth_key: '9266c59563c84664',
        links: [{ rel: 'self', href: 'javascript:alert(1)' }] } })];
    return [404, ''];
}"#;

/// The page in a place of its own, which the test's end takes away.
struct Mounted {
    place: HtmlElement,
    handle: Option<Box<dyn FnOnce()>>,
}

impl Mounted {
    #[expect(clippy::disallowed_methods, reason = "says beforehand which language was chosen")]
    async fn app(answers: &str) -> Mounted {
        network(answers);
        window()
            .local_storage()
            .unwrap()
            .unwrap()
            .set_item("volume-transfer.language", "en")
            .unwrap();
        let place: HtmlElement = document().create_element("div").unwrap().unchecked_into();
        document().body().unwrap().append_child(&place).unwrap();
        let handle = leptos::mount::mount_to(place.clone(), App);
        settle().await;
        Mounted { place, handle: Some(Box::new(move || drop(handle))) }
    }

    async fn connected() -> Mounted {
        let page = Mounted::app(SERVICE).await;
        page.fill("#project", "p");
        page.fill("#token", "t");
        page.press("Connect").await;
        page
    }

    fn find(&self, selector: &str) -> Option<HtmlElement> {
        self.place.query_selector(selector).unwrap().map(JsCast::unchecked_into)
    }

    fn text(&self) -> String {
        self.place.text_content().unwrap()
    }

    fn fill(&self, selector: &str, text: &str) {
        let input: HtmlInputElement = self.find(selector).unwrap().unchecked_into();
        input.set_value(text);
    }

    async fn press(&self, name: &str) {
        let buttons = self.place.get_elements_by_tag_name("button");
        let button = (0..buttons.length())
            .filter_map(|at| buttons.item(at))
            .find(|button| button.text_content().as_deref() == Some(name))
            .unwrap_or_else(|| panic!("no button {name} in: {}", self.text()));
        button.unchecked_into::<HtmlElement>().click();
        settle().await;
    }

    async fn choose(&self, id: &str) {
        self.find(&format!("#volume-{id}")).unwrap().click();
        settle().await;
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        if let Some(unmount) = self.handle.take() {
            unmount();
        }
        self.place.remove();
    }
}

/// Lets everything that is under way come to its end.
async fn settle() {
    for _ in 0..3 {
        let promise = Promise::new(&mut |done, _| {
            window().set_timeout_with_callback_and_timeout_and_arguments_0(&done, 30).unwrap();
        });
        JsFuture::from(promise).await.unwrap();
    }
}

const GOOD: &str = "c86b9af4-151d-4ead-b62c-5fb967af0e37";
const BAD: &str = "b104b8db-170d-441b-897a-3c8ba9c5a214";

#[wasm_bindgen_test]
async fn no_demo_is_offered_where_the_server_has_none() {
    let page = Mounted::app("() => [404, '']").await;
    assert!(!page.text().contains("Use demo project"));
}

#[wasm_bindgen_test]
async fn nothing_is_asked_of_a_connection_that_cannot_be() {
    let page = Mounted::app(SERVICE).await;
    page.fill("#project", "a/b");
    page.press("Connect").await;
    assert!(page.text().contains("Not a valid project ID"));
    assert!(page.text().contains("Enter a token."));
    assert_eq!(asked("GET"), 1, "the sandbox's projects alone");
}

#[wasm_bindgen_test]
async fn every_volume_is_shown_with_all_its_reasons() {
    let page = Mounted::connected().await;
    let reasons = page.find(&format!("#reasons-{BAD}")).unwrap().text_content().unwrap();
    assert!(reasons.contains("Its status is “in-use”"), "{reasons}");
    assert!(reasons.contains("It is marked bootable"), "{reasons}");
    page.choose(BAD).await;
    page.press("Create transfer").await;
    assert_eq!(asked("POST"), 0);
}

#[wasm_bindgen_test]
async fn a_key_is_in_the_page_only_while_it_is_shown() {
    const KEY: &str = "9266c59563c84664";
    let page = Mounted::connected().await;
    page.choose(GOOD).await;
    page.press("Create transfer").await;
    let html = || page.place.inner_html();
    assert!(page.text().contains("Transfer created"));
    assert!(!html().contains(KEY));
    page.press("Show key").await;
    assert!(html().contains(KEY));
    page.press("Show key").await;
    assert!(!html().contains(KEY));
    page.press("Show key").await;
    page.press("I have saved the key").await;
    assert!(!html().contains(KEY));
    assert!(!page.text().contains("Transfer created"));
    assert_eq!(asked("POST"), 1);
}

#[wasm_bindgen_test]
async fn a_server_s_link_is_text_and_its_odd_time_is_shown_as_it_came() {
    let page = Mounted::connected().await;
    page.choose(GOOD).await;
    page.press("Create transfer").await;
    assert!(page.text().contains("javascript:alert(1)"));
    assert!(page.find("dialog a").is_none());
    assert!(page.text().contains("no time"));
}

#[wasm_bindgen_test]
async fn a_lost_answer_leaves_the_outcome_unknown() {
    let lost =
        SERVICE.replace("if (method === 'POST')", "if (method === 'POST') return [0]; if (0)");
    let page = Mounted::app(&lost).await;
    page.fill("#project", "p");
    page.fill("#token", "t");
    page.press("Connect").await;
    page.choose(GOOD).await;
    page.press("Create transfer").await;
    assert!(page.text().contains("Outcome unknown"));
    page.press("Create transfer").await;
    assert_eq!(asked("POST"), 1);
}

#[wasm_bindgen_test]
fn an_endpoint_is_plain_http() {
    for (address, endpoint) in [
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("\u{200b} HTTPS://EVS.example/ ", "https://evs.example"),
        ("https://host/volume", "https://host/volume"),
        ("https://host:8776/v3/dd14c6ac581f40059e27f5320b60bf2f", "https://host:8776"),
        ("https://host/volume/v3/$(project_id)s", "https://host/volume"),
        ("https://host/#/volumes?page=2", "https://host"),
    ] {
        let parsed = Endpoint::parse(address);
        assert_eq!(parsed.as_ref().map(Endpoint::as_str), Some(endpoint), "{address}");
    }
    for other in ["", "host", "javascript:alert(1)", "ftp://h", "https://u:p@h"] {
        assert_eq!(Endpoint::parse(other), None, "{other}");
    }
}

#[wasm_bindgen_test]
fn a_token_can_be_carried_by_a_header_and_is_not_printed() {
    assert_eq!(format!("{:?}", Token::parse(" secret\n").unwrap()), "[redacted]");
    assert_eq!(Token::parse(" \n").unwrap_err(), TokenError::Empty);
    for malformed in ["two words", "线", "a\r\nX-Header: b"] {
        assert_eq!(Token::parse(malformed).unwrap_err(), TokenError::Malformed, "{malformed}");
    }
}
