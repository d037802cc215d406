//! Settings of shard routers.

use crate::design::setting::{choices, settings};
use crate::units::Rate;

choices! {
    /// Which shard keeps a key.
    Sharding {
        /// The key's hash modulo the number of shards: even, but nearly all keys move when a shard is added.
        Hash = "hash",
        /// Neighbouring keys together: good for scans, bad when popular keys are neighbours.
        Range = "range",
        /// A ring of hashes: even enough, and a new shard takes only its share of the keys.
        ConsistentHash = "consistent-hash",
    }
}

settings! {
    /// Knows which database keeps which key, and moves keys when databases come and go.
    ShardRouter {
        /// Which shard keeps a key: hash, range or consistent-hash.
        strategy: Sharding = Sharding::ConsistentHash, None;
        /// With consistent-hash: no shard keeps more than this many times the average number of keys; none is no bound.
        bounded_load: Option<f64> = None, Some((1.01, 100.0));
        /// Keys copied per second while shards are rebalanced: each costs a read at its old home and a write at its new one.
        rebalance: Rate = Rate(500.0), Some((0.01, 1_000_000.0));
    }
}
