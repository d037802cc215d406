//! A wire at run time: its policy, and what it remembers.

use std::collections::VecDeque;

use crate::design::{Backoff, CallPolicy, Jitter};
use crate::units::Time;

use super::breaker::{Breaker, Budget};
use super::calendar::{Calendar, Delay};
use super::hedge::Hedging;
use super::kind::{PeakEwma, USER_BITS};
use super::line::{Line, Passage};
use super::random::Stream;
use super::{BreakerState, Outcome, WireFrame};

/// A wire at run time. In this order, so that what every call touches lies together.
#[derive(Clone, Debug)]
#[repr(C)]
pub struct Wire {
    /// The caller.
    pub from: u32,
    /// The callee.
    pub to: u32,
    /// Calls in flight whose caller still waits.
    pub in_flight: u32,
    /// Whether its latency is all that it does to a message.
    pub plain: bool,
    /// Whether it may do more to a call than wait and try again: a bare wire is fast.
    pub guarded: bool,
    /// Whether its caller watches how real requests end.
    pub observed: bool,
    /// Whether calls fill a budget.
    saves: bool,
    changed: Time,
    area: u64,
    /// How the latency is put off; none is at once.
    pub latency: Option<Delay>,
    /// How the timeout is put off.
    pub timeout: Option<Delay>,
    /// What the current frame has counted.
    pub frame: WireFrame,
    /// Calls that wait for a place in the bulkhead.
    pub queue: VecDeque<u32>,
    /// The breaker.
    pub breaker: Option<Breaker>,
    /// What the design says.
    pub policy: CallPolicy,
    /// Jitter's stream.
    pub stream: Stream,
    /// The retry budget.
    pub budget: Option<Budget>,
    /// When and how often it hedges.
    pub hedging: Option<Hedging>,
    /// What its bandwidth makes wait.
    pub line: Option<Line>,
    /// The faults in force on it.
    pub faults: Vec<u32>,
    /// Cut by a partition.
    pub cut: bool,
    /// How many times slower faults make it.
    pub slow: f64,
    /// How much longer faults make it take, one way.
    pub added: Time,
    /// The share of packets that faults lose, each way.
    pub lossy: f64,
    /// The distance between the regions of its ends, one way.
    pub distance: Time,
    /// How far the callee is from the users of each clients, one way, where that matters to the caller.
    pub afar: Vec<Time>,
    /// Whether that comes on top of its latency: the wire is the users' own way.
    pub roams: bool,
    /// Whether it leads to DNS: over it a caller asks for the way, and nothing else travels.
    pub asks: bool,
    /// Taken out of the design in mid-run.
    pub gone: bool,
    /// Whether requests of each class may go over it; empty is all of them.
    pub carried: Vec<bool>,
    /// The health check's view of the callee.
    pub check: Check,
    /// How long real requests took lately, of an observed wire.
    pub ewma: PeakEwma,
    /// How long probes took lately.
    pub probes: PeakEwma,
    /// Who gets lost. A stream of its own: a loss moves no jitter.
    losses: Stream,
    /// The latency as it is now, one way.
    one_way: Time,
    /// The share of packets that get lost each way, faults counted.
    loss: f64,
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
    pub fn new(from: u32, to: u32, seed: u64, name: &str) -> Wire {
        Wire {
            from,
            to,
            policy: CallPolicy::default(),
            latency: None,
            timeout: None,
            stream: Stream::new(seed, name),
            breaker: None,
            budget: None,
            hedging: None,
            line: None,
            in_flight: 0,
            queue: VecDeque::new(),
            faults: Vec::new(),
            cut: false,
            slow: 1.0,
            added: Time::ZERO,
            lossy: 0.0,
            plain: true,
            distance: Time::ZERO,
            afar: Vec::new(),
            roams: false,
            asks: false,
            gone: false,
            guarded: false,
            saves: false,
            carried: Vec::new(),
            check: Check::default(),
            observed: false,
            ewma: PeakEwma::default(),
            probes: PeakEwma::default(),
            frame: WireFrame::default(),
            changed: Time::ZERO,
            area: 0,
            losses: Stream::new(seed, &format!("{name}/loss")),
            one_way: Time::ZERO,
            loss: 0.0,
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
        if self.policy.hedge != policy.hedge {
            self.hedging = policy.hedge.as_ref().map(|hedge| Hedging::new(hedge, calendar));
        }
        if self.policy.bandwidth != policy.bandwidth {
            self.line = policy.bandwidth.map(|bandwidth| Line::after(self.line.as_ref(), bandwidth));
        }
        self.policy = policy.clone();
        let hedges = self.hedging.as_ref().is_some_and(|hedging| hedging.budget.is_some());
        self.saves = self.budget.is_some() || hedges;
        self.guarded =
            policy.deadline || policy.hedge.is_some() || policy.breaker.is_some() || policy.bulkhead.is_some();
        self.timeout = policy.timeout.map(|timeout| calendar.constant(timeout));
        self.set_latency(calendar);
    }

    /// Whether anything learns how its calls end: hedging, a breaker, a bulkhead, or its caller. A bulkhead that is gone may have
    /// left calls in its queue.
    #[inline(always)]
    pub fn is_watched(&self) -> bool {
        self.guarded || self.observed || !self.queue.is_empty()
    }

    /// Whether requests of this class may go over it.
    #[inline]
    pub fn carries(&self, class: u16) -> bool {
        self.carried.is_empty() || self.carried.get(usize::from(class)).is_some_and(|carried| *carried)
    }

    /// How far the callee is now, one way.
    pub fn one_way(&self) -> Time {
        self.one_way
    }

    /// How far the callee is from a user, with what faults do to the way.
    pub fn users_way(&self, user: u32) -> Time {
        let afar = self.afar.get((user >> USER_BITS) as usize).copied().unwrap_or_default();
        if self.slow == 1.0 { afar } else { afar * self.slow }
    }

    /// How near the callee is to a user: by the whole way, where the wire is the user's own; otherwise those in the user's
    /// region come first, and then those that are near to the caller.
    pub fn reach(&self, user: u32) -> (bool, Time) {
        match self.users_way(user) {
            afar if self.roams => (false, self.one_way + afar),
            afar => (afar > Time::ZERO, self.one_way),
        }
    }

    /// The latency and the loss as they are now, with what faults do to them.
    pub fn set_latency(&mut self, calendar: &mut Calendar) {
        let usual = self.policy.latency + self.distance;
        self.one_way = if self.slow == 1.0 { usual } else { usual * self.slow } + self.added;
        let prepared = |latency: Time| match self.faults.is_empty() {
            true => calendar.constant(latency),
            // Not worth a lane.
            false => Delay::For(latency),
        };
        self.latency = (self.one_way > Time::ZERO).then_some(self.one_way).map(prepared);
        self.loss = 1.0 - (1.0 - self.policy.loss.0) * (1.0 - self.lossy);
        self.plain = !(self.cut || self.line.is_some() || self.loss > 0.0 || self.roams || self.asks);
    }

    /// Takes a message on: first it waits for the line and goes through it, then it travels. A lost one took its place
    /// in the line too.
    pub fn pass(&mut self, now: Time, bytes: u64) -> Passage {
        let sent = self.line.as_mut().map_or(Time::ZERO, |line| line.carry(now, bytes));
        match self.loss > 0.0 && self.losses.unit() < self.loss {
            true => Passage::Lost,
            false => Passage::Takes(sent + self.one_way),
        }
    }

    /// A call was made: it fills the budgets.
    #[inline(always)]
    pub fn deposit(&mut self) {
        if self.saves {
            self.fill_budgets();
        }
    }

    #[inline(never)]
    fn fill_budgets(&mut self) {
        if let Some(budget) = &mut self.budget {
            budget.deposit();
        }
        if let Some(Hedging { budget: Some(budget), .. }) = &mut self.hedging {
            budget.deposit();
        }
    }

    /// Whether all places of the bulkhead are taken.
    #[inline]
    pub fn has_no_place(&self) -> bool {
        self.policy.bulkhead.is_some_and(|most| self.in_flight >= most)
    }

    /// Whether a call that comes now finds no place in the bulkhead, or others waiting for one.
    #[inline]
    pub fn is_full(&self) -> bool {
        self.has_no_place() || !self.queue.is_empty()
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
    #[inline(always)]
    pub fn fly(&mut self, now: Time, by: i32) {
        self.area += now.since(self.changed).0 * u64::from(self.in_flight);
        self.changed = now;
        self.in_flight = self.in_flight.wrapping_add_signed(by);
    }

    /// Counts how an attempt ended for its caller.
    #[inline(always)]
    pub fn count(&mut self, outcome: Outcome) {
        let frame = &mut self.frame;
        if outcome.is_good() {
            frame.ok += 1;
            return;
        }
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
        if let Some(line) = &self.line {
            // What waits for the line goes through in a later frame.
            let backlog = line.backlog(now).min(frame.bytes);
            self.frame.bytes = backlog;
            frame.bytes -= backlog;
        }
        self.area = 0;
        frame
    }
}
