//! The component kinds and the settings of each.

use crate::units::{Bytes, Distribution, Rate, Time};

use super::setting::{Curve, Settings, choices, settings};

choices! {
    /// How open traffic arrives.
    Arrivals {
        /// Independent users: exponential gaps at the curve's rate.
        Poisson = "poisson",
        /// Evenly spaced.
        Even = "even",
    }
}

settings! {
    /// The users: where requests come from, and how patient they are.
    Clients {
        /// How open traffic arrives: poisson or even.
        arrivals: Arrivals = Arrivals::Poisson, None;
        /// Open traffic over time, piecewise linear.
        traffic: Curve = Curve(vec![(Time::ZERO, Rate(10.0))]), None;
        /// A closed population beside the open traffic: each user thinks, asks, waits for the answer, and thinks again.
        users: u32 = 0, Some((0.0, 1_000_000.0));
        /// How long a user of the closed population thinks between an answer and the next request.
        think: Distribution = Distribution::Exponential(Time::from_secs(10)), Some((0.0, 86400.0));
        /// How long a user waits for the page before giving up on it; none is for ever.
        patience: Option<Time> = None, Some((0.000001, 3600.0));
        /// How often a user reloads a page that failed or took too long. Each reload is a new request.
        refreshes: u32 = 0, Some((0.0, 100.0));
        /// How long a user hesitates before reloading.
        hesitation: Distribution = Distribution::Exponential(Time::from_millis(500)), Some((0.0, 3600.0));
    }
}

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

settings! {
    /// Remembers answers of the database (cache-aside: the server asks here first and fills it after a miss).
    Cache {
        /// Entries it has memory for.
        entries: u32 = 10_000, Some((1.0, 10_000_000.0));
        /// Which entry it drops when full.
        eviction: Eviction = Eviction::Lru, None;
        /// How long an entry may be used; none is for ever.
        ttl: Option<Time> = None, Some((0.001, 31_536_000.0));
        /// Time of one look-up.
        lookup: Distribution = Distribution::Constant(Time(500_000)), Some((0.0, 60.0));
        /// Look-ups served at once.
        concurrency: u32 = 10_000, Some((1.0, 1_000_000.0));
        /// Look-ups that may wait.
        capacity: u32 = 10_000, Some((0.0, 1_000_000.0));
    }
}

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

macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $variant:ident = $word:literal, $label:literal;)+) => {
        /// What a component is, with its settings.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Kind { $($(#[doc = $doc])+ $variant($variant),)+ }

        impl Kind {
            /// The kinds' words in a file, in the order of the palette.
            pub const WORDS: &'static [&'static str] = &[$($word),+];

            /// The kind of this word, with default settings.
            pub fn of(word: &str) -> Option<Kind> {
                match word { $($word => Some(Kind::$variant($variant::default())),)+ _ => None }
            }

            /// The word in a file: `load-balancer`.
            pub fn word(&self) -> &'static str {
                match self { $(Kind::$variant(_) => $word,)+ }
            }

            /// The name on the screen: `Load balancer`.
            pub fn label(&self) -> &'static str {
                match self { $(Kind::$variant(_) => $label,)+ }
            }

            /// What it is for, in one sentence.
            pub fn help(&self) -> &'static str {
                match self { $(Kind::$variant(_) => concat!($($doc),+).trim_ascii(),)+ }
            }

            /// Its settings.
            pub fn settings(&self) -> &dyn Settings {
                match self { $(Kind::$variant(settings) => settings,)+ }
            }

            /// Its settings, to change.
            pub fn settings_mut(&mut self) -> &mut dyn Settings {
                match self { $(Kind::$variant(settings) => settings,)+ }
            }
        }
    };
}

kinds! {
    /// The users: where requests come from, and how patient they are.
    Clients = "clients", "Users";
    /// Spreads requests over its backends and takes sick ones out.
    LoadBalancer = "load-balancer", "Load balancer";
    /// Runs the application's code.
    Server = "server", "Server";
    /// Remembers answers of the database.
    Cache = "cache", "Cache";
    /// Keeps the data.
    Database = "database", "Database";
    /// Keeps blobs: images, videos, downloads.
    ObjectStorage = "object-storage", "Object storage";
}
