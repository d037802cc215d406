//! A design in the lesson's text: a small drawing that can be run where it stands, or put onto the canvas.

use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::design::{Component, Design};
use crate::lesson::{LiveDesign, write_scenario};
use crate::metrics::Recording;
use crate::scene::{Glance, component_words, picture};
use crate::sim::Scenario;
use crate::units::Time;

use super::app::Shell;
use super::glyph::{Glyph, glyph};
use super::icon::kind_path;
use super::live::live;
use super::protocol::{Finding, Study};
use super::session::use_session;
use super::study::study;

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

/// The small run.
#[derive(Clone, Copy)]
struct Small {
    design: StoredValue<Design>,
    recording: StoredValue<Recording>,
    at: RwSignal<Time>,
    end: RwSignal<Time>,
    stage: RwSignal<Stage>,
    glance: Memo<Glance>,
    /// Who keeps the study: the step, not the button that goes away when it is pressed.
    keeper: StoredValue<Option<Owner>>,
}

/// The design, and what can be done with it. `allowed` says whether the lesson's rules let it onto the canvas.
pub fn live_design(live_design: &LiveDesign, allowed: bool) -> AnyView {
    let shell: Shell = expect_context();
    let (at, recording) = (RwSignal::new(Time::ZERO), StoredValue::new(Recording::default()));
    let small = Small {
        design: StoredValue::new(live_design.design.clone()),
        recording,
        at,
        end: RwSignal::new(Time::ZERO),
        stage: RwSignal::new(Stage::Before),
        keeper: StoredValue::new(Owner::current()),
        glance: Memo::new(move |_| {
            let at = at.get();
            recording.with_value(|recording| Glance::at(recording, at))
        }),
    };
    let put = move |_| small.design.with_value(|design| shell.replace(design, "The lesson's design is on the canvas"));
    let put = allowed.then(|| {
        view! {
            <button class="text-button framed" on:click=put>{glyph(Glyph::Right)}"Put it on the canvas"</button>
        }
    });
    let after = live_design.run.clone();
    let run = after.is_some().then(|| run_view(small));
    let after = move || {
        let after = after.clone().filter(|html| !html.is_empty() && small.stage.get() == Stage::After);
        after.map(|html| view! { <div class="prose live-after" inner_html=html></div> })
    };
    view! {
        <div class="live-design" role="group" aria-label="A design">
            <div class="live-picture" inner_html=move || drawn(small)></div>
            <div class="live-ways">{run}{put}</div>
            <div role="status">{live(after)}</div>
        </div>
    }
    .into_any()
}

/// The drawing at the time that is shown.
fn drawn(small: Small) -> String {
    small.design.with_value(|design| {
        small.glance.with(|glance| {
            let of = |part: &Component| component_words(design, part, glance.component(&part.name));
            let words = design.components.iter().map(of).collect::<Vec<_>>().join("; ");
            picture(design, glance, &words, &kind_path)
        })
    })
}

fn run_view(small: Small) -> AnyView {
    let less_motion = use_session().reduced_motion;
    let controls = move || {
        match small.stage.get() {
        Stage::Before => view! {
            <button class="text-button framed" on:click=move |_| start(small, less_motion.get_untracked())>{glyph(Glyph::Play)}"Run it"</button>
        }
        .into_any(),
        Stage::Computing => view! { <span class="live-note">"Running …"</span> }.into_any(),
        Stage::Failed(why) => view! { <pre class="live-note" role="alert">{why}</pre> }.into_any(),
        Stage::Playing | Stage::After => scrubber(small),
    }
    };
    live(controls)
}

fn scrubber(small: Small) -> AnyView {
    let seconds = move |time: Time| format!("{:.1}", time.as_secs_f64());
    let moved = move |event: leptos::ev::Event| {
        let wanted = event_target_value(&event).parse().unwrap_or(0.0);
        // Who takes it into their own hands has seen it.
        small.stage.set(Stage::After);
        small.at.set(Time::from_secs_f64(wanted));
    };
    view! {
        <label class="live-time"><span class="visually-hidden">"Time of this run, in seconds"</span>
            <input type="range" min="0.1" step="0.1" max=seconds(small.end.get_untracked()) prop:value=move || seconds(small.at.get())
                on:input=moved />
        </label>
        <span class="live-note">{move || format!("{:.0} s", small.at.get().as_secs_f64())}</span>
    }
    .into_any()
}

fn start(small: Small, less_motion: bool) {
    let (scenario, until) =
        small.design.with_value(|design| (write_scenario(&Scenario::of(design.clone())), design.duration.min(RUN_MAX)));
    small.stage.set(Stage::Computing);
    small.recording.set_value(Recording::default());
    let Some(keeper) = small.keeper.get_value() else { return };
    let hear = move |finding| match finding {
        Finding::Parts(parts) => small.recording.update_value(|recording| recording.parts = parts),
        Finding::Frames(frames) => small.recording.update_value(|recording| recording.extend(frames)),
        Finding::Failed(problems) => _ = small.stage.try_set(Stage::Failed(problems.join("\n"))),
        Finding::Done => show(small, less_motion),
    };
    keeper.with(|| study(Study::Record(scenario, until), hear));
}

/// Plays what was recorded, as quickly for a long run as for a short one.
fn show(small: Small, less_motion: bool) {
    let Some(end) = small.recording.try_with_value(Recording::end) else { return };
    _ = small.end.try_set(end);
    if less_motion {
        _ = small.at.try_set(end);
        _ = small.stage.try_set(Stage::After);
        return;
    }
    _ = small.stage.try_set(Stage::Playing);
    spawn_local(async move {
        for number in 1..=PICTURES {
            TimeoutFuture::new(PICTURE_MILLIS).await;
            // The reader went elsewhere, or took the slider.
            if small.stage.try_get_untracked() != Some(Stage::Playing) {
                return;
            }
            _ = small.at.try_set(Time(end.0 / PICTURES * number));
        }
        _ = small.stage.try_set(Stage::After);
    });
}
