//! The dots at the playhead: sampled requests on their wires, waiting, coming back. Real ones, only slower.

use crate::design::{Design, Point};
use crate::editor::{BOX, Bezier, curve_between};
use crate::metrics::{Recording, Trip, TripSpan};
use crate::sim::{Outcome, Parts};
use crate::units::Time;

use super::journey::{Journey, Leg, Pace, answered_in_time, true_end};

/// Dots on the screen at once.
pub const DOTS_MAX: usize = 2000;
/// Trips of one block of the index.
const BLOCK: usize = 64;
/// Room between two waiting dots.
const SPACING: f64 = 10.0;
/// Waiting dots in one row under a box, and rows.
const ROW: usize = 14;
const ROWS_MAX: usize = 4;

/// How a dot looks: always both a colour and a shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DotStyle {
    /// A first attempt on its way, or waiting: a disc.
    Asking,
    /// A retry on its way, or waiting: a diamond.
    Retrying,
    /// A good answer on its way back: a small disc.
    Good,
    /// A poorer answer on its way back: a small diamond.
    Degraded,
    /// A caller gives up: a ring with a bar.
    TimedOut,
    /// Turned away, by a full waiting room, a breaker or a limit: a square.
    TurnedAway,
    /// Failed: a cross.
    Failed,
    /// Work that nobody waits for any more: a hollow disc.
    Late,
}

impl DotStyle {
    /// All styles, in the order of drawing.
    pub const ALL: [DotStyle; 8] = [
        DotStyle::Good,
        DotStyle::Asking,
        DotStyle::Retrying,
        DotStyle::Degraded,
        DotStyle::Late,
        DotStyle::TurnedAway,
        DotStyle::Failed,
        DotStyle::TimedOut,
    ];

    /// What it means, for the legend.
    pub fn word(self) -> &'static str {
        match self {
            DotStyle::Asking => "request",
            DotStyle::Retrying => "retry",
            DotStyle::Good => "answer",
            DotStyle::Degraded => "poorer answer",
            DotStyle::TimedOut => "timed out",
            DotStyle::TurnedAway => "turned away",
            DotStyle::Failed => "failed",
            DotStyle::Late => "late: nobody waits",
        }
    }

    /// How an answer with this outcome looks.
    pub fn of(outcome: Outcome) -> DotStyle {
        match outcome {
            Outcome::Ok => DotStyle::Good,
            Outcome::Degraded => DotStyle::Degraded,
            Outcome::TimedOut => DotStyle::TimedOut,
            Outcome::Refused | Outcome::Shed => DotStyle::TurnedAway,
            Outcome::Failed => DotStyle::Failed,
        }
    }
}

/// One dot.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dot {
    /// Where, in canvas pixels.
    pub at: Point,
    /// How it looks.
    pub style: DotStyle,
    /// The number of its request in the recording.
    pub trip: usize,
}

/// The dot nearest to a place, if one is within reach.
pub fn nearest(dots: &[Dot], at: Point, reach: f64) -> Option<&Dot> {
    let apart = |dot: &Dot| libm::hypot(dot.at.x - at.x, dot.at.y - at.y);
    let near = dots.iter().map(|dot| (apart(dot), dot)).filter(|(apart, _)| *apart <= reach);
    near.min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, dot)| dot)
}

/// Where the parts of a recording stand in the design that is shown; none for parts that are no longer there.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Places {
    components: Vec<Option<Point>>,
    wires: Vec<Option<(Bezier, usize)>>,
}

impl Places {
    /// The places of these parts in this design.
    pub fn of(design: &Design, parts: &Parts) -> Places {
        let components = parts.components.iter().map(|name| design.component(name).map(|component| component.at));
        let name = |index: u32| parts.components.get(index as usize).map(String::as_str);
        let wire = |&(from, to): &(u32, u32)| {
            let (caller, callee) = (name(from)?, name(to)?);
            let wire = design.wire(caller, callee)?;
            let curve = curve_between(design, caller, callee)?;
            // Messages go from the queue to the worker, however their wire is drawn.
            if design.flow(wire).0 == callee {
                let Bezier([a, b, c, d]) = curve;
                return Some((Bezier([d, c, b, a]), from as usize));
            }
            Some((curve, to as usize))
        };
        Places { components: components.collect(), wires: parts.wires.iter().map(wire).collect() }
    }
}

/// Tells which trips may be on the screen, without a look at all of them: trips in blocks, each with its last end.
#[derive(Clone, Debug, Default)]
pub struct TripIndex {
    /// When the last trip of each block ends, in truth.
    ends: Vec<Time>,
    trips: usize,
    known: Time,
}

impl TripIndex {
    /// Takes in what the recording has gained. A recording that was cut is read anew.
    pub fn refresh(&mut self, recording: &Recording) {
        let (trips, known) = (recording.trips.len(), recording.end());
        if trips < self.trips || known < self.known {
            self.ends.clear();
        }
        // The last block may have been filled up since.
        self.ends.truncate(self.trips / BLOCK);
        (self.trips, self.known) = (trips, known);
        self.ends.resize(trips.div_ceil(BLOCK), Time::MAX);
        for (end, block) in self.ends.iter_mut().zip(recording.trips.chunks(BLOCK)) {
            if *end == Time::MAX {
                *end = block.iter().map(true_end).fold(Time::ZERO, Time::max);
            }
        }
    }

    /// Forgets all: for another recording.
    pub fn reset(&mut self) {
        *self = TripIndex::default();
    }

    /// The trips that began by the playhead and may still be on the screen, the oldest first.
    fn alive<'a>(&'a self, trips: &'a [Trip], playhead: Time, pace: Pace) -> impl Iterator<Item = (usize, &'a Trip)> {
        let stretch = pace.stretch_max();
        let begun = trips.partition_point(|trip| trip.wanted <= playhead);
        let blocks = self.ends.iter().enumerate().filter(move |(_, end)| **end + stretch >= playhead);
        let numbers = blocks.flat_map(move |(block, _)| block * BLOCK..((block + 1) * BLOCK).min(begun));
        numbers.map(|number| (number, &trips[number])).filter(move |(_, trip)| {
            // Most trips are short: their ends are not stretched as far as the longest ones'.
            true_end(trip) + pace.stretch_of(trip.spans.len()) >= playhead
        })
    }
}

/// Waiting dots of each component.
type Rooms = Vec<Vec<(Time, DotStyle, usize)>>;

/// The dots at the playhead, when playing at this many simulated seconds per second.
pub fn dots_at(recording: &Recording, index: &TripIndex, places: &Places, playhead: Time, speed: f64) -> Vec<Dot> {
    let pace = Pace::at_speed(speed);
    let alive: Vec<(usize, &Trip)> = index.alive(&recording.trips, playhead, pace).collect();
    // Too many: every second, fourth … trip, so that those shown stay the same from picture to picture.
    let every = alive.len().div_ceil(DOTS_MAX).next_power_of_two().max(1);
    let mut rooms: Rooms = vec![Vec::new(); places.components.len()];
    let (mut dots, mut journey) = (Vec::new(), Journey::default());
    for (number, trip) in alive.into_iter().filter(|(number, _)| number % every == 0) {
        journey.lay(trip, &pace);
        for (span, leg) in trip.spans.iter().zip(&journey.legs) {
            if leg.sent > playhead || playhead >= leg.over {
                continue;
            }
            let Some(Some((curve, callee))) = places.wires.get(span.wire as usize) else { continue };
            match glimpse(span, leg, playhead, journey.flash, &pace) {
                Glimpse::OnWire(share, style) => dots.push(Dot { at: curve.at(share), style, trip: number }),
                Glimpse::Waiting(since, style) => rooms[*callee].push((since, style, number)),
                Glimpse::Nothing => {}
            }
        }
    }
    for (room, place) in rooms.iter_mut().zip(&places.components) {
        if let Some(place) = place {
            seat(room, *place, &mut dots);
        }
    }
    dots.truncate(DOTS_MAX);
    dots
}

/// What of a span is seen at the playhead.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Glimpse {
    /// On its wire, this share of the way from the caller.
    OnWire(f64, DotStyle),
    /// At its callee, since then.
    Waiting(Time, DotStyle),
    /// Nothing: a child of it is seen, or its end is over.
    Nothing,
}

fn glimpse(span: &TripSpan, leg: &Leg, playhead: Time, flash: Time, pace: &Pace) -> Glimpse {
    let given_up = leg.settled.is_some_and(|settled| settled <= playhead) && !answered_in_time(span);
    if given_up && leg.settled.is_some_and(|settled| playhead < settled + flash) {
        // The caller's end of the wire tells that it gave up, or was refused.
        return Glimpse::OnWire(0.04, span.settled.map_or(DotStyle::Failed, |(_, outcome)| DotStyle::of(outcome)));
    }
    let asking = match span.attempt {
        _ if given_up => DotStyle::Late,
        0 | 1 => DotStyle::Asking,
        _ => DotStyle::Retrying,
    };
    if let Some(answered) = leg.answered.filter(|answered| *answered <= playhead) {
        let until = if answered_in_time(span) { leg.settled.unwrap_or(leg.over) } else { leg.over };
        let style = match span.answered {
            _ if given_up => DotStyle::Late,
            Some((_, outcome)) => DotStyle::of(outcome),
            None => DotStyle::Good,
        };
        return Glimpse::OnWire(1.0 - progress(answered, until, playhead, pace), style);
    }
    match leg.arrived {
        Some(arrived) if arrived <= playhead => {
            let delegated = (leg.taken_up..leg.delegated).contains(&playhead);
            if delegated { Glimpse::Nothing } else { Glimpse::Waiting(arrived, asking) }
        }
        Some(arrived) => Glimpse::OnWire(progress(leg.sent, arrived, playhead, pace), asking),
        // It has not arrived, perhaps never will: half of the way is all that is sure.
        None => Glimpse::OnWire(0.5 * progress(leg.sent, Time::MAX, playhead, pace), asking),
    }
}

/// How far between two times, from 0 to 1. A way without an end is gone at the least time of a hop.
fn progress(from: Time, until: Time, playhead: Time, pace: &Pace) -> f64 {
    let span = if until == Time::MAX { pace.hop_time() } else { until.since(from) };
    let gone = playhead.since(from).as_secs_f64() / span.as_secs_f64().max(1e-9);
    gone.clamp(0.0, 1.0)
}

/// Seats waiting dots in rows under the box, in the order of their coming.
fn seat(room: &mut [(Time, DotStyle, usize)], place: Point, dots: &mut Vec<Dot>) {
    room.sort_by_key(|(since, ..)| *since);
    let corner = Point { x: place.x - BOX.x / 2.0 + 11.0, y: place.y + BOX.y / 2.0 + 10.0 };
    for (seat, (_, style, trip)) in room.iter().take(ROW * ROWS_MAX).enumerate() {
        let (column, row) = ((seat % ROW) as f64, (seat / ROW) as f64);
        let at = Point { x: corner.x + column * SPACING, y: corner.y + row * SPACING };
        dots.push(Dot { at, style: *style, trip: *trip });
    }
}
