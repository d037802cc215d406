//! Settings of lock services.

use crate::design::setting::settings;
use crate::units::{Distribution, Time};

settings! {
    /// Lets one request at a time work on a key, by leases.
    LockService {
        /// How long a lock is held at most, unless renewed: a holder that died does not hold it for ever.
        lease: Time = Time::from_secs(10), Some((0.000_001, 86_400.0));
        /// Whether a holder that lives and can be reached renews its lease when it runs out.
        renewal: bool = false, None;
        /// Whether data stores refuse the writes of a holder whose lock somebody else has used since.
        fencing: bool = false, None;
        /// The time of one operation.
        operation: Distribution = Distribution::Constant(Time::from_millis(1)), Some((0.0, 60.0));
        /// Operations served at once.
        concurrency: u32 = 100, Some((1.0, 1_000_000.0));
        /// Operations that may wait to be served; waiting for a lock has no bound.
        capacity: u32 = 10_000, Some((0.0, 1_000_000.0));
        /// How long it takes to come back after a restart. Leases are on disk: they outlast a crash.
        boot: Time = Time::from_secs(5), Some((0.0, 3600.0));
    }
}
