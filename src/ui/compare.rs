//! Two designs under the same traffic: the other one is recorded beside the run, and both are laid over each other.

use leptos::prelude::*;

use crate::design::{Design, differences, under_load_of};
use crate::editor::player::Player;
use crate::insight::cost_per_hour;
use crate::lesson::{read_scenario, write_scenario};
use crate::metrics::Recording;
use crate::scene::duel::{self, Measure, Pulse};
use crate::scene::{charts_html, figures_html, settings_html};
use crate::sim::Scenario;
use crate::units::Time;

use super::element::view;
use super::live::live;
use super::protocol::{Finding, Study};
use super::run::use_run;
use super::session::use_session;
use super::shelf;
use super::signal::{Memo, RwSignal, StoredValue, effect};
use super::study::StudyRoom;
use super::toast::{Tone, use_toasts};
use super::workshop::Workshop;

/// Seconds of the run that are taken into the curves before one picture.
const SECONDS_PER_BEAT: usize = 60;

/// What the run on the page is compared with.
#[derive(Clone, Copy)]
pub struct Rival {
    /// Its name and design, as it was chosen.
    chosen: RwSignal<Option<(String, Design)>>,
    recording: StoredValue<Recording>,
    /// Grows with the recording.
    grown: RwSignal<u32>,
    trouble: RwSignal<Option<String>>,
}

impl Rival {
    /// None chosen yet; put into the context.
    pub fn provide() -> Rival {
        let rival = Rival {
            chosen: RwSignal::new(None),
            recording: StoredValue::new(Recording::default()),
            grown: RwSignal::new(0),
            trouble: RwSignal::new(None),
        };
        provide_context(rival);
        rival
    }

    fn hear(&self, finding: Finding) {
        match finding {
            Finding::Parts(parts) => self.recording.update_value(|recording| recording.parts = parts),
            Finding::Frames(frames) => self.recording.update_value(|recording| recording.extend(frames)),
            Finding::Failed(problems) => self.trouble.set(Some(problems.join("; "))),
            _ => return,
        }
        self.grown.update(|grown| *grown += 1);
    }

    fn record(&self, room: StudyRoom, scenario: &str, until: Time) {
        self.recording.set_value(Recording::default());
        self.trouble.set(None);
        self.grown.update(|grown| *grown += 1);
        let rival = *self;
        room.begin(Study::Record(scenario.to_owned(), until), move |finding| rival.hear(finding));
    }
}

/// The view.
#[component]
pub fn Compare() -> impl IntoView {
    let (rival, session): (Rival, _) = (expect_context(), use_session());
    // The same load for both: when the own load changes, the other one is run anew. Empty is none, as with the name: one type
    // of memo less in the page.
    let load = Memo::new(move |_| {
        let own = session.with_design(Clone::clone);
        rival.chosen.with(|chosen| {
            let other = chosen.as_ref().map(|(_, design)| under_load_of(&own, design));
            other.map(|other| write_scenario(&Scenario::of(other))).unwrap_or_default()
        })
    });
    let room = StudyRoom::new();
    effect(move || {
        let scenario = load.get();
        if scenario.is_empty() {
            room.stop();
        } else {
            rival.record(room, &scenario, session.with_untracked_design(|own| own.duration));
        }
    });
    let chosen = Memo::new(move |_| {
        rival.chosen.with(|chosen| chosen.as_ref().map(|(name, _)| name.clone()).unwrap_or_default())
    });
    let content = move || match chosen.get() {
        name if name.is_empty() => view! { <Choose /> }.into_any(),
        name => view! { <Duel name /> }.into_any(),
    };
    view! { <section class="compare" aria-label="Compare">{live(content)}</section> }
}

/// What there is to compare with.
#[component]
fn Choose() -> impl IntoView {
    let (rival, workshop, session): (Rival, Workshop, _) = (expect_context(), expect_context(), use_session());
    let toasts = use_toasts();
    let choose = move |name: String, design: Option<Design>| match design {
        Some(design) => rival.chosen.set(Some((name, design))),
        None => toasts.show(Tone::Bad, format!("“{name}” cannot be read.")),
    };
    let before = move |steps: usize| {
        session.editor.with_untracked(|editor| {
            let (mut design, mut history) = (editor.design.clone(), editor.history.clone());
            (0..steps).for_each(|_| drop(history.undo(&mut design)));
            design
        })
    };
    let picked = move |event: web_sys::Event| {
        let input: web_sys::HtmlInputElement = event_target(&event);
        leptos::task::spawn_local(async move {
            if let Some((name, text)) = super::files::chosen(input).await {
                choose(name, read_scenario(&text).ok().map(|scenario| scenario.design_at(Time::MAX).clone()));
            }
        });
    };
    // Where a saved design is not, one of the three that are always there is meant.
    let button = move |(kind, name): (usize, String)| {
        let label = name.clone();
        let pick = move |_| {
            let design = match kind {
                0 => workshop.start_design(),
                1 => Some(before(1)),
                2 => Some(before(0)),
                _ => shelf::named(&name),
            };
            choose(name.clone(), design);
        };
        view! { <button class="text-button framed" on:click=pick>{label}</button> }
    };
    let always = ["The start", "Before my last change", "As it is now"].map(str::to_owned);
    let names = always.into_iter().enumerate().chain(shelf::names().into_iter().map(|(name, _)| (3, name)));
    view! {
        <p>"Run another design under the same traffic, with the same seed and the same planned faults, and lay both over each \
            other. What to compare with? (“As it is now” stays as it is while you go on.)"</p>
        <div class="compare-choices">
            {names.map(button).collect_view()}
            <label class="text-button framed file">"A file…"<input class="visually-hidden" type="file" accept=".toml,text/plain"
                on:change=picked /></label>
        </div>
    }
}

#[component]
fn Duel(name: String) -> impl IntoView {
    let (rival, session, run): (Rival, _, _) = (expect_context(), use_session(), use_run());
    let pulses = StoredValue::new((Pulse::default(), Pulse::default()));
    // What is drawn changes by whole seconds: known of the own run, known of the other one, shown.
    let beat = Memo::new(move |_| {
        run.beat.track();
        run.reset_count.track();
        rival.grown.track();
        pulses.update_value(|(own, other)| {
            session.recording.with_value(|recording| own.follow(recording, SECONDS_PER_BEAT));
            rival.recording.with_value(|recording| other.follow(recording, SECONDS_PER_BEAT));
        });
        let shown = session.playhead.get_untracked().0 / 1_000_000_000;
        let known = pulses.with_value(|(own, other)| (own.seconds() as u64) << 20 | (other.seconds() as u64) << 32);
        let (resets, takes) = run.generation();
        shown ^ known ^ u64::from(resets.wrapping_add(takes)) << 44
    });
    Effect::new(move |before: Option<(u32, u32)>| {
        let _ = beat.get();
        // Another take has other frames in the same places.
        let now = run.generation();
        if before.is_some_and(|before| before != now) {
            let kept = (session.playhead.get_untracked().0 / 1_000_000_000) as usize;
            pulses.update_value(|(own, _)| own.truncate(kept));
        }
        now
    });
    let times = move || run.player.with_untracked(|player| (Player::playhead(player), player.duration()));
    let charts = move || {
        let _ = beat.get();
        let (playhead, duration) = times();
        let sheet = |measure| pulses.with_value(|(own, other)| duel::overlay(measure, own, other, playhead, duration));
        charts_html(&Measure::ALL.map(sheet))
    };
    let shown_name = name.clone();
    let tables = move || {
        let _ = beat.get();
        let (playhead, _) = times();
        let mut rows =
            session.recording.with_value(|own| rival.recording.with_value(|other| duel::rows(own, other, playhead)));
        let own = session.with_design(Clone::clone);
        let other = rival.chosen.with(|chosen| chosen.as_ref().map(|(_, other)| under_load_of(&own, other)));
        let other = other.unwrap_or_default();
        let costs = [&own, &other].map(|design| cost_per_hour(design).0);
        rows.push(duel::row_of("Cost per hour", costs[0], costs[1], |dollars| format!("${dollars:.2}"), false));
        figures_html(&rows, &name) + &settings_html(&differences(&other, &own), &name)
    };
    let state = move || {
        rival.grown.track();
        let known = rival.recording.with_value(|recording| recording.frames.len() / 10);
        match rival.trouble.get() {
            Some(why) => format!("The other run failed: {why}"),
            None => format!("{known} s of it recorded"),
        }
    };
    let key = "<svg viewBox='0 0 30 8' width='30' height='8' aria-hidden='true'><path class='own' d='M0 4H30'/></svg>";
    view! {
        <div class="compare-head">
            <span class="compare-key"><span inner_html=key></span>"On the canvas"</span>
            <span class="compare-key"><span inner_html=key.replace("own", "other")></span>{shown_name}</span>
            <span class="soft" role="status">{state}</span>
            <button class="chip" on:click=move |_| rival.chosen.set(None)>"Compare with another"</button>
        </div>
        <div class="compare-charts" inner_html=charts></div>
        <p class="soft">"Both have the seed, the traffic and the planned faults of the design on the canvas. What you did by hand \
            in mid-run is only in yours."</p>
        <div class="compare-tables" inner_html=tables></div>
    }
}
