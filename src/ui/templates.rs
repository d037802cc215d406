//! Templates to start from: their list and their designs are fetched when they are wanted.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::design;
use crate::editor::template::{Template, read_list};

use super::course::fetch;
use super::dialog::show;
use super::element::view;
use super::glyph::{Glyph, glyph};
use super::live::live;
use super::shell::Shell;
use super::signal::{RwSignal, effect};

const FOLDER: &str = "templates";

/// The list of templates; it opens when `open` becomes true.
#[component]
pub fn Templates(open: RwSignal<bool>) -> impl IntoView {
    let shell: Shell = expect_context();
    let dialog: NodeRef<leptos::html::Dialog> = NodeRef::new();
    // The list as it was fetched; what is wrong with it.
    let (list, wrong) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    effect(move || {
        let Some(dialog) = dialog.get() else { return };
        show(&dialog, open.get());
        if open.get() && list.with_untracked(String::is_empty) {
            spawn_local(async move {
                match fetch(&format!("{FOLDER}/list.toml")).await {
                    Ok(text) => list.set(text),
                    Err(problem) => wrong.set(problem.to_string()),
                }
            });
        }
    });
    let item = move |template: Template| {
        let (title, file) = (template.title.clone(), template.file);
        let choose = move |_| {
            open.set(false);
            let (title, file) = (title.clone(), file.clone());
            spawn_local(async move { start_from(shell, &title, &file).await });
        };
        view! {
            <button class="template" on:click=choose>
                <span class="strong">{template.title}</span>
                <span class="soft">{template.summary}</span>
            </button>
        }
    };
    let content = move || match list.with(|list| read_list(list)) {
        Ok(templates) => templates.into_iter().map(item).collect_view().into_any(),
        Err(problems) => {
            let first = problems.into_iter().next().map(|problem| problem.to_string());
            view! { <p role="alert">{first}</p> }.into_any()
        }
    };
    view! {
        <dialog class="help-dialog" node_ref=dialog aria-label="Start from a template" on:close=move |_| open.set(false)>
            <header>
                <h2>"Start from a template"</h2>
                <button class="icon-button" aria-label="Close" on:click=move |_| open.set(false)>{glyph(Glyph::Close)}</button>
            </header>
            <p class="soft">"It takes the place of what is on the canvas; undo brings that back."</p>
            <p role="alert">{move || wrong.get()}</p>
            <div class="templates">{live(content)}</div>
        </dialog>
    }
}

async fn start_from(shell: Shell, title: &str, file: &str) {
    let path = format!("{FOLDER}/{file}");
    match fetch(&path).await {
        Err(problem) => shell.tell_bad(problem.to_string()),
        Ok(text) => match design::read(&text) {
            Ok(design) => shell.replace(&design, &format!("Started from “{title}”")),
            Err(problems) => {
                let first = problems.into_iter().next().map(|problem| problem.at_path(&path).to_string());
                shell.tell_bad(first.unwrap_or_default());
            }
        },
    }
}
