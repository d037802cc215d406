//! One request opened: its attempts as nested bars, why it ended as it did, and every moment of it to jump to.

use leptos::prelude::*;

use crate::editor::player::PlayerMessage;
use crate::scene::plot::clock_tenths;
use crate::scene::waterfall::{Bar, Segment, Stage, Waterfall};
use crate::scene::{outcome_word, reason};
use crate::units::Time;

use super::board::Board;
use super::element::view;
use super::glyph::{Glyph, glyph};
use super::live::live;
use super::run::use_run;
use super::session::use_session;
use super::signal::{Memo, RwSignal};

/// A request and why it ended as it did.
type Opened = (Waterfall, Option<String>);

/// The request of this number.
#[component]
pub fn WaterfallView(number: usize) -> impl IntoView {
    let (session, board) = (use_session(), expect_context::<Board>());
    let opened = Memo::new(move |_| {
        session.with_recording(|recording| {
            let trip = recording.trips.get(number)?;
            let parts = &recording.parts;
            Some((Waterfall::of(trip, parts, recording.end()), reason(trip, parts)))
        })
    });
    let as_table = RwSignal::new(false);
    // The bar whose moments are told; none is the request as a whole.
    let told = RwSignal::new(None::<usize>);
    let body = move || {
        opened.with(|opened: &Option<Opened>| match opened {
            None => {
                view! { <p class="soft request-hint">"This request is not in the recording any more."</p> }.into_any()
            }
            Some((fall, _)) if as_table.get() => table(fall).into_any(),
            Some((fall, _)) => bars(fall, told).into_any(),
        })
    };
    view! {
        <section class="waterfall" aria-label="Request">
            <header class="waterfall-head">
                <div>
                    <h2>{move || opened.with(|opened| opened.as_ref().map(|(fall, _)| title(fall)))}</h2>
                    <p class="waterfall-reason">{move || opened.with(|opened| opened.as_ref().and_then(|(_, why)| why.clone()))}</p>
                </div>
                <button class="chip" aria-pressed=move || as_table.get().to_string()
                    on:click=move |_| as_table.update(|table| *table = !*table)>"Table"</button>
                <button class="icon-button small" aria-label="Close this request" title="Close"
                    on:click=move |_| board.request.set(None)>{glyph(Glyph::Close)}</button>
            </header>
            {live(body)}
            <Moments opened=opened told=told />
        </section>
    }
}

fn title(fall: &Waterfall) -> String {
    let ending = match fall.ended {
        Some((at, outcome)) => format!("{} after {}", outcome_word(outcome), at.since(fall.from).rounded()),
        None => "under way".to_owned(),
    };
    format!("{} for {}: {ending}", fall.class, fall.clients)
}

fn percent(share: f64) -> String {
    format!("{:.3}%", share * 100.0)
}

fn bars(fall: &Waterfall, told: RwSignal<Option<usize>>) -> impl IntoView + use<> {
    let session = use_session();
    let tick = |(at, text): (f64, String)| {
        let style = format!("left:{}", percent(at));
        view! { <span class="waterfall-tick" style=style>{text}</span> }
    };
    let (from, to) = (fall.from, fall.to);
    let now = move || {
        let at = session.playhead.get();
        let share = at.since(from).as_secs_f64() / to.since(from).as_secs_f64().max(1e-12);
        let hidden = if (from..=to).contains(&at) { "" } else { ";display:none" };
        format!("left:{}{hidden}", percent(share.min(1.0)))
    };
    let row = |(index, bar): (usize, &Bar)| bar_row(fall, index, bar, told);
    view! {
        <div class="waterfall-axis" aria-hidden="true">
            <div class="waterfall-lanes">
                {fall.ticks().into_iter().map(tick).collect_view()}
                <span class="waterfall-now" style=now></span>
            </div>
        </div>
        <ol class="waterfall-bars" aria-label="Attempts">{fall.bars.iter().enumerate().map(row).collect_view()}</ol>
        <ul class="waterfall-legend" aria-hidden="true">
            {Stage::ALL.map(legend_entry).collect_view()}
            <li><i class="seg service nobody"></i>"for nobody"</li>
        </ul>
    }
}

fn legend_entry(stage: Stage) -> impl IntoView {
    view! { <li><i class=format!("seg {}", stage.id())></i>{stage.word()}</li> }
}

fn bar_row(fall: &Waterfall, index: usize, bar: &Bar, told: RwSignal<Option<usize>>) -> impl IntoView + use<> {
    let segment = |segment: &Segment| {
        let (from, to) = (fall.across(segment.from), fall.across(segment.to));
        let class = format!("seg {}{}", segment.stage.id(), if segment.nobody { " nobody" } else { "" });
        view! { <i class=class style=format!("left:{};width:{}", percent(from), percent(to - from))></i> }
    };
    let end = bar.settled.map(|(at, _)| {
        let bad = if matches!(bar.ending(), "answered" | "answered less well") { "" } else { " bad" };
        view! { <i class=format!("seg-end{bad}") style=format!("left:{}", percent(fall.across(at)))></i> }
    });
    let name = match bar.attempt {
        0 | 1 => bar.callee.clone(),
        attempt => format!("{} (attempt {attempt})", bar.callee),
    };
    let took = bar.took().map_or("under way".to_owned(), Time::rounded);
    let indent = format!("padding-left:{}px", bar.depth.min(8) * 12);
    view! {
        <li>
            <button class="waterfall-row" class:open=bar.open aria-label=bar.words() title=bar.words()
                aria-current=move || (told.get() == Some(index)).then_some("true")
                on:pointerenter=move |_| told.set(Some(index)) on:focus=move |_| told.set(Some(index))
                on:click=move |_| told.set(Some(index))>
                <span class="waterfall-name" style=indent>{name}</span>
                <span class="waterfall-lane">{bar.segments.iter().map(segment).collect_view()}{end}</span>
                <span class="waterfall-took">{took}<span class="soft">{bar.ending()}</span></span>
            </button>
        </li>
    }
}

/// The moments of the bar that is pointed at, each a button that moves the playhead there.
#[component]
fn Moments(opened: Memo<Option<Opened>>, told: RwSignal<Option<usize>>) -> impl IntoView {
    let run = use_run();
    let moment = move |from: Time, at: Time, name: &'static str| {
        let after = at.since(from).rounded();
        view! {
            <button class="chip" title=format!("Jump to {}", clock_tenths(at)) on:click=move |_| {
                run.ask(PlayerMessage::Pause);
                run.ask(PlayerMessage::Seek(at));
            }>{name}" "<b>"+"{after}</b></button>
        }
    };
    live(move || {
        opened.with(|opened| {
            let (fall, _) = opened.as_ref()?;
            let bar = told.get().and_then(|index| fall.bars.get(index));
            let moments = match bar {
                Some(bar) => bar.moments.clone(),
                None => {
                    let ended = fall.ended.map(|(at, _)| (at, "ended"));
                    [Some((fall.from, "wanted")), ended].into_iter().flatten().collect()
                }
            };
            let whose = bar.map_or_else(|| format!("{}’ request", fall.clients), Bar::title);
            Some(view! {
                <div class="waterfall-moments" role="group" aria-label="Jump to a moment">
                    <span class="strong">{whose}</span>
                    {moments.into_iter().map(|(at, name)| moment(fall.from, at, name)).collect_view()}
                </div>
            })
        })
    })
}

/// The same as the bars, in figures.
fn table(fall: &Waterfall) -> impl IntoView + use<> {
    let head = |stage: Stage| view! { <th scope="col">{stage.word()}</th> };
    let spent = |time: Time| if time == Time::ZERO { "–".to_owned() } else { time.rounded() };
    let row = |bar: &Bar| {
        let stages = Stage::ALL.map(|stage| view! { <td>{spent(bar.spent(stage, false))}</td> });
        view! {
            <tr>
                <th scope="row" style=format!("padding-left:{}px", 6 + bar.depth.min(8) * 12)>{bar.title()}</th>
                <td>{fall.after_start(bar.sent)}</td>
                {stages.collect_view()}
                <td>{spent(bar.for_nobody())}</td>
                <td>{bar.ending()}</td>
                <td>{bar.took().map_or("–".to_owned(), Time::rounded)}</td>
            </tr>
        }
    };
    view! {
        <div class="waterfall-table" tabindex="0" role="region" aria-label="Attempts as a table">
            <table>
                <thead>
                    <tr>
                        <th scope="col">"call"</th>
                        <th scope="col">"sent"</th>
                        {Stage::ALL.map(head).collect_view()}
                        <th scope="col">"for nobody"</th>
                        <th scope="col">"ending"</th>
                        <th scope="col">"took"</th>
                    </tr>
                </thead>
                <tbody>{fall.bars.iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
}
