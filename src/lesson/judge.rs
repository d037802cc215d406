//! Judges a result that was handed in: plays its run again, against the grader's own copy of the lesson.

use crate::sim::Scenario;

use super::file::Lesson;
use super::played::{Played, PlayedGoal, does_not_count, play};
use super::result::{HandIn, this_app};

/// What is to be said of a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// It is what it claims, and meets all goals.
    Passed,
    /// It is honest, but does not meet what was asked; why.
    Failed(String),
    /// It is not what it claims; why.
    Forged(String),
}

impl Judgement {
    /// In a word, for tables.
    pub fn word(&self) -> &'static str {
        match self {
            Judgement::Passed => "passed",
            Judgement::Failed(_) => "failed",
            Judgement::Forged(_) => "forged",
        }
    }

    /// Why; empty for what passed.
    pub fn why(&self) -> &str {
        match self {
            Judgement::Passed => "",
            Judgement::Failed(why) | Judgement::Forged(why) => why,
        }
    }
}

/// What came of judging a result.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    /// What is to be said of it.
    pub judgement: Judgement,
    /// The run, played again; none if there was no need to.
    pub played: Option<Played>,
    /// On how many of the other seeds that were asked for it passes as well.
    pub held: u64,
}

impl Judged {
    fn unplayed(judgement: Judgement) -> Judged {
        Judged { judgement, played: None, held: 0 }
    }
}

/// Judges a result. `seed` is the one that was assigned, if one was; `others` is how many further seeds to play.
pub fn judge(hand_in: &HandIn, lesson: &Lesson, seed: Option<u64>, others: u64) -> Judged {
    if let Some(judgement) = at_a_glance(hand_in, lesson, seed) {
        return Judged::unplayed(judgement);
    }
    let played = play(&hand_in.scenario, &lesson.goals, hand_in.seed);
    let judgement = by_run(hand_in, &played);
    let passes = |offset: u64| passes(&hand_in.scenario, lesson, hand_in.seed.wrapping_add(offset));
    let held = match judgement {
        Judgement::Passed => (1..=others).filter(|offset| passes(*offset)).count() as u64,
        _ => 0,
    };
    Judged { judgement, played: Some(played), held }
}

fn passes(scenario: &Scenario, lesson: &Lesson, seed: u64) -> bool {
    play(scenario, &lesson.goals, seed).passed()
}

/// What needs no run to be seen.
fn at_a_glance(hand_in: &HandIn, lesson: &Lesson, seed: Option<u64>) -> Option<Judgement> {
    if hand_in.check != hand_in.sum() {
        return Some(Judgement::Forged("the file was changed after it was made".to_owned()));
    }
    if hand_in.seed != hand_in.scenario.design.seed {
        let (told, run) = (hand_in.seed, hand_in.scenario.design.seed);
        return Some(Judgement::Forged(format!("it claims seed {told}, but its run has seed {run}")));
    }
    if hand_in.app != this_app() {
        let why = format!("it was made with version {} of the app, and this is {}", hand_in.app, this_app());
        return Some(Judgement::Failed(why));
    }
    let texts = |goals: &[PlayedGoal]| goals.iter().map(|goal| goal.text.clone()).collect::<Vec<_>>();
    let wanted: Vec<String> = lesson.goals.iter().map(|goal| goal.text.clone()).collect();
    if texts(&hand_in.goals) != wanted {
        return Some(Judgement::Failed("its goals are not those of this lesson".to_owned()));
    }
    if let Some(seed) = seed.filter(|seed| *seed != hand_in.seed) {
        return Some(Judgement::Failed(format!("seed {} was played, not {seed}", hand_in.seed)));
    }
    let reasons = does_not_count(&hand_in.scenario, lesson);
    (!reasons.is_empty()).then(|| Judgement::Failed(reasons.join("; ")))
}

/// What the run says, played again.
fn by_run(hand_in: &HandIn, played: &Played) -> Judgement {
    if let Some(why) = &played.stopped {
        return Judgement::Failed(why.clone());
    }
    if played.trace_hash != hand_in.trace_hash {
        let (claimed, came) = (&hand_in.trace_hash, &played.trace_hash);
        return Judgement::Forged(format!("it claims the run {claimed}, but its design gives {came}"));
    }
    let mut pairs = hand_in.goals.iter().zip(&played.goals);
    if let Some((claimed, came)) = pairs.find(|(claimed, came)| claimed != came) {
        let told = |goal: &PlayedGoal| format!("{} ({})", if goal.met { "met" } else { "missed" }, goal.value);
        return Judgement::Forged(format!("it claims `{}` {}, which is {}", came.text, told(claimed), told(came)));
    }
    let missed: Vec<String> = played.missed().map(|goal| format!("`{}` ({})", goal.text, goal.value)).collect();
    if missed.is_empty() { Judgement::Passed } else { Judgement::Failed(format!("misses {}", missed.join(", "))) }
}
