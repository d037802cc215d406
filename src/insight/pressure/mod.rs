//! Where pressure concentrates: the use of every resource, which of them is the bottleneck, and which would be next.
//!
//! A resource that is full is not always to blame: slots are held while their requests wait for somebody else. So what is
//! full is followed to its root: a resource that does the work (cores, a disk, a line, a rate limit), or one that is held
//! while nothing behind it is near its limit. Among several roots the one that costs users most is the bottleneck:
//! requests turned away, given up on and piled up there, in user requests per second.
//!
//! `tests/insight_bottleneck.rs` holds it to an experiment. Of 236 random overloaded designs in which some resource helps,
//! twice the named one helped most (or no less than chance can tell) in 225: 95 %; of the 183 that were not looked at while
//! the finder was made, in 172: 94 %. What it says would be next was right in 63 %.

mod blame;
mod order;
mod root;

use crate::design::Design;
use crate::sim::{Frame, Parts};
use crate::units::put_in_order;

use super::resource::{Nature, Part, Resource};
use super::window::{Flow, Window, WireFlow};

/// From this use on a resource counts as full: smoothed use of a full one flickers a little below 1.
const FULL: f64 = 0.9;
/// From this share of calls refused on, a limit that lets nobody wait is full, however it looks on average.
const REFUSING: f64 = 0.03;
/// The furthest that a trend is followed, in seconds.
const AHEAD_MAX: f64 = 120.0;

/// A resource of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Suspect {
    /// The part.
    pub part: Part,
    /// What of it.
    pub resource: Resource,
}

/// How near a resource is to its limit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pressure {
    /// Which resource.
    pub of: Suspect,
    /// How much of it is in use, from 0 to 1, smoothed over 2.5 s.
    pub used: f64,
    /// How much there is: cores, slots, bytes …; of a rate, what fits in a frame.
    pub limit: f64,
    /// By how much its use grows in a second.
    pub trend: f64,
    /// Seconds until all of it is in use, if it goes on like this; none if it does not grow or is full.
    pub full_in: Option<f64>,
    /// Whose fault it is that this is held; none where it is its own.
    pub held_by: Option<Suspect>,
}

/// The resource that limits the whole.
#[derive(Clone, Debug, PartialEq)]
pub struct Bottleneck {
    /// Which resource.
    pub of: Suspect,
    /// The same resource of the like servers behind the same balancer: they share the work, and the fate. It is among them.
    pub fleet: Vec<Suspect>,
    /// How much of it is in use.
    pub used: f64,
    /// User requests (and jobs) per second that it costs; 0 while nothing is lost.
    pub costs: f64,
    /// How many times as much of it the traffic asks for as there is; 1 and less fits.
    pub asked: f64,
}

/// All resources at one moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pressures {
    /// Every resource, the one nearest its limit first; those that wait for others come after those that do not.
    pub list: Vec<Pressure>,
    /// The one that limits the whole; none while nothing is used.
    pub bottleneck: Option<Bottleneck>,
    /// The one that would limit the whole if there were enough of that.
    pub next: Option<Suspect>,
    /// Those resources that are shared by like components behind one balancer.
    fleets: Vec<Vec<Suspect>>,
}

impl Pressures {
    /// The pressures in the frames up to the one before `end`, of this design. Looks at the last six seconds.
    pub fn at(design: &Design, parts: &Parts, frames: &[Frame], end: usize) -> Pressures {
        Survey::of(Window::new(design, parts, frames, end)).pressures()
    }

    /// The same resource of all that share the work with this one; it is among them.
    pub fn fleet(&self, of: Suspect) -> Vec<Suspect> {
        self.fleets.iter().find(|fleet| fleet.contains(&of)).cloned().unwrap_or_else(|| vec![of])
    }

    /// The pressure on this resource.
    pub fn of(&self, suspect: Suspect) -> Option<&Pressure> {
        self.list.iter().find(|pressure| pressure.of == suspect)
    }
}

/// Everything that was measured, before anything is blamed.
struct Survey<'a> {
    window: Window<'a>,
    list: Vec<Pressure>,
    flows: Vec<Flow>,
    wires: Vec<WireFlow>,
    /// How many calls of each component a user's request makes, at least 1.
    calls: Vec<f64>,
}

impl<'a> Survey<'a> {
    fn of(window: Window<'a>) -> Survey<'a> {
        let mut list = Vec::new();
        let mut look = |part: Part, resource: Resource| {
            let Some(seen) = window.reading(part, resource) else { return };
            let left = (1.0 - seen.used) / seen.trend;
            let grows = seen.trend > 0.002 && seen.used < FULL + 0.09 && (0.0..AHEAD_MAX).contains(&left);
            list.push(Pressure {
                of: Suspect { part, resource },
                used: seen.used,
                limit: seen.limit,
                trend: seen.trend,
                full_in: grows.then_some(left),
                held_by: None,
            });
        };
        for at in window.components() {
            let kind = window.kind(at).expect("it is there");
            Resource::of(kind).into_iter().for_each(|resource| look(Part::Component(at), resource));
            for wire in window.leaving(at) {
                let Some(drawn) = window.wire(*wire) else { continue };
                Resource::of_wire(&drawn.policy).into_iter().for_each(|resource| look(Part::Wire(*wire), resource));
            }
        }
        let flows: Vec<Flow> = (0..window.parts.components.len() as u32).map(|at| window.flow(at)).collect();
        let wires: Vec<WireFlow> = (0..window.parts.wires.len() as u32).map(|at| window.wire_flow(at)).collect();
        let calls = calls_of(&window, &flows, &wires);
        Survey { window, list, flows, wires, calls }
    }

    fn used(&self, part: Part, resource: Resource) -> f64 {
        let of = Suspect { part, resource };
        self.list.iter().find(|pressure| pressure.of == of).map_or(0.0, |pressure| pressure.used)
    }

    /// Its use, or 1 where it turns callers away.
    fn fullness(&self, part: Part, resource: Resource) -> f64 {
        let refuses = match (part, resource) {
            (Part::Wire(at), Resource::Bulkhead) => {
                let over = self.wires[at as usize];
                over.refused > REFUSING * over.attempts && self.used(part, resource) > 0.3
            }
            (Part::Component(at), Resource::RateLimit) => {
                let flow = self.flows[at as usize];
                flow.limited > REFUSING * flow.arrivals
            }
            _ => false,
        };
        if refuses { 1.0 } else { self.used(part, resource) }
    }

    fn pressures(mut self) -> Pressures {
        let roots: Vec<Option<Suspect>> = (0..self.flows.len() as u32).map(|at| self.root(at, 0)).collect();
        for index in 0..self.list.len() {
            let of = self.list[index].of;
            let root = match of.part {
                Part::Component(at) => roots[at as usize],
                Part::Wire(at) => self.root_of_wire(at, 0),
            };
            let held = of.resource.nature() != Nature::Works && self.list[index].used >= 0.5;
            self.list[index].held_by = root.filter(|root| held && *root != of);
        }
        let blamed = self.blamed(&roots);
        let bottleneck = self.worst(&blamed);
        let next = bottleneck.as_ref().and_then(|bottleneck| self.next(bottleneck));
        let rank = |pressure: &Pressure| (stores_or_waits(pressure), -pressure.used);
        put_in_order(&mut self.list, |a, b| rank(a) < rank(b));
        let mut fleets: Vec<Vec<Suspect>> = Vec::new();
        for pressure in &self.list {
            let fleet = self.fleet(pressure.of);
            if fleet.len() > 1 && !fleets.contains(&fleet) {
                fleets.push(fleet);
            }
        }
        Pressures { list: self.list, bottleneck, next, fleets }
    }
}

fn stores_or_waits(pressure: &Pressure) -> bool {
    pressure.of.resource.nature() == Nature::Stores || pressure.held_by.is_some()
}

/// How many calls of each component one user request makes, from the users on.
fn calls_of(window: &Window<'_>, flows: &[Flow], wires: &[WireFlow]) -> Vec<f64> {
    let mut calls = vec![1.0_f64; flows.len()];
    // As often as there are components is enough for any way without a circle.
    for _ in 0..flows.len().min(8) {
        for (wire, (from, to)) in window.parts.wires.iter().enumerate() {
            let arrivals = flows[*from as usize].arrivals - flows[*from as usize].shed - flows[*from as usize].limited;
            let each = if arrivals > 0.0 { (wires[wire].first / arrivals).clamp(1.0, 100.0) } else { 1.0 };
            let through = calls[*from as usize] * each;
            calls[*to as usize] = calls[*to as usize].max(through.min(100.0));
        }
    }
    calls
}
