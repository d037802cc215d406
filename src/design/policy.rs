//! What a wire does for its caller: latency, timeout, retry, circuit breaker, bulkhead.

use crate::units::{Chance, Time};

use super::setting::{Names, choices, settings};

choices! {
    /// How the pause between attempts grows.
    Backoff {
        /// No pause: try again at once.
        None = "none",
        /// Always `base`.
        Fixed = "fixed",
        /// `base` · 2ⁿ, at most `cap`.
        Exponential = "exponential",
    }
}

choices! {
    /// How the pause is spread, so that callers do not come back all together.
    Jitter {
        /// Not at all.
        None = "none",
        /// Uniform between 0 and the pause.
        Full = "full",
        /// Half the pause, and uniform up to the whole of it.
        Equal = "equal",
        /// Uniform between `base` and three times the last pause (Amazon's "decorrelated jitter").
        Decorrelated = "decorrelated",
    }
}

settings! {
    /// Trying again after a failed or timed-out attempt.
    Retry {
        /// Attempts at most, the first one counted.
        tries: u32 = 3, Some((1.0, 100.0));
        /// How the pause between attempts grows: none, fixed or exponential.
        backoff: Backoff = Backoff::Exponential, None;
        /// The first pause.
        base: Time = Time::from_millis(100), Some((0.0, 3600.0));
        /// The longest pause of an exponential backoff.
        cap: Time = Time::from_secs(20), Some((0.0, 3600.0));
        /// How the pause is spread: none, full, equal or decorrelated.
        jitter: Jitter = Jitter::None, None;
        /// The share of recent first attempts that may be tried again (a token bucket); none is no limit.
        budget: Option<Chance> = None, Some((0.0, 1.0));
    }
}

settings! {
    /// A circuit breaker: closed, open, half-open.
    Breaker {
        /// The share of failed attempts within the window that opens the breaker.
        errors: Chance = Chance(0.5), Some((0.000001, 1.0));
        /// Over how long the share is taken.
        window: Time = Time::from_secs(10), Some((0.001, 3600.0));
        /// How long it stays open before it lets probes through.
        open: Time = Time::from_secs(5), Some((0.001, 3600.0));
        /// Attempts the window needs before the share counts.
        minimum: u32 = 20, Some((1.0, 1_000_000.0));
        /// Attempts let through while half-open; all must succeed to close it.
        probes: u32 = 3, Some((1.0, 1000.0));
    }
}

settings! {
    /// What a wire does for its caller. A bare wire `{}` adds no latency, no timeout, no retry.
    CallPolicy {
        /// The time one way.
        latency: Time = Time::ZERO, Some((0.0, 60.0));
        /// How long the caller waits for one attempt; none is for ever.
        timeout: Option<Time> = None, Some((0.000001, 3600.0));
        /// Trying again after a failed or timed-out attempt.
        retry: Option<Retry> = None, None;
        /// Refuses calls at once while the callee keeps failing.
        breaker: Option<Breaker> = None, None;
        /// Calls in flight at most; more are refused at once.
        bulkhead: Option<u32> = None, Some((1.0, 1_000_000.0));
        /// The share of requests sent over this wire by a weighted load balancer, relative to its other wires.
        weight: u32 = 1, Some((0.0, 1000.0));
        /// The request classes that go over this wire; none named is all. So routes are drawn: payments here, pictures there.
        classes: Names = Names::default(), None;
    }
}
