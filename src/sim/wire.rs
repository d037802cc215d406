//! A wire at run time: its policy, and what it remembers.

use crate::design::{Backoff, CallPolicy, Jitter};
use crate::units::Time;

use super::attempt::NONE;
use super::breaker::{Breaker, Budget};
use super::calendar::{Calendar, Delay};
use super::kind::PeakEwma;
use super::random::Stream;
use super::{BreakerState, Outcome, WireFrame};

/// A wire at run time.
#[derive(Clone, Debug)]
pub struct Wire {
    /// The caller.
    pub from: u32,
    /// The callee.
    pub to: u32,
    /// What the design says.
    pub policy: CallPolicy,
    /// How the latency is put off; none is at once.
    pub latency: Option<Delay>,
    /// How the timeout is put off.
    pub timeout: Option<Delay>,
    /// Jitter's stream.
    pub stream: Stream,
    /// The breaker.
    pub breaker: Option<Breaker>,
    /// The retry budget.
    pub budget: Option<Budget>,
    /// Calls in flight whose caller still waits.
    pub in_flight: u32,
    /// Cut by a partition.
    pub cut: bool,
    /// How many times slower a fault makes it.
    pub slow: f64,
    /// Taken out of the design in mid-run.
    pub gone: bool,
    /// Whether requests of each class may go over it; empty is all of them.
    pub carried: Vec<bool>,
    /// The health check's view of the callee.
    pub check: Check,
    /// Whether its caller watches how real requests end.
    pub observed: bool,
    /// How long real requests took lately, of an observed wire.
    pub ewma: PeakEwma,
    /// How long probes took lately.
    pub probes: PeakEwma,
    /// What the current frame has counted.
    pub frame: WireFrame,
    changed: Time,
    area: u64,
}

/// What a health check knows of one callee.
#[derive(Clone, Debug, Default)]
pub struct Check {
    /// Held for sick.
    pub sick: bool,
    /// Results in a row that speak against the current view.
    pub against: u32,
    /// Whether probes are running.
    pub running: bool,
    /// Real requests that failed in a row, where outliers are watched.
    pub failures: u32,
    /// The event that ends an ejection; 0 is none.
    pub ejected: u32,
    /// How often it was ejected.
    pub ejections: u32,
    /// When it came back; zero is never.
    pub back: Time,
}

impl Check {
    /// Whether no request should go there.
    #[inline]
    pub fn is_out(&self) -> bool {
        self.sick || self.ejected != 0
    }
}

impl Wire {
    /// A wire that has carried nothing.
    pub fn new(from: u32, to: u32, stream: Stream) -> Wire {
        Wire {
            from,
            to,
            policy: CallPolicy::default(),
            latency: None,
            timeout: None,
            stream,
            breaker: None,
            budget: None,
            in_flight: 0,
            cut: false,
            slow: 1.0,
            gone: false,
            carried: Vec::new(),
            check: Check::default(),
            observed: false,
            ewma: PeakEwma::default(),
            probes: PeakEwma::default(),
            frame: WireFrame::default(),
            changed: Time::ZERO,
            area: 0,
        }
    }

    /// Takes over what the design says; keeps what it remembers where the policy is the same.
    pub fn configure(&mut self, policy: &CallPolicy, calendar: &mut Calendar) {
        self.gone = false;
        if self.policy.breaker != policy.breaker {
            self.breaker = policy.breaker.clone().map(Breaker::new);
        }
        let share = |policy: &CallPolicy| policy.retry.as_ref().and_then(|retry| retry.budget);
        if share(&self.policy) != share(policy) {
            self.budget = share(policy).map(Budget::new);
        }
        self.policy = policy.clone();
        self.timeout = policy.timeout.map(|timeout| calendar.constant(timeout));
        self.set_latency(calendar);
    }

    /// Whether requests of this class may go over it.
    #[inline]
    pub fn carries(&self, class: u16) -> bool {
        self.carried.is_empty() || self.carried.get(usize::from(class)).is_some_and(|carried| *carried)
    }

    /// How far the callee is, with a fault's factor.
    pub fn distance(&self) -> Time {
        if self.slow == 1.0 { self.policy.latency } else { self.policy.latency * self.slow }
    }

    /// The latency as it is now, with a fault's factor.
    pub fn set_latency(&mut self, calendar: &mut Calendar) {
        let latency = self.distance();
        self.latency = (latency > Time::ZERO).then(|| calendar.constant(latency));
    }

    /// The pause before the next try, after `tries` tries and a last pause; none if the policy does not retry.
    pub fn pause(&mut self, tries: u16, last: Time) -> Option<Time> {
        let retry = self.policy.retry.as_ref()?;
        let pause = match retry.backoff {
            Backoff::None => return Some(Time::ZERO),
            Backoff::Fixed => retry.base,
            Backoff::Exponential => {
                let doublings = u32::from(tries.saturating_sub(1)).min(40);
                Time(retry.base.0.saturating_mul(1 << doublings)).min(retry.cap)
            }
        };
        Some(match retry.jitter {
            Jitter::None => pause,
            Jitter::Full => pause * self.stream.unit(),
            Jitter::Equal => pause * (0.5 + 0.5 * self.stream.unit()),
            Jitter::Decorrelated => {
                let high = (last.max(retry.base) * 3.0).min(retry.cap.max(retry.base));
                retry.base + high.since(retry.base) * self.stream.unit()
            }
        })
    }

    /// One more (or one less) call in flight.
    #[inline]
    pub fn fly(&mut self, now: Time, by: i32) {
        self.area += now.since(self.changed).0 * u64::from(self.in_flight);
        self.changed = now;
        self.in_flight = self.in_flight.wrapping_add_signed(by);
    }

    /// Counts how an attempt ended for its caller.
    #[inline]
    pub fn count(&mut self, outcome: Outcome) {
        let frame = &mut self.frame;
        *match outcome {
            Outcome::Ok | Outcome::Degraded => &mut frame.ok,
            Outcome::TimedOut => &mut frame.timed_out,
            Outcome::Refused => &mut frame.refused,
            Outcome::Shed => &mut frame.shed,
            Outcome::Failed => &mut frame.failed,
        } += 1;
    }

    /// The frame that ends now; starts a new one.
    pub fn harvest(&mut self, now: Time, span: Time) -> WireFrame {
        self.fly(now, 0);
        let mut frame = std::mem::take(&mut self.frame);
        frame.in_flight = (self.area as f64 / span.0 as f64) as f32;
        frame.breaker = self.breaker.as_ref().map_or(BreakerState::Closed, Breaker::state);
        frame.sick = self.check.is_out();
        self.area = 0;
        frame
    }
}

/// A turn for each class that has wires of its own; one for all where every wire carries all classes.
#[derive(Clone, Debug, Default)]
pub struct Turns(Vec<Turn>);

impl Turns {
    /// Turns over these wires, for this many classes.
    pub fn new(wires: &[u32], all: &[Wire], classes: usize) -> Turns {
        if wires.iter().all(|wire| all[*wire as usize].carried.is_empty()) {
            return Turns(vec![Turn::new(wires.to_vec())]);
        }
        let of = |class: usize| wires.iter().copied().filter(move |wire| all[*wire as usize].carries(class as u16));
        Turns((0..classes).map(|class| Turn::new(of(class).collect())).collect())
    }

    /// The turn of a class.
    #[inline]
    pub fn of(&mut self, class: u16) -> Option<&mut Turn> {
        match self.0.as_mut_slice() {
            [one] => Some(one),
            many => many.get_mut(usize::from(class)),
        }
    }

    /// Whether all classes share one turn.
    pub fn is_one(&self) -> bool {
        self.0.len() == 1
    }

    /// Whether the same wires take turns in both.
    pub fn same_wires(&self, other: &Turns) -> bool {
        self.0.iter().map(|turn| &turn.wires).eq(other.0.iter().map(|turn| &turn.wires))
    }

    /// Goes on where the other had got to.
    pub fn resume(mut self, other: &Turns) -> Turns {
        self.0.iter_mut().zip(&other.0).for_each(|(turn, before)| turn.cursor = before.cursor);
        self
    }
}

/// Picks among wires in turn, or otherwise; what a balancer or a user's browser remembers for it.
#[derive(Clone, Debug, Default)]
pub struct Turn {
    /// The wires to pick from.
    pub wires: Vec<u32>,
    /// The next in turn.
    pub cursor: u32,
    /// Smooth weighted round robin's current weights (as in nginx), one for each wire.
    pub weights: Vec<i64>,
}

impl Turn {
    /// A turn over these wires.
    pub fn new(wires: Vec<u32>) -> Turn {
        Turn { weights: vec![0; wires.len()], wires, cursor: 0 }
    }

    /// The next in turn; NONE if there is none.
    #[inline]
    pub fn next(&mut self) -> u32 {
        if self.wires.is_empty() {
            return NONE;
        }
        if self.cursor as usize >= self.wires.len() {
            self.cursor = 0;
        }
        self.cursor += 1;
        self.wires[self.cursor as usize - 1]
    }

    /// The next by smooth weighted round robin; all weights 0 falls back to plain turns.
    pub fn next_weighted(&mut self, weight: impl Fn(u32) -> i64) -> u32 {
        let mut best: Option<usize> = None;
        let mut total = 0;
        for index in 0..self.wires.len() {
            let share = weight(self.wires[index]);
            total += share;
            self.weights[index] += share;
            if share > 0 && best.is_none_or(|best| self.weights[index] > self.weights[best]) {
                best = Some(index);
            }
        }
        match best {
            Some(best) => {
                self.weights[best] -= total;
                self.wires[best]
            }
            None => self.next(),
        }
    }
}
