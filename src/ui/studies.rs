//! The worker's side of studies: each runs from beginning to end, and tells what it finds as it goes.

use crate::lesson::read_scenario;
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

fn scenario_of(text: &str) -> Result<Scenario, Vec<String>> {
    read_scenario(text).map_err(|problems| problems.iter().map(ToString::to_string).collect())
}
