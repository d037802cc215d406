//! Where pressure concentrates: the use of every resource, which of them is the bottleneck, and which would be next.
//!
//! A resource that is full is not always to blame: slots are held while their requests wait for somebody else. So what is
//! full is followed to its root: a resource that does the work (cores, a disk, a line, a rate limit), or one that is held
//! while nothing behind it is near its limit. Among several roots the one that costs users most is the bottleneck:
//! requests turned away, given up on and piled up there, in user requests per second.

use crate::design::{Design, Kind};
use crate::sim::{Frame, Parts};
use crate::units::put_in_order;

use super::resource::{Nature, Place, Resource};
use super::window::{Flow, Window, WireFlow};

/// From this use on a resource counts as full: smoothed use of a full one flickers a little below 1.
const FULL: f64 = 0.9;
/// From this share of its slots' time on, a component's calls are what holds them.
const HELD_BY_CALLS: f64 = 0.5;
/// Losses below this share of the users' requests are noise.
const LOSING: f64 = 0.005;
/// The furthest that a trend is followed, in seconds.
const AHEAD_MAX: f64 = 120.0;

/// A resource of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Suspect {
    /// The part.
    pub place: Place,
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
        let mut look = |place: Place, resource: Resource| {
            let Some(seen) = window.reading(place, resource) else { return };
            let left = (1.0 - seen.used) / seen.trend;
            let grows = seen.trend > 0.002 && seen.used < FULL + 0.09 && (0.0..AHEAD_MAX).contains(&left);
            list.push(Pressure {
                of: Suspect { place, resource },
                used: seen.used,
                limit: seen.limit,
                trend: seen.trend,
                full_in: grows.then_some(left),
                held_by: None,
            });
        };
        for at in window.components() {
            let kind = window.kind(at).expect("it is there");
            Resource::of(kind).into_iter().for_each(|resource| look(Place::Component(at), resource));
            for wire in window.leaving(at) {
                let Some(drawn) = window.wire(*wire) else { continue };
                Resource::of_wire(&drawn.policy).into_iter().for_each(|resource| look(Place::Wire(*wire), resource));
            }
        }
        let flows: Vec<Flow> = (0..window.parts.components.len() as u32).map(|at| window.flow(at)).collect();
        let wires: Vec<WireFlow> = (0..window.parts.wires.len() as u32).map(|at| window.wire_flow(at)).collect();
        let calls = calls_of(&window, &flows, &wires);
        Survey { window, list, flows, wires, calls }
    }

    fn used(&self, place: Place, resource: Resource) -> f64 {
        let of = Suspect { place, resource };
        self.list.iter().find(|pressure| pressure.of == of).map_or(0.0, |pressure| pressure.used)
    }

    fn pressures(mut self) -> Pressures {
        let roots: Vec<Option<Suspect>> = (0..self.flows.len() as u32).map(|at| self.root(at, 0)).collect();
        for index in 0..self.list.len() {
            let of = self.list[index].of;
            let root = match of.place {
                Place::Component(at) => roots[at as usize],
                Place::Wire(at) => self.root_of_wire(at, 0),
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

    /// What a component's troubles come from: what of it, or of those that it waits for, is full.
    fn root(&self, at: u32, depth: u32) -> Option<Suspect> {
        let kind = self.window.kind(at)?;
        let place = Place::Component(at);
        let resources = Resource::of(kind);
        let of = |nature: Nature| {
            let full = resources.iter().filter(|resource| resource.nature() == nature);
            let full = full.map(|resource| (*resource, self.used(place, *resource)));
            full.filter(|(_, used)| *used >= FULL).reduce(|best, other| if other.1 > best.1 { other } else { best })
        };
        if let Some((resource, _)) = of(Nature::Works) {
            return Some(Suspect { place, resource });
        }
        if self.used(place, Resource::Locks) >= HELD_BY_CALLS {
            return Some(Suspect { place, resource: Resource::Locks });
        }
        let held = of(Nature::Held);
        let flow = self.flows[at as usize];
        let in_flight: f64 = self.window.leaving(at).iter().map(|wire| self.wires[*wire as usize].in_flight).sum();
        // Who has no slots of its own only passes on.
        let passes = !resources.iter().any(|resource| resource.nature() == Nature::Held);
        if passes || in_flight > HELD_BY_CALLS * flow.held.max(flow.busy) {
            let slowest = self.window.leaving(at).iter().copied().reduce(|best, other| {
                let in_flight = |wire: u32| self.wires[wire as usize].in_flight;
                if in_flight(other) > in_flight(best) { other } else { best }
            });
            if let Some(root) = slowest.and_then(|wire| self.root_of_wire(wire, depth + 1)) {
                return Some(root);
            }
        }
        held.map(|(resource, _)| Suspect { place, resource })
    }

    /// What the troubles of calls over a wire come from.
    fn root_of_wire(&self, wire: u32, depth: u32) -> Option<Suspect> {
        // Calls may go in circles.
        if depth > 8 {
            return None;
        }
        let place = Place::Wire(wire);
        let full = |resource| (self.used(place, resource) >= FULL).then_some(Suspect { place, resource });
        full(Resource::Bandwidth)
            .or_else(|| self.root(self.window.callee(wire), depth))
            .or_else(|| full(Resource::Bulkhead))
    }

    /// What each root costs, in user requests per second.
    fn blamed(&self, roots: &[Option<Suspect>]) -> Vec<(Suspect, f64)> {
        let mut blamed: Vec<(Suspect, f64)> = Vec::new();
        let mut blame = |root: Option<Suspect>, costs: f64| {
            let Some(root) = root.filter(|_| costs > 0.0) else { return };
            match blamed.iter_mut().find(|(known, _)| *known == root) {
                Some((_, sum)) => *sum += costs,
                None => blamed.push((root, costs)),
            }
        };
        for at in self.window.components() {
            let (flow, calls) = (self.flows[at as usize], self.calls[at as usize]);
            let turned_away = (flow.shed + flow.limited + flow.growth.max(0.0)) / calls;
            let root = match self.window.kind(at) {
                Some(Kind::Queue(_)) => self.root_of_queue(at),
                _ => roots[at as usize],
            };
            blame(root, turned_away);
            for wire in self.window.coming(at) {
                let over = self.wires[*wire as usize];
                blame(self.root_of_wire(*wire, 0), (over.timed_out + over.refused) / calls);
            }
        }
        blamed
    }

    /// Messages pile up because of those who work them off, unless storing them is what is slow.
    fn root_of_queue(&self, at: u32) -> Option<Suspect> {
        let place = Place::Component(at);
        if self.used(place, Resource::Operations) >= FULL {
            return Some(Suspect { place, resource: Resource::Operations });
        }
        self.window.leaving(at).iter().find_map(|wire| self.root(self.window.callee(*wire), 1))
    }

    /// The root that costs most; while nothing is lost, the resource that is nearest its limit.
    fn worst(&self, blamed: &[(Suspect, f64)]) -> Option<Bottleneck> {
        let issued: f64 = self.window.parts.clients.iter().map(|at| self.flows[*at as usize].arrivals).sum();
        let mut best: Option<Bottleneck> = None;
        for (root, _) in blamed {
            let fleet = self.fleet(*root);
            let costs: f64 = blamed.iter().filter(|(of, _)| fleet.contains(of)).map(|(_, costs)| costs).sum();
            let done: f64 = fleet.iter().map(|of| self.done(of.place)).sum();
            // Twice as much of it can do no more than twice the work.
            let gain = costs.min(done.max(0.1));
            let used = self.used(root.place, root.resource);
            if gain > LOSING * issued && best.as_ref().is_none_or(|best| gain > best.costs) {
                best = Some(Bottleneck { of: *root, fleet, used, costs: gain, asked: 1.0 + costs / done.max(0.1) });
            }
        }
        best.or_else(|| {
            let own = self.list.iter().filter(|pressure| pressure.held_by.is_none() && !stores_or_waits(pressure));
            let nearest = own.reduce(|best, other| if other.used > best.used { other } else { best })?;
            let fleet = self.fleet(nearest.of);
            Some(Bottleneck { of: nearest.of, fleet, used: nearest.used, costs: 0.0, asked: nearest.used })
        })
    }

    /// User requests per second that a part gets done.
    fn done(&self, place: Place) -> f64 {
        match place {
            Place::Component(at) => self.flows[at as usize].completions / self.calls[at as usize],
            Place::Wire(at) => {
                let (over, calls) = (self.wires[at as usize], self.calls[self.window.callee(at) as usize]);
                (over.attempts - over.timed_out - over.refused).max(0.0) / calls
            }
        }
    }

    /// The same resource of all that share the work: like components behind the same balancer.
    fn fleet(&self, of: Suspect) -> Vec<Suspect> {
        let Place::Component(at) = of.place else { return vec![of] };
        let word = self.window.kind(at).map(Kind::word);
        let spreads = |wire: &&u32| {
            let caller = self.window.parts.wires[**wire as usize].0;
            matches!(self.window.kind(caller), Some(Kind::LoadBalancer(_)))
        };
        let Some(wire) = self.window.coming(at).iter().find(spreads) else { return vec![of] };
        let balancer = self.window.parts.wires[*wire as usize].0;
        let mut fleet = Vec::new();
        for other in self.window.leaving(balancer).iter().map(|wire| self.window.callee(*wire)) {
            let has = |kind: &Kind| Some(kind.word()) == word && Resource::of(kind).contains(&of.resource);
            if self.window.kind(other).is_some_and(has) {
                fleet.push(Suspect { place: Place::Component(other), resource: of.resource });
            }
        }
        fleet
    }

    /// What would be full next: what lies behind the bottleneck gets all that is asked for then.
    fn next(&self, bottleneck: &Bottleneck) -> Option<Suspect> {
        let behind = match bottleneck.of.place {
            Place::Component(at) => self.behind(at),
            Place::Wire(at) => self.behind(self.window.callee(at)),
        };
        let mut best: Option<(Suspect, f64)> = None;
        for pressure in &self.list {
            let waits = stores_or_waits(pressure) || bottleneck.fleet.contains(&pressure.of);
            if waits || pressure.held_by.is_some_and(|root| bottleneck.fleet.contains(&root)) {
                continue;
            }
            let at = match pressure.of.place {
                Place::Component(at) => at,
                Place::Wire(at) => self.window.callee(at),
            };
            let grows = behind.get(at as usize).copied().unwrap_or(false);
            let then = pressure.used * if grows { bottleneck.asked.max(1.0) } else { 1.0 };
            if best.is_none_or(|(_, most)| then > most) {
                best = Some((pressure.of, then));
            }
        }
        best.map(|(of, _)| of)
    }

    /// Whether each component is called, at first or second hand, by this one; itself included.
    fn behind(&self, at: u32) -> Vec<bool> {
        let mut behind = vec![false; self.flows.len()];
        let mut open = vec![at];
        while let Some(at) = open.pop() {
            if !std::mem::replace(&mut behind[at as usize], true) {
                open.extend(self.window.leaving(at).iter().map(|wire| self.window.callee(*wire)));
            }
        }
        behind
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
            let arrivals = flows[*from as usize].arrivals;
            let each = if arrivals > 0.0 { (wires[wire].first / arrivals).clamp(1.0, 100.0) } else { 1.0 };
            let through = calls[*from as usize] * each;
            calls[*to as usize] = calls[*to as usize].max(through.min(100.0));
        }
    }
    calls
}
