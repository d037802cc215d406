//! Settings of servers.

use crate::design::setting::settings;
use crate::units::{Distribution, Time};

settings! {
    /// Runs the application's code.
    Server {
        /// CPU cores.
        cores: u32 = 2, Some((1.0, 1_000_000.0));
        /// Requests worked on at once. A slot is held while the request waits for the database or another service.
        concurrency: u32 = 64, Some((1.0, 1_000_000.0));
        /// Places in the waiting room; a request that finds it full is shed. 0 is no waiting room.
        capacity: u32 = 256, Some((0.0, 1_000_000.0));
        /// CPU time of a request here, in place of what its class says; none asks the class.
        cpu: Option<Distribution> = None, Some((0.0, 3600.0));
        /// How fast a core is, against the one that the classes were measured on.
        speed: f64 = 1.0, Some((0.01, 100.0));
        /// How long it takes to come back after a restart.
        boot: Time = Time::from_secs(5), Some((0.0, 3600.0));
    }
}
