//! Tests of the page's components in a real browser, with a mock network.

#![cfg(target_arch = "wasm32")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use js_sys::{Function, Promise, Reflect};
use leptos::prelude::*;
use volume_transfer::Service;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web::client::Endpoint;
use web_sys::{Element, HtmlElement, HtmlInputElement};

wasm_bindgen_test_configure!(run_in_browser);

/// The document whose elements the page takes over. Its scripts don't run, because it is inserted with
/// `innerHTML`.
const INDEX: &str = include_str!("../../index.html");

/// Provides the English messages to the mock network, in the build's format.
fn provide_messages() {
    let messages = include_str!("../../locales/en.json");
    let provide = "const all = JSON.parse(json);
        window.messages = Object.keys(all).sort().map((key) => all[key]).join('\\n');";
    Function::new_with_args("json", provide).call1(&JsValue::NULL, &messages.into()).unwrap();
}

/// Replaces `fetch` with a JavaScript function that takes a method and a path, and returns
/// `[status, body]`. Status 0 is a network error. Records the requests in `window.requests`.
fn mock_network(handler: &str) {
    let install = format!(
        "window.requests = [];
         const real = window.realFetch ??= window.fetch;
         window.fetch = async (request, init) => {{
             const {{ method, url }} = request instanceof Request ? request : {{ method: 'GET', url: request }};
             const path = new URL(url, location.href).pathname;
             if (path === '/en.txt') return new Response(window.messages);
             window.requests.push(method + ' ' + path);
             const [status, body] = (({handler}))(method, path);
             if (status === 0) throw new TypeError('Failed to fetch');
             return new Response(body, {{ status }});
         }};"
    );
    Function::new_no_args(&install).call0(&JsValue::NULL).unwrap();
}

fn request_count(method: &str) -> usize {
    let requests: js_sys::Array =
        Reflect::get(&window(), &"requests".into()).unwrap().unchecked_into();
    requests.iter().filter(|request| request.as_string().unwrap().starts_with(method)).count()
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

/// The page, mounted in its own element. Unmounted when dropped.
struct Mounted {
    root: HtmlElement,
    handle: Option<Box<dyn FnOnce()>>,
}

impl Mounted {
    async fn open(handler: &str) -> Mounted {
        mock_network(handler);
        provide_messages();
        document().document_element().unwrap().set_attribute("lang", "en").unwrap();
        // A failed test may have left elements with the same IDs behind.
        while let Some(left) = document().query_selector(".mounted").unwrap() {
            left.remove();
        }
        let root: HtmlElement = document().create_element("div").unwrap().unchecked_into();
        root.set_class_name("mounted");
        let (_, body) = INDEX.split_once("<body>").unwrap();
        let english = r#"<option value="en" lang="en" data-file="/en.txt"></option>"#;
        root.set_inner_html(&body.replace("<!-- languages -->", english));
        document().body().unwrap().append_child(&root).unwrap();
        // As `start.js` does.
        let endpoint = root.query_selector("#endpoint").unwrap().unwrap();
        let origin = window().location().origin().unwrap();
        endpoint.unchecked_into::<HtmlInputElement>().set_value(&origin);
        let handle = web::mount().await.unwrap();
        settle().await;
        Mounted { root, handle: Some(Box::new(move || drop(handle))) }
    }

    async fn connected() -> Mounted {
        let page = Mounted::open(SERVICE).await;
        page.fill("#project", "p");
        page.fill("#token", "t");
        page.press("Connect").await;
        page
    }

    fn find(&self, selector: &str) -> Option<HtmlElement> {
        self.root.query_selector(selector).unwrap().map(JsCast::unchecked_into)
    }

    fn text(&self) -> String {
        self.root.text_content().unwrap()
    }

    fn fill(&self, selector: &str, text: &str) {
        let input: HtmlInputElement = self.find(selector).unwrap().unchecked_into();
        input.set_value(text);
    }

    async fn press(&self, name: &str) {
        let buttons = self.root.get_elements_by_tag_name("button");
        let button = (0..buttons.length())
            .filter_map(|index| buttons.item(index))
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
        self.root.remove();
    }
}

/// Gives pending requests and effects time to complete.
async fn settle() {
    for _ in 0..3 {
        let promise = Promise::new(&mut |resolve, _| {
            window().set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, 30).unwrap();
        });
        JsFuture::from(promise).await.unwrap();
    }
}

const ELIGIBLE: &str = "c86b9af4-151d-4ead-b62c-5fb967af0e37";
const INELIGIBLE: &str = "b104b8db-170d-441b-897a-3c8ba9c5a214";

#[wasm_bindgen_test]
async fn the_form_offers_all_services() {
    let page = Mounted::open(SERVICE).await;
    let options = page.root.query_selector_all("#service option").unwrap();
    let values: Vec<_> = (0..options.length())
        .map(|index| options.item(index).unwrap().unchecked_into::<Element>())
        .map(|option| option.get_attribute("value").unwrap())
        .collect();
    assert_eq!(values, Service::ALL.map(Service::code));
    assert!(page.text().contains("OpenStack Cinder"));
}

#[wasm_bindgen_test]
async fn sends_nothing_for_an_invalid_connection() {
    let page = Mounted::open(SERVICE).await;
    page.fill("#project", "a/b");
    page.press("Connect").await;
    assert!(page.text().contains("Not a valid project ID"));
    assert!(page.text().contains("Enter a token."));
    assert_eq!(request_count("GET"), 0);
}

#[wasm_bindgen_test]
async fn shows_every_reason_why_a_volume_is_ineligible() {
    let page = Mounted::connected().await;
    let reasons = page.find(&format!("#reasons-{INELIGIBLE}")).unwrap().text_content().unwrap();
    assert!(reasons.contains("“in-use”"), "{reasons}");
    assert!(reasons.contains("It is marked bootable"), "{reasons}");
    page.choose(INELIGIBLE).await;
    page.press("Create transfer").await;
    assert_eq!(request_count("POST"), 0);
}

#[wasm_bindgen_test]
async fn contains_the_key_only_while_it_is_shown() {
    const KEY: &str = "9266c59563c84664";
    let page = Mounted::connected().await;
    page.choose(ELIGIBLE).await;
    page.press("Create transfer").await;
    let html = || page.root.inner_html();
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
    assert_eq!(request_count("POST"), 1);
}

#[wasm_bindgen_test]
async fn shows_links_as_text_and_invalid_times_verbatim() {
    let page = Mounted::connected().await;
    page.choose(ELIGIBLE).await;
    page.press("Create transfer").await;
    assert!(page.text().contains("javascript:alert(1)"));
    assert!(page.find("dialog a").is_none());
    assert!(page.text().contains("no time"));
}

#[wasm_bindgen_test]
async fn reports_an_unknown_outcome_after_a_lost_response() {
    let lossy =
        SERVICE.replace("if (method === 'POST')", "if (method === 'POST') return [0]; if (0)");
    let page = Mounted::open(&lossy).await;
    page.fill("#project", "p");
    page.fill("#token", "t");
    page.press("Connect").await;
    page.choose(ELIGIBLE).await;
    page.press("Create transfer").await;
    assert!(page.text().contains("Outcome unknown"));
    page.press("Create transfer").await;
    assert_eq!(request_count("POST"), 1);
}

#[wasm_bindgen_test]
fn parses_http_endpoints_only() {
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
