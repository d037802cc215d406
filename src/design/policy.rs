//! What a wire does for its caller: latency, bandwidth, timeout, deadline, retry, hedge, breaker, bulkhead, fallback.

use crate::units::{Bytes, Chance, Time};

use super::setting::{Form, Names, Setting, choices, settings};
use super::{Findings, Node};

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

choices! {
    /// After which outcomes a call is tried again.
    RetryOn {
        /// Whatever went wrong.
        Any = "any",
        /// A timeout or a failure, but not a call that was turned away: who sheds or refuses asks for less, not for more.
        Failures = "failures",
        /// A timeout only.
        Timeouts = "timeouts",
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
        /// What is tried again: any (whatever went wrong), failures (not what was turned away) or timeouts.
        on: RetryOn = RetryOn::Any, None;
    }
}

/// When a call is hedged.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum HedgeAfter {
    /// After this time.
    Time(Time),
    /// After as long as this share of the wire's recent attempts took at most: 0.95 is `p95`.
    Percentile(Chance),
}

/// The percentiles that can be asked for.
const PERCENTILES: std::ops::RangeInclusive<f64> = 50.0..=99.9;

impl std::fmt::Display for HedgeAfter {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        match self {
            HedgeAfter::Time(time) => time.fmt(f),
            // Shares are kept as they are typed, up to the last digits of a division.
            HedgeAfter::Percentile(share) => write!(f, "p{}", libm::round(share.0 * 1e8) / 1e6),
        }
    }
}

impl Setting for HedgeAfter {
    fn read(node: &Node, findings: &mut Findings) -> Option<HedgeAfter> {
        let typed = node.as_typed().unwrap_or_default();
        let Some(percent) = typed.trim().strip_prefix('p') else {
            return Time::read(node, findings).map(HedgeAfter::Time);
        };
        match percent.parse::<f64>() {
            Ok(percent) if PERCENTILES.contains(&percent) => Some(HedgeAfter::Percentile(Chance(percent / 100.0))),
            _ => {
                let hint = format!("it must lie between p{} and p{}", PERCENTILES.start(), PERCENTILES.end());
                findings.hint(node.line, format!("`{typed}` is no percentile to hedge after"), hint);
                None
            }
        }
    }
    fn write(&self) -> Node {
        Node::text(self.to_string())
    }
    fn form() -> Form {
        Form::Text("50ms")
    }
    fn magnitude(&self) -> Option<f64> {
        match self {
            HedgeAfter::Time(time) => time.magnitude(),
            HedgeAfter::Percentile(_) => None,
        }
    }
    fn bound_text(bound: f64) -> String {
        Time::bound_text(bound)
    }
}

settings! {
    /// A second attempt beside the first one while that has not answered; the first good answer wins.
    Hedge {
        /// How long to wait for an answer before another attempt is sent: a time, or a percentile of the wire's own latencies
        /// of late, such as `p95` (then one call in twenty is hedged, however slow the callee is just now).
        after: HedgeAfter = HedgeAfter::Time(Time::from_millis(50)), Some((0.000001, 3600.0));
        /// With a percentile: over how long latencies are looked back on.
        window: Time = Time::from_secs(10), Some((0.1, 3600.0));
        /// Attempts beside the first one at most, `after` apart.
        most: u32 = 1, Some((1.0, 10.0));
        /// The share of recent calls that may be hedged (a token bucket); none is no limit.
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
        /// An attempt that takes longer than this is slow; none does not look at slowness.
        slow: Option<Time> = None, Some((0.000001, 3600.0));
        /// The share of slow attempts within the window that opens the breaker too.
        slow_rate: Chance = Chance(0.5), Some((0.000001, 1.0));
    }
}

settings! {
    /// What a wire does for its caller. A bare wire `{}` adds no latency, no timeout, no retry.
    CallPolicy {
        /// The time one way. Between regions, the distance between them is added.
        latency: Time = Time::ZERO, Some((0.0, 60.0));
        /// How long the caller waits for one attempt; none is for ever.
        timeout: Option<Time> = None, Some((0.000001, 3600.0));
        /// Sends the remaining time of the caller's timeout along: a callee drops what nobody waits for any more.
        deadline: bool = false, None;
        /// Trying again after a failed or timed-out attempt.
        retry: Option<Retry> = None, None;
        /// A second attempt beside a slow first one; the first good answer wins.
        hedge: Option<Hedge> = None, None;
        /// Refuses calls at once while the callee keeps failing.
        breaker: Option<Breaker> = None, None;
        /// Calls in flight at most; more are refused at once, or wait in `bulkhead_queue`.
        bulkhead: Option<u32> = None, Some((1.0, 1_000_000.0));
        /// Calls that may wait for a place in the bulkhead, their timeout running.
        bulkhead_queue: u32 = 0, Some((0.0, 100_000.0));
        /// When a call has failed for good, the caller goes on with a poorer answer of its own (a default, an old copy).
        fallback: bool = false, None;
        /// Bytes per second that fit through, shared by requests and answers in turn; none is no limit.
        bandwidth: Option<Bytes> = None, Some((1000.0, 1e15));
        /// The share of requests, and of answers, that get lost on the way. Only a timeout notices.
        loss: Chance = Chance(0.0), Some((0.0, 1.0));
        /// The share of requests sent over this wire by a weighted load balancer, relative to its other wires.
        weight: u32 = 1, Some((0.0, 1000.0));
        /// The request classes that go over this wire; none named is all. So routes are drawn: payments here, pictures there.
        classes: Names = Names::default(), None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hedge_waits_for_a_time_or_for_a_percentile() {
        let read = |text: &str| {
            let mut findings = Findings::default();
            let after = HedgeAfter::read(&Node::text(text), &mut findings);
            (after, findings.0.first().and_then(|problem| problem.hint.clone()).unwrap_or_default())
        };
        for text in ["50ms", "p95", "p99.9", "p50"] {
            let (after, _) = read(text);
            assert_eq!(after.expect("it is good").to_string(), text);
        }
        assert_eq!(read("p95").0, Some(HedgeAfter::Percentile(Chance(0.95))));
        for text in ["p100", "p49", "p", "p9x"] {
            let (after, hint) = read(text);
            assert!(after.is_none() && hint == "it must lie between p50 and p99.9", "{text}: {hint}");
        }
    }
}
