//! Hints in the lesson: those that are asked for open one after the other, the others by what the run shows.

use leptos::prelude::*;

use crate::lesson::Hint;

use super::element::view;
use super::live::live;
use super::reading::{Place, Reading};
use super::signal::Memo;

/// The hint at this place; `before` is the one that must be open first.
pub fn hint_view(hint: &Hint, place: Place, before: Option<Place>, reading: Reading) -> AnyView {
    let (html, by_run) = (hint.html.clone(), hint.when.is_some());
    let is_open = move |place: Place| reading.notes.with(|notes| notes.is_open(place));
    let there = Memo::new(move |_| match by_run {
        _ if reading.solved.get() => true,
        true => is_open(place),
        false => before.is_none_or(is_open),
    });
    let view = move || match there.get() {
        true => opened_view(&html, by_run, place, reading),
        false if by_run => {
            view! { <p class="hint waiting">"A hint waits here. It opens when your run shows what it is about."</p> }
                .into_any()
        }
        false => ().into_any(),
    };
    live(view)
}

fn opened_view(html: &str, by_run: bool, place: Place, reading: Reading) -> AnyView {
    let by_run = by_run && reading.notes.with_untracked(|notes| notes.is_open(place));
    let toggled = move |event: leptos::ev::Event| {
        if event_target::<web_sys::Element>(&event).has_attribute("open") {
            reading.open(place);
        }
    };
    let summary = if by_run { "Hint, opened by your run" } else { "Hint" };
    view! {
        <details class="hint" class:by-run=by_run open=by_run on:toggle=toggled>
            <summary>{summary}</summary><div class="prose" inner_html=html.to_owned()></div>
        </details>
    }
    .into_any()
}
