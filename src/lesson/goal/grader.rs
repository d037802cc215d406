//! Grades a run as it is seen, frame by frame: the same for the command line, the verifier and the playhead.

use crate::design::Design;
use crate::insight::{Prices, cost_per_hour};
use crate::sim::{FRAME, Frame, Parts};
use crate::units::Time;

use super::measure::Meter;
use super::{AT_END, Goal, Hold, Metric, Scope};

/// Whether a goal is met. What is met or missed stays so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Not decided yet.
    Pending,
    /// Met.
    Met,
    /// Missed.
    Missed,
}

/// How a goal stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    /// The goal, as its author wrote it.
    pub text: String,
    /// What the author says of it; may be empty.
    pub note: String,
    /// Whether it is met.
    pub state: State,
    /// The figure now, in the metric's base unit; none without figures. Infinite for the latency of users who got no
    /// answer at all.
    pub figure: Option<f64>,
    /// The figure now, for people.
    pub value: String,
    /// Whether the figure is good enough now; none without figures.
    pub holds: Option<bool>,
    /// How far the goal is, from 0 to 1: of `for D` the time held, else of the stretch that counts.
    pub progress: f64,
    /// Where the figure lies on a scale whose middle is the bound: 0.5 is at the bound, 1 twice as much or more. None
    /// without figures, or where the bound is 0.
    pub level: Option<f64>,
}

/// Grades a run against goals. Feed it every frame in order; after a rewind or a change of the past, start a new one.
#[derive(Clone, Debug)]
pub struct Grader {
    graded: Vec<Graded>,
    /// What the design costs that is run now, by its instances.
    prices: Prices,
    /// Up to when it was fed.
    seen: Time,
    /// Whether any user asked for anything so far: before that nothing is met, not even by an empty queue.
    stirred: bool,
}

#[derive(Clone, Debug)]
struct Graded {
    goal: Goal,
    /// The stretch that counts.
    from: Time,
    to: Time,
    /// None for what is no matter of frames: cost.
    meter: Option<Meter>,
    state: State,
    figure: Option<f64>,
    /// Whether there ever was a figure.
    measured: bool,
    /// Whether any user asked for anything so far.
    stirred: bool,
    /// How long it has held without a break.
    held: Time,
}

impl Grader {
    /// Nothing seen yet, nothing met.
    pub fn new(goals: &[Goal], design: &Design) -> Grader {
        let graded = goals.iter().map(|goal| Graded::new(goal, design)).collect();
        let mut grader = Grader { graded, prices: Prices::default(), seen: Time::ZERO, stirred: false };
        grader.changed(design);
        grader
    }

    /// From now on this design is run: a change in mid-run. The cost is that of the dearest design so far.
    pub fn changed(&mut self, design: &Design) {
        self.prices = Prices::of(design);
        self.note_cost(cost_per_hour(design).0);
    }

    /// The cost at its dearest: of all designs, and of all instances that came in the meantime.
    fn note_cost(&mut self, cost: f64) {
        for graded in self.graded.iter_mut().filter(|graded| graded.goal.metric == Metric::Cost) {
            graded.figure = Some(graded.figure.map_or(cost, |before| before.max(cost)));
        }
    }

    /// The number of frames seen; the next to feed has this index.
    pub fn frames_seen(&self) -> usize {
        (self.seen.0 / FRAME.0) as usize
    }

    /// Adds the next frame. A frame that was seen before is passed over.
    pub fn feed(&mut self, parts: &Parts, frame: &Frame) {
        let start = Time(u64::from(frame.index) * FRAME.0);
        if start < self.seen {
            return;
        }
        self.seen = start + FRAME;
        if self.graded.iter().any(|graded| graded.goal.metric == Metric::Cost)
            && let Some(cost) = self.prices.in_frame(parts, frame)
        {
            self.note_cost(cost.0);
        }
        self.stirred |= frame.users.iter().any(|users| users.issued + users.succeeded + users.lost() > 0);
        let stirred = self.stirred;
        for graded in self.graded.iter_mut().filter(|graded| graded.state == State::Pending) {
            graded.stirred = stirred;
            graded.feed(parts, frame, start);
        }
    }

    /// The run is over: what is still open is decided. A stretch that the run never came to the end of is missed.
    pub fn finish(&mut self) {
        for graded in self.graded.iter_mut().filter(|graded| graded.state == State::Pending) {
            match self.seen + FRAME > graded.to {
                true => graded.decide(),
                false => graded.state = State::Missed,
            }
        }
    }

    /// How each goal stands, in the order given.
    pub fn standings(&self) -> Vec<Standing> {
        self.graded.iter().map(|graded| graded.standing(self.seen)).collect()
    }

    /// Whether one of the first goals, as many as this, is missed already.
    pub fn missed(&self, first: usize) -> bool {
        self.graded.iter().take(first).any(|graded| graded.state == State::Missed)
    }

    /// Whether there are goals and all are met.
    pub fn all_met(&self) -> bool {
        !self.graded.is_empty() && self.graded.iter().all(|graded| graded.state == State::Met)
    }
}

impl Graded {
    fn new(goal: &Goal, design: &Design) -> Graded {
        let end = design.duration;
        let (from, to) = match &goal.scope {
            Scope::Whole => (Time::ZERO, end),
            Scope::After(from) => (*from, end),
            Scope::AtEnd => (end - AT_END, end),
            // A span that is not there has no frames, so no figure, and is missed at the end.
            Scope::During(name) => {
                design.spans.iter().find(|span| span.name == *name).map_or((end, end), |span| (span.from, span.to))
            }
        };
        let sliding = goal.hold != Hold::Overall;
        let meter = (goal.metric != Metric::Cost).then(|| Meter::new(goal.metric, goal.subject.clone(), sliding));
        Graded {
            goal: goal.clone(),
            from,
            to,
            meter,
            state: State::Pending,
            figure: None,
            measured: false,
            stirred: false,
            held: Time::ZERO,
        }
    }

    fn feed(&mut self, parts: &Parts, frame: &Frame, start: Time) {
        if (self.from..self.to).contains(&start) {
            // Silence before the first request is part of a run's figure, but not of a moment's.
            let counts = self.stirred || self.goal.hold == Hold::Overall;
            if let Some(meter) = self.meter.as_mut().filter(|_| counts) {
                meter.add(parts, frame);
                self.figure = meter.figure();
            }
            self.weigh();
        }
        if self.state == State::Pending && start + FRAME >= self.to {
            self.decide();
        }
    }

    /// Looks at the figure of this moment.
    fn weigh(&mut self) {
        let holds = self.figure.filter(|_| self.stirred).map(|figure| self.goal.holds(figure));
        self.measured |= holds.is_some();
        self.held = if holds == Some(true) { self.held + FRAME } else { Time::ZERO };
        match self.goal.hold {
            Hold::For(time) if self.held >= time => self.state = State::Met,
            Hold::Ever if holds == Some(true) => self.state = State::Met,
            Hold::Always if holds == Some(false) => self.state = State::Missed,
            _ => {}
        }
    }

    /// The stretch that counts is over.
    fn decide(&mut self) {
        let holds = self.stirred && self.figure.is_some_and(|figure| self.goal.holds(figure));
        self.state = match self.goal.hold {
            Hold::Overall if holds => State::Met,
            // A violation would have been noticed at once.
            Hold::Always if self.measured => State::Met,
            _ => State::Missed,
        };
    }

    fn standing(&self, seen: Time) -> Standing {
        let share =
            |part: Time, whole: Time| if whole == Time::ZERO { 1.0 } else { part.as_secs_f64() / whole.as_secs_f64() };
        let progress = match (self.state, self.goal.hold) {
            (State::Met, _) => 1.0,
            (_, Hold::For(time)) => share(self.held, time),
            _ => share(seen.min(self.to) - self.from, self.to - self.from),
        };
        Standing {
            text: self.goal.text.clone(),
            note: self.goal.note.clone(),
            state: self.state,
            figure: self.figure,
            value: self.figure.map_or("no figures yet".to_owned(), |figure| self.goal.metric.info().unit.text(figure)),
            holds: self.figure.map(|figure| self.goal.holds(figure)),
            progress: progress.min(1.0),
            level: self
                .figure
                .filter(|_| self.goal.bound > 0.0)
                .map(|figure| (figure / self.goal.bound / 2.0).min(1.0)),
        }
    }
}
