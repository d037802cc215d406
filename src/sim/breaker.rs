//! Circuit breaker (closed, open, half-open) and retry budget: what a wire remembers of its attempts.

use crate::design;
use crate::units::{Chance, Time};

use super::BreakerState;

/// The window is kept in this many buckets.
const BUCKETS: usize = 10;

/// A circuit breaker (Nygard, *Release It!*): opens when the share of failures within a sliding window is too high,
/// and lets a few calls through after a while to see.
#[derive(Clone, Debug)]
pub struct Breaker {
    policy: design::Breaker,
    state: BreakerState,
    buckets: [(u32, u32); BUCKETS],
    bucket: u64,
    opened: Time,
    probing: u32,
    probes_ok: u32,
}

impl Breaker {
    /// A closed breaker.
    pub fn new(policy: design::Breaker) -> Breaker {
        Breaker {
            policy,
            state: BreakerState::Closed,
            buckets: [(0, 0); BUCKETS],
            bucket: 0,
            opened: Time::ZERO,
            probing: 0,
            probes_ok: 0,
        }
    }

    /// The state, as last seen by a call.
    pub fn state(&self) -> BreakerState {
        self.state
    }

    /// Whether a call may go through now.
    pub fn permits(&mut self, now: Time) -> bool {
        match self.state {
            BreakerState::Closed => true,
            BreakerState::Open if now.since(self.opened) < self.policy.open => false,
            BreakerState::Open => {
                (self.state, self.probing, self.probes_ok) = (BreakerState::HalfOpen, 1, 0);
                true
            }
            BreakerState::HalfOpen if self.probing < self.policy.probes => {
                self.probing += 1;
                true
            }
            BreakerState::HalfOpen => false,
        }
    }

    /// Notes how an attempt ended; the new state if it changed.
    pub fn note(&mut self, now: Time, ok: bool) -> Option<BreakerState> {
        let before = self.state;
        match (before, ok) {
            (BreakerState::Open, _) => {}
            (BreakerState::HalfOpen, false) => self.open(now),
            (BreakerState::HalfOpen, true) => {
                self.probes_ok += 1;
                if self.probes_ok >= self.policy.probes {
                    self.state = BreakerState::Closed;
                    self.buckets = [(0, 0); BUCKETS];
                }
            }
            (BreakerState::Closed, _) => self.count(now, ok),
        }
        (self.state != before).then_some(self.state)
    }

    fn open(&mut self, now: Time) {
        (self.state, self.opened) = (BreakerState::Open, now);
    }

    fn count(&mut self, now: Time, ok: bool) {
        let bucket = now.0 * BUCKETS as u64 / self.policy.window.0.max(1);
        let stale = (bucket - self.bucket).min(BUCKETS as u64);
        for old in 1..=stale {
            self.buckets[((self.bucket + old) % BUCKETS as u64) as usize] = (0, 0);
        }
        self.bucket = bucket;
        let current = &mut self.buckets[(bucket % BUCKETS as u64) as usize];
        current.0 += 1;
        current.1 += u32::from(!ok);
        let (all, bad) = self.buckets.iter().fold((0, 0), |(all, bad), bucket| (all + bucket.0, bad + bucket.1));
        if all >= self.policy.minimum && f64::from(bad) >= self.policy.errors.0 * f64::from(all) {
            self.open(now);
        }
    }
}

/// A retry budget: a token bucket filled by first attempts, emptied by retries (as in Finagle and gRPC).
#[derive(Clone, Debug)]
pub struct Budget {
    share: f64,
    tokens: f64,
}

/// Tokens it holds at most: a short burst of retries.
const TOKENS_MAX: f64 = 100.0;
/// Tokens at the start, so that the first failures may be tried again.
const TOKENS_START: f64 = 10.0;

impl Budget {
    /// A budget of this share of first attempts.
    pub fn new(share: Chance) -> Budget {
        Budget { share: share.0, tokens: TOKENS_START * f64::from(share.0 > 0.0) }
    }

    /// A first attempt was made.
    pub fn deposit(&mut self) {
        self.tokens = (self.tokens + self.share).min(TOKENS_MAX);
    }

    /// Whether a retry may be made; takes its token.
    pub fn withdraw(&mut self) -> bool {
        let may = self.tokens >= 1.0;
        self.tokens -= f64::from(may);
        may
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn breaker() -> Breaker {
        let policy = design::Breaker { minimum: 4, probes: 2, ..design::Breaker::default() };
        Breaker::new(policy)
    }

    #[test]
    fn opens_waits_probes_and_closes() {
        let mut breaker = breaker();
        for ok in [true, false, true] {
            assert_eq!(breaker.note(Time::from_secs(1), ok), None);
        }
        assert_eq!(breaker.note(Time::from_secs(1), false), Some(BreakerState::Open));
        assert!(!breaker.permits(Time::from_secs(5)));
        assert!(breaker.permits(Time::from_secs(6)) && breaker.permits(Time::from_secs(6)));
        assert!(!breaker.permits(Time::from_secs(6)), "only two probes");
        assert_eq!(breaker.note(Time::from_secs(6), true), None);
        assert_eq!(breaker.note(Time::from_secs(6), true), Some(BreakerState::Closed));
    }

    #[test]
    fn a_failed_probe_opens_again() {
        let mut breaker = breaker();
        (0..4).for_each(|_| _ = breaker.note(Time::ZERO, false));
        assert!(breaker.permits(Time::from_secs(5)));
        assert_eq!(breaker.note(Time::from_secs(5), false), Some(BreakerState::Open));
        assert!(!breaker.permits(Time::from_secs(9)));
    }

    #[test]
    fn forgets_what_left_the_window() {
        let mut breaker = breaker();
        (0..3).for_each(|_| _ = breaker.note(Time::ZERO, false));
        (0..3).for_each(|_| _ = breaker.note(Time::from_secs(30), true));
        assert_eq!(breaker.note(Time::from_secs(30), false), None, "one of four");
    }

    #[test]
    fn a_budget_of_a_tenth_allows_a_tenth() {
        let mut budget = Budget::new(Chance(0.1));
        let mut retries = 0;
        for _ in 0..10_000 {
            budget.deposit();
            retries += u32::from(budget.withdraw());
        }
        assert!((1000..=1011).contains(&retries), "{retries}");
    }
}
