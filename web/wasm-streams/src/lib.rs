//! Stands in for the crate of the same name, which converts between Rust and JavaScript streams.
//!
//! Leptos always depends on that crate, because server functions can use streams. The page has no
//! server functions, but the original exports classes to JavaScript, and the linker keeps everything
//! that is exported, which adds 5 KB to the page. This stand-in contains only the items that Leptos
//! refers to, and its streams are empty.

use futures_util::stream::{Empty, Stream, empty};
use wasm_bindgen::{JsCast, JsValue};

/// An empty stream.
#[derive(Debug)]
pub struct ReadableStream(web_sys::ReadableStream);

impl ReadableStream {
    /// Ignores the Rust stream and returns a placeholder.
    pub fn from_stream<S>(_: S) -> ReadableStream
    where
        S: Stream<Item = Result<JsValue, JsValue>> + 'static,
    {
        ReadableStream(js_sys::Object::new().unchecked_into())
    }

    /// Wraps a JavaScript stream.
    pub fn from_raw(raw: web_sys::ReadableStream) -> ReadableStream {
        ReadableStream(raw)
    }

    /// Returns the JavaScript stream.
    pub fn into_raw(self) -> web_sys::ReadableStream {
        self.0
    }

    /// Returns a Rust stream without items.
    pub fn into_stream(self) -> Empty<Result<JsValue, JsValue>> {
        empty()
    }
}
