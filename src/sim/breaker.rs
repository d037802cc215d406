//! Circuit breaker (closed, open, half-open) and retry budget: what a wire remembers of its attempts.

use crate::design;
use crate::units::{Chance, Time};

use super::BreakerState;

/// The window is kept in this many buckets.
const BUCKETS: usize = 10;

/// A circuit breaker (Nygard, *Release It!*): opens when the share of failures within a sliding window is too high,
/// and lets a few calls through after a while to see. Attempts slower than a limit may open it too (as in resilience4j).
#[derive(Clone, Debug)]
pub struct Breaker {
    policy: design::Breaker,
    state: BreakerState,
    /// Attempts, failed ones, slow ones.
    buckets: [(u32, u32, u32); BUCKETS],
    bucket: u64,
    opened: Time,
    probing: u32,
    probes_ok: u32,
    /// Since when it has let probes through: what was sent before is none.
    half_open: Time,
}

impl Breaker {
    /// A closed breaker.
    pub fn new(policy: design::Breaker) -> Breaker {
        Breaker {
            policy,
            state: BreakerState::Closed,
            buckets: [(0, 0, 0); BUCKETS],
            bucket: 0,
            opened: Time::ZERO,
            probing: 0,
            probes_ok: 0,
            half_open: Time::ZERO,
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
                self.half_open = now;
                true
            }
            BreakerState::HalfOpen if self.probing < self.policy.probes => {
                self.probing += 1;
                true
            }
            BreakerState::HalfOpen => false,
        }
    }

    /// Notes how an attempt ended that was sent at this time; the new state if it changed.
    pub fn note(&mut self, now: Time, sent: Time, ok: bool) -> Option<BreakerState> {
        let before = self.state;
        let slow = self.policy.slow.is_some_and(|limit| now.since(sent) > limit);
        match (before, ok && !slow) {
            (BreakerState::Open, _) => {}
            // Left over from the time before it opened: tells nothing of how the callee is now.
            (BreakerState::HalfOpen, _) if sent < self.half_open => {}
            (BreakerState::HalfOpen, false) => self.open(now),
            (BreakerState::HalfOpen, true) => {
                self.probes_ok += 1;
                if self.probes_ok >= self.policy.probes {
                    self.state = BreakerState::Closed;
                    self.buckets = [(0, 0, 0); BUCKETS];
                }
            }
            (BreakerState::Closed, _) => self.count(now, ok, slow),
        }
        (self.state != before).then_some(self.state)
    }

    /// Nobody waits any more for an attempt that was sent at this time: a probe without a result makes room for another.
    pub fn forget(&mut self, sent: Time) {
        if self.state == BreakerState::HalfOpen && sent >= self.half_open {
            self.probing = self.probing.saturating_sub(1);
        }
    }

    fn open(&mut self, now: Time) {
        (self.state, self.opened) = (BreakerState::Open, now);
    }

    fn count(&mut self, now: Time, ok: bool, slow: bool) {
        let bucket = now.0 * BUCKETS as u64 / self.policy.window.0.max(1);
        let stale = (bucket - self.bucket).min(BUCKETS as u64);
        for old in 1..=stale {
            self.buckets[((self.bucket + old) % BUCKETS as u64) as usize] = (0, 0, 0);
        }
        self.bucket = bucket;
        let current = &mut self.buckets[(bucket % BUCKETS as u64) as usize];
        current.0 += 1;
        current.1 += u32::from(!ok);
        current.2 += u32::from(slow);
        let sum = |sum: (u32, u32, u32), one: &(u32, u32, u32)| (sum.0 + one.0, sum.1 + one.1, sum.2 + one.2);
        let (all, bad, slow) = self.buckets.iter().fold((0, 0, 0), sum);
        let over = |count: u32, share: Chance| count > 0 && f64::from(count) >= share.0 * f64::from(all);
        if all >= self.policy.minimum && (over(bad, self.policy.errors) || over(slow, self.policy.slow_rate)) {
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

    /// A token that was taken was not used.
    pub fn refund(&mut self) {
        self.tokens = (self.tokens + 1.0).min(TOKENS_MAX);
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
            assert_eq!(breaker.note(Time::from_secs(1), Time::from_secs(1), ok), None);
        }
        assert_eq!(breaker.note(Time::from_secs(1), Time::from_secs(1), false), Some(BreakerState::Open));
        assert!(!breaker.permits(Time::from_secs(5)));
        assert!(breaker.permits(Time::from_secs(6)) && breaker.permits(Time::from_secs(6)));
        assert!(!breaker.permits(Time::from_secs(6)), "only two probes");
        assert_eq!(breaker.note(Time::from_secs(6), Time::from_secs(6), true), None);
        assert_eq!(breaker.note(Time::from_secs(6), Time::from_secs(6), true), Some(BreakerState::Closed));
    }

    #[test]
    fn a_failed_probe_opens_again() {
        let mut breaker = breaker();
        (0..4).for_each(|_| _ = breaker.note(Time::ZERO, Time::ZERO, false));
        assert!(breaker.permits(Time::from_secs(5)));
        assert_eq!(breaker.note(Time::from_secs(5), Time::from_secs(5), false), Some(BreakerState::Open));
        assert!(!breaker.permits(Time::from_secs(9)));
    }

    #[test]
    fn forgets_what_left_the_window() {
        let mut breaker = breaker();
        (0..3).for_each(|_| _ = breaker.note(Time::ZERO, Time::ZERO, false));
        (0..3).for_each(|_| _ = breaker.note(Time::from_secs(30), Time::from_secs(30), true));
        assert_eq!(breaker.note(Time::from_secs(30), Time::from_secs(30), false), None, "one of four");
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
