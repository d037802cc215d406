//! Settings of databases.

use crate::design::setting::settings;
use crate::units::{Distribution, Time};

settings! {
    /// Keeps the data.
    Database {
        /// Time of one read.
        read: Distribution = Distribution::Exponential(Time::from_millis(8)), Some((0.0, 3600.0));
        /// Time of one write.
        write: Distribution = Distribution::Exponential(Time::from_millis(10)), Some((0.0, 3600.0));
        /// Statements served at once.
        concurrency: u32 = 40, Some((1.0, 1_000_000.0));
        /// Open connections at most: statements served and waiting. One more is turned away.
        connections: u32 = 200, Some((1.0, 1_000_000.0));
        /// How long it takes to come back after a restart.
        boot: Time = Time::from_secs(20), Some((0.0, 3600.0));
    }
}
