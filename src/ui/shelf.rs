//! Designs that were given a name, kept in this browser; and the dialogs that save, list and rename them.

use js_sys::Date;
use leptos::prelude::*;
use wasm_bindgen::JsValue;

use crate::design::Design;
use crate::editor::{NAME_CHARS_MAX, Spot, name_key, name_of_key, tidy_name};
use crate::lesson::{read_draft, saved_at, write_draft};
use crate::units::put_in_order;

use super::drafts;
use super::element::view;
use super::live::live;
use super::signal::RwSignal;
use super::storage;
use super::toast::{Toasts, Tone, use_toasts};
use super::workshop::Workshop;

const SHELF: &str = "design/";

/// The design of this name; none if there is none or it cannot be read.
pub fn named(name: &str) -> Option<Design> {
    Some(read_draft(&storage::get(&key(name))?)?.design)
}

/// Keeps a design under this name; otherwise says why not.
pub fn put(name: &str, design: &Design) -> Result<(), &'static str> {
    storage::put(&key(name), &write_draft(design, Date::now()))
}

/// All names with the times when they were saved, the last saved first.
pub fn names() -> Vec<(String, f64)> {
    let saved = |key: &String| storage::get(key).map_or(0.0, |text| saved_at(&text));
    let entry = |key: String| (name_of_key(key.strip_prefix(SHELF).unwrap_or(&key)), saved(&key));
    let mut names: Vec<(String, f64)> = storage::keys(SHELF).into_iter().map(entry).collect();
    put_in_order(&mut names, |a, b| a.1.total_cmp(&b.1).is_gt());
    names
}

/// The address of a named design.
pub fn address_of(name: &str) -> String {
    format!("#sandbox={}", String::from(js_sys::encode_uri_component(name)))
}

fn key(name: &str) -> String {
    format!("{SHELF}{}", name_key(name))
}

fn date(millis: f64) -> String {
    if millis == 0.0 {
        return "some time ago".to_owned();
    }
    let date = Date::new(&JsValue::from_f64(millis));
    let options = js_sys::Object::new();
    for (name, value) in [("dateStyle", "medium"), ("timeStyle", "short")] {
        let _ = js_sys::Reflect::set(&options, &name.into(), &value.into());
    }
    String::from(date.to_locale_string("en-GB", &options))
}

/// Asks for a name and keeps the design under it.
#[component]
pub fn SaveAs() -> impl IntoView {
    let (workshop, toasts): (Workshop, _) = (expect_context(), use_toasts());
    let start = match workshop.spot.get_untracked() {
        Some(Spot::Sandbox(name)) => name,
        _ => String::new(),
    };
    let name = RwSignal::new(start);
    let taken = move || named(&tidy_name(&name.get())).is_some();
    let good = move || name.with(|name| !tidy_name(name).is_empty());
    let save = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let name = tidy_name(&name.get_untracked());
        if name.is_empty() {
            return;
        }
        match workshop.save_as(&name) {
            Ok(()) => toasts.show(Tone::Good, format!("Saved as “{name}” in this browser")),
            Err(why) => toasts.show(Tone::Bad, format!("“{name}” was not saved: {why}. Save it as a file instead.")),
        }
        workshop.sheet.set(None);
    };
    view! {
        <form class="sheet-form" on:submit=save>
            <label>"Name"<input class="field" autofocus maxlength=NAME_CHARS_MAX.to_string() prop:value=name.get_untracked()
                on:input=move |event| name.set(event_target_value(&event)) /></label>
            <p class="soft">"The design is kept in this browser. To have it elsewhere, save it as a file or share a link."</p>
            <button class="primary" type="submit" prop:disabled=move || !good()>
                {move || if taken() { "Replace the one of this name" } else { "Save" }}
            </button>
        </form>
    }
}

/// The list of named designs.
#[component]
pub fn Shelf() -> impl IntoView {
    let changed = RwSignal::new(0u32);
    // What was deleted here, until the dialog is closed.
    let deleted = RwSignal::new(None::<(String, String)>);
    let list = move || {
        changed.track();
        let names = names();
        let nothing = names.is_empty().then(|| {
            view! { <p>"Nothing is saved yet. “Save as…” in the Design menu gives a design a name."</p> }
        });
        let row = |(name, saved): (String, f64)| view! { <Named name saved changed deleted /> };
        view! { {nothing}<ul class="shelf">{names.into_iter().map(row).collect_view()}</ul> }
    };
    let undo = move |_| {
        if let Some((name, text)) = deleted.get_untracked() {
            storage::put_quietly(&key(&name), &text);
        }
        deleted.set(None);
        changed.update(|count| *count += 1);
    };
    let gone = move || {
        deleted.get().map(|(name, _)| {
            view! { <p role="status" class="deleted">{format!("“{name}” was deleted. ")}
            <button class="text-button framed" on:click=undo>"Undo"</button></p> }
        })
    };
    view! { {live(gone)}{live(list)} }
}

#[component]
fn Named(
    name: String,
    saved: f64,
    changed: RwSignal<u32>,
    deleted: RwSignal<Option<(String, String)>>,
) -> impl IntoView {
    let (workshop, toasts): (Workshop, _) = (expect_context(), use_toasts());
    let renaming = RwSignal::new(false);
    let (shown, link) = (name.clone(), address_of(&name));
    let label = |what: &str| format!("{what} {name}");
    let (rename_label, delete_label) = (label("Rename"), label("Delete"));
    let remove = {
        let name = name.clone();
        move |_| {
            let text = storage::get(&key(&name)).unwrap_or_default();
            storage::remove(&key(&name));
            deleted.set(Some((name.clone(), text)));
            changed.update(|count| *count += 1);
        }
    };
    let field = {
        let name = name.clone();
        move || {
            let old = name.clone();
            renaming.get().then(|| {
                let begun = old.clone();
                let rename = move |event: web_sys::Event| {
                    renaming.set(false);
                    rename(workshop, toasts, &old, &tidy_name(&event_target_value(&event)));
                    changed.update(|count| *count += 1);
                };
                view! { <input class="field" aria-label="New name" autofocus prop:value=begun
                maxlength=NAME_CHARS_MAX.to_string() on:change=rename /> }
            })
        }
    };
    view! {
        <li>
            <a href=link on:click=move |_| workshop.sheet.set(None)>{shown}</a>
            <span class="soft">{date(saved)}</span>
            <button class="text-button" aria-label=rename_label on:click=move |_| renaming.update(|on| *on = !*on)>"Rename"</button>
            <button class="text-button" aria-label=delete_label on:click=remove>"Delete"</button>
            {live(field)}
        </li>
    }
}

/// Gives a design another name, its drafts too; a name that is taken stays.
fn rename(workshop: Workshop, toasts: Toasts, old: &str, new: &str) {
    if new.is_empty() || new == old {
        return;
    }
    if named(new).is_some() {
        return toasts.show(Tone::Bad, format!("There is already a design called “{new}”. Nothing was renamed."));
    }
    let Some(text) = storage::get(&key(old)) else { return };
    if storage::put(&key(new), &text).is_err() {
        return;
    }
    storage::remove(&key(old));
    let (from, to) = (Spot::Sandbox(old.to_owned()), Spot::Sandbox(new.to_owned()));
    drafts::take_along(&from.key(), &to.key());
    workshop.renamed(&from, to);
}
