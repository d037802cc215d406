//! Settings of databases.

use crate::design::setting::{choices, settings};
use crate::units::{Chance, Distribution, Time};

choices! {
    /// What a write waits for where replicas are wired to the database.
    Replication {
        /// For nothing: replicas follow when they can. Fast; a failover loses what they had not got yet.
        Async = "async",
        /// For one replica to have received it.
        SemiSync = "semi-sync",
        /// For all replicas to have applied it. Nothing is lost; one replica that is down stops all writes.
        Sync = "sync",
    }
}

settings! {
    /// The disk under a database: pages are read when the buffer does not hold them, and every write goes to a log.
    Disk {
        /// Reads and writes of a page per second, at most.
        iops: u32 = 3000, Some((1.0, 10_000_000.0));
        /// How many it works on at once: one page takes `depth / iops` seconds.
        depth: u32 = 3, Some((1.0, 10_000.0));
        /// Group commit: writes that wait for the log are written together, in one go.
        group_commit: bool = false, None;
    }
}

settings! {
    /// A cluster without a leader, as in Dynamo or Cassandra: every key is kept by `n` nodes.
    Quorum {
        /// Nodes that keep each key. A write goes to all of them.
        n: u32 = 3, Some((1.0, 15.0));
        /// Nodes that a read asks; the newest answer counts.
        r: u32 = 1, Some((1.0, 15.0));
        /// Nodes that must have a write before it is answered. With r + w > n, a read always meets the last write.
        w: u32 = 1, Some((1.0, 15.0));
        /// The share of reads that ask all nodes, compare their answers, and write to those that are behind; none never does.
        read_repair: Option<Chance> = None, Some((0.0, 1.0));
        /// How long after a node's death what it misses is kept for it, to be sent when it is back; none keeps nothing.
        hints: Option<Time> = None, Some((0.1, 31_536_000.0));
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
        /// CPU cores: `read` and `write` are then time on a core, and statements wait for one. None: each has its own.
        cores: Option<u32> = None, Some((1.0, 1_000_000.0));
        /// The disk under it; none costs no time of its own.
        disk: Option<Disk> = None, None;
        /// Keys that its memory holds (with a disk): any other is read from the disk first. None: all fit.
        buffer: Option<u32> = None, Some((1.0, 10_000_000.0));
        /// Row locks: a write locks its key until it is done, and writes of one key wait for each other.
        locks: bool = false, None;
        /// How much statements get in each other's way: each other one in progress makes one slower by this share.
        contention: f64 = 0.0, Some((0.0, 10.0));
        /// How much they have to agree with each other: a share for each pair. Above some concurrency throughput falls.
        coherency: f64 = 0.0, Some((0.0, 10.0));
        /// What a write waits for, where replicas are wired to it: async, semi-sync or sync.
        replication: Replication = Replication::Async, None;
        /// As a replica: time to apply one write, one after the other.
        apply: Distribution = Distribution::Constant(Time::from_millis(1)), Some((0.0, 3600.0));
        /// With replicas: how long it is out of reach before the most advanced replica takes over; none is never.
        failover: Option<Time> = None, Some((0.0, 3600.0));
        /// A cluster without a leader, of `n` nodes with this concurrency each; none is one machine.
        quorum: Option<Quorum> = None, None;
    }
}
