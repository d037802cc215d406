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
mod guard;
mod hedge;
mod kind;
mod limiter;
mod line;
mod magnify;
mod network;
mod part;
mod random;
mod record;
mod replay;
mod ring;
mod row;
mod settle;
mod sketch;
mod station;
mod tally;
mod turn;
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

use crate::design::{Design, Fault, Scale};
use crate::units::Time;

/// What a run is made of. The same scenario gives the same run, everywhere.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scenario {
    /// The design at the start, with its seed.
    pub design: Design,
    /// What the learner does in mid-run, in order of time.
    pub script: Vec<(Time, Change)>,
}

impl Scenario {
    /// Only this design.
    pub fn of(design: Design) -> Scenario {
        Scenario { design, script: Vec::new() }
    }

    /// A change at this time; what was done later is void.
    pub fn change(&mut self, at: Time, change: Change) {
        self.script.retain(|(when, _)| *when <= at);
        self.script.push((at, change));
    }

    /// The design as it stands once everything up to this time (inclusive) was done.
    pub fn design_at(&self, at: Time) -> &Design {
        self.designs().take_while(|(when, _)| *when <= at).last().map_or(&self.design, |(_, design)| design)
    }

    /// How many real requests a simulated one stands for in this run, all that is done in it included.
    pub fn scale(&self) -> Scale {
        let by_hand = self.script.iter().filter_map(|(at, change)| match change {
            Change::Fault(fault) => {
                let mut fault = fault.clone();
                fault.settings.at = *at;
                Some(fault)
            }
            Change::Design(_) => None,
        });
        let designs: Vec<&Design> = self.designs().map(|(_, design)| design).collect();
        Scale::of(&designs, &by_hand.collect::<Vec<_>>())
    }

    /// The design that is run last.
    pub fn last_design_mut(&mut self) -> &mut Design {
        let last = self.script.iter_mut().rev().find_map(|(_, change)| match change {
            Change::Design(design) => Some(&mut **design),
            Change::Fault(_) => None,
        });
        last.unwrap_or(&mut self.design)
    }

    /// The designs in the order in which they were run, each with the time from which on it was.
    pub fn designs(&self) -> impl Iterator<Item = (Time, &Design)> {
        let later = self.script.iter().filter_map(|(when, change)| match change {
            Change::Design(design) => Some((*when, &**design)),
            Change::Fault(_) => None,
        });
        std::iter::once((Time::ZERO, &self.design)).chain(later)
    }
}

/// What a learner can do in mid-run.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// Change the design: parts of the same name go on with what they hold, new ones start empty, missing ones are lost.
    Design(Box<Design>),
    /// Strike with a fault now (its own `at` does not count).
    Fault(Fault),
}
