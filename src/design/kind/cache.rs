//! Settings of caches.

use crate::design::setting::{choices, settings};
use crate::units::{Distribution, Time};

choices! {
    /// Which entry a full cache drops.
    Eviction {
        /// The least recently used.
        Lru = "lru",
        /// The least often used.
        Lfu = "lfu",
        /// The oldest.
        Fifo = "fifo",
        /// Any.
        Random = "random",
    }
}

settings! {
    /// Remembers answers of the database (cache-aside: the server asks here first and fills it after a miss).
    Cache {
        /// Entries it has memory for.
        entries: u32 = 10_000, Some((1.0, 10_000_000.0));
        /// Which entry it drops when full.
        eviction: Eviction = Eviction::Lru, None;
        /// How long an entry may be used; none is for ever.
        ttl: Option<Time> = None, Some((0.001, 31_536_000.0));
        /// Time of one look-up.
        lookup: Distribution = Distribution::Constant(Time(500_000)), Some((0.0, 60.0));
        /// Look-ups served at once.
        concurrency: u32 = 10_000, Some((1.0, 1_000_000.0));
        /// Look-ups that may wait.
        capacity: u32 = 10_000, Some((0.0, 1_000_000.0));
    }
}
