//! A request opened: its attempts as nested bars, cut by what each moment was spent on. A trip in, bars out.

use crate::metrics::{Trip, TripSpan};
use crate::sim::{Outcome, Parts};
use crate::units::Time;

use super::journey::answered_in_time;
use super::reason::outcome_word;

/// What a stretch of an attempt was spent on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The request travels to its callee.
    Out,
    /// It waits at the callee for a place.
    Waiting,
    /// The callee serves it, its own calls included.
    Service,
    /// The answer travels back.
    Back,
    /// Nothing comes: it was lost, or refused before it left.
    Silence,
}

impl Stage {
    /// All of them, in the order in which they come.
    pub const ALL: [Stage; 5] = [Stage::Out, Stage::Waiting, Stage::Service, Stage::Back, Stage::Silence];

    /// For legends and columns.
    pub fn word(self) -> &'static str {
        match self {
            Stage::Out => "network out",
            Stage::Waiting => "waiting",
            Stage::Service => "service",
            Stage::Back => "network back",
            Stage::Silence => "no answer",
        }
    }

    /// A short name for style sheets.
    pub fn id(self) -> &'static str {
        match self {
            Stage::Out => "out",
            Stage::Waiting => "waiting",
            Stage::Service => "service",
            Stage::Back => "back",
            Stage::Silence => "silence",
        }
    }
}

/// A stretch of a bar.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Segment {
    /// What it was spent on.
    pub stage: Stage,
    /// Its start.
    pub from: Time,
    /// Its end.
    pub to: Time,
    /// The caller, or somebody it works for, had already stopped waiting: this was done for nobody.
    pub nobody: bool,
}

/// One attempt.
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    /// How deep it is nested; an attempt of the user's own is 0.
    pub depth: usize,
    /// Who called.
    pub caller: String,
    /// Whom.
    pub callee: String,
    /// The first attempt is 1.
    pub attempt: u16,
    /// When it left its caller.
    pub sent: Time,
    /// When and how it ended for its caller; none while the caller waits.
    pub settled: Option<(Time, Outcome)>,
    /// What happened to it, each with its name, in order of time.
    pub moments: Vec<(Time, &'static str)>,
    /// Its stretches, in order of time, without gaps.
    pub segments: Vec<Segment>,
    /// Its end is not known (yet): the last stretch goes on.
    pub open: bool,
}

/// A request with all attempts made for it.
#[derive(Clone, Debug, PartialEq)]
pub struct Waterfall {
    /// When the user wanted it: the left edge.
    pub from: Time,
    /// The right edge.
    pub to: Time,
    /// The users.
    pub clients: String,
    /// The request class.
    pub class: String,
    /// When and how it ended for the user; none while under way.
    pub ended: Option<(Time, Outcome)>,
    /// The attempts: each above those that were made for it, in the order they were sent.
    pub bars: Vec<Bar>,
}

impl Waterfall {
    /// The waterfall of a trip, of which all is known up to `known`.
    pub fn of(trip: &Trip, parts: &Parts, known: Time) -> Waterfall {
        let to = edge(trip, known);
        let mut bars = Vec::with_capacity(trip.spans.len());
        nest(trip, parts, None, &Above { depth: 0, given_up: None, until: to }, &mut bars);
        Waterfall {
            from: trip.wanted,
            to,
            clients: component(parts, trip.clients),
            class: parts.classes.get(usize::from(trip.class)).cloned().unwrap_or_default(),
            ended: trip.ended,
            bars,
        }
    }

    /// A time's place across it: 0 is the left edge, 1 the right one.
    pub fn across(&self, at: Time) -> f64 {
        let whole = self.to.since(self.from).as_secs_f64();
        (at.since(self.from).as_secs_f64() / whole.max(1e-12)).min(1.0)
    }

    /// Times after its start as people write them: `+340 ms`.
    pub fn after_start(&self, at: Time) -> String {
        format!("+{}", at.since(self.from).rounded())
    }

    /// A few round marks on its time axis: places across, and what they say.
    pub fn ticks(&self) -> Vec<(f64, String)> {
        let whole = self.to.since(self.from).as_secs_f64();
        let step = crate::units::nice_step(whole / 5.0);
        let count = (whole / step + 1e-9).floor() as u32;
        (0..=count)
            .map(|number| f64::from(number) * step)
            .map(|at| (at / whole.max(1e-12), format!("+{}", Time::from_secs_f64(at).rounded())))
            .collect()
    }
}

impl Bar {
    /// How long it spent on this, for its caller or for nobody.
    pub fn spent(&self, stage: Stage, nobody: bool) -> Time {
        let of = self.segments.iter().filter(|segment| segment.stage == stage && segment.nobody == nobody);
        of.fold(Time::ZERO, |sum, segment| sum + segment.to.since(segment.from))
    }

    /// How long it was worked for, or carried, when nobody waited any more.
    pub fn for_nobody(&self) -> Time {
        Stage::ALL.iter().fold(Time::ZERO, |sum, stage| sum + self.spent(*stage, true))
    }

    /// How long its caller waited, if that is over.
    pub fn took(&self) -> Option<Time> {
        self.settled.map(|(at, _)| at.since(self.sent))
    }

    /// How it ended, in a word or two.
    pub fn ending(&self) -> &'static str {
        match self.settled {
            Some((_, outcome)) => outcome_word(outcome),
            None => "under way",
        }
    }

    /// Its title: `app to db, attempt 2`.
    pub fn title(&self) -> String {
        match self.attempt {
            0 | 1 => format!("{} to {}", self.caller, self.callee),
            attempt => format!("{} to {}, attempt {attempt}", self.caller, self.callee),
        }
    }

    /// All of it in words, for those who do not see the bar.
    pub fn words(&self) -> String {
        let spent = Stage::ALL.iter().map(|stage| (stage, self.spent(*stage, false)));
        let mut said: Vec<String> = spent
            .filter(|(_, time)| *time > Time::ZERO)
            .map(|(stage, time)| format!("{} {}", stage.word(), time.rounded()))
            .collect();
        said.push(match self.took() {
            Some(took) => format!("{} after {}", self.ending(), took.rounded()),
            None => self.ending().to_owned(),
        });
        let wasted = self.for_nobody();
        if wasted > Time::ZERO || (self.open && self.settled.is_some()) {
            let least = if self.open { "at least " } else { "" };
            said.push(format!("{least}{} for nobody", wasted.rounded()));
        }
        format!("{}: {}", self.title(), said.join(", "))
    }
}

/// The right edge: the last that is known of the trip, or how far the run is while it is under way.
fn edge(trip: &Trip, known: Time) -> Time {
    let moments = trip.spans.iter().flat_map(|span| moments_of(span).into_iter().map(|(at, _)| at));
    let last = moments.chain(trip.ended.map(|(at, _)| at)).fold(trip.wanted, Time::max);
    let waited_for = trip.ended.is_none() || trip.spans.iter().any(|span| span.settled.is_none());
    let length = last.since(trip.wanted).max(Time::from_millis(1));
    match waited_for {
        true => last.max(known).max(trip.wanted + length),
        // Room to show that some of it goes on after all else is over.
        false if trip.spans.iter().any(goes_on) => trip.wanted + length * 1.08,
        false => trip.wanted + length,
    }
}

/// Whether the callee may still be at it, for a caller that has given up.
fn goes_on(span: &TripSpan) -> bool {
    let given_up = matches!(span.settled, Some((_, Outcome::TimedOut)));
    given_up && span.answered.is_none() && span.arrived.get().is_some()
}

/// What an attempt has from those above it.
struct Above {
    depth: usize,
    /// When the first of them stopped waiting.
    given_up: Option<Time>,
    /// The right edge.
    until: Time,
}

fn nest(trip: &Trip, parts: &Parts, parent: Option<u16>, above: &Above, bars: &mut Vec<Bar>) {
    for (index, span) in trip.spans.iter().enumerate().filter(|(_, span)| span.parent == parent) {
        // A child has a higher number than its parent; a broken recording must not go round in circles.
        if parent.is_some_and(|parent| usize::from(parent) >= index) {
            continue;
        }
        let Ok(number) = u16::try_from(index) else { return };
        let first_call = trip.spans.iter().filter(|child| child.parent == Some(number)).map(|child| child.sent).min();
        bars.push(bar(span, parts, above, first_call));
        let below = Above { depth: above.depth + 1, given_up: given_up(span, above), until: above.until };
        nest(trip, parts, Some(number), &below, bars);
    }
}

/// When its caller, or one of those above, stopped waiting for it.
fn given_up(span: &TripSpan, above: &Above) -> Option<Time> {
    let own = span.settled.map(|(at, _)| at).filter(|_| !answered_in_time(span));
    own.into_iter().chain(above.given_up).min()
}

fn bar(span: &TripSpan, parts: &Parts, above: &Above, first_call: Option<Time>) -> Bar {
    let (caller, callee) = parts.wires.get(span.wire as usize).copied().unwrap_or((u32::MAX, u32::MAX));
    Bar {
        depth: above.depth,
        caller: component(parts, caller),
        callee: component(parts, callee),
        attempt: span.attempt,
        sent: span.sent,
        settled: span.settled,
        moments: moments_of(span),
        segments: segments(span, first_call, above),
        open: span.settled.is_none() || goes_on(span),
    }
}

fn moments_of(span: &TripSpan) -> Vec<(Time, &'static str)> {
    let settled = match span.settled {
        Some((_, Outcome::TimedOut)) => "given up",
        _ => "settled",
    };
    let known = [
        (Some(span.sent), "sent"),
        (span.arrived.get(), "arrived"),
        (span.began.get(), "began"),
        (span.answered.map(|(at, _)| at), "answered"),
        (span.settled.map(|(at, _)| at), settled),
        (span.late.get(), "came too late"),
    ];
    let mut moments: Vec<_> = known.into_iter().filter_map(|(at, name)| Some((at?, name))).collect();
    crate::units::put_in_order(&mut moments, |a, b| a.0 < b.0);
    moments
}

fn segments(span: &TripSpan, first_call: Option<Time>, above: &Above) -> Vec<Segment> {
    let given_up = given_up(span, above);
    let mut segments = Vec::new();
    for (stage, from, to) in stretches(span, first_call, above.until) {
        // What the giving up divides is done for nobody from then on.
        let cut = given_up.map_or(to, |at| at.clamp(from, to.max(from)));
        let parts = [(from, cut, false), (cut, to, true)];
        let parts = parts.into_iter().filter(|(from, to, _)| to > from);
        segments.extend(parts.map(|(from, to, nobody)| Segment { stage, from, to, nobody }));
    }
    segments
}

/// The stages that the attempt went through, one after the other.
fn stretches(span: &TripSpan, first_call: Option<Time>, until: Time) -> Vec<(Stage, Time, Time)> {
    let settled = span.settled.map(|(at, _)| at);
    let Some(arrived) = span.arrived.get() else {
        // Still on its way, unless its caller has stopped waiting: then it never came, or never left.
        return vec![match settled {
            Some(settled) => (Stage::Silence, span.sent, settled),
            None => (Stage::Out, span.sent, until),
        }];
    };
    let mut stretches = vec![(Stage::Out, span.sent, arrived)];
    let answered = span.answered.map(|(at, _)| at);
    let at_callee_until = answered.unwrap_or(match goes_on(span) || settled.is_none() {
        true => until,
        false => settled.unwrap_or(until).max(arrived),
    });
    // Who only passes requests on never begins to work, but calls; who answers well has served.
    let good = matches!(span.answered, Some((_, Outcome::Ok | Outcome::Degraded)));
    let began = span.began.get().or(first_call).or(good.then_some(arrived));
    let began = began.unwrap_or(at_callee_until).clamp(arrived, at_callee_until.max(arrived));
    stretches.push((Stage::Waiting, arrived, began));
    stretches.push((Stage::Service, began, at_callee_until));
    if let Some(answered) = answered {
        let back = match answered_in_time(span) {
            true => settled.unwrap_or(until),
            false => span.late.get().or(settled.is_none().then_some(until)).unwrap_or(answered),
        };
        stretches.push((Stage::Back, answered, back));
    }
    stretches
}

fn component(parts: &Parts, index: u32) -> String {
    super::track::component(parts, index).to_owned()
}
