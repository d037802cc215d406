//! Settings of content delivery networks.

use super::Eviction;
use crate::design::setting::settings;
use crate::units::{Bytes, Chance, Distribution, Time};

settings! {
    /// Keeps copies of static content near its users.
    Cdn {
        /// Memory of each edge, in bytes; an object takes its class's response and 64 bytes.
        memory: Bytes = Bytes(1_000_000_000), Some((1.0, 1e15));
        /// Which object a full edge drops.
        eviction: Eviction = Eviction::Lru, None;
        /// How long a copy may be used, from when it left the origin; none is for ever.
        ttl: Option<Time> = Some(Time::from_secs(60)), Some((0.001, 31_536_000.0));
        /// Spreads each copy's ttl evenly by up to this share of it, up and down.
        ttl_jitter: Chance = Chance(0.0), Some((0.0, 1.0));
        /// Request collapsing: while an edge fetches an object, others who want it wait for the same fetch.
        coalesce: bool = true, None;
        /// With coalesce: how long one fetch may keep others waiting before the next of them may fetch too.
        lease: Time = Time::from_secs(5), Some((0.001, 3600.0));
        /// An origin shield: one more cache, which all edges ask before the origin.
        shield: bool = false, None;
        /// The time one way between an edge and the shield.
        shield_latency: Time = Time::from_millis(10), Some((0.0, 60.0));
        /// Time of one look-up at an edge.
        lookup: Distribution = Distribution::Constant(Time::from_millis(1)), Some((0.0, 60.0));
        /// Look-ups served at once, at all edges together.
        concurrency: u32 = 100_000, Some((1.0, 1_000_000.0));
        /// Look-ups that may wait.
        capacity: u32 = 100_000, Some((0.0, 1_000_000.0));
    }
}
