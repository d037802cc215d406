//! The dialog of the workshop: sharing, saving under a name, opening what was saved.

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;

use crate::editor::address::Address;
use crate::lesson::{LINK_CHARS_MAX, pack, write_scenario};
use crate::sim::{Change, Scenario};

use super::dialog::show;
use super::element::view;
use super::files;
use super::glyph::{Glyph, glyph};
use super::live::live;
use super::run::use_run;
use super::session::use_session;
use super::shelf::{SaveAs, Shelf};
use super::signal::effect;
use super::toast::{Tone, use_toasts};
use super::workshop::{Sheet, Workshop};

/// The dialog; it is open while the workshop has a sheet.
#[component]
pub fn SheetDialog() -> impl IntoView {
    let workshop: Workshop = expect_context();
    let dialog: NodeRef<leptos::html::Dialog> = NodeRef::new();
    effect(move || {
        let Some(dialog) = dialog.get() else { return };
        if show(&dialog, workshop.sheet.get().is_some()) {
            // What is to be typed into is drawn only now.
            request_animation_frame(move || {
                if let Ok(Some(field)) = dialog.query_selector("[autofocus]") {
                    let _ = field.unchecked_into::<web_sys::HtmlElement>().focus();
                }
            });
        }
    });
    let title = move || match workshop.sheet.get() {
        Some(Sheet::SaveAs) => "Save as…",
        Some(Sheet::Open) => "Saved designs",
        Some(Sheet::Share) | None => "Share",
    };
    let content = move || {
        workshop.sheet.get().map(|sheet| match sheet {
            Sheet::Share => view! { <Share /> }.into_any(),
            Sheet::SaveAs => view! { <SaveAs /> }.into_any(),
            Sheet::Open => view! { <Shelf /> }.into_any(),
        })
    };
    view! {
        <dialog class="help-dialog sheet" node_ref=dialog aria-labelledby="sheet-title"
            on:close=move |_| workshop.sheet.set(None)>
            <header>
                <h2 id="sheet-title">{title}</h2>
                <button class="icon-button" aria-label="Close" on:click=move |_| workshop.sheet.set(None)>
                    {glyph(Glyph::Close)}
                </button>
            </header>
            {live(content)}
        </dialog>
    }
}

/// The link, what travels along, a frame for other pages, the file.
#[component]
fn Share() -> impl IntoView {
    let (workshop, run): (Workshop, _) = (expect_context(), use_run());
    let (scenario, lesson) = (run.shared(), workshop.lesson());
    let packed = pack(&scenario).filter(|packed| packed.len() <= LINK_CHARS_MAX);
    let told = what_travels(&scenario, lesson.as_deref());
    let links = match packed {
        Some(packed) => {
            let fragment = Address::fragment(&packed, lesson.as_deref());
            let link = format!("{}#{fragment}", page());
            let frame = frame_of(&format!("{}?embed=1#{fragment}", page()), &workshop.title());
            let count = format!("{} characters; nothing is stored anywhere else.", link.len());
            view! {
                <Copied label="Link" text=link tall=false /><p class="soft">{count}</p>
                <Copied label="To show it within another page" text=frame tall=true />
            }
            .into_any()
        }
        None => view! {
            <p class="share-warning" role="alert">"This run is too long for a link: mail and chat programs would cut it. Send the file."</p>
        }
        .into_any(),
    };
    let save = move |_| files::download(&format!("{}.toml", workshop.file_stem()), &write_scenario(&scenario));
    view! {
        <p>{told}</p>
        {links}
        <p><button class="text-button framed" on:click=save>{glyph(Glyph::Download)}"Save the run as a file"</button></p>
    }
}

/// What the other end gets, in a sentence.
fn what_travels(scenario: &Scenario, lesson: Option<&str>) -> String {
    let count = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    let design = &scenario.design;
    let (components, wires) = (count(design.components.len(), "component"), count(design.wires.len(), "wire"));
    let faults = scenario.script.iter().filter(|(_, change)| matches!(change, Change::Fault(_))).count();
    let changes = scenario.script.len() - faults;
    let by_hand = match (changes, faults) {
        (0, 0) => String::new(),
        (changes, 0) => format!(", {} in mid-run", count(changes, "change")),
        (0, faults) => format!(", {} by hand", count(faults, "fault")),
        (changes, faults) => format!(", {} in mid-run, {} by hand", count(changes, "change"), count(faults, "fault")),
    };
    let lesson = lesson.map(|_| " The lesson opens beside it.").unwrap_or_default();
    format!(
        "What travels: {components}, {wires}, seed {}{by_hand}. Whoever opens it gets the same run, as a copy.{lesson}",
        design.seed
    )
}

/// The address of this page, without what follows it.
fn page() -> String {
    let location = window().location();
    location.origin().unwrap_or_default() + &location.pathname().unwrap_or_default()
}

fn frame_of(address: &str, title: &str) -> String {
    let quoted = |text: &str| text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;");
    let (address, title) = (quoted(address), quoted(title));
    format!(
        "<iframe src=\"{address}\" title=\"{title}\" width=\"800\" height=\"480\" style=\"border:0\" loading=\"lazy\"></iframe>"
    )
}

/// A text that can be copied: by the button, or by hand where the browser does not let the page.
#[component]
fn Copied(label: &'static str, text: String, tall: bool) -> impl IntoView {
    let (toasts, session) = (use_toasts(), use_session());
    let area: NodeRef<leptos::html::Textarea> = NodeRef::new();
    let select = move || {
        if let Some(area) = area.get_untracked() {
            let _ = area.focus();
            area.select();
        }
    };
    let copy = {
        let text = text.clone();
        move |_| {
            let text = text.clone();
            spawn_local(async move {
                if written_to_clipboard(&text).await {
                    session.announcement.set(format!("{label}: copied"));
                    toasts.show(Tone::Good, "Copied");
                } else {
                    select();
                    toasts.show(
                        Tone::Plain,
                        "The browser does not let the page copy. The text is selected: copy it by key.",
                    );
                }
            });
        }
    };
    view! {
        <div class="copied">
            <label>{label}<textarea class="field" readonly rows=if tall { "3" } else { "2" } node_ref=area prop:value=text
                on:focus=move |_| select()></textarea></label>
            <button class="primary" aria-label=format!("Copy: {label}") on:click=copy>"Copy"</button>
        </div>
    }
}

async fn written_to_clipboard(text: &str) -> bool {
    // Pages that are not served safely have no clipboard, whatever the type says.
    let clipboard = js_sys::Reflect::get(&window().navigator(), &"clipboard".into()).ok();
    let Some(clipboard) = clipboard.and_then(|clipboard| clipboard.dyn_into::<web_sys::Clipboard>().ok()) else {
        return false;
    };
    JsFuture::from(clipboard.write_text(text)).await.is_ok()
}
