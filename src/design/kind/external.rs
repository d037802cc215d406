//! Settings of third-party APIs.

use crate::design::setting::settings;
use crate::units::{Distribution, Money, Time};

use super::Limit;

settings! {
    /// Somebody else's API: payments, maps, mail. You cannot scale it, only call it less.
    External {
        /// Time of one call, there.
        latency: Distribution = Distribution::Lognormal(Time::from_millis(120), 0.6), Some((0.0, 3600.0));
        /// Calls it works on at once.
        concurrency: u32 = 1000, Some((1.0, 1_000_000.0));
        /// Calls that may wait there; one more is turned away.
        capacity: u32 = 1000, Some((0.0, 1_000_000.0));
        /// Its rate limit: more calls are refused at once; none is no limit.
        limit: Option<Limit> = Some(Limit::default()), None;
        /// What a million calls cost. Calls that it refuses cost nothing.
        price: Money = Money(1000.0), Some((0.0, 1e9));
    }
}
