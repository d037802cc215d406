//! Whose fault it is that something is full: followed from who waits to who is waited for.

use crate::design::{Algorithm, Kind, Limit};

use super::super::resource::{Nature, Part, Resource};
use super::{FULL, Survey, Suspect};

/// From this use on nothing else can be to blame.
const BRIM_FULL: f64 = 0.97;
/// From this use on, what does the work is to blame for slots that are full.
const NEARLY_FULL: f64 = 0.8;
/// From this share of its slots' time on, a component's calls are what holds them.
const HELD_BY_CALLS: f64 = 0.5;

impl Survey<'_> {
    /// What a component's troubles come from: what of it, or of those that it waits for, is full.
    pub(super) fn root(&self, at: u32, depth: u32) -> Option<Suspect> {
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
    pub(super) fn root_of_wire(&self, wire: u32, depth: u32) -> Option<Suspect> {
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
