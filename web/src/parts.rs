//! Building blocks of the page: buttons, messages, tables. Their parameters have few types, because
//! generic view code is compiled once for every combination of types.
//!
//! A text that may change is set as its element's `textContent`. A text node is not the page's own:
//! browser translation replaces text nodes, and an update of a replaced node is never seen.

use crate::field::{aria_true, focus};
use crate::text::{Key, t};
use leptos::html::Dialog;
use leptos::prelude::*;

/// Does something now, and again whenever a signal changes that it reads.
pub(crate) fn effect(run: impl Fn() + 'static) {
    fn boxed(run: Box<dyn Fn()>) {
        Effect::new(move |_| run());
    }
    boxed(Box::new(run));
}

/// Builds a view, and builds it anew whenever a signal changes that it reads.
pub(crate) fn dynamic(build: impl Fn() -> Option<AnyView> + Send + 'static) -> AnyView {
    fn boxed(build: Box<dyn Fn() -> Option<AnyView> + Send>) -> AnyView {
        (move || build()).into_any()
    }
    boxed(Box::new(build))
}

/// Opens a dialog of the page, and moves the focus to its heading.
pub(crate) fn open(dialog: NodeRef<Dialog>, heading: &str) {
    if let Some(dialog) = dialog.get_untracked().filter(|dialog| !dialog.open()) {
        // It cannot fail for a closed dialog in the page.
        let _ = dialog.show_modal();
    }
    focus(heading);
}

/// A button; one that is held back can still be reached and says so.
#[component]
pub(crate) fn Button(
    #[prop(into)] label: Signal<String>,
    #[prop(into)] press: Callback<()>,
    /// Whether it is the one that goes on with the work.
    #[prop(optional)]
    primary: bool,
    #[prop(optional, into)] disabled: Signal<bool>,
) -> impl IntoView {
    view! {
        <button type="button" class=primary.then_some("primary") on:click=move |_| press.run(())
            aria-disabled=aria_true(disabled) prop:textContent=label />
    }
}

/// The button that sends its form.
#[component]
pub(crate) fn Submit(
    id: &'static str,
    label: Key,
    #[prop(into)] disabled: Signal<bool>,
    /// The id of what says why it is held back.
    #[prop(optional)]
    why: Option<&'static str>,
) -> impl IntoView {
    view! {
        <button type="submit" id=id class="primary" aria-describedby=why
            aria-disabled=aria_true(disabled) prop:textContent=t(label) />
    }
}

/// What is there only while something holds.
#[component]
pub(crate) fn When(#[prop(into)] holds: Signal<bool>, children: ChildrenFn) -> impl IntoView {
    let holds = Memo::new(move |_| holds.get());
    dynamic(move || holds.get().then(|| children()))
}

/// A message of what went wrong, with what is known of it.
#[component]
pub(crate) fn Bad(what: Key, children: Children) -> impl IntoView {
    view! {
        <div class="message bad">
            <p><strong prop:textContent=t(what) /></p>
            {children()}
        </div>
    }
}

/// A table whose rows become cards on a narrow screen, which is why all roles are said again.
#[component]
pub(crate) fn Table(
    /// The id of its heading.
    label: &'static str,
    class: &'static str,
    /// Their names, and whether a name is only read out.
    columns: &'static [(Key, bool)],
    children: Children,
) -> impl IntoView {
    let columns: Vec<_> = columns
        .iter()
        .map(|&(name, unseen)| {
            let class = unseen.then_some("unseen");
            view! { <th role="columnheader" scope="col"><span class=class prop:textContent=t(name) /></th> }
        })
        .collect();
    view! {
        <div class="scroll">
            <table role="table" class=class aria-labelledby=label>
                <thead role="rowgroup"><tr role="row">{columns}</tr></thead>
                <tbody role="rowgroup">{children()}</tbody>
            </table>
        </div>
    }
}

/// A cell of such a table, with its column's name for the card.
#[component]
pub(crate) fn Cell(column: Key, class: &'static str, children: Children) -> impl IntoView {
    view! { <td role="cell" class=class data-label=t(column)>{children()}</td> }
}

/// A line of a record.
#[component]
pub(crate) fn Entry(name: Key, children: Children) -> impl IntoView {
    view! { <div><dt prop:textContent=t(name) /><dd>{children()}</dd></div> }
}
