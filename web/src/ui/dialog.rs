//! Modal dialogs.

use super::{effect, focus};
use leptos::ev;
use leptos::html;
use leptos::prelude::*;

/// A modal dialog. Opens when it is mounted, and moves the focus to its heading. Screen readers also
/// read the text of the child with the ID `{id}-text`, if there is one.
#[component]
pub(crate) fn Dialog(
    /// The heading's ID.
    id: &'static str,
    title: Signal<String>,
    /// Called when the user dismisses the dialog, for example with the Escape key.
    #[prop(into)]
    on_close: Callback<()>,
    /// Whether only a button inside the dialog closes it. If so, neither Escape nor the browser's
    /// other gestures close it.
    #[prop(optional)]
    persistent: bool,
    children: Children,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    let open = move || {
        let Some(dialog) = dialog.get_untracked() else { return };
        // `set_attribute` can't fail for a valid attribute name.
        let _ = dialog.set_attribute("aria-describedby", &format!("{id}-text"));
        if persistent {
            let _ = dialog.set_attribute("closedby", "none");
        }
        if !dialog.open() {
            // Can't fail for a closed dialog in the document.
            let _ = dialog.show_modal();
        }
        focus(id);
    };
    effect(move || {
        if dialog.get().is_some() {
            open();
        }
    });
    view! {
        <dialog node_ref=dialog aria-labelledby=id
            on:cancel=move |event: ev::Event| {
                event.prevent_default();
                on_close.run(());
            }
            on:keydown=move |event: ev::KeyboardEvent| {
                if persistent && event.key() == "Escape" {
                    event.prevent_default();
                }
            }
            // Some browsers close the dialog without asking, so it is reopened. It closes for good only
            // when it is removed.
            on:close=move |_| open()
        >
            <h2 id=id tabindex="-1" prop:textContent=title />
            {children()}
        </dialog>
    }
}
