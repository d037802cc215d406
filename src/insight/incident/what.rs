//! What an incident is made of: the closed set of all that can be found, and how each is told.

use serde::{Deserialize, Serialize};

/// Where something happens. Indices are those of [`crate::sim::Parts`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Place {
    /// At a component.
    Component(u32),
    /// On a wire.
    Wire(u32),
}

/// How a finding stands to the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// It comes from outside: something broke, changed or filled up that worked before.
    Trigger,
    /// More is asked for than before.
    Demand,
    /// A limit is reached.
    Limit,
    /// It follows from others.
    Effect,
    /// How the users fare.
    Users,
}

macro_rules! whats {
    ($($(#[doc = $doc:literal])+ $name:ident = $word:literal, $role:ident, $term:expr;)+) => {
        /// What was found.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum What { $($(#[doc = $doc])+ $name,)+ }

        impl What {
            /// All of them.
            pub const ALL: &'static [What] = &[$(What::$name),+];

            /// Its word in JSON and for the screen: `slowed`.
            pub fn word(self) -> &'static str {
                match self { $(What::$name => $word,)+ }
            }

            /// How it stands to other findings.
            pub fn role(self) -> Role {
                match self { $(What::$name => Role::$role,)+ }
            }

            /// The glossary's entry about it, if there is one.
            pub fn term(self) -> Option<&'static str> {
                match self { $(What::$name => $term,)+ }
            }
        }
    };
}

whats! {
    /// A component died.
    Crashed = "crashed", Trigger, None;
    /// Some of a component's instances died.
    InstancesDied = "instances-died", Trigger, None;
    /// Its memory fills while it has no more to do than before.
    MemoryLeak = "memory-leak", Trigger, Some("memory-leak");
    /// It is being replaced by a new version.
    Deployed = "deployed", Trigger, None;
    /// It moves to another machine.
    Resized = "resized", Trigger, None;
    /// It finishes nothing, although it has work.
    Stalled = "stalled", Trigger, Some("gc-pause");
    /// One piece of work takes longer than before.
    Slowed = "slowed", Trigger, Some("service-time");
    /// Its disk is full: writes fail.
    DiskFull = "disk-full", Trigger, None;
    /// Nothing gets through.
    Cut = "cut", Trigger, Some("partition");
    /// A share of the packets gets lost.
    PacketLoss = "packet-loss", Trigger, Some("packet-loss");
    /// The way takes longer than before.
    Delayed = "delayed", Trigger, Some("latency");
    /// A cache has lost what it knew.
    CacheEmptied = "cache-emptied", Trigger, Some("cold-cache");
    /// Many entries of a cache expired together.
    CacheExpired = "cache-expired", Trigger, Some("stampede");
    /// One shard gets far more than its share.
    HotShard = "hot-shard", Trigger, Some("hot-key");
    /// Messages that fail every time.
    Poison = "poison", Trigger, Some("poison-message");
    /// Writes wait for the lock of one row.
    LockContention = "lock-contention", Trigger, Some("lock-contention");
    /// Users want more than before.
    Surge = "surge", Demand, Some("arrival-rate");
    /// Its rate limit turns requests away.
    RateLimited = "rate-limited", Limit, Some("rate-limit");
    /// All its connections are in use.
    ConnectionsFull = "connections-full", Limit, Some("connection-pool");
    /// A wire's bulkhead is full.
    BulkheadFull = "bulkhead-full", Limit, Some("bulkhead");
    /// Its disk is busy all the time.
    DiskBusy = "disk-busy", Limit, Some("saturation");
    /// A wire carries all the bytes that fit through.
    LineFull = "line-full", Limit, Some("bandwidth");
    /// Its memory ran out.
    OutOfMemory = "out-of-memory", Limit, Some("out-of-memory");
    /// All its servers (cores, statements, consumers) are busy.
    Saturated = "saturated", Limit, Some("saturation");
    /// All its slots are held by requests that wait for somebody else.
    SlotsHeld = "slots-held", Effect, Some("concurrency");
    /// Its waiting room fills.
    QueueGrew = "queue-grew", Effect, Some("waiting-room");
    /// Its waiting room is full, and turns requests away.
    Overflowed = "overflowed", Effect, Some("load-shedding");
    /// Callers stop waiting.
    TimedOut = "timed-out", Effect, Some("timeout");
    /// Calls fail.
    CallsFail = "calls-fail", Effect, Some("cascade");
    /// Callers try again.
    Retries = "retries", Effect, Some("retry-storm");
    /// Users reload the page.
    Reloads = "reloads", Effect, Some("retry-storm");
    /// A breaker opened.
    BreakerOpened = "breaker-opened", Effect, Some("breaker");
    /// A health check took a backend out.
    TakenOut = "taken-out", Effect, Some("health-check");
    /// Users wait far longer than before, or get failures.
    UsersHurt = "users-hurt", Users, None;
    /// Half of the users or more get no answer.
    Collapsed = "collapsed", Users, Some("cascade");
    /// What began it is over.
    CauseOver = "cause-over", Users, None;
    /// It goes on although what began it is over.
    StaysDown = "stays-down", Users, Some("metastable-failure");
    /// Users get their answers again.
    Recovered = "recovered", Users, None;
}
