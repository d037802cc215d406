//! The model pages: how each part behaves, over the app; `#model=cache` in the address opens one.

use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlDialogElement, MouseEvent};

use crate::lesson::{GLOSSARY, INDEX, MODEL_BYTES_MAX, ModelPage, is_term_id, list_html, model_pages, tables_html};

use super::address::address;
use super::course::fetch;
use super::dialog::show;
use super::element::view;
use super::glyph::{Glyph, glyph};
use super::signal::{RwSignal, effect};
use super::workshop::Workshop;

/// The pages, and which of them is open.
#[derive(Clone, Copy)]
pub struct ModelBook {
    /// The word of the open page; none while the book is closed.
    open: RwSignal<Option<String>>,
    text: RwSignal<Text>,
    /// The term of the glossary that was asked for.
    term: RwSignal<Option<String>>,
}

/// How far the text of the open page is.
#[derive(Clone, Debug)]
enum Text {
    Loading,
    Ready(ModelPage),
    /// Why there is none.
    Missing(String),
}

impl ModelBook {
    /// Whether a page is open.
    pub fn is_open(&self) -> bool {
        self.open.with(Option::is_some)
    }

    /// A closed book, put into the context; it opens where the address says so, now and later.
    pub fn provide() -> ModelBook {
        let (open, text, term) = (RwSignal::new(None), RwSignal::new(Text::Loading), RwSignal::new(None));
        let book = ModelBook { open, text, term };
        provide_context(book);
        let listener = window_event_listener(leptos::ev::hashchange, move |_| book.follow_address());
        on_cleanup(move || listener.remove());
        let listener = window_event_listener(leptos::ev::click, move |event| follow(&event));
        on_cleanup(move || listener.remove());
        book.follow_address();
        book
    }

    /// Opens a page; the browser's way back closes it.
    pub fn go(self, word: &str) {
        let _ = window().location().set_hash(&format!("#model={word}"));
    }

    fn follow_address(self) {
        let word = page_of_address();
        self.term.set(address().term.filter(|term| is_term_id(term)));
        if word == self.open.get_untracked() {
            return;
        }
        self.open.set(word.clone());
        if let Some(word) = word {
            self.turn_to(word);
        }
    }

    fn turn_to(self, word: String) {
        self.text.set(Text::Loading);
        spawn_local(async move {
            // The glossary is for all of the app, not of the model alone.
            let file = if word == GLOSSARY { "glossary.md".to_owned() } else { format!("model/{word}.md") };
            let text = match fetch(&file).await {
                Ok(text) if text.len() <= MODEL_BYTES_MAX => Text::Ready(ModelPage::read(&word, &text)),
                Ok(_) => Text::Missing(format!("{file} is too large")),
                Err(problem) => Text::Missing(format!("{}: {}", problem.path, problem.message)),
            };
            if self.open.with_untracked(|open| open.as_ref() == Some(&word)) {
                self.text.set(text);
            }
        });
    }

    /// Closes it. The address names what is worked on again, as if the book had never been opened.
    fn close(self, workshop: Workshop) {
        if page_of_address().is_some() {
            let place = workshop.fragment();
            let location = window().location();
            // The whole path: a bare `#…` leads from the page's base, which is not the address of `…/index.html`.
            let path = location.pathname().unwrap_or_default() + &location.search().unwrap_or_default();
            let history = window().history();
            let place = if place.is_empty() { place } else { format!("#{place}") };
            let address = path + &place;
            let _ = history.and_then(|history| history.replace_state_with_url(&"".into(), "", Some(&address)));
        }
        self.open.set(None);
    }

    fn title(self) -> String {
        let word = self.open.get().unwrap_or_default();
        match self.text.get() {
            Text::Ready(page) => page.title,
            _ => {
                model_pages().into_iter().find(|(known, _)| *known == word).map_or(word, |(_, title)| title.to_owned())
            }
        }
    }
}

/// The page in `#model=cache`; anything else than a plain word is passed over.
pub fn page_of_address() -> Option<String> {
    let address = address();
    let word = address.term.and(Some(GLOSSARY.to_owned())).or(address.model)?;
    let word = if word.is_empty() { INDEX } else { &word };
    let plain = word.len() <= 40 && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    plain.then(|| word.to_owned())
}

/// A link to the page of this word.
#[component]
pub fn HowItWorks(word: &'static str) -> impl IntoView {
    let book: ModelBook = expect_context();
    let go = move |event: MouseEvent| {
        event.prevent_default();
        book.go(word);
    };
    view! { <a class="how-it-works" href=format!("#model={word}") on:click=go>"How it works"</a> }
}

/// The book: a dialog over the app, which goes on behind it.
#[component]
pub fn ModelDialog() -> impl IntoView {
    let (book, workshop): (ModelBook, Workshop) = (expect_context(), expect_context());
    let dialog: NodeRef<leptos::html::Dialog> = NodeRef::new();
    let body: NodeRef<leptos::html::Div> = NodeRef::new();
    effect(move || {
        let Some(dialog) = dialog.get() else { return };
        show(&dialog, book.open.with(Option::is_some));
        // Another page begins at its top.
        if let Some(body) = body.get_untracked() {
            body.set_scroll_top(0);
            spawn_local(async move {
                TimeoutFuture::new(0).await;
                let _ = body.focus();
                // On a phone the list of pages is a strip, wider than the screen.
                if let Ok(Some(link)) = dialog.query_selector("nav [aria-current]") {
                    link.scroll_into_view();
                }
            });
        }
    });
    effect(move || {
        book.term.track();
        let ready = book.text.with(|text| matches!(text, Text::Ready(_)));
        let Some(dialog) = dialog.get().filter(|_| ready) else { return };
        spawn_local(async move {
            TimeoutFuture::new(0).await;
            show_term(book, &dialog);
        });
    });
    let word = move || book.open.get().unwrap_or_default();
    let text = move || match book.text.get() {
        Text::Loading => view! { <p role="status">"Loading …"</p> }.into_any(),
        Text::Ready(page) => view! { <article class="prose" inner_html=page.html></article> }.into_any(),
        Text::Missing(why) => view! { <p role="alert">"The text of this page cannot be shown: "{why}</p> }.into_any(),
    };
    view! {
        <dialog class="model-dialog" node_ref=dialog aria-labelledby="model-title" on:close=move |_| book.close(workshop)>
            <header>
                <h2 id="model-title">{move || book.title()}</h2>
                <button class="icon-button" aria-label="Close" on:click=move |_| book.close(workshop)>{glyph(Glyph::Close)}</button>
            </header>
            <div class="model-columns">
                <nav aria-label="Pages of the model" inner_html=move || list_html(&word())></nav>
                <div class="model-body" tabindex="-1" node_ref=body>
                    {text}
                    <div inner_html=move || tables_html(&word())></div>
                </div>
            </div>
        </dialog>
    }
}

/// Links to pages and terms turn the page, wherever the app is hosted: a bare `#…` would lead from the page's base.
fn follow(event: &MouseEvent) {
    let modified = event.ctrl_key() || event.meta_key() || event.shift_key() || event.button() != 0;
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let links = "a[href^=\"#model=\"], a[href^=\"#term=\"]";
    let link = target.and_then(|target| target.closest(links).ok().flatten());
    let Some(href) = link.and_then(|link| link.get_attribute("href")) else { return };
    if !modified && !event.default_prevented() {
        event.prevent_default();
        let _ = window().location().set_hash(&href);
    }
}

/// Shows the term that was asked for, once the glossary is there.
fn show_term(book: ModelBook, dialog: &HtmlDialogElement) {
    let Some(term) = book.term.get_untracked() else { return };
    if let Ok(Some(section)) = dialog.query_selector(&format!("#term-{term}")) {
        let wanted = dialog.query_selector(".term.wanted").ok().flatten();
        wanted.iter().for_each(|before| drop(before.class_list().remove_1("wanted")));
        drop(section.class_list().add_1("wanted"));
        section.scroll_into_view();
        drop(section.unchecked_into::<web_sys::HtmlElement>().focus());
    }
}
