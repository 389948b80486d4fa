//! Modal dialogs.

use super::focus;
use leptos::html::Dialog;
use leptos::prelude::*;

/// Opens a dialog and moves the focus to its heading.
pub(crate) fn show_dialog(dialog: NodeRef<Dialog>, heading: &str) {
    if let Some(dialog) = dialog.get_untracked().filter(|dialog| !dialog.open()) {
        // Can't fail for a closed dialog in the document.
        let _ = dialog.show_modal();
    }
    focus(heading);
}
