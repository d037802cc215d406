//! When the app itself breaks: says so, and that nothing is lost, in place of a dead page.

use leptos::prelude::*;
use wasm_bindgen::prelude::*;

/// From now on, a panic shows a message over the page. It uses nothing of the app, which may be in any state.
pub fn guard() {
    std::panic::set_hook(Box::new(|info| {
        console_error_panic_hook::hook(info);
        let _ = show(&info.to_string());
    }));
}

fn show(what: &str) -> Option<()> {
    let document = document();
    if document.get_element_by_id("broken").is_some() {
        return None;
    }
    let make = |name: &str, text: &str| {
        let element = document.create_element(name).ok()?;
        element.set_text_content(Some(text));
        Some(element)
    };
    let note = make("div", "")?;
    note.set_id("broken");
    note.set_attribute("role", "alertdialog").ok()?;
    note.set_attribute("aria-label", "The app broke down").ok()?;
    let box_of = make("div", "")?;
    let button = make("button", "Reload the page")?;
    let reload = Closure::<dyn FnMut()>::new(|| drop(window().location().reload()));
    button.add_event_listener_with_callback("click", reload.as_ref().unchecked_ref()).ok()?;
    reload.forget();
    let parts = [
        make("h1", "Something broke in Pressure Point")?,
        make("p", "Your design is saved in this browser; it comes back when you reload the page.")?,
        button,
        make("pre", what)?,
    ];
    for part in parts {
        box_of.append_child(&part).ok()?;
    }
    note.append_child(&box_of).ok()?;
    document.body()?.append_child(&note).ok()?;
    Some(())
}
