//! Settings of caches.

use crate::design::setting::{choices, settings};
use crate::units::{Bytes, Chance, Distribution, Time};

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

choices! {
    /// Who talks to the database: the servers, or the cache for them.
    CacheMode {
        /// The server looks here, reads the database itself on a miss, and sets what it read.
        Aside = "aside",
        /// The cache reads the database on a miss; a write through it drops the key.
        ReadThrough = "read-through",
        /// Writes too go through the cache: to the database first, then into the cache, then the answer.
        WriteThrough = "write-through",
        /// The cache takes writes and answers at once; the database gets them later, or never if the cache dies.
        WriteBehind = "write-behind",
    }
}

choices! {
    /// What a server does with the cached copy of a key that it has written to the database.
    Invalidate {
        /// Deletes it, and waits for that.
        Write = "write",
        /// Leaves it: it is out of date until it expires or is dropped.
        None = "none",
    }
}

settings! {
    /// Remembers answers of the database (cache-aside: the server asks here first and fills it after a miss).
    Cache {
        /// Entries it has memory for.
        entries: u32 = 10_000, Some((1.0, 10_000_000.0));
        /// Memory in bytes, in place of a number of entries; an entry takes its class's response and 64 bytes. None counts entries.
        memory: Option<Bytes> = None, Some((1.0, 1e15));
        /// Which entry it drops when full.
        eviction: Eviction = Eviction::Lru, None;
        /// How long an entry may be used; none is for ever.
        ttl: Option<Time> = None, Some((0.001, 31_536_000.0));
        /// Spreads each entry's ttl evenly by up to this share of it, up and down, so that what was filled together does not expire together.
        ttl_jitter: Chance = Chance(0.0), Some((0.0, 1.0));
        /// Who talks to the database: aside (the servers do), read-through, write-through or write-behind. All but aside need a wire from the cache to a database.
        mode: CacheMode = CacheMode::Aside, None;
        /// What happens to the cached copy when a server writes a key: write deletes it, none leaves it to its ttl.
        invalidate: Invalidate = Invalidate::Write, None;
        /// One fetch for each missing key: look-ups that miss while another fetches the same key wait for what that one brings.
        coalesce: bool = false, None;
        /// With coalesce: how long one fetch may keep others waiting before the next of them may fetch too.
        lease: Time = Time::from_secs(5), Some((0.001, 3600.0));
        /// Write-behind: time between two flushes of changed entries to the database.
        flush_every: Time = Time::from_secs(1), Some((0.001, 3600.0));
        /// Write-behind: changed entries written in one flush, at most.
        batch: u32 = 100, Some((1.0, 1_000_000.0));
        /// Time of one look-up.
        lookup: Distribution = Distribution::Constant(Time(500_000)), Some((0.0, 60.0));
        /// Look-ups served at once. A cache with one thread, as Redis has, serves 1.
        concurrency: u32 = 10_000, Some((1.0, 1_000_000.0));
        /// Look-ups that may wait.
        capacity: u32 = 10_000, Some((0.0, 1_000_000.0));
        /// How long it takes to come back after a restart.
        boot: Time = Time::from_secs(1), Some((0.0, 3600.0));
    }
}
