//! The bar at the bottom: play, step, speed, reset, and the track with the planned traffic.

use leptos::prelude::*;
use web_sys::{HtmlElement, KeyboardEvent, MouseEvent, PointerEvent};

use crate::editor::player::{Phase, Player, PlayerMessage, Speed};
use crate::scene::events::hand_marks;
use crate::scene::plot::{clock, clock_tenths};
use crate::scene::track::{self, TrackMark, TrackSpan, across};
use crate::sim::FRAME;
use crate::units::Time;

use super::element::view;
use super::glyph::{Glyph, glyph};
use super::live::live;
use super::run::{Run, use_run};
use super::scale::ScaleNote;
use super::seed::SeedControl;
use super::session::{Session, use_session};
use super::signal::{Memo, RwSignal};

/// Frames of a small step, and of a large one (with Shift, or an arrow key on the track).
const STEP_SMALL: i32 = 1;
const STEP_LARGE: i32 = 10;

/// The bar.
#[component]
pub fn PlayerBar() -> impl IntoView {
    view! {
        <div class="player">
            <Controls />
            <TrackBar />
            <Clock />
            <ScaleNote />
        </div>
    }
}

#[component]
fn Controls() -> impl IntoView {
    let run = use_run();
    let phase = Memo::new(move |_| run.player.with(Player::phase));
    let playing = Memo::new(move |_| run.player.with(Player::playing));
    let step = move |frames: i32| {
        move |event: MouseEvent| {
            let size = if event.shift_key() { STEP_SMALL } else { STEP_LARGE };
            run.ask(PlayerMessage::Step(frames * size));
        }
    };
    let play_label = move || match (playing.get(), phase.get()) {
        (true, _) => "Pause",
        (false, Phase::Ended) => "Play again",
        (false, _) => "Play",
    };
    view! {
        <div class="controls" role="group" aria-label="Run">
            <button class="icon-button" title="Reset the run (same seed)" aria-label="Reset the run"
                prop:disabled=move || phase.get() == Phase::Ready on:click=move |_| run.reset()>
                {glyph(Glyph::Reset)}
            </button>
            <button class="icon-button" title="Back 1 s (Shift: 0.1 s)" aria-label="Step back"
                prop:disabled=move || phase.get() == Phase::Ready on:click=step(-1)>
                {glyph(Glyph::StepBack)}
            </button>
            <button class="play-button" id="play" title=play_label aria-label=play_label
                on:click=move |_| run.ask(PlayerMessage::Toggle)>
                {live(move || glyph(if playing.get() { Glyph::Pause } else { Glyph::Play }))}
            </button>
            <button class="icon-button" title="On 1 s (Shift: 0.1 s)" aria-label="Step forward" on:click=step(1)>
                {glyph(Glyph::StepForward)}
            </button>
            <button class="icon-button" title="To the event before (<)" aria-label="To the event before"
                prop:disabled=move || phase.get() == Phase::Ready on:click=move |_| run.jump(false)>
                {glyph(Glyph::LastEvent)}
            </button>
            <button class="icon-button" title="To the next event (>)" aria-label="To the next event" on:click=move |_| run.jump(true)>
                {glyph(Glyph::NextEvent)}
            </button>
            <SpeedControl />
        </div>
    }
}

#[component]
fn SpeedControl() -> impl IntoView {
    let run = use_run();
    let speed = Memo::new(move |_| run.player.with(Player::speed));
    let set = move |speed: Speed| run.ask(PlayerMessage::Speed(speed));
    view! {
        <div class="speed" role="group" aria-label="Speed">
            <button class="speed-step" aria-label="Slower" title="Slower"
                prop:disabled=move || speed.get().step() == 0 on:click=move |_| set(speed.get_untracked().slower())>"−"</button>
            <button class="speed-now" title="Speed; click for real time" aria-label=move || format!("Speed {}; set to 1×", speed.get())
                on:click=move |_| set(Speed::ONE)>{move || speed.get().to_string()}</button>
            <button class="speed-step" aria-label="Faster" title="Faster"
                prop:disabled=move || speed.get().step() == Speed::STEP_MAX
                on:click=move |_| set(speed.get_untracked().faster())>"+"</button>
        </div>
    }
}

#[component]
fn Clock() -> impl IntoView {
    let run = use_run();
    let now = Memo::new(move |_| run.player.with(|player| clock_tenths(player.playhead())));
    let duration = Memo::new(move |_| run.player.with(|player| clock(player.duration())));
    let note = Memo::new(move |_| run.player.with(note));
    view! {
        <div class="clock">
            <span class="clock-now"><span class="visually-hidden">"Simulated time "</span>{move || now.get()}</span>
            <span class="clock-all">" / "{move || duration.get()}</span>
            <span class="clock-note" class:shown=move || !note.with(String::is_empty)
                title="The simulation cannot keep up with the speed asked for">{move || note.get()}</span>
            <div class="only-large"><SeedControl /></div>
        </div>
    }
}

/// What the clock adds: the real speed where it lags, or that the player waits.
fn note(player: &Player) -> String {
    match (player.real_speed(), player.phase()) {
        (_, Phase::Loading) => "…".to_owned(),
        (Some(real), _) if real < 0.1 => format!("{real:.2}×"),
        (Some(real), _) => format!("{real:.1}×"),
        (None, Phase::AtEdge) if !player.playing() => "computing".to_owned(),
        _ => String::new(),
    }
}

#[component]
fn TrackBar() -> impl IntoView {
    let (run, session) = (use_run(), use_session());
    let plan = Memo::new(move |_| session.with_design(track::track));
    let duration = Memo::new(move |_| run.player.with(Player::duration));
    let played = Memo::new(move |_| run.player.with(|player| across(player.playhead(), player.duration())));
    let recorded = Memo::new(move |_| session.with_recording(|recording| across(recording.end(), duration.get())));
    let said = Memo::new(move |_| run.player.with(|player| Time(player.playhead().0 / 1_000_000_000 * 1_000_000_000)));
    let element: NodeRef<leptos::html::Div> = NodeRef::new();
    let dragging = RwSignal::new(false);
    let seek = move |event: &PointerEvent| {
        if let Some(share) = element.get_untracked().and_then(|track| share_of(&track, event)) {
            run.ask(PlayerMessage::Seek(duration.get_untracked() * share));
        }
    };
    let down = move |event: PointerEvent| {
        if event.button() != 0 {
            return;
        }
        event.prevent_default();
        if let Some(track) = element.get_untracked() {
            let _ = track.set_pointer_capture(event.pointer_id());
            let _ = track.focus();
        }
        dragging.set(true);
        seek(&event);
    };
    view! {
        <div class="track" node_ref=element role="slider" tabindex="0" aria-label="Playhead" id="track"
            aria-valuemin="0" aria-valuemax=move || duration.get().as_secs_f64()
            aria-valuenow=move || said.get().as_secs_f64() aria-valuetext=move || clock(said.get())
            on:pointerdown=down
            on:pointermove=move |event| if dragging.get_untracked() { seek(&event) }
            on:pointerup=move |_| dragging.set(false)
            on:pointercancel=move |_| dragging.set(false)
            on:keydown=move |event| on_key(run, event)>
            {live(move || area_view(plan.with(|plan| plan.area.clone()), played))}
            {live(move || plan.with(spans_view))}
            <div class="track-recorded" aria-hidden="true" style:width=move || percent(recorded.get())></div>
            {live(move || marks_view(run, session))}
            <div class="track-head" aria-hidden="true" style:left=move || percent(played.get())></div>
        </div>
    }
}

/// The planned traffic, and once more, bright, what was played of it.
fn area_view(area: String, played: Memo<f64>) -> impl IntoView {
    let clip = move || format!("inset(0 {} 0 0)", percent(1.0 - played.get()));
    view! {
        <svg class="track-area" viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true"><path d=area.clone()></path></svg>
        <svg class="track-area played" viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true" style:clip-path=clip>
            <path d=area></path>
        </svg>
    }
}

fn spans_view(plan: &track::Track) -> impl IntoView + use<> {
    let span = |span: &TrackSpan| {
        let style = format!("left:{};width:{}", percent(span.from), percent(span.to - span.from));
        view! { <div class="track-span" style=style><span>{span.name.clone()}</span></div> }
    };
    view! {
        {plan.spans.iter().map(span).collect_view()}
        {plan.faults.iter().map(|mark| mark_view(mark, "planned")).collect_view()}
    }
}

fn percent(share: f64) -> String {
    format!("{:.3}%", share * 100.0)
}

fn marks_view(run: Run, session: Session) -> impl IntoView + use<> {
    run.beat.track();
    let (playhead, duration) = run.player.with_untracked(|player| (player.playhead(), player.duration()));
    let mut marks = session.recording.with_value(|recording| track::marks(recording, playhead, duration));
    marks.extend(run.scenario.with_value(|scenario| hand_marks(scenario, duration)));
    marks.iter().map(|mark| mark_view(mark, "")).collect_view()
}

fn mark_view(mark: &TrackMark, besides: &'static str) -> impl IntoView + use<> {
    let kind = mark.kind.id();
    let title = format!("{} {}", clock(mark.time), mark.text);
    view! { <div class=format!("track-mark {kind} {besides}") style=format!("left:{}", percent(mark.at)) title=title></div> }
}

/// How far across the track the pointer is.
fn share_of(track: &HtmlElement, event: &PointerEvent) -> Option<f64> {
    let rect = track.get_bounding_client_rect();
    (rect.width() > 0.0).then(|| ((f64::from(event.client_x()) - rect.left()) / rect.width()).clamp(0.0, 1.0))
}

fn on_key(run: Run, event: KeyboardEvent) {
    let (playhead, duration) = run.player.with_untracked(|player| (player.playhead(), player.duration()));
    let small = event.shift_key();
    let message = match event.key().as_str() {
        "ArrowRight" | "ArrowUp" => PlayerMessage::Step(if small { STEP_SMALL } else { STEP_LARGE }),
        "ArrowLeft" | "ArrowDown" => PlayerMessage::Step(if small { -STEP_SMALL } else { -STEP_LARGE }),
        "PageUp" => PlayerMessage::Seek(playhead + Time(FRAME.0 * 100)),
        "PageDown" => PlayerMessage::Seek(playhead.since(Time(FRAME.0 * 100))),
        ">" | "<" => {
            event.prevent_default();
            return run.jump(event.key() == ">");
        }
        "Home" => PlayerMessage::Seek(Time::ZERO),
        "End" => PlayerMessage::Seek(duration),
        " " | "Enter" => PlayerMessage::Toggle,
        _ => return,
    };
    event.prevent_default();
    run.ask(message);
}
