//! Tables, and lists of names and values.

use crate::i18n::{Key, t};
use leptos::prelude::*;

/// A table. On narrow screens its rows are laid out as cards, and browsers then drop the implicit
/// roles of table elements, so all roles are explicit.
#[component]
pub(crate) fn Table(
    /// The ID of the heading that names the table.
    labelled_by: &'static str,
    class: &'static str,
    /// The columns' names, and whether each one is visually hidden.
    #[prop(optional)]
    columns: &'static [(Key, bool)],
    /// Headers other than plain names, instead of `columns`.
    #[prop(optional)]
    headers: Vec<AnyView>,
    /// Whether the table itself can be focused, to scroll it with the keyboard. Needed if nothing in
    /// it can be focused.
    #[prop(optional)]
    focusable: bool,
    children: Children,
) -> impl IntoView {
    let columns: Vec<_> = columns
        .iter()
        .map(|&(name, hidden)| {
            let class = hidden.then_some("visually-hidden");
            view! { <th role="columnheader" scope="col"><span class=class prop:textContent=t(name) /></th> }.into_any()
        })
        .chain(headers)
        .collect();
    // The scrolling group has no name, because screen readers would otherwise read the table's name
    // twice.
    view! {
        <div class="scroll" role="group" tabindex=focusable.then_some("0")>
            <table role="table" class=class aria-labelledby=labelled_by>
                <thead role="rowgroup"><tr role="row">{columns}</tr></thead>
                <tbody role="rowgroup">{children()}</tbody>
            </table>
        </div>
    }
}

/// The header of a column that the table can be sorted by. Pressing it again reverses the order.
#[component]
pub(crate) fn SortHeader(
    column: Key,
    class: &'static str,
    /// `ascending`, `descending`, or `none` if the table is sorted by another column.
    order: Signal<Option<&'static str>>,
    #[prop(into)] on_press: Callback<()>,
) -> impl IntoView {
    view! {
        <th role="columnheader" scope="col" class=class aria-sort=order>
            <button type="button" on:click=move |_| on_press.run(()) prop:textContent=t(column) />
        </th>
    }
}

/// A table cell. Cards show its column's name in front of it.
#[component]
pub(crate) fn Cell(column: Key, class: &'static str, children: Children) -> impl IntoView {
    view! { <td role="cell" class=class data-label=t(column)>{children()}</td> }
}

/// A name and its value in a description list.
#[component]
pub(crate) fn DetailsRow(name: Key, children: Children) -> impl IntoView {
    view! { <div><dt prop:textContent=t(name) /><dd>{children()}</dd></div> }
}
