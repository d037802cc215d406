//! Where pressure concentrates: the use of every resource, which of them is the bottleneck, and which would be next.
//!
//! A resource that is full is not always to blame: slots are held while their requests wait for somebody else. So what is
//! full is followed to its root: a resource that does the work (cores, a disk, a line, a rate limit), or one that is held
//! while nothing behind it is near its limit. Among several roots the one that costs users most is the bottleneck:
//! requests turned away, given up on and piled up there, in user requests per second.

use crate::design::{Algorithm, Design, Kind, Limit};
use crate::sim::{Frame, Parts};
use crate::units::put_in_order;

use super::resource::{Nature, Part, Resource};
use super::window::{Flow, Window, WireFlow};

/// From this use on a resource counts as full: smoothed use of a full one flickers a little below 1.
const FULL: f64 = 0.9;
/// From this use on nothing else can be to blame.
const BRIM_FULL: f64 = 0.97;
/// From this share of calls refused on, a limit that lets nobody wait is full, however it looks on average.
const REFUSING: f64 = 0.03;
/// From this use on, what does the work is to blame for slots that are full.
const NEARLY_FULL: f64 = 0.8;
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

    /// What a component's troubles come from: what of it, or of those that it waits for, is full.
    fn root(&self, at: u32, depth: u32) -> Option<Suspect> {
        let kind = self.window.kind(at)?;
        let part = Part::Component(at);
        // A rate limit refuses at once: nobody waits because of it, unless it shapes.
        let mut resources = Resource::of(kind);
        resources.retain(|resource| *resource != Resource::RateLimit || delays(kind));
        let of = |nature: Nature, least: f64| {
            let full = resources.iter().filter(|resource| resource.nature() == nature);
            let full = full.map(|resource| (*resource, self.fullness(part, *resource)));
            full.filter(|(_, used)| *used >= least).reduce(|best, other| if other.1 > best.1 { other } else { best })
        };
        let works = |least: f64| of(Nature::Works, least).map(|(resource, _)| Suspect { part, resource });
        if let Some(root) = works(BRIM_FULL) {
            return Some(root);
        }
        if self.used(part, Resource::Locks) >= HELD_BY_CALLS {
            return Some(Suspect { part, resource: Resource::Locks });
        }
        let held = of(Nature::Held, FULL);
        self.root_of_calls(at, &resources, depth).or_else(|| works(FULL)).or_else(|| {
            let (resource, _) = held?;
            // Who works at eight tenths of his limit makes those who wait in the same slots wait long.
            Some(works(NEARLY_FULL).unwrap_or(Suspect { part, resource }))
        })
    }

    /// What a component's own calls wait for, if it is they that hold its slots.
    fn root_of_calls(&self, at: u32, resources: &[Resource], depth: u32) -> Option<Suspect> {
        let flow = self.flows[at as usize];
        let in_flight = |wire: u32| self.wires[wire as usize].in_flight;
        let calls: f64 = self.window.leaving(at).iter().map(|wire| in_flight(*wire)).sum();
        // Who has no slots of its own only passes on.
        let passes = !resources.iter().any(|resource| resource.nature() == Nature::Held);
        if !passes && calls <= HELD_BY_CALLS * flow.held.max(flow.busy) {
            return None;
        }
        let leaving = self.window.leaving(at).iter().copied();
        let slowest = leaving.reduce(|best, other| if in_flight(other) > in_flight(best) { other } else { best })?;
        self.root_of_wire(slowest, depth + 1)
    }

    /// What the troubles of calls over a wire come from.
    fn root_of_wire(&self, wire: u32, depth: u32) -> Option<Suspect> {
        // Calls may go in circles.
        if depth > 8 {
            return None;
        }
        let part = Part::Wire(wire);
        let full = |resource| (self.fullness(part, resource) >= FULL).then_some(Suspect { part, resource });
        full(Resource::Bandwidth)
            .or_else(|| self.root(self.window.callee(wire), depth))
            .or_else(|| full(Resource::Bulkhead))
    }

    /// What each root costs.
    fn blamed(&self, roots: &[Option<Suspect>]) -> Vec<Blame> {
        let mut blamed: Vec<Blame> = Vec::new();
        let mut blame = |root: Option<Suspect>, turned_away: f64, timed_out: f64| {
            let Some(root) = root.filter(|_| turned_away + timed_out > 0.0) else { return };
            match blamed.iter_mut().find(|known| known.root == root) {
                Some(known) => {
                    known.turned_away += turned_away;
                    known.timed_out += timed_out;
                }
                None => blamed.push(Blame { root, turned_away, timed_out }),
            }
        };
        for at in self.window.components() {
            let (flow, calls) = (self.flows[at as usize], self.calls[at as usize]);
            let limit = Suspect { part: Part::Component(at), resource: Resource::RateLimit };
            let limits = self.list.iter().any(|pressure| pressure.of == limit);
            blame(limits.then_some(limit), flow.limited / calls, 0.0);
            let turned_away = (flow.shed + flow.growth.max(0.0)) / calls;
            let root = match self.window.kind(at) {
                Some(Kind::Queue(_)) => self.root_of_queue(at),
                _ => roots[at as usize],
            };
            blame(root, turned_away, 0.0);
            for wire in self.window.coming(at) {
                let over = self.wires[*wire as usize];
                let root = self.root_of_wire(*wire, 0);
                blame(root, 0.0, over.timed_out / calls);
                // What a rate limit refuses has been counted there.
                let own = (over.refused - flow.limited).max(0.0);
                let bandwidth = Suspect { part: Part::Wire(*wire), resource: Resource::Bandwidth };
                let piled_up = if root == Some(bandwidth) { over.growth.max(0.0) } else { 0.0 };
                blame(root, (own + piled_up) / calls, 0.0);
            }
        }
        blamed
    }

    /// Messages pile up because of those who work them off, unless storing them is what is slow.
    fn root_of_queue(&self, at: u32) -> Option<Suspect> {
        let part = Part::Component(at);
        if self.used(part, Resource::Operations) >= FULL {
            return Some(Suspect { part, resource: Resource::Operations });
        }
        self.window.leaving(at).iter().find_map(|wire| self.root(self.window.callee(*wire), 1))
    }

    /// The root that costs most; while nothing is lost, the resource that is nearest its limit.
    fn worst(&self, blamed: &[Blame]) -> Option<Bottleneck> {
        let issued: f64 = self.window.parts.clients.iter().map(|at| self.flows[*at as usize].arrivals).sum();
        let mut best: Option<Bottleneck> = None;
        for Blame { root, .. } in blamed {
            let fleet = self.fleet(*root);
            let members = || blamed.iter().filter(|blame| fleet.contains(&blame.root));
            let timed_out: f64 = members().map(|blame| blame.timed_out).sum();
            let costs = timed_out + members().map(|blame| blame.turned_away).sum::<f64>();
            let done = fleet.iter().map(|of| self.done(of.part)).sum::<f64>().max(0.1);
            let gain = self.gain(*root, &fleet, costs, timed_out, done);
            let used = self.used(root.part, root.resource);
            if gain > LOSING * issued && best.as_ref().is_none_or(|best| gain > best.costs) {
                best = Some(Bottleneck { of: *root, fleet, used, costs: gain, asked: 1.0 + costs / done });
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
    fn done(&self, part: Part) -> f64 {
        match part {
            Part::Component(at) => self.flows[at as usize].completions / self.calls[at as usize],
            Part::Wire(at) => {
                let (over, calls) = (self.wires[at as usize], self.calls[self.window.callee(at) as usize]);
                (over.attempts - over.timed_out - over.refused).max(0.0) / calls
            }
        }
    }

    /// What twice as much of a root would gain, in user requests per second: no more than it costs, than twice the work,
    /// and than what those can do who get the requests next. `done` includes those answered too late.
    fn gain(&self, root: Suspect, fleet: &[Suspect], costs: f64, timed_out: f64, done: f64) -> f64 {
        let after = self.after(root.part);
        let mut gain = costs.min(done + timed_out);
        for pressure in &self.list {
            if stores_or_waits(pressure) || fleet.contains(&pressure.of) || !self.comes_after(&after, root, pressure.of) {
                continue;
            }
            let passing: f64 = self.fleet(pressure.of).iter().map(|of| self.asked(of.part)).sum();
            let share = (passing / done).min(1.0);
            // A bulkhead that refuses some lets more through when more come.
            let used = match pressure.of.resource {
                Resource::RateLimit => self.fullness(pressure.of.part, pressure.of.resource),
                _ => pressure.used.max(0.01),
            };
            gain = gain.min(costs * (1.0 - share) + share * (done * (1.0 / used - 1.0) + timed_out));
        }
        gain
    }

    /// User requests per second that come to a part.
    fn asked(&self, part: Part) -> f64 {
        match part {
            Part::Component(at) => self.flows[at as usize].arrivals / self.calls[at as usize],
            Part::Wire(at) => self.wires[at as usize].attempts / self.calls[self.window.callee(at) as usize],
        }
    }

    fn comes_after(&self, after: &[bool], root: Suspect, of: Suspect) -> bool {
        match of.part {
            Part::Component(at) => after[at as usize] && Part::Component(at) != root.part,
            Part::Wire(at) => {
                let callee = self.window.callee(at);
                let same = match root.part {
                    Part::Component(root) => root == callee,
                    Part::Wire(root) => self.window.callee(root) == callee,
                };
                after[callee as usize] && !same
            }
        }
    }

    /// Whom a request comes to once it is through here: those who are called by this one, and what its callers do later.
    fn after(&self, part: Part) -> Vec<bool> {
        let at = match part {
            Part::Component(at) => at,
            Part::Wire(at) => self.window.callee(at),
        };
        let mut after = self.behind(at);
        let (mut open, mut seen) = (vec![at], vec![false; self.flows.len()]);
        while let Some(at) = open.pop() {
            if std::mem::replace(&mut seen[at as usize], true) {
                continue;
            }
            for wire in self.window.coming(at) {
                let caller = self.window.parts.wires[*wire as usize].0;
                open.push(caller);
                if self.window.kind(caller).is_none_or(|kind| kind.server().is_none()) {
                    continue;
                }
                for other in self.window.leaving(caller).iter().map(|wire| self.window.callee(*wire)) {
                    let later = |at: u32| self.window.kind(at).map_or(0, turn);
                    if later(other) > later(at) {
                        self.behind(other).iter().zip(&mut after).for_each(|(behind, after)| *after |= *behind);
                    }
                }
            }
        }
        after
    }

    /// The same resource of all that share the work: like components behind the same balancer, and their like wires.
    fn fleet(&self, of: Suspect) -> Vec<Suspect> {
        let (at, callee) = match of.part {
            Part::Component(at) => (at, None),
            Part::Wire(at) => (self.window.parts.wires[at as usize].0, Some(self.window.callee(at))),
        };
        let has = |part: Part| self.list.iter().any(|pressure| pressure.of == Suspect { part, resource: of.resource });
        let of_member = |member: u32| match callee {
            None => Some(Part::Component(member)),
            Some(callee) => {
                let mut wires = self.window.leaving(member).iter();
                wires.find(|wire| self.window.callee(**wire) == callee).map(|wire| Part::Wire(*wire))
            }
        };
        let parts = self.alike(at).into_iter().filter_map(of_member).filter(|part| has(*part));
        let fleet: Vec<Suspect> = parts.map(|part| Suspect { part, resource: of.resource }).collect();
        if fleet.is_empty() { vec![of] } else { fleet }
    }

    /// The like components behind the same balancer; this one alone where there is none.
    fn alike(&self, at: u32) -> Vec<u32> {
        let word = self.window.kind(at).map(Kind::word);
        let balancer = self.window.coming(at).iter().map(|wire| self.window.parts.wires[*wire as usize].0);
        let mut balancer = balancer.filter(|caller| matches!(self.window.kind(*caller), Some(Kind::LoadBalancer(_))));
        let Some(balancer) = balancer.next() else { return vec![at] };
        let backends = self.window.leaving(balancer).iter().map(|wire| self.window.callee(*wire));
        backends.filter(|other| self.window.kind(*other).map(Kind::word) == word).collect()
    }

    /// What would be full next: what lies behind the bottleneck gets all that is asked for then.
    fn next(&self, bottleneck: &Bottleneck) -> Option<Suspect> {
        let behind = match bottleneck.of.part {
            Part::Component(at) => self.behind(at),
            Part::Wire(at) => self.behind(self.window.callee(at)),
        };
        let mut best: Option<(Suspect, f64)> = None;
        for pressure in &self.list {
            let waits = stores_or_waits(pressure) || bottleneck.fleet.contains(&pressure.of);
            if waits || pressure.held_by.is_some_and(|root| bottleneck.fleet.contains(&root)) {
                continue;
            }
            let at = match pressure.of.part {
                Part::Component(at) => at,
                Part::Wire(at) => self.window.callee(at),
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

/// What a root costs, in user requests per second.
struct Blame {
    root: Suspect,
    /// Shed, refused, piled up.
    turned_away: f64,
    /// Given up on.
    timed_out: f64,
}

/// When a server's plan comes to a callee: services first, then data, then blobs, then jobs.
fn turn(kind: &Kind) -> u32 {
    match kind {
        // What a cache answers, a database is not asked for: neither comes after the other.
        Kind::Cache(_) | Kind::Database(_) | Kind::ShardRouter(_) => 3,
        Kind::ObjectStorage(_) => 4,
        Kind::Queue(_) => 5,
        _ => 1,
    }
}

/// Whether a component's rate limit makes requests wait: it shapes, or they leave a bucket evenly spaced.
fn delays(kind: &Kind) -> bool {
    let leaky = |limit: &Option<Limit>| limit.as_ref().is_some_and(|limit| limit.algorithm == Algorithm::LeakyBucket);
    match kind {
        Kind::LoadBalancer(balancer) => balancer.shape.is_some() || leaky(&balancer.limit),
        Kind::ApiGateway(gateway) => leaky(&gateway.limit),
        Kind::External(external) => leaky(&external.limit),
        _ => false,
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
