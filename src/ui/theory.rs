//! The selected station beside the curve that queueing theory predicts, and Little's law with the run's own numbers.

use leptos::prelude::*;

use crate::editor::player::Player;
use crate::insight::{Little, Part, Pressures, Servers, THEORY_TERMS, Theory, little_of_users};
use crate::sim::{FRAME, Parts};
use crate::units::Time;

use super::element::view;
use super::live::live;
use super::pressure::with_design;
use super::run::{Run, use_run};
use super::session::{Session, use_session};
use super::signal::Memo;
use super::terms::words_line;

/// Frames that the live point is taken from: ten seconds.
const FRAMES: usize = 100;
/// The picture, in its own units.
const WIDTH: f64 = 420.0;
const HEIGHT: f64 = 190.0;
const LEFT: f64 = 46.0;
const BOTTOM: f64 = 24.0;

/// Where Little's law for users is not shown.
const NOT_TOLD: &str = "not told: too few good answers, or many failed, and how long those took is not known";

/// What is shown.
#[derive(Clone, Default, PartialEq)]
struct Shown {
    name: String,
    theory: Option<Theory>,
    users: Option<Little>,
}

/// The board: the curve with the live point, and the figures beside it.
#[component]
pub fn TheoryBoard() -> impl IntoView {
    let (run, session) = (use_run(), use_session());
    let shown = Memo::new(move |_| {
        run.beat.track();
        let chosen = session.selection.with(|selection| selection.components().next().map(str::to_owned));
        look(run, session, chosen)
    });
    let body = move || {
        shown.with(|shown| match &shown.theory {
            Some(theory) => pictured(&shown.name, theory, shown.users).into_any(),
            None if shown.name.is_empty() => {
                view! { <p class="soft">"Play the run to see theory beside practice."</p> }.into_any()
            }
            None => {
                let why =
                    "no requests came in the last ten seconds, or it has no servers of its own. Select another part.";
                view! { <p class="soft">{format!("{}: {why}", shown.name)}</p> }.into_any()
            }
        })
    };
    view! { <section class="insight" aria-label="Theory">{live(body)}{words_line(THEORY_TERMS)}</section> }
}

/// The chosen component, or else the one that is nearest its limit.
fn look(run: Run, session: Session, chosen: Option<String>) -> Shown {
    let playhead = run.player.with_untracked(Player::playhead);
    session.recording.with_value(|recording| {
        let end = ((playhead.0 / FRAME.0) as usize).min(recording.frames.len());
        let frames = &recording.frames[end.saturating_sub(FRAMES)..end];
        let parts = &recording.parts;
        if frames.is_empty() {
            return Shown::default();
        }
        with_design(run, playhead, |design| {
            let nearest = || nearest(&Pressures::at(design, parts, &recording.frames, end), parts);
            let Some(at) = chosen.and_then(|name| parts.component(&name)).or_else(nearest) else {
                return Shown::default();
            };
            Shown {
                name: parts.components[at as usize].clone(),
                theory: Theory::of(design, parts, frames, at),
                users: little_of_users(frames),
            }
        })
    })
}

fn nearest(seen: &Pressures, parts: &Parts) -> Option<u32> {
    match seen.bottleneck.as_ref()?.of.part {
        Part::Component(at) => Some(at),
        Part::Wire(at) => parts.wires.get(at as usize).map(|(_, to)| *to),
    }
}

fn pictured(name: &str, theory: &Theory, users: Option<Little>) -> impl IntoView + use<> {
    let time = |seconds: f64| Time::from_secs_f64(seconds).rounded();
    let (rate, seen) = theory.live;
    let expected = theory.expected.map_or("a queue without end".to_owned(), time);
    let servers = match theory.servers {
        Servers::Busy => "servers",
        Servers::Slots => "slots",
    };
    let rows = [
        ("Seen", format!("{} here at {rate:.0}/s", time(seen))),
        ("Theory", format!("{expected} by {}", theory.law)),
        ("Work", format!("{} of each of {:.0} {servers}", time(theory.service), theory.count)),
        ("Knee", format!("{:.0}/s: from here on waiting takes longer than the work", theory.knee)),
        ("Limit", format!("{:.0}/s", theory.limit)),
        ("Variability", format!("waits × {:.2} (1 is random arrivals and exponential work)", theory.variability)),
        ("Little, waiting", little_words(theory.waiting)),
        ("Little, all users", users.map_or(NOT_TOLD.to_owned(), little_words)),
    ];
    let row = |(term, words): (&'static str, String)| view! { <tr><th scope="row">{term}</th><td>{words}</td></tr> };
    view! {
        <div class="theory">
            <figure class="theory-figure">
                <figcaption>{format!("{name}: mean time here by requests per second")}</figcaption>
                {chart(theory)}
            </figure>
            <table class="insight-table facts"><tbody>{rows.map(row).collect_view()}</tbody></table>
        </div>
    }
}

/// `L 3.2; λ · W = 150/s × 21 ms = 3.2, off by 1 %`.
fn little_words(little: Little) -> String {
    let product = little.product();
    // Plus zero takes the sign from a zero.
    let off = libm::round(1000.0 * little.difference()) / 10.0 + 0.0;
    let time = Time::from_secs_f64(little.time).rounded();
    format!("L = {:.2}; λ · W = {:.0}/s × {time} = {product:.2} ({off:+.1} %)", little.number, little.rate)
}

fn chart(theory: &Theory) -> impl IntoView + use<> {
    // A run far beyond the limit stands at the edge: the curve shall not shrink to nothing.
    let shown = theory.live.0.min(2.0 * theory.limit);
    let right = theory.curve.last().map_or(theory.limit, |(rate, _)| *rate).max(shown).max(theory.limit) * 1.04;
    // Six times the work shows the bend; the live point must be seen too.
    let top = (6.0 * theory.service).max(1.15 * theory.live.1.min(60.0 * theory.service));
    let x = move |rate: f64| LEFT + (WIDTH - LEFT - 8.0) * rate / right;
    let y = move |time: f64| 8.0 + (HEIGHT - 8.0 - BOTTOM) * (1.0 - (time / top).min(1.0));
    let point = |(rate, time): &(f64, f64)| format!("{:.1},{:.1}", x(*rate), y(*time));
    let curve = theory.curve.iter().take_while(|(_, time)| *time <= 1.5 * top).map(point).collect::<Vec<_>>().join(" ");
    let floor = HEIGHT - BOTTOM;
    let (live_x, live_y) = (x(shown), y(theory.live.1));
    let words = format!(
        "Mean time here rises from {} without waiting; the knee is at {:.0} of {:.0} requests per second; the run is at {:.0} per second with {}.",
        Time::from_secs_f64(theory.service).rounded(),
        theory.knee,
        theory.limit,
        theory.live.0,
        Time::from_secs_f64(theory.live.1).rounded(),
    );
    view! {
        <svg class="theory-chart" viewBox=format!("0 0 {WIDTH} {HEIGHT}") role="img" aria-label=words>
            <path class="axis" d=format!("M{LEFT} 8V{floor}H{WIDTH}")></path>
            <path class="limit" d=format!("M{0:.1} 8V{floor}", x(theory.limit))></path>
            <path class="knee" d=format!("M{0:.1} 8V{floor}", x(theory.knee))></path>
            <polyline class="curve" points=curve></polyline>
            <circle class="live-point" cx=live_x cy=live_y r="5"></circle>
            <text x=LEFT - 4.0 y="16" class="end">{Time::from_secs_f64(top).rounded()}</text>
            <text x=LEFT - 4.0 y=floor class="end">"0"</text>
            <text x=x(theory.knee) + 3.0 y=HEIGHT - 8.0 class="end">"knee"</text>
            <text x=x(theory.limit) - 3.0 y=HEIGHT - 8.0>"limit"</text>
        </svg>
    }
}
