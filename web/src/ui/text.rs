//! Elements with text and no attributes. Each is a function, because an element in a view is compiled
//! again wherever it is used.

use leptos::prelude::*;

macro_rules! text_elements {
    ($($tag:ident)*) => {$(
        pub(crate) fn $tag(text: impl Into<Signal<String>>) -> AnyView {
            fn build(text: Signal<String>) -> AnyView {
                leptos::html::$tag().prop("textContent", text).into_any()
            }
            build(text.into())
        }
    )*};
}

text_elements!(bdi code h3 li p span strong);
