//! What the page has many of. Each is made in one place and from values of few types: what is
//! generic in a view is compiled anew for every use of it.

use crate::field::focus;
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
            aria-disabled=move || disabled.get().then_some("true")>
            {label}
        </button>
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
            aria-disabled=move || disabled.get().then_some("true")>
            {t(label)}
        </button>
    }
}

/// What is there only while something holds.
#[component]
pub(crate) fn When(#[prop(into)] holds: Signal<bool>, children: ChildrenFn) -> impl IntoView {
    let holds = Memo::new(move |_| holds.get());
    move || holds.get().then(|| children())
}

/// A message of what went wrong, with what is known of it.
#[component]
pub(crate) fn Bad(what: Key, children: Children) -> impl IntoView {
    view! {
        <div class="message bad">
            <p><strong>{t(what)}</strong></p>
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
            view! { <th role="columnheader" scope="col"><span class=class>{t(name)}</span></th> }
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
    view! { <div><dt>{t(name)}</dt><dd>{children()}</dd></div> }
}
