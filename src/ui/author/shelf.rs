//! The lesson as a folder: its name, out as a zip, in from a zip or from files.

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

use crate::lesson::{LessonDraft, read_zip, write_zip};
use crate::ui::element::view;

use super::super::files;
use super::super::glyph::{Glyph, glyph};
use super::super::live::live;
use super::Desk;

/// The shelf.
#[component]
pub fn Shelf(desk: Desk) -> impl IntoView {
    let input: NodeRef<leptos::html::Input> = NodeRef::new();
    let save = move |_| {
        let (name, paths) = desk.draft.with_untracked(|draft| (draft.name.clone(), draft.paths()));
        files::download_bytes(&format!("{name}.zip"), &write_zip(&paths));
    };
    let pick = move |_| {
        if let Some(input) = input.get_untracked() {
            input.click();
        }
    };
    let picked = move |event: web_sys::Event| {
        let input: HtmlInputElement = event.target().expect("a listener has a target").unchecked_into();
        spawn_local(async move {
            let files = files::chosen_files(input).await;
            if files.is_empty() {
                return;
            }
            match texts_of(files).and_then(LessonDraft::of_files) {
                Ok((draft, passed_over)) => {
                    let left = match passed_over.len() {
                        0 => String::new(),
                        _ => format!(" Not part of a lesson, and left out: {}.", passed_over.join(", ")),
                    };
                    desk.lay_down(draft.clone(), format!("{} is on the desk.{left}", draft.name));
                }
                Err(why) => desk.tell(format!("This cannot be opened: {why}. Nothing was changed.")),
            }
        });
    };
    view! {
        <div class="desk-shelf">
        <label class="desk-folder">"Folder"
            <input maxlength="60" prop:value=move || desk.draft.with(|draft| draft.name.clone())
                on:change=move |event| desk.change(|draft| draft.rename(event_target_value(&event).trim())) />
        </label>
        <button class="text-button" on:click=save>{glyph(Glyph::Download)}"Zip"</button>
        <button class="text-button" on:click=pick>{glyph(Glyph::Upload)}"Open…"</button>
        <button class="text-button" on:click=move |_| desk.lay_down(LessonDraft::default(), "A new lesson is on the desk.".to_owned())>"New"</button>
        </div>
        <input class="visually-hidden" type="file" multiple accept=".zip,.md,.toml" tabindex="-1" aria-hidden="true" node_ref=input
            data-for="lesson" on:change=picked />
        <div role="status" class="desk-notes">{live(move || note(desk))}</div>
    }
}

/// What was last told, and the way back from it.
fn note(desk: Desk) -> Option<impl IntoView> {
    let undo = move |_| {
        if let Some(before) = desk.before.get_value() {
            desk.lay_down(before, String::new());
        }
    };
    let text = desk.note.get();
    let can_undo = desk.before.with_value(Option::is_some);
    (!text.is_empty()).then(|| {
        view! {
            <p class="desk-note">{text}
                <button class="chip" hidden=!can_undo on:click=undo>"Undo"</button>
                <button class="icon-button small" aria-label="Close this note" on:click=move |_| desk.note.set(String::new())>
                    {glyph(Glyph::Close)}
                </button>
            </p>
        }
    })
}

/// The texts of a zip, or of the files themselves.
fn texts_of(files: Vec<(String, Vec<u8>)>) -> Result<Vec<(String, String)>, String> {
    if let [(name, bytes)] = files.as_slice()
        && name.ends_with(".zip")
    {
        return read_zip(bytes);
    }
    let text = |(name, bytes): (String, Vec<u8>)| {
        String::from_utf8(bytes).map(|text| (name.clone(), text)).map_err(|_| format!("{name} is no text"))
    };
    files.into_iter().map(text).collect()
}
