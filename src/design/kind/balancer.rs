//! Settings of load balancers.

use crate::design::setting::{choices, settings};
use crate::units::Time;

choices! {
    /// How a load balancer picks the next backend.
    Strategy {
        /// Each in turn.
        RoundRobin = "round-robin",
        /// Each in turn, as often as its wire's weight says.
        WeightedRoundRobin = "weighted-round-robin",
        /// The one with the fewest requests in flight from here.
        LeastConnections = "least-connections",
        /// Any, at random.
        Random = "random",
        /// The less busy of two picked at random.
        PowerOfTwo = "power-of-two",
        /// The same user always to the same backend.
        IpHash = "ip-hash",
    }
}

settings! {
    /// Active health checks: real probes over the balancer's own wires.
    HealthCheck {
        /// Time between two probes of one backend.
        interval: Time = Time::from_secs(2), Some((0.01, 3600.0));
        /// How long a probe may take.
        timeout: Time = Time::from_secs(1), Some((0.001, 3600.0));
        /// Failed probes in a row that take a backend out.
        unhealthy: u32 = 2, Some((1.0, 100.0));
        /// Good probes in a row that bring it back.
        healthy: u32 = 2, Some((1.0, 100.0));
    }
}

settings! {
    /// Spreads requests over its backends.
    LoadBalancer {
        /// How the next backend is picked.
        strategy: Strategy = Strategy::RoundRobin, None;
        /// Probes that take sick backends out; none sends traffic to the dead.
        health: Option<HealthCheck> = Some(HealthCheck::default()), None;
    }
}
