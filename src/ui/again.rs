//! Would it go as well again? The same run on other seeds, in a worker beside the page.

use leptos::prelude::*;

use crate::insight::{AGAIN_TERMS, Band, Confidence, Trial};
use crate::lesson::write_scenario;
use crate::sim::Scenario;
use crate::units::Time;

use super::course::Classroom;
use super::element::view;
use super::live::live;
use super::protocol::{Finding, Study};
use super::run::use_run;
use super::session::use_session;
use super::signal::RwSignal;
use super::study::StudyRoom;
use super::terms::words_line;

/// Seeds that are tried.
const SEEDS: u32 = 30;

/// What the board knows.
#[derive(Clone, Copy)]
struct Trials {
    done: RwSignal<Vec<Trial>>,
    under_way: RwSignal<bool>,
    trouble: RwSignal<Option<String>>,
    room: StudyRoom,
}

impl Trials {
    fn begin(self, scenario: &Scenario, goals: Vec<String>) {
        self.stop();
        self.done.set(Vec::new());
        self.trouble.set(None);
        self.under_way.set(true);
        let asked = Study::Again(write_scenario(scenario), goals, scenario.design.seed, SEEDS);
        self.room.begin(asked, move |finding| match finding {
            Finding::Tried(trial) => self.done.update(|done| done.push(trial)),
            Finding::Failed(problems) => {
                self.under_way.set(false);
                self.trouble.set(Some(problems.join("\n")));
            }
            Finding::Done => self.under_way.set(false),
            _ => {}
        });
    }

    fn stop(self) {
        self.room.stop();
        self.under_way.set(false);
    }
}

/// The board: a button, how far it is, and what came of it.
#[component]
pub fn AgainBoard() -> impl IntoView {
    let (run, session, classroom) = (use_run(), use_session(), expect_context::<Classroom>());
    let trials = Trials {
        done: RwSignal::new(Vec::new()),
        under_way: RwSignal::new(false),
        trouble: RwSignal::new(None),
        room: StudyRoom::new(),
    };
    let begin = move |_| {
        // Before the first play there is only the design.
        let played =
            run.scenario.with_value(|scenario| (!scenario.design.components.is_empty()).then(|| scenario.clone()));
        let scenario = played.unwrap_or_else(|| Scenario::of(session.with_untracked_design(Clone::clone)));
        let goals = classroom.open.with_untracked(|open| {
            open.as_ref()
                .map_or_else(Vec::new, |(_, lesson)| lesson.goals.iter().map(|goal| goal.text.clone()).collect())
        });
        trials.begin(&scenario, goals);
    };
    let button = move || match trials.under_way.get() {
        true => view! { <button class="chip" on:click=move |_| trials.stop()>"Stop"</button> }.into_any(),
        false => view! { <button class="chip" on:click=begin>{format!("Run {SEEDS} other seeds")}</button> }.into_any(),
    };
    let count = move || trials.done.with(Vec::len);
    let progress = move || {
        trials
            .under_way
            .get()
            .then(|| view! { <progress max=SEEDS prop:value=count aria-label="Seeds done"></progress> })
    };
    view! {
        <section class="insight" aria-label="Again?">
            <p class="insight-verdict">"Luck plays a part in every run. The same design, traffic and changes on other seeds show how large it is."</p>
            <div class="again-bar">{live(button)}{live(progress)}<span class="soft" role="status">{move || told(count(), trials.under_way.get())}</span></div>
            {live(move || trials.trouble.get().map(|why| view! { <pre role="alert">{why}</pre> }))}
            {live(move || trials.done.with(|done| (!done.is_empty()).then(|| results(&Confidence::of(done)))))}
            {words_line(AGAIN_TERMS)}
        </section>
    }
}

fn told(count: usize, under_way: bool) -> String {
    match (count, under_way) {
        (0, false) => String::new(),
        (count, true) => format!("{count} of {SEEDS} done"),
        (count, false) => format!("{count} seeds"),
    }
}

fn results(seen: &Confidence) -> impl IntoView + use<> {
    let passed = seen.passed.zip(seen.chance).map(|(passed, (low, high))| {
        let (low, high) = (libm::round(100.0 * low), libm::round(100.0 * high));
        format!("Passed on {passed} of {} seeds: the chance to pass again lies between {low} % and {high} % (95 % confidence).", seen.runs)
    });
    let rows = [
        band("p95 latency", seen.p95, |seconds| Time::from_secs_f64(seconds).rounded()),
        band("Error rate", seen.error_rate, |share| format!("{:.2} %", 100.0 * share)),
        band("Good answers", seen.goodput, |rate| format!("{rate:.0}/s")),
    ];
    view! {
        <p class="insight-verdict strong">{passed}</p>
        <table class="insight-table">
            <thead><tr><th>"Figure"</th><th>"Band"</th><th>"Least"</th><th>"1 of 10 below"</th><th>"Middle"</th><th>"1 of 10 above"</th><th>"Most"</th></tr></thead>
            <tbody>{rows.into_iter().flatten().collect_view()}</tbody>
        </table>
    }
}

fn band(name: &'static str, band: Option<Band>, text: fn(f64) -> String) -> Option<impl IntoView + use<>> {
    let band = band?;
    let range = (band.most - band.least).max(1e-12);
    let at = move |figure: f64| 100.0 * (figure - band.least) / range;
    let style = format!("left:{:.0}%;width:{:.0}%", at(band.low), (at(band.high) - at(band.low)).max(1.0));
    let figures = [band.least, band.low, band.middle, band.high, band.most];
    Some(view! {
        <tr>
            <th scope="row">{name}</th>
            <td><span class="insight-bar band" aria-hidden="true"><span style=style></span><i style=format!("left:{:.0}%", at(band.middle))></i></span></td>
            {figures.map(|figure| view! { <td>{text(figure)}</td> }).collect_view()}
        </tr>
    })
}
