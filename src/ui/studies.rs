//! The worker's side of studies: each runs from beginning to end, and tells what it finds as it goes.

use crate::lesson::{Goal, play, read_scenario, report_on};
use crate::sim::{FRAME, Replay, Scenario, Status};
use crate::units::Time;

use super::protocol::{Finding, Study};

/// Events between two messages.
const EVENTS_PER_MESSAGE: u64 = 400_000;

/// Does what was asked for; `tell` takes each finding, the last is `Done` or `Failed`.
pub fn work(study: Study, tell: &dyn Fn(Finding)) {
    let done = match study {
        Study::Record(scenario, until) => record(&scenario, until, tell),
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
        let (frames, status) = replay.run(until, EVENTS_PER_MESSAGE);
        done += Time(frames.len() as u64 * FRAME.0);
        tell(Finding::Frames(frames));
        if status != Status::Running {
            break;
        }
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
