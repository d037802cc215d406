//! How a design behaves: a discrete-event simulation of single requests, in integer nanoseconds, the same everywhere.

mod attempt;
mod breaker;
mod calendar;
mod call;
mod configure;
mod engine;
mod event;
mod fault;
mod figure;
mod frame;
mod gauge;
mod hedge;
mod kind;
mod limiter;
mod line;
mod network;
mod part;
mod random;
mod record;
mod replay;
mod ring;
mod settle;
mod sketch;
mod station;
mod tally;
mod wire;

pub use engine::Simulation;
pub use figure::{Figure, FigureInfo, Fold, Measure};
pub use frame::{
    Answers, BreakerState, ComponentFrame, FRAME, Frame, Happening, Health, LogEntry, Mark, Outcome, Parts, Step,
    WireFrame,
};
pub use kind::Ledger;
pub use replay::{Replay, Status};
pub use sketch::Sketch;
pub use tally::{ComponentSum, Sums, Tally, Totals, WireSum};

use crate::design::{Design, Fault};
use crate::units::Time;

/// What a run is made of. The same scenario gives the same run, everywhere.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// The design at the start, with its seed.
    pub design: Design,
    /// What the learner does in mid-run, in order of time.
    pub script: Vec<(Time, Change)>,
}

/// What a learner can do in mid-run.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// Change the design: parts of the same name go on with what they hold, new ones start empty, missing ones are lost.
    Design(Box<Design>),
    /// Strike with a fault now (its own `at` does not count).
    Fault(Fault),
}
