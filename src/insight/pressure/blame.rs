//! What each root costs users, and what more of it would gain: the bottleneck, and the one after it.

use crate::design::Kind;

use super::super::resource::{Part, Resource};
use super::{Bottleneck, FULL, Survey, Suspect, stores_or_waits};

/// The share of its work that who is full but loses nothing could do beside.
const JUST: f64 = 0.05;
/// Losses below this share of the users' requests are noise.
const LOSING: f64 = 0.005;

/// What a root costs, in user requests per second.
pub(super) struct Blame {
    pub(super) root: Suspect,
    /// Shed, refused, piled up.
    turned_away: f64,
    /// Given up on.
    timed_out: f64,
}

impl Survey<'_> {
    /// What each root costs.
    pub(super) fn blamed(&self, roots: &[Option<Suspect>]) -> Vec<Blame> {
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
    pub(super) fn worst(&self, blamed: &[Blame]) -> Option<Bottleneck> {
        let issued: f64 = self.window.parts.clients.iter().map(|at| self.flows[*at as usize].arrivals).sum();
        let mut best: Option<Bottleneck> = None;
        for Blame { root, .. } in blamed {
            let fleet = self.fleet(*root);
            let members = || blamed.iter().filter(|blame| fleet.contains(&blame.root));
            let timed_out: f64 = members().map(|blame| blame.timed_out).sum();
            let costs = timed_out + members().map(|blame| blame.turned_away).sum::<f64>();
            let done = fleet.iter().map(|of| self.done(of.part)).sum::<f64>().max(0.1);
            let gain = self.gain(blamed, (*root, &fleet), costs, timed_out, done);
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
    fn gain(
        &self,
        blamed: &[Blame],
        (root, fleet): (Suspect, &[Suspect]),
        costs: f64,
        timed_out: f64,
        done: f64,
    ) -> f64 {
        let after = self.after(root.part);
        let mut gain = costs.min(done + timed_out);
        for pressure in &self.list {
            if stores_or_waits(pressure) || fleet.contains(&pressure.of) || !self.comes_after(&after, root, pressure.of)
            {
                continue;
            }
            let passing: f64 = self.fleet(pressure.of).iter().map(|of| self.asked(of.part)).sum();
            let share = (passing / done).min(1.0);
            // A bulkhead that refuses some lets more through when more come.
            let used = match pressure.of.resource {
                Resource::RateLimit => self.fullness(pressure.of.part, pressure.of.resource),
                _ => pressure.used.max(0.01),
            };
            // Who is full but loses nothing keeps up, just.
            let loses = blamed.iter().any(|blame| blame.root == pressure.of);
            let room = (1.0 / used - 1.0).max(if loses { 0.0 } else { JUST });
            gain = gain.min(costs * (1.0 - share) + share * (done * room + timed_out));
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

    /// What would be full next: what lies behind the bottleneck gets all that is asked for then.
    pub(super) fn next(&self, bottleneck: &Bottleneck) -> Option<Suspect> {
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
}
