//! What a solved run earns: its stars, found out beside the page, and the result that can be handed in.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::design;
use crate::lesson::{
    Lesson, Mark, Played, ROBUST_SEEDS, does_not_count, escaped, is_cheap, is_robust, robust_seeds, stars_html,
    write_scenario,
};
use crate::sim::Scenario;
use crate::units::Money;

use super::course::Classroom;
use super::element::view;
use super::fetch::fetch_text;
use super::glyph::{Glyph, glyph_html};
use super::protocol::{Finding, Study};
use super::run::Run;
use super::signal::RwSignal;
use super::study::StudyRoom;

/// A run that solved its lesson.
#[derive(Clone)]
pub struct SolvedRun {
    /// The lesson's folder.
    pub lesson: String,
    /// What was run.
    pub scenario: Scenario,
    /// The same run, played to its end; none while that is being done.
    pub own: Option<Played>,
    /// The run with other seeds, as far as they were played.
    others: Vec<Played>,
    /// The dearest that a cheap build may be; none where it is not known.
    bound: Option<f64>,
    /// Why it earns nothing more, and cannot be handed in.
    reasons: Vec<String>,
}

/// The last run that solved the open lesson, and the study that looks into it.
#[derive(Clone, Copy)]
pub struct Award {
    classroom: Classroom,
    run: Run,
    /// The run; none before the lesson is solved.
    pub solved: RwSignal<Option<SolvedRun>>,
    room: StudyRoom,
}

impl Award {
    /// Nothing earned yet; put into the context.
    pub fn provide(classroom: Classroom, run: Run) -> Award {
        let award = Award { classroom, run, solved: RwSignal::new(None), room: StudyRoom::new() };
        provide_context(award);
        award
    }

    /// Another lesson is open, or another run began: what was found out is of no use.
    pub fn forget(&self) {
        self.room.stop();
        self.solved.set(None);
    }

    /// The open lesson was solved by the run of this moment.
    pub fn begin(&self) {
        let open = self.classroom.open.get_untracked();
        let (Some((folder, lesson)), Some(_)) = (open, self.classroom.learning()) else { return };
        let scenario = self.run.scenario.get_value();
        self.room.stop();
        let reasons = does_not_count(&scenario, &lesson);
        let counts = reasons.is_empty();
        let bound = lesson.stars.cost;
        let solved = SolvedRun { lesson: folder, scenario, own: None, others: Vec::new(), bound, reasons };
        self.solved.set(Some(solved));
        if !counts {
            return;
        }
        let (award, source) = (*self, self.classroom.source.get_value());
        spawn_local(async move {
            let solution = match bound {
                Some(_) => None,
                None => fetch_text(&format!("{}/solution.toml", source.folder), source.foreign).await.ok(),
            };
            let solution = solution.and_then(|text| design::read(&text).ok()).map(Scenario::of);
            award.look_into(&lesson, solution);
        });
    }

    /// Plays the run again, then with other seeds, then the author's solution for its price.
    fn look_into(&self, lesson: &Arc<Lesson>, solution: Option<Scenario>) {
        let Some(own) = self.solved.with_untracked(|solved| solved.as_ref().map(|run| run.scenario.clone())) else {
            return;
        };
        let (text, seed) = (write_scenario(&own), own.design.seed);
        let seeds = std::iter::once(seed).chain(robust_seeds(seed));
        let mut plays: Vec<(String, u64)> = seeds.map(|seed| (text.clone(), seed)).collect();
        plays.extend(solution.map(|solution| (write_scenario(&solution), solution.design.seed)));
        let goals = lesson.goals.iter().map(|goal| goal.text.clone()).collect();
        let award = *self;
        self.room.begin(Study::Play { goals, plays }, move |finding| {
            if let Finding::Played(played) = finding {
                award.take(played);
            }
        });
    }

    fn take(&self, played: Played) {
        self.solved.update(|solved| {
            let Some(run) = solved else { return };
            match &run.own {
                None => run.own = Some(played),
                Some(_) if (run.others.len() as u64) < ROBUST_SEEDS => run.others.push(played),
                Some(_) => run.bound = Some(played.cost),
            }
        });
        let Some(run) = self.solved.get_untracked() else { return };
        if self.classroom.progress.with_untracked(|progress| !progress.can_earn(&run.lesson)) {
            return;
        }
        if run.cheap() == Some(true) {
            self.classroom.mark(Mark::Cheap, &run.lesson);
        }
        if run.robust() == Some(true) {
            self.classroom.mark(Mark::Robust, &run.lesson);
        }
    }
}

impl SolvedRun {
    fn cheap(&self) -> Option<bool> {
        Some(is_cheap(self.own.as_ref()?, self.bound?))
    }

    fn robust(&self) -> Option<bool> {
        self.own.as_ref().filter(|own| own.passed())?;
        is_robust(&self.others)
    }
}

/// What the open lesson has earned, and what is still being found out.
#[component]
pub fn Earned() -> impl IntoView {
    let (award, classroom): (Award, Classroom) = (expect_context(), expect_context());
    let earned = move || {
        let lesson = classroom.open.with(|open| open.as_ref().map(|(folder, _)| folder.clone()))?;
        let run = award.solved.get().filter(|run| run.lesson == lesson)?;
        let (count, helped) = classroom.progress.with(|progress| {
            (progress.stars(&lesson), progress.has(Mark::Helped, &lesson) || progress.has(Mark::Shown, &lesson))
        });
        let lines = match (helped, run.reasons.is_empty()) {
            (true, _) => vec!["The solution was shown, so no more stars can be earned here.".to_owned()],
            (_, false) => run.reasons.clone(),
            _ => vec![cheap_line(&run), robust_line(&run)],
        };
        let lines: String = lines.iter().map(|line| format!("<li>{}</li>", escaped(line))).collect();
        Some(format!("{}<ul>{lines}</ul>", stars_html(count, &glyph_html(Glyph::Star))))
    };
    view! { <div class="earned" inner_html=move || earned().unwrap_or_default()></div> }
}

fn cheap_line(run: &SolvedRun) -> String {
    let price = |cost: f64| Money((cost * 100.0 + 0.5).floor() / 100.0).to_string();
    match (run.cheap(), run.own.as_ref().map(|own| own.cost), run.bound) {
        (Some(true), Some(cost), Some(bound)) => {
            format!("Cheap: {}/h; {}/h or less earns a star.", price(cost), price(bound))
        }
        (Some(false), Some(cost), Some(bound)) => {
            format!("Not cheap: {}/h; {}/h or less earns a star.", price(cost), price(bound))
        }
        _ if run.others.len() as u64 >= ROBUST_SEEDS => String::new(),
        _ => "The price is being compared …".to_owned(),
    }
}

fn robust_line(run: &SolvedRun) -> String {
    let done = run.others.len();
    match run.robust() {
        Some(true) => format!("Robust: it holds with {ROBUST_SEEDS} other seeds, too."),
        Some(false) => {
            let failed = run.others.iter().find(|played| !played.passed()).map(|played| played.seed);
            let failed = failed.map_or(String::new(), |seed| format!(": with seed {seed} it misses a goal"));
            format!("Not robust{failed}.")
        }
        None => format!("Other seeds are being tried: {done} of {ROBUST_SEEDS} …"),
    }
}
