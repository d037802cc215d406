//! Terms in the lesson's text: a link to `#term=tail-latency` tells what it means, below the text.

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use web_sys::{Element, MouseEvent};

use crate::lesson::{term_links, term_of};

use super::course::fetch;
use super::element::view;
use super::glyph::{Glyph, glyph};
use super::live::live;
use super::signal::RwSignal;

/// The term that is explained now, as safe HTML; empty for none.
#[derive(Clone, Copy)]
pub struct Terms(RwSignal<String>);

impl Terms {
    /// None yet.
    pub fn new() -> Terms {
        Terms(RwSignal::new(String::new()))
    }

    /// Explains nothing any more.
    pub fn close(self) {
        if !self.0.with_untracked(String::is_empty) {
            self.0.set(String::new());
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
                Ok(text) => term_of(&text, &id),
                Err(_) => None,
            };
            self.0.set(found.unwrap_or_else(|| "<p>The glossary does not have this term.</p>".to_owned()));
        });
    }
}

/// What the term means.
pub fn term_view(terms: Terms) -> AnyView {
    let note = move || {
        let html = terms.0.get();
        (!html.is_empty()).then(|| {
            view! {
                <div class="term">
                    <button class="icon-button small" aria-label="Close" on:click=move |_| terms.close()>{glyph(Glyph::Close)}</button>
                    <div class="prose" inner_html=html></div>
                </div>
            }
        })
    };
    view! { <div role="status">{live(note)}</div> }.into_any()
}

/// Where the words of a view are explained.
pub fn words_line(terms: crate::insight::Terms) -> AnyView {
    view! { <p class="soft words-line">"What the words mean: "<span inner_html=term_links(terms)></span></p> }
        .into_any()
}
