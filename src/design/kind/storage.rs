//! Settings of object storage.

use crate::design::setting::settings;
use crate::units::{Bytes, Distribution, Time};

settings! {
    /// Keeps blobs: images, videos, downloads.
    ObjectStorage {
        /// Time to the first byte.
        latency: Distribution = Distribution::Lognormal(Time::from_millis(30), 0.5), Some((0.0, 60.0));
        /// Bytes per second of its line, shared by all transfers in turn.
        bandwidth: Bytes = Bytes(1_000_000_000), Some((1000.0, 1e15));
        /// Requests served at once.
        concurrency: u32 = 5000, Some((1.0, 1_000_000.0));
        /// Requests that may wait.
        capacity: u32 = 5000, Some((0.0, 1_000_000.0));
    }
}
