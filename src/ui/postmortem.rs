//! The post-mortem: a page over the app that can be printed and kept as a file.

use leptos::prelude::*;

use crate::lesson::page_html;

use super::dialog::follow;
use super::element::view;
use super::files::download;
use super::glyph::{Glyph, glyph};
use super::signal::RwSignal;

/// The page; it opens when `open` becomes true. `text` is Markdown, its first line the title.
#[component]
pub fn PostMortem(open: RwSignal<bool>, text: String) -> impl IntoView {
    let dialog: NodeRef<leptos::html::Dialog> = NodeRef::new();
    follow(dialog, move || open.get());
    let (title, body) = text.split_once('\n').unwrap_or((&text, ""));
    let (title, html) = (title.trim_start_matches("# ").to_owned(), page_html(body));
    let print = move |_| drop(window().print());
    view! {
        <dialog class="postmortem" node_ref=dialog aria-labelledby="postmortem-title" on:close=move |_| open.set(false)>
            <header>
                <h2 id="postmortem-title">{title}</h2>
                <button class="text-button" on:click=move |_| download("post-mortem.md", &text)>"Markdown"</button>
                <button class="text-button" on:click=print>"Print"</button>
                <button class="icon-button" aria-label="Close" on:click=move |_| open.set(false)>{glyph(Glyph::Close)}</button>
            </header>
            <article class="prose" tabindex="0" aria-label="Post-mortem" inner_html=html></article>
        </dialog>
    }
}
