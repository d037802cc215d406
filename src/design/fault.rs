//! What goes wrong on purpose: the scripted faults of a design.

use crate::units::{Bytes, Chance, Time};

use super::setting::{Names, choices, settings};

choices! {
    /// The kinds of fault.
    FaultKind {
        /// The process dies: everything in it is lost, and calls to it fail at once.
        Crash = "crash",
        /// The process is stopped and comes back after its boot time.
        Restart = "restart",
        /// Work takes `factor` times as long; on a wire, latency does.
        SlowDown = "slow-down",
        /// Nothing gets through, not even a refusal: callers wait until they time out.
        Partition = "partition",
        /// A `share` of the packets is lost, each way, on a wire or on all wires of a component.
        PacketLoss = "packet-loss",
        /// Every packet takes `latency` longer, each way, on a wire or on all wires of a component.
        AddedLatency = "added-latency",
        /// A cache forgets everything.
        CacheFlush = "cache-flush",
        /// A database's disk is full: writes fail and a replica stops applying them, reads still work.
        DiskFull = "disk-full",
        /// A server's process stands still: work in progress finishes that much later, and new work waits.
        GcPause = "gc-pause",
        /// A server loses `rate` bytes of memory a second until it is restarted; needs a server with `memory`.
        MemoryLeak = "memory-leak",
        /// A new version goes out to a server, one instance after another; it is `factor` times slower (1 is as good as
        /// the old one). When the time is over, it is rolled back in the same way.
        Deploy = "deploy",
        /// A `share` of users' requests all ask for one key. Strikes users.
        HotKey = "hot-key",
        /// Users come `factor` times as often. Strikes users.
        TrafficSurge = "traffic-surge",
    }
}

settings! {
    /// How a fault is written in a file, besides its target.
    FaultSettings {
        /// When it strikes.
        at: Time = Time::ZERO, Some((0.0, 86400.0));
        /// What happens.
        fault: FaultKind = FaultKind::Crash, None;
        /// How long it lasts; none is until the end, or a restart.
        lasts as "for": Option<Time> = None, Some((0.000001, 86400.0));
        /// How many times slower, for a slow-down or a deploy; how many times as much, for a surge.
        factor: f64 = 5.0, Some((1.0, 10_000.0));
        /// How many instances of a group, or nodes of a cluster (`quorum`, `replicas`), die in a crash; each is back after `for`, or its boot time. 0 is all of it.
        instances: u32 = 0, Some((0.0, 1000.0));
        /// Whether only followers die, where the nodes of a queue (`replicas`) have a leader; otherwise the leader dies first.
        followers: bool = false, None;
        /// Bytes that leak per second, for a memory leak.
        rate: Bytes = Bytes(50_000_000), Some((1.0, 1e12));
        /// The share of packets lost, for a packet loss; of requests that ask for the hot key.
        share: Chance = Chance(0.1), Some((0.0, 1.0));
        /// The number of the hot key; 0 is the one that is popular anyway.
        key: u32 = 0, Some((0.0, 1_000_000.0));
        /// The request classes that a hot key is of; none named is all.
        classes: Names = Names::default(), None;
        /// How much longer a packet takes one way, for an added latency.
        latency: Time = Time::from_millis(100), Some((0.0, 60.0));
    }
}

/// One fault of the script.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// What it strikes.
    pub target: Target,
    /// When, what, how long.
    pub settings: FaultSettings,
}

/// What a fault strikes, by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A component; of a fault, perhaps a region: all in it, or all wires that cross its border.
    Component(String),
    /// A wire, from caller to callee.
    Wire(String, String),
}

impl Target {
    /// Reads `app-1` or `app-1 -> db`.
    pub fn parse(text: &str) -> Target {
        match text.split_once("->") {
            Some((from, to)) => Target::Wire(from.trim().to_owned(), to.trim().to_owned()),
            None => Target::Component(text.trim().to_owned()),
        }
    }
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Target::Component(name) => f.write_str(name),
            Target::Wire(from, to) => write!(f, "{from} -> {to}"),
        }
    }
}
