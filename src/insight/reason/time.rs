//! Where the time of a request went: the way, the wait, the work, and what it called.

use crate::units::Time;

use super::{DEPTH, Found, Look, Place, Why};
use crate::insight::incident::words::{number, seconds};

/// Where time went by.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
struct Share {
    seconds: f64,
    why: Why,
    place: Place,
}

impl Look<'_> {
    /// Where the time of these spans went.
    pub(super) fn time(&self, spans: Vec<usize>) -> Found {
        let mut shares: Vec<Share> = Vec::new();
        let from = spans.first().map_or(self.trip.wanted, |first| self.trip.spans[*first].sent);
        for (number, index) in spans.iter().enumerate() {
            let span = &self.trip.spans[*index];
            let end = span.settled.map_or(self.until, |(at, _)| at).min(self.until);
            if number > 0 {
                let before = &self.trip.spans[spans[number - 1]];
                let pause = span.sent.since(before.settled.map_or(span.sent, |(at, _)| at));
                put(&mut shares, pause, Why::Paused, Place::Wire(span.wire));
            }
            self.divide(*index, end, DEPTH, &mut shares);
        }
        let whole = shares.iter().map(|share| share.seconds).sum::<f64>();
        let most = shares.iter().copied().fold(None, |most: Option<Share>, share| match most {
            Some(most) if most.seconds >= share.seconds => Some(most),
            _ => Some(share),
        });
        let fallback = Place::Wire(spans.first().map_or(0, |first| self.trip.spans[*first].wire));
        match most {
            Some(share) => (share.why, share.place, self.told(share, whole, from)),
            None => (Why::Travelled, fallback, "the caller had no time left to wait".to_owned()),
        }
    }

    fn told(&self, share: Share, whole: f64, from: Time) -> String {
        let (name, time) = (self.name(share.place), seconds(share.seconds));
        let of = if whole > 1.05 * share.seconds { format!("{time} of {}", seconds(whole)) } else { time };
        match share.why {
            Why::Waited => match self.room(share.place, from) {
                Some(room) => format!("{of} waiting at {name} ({room})"),
                None => format!("{of} waiting at {name}"),
            },
            Why::Worked if self.is_busy(share.place, from) => {
                format!("{of} being worked on, or waiting for its turn, at {name}, which was busy all the time")
            }
            Why::Worked => format!("{of} being worked on at {name}"),
            Why::Travelled => format!("{of} on the way {name}"),
            Why::Paused => format!("{of} in pauses before trying {name} again"),
            Why::WaitedForBulkhead => format!("{of} waiting for a free place in the bulkhead {name}"),
            _ => format!("it got lost on the way {name}; {of} went by until the caller gave up"),
        }
    }

    /// Whether all servers of a component were busy, around this time.
    fn is_busy(&self, place: Place, at: Time) -> bool {
        let Place::Component(index) = place else { return false };
        let part = self.frame(at).and_then(|frame| frame.components.get(index as usize));
        part.is_some_and(|part| part.servers > 0.0 && part.busy > 0.95 * part.servers)
    }

    /// How full the waiting room was.
    fn room(&self, place: Place, at: Time) -> Option<String> {
        let Place::Component(index) = place else { return None };
        let part = self.frame(at)?.components.get(index as usize)?;
        let waiting = number(f64::from(part.waiting));
        let room = if part.capacity > 0.0 {
            format!("{waiting} of {} places taken", number(f64::from(part.capacity)))
        } else {
            format!("{waiting} waiting")
        };
        Some(room)
    }

    /// Divides a span's time up to `end`: the way, the wait, what its own calls took, and the work.
    fn divide(&self, index: usize, end: Time, depth: usize, shares: &mut Vec<Share>) {
        let span = &self.trip.spans[index];
        let callee = Place::Component(self.callee(span));
        let Some(arrived) = span.arrived.get().filter(|arrived| *arrived <= end) else {
            let queued =
                self.policy(span.wire).is_some_and(|policy| policy.bulkhead.is_some_and(|_| policy.bulkhead_queue > 0));
            let why = match span.arrived.get() {
                Some(_) if queued => Why::WaitedForBulkhead,
                Some(_) => Why::Travelled,
                None if queued && span.answered.is_none() => Why::WaitedForBulkhead,
                None => Why::Lost,
            };
            return put(shares, end.since(span.sent), why, Place::Wire(span.wire));
        };
        let done = span.answered.map_or(end, |(at, _)| at).min(end);
        put(shares, arrived.since(span.sent) + end.since(done), Why::Travelled, Place::Wire(span.wire));
        // Who never waits for a slot begins with its first call.
        let first_call = self.children(index).map(|(_, child)| child.sent).next();
        let began = span.began.get().or(first_call).map_or(done, |began| began.min(done));
        put(shares, began.since(arrived), Why::Waited, callee);
        let mut elsewhere = Time::ZERO;
        let mut covered = began;
        for (child, span) in self.children(index) {
            let over = span.settled.map_or(done, |(at, _)| at).min(done);
            let (from, over) = (span.sent.max(covered), over);
            if over <= from {
                continue;
            }
            elsewhere += over.since(from);
            covered = over;
            match depth {
                0 => put(shares, over.since(from), Why::Worked, callee),
                _ => self.divide(child, over, depth - 1, shares),
            }
        }
        put(shares, done.since(began).since(elsewhere), Why::Worked, callee);
    }
}

fn put(shares: &mut Vec<Share>, time: Time, why: Why, place: Place) {
    let seconds = time.as_secs_f64();
    if seconds == 0.0 {
        return;
    }
    match shares.iter_mut().find(|share| (share.why, share.place) == (why, place)) {
        Some(share) => share.seconds += seconds,
        None => shares.push(Share { seconds, why, place }),
    }
}
