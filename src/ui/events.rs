//! The board's list of events: what happened, and the faults still planned; each a button that moves the playhead there.

use leptos::prelude::*;

use crate::editor::player::PlayerMessage;
use crate::scene::events::{Stop, stops};
use crate::scene::plot::clock_tenths;

use super::element::view;
use super::live::live;
use super::run::use_run;
use super::session::use_session;
use super::signal::Memo;

/// The view.
#[component]
pub fn Events() -> impl IntoView {
    let (run, session) = (use_run(), use_session());
    let found = Memo::new(move |_| {
        run.beat.track();
        run.reset_count.track();
        session.with_design(|design| session.recording.with_value(|recording| stops(recording, design)))
    });
    let passed =
        Memo::new(move |_| found.with(|stops| stops.partition_point(|stop| stop.at <= session.playhead.get())));
    let item = move |(index, stop): (usize, Stop)| {
        let at = stop.at;
        let class = format!("event-row{}", if stop.planned { " planned" } else { "" });
        view! {
            <li>
                <button class=class class:ahead=move || passed.get() <= index on:click=move |_| {
                    run.ask(PlayerMessage::Pause);
                    run.ask(PlayerMessage::Seek(at));
                }>
                    <i class=format!("event-mark track-mark {}", stop.kind.id()) aria-hidden="true"></i>
                    <b>{clock_tenths(at)}</b>
                    <span>{stop.text}</span>
                </button>
            </li>
        }
    };
    let none = move || {
        found
            .with(Vec::is_empty)
            .then(|| view! { <p class="soft request-hint">"Nothing has happened yet that is worth a jump."</p> })
    };
    view! {
        <section class="events" aria-label="Events">
            {live(none)}
            <ol class="event-rows">{live(move || found.get().into_iter().enumerate().map(item).collect_view())}</ol>
        </section>
    }
}
