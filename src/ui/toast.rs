//! Short notes at the edge of the screen, and the live region that tells the run in words.

use std::time::Duration;

use leptos::prelude::*;

use super::element::view;
use super::glyph::{Glyph, glyph};
use super::rows::rows;
use super::session::use_session;
use super::signal::RwSignal;

/// How serious a note is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Good news; goes away by itself.
    Good,
    /// For information; goes away by itself.
    Plain,
    /// Something went wrong; stays until it is closed.
    Bad,
}

#[derive(Clone, Debug, PartialEq)]
struct Toast {
    number: u32,
    tone: Tone,
    text: String,
}

/// The notes on the screen.
#[derive(Clone, Copy)]
pub struct Toasts(RwSignal<(u32, Vec<Toast>)>);

const TOASTS_MAX: usize = 4;
const SECONDS: u64 = 7;

impl Toasts {
    /// No notes yet; put into the context.
    pub fn provide() -> Toasts {
        let toasts = Toasts(RwSignal::new((0, Vec::new())));
        provide_context(toasts);
        toasts
    }

    /// Shows a note; the same words are not shown twice at once.
    pub fn show(&self, tone: Tone, text: impl Into<String>) {
        let text = text.into();
        if self.0.with_untracked(|(_, shown)| shown.iter().any(|toast| toast.text == text)) {
            return;
        }
        let number = self.0.with_untracked(|(count, _)| count + 1);
        self.0.update(|(count, shown)| {
            *count = number;
            shown.push(Toast { number, tone, text });
            let surplus = shown.len().saturating_sub(TOASTS_MAX);
            shown.drain(..surplus);
        });
        let toasts = *self;
        if tone != Tone::Bad {
            set_timeout(move || toasts.close(number), Duration::from_secs(SECONDS));
        }
    }

    fn find(&self, number: &str) -> Option<Toast> {
        let is_it = |toast: &&Toast| toast.number.to_string() == number;
        self.0.with_untracked(|(_, shown)| shown.iter().find(is_it).cloned())
    }

    fn close(&self, number: u32) {
        self.0.update(|(_, shown)| shown.retain(|toast| toast.number != number));
    }
}

/// The notes on the screen.
pub fn use_toasts() -> Toasts {
    expect_context()
}

/// The notes, and what the live region says.
#[component]
pub fn ToastList() -> impl IntoView {
    let (toasts, session) = (use_toasts(), use_session());
    let numbers = move || toasts.0.with(|(_, shown)| shown.iter().map(|toast| toast.number.to_string()).collect());
    let row = move |number: String| toasts.find(&number).map(|toast| toast_view(toasts, toast));
    view! {
        <div class="toasts" role="status" aria-live="polite">
            {rows(numbers, row)}
        </div>
        <div class="visually-hidden" role="status" aria-live="polite" id="announcer">{move || session.announcement.get()}</div>
    }
}

fn toast_view(toasts: Toasts, toast: Toast) -> impl IntoView {
    let class = match toast.tone {
        Tone::Good => "toast good",
        Tone::Plain => "toast",
        Tone::Bad => "toast bad",
    };
    view! {
        <div class=class>
            <span class="toast-text">{toast.text}</span>
            <button class="icon-button small" aria-label="Close" on:click=move |_| toasts.close(toast.number)>
                {glyph(Glyph::Close)}
            </button>
        </div>
    }
}
