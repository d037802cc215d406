//! What the finder has found, as rows and sentences for people.

use crate::design::Target;
use crate::sim::Parts;

use super::pressure::{Pressure, Pressures, Suspect};
use super::resource::Part;
use super::tradeoffs::short;
use super::warning::part_name;

/// Rows that are shown at most.
const ROWS_MAX: usize = 12;
/// A change of less than this in a second is none.
const STEADY: f64 = 0.005;

/// A resource, for people.
#[derive(Clone, Debug, PartialEq)]
pub struct PressureRow {
    /// What it is a row of, the same from look to look.
    pub key: String,
    /// The part, to be selected.
    pub target: Target,
    /// `db`.
    pub part: String,
    /// `CPU`.
    pub resource: &'static str,
    /// How much of it is in use, in percent.
    pub percent: f64,
    /// `fine`, `busy`, `near the limit`, `over the limit`.
    pub level: &'static str,
    /// For colours: `ok`, `warn`, `bad`.
    pub tone: &'static str,
    /// `rising`, `falling` or `steady`.
    pub trend: &'static str,
    /// What else there is to say: when it is full, what holds it.
    pub note: String,
}

/// The name of a resource: `db's CPU`.
pub fn suspect_name(parts: &Parts, suspect: Suspect) -> String {
    format!("{}'s {}", part_name(parts, suspect.part), suspect.resource.label())
}

/// The part, as the editor knows it.
pub fn target_of(parts: &Parts, part: Part) -> Option<Target> {
    let name = |at: u32| parts.components.get(at as usize).cloned();
    match part {
        Part::Component(at) => Some(Target::Component(name(at)?)),
        Part::Wire(at) => {
            let (from, to) = *parts.wires.get(at as usize)?;
            Some(Target::Wire(name(from)?, name(to)?))
        }
    }
}

impl Pressures {
    /// The resources nearest their limits; the bottleneck first.
    pub fn rows(&self, parts: &Parts) -> Vec<PressureRow> {
        let first = self.bottleneck.as_ref().map(|bottleneck| bottleneck.of);
        let is_first = |pressure: &&Pressure| Some(pressure.of) == first;
        let rest = self.list.iter().filter(|pressure| !is_first(pressure));
        let ordered = self.list.iter().filter(is_first).chain(rest);
        ordered.filter_map(|pressure| row(pressure, parts)).take(ROWS_MAX).collect()
    }

    /// The finding in two sentences.
    pub fn verdict(&self, parts: &Parts) -> String {
        let Some(bottleneck) = &self.bottleneck else { return "Nothing is in use yet.".to_owned() };
        let name = suspect_name(parts, bottleneck.of);
        let fleet = match bottleneck.fleet.len() {
            0 | 1 => String::new(),
            count => format!(" (and that of {} more like it)", count - 1),
        };
        let percent = libm::round(100.0 * bottleneck.used);
        let finding = match bottleneck.costs {
            costs if costs > 0.0 => {
                format!(
                    "The bottleneck is {name}{fleet}, {percent} % in use. It costs about {} requests/s.",
                    short(costs)
                )
            }
            _ => format!("Nothing is lost. Nearest to its limit is {name}{fleet}, {percent} % in use."),
        };
        match self.next {
            Some(next) => format!("{finding} With enough of it, the next would be {}.", suspect_name(parts, next)),
            None => finding,
        }
    }
}

fn row(pressure: &Pressure, parts: &Parts) -> Option<PressureRow> {
    let target = target_of(parts, pressure.of.part)?;
    let level = pressure.level();
    let held = pressure.held_by.map(|root| format!("held up by {}", suspect_name(parts, root)));
    let note = held.or_else(|| pressure.left()).unwrap_or_default();
    Some(PressureRow {
        key: format!("{target} {}", pressure.of.resource.label()),
        part: part_name(parts, pressure.of.part),
        target,
        resource: pressure.of.resource.label(),
        percent: libm::round(100.0 * pressure.used),
        level: level.word(),
        tone: level.tone(),
        trend: match pressure.trend {
            trend if trend > STEADY => "rising",
            trend if trend < -STEADY => "falling",
            _ => "steady",
        },
        note,
    })
}

/// Terms of the glossary, by their ids and as they are read.
pub type Terms = &'static [(&'static str, &'static str)];

/// The terms that the board of pressures uses.
pub const PRESSURE_TERMS: Terms = &[
    ("bottleneck", "bottleneck"),
    ("utilization", "utilization"),
    ("saturation", "saturation"),
    ("waiting-room", "waiting room"),
    ("connection-pool", "connections"),
];
/// Those of theory beside practice.
pub const THEORY_TERMS: Terms = &[
    ("littles-law", "Little's law"),
    ("knee", "knee"),
    ("service-time", "service time"),
    ("utilization", "utilization"),
];
/// Those of the trade-offs.
pub const TRADE_OFF_TERMS: Terms = &[
    ("p95", "p95"),
    ("availability", "availability"),
    ("stale-read", "stale read"),
    ("single-point-of-failure", "single point of failure"),
];
/// Those of the runs on other seeds.
pub const AGAIN_TERMS: Terms = &[("p95", "p95"), ("goodput", "goodput"), ("slo", "service level objective")];
