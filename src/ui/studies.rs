//! The worker's side of studies: each runs from beginning to end, and tells what it finds as it goes.

use crate::insight::{Explanation, post_mortem};
use crate::lesson::{Goal, play, read_scenario, report_on, trial};
use crate::metrics::Recording;
use crate::sim::{FRAME, Replay, Scenario, Status};
use crate::units::Time;

use super::protocol::{Finding, Study};
use super::simulate::parts_known;

/// Events between two messages.
const EVENTS_PER_MESSAGE: u64 = 400_000;

/// Does what was asked for; `tell` takes each finding, the last is `Done` or `Failed`.
pub fn work(study: Study, tell: &dyn Fn(Finding)) {
    let done = match study {
        Study::Record(scenario, until) => record(&scenario, until, tell),
        Study::Explain(scenario, until) => explain(&scenario, until, tell),
        Study::Again(scenario, goals, seed, count) => again(&scenario, &goals, seed, count, tell),
        Study::Play { goals, plays } => play_all(&goals, &plays, tell),
        Study::Verify(files) => {
            let report = report_on(&files, &mut |run| tell(Finding::Doing(run.to_owned())));
            tell(Finding::Verdict(report));
            Ok(())
        }
    };
    match done {
        Ok(()) => tell(Finding::Done),
        Err(problems) => tell(Finding::Failed(problems)),
    }
}

fn record(scenario: &str, until: Time, tell: &dyn Fn(Finding)) -> Result<(), Vec<String>> {
    let mut replay = Replay::of(scenario_of(scenario)?);
    tell(Finding::Parts(replay.parts().clone()));
    let mut done = Time::ZERO;
    while done < until {
        let known = parts_known(&replay);
        let (frames, status) = replay.run(until, EVENTS_PER_MESSAGE);
        if parts_known(&replay) != known {
            tell(Finding::Parts(replay.parts().clone()));
        }
        done += Time(frames.len() as u64 * FRAME.0);
        tell(Finding::Frames(frames));
        if status != Status::Running {
            break;
        }
    }
    Ok(())
}

fn explain(scenario: &str, until: Time, tell: &dyn Fn(Finding)) -> Result<(), Vec<String>> {
    let mut replay = Replay::of(scenario_of(scenario)?);
    let mut recording = Recording::default();
    recording.extend(replay.run(until, u64::MAX).0);
    recording.parts = replay.parts().clone();
    let explanation = Explanation::of(&recording, replay.scenario());
    let page = post_mortem("this run", &explanation, &recording, replay.scenario().design_at(until));
    tell(Finding::Explained(Box::new(explanation), page));
    Ok(())
}

fn again(scenario: &str, goals: &[String], seed: u64, count: u32, tell: &dyn Fn(Finding)) -> Result<(), Vec<String>> {
    let scenario = scenario_of(scenario)?;
    // They were read once already; one that reads no more grades nothing.
    let goals: Vec<Goal> = goals.iter().filter_map(|text| text.parse().ok()).collect();
    for step in 1..=u64::from(count) {
        tell(Finding::Tried(trial(&scenario, &goals, seed.wrapping_add(step))));
    }
    Ok(())
}

fn play_all(goals: &[String], plays: &[(String, u64)], tell: &dyn Fn(Finding)) -> Result<(), Vec<String>> {
    let goals = goals.iter().map(|goal| goal.parse::<Goal>().map_err(|error| vec![error.message]));
    let goals = goals.collect::<Result<Vec<_>, _>>()?;
    for (scenario, seed) in plays {
        tell(Finding::Played(play(&scenario_of(scenario)?, &goals, *seed)));
    }
    Ok(())
}

fn scenario_of(text: &str) -> Result<Scenario, Vec<String>> {
    read_scenario(text).map_err(|problems| problems.iter().map(ToString::to_string).collect())
}
