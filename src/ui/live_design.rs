//! A design in the lesson's text: a small drawing that can be run where it stands, or put onto the canvas.

use std::sync::Arc;

use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::design::{Component, Design};
use crate::lesson::{LiveDesign, write_scenario};
use crate::metrics::Recording;
use crate::scene::{Glance, component_words, drawing};
use crate::sim::Scenario;
use crate::units::Time;

use super::element::view;
use super::glyph::{Glyph, glyph};
use super::icon::kind_path;
use super::live::live;
use super::protocol::{Finding, Study};
use super::session::use_session;
use super::shell::Shell;
use super::signal::{Memo, RwSignal, StoredValue};
use super::study::StudyRoom;

/// The longest run that is made in the text.
const RUN_MAX: Time = Time::from_secs(600);
/// Pictures of the run, and milliseconds between two of them: five seconds for any run.
const PICTURES: u64 = 60;
const PICTURE_MILLIS: u32 = 80;

#[derive(Clone, Debug, PartialEq)]
enum Stage {
    Before,
    Computing,
    Playing,
    After,
    Failed(String),
}

/// What is shown of the small run.
#[derive(Clone, Debug, PartialEq)]
struct Shown {
    at: Time,
    end: Time,
    stage: Stage,
}

/// The small run.
#[derive(Clone)]
struct Small {
    design: Arc<Design>,
    recording: StoredValue<Recording>,
    shown: RwSignal<Shown>,
    room: StudyRoom,
}

impl Small {
    fn set(&self, change: impl FnOnce(&mut Shown)) {
        // The reader may have gone elsewhere.
        let _ = self.shown.try_update(change);
    }
}

/// The design, and what can be done with it. `allowed` says whether the lesson's rules let it onto the canvas.
pub fn live_design(live_design: &LiveDesign, allowed: bool) -> AnyView {
    let shell: Shell = expect_context();
    let small = Small {
        design: Arc::new(live_design.design.clone()),
        recording: StoredValue::new(Recording::default()),
        shown: RwSignal::new(Shown { at: Time::ZERO, end: Time::ZERO, stage: Stage::Before }),
        room: StudyRoom::new(),
    };
    let design = small.design.clone();
    let put = move |_| shell.replace(&design, "The lesson's design is on the canvas");
    let put = allowed.then(|| {
        view! {
            <button class="text-button framed" on:click=put>{glyph(Glyph::Right)}"Put it on the canvas"</button>
        }
    });
    let (after, shown) = (live_design.run.clone(), small.shown);
    let run = after.is_some().then(|| run_view(small.clone()));
    let after = move || {
        let done = shown.with(|shown| shown.stage == Stage::After);
        let after = after.clone().filter(|html| !html.is_empty() && done);
        after.map(|html| view! { <div class="prose" inner_html=html></div> })
    };
    view! {
        <div class="live-design" role="group" aria-label="A design">
            <div class="live-picture" inner_html=move || drawn(&small)></div>
            <div class="live-ways">{run}{put}</div>
            <div class="live-after" role="status">{live(after)}</div>
        </div>
    }
    .into_any()
}

/// The drawing at the time that is shown.
fn drawn(small: &Small) -> String {
    let at = small.shown.with(|shown| shown.at);
    let glance = small.recording.with_value(|recording| Glance::at(recording, at));
    let of = |part: &Component| component_words(&small.design, part, glance.component(&part.name));
    let words = small.design.components.iter().map(of).collect::<Vec<_>>().join("; ");
    drawing(&small.design, &glance, &words, &kind_path)
}

fn run_view(small: Small) -> AnyView {
    let less_motion = use_session().reduced_motion;
    let stage = Memo::new(move |_| small.shown.with(|shown| shown.stage.clone()));
    let controls = move || {
        let small = small.clone();
        match stage.get() {
            Stage::Before => view! {
                <button class="text-button framed" on:click=move |_| start(&small, less_motion.get_untracked())>
                    {glyph(Glyph::Play)}"Run it"
                </button>
            }
            .into_any(),
            Stage::Computing => view! { <span class="live-note">"Running …"</span> }.into_any(),
            Stage::Failed(why) => view! { <pre class="live-note" role="alert">{why}</pre> }.into_any(),
            Stage::Playing | Stage::After => scrubber(&small),
        }
    };
    live(controls)
}

fn scrubber(small: &Small) -> AnyView {
    let seconds = move |time: Time| format!("{:.1}", time.as_secs_f64());
    let shown = small.shown;
    let moved = move |event: leptos::ev::Event| {
        let wanted = event_target_value(&event).parse().unwrap_or(0.0);
        // Who takes it into their own hands has seen it.
        shown.update(|shown| (shown.stage, shown.at) = (Stage::After, Time::from_secs_f64(wanted)));
    };
    let end = shown.with_untracked(|shown| seconds(shown.end));
    view! {
        <label class="live-time"><span class="visually-hidden">"Time of this run, in seconds"</span>
            <input type="range" min="0.1" step="0.1" max=end prop:value=move || seconds(shown.with(|shown| shown.at)) on:input=moved />
        </label>
        <span class="live-note">{move || format!("{:.0} s", shown.with(|shown| shown.at.as_secs_f64()))}</span>
    }
    .into_any()
}

fn start(small: &Small, less_motion: bool) {
    let scenario = write_scenario(&Scenario::of((*small.design).clone()));
    small.set(|shown| shown.stage = Stage::Computing);
    let (recording, room, small) = (small.recording, small.room, small.clone());
    recording.set_value(Recording::default());
    let until = small.design.duration.min(RUN_MAX);
    let hear = move |finding| match finding {
        Finding::Parts(parts) => recording.update_value(|recording| recording.parts = parts),
        Finding::Frames(frames) => recording.update_value(|recording| recording.extend(frames)),
        Finding::Failed(problems) => small.set(|shown| shown.stage = Stage::Failed(problems.join("\n"))),
        Finding::Done => show(&small, less_motion),
        _ => {}
    };
    room.begin(Study::Record(scenario, until), hear);
}

/// Plays what was recorded, as quickly for a long run as for a short one.
fn show(small: &Small, less_motion: bool) {
    let Some(end) = small.recording.try_with_value(Recording::end) else { return };
    small.set(|shown| shown.end = end);
    if less_motion {
        return small.set(|shown| (shown.at, shown.stage) = (end, Stage::After));
    }
    small.set(|shown| shown.stage = Stage::Playing);
    let small = small.clone();
    spawn_local(async move {
        for number in 1..=PICTURES {
            TimeoutFuture::new(PICTURE_MILLIS).await;
            // The reader went elsewhere, or took the slider.
            let playing = small.shown.try_with_untracked(|shown| shown.stage == Stage::Playing);
            if playing != Some(true) {
                return;
            }
            small.set(|shown| shown.at = Time(end.0 / PICTURES * number));
        }
        small.set(|shown| shown.stage = Stage::After);
    });
}
