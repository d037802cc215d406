//! Why a request failed, came late, or was answered less well: from the spans of its trip, in words; and how often each
//! reason occurred in a stretch of the run, from the counters of all requests.

mod time;

use serde::{Deserialize, Serialize};

use crate::design::{Design, Kind};
use crate::metrics::{Recording, Trip, TripSpan};
use crate::sim::{BreakerState, Figure, Frame, Happening, Health, Outcome};
use crate::units::Time;

use super::Place;
use super::incident::words::{number, place as named, seconds};

/// Spans that are looked into, one below the other.
const DEPTH: usize = 40;

/// What was found: why, where, and in words.
type Found = (Why, Place, String);

macro_rules! reasons {
    ($($(#[doc = $doc:literal])+ $name:ident = $word:literal, $term:expr;)+) => {
        /// Why a request got no good answer in time.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum Why { $($(#[doc = $doc])+ $name,)+ }

        impl Why {
            /// All of them.
            pub const ALL: &'static [Why] = &[$(Why::$name),+];

            /// Its word in JSON: `room-full`.
            pub fn word(self) -> &'static str {
                match self { $(Why::$name => $word,)+ }
            }

            /// The glossary's entry about it, if there is one.
            pub fn term(self) -> Option<&'static str> {
                match self { $(Why::$name => $term,)+ }
            }
        }
    };
}

reasons! {
    /// Its caller stopped waiting.
    TimedOut = "timed-out", Some("timeout");
    /// Most of its time went by in a waiting room.
    Waited = "waited", Some("waiting-room");
    /// Most of its time went by while it was worked on.
    Worked = "worked", Some("service-time");
    /// Most of its time went by on the way.
    Travelled = "travelled", Some("latency");
    /// Most of its time went by in pauses before retries.
    Paused = "paused", Some("backoff");
    /// It got lost on the way.
    Lost = "lost", Some("packet-loss");
    /// It waited for a free place in a bulkhead.
    WaitedForBulkhead = "waited-for-bulkhead", Some("bulkhead");
    /// A waiting room had no place left, or let nobody like it in.
    RoomFull = "room-full", Some("load-shedding");
    /// All connections of a database were in use.
    NoConnection = "no-connection", Some("connection-pool");
    /// A breaker was open.
    BreakerOpen = "breaker-open", Some("breaker");
    /// A bulkhead was full.
    BulkheadFull = "bulkhead-full", Some("bulkhead");
    /// Our own rate limit.
    RateLimited = "rate-limited", Some("rate-limit");
    /// A third party's rate limit.
    ThirdPartyLimit = "third-party-limit", Some("rate-limit");
    /// A filter, or a check of who asks, turned it away.
    TurnedAway = "turned-away", None;
    /// The component was dead when it came.
    Dead = "dead", None;
    /// The component died while it worked on it.
    DiedAtWork = "died-at-work", None;
    /// The part, or the way to it, was taken out of the design.
    Gone = "gone", None;
    /// No backend was left to send it to.
    NoBackend = "no-backend", Some("health-check");
    /// Nothing is wired that could do what it asks for.
    NoRoute = "no-route", None;
    /// The disk was full.
    DiskFull = "disk-full", None;
    /// Writes were not taken: no primary, or too few replicas.
    NoPrimary = "no-primary", Some("failover");
    /// A lock had passed to somebody else.
    LockLost = "lock-lost", Some("fencing");
    /// What it is about fails every time.
    Poison = "poison", Some("poison-message");
    /// A queue was full.
    QueueFull = "queue-full", Some("back-pressure");
}

/// Why one request went wrong.
#[derive(Clone, Debug, PartialEq)]
pub struct Reason {
    /// The kind of reason.
    pub why: Why,
    /// Where.
    pub place: Place,
    /// The whole of it, as a sentence without its full stop.
    pub words: String,
}

/// Why a trip failed, was answered less well, or (of one answered well) what took most of its time; none while under way.
pub fn reason(recording: &Recording, design: &Design, trip: &Trip) -> Option<Reason> {
    let (ended, outcome) = trip.ended?;
    let look = Look { recording, design, trip, until: ended };
    let own = || trip.spans.iter().enumerate().filter(|(_, span)| span.parent.is_none());
    let last = own().rfind(|(_, span)| span.sent <= ended);
    let (why, place, detail) = match (last, outcome) {
        (None, _) => (Why::NoRoute, Place::Component(trip.clients), "nothing is wired that it could ask".to_owned()),
        (Some(_), Outcome::TimedOut | Outcome::Ok) => look.time(own().map(|(index, _)| index).collect()),
        (Some((index, _)), Outcome::Degraded) => look.fallback().unwrap_or_else(|| look.span(index, DEPTH)),
        (Some((index, _)), _) => look.span(index, DEPTH),
    };
    let took = seconds(ended.since(trip.wanted).as_secs_f64());
    let words = match outcome {
        Outcome::Ok => format!("took {took}: {detail}"),
        Outcome::Degraded => format!("answered less well after {took}: {detail}"),
        Outcome::TimedOut => format!("given up on after {took}: {detail}"),
        Outcome::Refused => format!("refused: {detail}"),
        Outcome::Shed => format!("turned away: {detail}"),
        Outcome::Failed => format!("failed: {detail}"),
    };
    Some(Reason { why, place, words })
}

/// One trip, looked at.
struct Look<'a> {
    recording: &'a Recording,
    design: &'a Design,
    trip: &'a Trip,
    until: Time,
}

impl Look<'_> {
    fn name(&self, place: Place) -> String {
        named(place, &self.recording.parts)
    }

    fn callee(&self, span: &TripSpan) -> u32 {
        self.recording.parts.wires.get(span.wire as usize).map_or(0, |(_, to)| *to)
    }

    fn kind(&self, index: u32) -> Option<&Kind> {
        let name = self.recording.parts.components.get(index as usize)?;
        self.design.component(name).map(|component| &component.kind)
    }

    /// The frame in which something happened.
    fn frame(&self, at: Time) -> Option<&Frame> {
        let index = (at.0 / crate::sim::FRAME.0) as usize;
        self.recording.frames.get(index).or(self.recording.frames.last())
    }

    fn children(&self, index: usize) -> impl DoubleEndedIterator<Item = (usize, &TripSpan)> {
        let spans = self.trip.spans.iter().enumerate();
        spans.filter(move |(_, span)| span.parent == Some(index as u16))
    }

    /// Why a span ended as it did.
    fn span(&self, index: usize, depth: usize) -> Found {
        let span = &self.trip.spans[index];
        let answered = span.answered.filter(|(at, _)| *at <= self.until);
        let outcome = match (span.settled, answered) {
            (Some((_, outcome)), _) | (None, Some((_, outcome))) => outcome,
            (None, None) => Outcome::TimedOut,
        };
        if outcome == Outcome::TimedOut {
            return self.time(vec![index]);
        }
        if answered.is_none() {
            return self.not_sent(span);
        }
        // What a call that failed in the same way has passed on. The last one decides.
        let passed = self.children(index).rev().find(|(_, child)| child.settled.is_some_and(|(_, of)| of == outcome));
        let any = || {
            let bad =
                |child: &TripSpan| child.settled.is_some_and(|(_, of)| !matches!(of, Outcome::Ok | Outcome::Degraded));
            self.children(index).rev().find(|(_, child)| bad(child))
        };
        let below = match outcome {
            Outcome::Failed if self.died(span).is_some() => None,
            _ => passed.or_else(any),
        };
        match below {
            Some((child, _)) if depth > 0 => self.span(child, depth - 1),
            _ => self.own(span, outcome),
        }
    }

    /// A span that settled badly before the callee had it.
    fn not_sent(&self, span: &TripSpan) -> Found {
        let place = Place::Wire(span.wire);
        let name = self.name(place);
        let at = span.settled.map_or(span.sent, |(at, _)| at);
        let wire = self.frame(at).and_then(|frame| frame.wires.get(span.wire as usize));
        let opened = || {
            let log = self.recording.log.iter().rev().find(|entry| {
                entry.at <= at
                    && matches!(entry.what, Happening::BreakerOpened(of) | Happening::BreakerClosed(of) if of == span.wire)
            });
            log.is_some_and(|entry| matches!(entry.what, Happening::BreakerOpened(_)))
        };
        if opened() || wire.is_some_and(|wire| wire.breaker != BreakerState::Closed) {
            return (Why::BreakerOpen, place, format!("the breaker {name} was open"));
        }
        match self.policy(span.wire).and_then(|policy| policy.bulkhead) {
            Some(most) => (Why::BulkheadFull, place, format!("the bulkhead {name} was full ({most} calls at once)")),
            None => (Why::Gone, place, format!("{name} was taken out of the design")),
        }
    }

    fn policy(&self, wire: u32) -> Option<&crate::design::CallPolicy> {
        let parts = &self.recording.parts;
        let (from, to) = *parts.wires.get(wire as usize)?;
        let name = |index: u32| parts.components[index as usize].as_str();
        self.design.wire(name(from), name(to)).map(|wire| &wire.policy)
    }

    /// Whether the callee died while the span was there, or was dead when it came.
    fn died(&self, span: &TripSpan) -> Option<Found> {
        let index = self.callee(span);
        let (arrived, answered) = (span.arrived.get()?, span.answered?.0);
        let (place, name) = (Place::Component(index), self.name(Place::Component(index)));
        let fell = self.recording.log.iter().any(|entry| {
            let dies = matches!(entry.what, Happening::Crashed(of) | Happening::OutOfMemory(of) | Happening::InstancesDied(of, _)
                | Happening::Resizing(of) if of == index);
            dies && entry.at >= arrived && entry.at <= answered
        });
        let at_once = answered == arrived;
        if fell && !at_once {
            return Some((Why::DiedAtWork, place, format!("{name} died while it worked on it")));
        }
        let health =
            |at: Time| self.frame(at).and_then(|frame| frame.components.get(index as usize)).map(|part| part.health);
        // A frame tells how it is at its end; the one before tells how it began.
        let before = Time(arrived.0.saturating_sub(crate::sim::FRAME.0));
        let dead = |health: Option<Health>| matches!(health, Some(Health::Down | Health::Booting));
        let gone = health(arrived) == Some(Health::Gone);
        if at_once && gone {
            return Some((Why::Gone, place, format!("{name} was taken out of the design")));
        }
        let all = at_once && (dead(health(arrived)) || dead(health(before)) || fell);
        all.then(|| (Why::Dead, place, format!("{name} was down")))
    }

    /// A span that the callee itself answered badly.
    fn own(&self, span: &TripSpan, outcome: Outcome) -> Found {
        let index = self.callee(span);
        let (place, name) = (Place::Component(index), self.name(Place::Component(index)));
        let at = span.answered.map_or(span.sent, |(at, _)| at);
        let part = self.frame(at).and_then(|frame| frame.components.get(index as usize));
        let figure = |figure| part.and_then(|part| part.figure(figure)).unwrap_or(0.0);
        let capacity = part.map_or(0.0, |part| f64::from(part.capacity));
        match (outcome, self.kind(index)) {
            (Outcome::Shed, Some(Kind::Database(database))) => {
                let words =
                    format!("all {} connections of {name} were in use", number(f64::from(database.connections)));
                (Why::NoConnection, place, words)
            }
            (Outcome::Shed, Some(Kind::Queue(_))) => {
                (Why::QueueFull, place, format!("{name} was full ({} messages)", number(capacity)))
            }
            (Outcome::Shed, _) => {
                let words = format!("the waiting room of {name} had no place for it ({} places)", number(capacity));
                (Why::RoomFull, place, words)
            }
            (Outcome::Refused, Some(Kind::External(_))) => {
                (Why::ThirdPartyLimit, place, format!("{name} takes no more than its rate limit"))
            }
            (Outcome::Refused, _) if figure(Figure::Limited) > 0.0 => {
                (Why::RateLimited, place, format!("the rate limit of {name} was reached"))
            }
            (Outcome::Refused, _) => (Why::TurnedAway, place, format!("{name} does not let such requests in")),
            _ => self.died(span).unwrap_or_else(|| self.failure(index, span)),
        }
    }

    /// A component that is up has answered with a failure of its own.
    fn failure(&self, index: u32, span: &TripSpan) -> Found {
        let (place, name) = (Place::Component(index), self.name(Place::Component(index)));
        let poison =
            self.design.classes.get(usize::from(self.trip.class)).is_some_and(|class| class.cost.poison.0 > 0.0);
        let at = span.answered.map_or(span.sent, |(at, _)| at);
        let full = self.recording.log.iter().any(|entry| entry.what == Happening::DiskFull(index) && entry.at <= at);
        match self.kind(index) {
            Some(Kind::Database(_)) if full => (Why::DiskFull, place, format!("the disk of {name} was full")),
            Some(Kind::Database(database)) if database.quorum.is_some() => (
                Why::NoPrimary,
                place,
                format!("{name} could not do it: a cluster without a leader has no transactions"),
            ),
            Some(Kind::Database(_)) => {
                (Why::NoPrimary, place, format!("{name} took no writes: it is not the primary, or was dropped by it"))
            }
            Some(Kind::Queue(_)) => {
                (Why::NoPrimary, place, format!("{name} had too few nodes in sync to keep it safely, and refused it"))
            }
            Some(Kind::LoadBalancer(_) | Kind::Dns(_)) => {
                (Why::NoBackend, place, format!("{name} had no backend left to send it to"))
            }
            Some(Kind::LockService(_)) => {
                (Why::LockLost, place, format!("{name} did not give the lock, or had given it on"))
            }
            Some(Kind::Worker(_)) => (Why::Poison, place, format!("what it is about fails every time at {name}")),
            Some(kind) if kind.server().is_some() && poison && self.children(0).next().is_none() => {
                (Why::Poison, place, format!("what it is about fails every time at {name}"))
            }
            Some(kind) if kind.server().is_some_and(|server| server.instances > 1 || server.autoscale.is_some()) => {
                (Why::NoBackend, place, format!("no instance of {name} was there to serve it"))
            }
            None => (Why::Gone, place, format!("{name} was taken out of the design")),
            _ => (Why::NoRoute, place, format!("{name} is wired to nothing that can do what it asks for")),
        }
    }

    /// A call that failed and was answered by a fallback.
    fn fallback(&self) -> Option<Found> {
        let bad = |span: &TripSpan| span.settled.is_some_and(|(_, of)| !matches!(of, Outcome::Ok | Outcome::Degraded));
        let covers = |span: &TripSpan| self.policy(span.wire).is_some_and(|policy| policy.fallback);
        let spans = self.trip.spans.iter().enumerate().rev();
        let (index, span) = spans.into_iter().find(|(_, span)| bad(span) && covers(span))?;
        let (why, place, detail) = self.span(index, DEPTH);
        Some((why, place, format!("the fallback of {} answered, for {detail}", self.name(Place::Wire(span.wire)))))
    }
}
