//! Settings of rate limits: how many requests a component lets through.

use crate::design::setting::{choices, settings};
use crate::units::{Rate, Time};

choices! {
    /// How a rate limit counts.
    Algorithm {
        /// A bucket of `burst` tokens that fills at `rate`; a request takes one, or is refused. Bursts pass, the average holds.
        TokenBucket = "token-bucket",
        /// A bucket that leaks at `rate`: requests leave it evenly spaced. One that finds `burst` before it is refused.
        LeakyBucket = "leaky-bucket",
        /// At most `rate` · `window` in each window on the clock. Two bursts at the edge of two windows pass together.
        FixedWindow = "fixed-window",
        /// At most `rate` · `window` in any stretch of `window`, counted in sixteen cells that slide.
        SlidingWindow = "sliding-window",
    }
}

choices! {
    /// Whose requests a rate limit counts together.
    Per {
        /// Everybody's together.
        Global = "global",
        /// Each user's alone: one who asks too much does not spoil it for the others.
        Client = "client",
    }
}

settings! {
    /// A rate limit: more requests than that are refused at once (HTTP 429).
    Limit {
        /// How it counts: token-bucket, leaky-bucket, fixed-window or sliding-window.
        algorithm: Algorithm = Algorithm::TokenBucket, None;
        /// Requests per second let through in the long run.
        rate: Rate = Rate(100.0), Some((0.001, 10_000_000.0));
        /// Requests let through at once by a full token bucket; places in a leaky bucket. Windows do not use it.
        burst: u32 = 20, Some((1.0, 1_000_000.0));
        /// Whose requests count together: global or client.
        per: Per = Per::Global, None;
        /// The window of fixed-window and sliding-window.
        window: Time = Time::from_secs(1), Some((0.001, 86400.0));
    }
}
