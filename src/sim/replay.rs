//! A run that can be changed in mid-run: checkpoints let a change at the playhead compute only the future anew.

use crate::design::Design;
use crate::units::Time;

use super::{Change, FRAME, Frame, Parts, Scenario, Simulation};

/// Simulated time between two checkpoints, at first.
const CHECKPOINT: Time = Time::from_secs(5);
/// Checkpoints kept at most; then every other one goes and the next are twice as far apart.
const CHECKPOINTS_MAX: usize = 16;
/// Memory of all checkpoints, in bytes: a collapse has far more in flight than quiet traffic.
const CHECKPOINT_BYTES_MAX: usize = 64_000_000;
/// The longest run that is recorded: frames are kept in the memory of a browser tab.
const RECORDED_MAX: Time = Time::from_secs(3600);

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
    simulation: Simulation,
    /// States on frame boundaries, in order of time; the first is the start.
    checkpoints: Vec<Simulation>,
    apart: Time,
    /// How many entries of the script have been applied.
    applied: usize,
}

impl Replay {
    /// A run from the start.
    pub fn new(design: Design) -> Replay {
        Replay::of(Scenario::of(design))
    }

    /// A run from the start, whose script is known already.
    pub fn of(scenario: Scenario) -> Replay {
        let simulation = Simulation::scaled(&scenario.design, None, scenario.scale().k);
        let checkpoints = vec![simulation.clone()];
        let mut replay = Replay { scenario, simulation, checkpoints, apart: CHECKPOINT, applied: 0 };
        replay.apply_script();
        replay
    }

    /// What was run: the design at the start and what was changed since.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// What the indices in the frames mean.
    pub fn parts(&self) -> &Parts {
        self.simulation.parts()
    }

    /// A hash of all events so far, in order: equal histories have equal hashes, on every platform.
    pub fn trace_hash(&self) -> u64 {
        self.simulation.trace_hash()
    }

    /// Changes the run at this time. The time is rounded down to a whole frame and returned: all frames from there on,
    /// and all later changes, are void; `run` computes them anew. Where the change asks for another scale, that is all
    /// frames: a run has one scale.
    pub fn change(&mut self, at: Time, change: Change) -> Time {
        let at = Time(at.0 / FRAME.0 * FRAME.0).min(self.simulation.now());
        self.scenario.change(at, change);
        if self.scenario.scale().k != self.simulation.stands_for() {
            *self = Replay::of(std::mem::take(&mut self.scenario));
            return Time::ZERO;
        }
        self.rewind(at);
        self.apply_script();
        at
    }

    /// Goes back to this time, which the simulation has passed or reached.
    fn rewind(&mut self, at: Time) {
        if self.simulation.now() == at {
            return;
        }
        self.checkpoints.retain(|checkpoint| checkpoint.now() <= at);
        self.simulation = self.checkpoints.last().expect("the start is always kept").clone();
        // A checkpoint is taken before the changes of its own time.
        self.applied = self.scenario.script.partition_point(|(when, _)| *when < self.simulation.now());
        self.apply_script();
        while self.simulation.now() < at {
            self.simulation.frame();
            self.apply_script();
        }
    }

    fn apply_script(&mut self) {
        while let Some((when, change)) = self.scenario.script.get(self.applied) {
            if *when > self.simulation.now() {
                return;
            }
            match change {
                Change::Design(design) => self.simulation.change(design),
                Change::Fault(fault) => self.simulation.strike(fault),
            }
            self.applied += 1;
        }
    }

    /// Computes the next frames, up to this time or until about `events_max` events were processed.
    pub fn run(&mut self, until: Time, events_max: u64) -> (Vec<Frame>, Status) {
        let mut frames = Vec::new();
        let stop = self.simulation.events().saturating_add(events_max);
        let until = until.min(RECORDED_MAX);
        while self.simulation.now() < until && self.simulation.events() < stop {
            let Some(frame) = self.simulation.frame() else { break };
            frames.push(frame);
            self.keep();
            self.apply_script();
        }
        let status = match self.simulation.status() {
            Status::Running if self.simulation.now() >= RECORDED_MAX => {
                Status::Stopped(format!("stopped at {RECORDED_MAX}: no more is recorded; the command line runs longer"))
            }
            status => status.clone(),
        };
        (frames, status)
    }

    fn keep(&mut self) {
        let last = self.checkpoints.last().map_or(Time::ZERO, Simulation::now);
        if self.simulation.now().since(last) < self.apart {
            return;
        }
        self.checkpoints.push(self.simulation.clone());
        let bytes = |kept: &[Simulation]| kept.iter().map(Simulation::bytes).sum::<usize>();
        while self.checkpoints.len() > CHECKPOINTS_MAX
            || (self.checkpoints.len() > 1 && bytes(&self.checkpoints) > CHECKPOINT_BYTES_MAX)
        {
            // Every other one goes, never the start.
            let mut index = 0;
            self.checkpoints.retain(|_| {
                index += 1;
                index % 2 == 1
            });
            self.apart = self.apart + self.apart;
        }
    }
}
