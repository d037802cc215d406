//! Why a request failed, in a sentence: the outcome, and where.

use crate::metrics::{Trip, TripSpan};
use crate::sim::{Outcome, Parts};
use crate::units::Time;

use super::track::component;

/// An outcome in a word or two.
pub fn outcome_word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Ok => "answered",
        Outcome::Degraded => "answered less well",
        Outcome::TimedOut => "timed out",
        Outcome::Refused => "refused",
        Outcome::Shed => "turned away",
        Outcome::Failed => "failed",
    }
}

/// Why a request ended as it did; none for one that was answered well, or is under way.
pub fn reason(trip: &Trip, parts: &Parts) -> Option<String> {
    let (ended, outcome) = trip.ended.filter(|(_, outcome)| *outcome != Outcome::Ok)?;
    let found = deepest(trip, ended);
    let users = component(parts, trip.clients);
    let after = ended.since(trip.wanted).rounded();
    let attempts = trip.spans.iter().filter(|span| span.parent.is_none()).count();
    let tried = if attempts > 1 { format!(" and {attempts} attempts") } else { String::new() };
    let first = match outcome {
        Outcome::Degraded => {
            return Some(format!("A fallback answered {users} after {after}: less than they asked for."));
        }
        Outcome::TimedOut => format!("{users} gave up after {after}{tried}"),
        outcome => format!("The request of {users} was {} after {after}{tried}", passive(outcome)),
    };
    Some(match found {
        Some((span, until)) => format!("{first}: {}.", place(span, until, parts)),
        None => format!("{first}."),
    })
}

fn passive(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Failed => "answered with a failure",
        other => outcome_word(other),
    }
}

/// The deepest attempt that went wrong, or was still under way, when its callers stopped waiting; and when that was.
fn deepest(trip: &Trip, ended: Time) -> Option<(&TripSpan, Time)> {
    let (mut parent, mut until, mut found) = (None, ended, None);
    // A child has a higher number than its parent, so this comes to an end.
    loop {
        let first = parent.map_or(0, |parent: u16| usize::from(parent) + 1);
        let guilty = |span: &TripSpan| {
            let settled_well =
                |(at, outcome): (Time, Outcome)| at <= until && matches!(outcome, Outcome::Ok | Outcome::Degraded);
            span.parent == parent && span.sent <= until && !span.settled.is_some_and(settled_well)
        };
        let Some(index) = (first..trip.spans.len()).rev().find(|index| guilty(&trip.spans[*index])) else {
            return found;
        };
        let span = &trip.spans[index];
        until = span.settled.map_or(until, |(at, _)| at.min(until));
        found = Some((span, until));
        let Ok(number) = u16::try_from(index) else { return found };
        parent = Some(number);
    }
}

/// Where an attempt was at that time, and what was wrong there.
fn place(span: &TripSpan, until: Time, parts: &Parts) -> String {
    let ends = parts.wires.get(span.wire as usize).copied().unwrap_or((u32::MAX, u32::MAX));
    let (caller, callee) = (component(parts, ends.0), component(parts, ends.1));
    let by_then = |at: Option<Time>| at.filter(|at| *at <= until);
    let arrived = by_then(span.arrived.get());
    match span.settled.filter(|(at, _)| *at <= until).map(|(_, outcome)| outcome) {
        Some(Outcome::Refused) if arrived.is_some() => format!("{callee} refused it, by a limit"),
        Some(Outcome::Refused) => {
            format!("the wire from {caller} to {callee} let nothing through (breaker or bulkhead)")
        }
        Some(Outcome::Shed) => format!("the waiting room of {callee} was full"),
        Some(Outcome::Failed) if arrived.is_some() => format!("{callee} failed while it had the request"),
        Some(Outcome::Failed) => format!("{caller} could not reach {callee}"),
        _ => match arrived {
            None => format!("what {caller} sent had not come to {callee}"),
            Some(_) if by_then(span.answered.map(|(at, _)| at)).is_some() => {
                format!("the answer of {callee} to {caller} was still on its way")
            }
            Some(arrived) if by_then(span.began.get()).is_none() => {
                let waited = until.since(arrived).rounded();
                format!("the call of {caller} had waited {waited} for a place at {callee}")
            }
            Some(_) => format!("{callee} was still working for {caller}"),
        },
    }
}
