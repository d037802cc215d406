//! The header: where one is, undo and redo, files, theme, help.

use leptos::prelude::*;
use web_sys::HtmlInputElement;

use crate::editor::{Action, Msg};
use crate::lesson::INDEX;

use super::course::Classroom;
use super::drop_down::close_outside;
use super::element::view;
use super::glyph::{Glyph, brand_mark, glyph};
use super::later::{self, Saving};
use super::model::ModelBook;
use super::session::use_session;
use super::shell::Shell;
use super::signal::{Memo, RwSignal};
use super::theme::ThemeButton;
use super::workshop::{Sheet, Workshop};

/// The header.
#[component]
pub fn Header() -> impl IntoView {
    let (shell, session) = (expect_context::<Shell>(), use_session());
    let (book, workshop): (ModelBook, Workshop) = (expect_context(), expect_context());
    let classroom: Classroom = expect_context();
    let home = move |event: web_sys::MouseEvent| {
        event.prevent_default();
        classroom.go_to("home");
    };
    let can_undo = Memo::new(move |_| session.editor.with(|editor| editor.history.can_undo()));
    let can_redo = Memo::new(move |_| session.editor.with(|editor| editor.history.can_redo()));
    view! {
        <header class="header">
            <a class="brand" href="./#home" title="All lessons" on:click=home>
                {brand_mark()}<span class="brand-name">"Pressure Point"</span><span class="visually-hidden">": all lessons"</span>
            </a>
            <h1 class="header-title">{move || shell.title()}</h1>
            <div class="header-tools">
                <button class="icon-button" title="Undo (Ctrl+Z)" aria-label="Undo" prop:disabled=move || !can_undo.get()
                    on:click=move |_| session.dispatch(Msg::Do(Action::Undo, false))>{glyph(Glyph::Undo)}</button>
                <button class="icon-button" title="Redo (Ctrl+Shift+Z)" aria-label="Redo" prop:disabled=move || !can_redo.get()
                    on:click=move |_| session.dispatch(Msg::Do(Action::Redo, false))>{glyph(Glyph::Redo)}</button>
                <button class="text-button only-large" on:click=move |_| workshop.sheet.set(Some(Sheet::Share))>"Share…"</button>
                <DesignMenu />
                <ThemeButton />
                <button class="icon-button only-large" title="Find an action or a part (Ctrl+K)" aria-label="Find an action or a part"
                    on:click=move |_| session.dispatch(Msg::Do(Action::Search, false))>{glyph(Glyph::Search)}</button>
                <button class="icon-button only-large" title="How it is simulated" aria-label="How it is simulated"
                    on:click=move |_| book.go(INDEX)>{glyph(Glyph::Book)}</button>
                <button class="icon-button only-large" title="Help (?)" aria-label="Help" on:click=move |_| shell.help.set(true)>
                    {glyph(Glyph::Help)}
                </button>
            </div>
        </header>
    }
}

/// An item of the menu: its picture, what it says, its class, what it does.
type Item = (Glyph, &'static str, &'static str, Box<dyn Fn()>);

/// What can be done with the whole design.
#[component]
fn DesignMenu() -> impl IntoView {
    let shell: Shell = expect_context();
    let open = RwSignal::new(false);
    let input: NodeRef<leptos::html::Input> = NodeRef::new();
    let root: NodeRef<leptos::html::Div> = NodeRef::new();
    close_outside(root, open);
    let pick = move || {
        if let Some(input) = input.get_untracked() {
            input.click();
        }
    };
    let picked = move |event: web_sys::Event| {
        let input: HtmlInputElement = event_target(&event);
        leptos::task::spawn_local(async move {
            if let Some((name, text)) = super::files::chosen(input).await {
                shell.import(&name, &text);
            }
        });
    };
    let item = |(picture, label, class, todo): Item| {
        let click = move |_| {
            open.set(false);
            todo();
        };
        view! { <button class=class on:click=click>{glyph(picture)}{label}</button> }
    };
    view! {
        <div class="design-menu" node_ref=root on:keydown=move |event| if event.key() == "Escape" { open.set(false) }>
            <button class="text-button" aria-label="Design" aria-haspopup="true" aria-expanded=move || open.get().to_string()
                on:click=move |_| open.update(|open| *open = !*open)>
                <span class="design-word">"Design"</span>{glyph(Glyph::Down)}
            </button>
            <div class="design-menu-list" hidden=move || !open.get()>{items(shell, pick).into_iter().map(item).collect_view()}</div>
            <input class="visually-hidden" type="file" accept=".toml,text/plain" tabindex="-1" aria-hidden="true" node_ref=input
                on:change=picked />
        </div>
    }
}

/// The items, in the order of the menu; `pick` asks for a file.
fn items(shell: Shell, pick: impl Fn() + 'static) -> Vec<Item> {
    let (book, workshop, session): (ModelBook, Workshop, _) = (expect_context(), expect_context(), use_session());
    vec![
        (Glyph::Up, "Share…", "only-small", Box::new(move || workshop.sheet.set(Some(Sheet::Share)))),
        (Glyph::Check, "Save as…", "", Box::new(move || workshop.sheet.set(Some(Sheet::SaveAs)))),
        (Glyph::List, "Saved designs…", "", Box::new(move || workshop.sheet.set(Some(Sheet::Open)))),
        (Glyph::Download, "Save as a file", "", Box::new(move || shell.export())),
        (Glyph::Upload, "Open a file…", "", Box::new(pick)),
        (Glyph::Download, "Picture (PNG)", "", Box::new(move || later::save(Saving::Diagram { shell, png: true }))),
        (Glyph::Download, "Picture (SVG)", "", Box::new(move || later::save(Saving::Diagram { shell, png: false }))),
        (Glyph::Half, "Compare with…", "", Box::new(move || shell.compare())),
        (Glyph::Right, "Copy to the sandbox", "", Box::new(move || workshop.copy_to_sandbox())),
        (Glyph::Right, "Go to the sandbox", "", Box::new(|| drop(window().location().set_hash("sandbox")))),
        (Glyph::List, "Start from a template…", "", Box::new(move || shell.open_templates())),
        (Glyph::Reset, "Start over", "", Box::new(move || shell.start_over())),
        (
            Glyph::Search,
            "Find an action or a part",
            "only-small",
            Box::new(move || session.dispatch(Msg::Do(Action::Search, false))),
        ),
        (Glyph::Book, "How it is simulated", "only-small", Box::new(move || book.go(INDEX))),
        (Glyph::Help, "Help", "only-small", Box::new(move || shell.help.set(true))),
    ]
}
