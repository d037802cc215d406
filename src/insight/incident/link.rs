//! Which finding follows from which: along the wires, from callee to caller and from caller to callee.

use std::ops::Range;

use crate::sim::Parts;
use crate::units::Time;

use super::digest::at;
use super::findings::Finding;
use super::what::{Place, Role, What};

/// What shows in whole seconds may have begun this much later than what follows from it.
const SLACK: Time = Time::from_secs(2);

/// An effect, and what it may follow from.
struct Pair<'a> {
    effect: &'a Finding,
    cause: &'a Finding,
    parts: &'a Parts,
}

/// The better the reason, the less the number; none if it cannot be one.
type Rank = Option<u32>;

impl Pair<'_> {
    /// How good a reason the cause is, by what both are and where.
    fn rank(&self) -> Rank {
        use What::*;
        match self.effect.what {
            OutOfMemory | Slowed | Crashed => self.of_a_process(),
            Saturated | DiskBusy | LockContention | ConnectionsFull | RateLimited | LineFull | BulkheadFull => {
                self.of_a_limit()
            }
            SlotsHeld => self.of_slots(),
            QueueGrew => self.of_a_queue(),
            Overflowed => (self.here() && self.is(&[QueueGrew, SlotsHeld, ConnectionsFull, Saturated])).then_some(0),
            TimedOut | CallsFail | BreakerOpened | TakenOut => self.of_calls(),
            Retries if self.here() && self.is(&[TimedOut, CallsFail]) => Some(0),
            Retries if self.here() && self.is(&[BreakerOpened]) => Some(1),
            Reloads => self.of_reloads(),
            _ => None,
        }
    }

    fn of_a_process(&self) -> Rank {
        use What::*;
        match self.effect.what {
            OutOfMemory if self.here() && self.is(&[MemoryLeak]) => Some(0),
            OutOfMemory if self.here() && self.is(&[QueueGrew]) => Some(1),
            OutOfMemory if self.is_heavier() => Some(3),
            Slowed if self.here() && self.is(&[Deployed, InstancesDied]) => Some(0),
            Crashed if self.here() && self.is(&[OutOfMemory]) => Some(0),
            _ => None,
        }
    }

    fn of_a_limit(&self) -> Rank {
        use What::*;
        let fewer = self.is(&[Crashed, InstancesDied, TakenOut, OutOfMemory]);
        match () {
            () if self.here() && self.is(&[Slowed, LockContention, DiskBusy]) => Some(0),
            () if self.here() && self.is_broken() => Some(1),
            () if self.is(&[CacheEmptied, CacheExpired, HotShard]) => Some(2),
            () if fewer && is_sibling(self.there(), self.cause.place, self.parts) => Some(2),
            () if self.is(&[Surge]) => Some(3),
            () if self.is(&[Reloads]) || self.is(&[Retries]) && self.into() => Some(4),
            () if self.is(&[Delayed, Slowed]) && self.below() => Some(5),
            () => None,
        }
    }

    fn of_slots(&self) -> Rank {
        use What::*;
        let slow = [Slowed, Saturated, ConnectionsFull, LockContention, DiskBusy, SlotsHeld, QueueGrew];
        match () {
            () if self.out_of() && self.is_of_the_network() => Some(0),
            () if self.below() && (self.is_broken() || self.is(&slow)) => Some(1),
            () if self.is(&[Surge]) => Some(4),
            () => None,
        }
    }

    fn of_a_queue(&self) -> Rank {
        use What::*;
        let own = [Slowed, Saturated, SlotsHeld, ConnectionsFull, DiskBusy, LockContention];
        match () {
            () if self.here() && (self.is_broken() || self.is(&own)) => Some(0),
            () if self.below() && (self.is_broken() || self.is(&[Saturated, Slowed, SlotsHeld, Poison, QueueGrew])) => {
                Some(1)
            }
            () if self.out_of() && self.is_of_the_network() => Some(1),
            () if self.here() && self.is(&[Poison]) => Some(1),
            () if self.is_heavier() => Some(3),
            () => None,
        }
    }

    fn of_calls(&self) -> Rank {
        use What::*;
        let reaction = matches!(self.effect.what, BreakerOpened | TakenOut);
        let fails = self.effect.what == CallsFail;
        match () {
            () if self.here() && reaction && self.is(&[TimedOut, CallsFail]) => Some(0),
            () if self.here() && self.is_of_the_network() => Some(0),
            () if self.at_callee() && (self.is_broken() || self.is_of_the_network()) => Some(0),
            () if self.at_callee() && fails && self.is(&[Overflowed, RateLimited, Poison]) => Some(0),
            () if self.out_of() && self.is(&[TimedOut, CallsFail, BreakerOpened, BulkheadFull]) => Some(1),
            () if self.at_callee() && self.is(&[QueueGrew, SlotsHeld, ConnectionsFull, LockContention]) => Some(2),
            () if self.at_callee() && self.is(&[Slowed, Saturated, DiskBusy]) => Some(2),
            () if self.below() && (self.is_broken() || self.is(&[Slowed, Saturated, QueueGrew])) => Some(4),
            () => None,
        }
    }

    fn of_reloads(&self) -> Rank {
        use What::*;
        match () {
            () if self.out_of() && self.is(&[TimedOut, CallsFail]) => Some(0),
            () if self.below() && self.is(&[QueueGrew, SlotsHeld, Saturated, Stalled, Slowed, Crashed]) => Some(1),
            () if self.cause.what.role() != Role::Effect && !self.is(&[Surge]) => Some(5),
            () => None,
        }
    }

    fn is(&self, causes: &[What]) -> bool {
        causes.contains(&self.cause.what)
    }

    /// The network is at fault.
    fn is_of_the_network(&self) -> bool {
        self.is(&[What::Cut, What::PacketLoss, What::Delayed, What::LineFull, What::BulkheadFull])
    }

    /// A part is broken, or away for a while.
    fn is_broken(&self) -> bool {
        use What::*;
        self.is(&[Crashed, InstancesDied, OutOfMemory, Deployed, Resized, Stalled, DiskFull])
    }

    /// There is more to do than before.
    fn is_heavier(&self) -> bool {
        use What::*;
        self.is(&[Surge, Retries, Reloads, CacheEmptied, CacheExpired, HotShard])
    }

    fn ends(&self, wire: u32) -> (u32, u32) {
        self.parts.wires.get(wire as usize).copied().unwrap_or((u32::MAX, u32::MAX))
    }

    /// The component that the effect is about: of a wire, its callee.
    fn there(&self) -> u32 {
        match self.effect.place {
            Place::Component(index) => index,
            Place::Wire(wire) => self.ends(wire).1,
        }
    }

    fn here(&self) -> bool {
        self.cause.place == self.effect.place
    }

    fn at_callee(&self) -> bool {
        self.cause.place == Place::Component(self.there())
    }

    /// The cause is on a wire over which it calls.
    fn out_of(&self) -> bool {
        matches!(self.cause.place, Place::Wire(wire) if self.ends(wire).0 == self.there())
    }

    /// The cause is on a wire over which it is called.
    fn into(&self) -> bool {
        matches!(self.cause.place, Place::Wire(wire) if self.ends(wire).1 == self.there())
    }

    /// The cause is on a wire over which it calls, or at what it calls.
    fn below(&self) -> bool {
        match self.cause.place {
            Place::Wire(_) => self.out_of(),
            Place::Component(index) => self.parts.wires.contains(&(self.there(), index)),
        }
    }
}

/// Whether a place is (or leads to) another callee of one of a component's callers.
fn is_sibling(index: u32, place: Place, parts: &Parts) -> bool {
    let other = match place {
        Place::Component(other) => other,
        Place::Wire(wire) => parts.wires.get(wire as usize).map_or(index, |(_, to)| *to),
    };
    let callers = |of: u32| parts.wires.iter().filter(move |(_, to)| *to == of).map(|(from, _)| *from);
    other != index && callers(other).any(|caller| callers(index).any(|own| own == caller))
}

/// For each finding, the one it follows from.
pub fn links(found: &[Finding], parts: &Parts) -> Vec<Option<usize>> {
    let mut links: Vec<Option<usize>> = vec![None; found.len()];
    for (effect, finding) in found.iter().enumerate() {
        let mut best: Option<(u32, Time, usize)> = None;
        for (cause, candidate) in found.iter().enumerate() {
            if cause == effect || candidate.at > finding.at + SLACK || leads_to(&links, cause, effect) {
                continue;
            }
            let pair = Pair { effect: finding, cause: candidate, parts };
            let Some(rank) = pair.rank() else { continue };
            if best.is_none_or(|(known, at, _)| (rank, candidate.at) < (known, at)) {
                best = Some((rank, candidate.at, cause));
            }
        }
        links[effect] = best.map(|(.., cause)| cause);
    }
    links
}

/// Whether the chain of causes of `from` passes `to`.
fn leads_to(links: &[Option<usize>], from: usize, to: usize) -> bool {
    let mut next = Some(from);
    while let Some(index) = next {
        if index == to {
            return true;
        }
        next = links[index];
    }
    false
}

/// The finding that began it all: of what broke from outside, the first; otherwise more demand, or a limit.
pub fn root(found: &[Finding], links: &[Option<usize>], pain: &Range<usize>) -> Option<usize> {
    let in_time = |finding: &Finding| finding.at <= at(pain.start) + SLACK;
    let all = || found.iter().enumerate().filter(|(_, finding)| in_time(finding));
    let source = |index: usize| {
        let mut source = index;
        while let Some(next) = links[source].filter(|next| found[*next].what.role() == Role::Trigger) {
            source = next;
        }
        source
    };
    let weight = |finding: &Finding| (finding.at, finding.what);
    let first = |role: Role| {
        all().filter(|(_, finding)| finding.what.role() == role).min_by_key(|(_, finding)| weight(finding))
    };
    let trigger = first(Role::Trigger).map(|(index, _)| source(index));
    if trigger.is_some() {
        return trigger;
    }
    // A limit that was set, not built: what is behind it has room left.
    let set = |what: What| matches!(what, What::RateLimited | What::ConnectionsFull | What::BulkheadFull);
    let limits = || all().filter(|(_, finding)| finding.what.role() == Role::Limit);
    let limit = limits().min_by_key(|(_, finding)| weight(finding));
    match limit {
        Some((index, finding)) if set(finding.what) => Some(index),
        _ => first(Role::Demand).map(|(index, _)| index).filter(|_| limit.is_some()).or(limit.map(|(index, _)| index)),
    }
    .or_else(|| all().min_by_key(|(_, finding)| weight(finding)).map(|(index, _)| index))
}
