//! Settings of DNS, the global router.

use crate::design::setting::{choices, settings};
use crate::units::{Distribution, Time};

use super::HealthCheck;

choices! {
    /// How DNS picks the address it answers with.
    Routing {
        /// The healthy target nearest to the user.
        Geographic = "geographic",
        /// The healthy target that answers probes fastest, the way to the user included.
        Latency = "latency",
        /// The healthy targets in turn, as often as their wires' weights say.
        Weighted = "weighted",
        /// The first healthy target, in the order of the wires.
        Failover = "failover",
    }
}

settings! {
    /// Sends users to one of several regions: it answers with an address, which their resolvers remember for a while.
    Dns {
        /// How it picks the address it answers with.
        policy: Routing = Routing::Geographic, None;
        /// How long a resolver uses an answer before it asks again. Users go on to a dead region until then.
        ttl: Time = Time::from_secs(60), Some((0.0, 604_800.0));
        /// Time of a look-up, when the resolver has no answer that is good.
        lookup: Distribution = Distribution::Lognormal(Time::from_millis(20), 0.5), Some((0.0, 60.0));
        /// Resolvers that the users of one component ask through; each keeps its own answers, and a user keeps to one.
        resolvers: u32 = 100, Some((1.0, 10_000.0));
        /// Probes that leave dead targets out of the answers; none answers with the dead.
        health: Option<HealthCheck> = Some(HealthCheck::default()), None;
    }
}
