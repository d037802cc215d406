//! What becomes of the settings of classes, wires and faults. A new setting does not compile before it says so here.

use crate::design::{
    Breaker, CallPolicy, ClassCost, Design, Fault, FaultKind, FaultSettings, Hedge, Keys, Kind, RequestClass, Retry,
    Target,
};

use super::divider::Divider;

/// A class: what one request costs stays. Which keys it asks for is sampled by the engine, see `keys`.
pub fn divide_class(_: &mut Divider, class: &mut RequestClass) {
    let RequestClass { name: _, cost } = class;
    let ClassCost {
        share: _,
        cpu: _,
        reads: _,
        writes: _,
        query: _,
        transaction: _,
        keys,
        is_static: _,
        body: _,
        response: _,
        blobs: _,
        job: _,
        poison: _,
        // Locks of keys are the lock service's matter.
        lock: _,
        memory: _,
        criticality: _,
    } = cost;
    let Keys { count: _, zipf: _, of: _ } = keys;
}

/// The greatest message of a design, in bytes.
pub fn largest(design: &Design) -> u64 {
    design.classes.iter().map(|class| class.cost.body.0.max(class.cost.response.0)).max().unwrap_or(0)
}

/// A wire: times, tries and shares stay. A budget's burst and a breaker's minimum are some milliseconds of traffic at such
/// rates, and stay too.
pub fn divide_wire(divider: &mut Divider, policy: &mut CallPolicy, design: &Design) {
    let CallPolicy {
        latency: _,
        timeout: _,
        deadline: _,
        retry,
        hedge,
        breaker,
        bulkhead,
        bulkhead_queue,
        fallback: _,
        bandwidth,
        loss: _,
        weight: _,
        classes: _,
    } = policy;
    if let Some(Retry { tries: _, backoff: _, base: _, cap: _, jitter: _, budget: _, on: _ }) = retry {}
    if let Some(Hedge { after: _, window: _, most: _, budget: _ }) = hedge {}
    if let Some(Breaker { errors: _, window: _, open: _, minimum: _, probes: _, slow: _, slow_rate: _ }) = breaker {}
    if let Some(bulkhead) = bulkhead {
        divider.servers(bulkhead, "places in its bulkhead");
    }
    divider.places(bulkhead_queue);
    if let Some(bandwidth) = bandwidth {
        divider.line(bandwidth, largest(design));
    }
}

/// A fault: what it does to each request stays; the number of dead instances, and what leaks, go with the machine.
pub fn divide_fault(divider: &mut Divider, fault: &mut Fault, design: &Design) {
    let Fault { target, settings } = fault;
    let FaultSettings {
        at: _,
        fault: kind,
        lasts: _,
        factor: _,
        instances,
        // Queues are refused as a whole.
        followers: _,
        rate,
        share: _,
        key: _,
        classes: _,
        latency: _,
    } = settings;
    let struck = match target {
        Target::Component(name) => design.component(name),
        Target::Wire(..) => None,
    };
    let Some(server) = struck.and_then(|component| component.kind.server()) else { return };
    let fleet = super::kinds::is_fleet(divider, server);
    match kind {
        FaultKind::Crash if fleet && *instances > 0 => {
            divider.at(&target.to_string());
            divider.too_far_if(*instances % divider.k != 0, "loses a number of instances that cannot be divided");
            *instances = (*instances / divider.k).max(1);
        }
        FaultKind::MemoryLeak if !fleet => divider.bytes(rate),
        _ => {}
    }
}

/// Replicas apply one write after the other: a single server each.
pub fn replicas(divider: &mut Divider, design: &Design) {
    let is_database =
        |name: &str| design.component(name).is_some_and(|component| matches!(component.kind, Kind::Database(_)));
    if !design.classes.iter().any(|class| class.cost.writes > 0) {
        return;
    }
    for wire in design.wires.iter().filter(|wire| is_database(&wire.from) && is_database(&wire.to)) {
        divider.at(&wire.to);
        divider.refuse("is a replica, which applies one write after the other");
    }
}
