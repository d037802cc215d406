//! Hedged calls (Dean & Barroso, *The Tail at Scale*, 2013): another attempt beside one that is slow to answer; the first
//! good answer wins, and the others go on as work for nobody, since a callee cannot know.
//!
//! The attempts of one call form a list from the caller's `child`, linked by `twin`. The first of them keeps the clock.
//!
//! The time to wait is fixed, or a percentile of what the wire's attempts took of late (as in Finagle's backup requests).
//! All attempts that were answered count, hedges and late answers too: the winners alone would look ever faster.

use crate::design::{self, HedgeAfter};
use crate::units::Time;

use super::attempt::{NONE, Stage};
use super::breaker::Budget;
use super::calendar::{Calendar, Delay};
use super::engine::Simulation;
use super::event::Event;
use super::settle::another;
use super::sketch::Latencies;

/// When and how often a wire hedges its calls.
#[derive(Clone, Debug)]
pub struct Hedging {
    after: After,
    /// Attempts beside the first one at most.
    most: u32,
    /// How many calls may be hedged.
    pub budget: Option<Budget>,
}

/// How long a wire waits for an answer first.
#[derive(Clone, Debug)]
enum After {
    /// Always as long; the same, prepared.
    Fixed(Time, Delay),
    /// As long as a share of the recent attempts took at most.
    Recent(Box<Recent>),
}

impl Hedging {
    /// Nothing was hedged yet.
    pub fn new(hedge: &design::Hedge, calendar: &mut Calendar) -> Hedging {
        let after = match hedge.after {
            HedgeAfter::Time(after) => After::Fixed(after, calendar.constant(after)),
            HedgeAfter::Percentile(share) => After::Recent(Box::new(Recent::new(share.0, hedge.window))),
        };
        Hedging { after, most: hedge.most, budget: hedge.budget.map(Budget::new) }
    }

    /// An attempt was answered after this time.
    pub fn note(&mut self, now: Time, took: Time) {
        if let After::Recent(recent) = &mut self.after {
            recent.note(now, took);
        }
    }

    /// How long a caller that has waited already still waits; none if too little is known of the wire.
    fn delay(&mut self, now: Time, waited: Time) -> Option<Delay> {
        match &mut self.after {
            After::Fixed(_, prepared) if waited == Time::ZERO => Some(*prepared),
            After::Fixed(after, _) => Some(Delay::For(after.since(waited))),
            After::Recent(recent) => Some(Delay::For(recent.quantile(now)?.since(waited))),
        }
    }
}

/// A percentile needs at least this many attempts.
const ATTEMPTS_MIN: u64 = 20;
/// It is taken anew this often in a window.
const LOOKS: u64 = 50;

/// What a wire's attempts took of late: two halves of a window, in steps of a sketch, so that between half of the window
/// and all of it is looked back on.
#[derive(Clone, Debug)]
struct Recent {
    share: f64,
    window: Time,
    /// The half that fills.
    fresh: Latencies,
    /// The half before it.
    past: Latencies,
    /// When the half began that fills.
    began: Time,
    /// The percentile when it was last taken, and when that was.
    taken: Option<(Time, Option<Time>)>,
}

impl Recent {
    fn new(share: f64, window: Time) -> Recent {
        let (fresh, past) = (Latencies::default(), Latencies::default());
        Recent { share, window, fresh, past, began: Time::ZERO, taken: None }
    }

    /// Forgets what has left the window.
    fn turn(&mut self, now: Time) {
        let half = Time(self.window.0 / 2);
        if now.since(self.began) < half {
            return;
        }
        let gap = now.since(self.began) >= self.window;
        self.past = std::mem::take(&mut self.fresh);
        if gap {
            self.past = Latencies::default();
        }
        self.began = now;
    }

    fn note(&mut self, now: Time, took: Time) {
        self.turn(now);
        self.fresh.record(u32::try_from(took.0 / 1000).unwrap_or(u32::MAX));
    }

    fn quantile(&mut self, now: Time) -> Option<Time> {
        let soon = |taken: Time| now.since(taken).0 < self.window.0 / LOOKS;
        match self.taken {
            Some((taken, Some(quantile))) if soon(taken) => return Some(quantile),
            _ => self.turn(now),
        }
        let micros = Latencies::quantile([&self.past, &self.fresh], self.share, ATTEMPTS_MIN);
        let quantile = micros.map(|micros| Time(u64::from(micros) * 1000));
        self.taken = Some((now, quantile));
        quantile
    }
}

impl Simulation {
    /// Plans the hedge of the first attempt of a call, when that is sent.
    #[cold]
    pub(super) fn plan_hedge(&mut self, index: u32, wire: u32) {
        let Some(hedging) = &mut self.wires[wire as usize].hedging else { return };
        if self.attempts.rare(index).is_hedge {
            return;
        }
        // Where it had to wait for the bulkhead first, that time counts too: the caller has waited.
        let waited = self.now.since(self.attempts[index].sent);
        let Some(delay) = hedging.delay(self.now, waited) else { return };
        self.attempts.rare_mut(index).hedge = self.calendar.schedule(self.now, delay, Event::Hedge.on(index));
    }

    /// A caller has waited long enough: it sends another attempt, if it may.
    pub(super) fn hedge(&mut self, index: u32, seq: u32) {
        if self.attempts.rare(index).hedge != seq {
            return;
        }
        let wire_index = self.attempts[index].wire;
        let wire = &mut self.wires[wire_index as usize];
        self.attempts.rare_mut(index).hedge = 0;
        let Some(hedging) = wire.hedging.as_mut().filter(|_| !wire.gone) else { return };
        if hedging.budget.as_mut().is_some_and(|budget| !budget.withdraw()) {
            return;
        }
        let (delay, most) = (hedging.delay(self.now, Time::ZERO), hedging.most);
        let twin = another(&self.attempts[index], self.attempts[index].parent);
        let twin = self.attempts.add(twin);
        let rare = self.attempts.rare_mut(index);
        rare.hedged += 1;
        let more = rare.hedged < most;
        let after = std::mem::replace(&mut rare.twin, twin);
        let second = self.attempts.rare_mut(twin);
        (second.twin, second.is_hedge) = (after, true);
        if more && let Some(delay) = delay {
            self.attempts.rare_mut(index).hedge = self.calendar.schedule(self.now, delay, Event::Hedge.on(index));
        }
        self.send(twin);
    }

    /// An attempt of a call ends. If others go on for the same call and this one did not end well, it alone is over, and
    /// this is true; if it ended well, it has beaten the others.
    #[cold]
    pub(super) fn others_go_on(&mut self, index: u32, ok: bool, over: bool) -> bool {
        let parent = self.attempts[index].parent;
        let rare = self.attempts.rare_mut(index);
        rare.hedge = 0;
        let after = std::mem::replace(&mut rare.twin, NONE);
        let first = self.attempts[parent].child;
        if first == index {
            self.attempts[parent].child = after;
        } else {
            let mut before = first;
            while before != NONE && self.attempts.rare(before).twin != index {
                before = self.attempts.rare(before).twin;
            }
            if before == NONE {
                // Its caller makes several calls at once: this one is on its own.
                return false;
            }
            self.attempts.rare_mut(before).twin = after;
        }
        if self.attempts[parent].child == NONE {
            return false;
        }
        if ok {
            self.beat(parent);
            return false;
        }
        self.attempts[index].parent = NONE;
        if over {
            self.attempts.remove(index);
        }
        true
    }

    /// All other attempts of a call are beaten.
    fn beat(&mut self, caller: u32) {
        let mut next = std::mem::replace(&mut self.attempts[caller].child, NONE);
        while next != NONE {
            let index = next;
            next = self.attempts.rare(index).twin;
            debug_assert!(self.attempts[index].stage != Stage::Pausing, "retries have no twins");
            self.abandon_one(index, None);
        }
    }
}
