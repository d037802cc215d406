//! A trip stretched for the eye. In truth a hop takes milliseconds; on the screen each takes at least a readable time.
//! Nothing is ever shown before it truly happened, nor out of order, and the stretch of a whole trip is bounded.

use crate::metrics::{Trip, TripSpan};
use crate::sim::Outcome;
use crate::units::Time;

/// The least time of a hop on the screen.
const HOP_S: f64 = 0.25;
/// The least time of work on the screen.
const WORK_S: f64 = 0.08;
/// How long a flash (a caller gives up, a breaker refuses) stays on the screen.
const FLASH_S: f64 = 0.4;
/// The longest that all hops and work of one trip may be stretched to on the screen, together.
const STRETCH_S: f64 = 4.0;
/// How long a request that nobody waits for is shown where its end is not known (its callee may have died).
const FORGOTTEN: Time = Time(10_000_000_000);

/// Least times in simulated time, for one speed of play.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pace {
    hop: f64,
    work: f64,
    flash: f64,
    stretch: f64,
}

impl Pace {
    /// The pace at this many simulated seconds per second.
    pub fn at_speed(speed: f64) -> Pace {
        let speed = speed.clamp(1e-6, 1e6);
        Pace { hop: HOP_S * speed, work: WORK_S * speed, flash: FLASH_S * speed, stretch: STRETCH_S * speed }
    }

    /// How much later than in truth the end of a trip may be shown.
    pub fn stretch_max(&self) -> Time {
        Time::from_secs_f64(self.stretch + self.flash)
    }

    /// How much later than in truth the end of a trip of so many spans may be shown.
    pub fn stretch_of(&self, spans: usize) -> Time {
        Time::from_secs_f64(self.whole(spans).min(self.stretch) + self.flash)
    }

    /// The least time of all hops and work of so many spans.
    fn whole(&self, spans: usize) -> f64 {
        spans as f64 * (2.0 * self.hop + self.work)
    }

    /// The least time of a hop.
    pub fn hop_time(&self) -> Time {
        Time::from_secs_f64(self.hop)
    }

    /// The pace for a trip of so many spans: shorter hops for long trips, so that the whole stretch stays bounded.
    fn shared_by(&self, spans: usize) -> Pace {
        let whole = self.whole(spans);
        let share = if whole > self.stretch { self.stretch / whole } else { 1.0 };
        Pace { hop: self.hop * share, work: self.work * share, ..*self }
    }
}

/// When a span's events are shown. Each is at or after the truth.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Leg {
    /// It leaves the caller.
    pub sent: Time,
    /// It reaches the callee.
    pub arrived: Option<Time>,
    /// The callee starts on it.
    pub began: Option<Time>,
    /// The answer leaves the callee.
    pub answered: Option<Time>,
    /// The caller has the answer, or has given up.
    pub settled: Option<Time>,
    /// It is over for the eye; [`Time::MAX`] while its end is not known.
    pub over: Time,
    /// The callee takes it up: starts on it, or passes it on without work of its own.
    pub taken_up: Time,
    /// Until when a child of it is shown in its place.
    pub delegated: Time,
}

/// A trip's legs, one for each of its spans.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Journey {
    /// The legs.
    pub legs: Vec<Leg>,
    /// How long a flash stays.
    pub flash: Time,
}

impl Journey {
    /// Lays out the trip at this pace into this journey, whose memory is used again.
    pub fn lay(&mut self, trip: &Trip, pace: &Pace) {
        let pace = pace.shared_by(trip.spans.len());
        self.flash = Time::from_secs_f64(pace.flash);
        self.legs.clear();
        self.legs.resize(trip.spans.len(), Leg::default());
        // A user's attempts follow each other. A child has a higher number than its parent.
        self.follow(trip, None, trip.wanted, &pace);
    }

    /// Lays out the children of a span one after the other (those sent while another is under way, beside it). Gives
    /// the time when the last of them is settled.
    fn follow(&mut self, trip: &Trip, parent: Option<u16>, from: Time, pace: &Pace) -> Time {
        let first = parent.map_or(0, |parent| usize::from(parent) + 1);
        let (mut latest, mut true_latest) = (from, Time::ZERO);
        for index in first..trip.spans.len() {
            let span = &trip.spans[index];
            if span.parent != parent {
                continue;
            }
            let floor = if span.sent >= true_latest { latest } else { from };
            let settled = self.lay_span(trip, index, floor, pace);
            // What is sent after its parent has answered is done later, for a queue: the parent does not wait for it.
            let answered = parent.and_then(|parent| trip.spans.get(usize::from(parent))?.answered);
            if answered.is_some_and(|(at, _)| span.sent >= at && span.settled.is_none_or(|(settled, _)| settled > at)) {
                continue;
            }
            latest = latest.max(settled);
            true_latest = true_latest.max(span.settled.map_or(Time::ZERO, |(at, _)| at));
        }
        latest
    }

    fn lay_span(&mut self, trip: &Trip, index: usize, floor: Time, pace: &Pace) -> Time {
        let span = &trip.spans[index];
        let (hop, work) = (Time::from_secs_f64(pace.hop), Time::from_secs_f64(pace.work));
        let mut leg = Leg { sent: span.sent.max(floor), ..Leg::default() };
        leg.arrived = span.arrived.get().map(|at| at.max(leg.sent + hop));
        leg.began = span.began.get().zip(leg.arrived).map(|(at, arrived)| at.max(arrived));
        leg.taken_up = leg.began.or(leg.arrived).unwrap_or(leg.sent);
        leg.delegated =
            u16::try_from(index).map_or(leg.taken_up, |number| self.follow(trip, Some(number), leg.taken_up, pace));
        let worked = leg.began.map_or(leg.taken_up, |began| began + work).max(leg.delegated);
        leg.answered = span.answered.map(|(at, _)| at.max(worked));
        leg.settled = span.settled.map(|(at, _)| match (leg.answered, answered_in_time(span)) {
            (Some(answered), true) => at.max(answered + hop),
            _ => at.max(leg.sent),
        });
        leg.over = over(span, &leg, hop, Time::from_secs_f64(pace.flash));
        self.legs[index] = leg;
        // A caller that waits for ever keeps its parent waiting too.
        leg.settled.unwrap_or(leg.over)
    }
}

/// Whether the caller settled on the callee's answer, rather than before it.
pub fn answered_in_time(span: &TripSpan) -> bool {
    match (span.answered, span.settled) {
        (Some((answered, _)), Some((settled, outcome))) => answered <= settled && outcome != Outcome::TimedOut,
        _ => false,
    }
}

/// When a span is over for the eye.
fn over(span: &TripSpan, leg: &Leg, hop: Time, flash: Time) -> Time {
    let Some(settled) = leg.settled else { return Time::MAX };
    if answered_in_time(span) {
        return settled;
    }
    if let Some(answered) = leg.answered {
        // Late: the answer travels back to nobody.
        let back = answered + hop;
        return span.late.get().map_or(back, |at| at.max(back)).max(settled + flash);
    }
    match span.settled {
        Some((_, Outcome::TimedOut)) if leg.arrived.is_some() => settled + FORGOTTEN.max(flash),
        _ => settled + flash,
    }
}

/// When the last span of a trip is over in truth, as far as it is shown; [`Time::MAX`] while that is not known.
pub fn true_end(trip: &Trip) -> Time {
    let end = |span: &TripSpan| match (span.settled, span.answered) {
        (None, _) => Time::MAX,
        (Some((settled, _)), Some((answered, _))) => settled.max(answered).max(span.late.get().unwrap_or_default()),
        (Some((settled, Outcome::TimedOut)), None) => settled + FORGOTTEN,
        (Some((settled, _)), None) => settled,
    };
    let unfinished = if trip.ended.is_none() { Time::MAX } else { trip.wanted };
    trip.spans.iter().map(end).fold(unfinished, Time::max)
}
