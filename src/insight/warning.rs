//! Warnings before failures: how near each part is to its limit, in four levels, and how long it has left.

use crate::sim::Parts;
use crate::units::put_in_order;

use super::pressure::{Pressure, Pressures};
use super::resource::{Nature, Part, Resource};

/// From this use on waiting begins to show.
const BUSY: f64 = 0.7;
/// From this use on waiting grows steeply: in a single server it is more than five times the work.
const NEAR: f64 = 0.85;
/// From this use on nothing is left.
const OVER: f64 = 0.97;
/// What will be full within so many seconds is near its limit.
const SOON: f64 = 20.0;
/// Less use than this is no worry yet, whatever the trend.
const UNWORRIED: f64 = 0.4;

/// How near to its limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Enough is left.
    Fine,
    /// Over 70 % in use.
    Busy,
    /// Over 85 % in use, or full within 20 s if it goes on like this.
    Near,
    /// Full.
    Over,
}

impl Level {
    /// The word on the screen.
    pub fn word(self) -> &'static str {
        match self {
            Level::Fine => "fine",
            Level::Busy => "busy",
            Level::Near => "near the limit",
            Level::Over => "over the limit",
        }
    }

    /// How bad it is, for colours: `ok`, `warn`, `bad`.
    pub fn tone(self) -> &'static str {
        match self {
            Level::Fine => "ok",
            Level::Busy | Level::Near => "warn",
            Level::Over => "bad",
        }
    }
}

impl Pressure {
    /// How near to its limit it is.
    pub fn level(&self) -> Level {
        // A cache is meant to be full.
        if self.of.resource == Resource::CacheMemory {
            return Level::Fine;
        }
        let soon = self.used >= UNWORRIED && self.full_in.is_some_and(|seconds| seconds < SOON);
        match self.used {
            used if used >= OVER => Level::Over,
            used if used >= NEAR || soon => Level::Near,
            // Those who wait in a room that is half full wait for good reason.
            used if used >= BUSY || (self.of.resource.nature() == Nature::Stores && used >= 0.5) => Level::Busy,
            _ => Level::Fine,
        }
    }

    /// `full in about 12 s at this rate`; none if it does not grow.
    pub fn left(&self) -> Option<String> {
        let seconds = self.full_in.filter(|_| self.used < OVER)?;
        Some(format!("full in about {} s at this rate", libm::round(seconds.max(1.0))))
    }
}

/// A part that is near its limit, or over it.
#[derive(Clone, Debug, PartialEq)]
pub struct Warning {
    /// The part.
    pub part: Part,
    /// Which of its resources is nearest its limit, and how near.
    pub pressure: Pressure,
    /// How near, in a word.
    pub level: Level,
}

impl Pressures {
    /// The parts that are more than fine, the worst first; each once.
    pub fn warnings(&self) -> Vec<Warning> {
        let mut warnings: Vec<Warning> = Vec::new();
        for pressure in &self.list {
            let (part, level) = (pressure.of.part, pressure.level());
            if level == Level::Fine {
                continue;
            }
            match warnings.iter_mut().find(|known| known.part == part) {
                Some(known) if known.level >= level => {}
                Some(known) => (known.pressure, known.level) = (*pressure, level),
                None => warnings.push(Warning { part, pressure: *pressure, level }),
            }
        }
        put_in_order(&mut warnings, |a, b| a.level > b.level);
        warnings
    }
}

/// How a part is called: `db`, `app to db`.
pub fn part_name(parts: &Parts, part: Part) -> String {
    let name = |at: u32| parts.components.get(at as usize).map_or("?", String::as_str);
    match part {
        Part::Component(at) => name(at).to_owned(),
        Part::Wire(at) => match parts.wires.get(at as usize) {
            Some((from, to)) => format!("{} to {}", name(*from), name(*to)),
            None => "?".to_owned(),
        },
    }
}

impl Warning {
    /// As a sentence without its full stop: `db is near the limit: CPU 88 % in use, full in about 12 s at this rate`.
    pub fn words(&self, parts: &Parts) -> String {
        let percent = libm::round(self.pressure.used * 100.0);
        let what = self.pressure.of.resource.label();
        let left = self.pressure.left().map_or_else(String::new, |left| format!(", {left}"));
        format!("{} is {}: {what} {percent} % in use{left}", part_name(parts, self.part), self.level.word())
    }
}
