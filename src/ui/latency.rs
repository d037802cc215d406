//! The board's view of latencies: how long the good answers took, as a histogram.

use leptos::prelude::*;

use crate::scene::histogram::{Column, Histogram, histogram};
use crate::scene::plot::short;
use crate::units::Time;

use super::board::{Board, ClassChoice};
use super::element::view;
use super::live::live;
use super::run::use_run;
use super::session::use_session;
use super::signal::{Memo, RwSignal};

/// How far "the last seconds" go back.
const LAST: Time = Time(10_000_000_000);

/// The view.
#[component]
pub fn LatencyView() -> impl IntoView {
    let (run, session) = (use_run(), use_session());
    let (whole, class) = (RwSignal::new(false), expect_context::<Board>().class);
    let shape = Memo::new(move |_| {
        run.beat.track();
        run.reset_count.track();
        let at = session.playhead.get_untracked();
        let from = if whole.get() { Time::ZERO } else { at.since(LAST) };
        session.recording.with_value(|recording| histogram(recording, from, at, class.get()))
    });
    let stretch = move |text: &'static str, of: bool| {
        view! {
            <button class="chip" aria-pressed=move || (whole.get() == of).to_string() on:click=move |_| whole.set(of)>{text}</button>
        }
    };
    view! {
        <section class="latency" aria-label="Latency of good answers">
            <div class="latency-head">
                {stretch("Last 10 s", false)}
                {stretch("Whole run", true)}
                <ClassChoice />
                <p class="soft latency-words">{move || shape.with(Histogram::words)}</p>
            </div>
            {live(move || shape.with(picture))}
        </section>
    }
}

fn picture(shape: &Histogram) -> impl IntoView + use<> {
    let column = |column: &Column| {
        let said = format!(
            "{} answers between {} and {}",
            short(column.count as f64),
            column.from.rounded(),
            column.to.rounded()
        );
        let style = format!(
            "left:{:.3}%;width:{:.3}%;height:{:.2}%",
            column.x * 100.0,
            column.width * 100.0,
            // One answer among thousands can still be seen.
            (column.height * 100.0).max(1.0),
        );
        view! { <i class="latency-column" style=style title=said></i> }
    };
    let mark = |(name, at, x): &(&'static str, Time, f64)| {
        let class = format!("latency-mark {name}{}", if *x > 0.8 { " left" } else { "" });
        view! { <span class=class style=format!("left:{:.3}%", x * 100.0)><b>{*name}</b>" "{at.rounded()}</span> }
    };
    let tick = |(at, text): &(f64, String)| {
        let class = match *at {
            at if at < 0.02 => "latency-tick first",
            at if at > 0.98 => "latency-tick last",
            _ => "latency-tick",
        };
        view! { <span class=class style=format!("left:{:.3}%", at * 100.0)>{text.clone()}</span> }
    };
    view! {
        <div class="latency-plot" role="img" aria-label=shape.words()>
            <div class="latency-columns">{shape.columns.iter().map(column).collect_view()}</div>
            <div class="latency-marks">{shape.marks.iter().map(mark).collect_view()}</div>
            <div class="latency-axis">{shape.ticks.iter().map(tick).collect_view()}</div>
        </div>
    }
}
