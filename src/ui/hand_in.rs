//! Handing in: a solved run becomes a file for whoever grades it.

use leptos::prelude::*;

use crate::lesson::HandIn;

use super::award::Award;
use super::dialog::follow;
use super::element::view;
use super::files;
use super::glyph::{Glyph, glyph};
use super::signal::RwSignal;
use super::storage;

/// The dialog.
#[component]
pub fn HandInDialog(open: RwSignal<bool>) -> impl IntoView {
    let award: Award = expect_context();
    let dialog: NodeRef<leptos::html::Dialog> = NodeRef::new();
    let student = RwSignal::new(storage::get("student").unwrap_or_default());
    follow(dialog, move || open.get());
    let result = move || {
        let run = award.solved.get()?;
        let own = run.own.as_ref()?;
        let name = student.get();
        (!name.trim().is_empty()).then(|| HandIn::of(&name, &run.lesson, &run.scenario, own))
    };
    let save = move |_| {
        if let Some(result) = result() {
            storage::put_quietly("student", &result.student);
            files::download(&result.file_name(), &result.write());
        }
    };
    let line = move || result().map(|result| result.line()).unwrap_or_default();
    view! {
        <dialog class="sheet" node_ref=dialog aria-labelledby="hand-in-title" on:close=move |_| open.set(false)>
            <h2 id="hand-in-title">"Hand in"</h2>
            <p>"The file holds your design, what you did while it ran, and what came of it. Whoever grades it plays the same run again."</p>
            <label>"Your name"
                <input type="text" maxlength="80" autocomplete="name" prop:value=student on:input=move |event| student.set(event_target_value(&event)) />
            </label>
            <label hidden=move || line().is_empty()>"Or paste this line. It only claims; the file proves."
                <textarea readonly rows="3" prop:value=line></textarea>
            </label>
            <p class="sheet-buttons">
                <button class="text-button framed" on:click=move |_| open.set(false)>"Close"</button>
                <button class="primary" prop:disabled=move || result().is_none() on:click=save>{glyph(Glyph::Download)}"Save the file"</button>
            </p>
        </dialog>
    }
}
