//! Dialogs over the page: the browser's own, opened and closed by what the app knows.

use leptos::html::Dialog;
use leptos::prelude::*;

use super::signal::effect;
use web_sys::HtmlDialogElement;

/// Keeps a dialog open while this is so.
pub fn follow(dialog: NodeRef<Dialog>, open: impl Fn() -> bool + 'static) {
    effect(move || {
        if let Some(dialog) = dialog.get() {
            show(&dialog, open());
        }
    });
}

/// Opens or closes a dialog; whether it was opened just now.
pub fn show(dialog: &HtmlDialogElement, open: bool) -> bool {
    match (open, dialog.open()) {
        (true, false) => return dialog.show_modal().is_ok(),
        (false, true) => dialog.close(),
        _ => {}
    }
    false
}
