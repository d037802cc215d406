//! The browser: the only module that names leptos.
use leptos::prelude::*;

pub mod worker;

/// Starts the app.
pub fn start() {
    console_error_panic_hook::set_once();
    mount_to_body(|| view! { <h1>"Pressure Point"</h1> });
}
