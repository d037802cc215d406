//! Lists that drop down from a button.

use leptos::html::Div;
use leptos::prelude::*;

use super::signal::RwSignal;
use wasm_bindgen::JsCast;

/// A press anywhere else closes it.
pub fn close_outside(root: NodeRef<Div>, open: RwSignal<bool>) {
    let outside = window_event_listener(leptos::ev::pointerdown, move |event| {
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Node>().ok());
        if open.get_untracked() && !root.get_untracked().is_some_and(|root| root.contains(target.as_ref())) {
            open.set(false);
        }
    });
    on_cleanup(move || outside.remove());
}
