//! Which finding follows from which: along the wires, from callee to caller and from caller to callee.

use std::ops::Range;

use crate::sim::Parts;
use crate::units::Time;

use super::digest::at;
use super::findings::Finding;
use super::what::{Place, Role, What};

/// What shows in whole seconds may have begun this much later than what follows from it.
const SLACK: Time = Time::from_secs(2);

/// Whether one finding may follow from another, by what they are and where; the less the number, the better the reason.
fn follows(effect: &Finding, cause: &Finding, parts: &Parts) -> Option<u32> {
    use What::*;
    let calls = |wire: u32| parts.wires.get(wire as usize).copied();
    // The component that an effect is about: of a wire, its callee.
    let there = match effect.place {
        Place::Component(index) => index,
        Place::Wire(wire) => calls(wire)?.1,
    };
    let here = cause.place == effect.place;
    let at_callee = cause.place == Place::Component(there);
    let out_of =
        |place: Place| matches!(place, Place::Wire(wire) if calls(wire).is_some_and(|(from, _)| from == there));
    let into = |place: Place| matches!(place, Place::Wire(wire) if calls(wire).is_some_and(|(_, to)| to == there));
    let below = |place: Place| match place {
        Place::Wire(_) => out_of(place),
        Place::Component(index) => parts.wires.contains(&(there, index)),
    };
    let network = matches!(cause.what, Cut | PacketLoss | Delayed | LineFull | BulkheadFull);
    let broken =
        matches!(cause.what, Crashed | InstancesDied | OutOfMemory | Deployed | Resized | Stalled | DiskFull | Failing);
    let heavier = matches!(cause.what, Surge | Retries | Reloads | CacheEmptied | CacheExpired | HotShard);
    match effect.what {
        OutOfMemory if here && cause.what == MemoryLeak => Some(0),
        OutOfMemory if here && cause.what == QueueGrew => Some(1),
        OutOfMemory if heavier => Some(3),
        Slowed if here && matches!(cause.what, Deployed | InstancesDied) => Some(0),
        Crashed if here && cause.what == OutOfMemory => Some(0),
        Saturated | DiskBusy | LockContention | ConnectionsFull | RateLimited | LineFull | BulkheadFull => match () {
            () if here && matches!(cause.what, Slowed | LockContention | DiskBusy) => Some(0),
            () if here && broken => Some(1),
            () if matches!(cause.what, CacheEmptied | CacheExpired | HotShard) => Some(2),
            () if matches!(cause.what, Crashed | InstancesDied | TakenOut | OutOfMemory)
                && is_sibling(there, cause.place, parts) =>
            {
                Some(2)
            }
            () if cause.what == Surge => Some(3),
            () if matches!(cause.what, Retries | Reloads) && (into(cause.place) || cause.what == Reloads) => Some(4),
            () if matches!(cause.what, Delayed | Slowed) && below(cause.place) => Some(5),
            () => None,
        },
        SlotsHeld => match () {
            () if out_of(cause.place) && network => Some(0),
            () if below(cause.place)
                && (broken
                    || matches!(
                        cause.what,
                        Slowed | Saturated | ConnectionsFull | LockContention | DiskBusy | SlotsHeld | QueueGrew
                    )) =>
            {
                Some(1)
            }
            () if here && cause.what == Surge => Some(4),
            () if cause.what == Surge => Some(5),
            () => None,
        },
        QueueGrew => match () {
            () if here
                && (broken
                    || matches!(
                        cause.what,
                        Slowed | Saturated | SlotsHeld | ConnectionsFull | DiskBusy | LockContention
                    )) =>
            {
                Some(0)
            }
            () if below(cause.place)
                && (broken || matches!(cause.what, Saturated | Slowed | SlotsHeld | Poison | QueueGrew)) =>
            {
                Some(1)
            }
            () if network && out_of(cause.place) => Some(1),
            () if here && cause.what == Poison => Some(1),
            () if heavier => Some(3),
            () => None,
        },
        Overflowed if here && matches!(cause.what, QueueGrew | SlotsHeld | ConnectionsFull | Saturated) => Some(0),
        Poison if here && cause.what == QueueGrew => None,
        TimedOut | CallsFail | BreakerOpened | TakenOut => match () {
            () if here
                && matches!(effect.what, BreakerOpened | TakenOut)
                && matches!(cause.what, TimedOut | CallsFail) =>
            {
                Some(0)
            }
            () if here && network => Some(0),
            () if at_callee && (broken || network) => Some(0),
            () if at_callee && effect.what == CallsFail && matches!(cause.what, Overflowed | RateLimited | Poison) => {
                Some(0)
            }
            () if out_of(cause.place) && matches!(cause.what, TimedOut | CallsFail | BreakerOpened | BulkheadFull) => {
                Some(1)
            }
            () if at_callee && matches!(cause.what, QueueGrew | SlotsHeld | ConnectionsFull | LockContention) => {
                Some(2)
            }
            () if at_callee && matches!(cause.what, Slowed | Saturated | DiskBusy) => Some(2),
            () if below(cause.place) && (broken || matches!(cause.what, Slowed | Saturated | QueueGrew)) => Some(4),
            () => None,
        },
        Retries if here && matches!(cause.what, TimedOut | CallsFail) => Some(0),
        Retries if here && cause.what == BreakerOpened => Some(1),
        Reloads => match () {
            () if out_of(cause.place) && matches!(cause.what, TimedOut | CallsFail) => Some(0),
            () if below(cause.place)
                && matches!(cause.what, QueueGrew | SlotsHeld | Saturated | Stalled | Slowed | Crashed) =>
            {
                Some(1)
            }
            () if cause.what.role() != Role::Effect && cause.what != Surge => Some(5),
            () => None,
        },
        _ => None,
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
            let Some(rank) = follows(finding, candidate, parts) else { continue };
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
