//! The model pages: how each part behaves, over the app; `#model=cache` in the address opens one.

use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlDialogElement, MouseEvent};

use crate::lesson::{INDEX, MODEL_BYTES_MAX, ModelPage, list_html, model_pages, tables_html};

use super::address::address;
use super::course::{Classroom, fetch};
use super::glyph::{Glyph, glyph};

/// The pages, and which of them is open.
#[derive(Clone, Copy)]
pub struct ModelBook {
    /// The word of the open page; none while the book is closed.
    open: RwSignal<Option<String>>,
    text: RwSignal<Text>,
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
    /// A closed book, put into the context; it opens where the address says so, now and later.
    pub fn provide() -> ModelBook {
        let book = ModelBook { open: RwSignal::new(None), text: RwSignal::new(Text::Loading) };
        provide_context(book);
        let listener = window_event_listener(leptos::ev::hashchange, move |_| book.follow_address());
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
            let text = match fetch(&format!("model/{word}.md")).await {
                Ok(text) if text.len() <= MODEL_BYTES_MAX => Text::Ready(ModelPage::read(&word, &text)),
                Ok(_) => Text::Missing(format!("model/{word}.md is too large")),
                Err(problem) => Text::Missing(format!("{}: {}", problem.path, problem.message)),
            };
            if self.open.with_untracked(|open| open.as_ref() == Some(&word)) {
                self.text.set(text);
            }
        });
    }

    /// Closes it. The address names the place behind it again, as if the book had never been opened.
    fn close(self, classroom: Classroom) {
        if page_of_address().is_some() {
            let place = classroom.fragment();
            let location = window().location();
            // The whole path: a bare `#…` leads from the page's base, which is not the address of `…/index.html`.
            let path = location.pathname().unwrap_or_default() + &location.search().unwrap_or_default();
            let history = window().history();
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
    let word = address().model?;
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
    let (book, classroom): (ModelBook, Classroom) = (expect_context(), expect_context());
    let dialog: NodeRef<leptos::html::Dialog> = NodeRef::new();
    let body: NodeRef<leptos::html::Div> = NodeRef::new();
    Effect::new(move |_| {
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
    let word = move || book.open.get().unwrap_or_default();
    let text = move || match book.text.get() {
        Text::Loading => view! { <p role="status">"Loading …"</p> }.into_any(),
        Text::Ready(page) => view! { <article class="prose" inner_html=page.html></article> }.into_any(),
        Text::Missing(why) => view! { <p role="alert">"The text of this page cannot be shown: "{why}</p> }.into_any(),
    };
    view! {
        <dialog class="model-dialog" node_ref=dialog aria-labelledby="model-title" on:close=move |_| book.close(classroom)
            on:click=move |event| follow(book, &event)>
            <header>
                <h2 id="model-title">{move || book.title()}</h2>
                <button class="icon-button" aria-label="Close" on:click=move |_| book.close(classroom)>{glyph(Glyph::Close)}</button>
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

fn show(dialog: &HtmlDialogElement, open: bool) {
    match (open, dialog.open()) {
        (true, false) => drop(dialog.show_modal()),
        (false, true) => dialog.close(),
        _ => {}
    }
}

/// Links to other pages turn the page, wherever the app is hosted.
fn follow(book: ModelBook, event: &MouseEvent) {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let link = target.and_then(|target| target.closest("a[href^=\"#model=\"]").ok().flatten());
    let Some(href) = link.and_then(|link| link.get_attribute("href")) else { return };
    event.prevent_default();
    book.go(href.trim_start_matches("#model="));
}
