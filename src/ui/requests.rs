//! The board's view of single requests: the sampled ones around the playhead in a list, and one of them as a waterfall.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent};

use crate::scene::plot::clock_tenths;
use crate::scene::requests::{Entry, LISTED_MAX, WINDOW, Wanted, requests};
use crate::scene::{DotStyle, outcome_word};
use crate::units::Time;

use super::board::{Board, ClassChoice};
use super::canvas::dots::dot_mark;
use super::element::view;
use super::live::live;
use super::session::{Session, use_session};
use super::signal::{Memo, RwSignal};
use super::waterfall::WaterfallView;

/// What is listed: how many there are, and the first of them.
type Listed = (usize, Vec<Entry>);

/// The view.
#[component]
pub fn Requests() -> impl IntoView {
    let (session, board) = (use_session(), expect_context::<Board>());
    let wanted = RwSignal::new(Wanted::All);
    // Under the pointer or the keyboard's focus the list stands still.
    let held = RwSignal::new(false);
    let moment = Memo::new(move |_| moment(session));
    let listed = Memo::new(move |before: Option<&Listed>| {
        let (held, wanted, class) = (held.get(), wanted.get(), board.class.get());
        // Not `track`: a memo that nobody ever read hears of nothing.
        moment.get();
        match before {
            Some(before) if held && session.playing.get() => before.clone(),
            _ => {
                let at = session.playhead.get_untracked();
                session.recording.with_value(|recording| requests(recording, at, wanted, class))
            }
        }
    });
    let opened = move || board.request.get().is_some();
    view! {
        <section class="requests" class:opened=opened aria-label="Single requests">
            <div class="request-list" on:pointerenter=move |_| held.set(true) on:pointerleave=move |_| held.set(false)
                on:focusin=move |_| held.set(true) on:focusout=move |_| held.set(false)>
                <Filters wanted=wanted />
                <p class="soft request-count">{move || listed.with(count_text)}</p>
                <ul class="request-rows" aria-label="Sampled requests" on:keydown=|event| walk(&event)>
                    {live(move || {
                        listed.with(|(_, entries)| entries.iter().map(|entry| row(session, board, entry)).collect_view())
                    })}
                </ul>
            </div>
            <div class="request-open">
                {live(move || match board.request.get() {
                    Some(number) => view! { <WaterfallView number=number /> }.into_any(),
                    None => view! {
                        <p class="soft request-hint">
                            "Open a request from the list, or click a dot on the canvas: each dot is one. Its waterfall shows where its time went."
                        </p>
                    }
                    .into_any(),
                })}
            </div>
        </section>
    }
}

/// The time that is listed: while playing, it changes each second.
fn moment(session: Session) -> Time {
    let at = session.playhead.get();
    if session.playing.get() { Time(at.0 / 1_000_000_000 * 1_000_000_000) } else { at }
}

fn count_text((count, listed): &Listed) -> String {
    let window = WINDOW.rounded();
    match *count {
        0 => format!("None in the last {window}."),
        1 => format!("One in the last {window}."),
        count if count > listed.len() => {
            format!("{count} in the last {window}; failed ones first, then the slowest. These are {LISTED_MAX}.")
        }
        count => format!("{count} in the last {window}; failed ones first, then the slowest."),
    }
}

#[component]
fn Filters(wanted: RwSignal<Wanted>) -> impl IntoView {
    let wish = move |wish: Wanted| view! { <option value=wish.word() selected=move || wanted.get() == wish>{wish.word()}</option> };
    let wish_chosen = move |event| {
        let word = event_target_value(&event);
        wanted.set(Wanted::ALL.into_iter().find(|wish| wish.word() == word).unwrap_or_default());
    };
    view! {
        <div class="request-filters">
            <select class="chip-select" aria-label="Which requests" on:change=wish_chosen>
                {Wanted::ALL.map(wish).collect_view()}
            </select>
            <ClassChoice />
        </div>
    }
}

fn row(session: Session, board: Board, entry: &Entry) -> impl IntoView + use<> {
    let number = entry.number;
    let class = session
        .recording
        .with_value(|recording| recording.parts.classes.get(usize::from(entry.class)).cloned().unwrap_or_default());
    let (style, word) = match entry.outcome {
        Some(outcome) => (DotStyle::of(outcome), outcome_word(outcome)),
        None => (DotStyle::Asking, "under way"),
    };
    let retries = match entry.retries {
        0 => String::new(),
        1 => ", 1 retry".to_owned(),
        many => format!(", {many} retries"),
    };
    let chosen = move || board.request.get() == Some(number);
    view! {
        <li>
            <button class="request-row" aria-current=move || chosen().then_some("true") on:click=move |_| board.request.set(Some(number))>
                {dot_mark(style)}
                <span class="request-outcome">{word}</span>
                <b>{entry.took.rounded()}</b>
                <span class="soft">{class}{retries}", from "{clock_tenths(entry.wanted)}</span>
            </button>
        </li>
    }
}

/// Up and down go from row to row.
fn walk(event: &KeyboardEvent) {
    let Some(row) = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok()) else { return };
    let item = row.closest("li").ok().flatten();
    let next = match event.key().as_str() {
        "ArrowDown" => item.and_then(|item| item.next_element_sibling()),
        "ArrowUp" => item.and_then(|item| item.previous_element_sibling()),
        _ => return,
    };
    event.prevent_default();
    if let Some(button) = next.and_then(|item| item.first_element_child()) {
        let _ = button.unchecked_into::<HtmlElement>().focus();
    }
}
