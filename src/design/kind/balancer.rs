//! Settings of load balancers.

use crate::design::setting::{Names, choices, settings};
use crate::units::{Bytes, Chance, Rate, Time};

use super::Limit;

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
        /// The same user or key to the same backend, on a ring: when a backend dies, only its own move.
        ConsistentHash = "consistent-hash",
        /// The one that has answered fastest lately, times the requests in flight there.
        LeastLatency = "least-latency",
        /// Those nearest to the user, in turn.
        Geographic = "geographic",
    }
}

choices! {
    /// What a consistent hash goes by.
    HashBy {
        /// The user: sessions stay together.
        User = "user",
        /// The key that the request is about: each backend's memory holds its own share of the keys.
        Key = "key",
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
        /// How long a backend that came back gets a growing share, from a tenth to all of it; 0s is the whole share at once.
        slow_start: Time = Time::ZERO, Some((0.0, 3600.0));
    }
}

settings! {
    /// Outlier ejection: real requests that fail take a backend out, with no probe.
    Outlier {
        /// Failed requests in a row that take a backend out.
        errors: u32 = 5, Some((1.0, 10_000.0));
        /// How long it stays out, times how often it was taken out already.
        eject: Time = Time::from_secs(30), Some((0.001, 3600.0));
        /// The share of backends that may be out at once; one always may.
        most: Chance = Chance(0.1), Some((0.0, 1.0));
    }
}

settings! {
    /// Ends encrypted connections here. A user's first request opens one, which costs a handshake: CPU and a round trip.
    Tls {
        /// CPU time of one handshake.
        handshake: Time = Time(1_000_000), Some((0.0, 10.0));
        /// How long an idle connection stays open for the same user's next request.
        keep_alive: Time = Time::from_secs(60), Some((0.0, 86400.0));
    }
}

settings! {
    /// Looks into every request and blocks some.
    Filter {
        /// The classes that are blocked, such as the requests of bots.
        classes: Names = Names::default(), None;
        /// CPU time to look into one request.
        cpu: Time = Time(100_000), Some((0.0, 10.0));
    }
}

settings! {
    /// Compresses answers: fewer bytes on the wire to the user, for CPU time here.
    Compression {
        /// The size of a compressed answer, as a share of what it was.
        ratio: Chance = Chance(0.3), Some((0.0, 1.0));
        /// CPU time to compress a megabyte.
        cpu: Time = Time::from_millis(20), Some((0.0, 60.0));
        /// Smaller answers are left as they are.
        least: Bytes = Bytes(1000), Some((0.0, 1e12));
    }
}

settings! {
    /// Shapes traffic: what comes too fast waits and goes on evenly spaced (a leaky bucket), instead of being refused.
    Shape {
        /// Requests per second that go on.
        rate: Rate = Rate(100.0), Some((0.001, 10_000_000.0));
        /// Requests that may wait for their turn; one more is shed.
        capacity: u32 = 100, Some((0.0, 1_000_000.0));
    }
}

settings! {
    /// Keeps copies of answers of static classes, and gives them out without asking a backend.
    StaticCache {
        /// Answers it has memory for; when full, the least recently used goes.
        entries: u32 = 1000, Some((1.0, 10_000_000.0));
        /// How long a copy may be used; none is for ever.
        ttl: Option<Time> = Some(Time::from_secs(60)), Some((0.001, 31_536_000.0));
    }
}

settings! {
    /// Spreads requests over its backends.
    LoadBalancer {
        /// How the next backend is picked.
        strategy: Strategy = Strategy::RoundRobin, None;
        /// Probes that take sick backends out; none sends traffic to the dead.
        health: Option<HealthCheck> = Some(HealthCheck::default()), None;
        /// Takes backends out by the failures of real requests; none looks at probes only.
        outlier: Option<Outlier> = None, None;
        /// What consistent-hash goes by: user or key.
        hash_by: HashBy = HashBy::User, None;
        /// Consistent hashing with bounded loads: a backend with more than this many times the average load passes requests
        /// on to the next on the ring; none is no bound.
        hash_bound: Option<f64> = None, Some((1.0, 100.0));
        /// CPU cores for TLS, filtering and compression; none is as many as it takes.
        cores: Option<u32> = None, Some((1.0, 1_000_000.0));
        /// Requests passed on at once, each held until its answer is back; none is no limit.
        concurrency: Option<u32> = None, Some((1.0, 1_000_000.0));
        /// Requests that may wait when all of `concurrency` are taken; one more is shed.
        capacity: u32 = 1000, Some((0.0, 1_000_000.0));
        /// A rate limit: more requests are refused at once.
        limit: Option<Limit> = None, None;
        /// TLS termination; none leaves encryption to the backends, which is not simulated.
        tls: Option<Tls> = None, None;
        /// Request filtering; none lets everything through.
        filter: Option<Filter> = None, None;
        /// Compression of answers; none sends them as they are.
        compression: Option<Compression> = None, None;
        /// Copies of static answers; none asks a backend each time.
        cache: Option<StaticCache> = None, None;
        /// Traffic shaping; none passes requests on as they come.
        shape: Option<Shape> = None, None;
    }
}
