//! Terms in the lesson's text: a link to `#term=tail-latency` tells what it means, below the text.

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use web_sys::{Element, MouseEvent};

use crate::lesson::{ShownTerm, term_of};

use super::course::fetch;
use super::glyph::{Glyph, glyph};
use super::live::live;

/// The term that is explained now.
#[derive(Clone, Copy)]
pub struct Terms(RwSignal<Option<Result<ShownTerm, String>>>);

impl Terms {
    /// None yet.
    pub fn new() -> Terms {
        Terms(RwSignal::new(None))
    }

    /// Explains nothing any more.
    pub fn close(self) {
        if self.0.with_untracked(Option::is_some) {
            self.0.set(None);
        }
    }

    /// A click in the text: on a term, it is explained; the page's address stays as it is.
    pub fn clicked(self, event: &MouseEvent) {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let link = target.and_then(|target| target.closest("a[href^=\"#term=\"]").ok().flatten());
        let Some(href) = link.and_then(|link| link.get_attribute("href")) else { return };
        event.prevent_default();
        let id = href.trim_start_matches("#term=").to_owned();
        spawn_local(async move {
            let found = match fetch("glossary.md").await {
                Ok(text) => term_of(&text, &id).ok_or_else(|| format!("The glossary has no “{id}”.")),
                Err(problem) => Err(format!("The glossary cannot be shown: {}.", problem.message)),
            };
            self.0.set(Some(found));
        });
    }
}

/// What the term means.
pub fn term_view(terms: Terms) -> AnyView {
    let note = move |found: Result<ShownTerm, String>| {
        let (title, text) = match found {
            Ok(term) => (term.title, view! { <div class="prose" inner_html=term.html></div> }.into_any()),
            Err(why) => (String::new(), view! { <p>{why}</p> }.into_any()),
        };
        view! {
            <div class="term">
                <button class="icon-button small" aria-label="Close" on:click=move |_| terms.close()>{glyph(Glyph::Close)}</button>
                <strong>{title}</strong>{text}
            </div>
        }
    };
    view! { <div role="status">{live(move || terms.0.get().map(note))}</div> }.into_any()
}
