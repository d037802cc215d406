//! Templates to start from: their list and their designs are fetched when they are wanted.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::design;
use crate::editor::template::{Template, read_list};

use super::app::Shell;
use super::course::fetch;
use super::glyph::{Glyph, glyph};
use super::help::show;
use super::live::live;

const FOLDER: &str = "templates";

/// The list of templates; it opens when `open` becomes true.
#[component]
pub fn Templates(open: RwSignal<bool>) -> impl IntoView {
    let shell: Shell = expect_context();
    let dialog: NodeRef<leptos::html::Dialog> = NodeRef::new();
    let list = RwSignal::new(None::<Result<Vec<Template>, String>>);
    Effect::new(move |_| {
        let Some(dialog) = dialog.get() else { return };
        show(&dialog, open.get());
        if open.get() && !matches!(list.get_untracked(), Some(Ok(_))) {
            spawn_local(async move { list.set(Some(fetch_list().await)) });
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
    let content = move || match list.get() {
        None => view! { <p>"Loading the templates …"</p> }.into_any(),
        Some(Err(why)) => view! { <p role="alert">{why}</p> }.into_any(),
        Some(Ok(templates)) => templates.into_iter().map(item).collect_view().into_any(),
    };
    view! {
        <dialog class="help-dialog" node_ref=dialog aria-label="Start from a template" on:close=move |_| open.set(false)>
            <header>
                <h2>"Start from a template"</h2>
                <button class="icon-button" aria-label="Close" on:click=move |_| open.set(false)>{glyph(Glyph::Close)}</button>
            </header>
            <p class="soft">"It takes the place of what is on the canvas; undo brings that back."</p>
            <div class="templates">{live(content)}</div>
        </dialog>
    }
}

async fn fetch_list() -> Result<Vec<Template>, String> {
    let text = fetch(&format!("{FOLDER}/list.toml")).await.map_err(|problem| problem.to_string())?;
    read_list(&text).map_err(|problems| problems.first().map(ToString::to_string).unwrap_or_default())
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
