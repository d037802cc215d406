//! A scenario played to its end beside the run that is watched: how the goals came out, and the hash of its history.

use serde::{Deserialize, Serialize};

use crate::design::Design;
use crate::sim::{Change, FRAME, Frame, Replay, Scenario, Status};
use crate::units::Time;

use super::file::Lesson;
use super::goal::{Goal, Grader, Standing, State};

/// The most events that one run may take: some minutes of work. A hostile design could ask for any number.
const EVENTS_MAX: u64 = 400_000_000;
/// Events between two looks at the count.
const EVENTS_PER_SLICE: u64 = 1_000_000;
/// A goal that tells the cost, with those of the lesson.
const COST: &str = "cost >= $0/h";

/// How one run came out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Played {
    /// The seed.
    pub seed: u64,
    /// The hash of the history, as `run --json` tells it.
    pub trace_hash: String,
    /// Each goal of the lesson, in order.
    pub goals: Vec<PlayedGoal>,
    /// What the design cost at its dearest, in dollars per hour.
    pub cost: f64,
    /// Why it was stopped before its end, if it was.
    pub stopped: Option<String>,
}

/// How one goal came out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlayedGoal {
    /// The goal as it stands in the lesson.
    pub text: String,
    /// Whether it was met.
    pub met: bool,
    /// The figure, for people.
    pub value: String,
}

impl Played {
    /// Whether all goals were met, and there were any.
    pub fn passed(&self) -> bool {
        !self.goals.is_empty() && self.missed().next().is_none()
    }

    /// The goals that were missed.
    pub fn missed(&self) -> impl Iterator<Item = &PlayedGoal> {
        self.goals.iter().filter(|goal| !goal.met)
    }
}

/// Plays a scenario to its end with this seed, its changes in mid-run included.
pub fn play(scenario: &Scenario, goals: &[Goal], seed: u64) -> Played {
    let mut all = goals.to_vec();
    all.push(COST.parse().expect("a goal"));
    let Graded { grader, replay, stopped } = play_graded(scenario, &all, seed, EVENTS_MAX, &mut |_| {});
    let mut standings = grader.standings();
    let cost = standings.pop().and_then(|cost| cost.figure).unwrap_or(0.0);
    let goals = standings.into_iter().map(played_goal).collect();
    Played { seed, trace_hash: format!("{:016x}", replay.trace_hash()), goals, cost, stopped }
}

/// A run that was played to its end.
pub(super) struct Graded {
    /// What became of the goals.
    pub grader: Grader,
    /// What was run.
    pub replay: Replay,
    /// Why it was stopped before its end, if it was.
    pub stopped: Option<String>,
}

/// Plays a scenario with this seed to its end, or until it took about so many events, and grades it: changes in mid-run are
/// made again, and the grader hears of each new design. `see` gets every frame.
pub(super) fn play_graded(
    scenario: &Scenario,
    goals: &[Goal],
    seed: u64,
    events_max: u64,
    see: &mut dyn FnMut(&Frame),
) -> Graded {
    let mut scenario = scenario.clone();
    scenario.design.seed = seed;
    let mut grader = Grader::new(goals, &scenario.design);
    let mut replay = Replay::of(scenario);
    let mut left = events_max;
    let stopped = loop {
        let (frames, status) = replay.run(Time::MAX, EVENTS_PER_SLICE.min(left));
        left = left.saturating_sub(EVENTS_PER_SLICE);
        for frame in &frames {
            let now = Time(u64::from(frame.index) * FRAME.0);
            // The first design is the one that the grader was made with.
            let changes = replay.scenario().designs().skip(1).filter(|(at, _)| *at == now);
            changes.for_each(|(_, design)| grader.changed(design));
            grader.feed(replay.parts(), frame);
            see(frame);
        }
        match status {
            Status::Running if left == 0 => break Some(format!("stopped after {events_max} events")),
            Status::Running => {}
            Status::Ended => break None,
            Status::Stopped(why) => break Some(why),
        }
    };
    grader.finish();
    Graded { grader, replay, stopped }
}

fn played_goal(standing: Standing) -> PlayedGoal {
    PlayedGoal { text: standing.text, met: standing.state == State::Met, value: standing.value }
}

/// Why a run does not count for this lesson, in a learner's words; empty if it does: every design that was run in it
/// must keep the lesson's rules, and no fault may be the learner's own.
pub fn does_not_count(scenario: &Scenario, lesson: &Lesson) -> Vec<String> {
    let mut reasons: Vec<String> = Vec::new();
    let mut add = |reason: String| {
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    };
    let designs = scenario.designs().map(|(_, design)| design);
    designs.for_each(|design: &Design| {
        lesson.rules.broken_by(design, &lesson.start).into_iter().for_each(&mut add);
    });
    for (at, change) in &scenario.script {
        if let Change::Fault(fault) = change {
            add(format!("at {at} `{}` got a fault by hand, which is not part of the lesson", fault.target));
        }
    }
    reasons
}
