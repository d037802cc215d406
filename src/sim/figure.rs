//! Figures that only some kinds of component have: one declaration gives the word, the name, the unit and how frames add up.

use serde::{Deserialize, Serialize};

/// The unit of a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// A number of things.
    Count,
    /// Seconds.
    Seconds,
    /// A share from 0 to 1.
    Share,
    /// Bytes.
    Bytes,
}

/// How the figures of several frames become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fold {
    /// What happened in a frame: frames add up.
    Sum,
    /// A time average: the mean of the frames.
    Mean,
    /// What matters at its worst, such as an age: the greatest of the frames.
    Max,
}

/// What is known of a figure.
#[derive(Clone, Copy, Debug)]
pub struct FigureInfo {
    /// Its word in goals and reports: `oldest_message`.
    pub word: &'static str,
    /// Its name on the screen: `oldest message`.
    pub label: &'static str,
    /// What it means, in one sentence.
    pub help: &'static str,
    /// Its unit.
    pub measure: Measure,
    /// How frames add up.
    pub fold: Fold,
    /// The words of the component kinds that have it.
    pub kinds: &'static [&'static str],
}

macro_rules! figures {
    ($($(#[doc = $doc:literal])+ $name:ident = $word:literal, $label:literal, $measure:ident, $fold:ident, $kinds:expr;)+) => {
        /// A figure that only some kinds of component have.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum Figure { $($(#[doc = $doc])+ $name,)+ }

        impl Figure {
            /// All of them.
            pub const ALL: &'static [Figure] = &[$(Figure::$name),+];

            /// What is known of it.
            pub fn info(self) -> FigureInfo {
                match self {
                    $(Figure::$name => FigureInfo {
                        word: $word,
                        label: $label,
                        help: concat!($($doc),+).trim_ascii(),
                        measure: Measure::$measure,
                        fold: Fold::$fold,
                        kinds: &$kinds,
                    },)+
                }
            }
        }
    };
}

/// The kinds that may be groups of machines.
const GROUPS: [&str; 7] = ["server", "payment", "search", "notification", "analytics", "chat", "worker"];
/// The kinds that are servers.
const SERVERS: [&str; 6] = ["server", "payment", "search", "notification", "analytics", "chat"];

figures! {
    /// Connections open, served and waiting.
    Connections = "connections", "connections", Count, Mean, ["database"];
    /// The longest wait for a row lock that ended.
    LockWait = "lock_wait", "lock wait", Seconds, Max, ["database"];
    /// Writes that wait for a row lock.
    LockWaiters = "lock_waiters", "waiting for locks", Count, Mean, ["database"];
    /// The busy share of the disk.
    DiskUtilization = "disk_utilization", "disk busy", Share, Mean, ["database"];
    /// How old the oldest write is that a replica has not applied.
    ReplicationLag = "replication_lag", "replication lag", Seconds, Max, ["database"];
    /// Writes that a replica has not applied.
    UnappliedWrites = "unapplied_writes", "unapplied writes", Count, Mean, ["database"];
    /// Reads that did not show their user's own last write.
    OwnWritesMissed = "own_writes_missed", "own writes missed", Count, Sum, ["database"];
    /// Writes that were acknowledged and are gone, because a replica took over that never got them; counted at the primary as drawn.
    LostWrites = "lost_writes", "lost writes", Count, Sum, ["database"];
    /// Writes sent to nodes of a cluster that a read has found behind.
    ReadRepairs = "read_repairs", "read repairs", Count, Sum, ["database"];
    /// Writes that are kept for nodes of a cluster that are dead, or not caught up yet.
    Hints = "hints", "hints kept", Count, Mean, ["database"];
    /// Keys that are still to be copied to their new shard.
    KeysToMove = "keys_to_move", "keys to move", Count, Mean, ["shard-router"];
    /// The share of requests that went to the busiest shard.
    HottestShard = "hottest_shard", "hottest shard", Share, Mean, ["shard-router"];
    /// Bytes that its entries take.
    MemoryUsed = "memory_used", "memory used", Bytes, Mean, ["cache", "cdn"];
    /// Entries dropped for want of room.
    Evictions = "evictions", "evictions", Count, Sum, ["cache", "cdn"];
    /// Look-ups that missed and waited for a fetch that was already under way.
    Coalesced = "coalesced", "waited for another's fetch", Count, Sum, ["cache", "cdn"];
    /// Keys written to a write-behind cache that the database does not know yet.
    UnwrittenKeys = "unwritten_keys", "not yet in the database", Count, Mean, ["cache"];
    /// Writes that a write-behind cache had confirmed and lost before the database knew them.
    UnwrittenLost = "unwritten_lost", "confirmed writes lost", Count, Sum, ["cache"];
    /// Bytes of the answers that users got.
    BytesServed = "bytes_served", "served", Bytes, Sum, ["cdn"];
    /// Bytes of the answers that the origin gave.
    BytesFromOrigin = "bytes_from_origin", "from the origin", Bytes, Sum, ["cdn"];
    /// Messages waiting, not in the hands of a consumer.
    Backlog = "backlog", "backlog", Count, Mean, ["queue"];
    /// Messages handed to consumers and not yet acknowledged.
    InHand = "in_hand", "messages in hand", Count, Mean, ["queue"];
    /// The age of the oldest message that is not worked off yet.
    OldestMessage = "oldest_message", "oldest message", Seconds, Max, ["queue"];
    /// The time from publishing to the end of the work, of the messages worked off for the first time.
    MessageAge = "message_age", "message age when done", Seconds, Mean, ["queue", "worker"];
    /// Messages handed out again.
    Redelivered = "redelivered", "redelivered", Count, Sum, ["queue"];
    /// Messages worked off again although they had been before.
    Duplicates = "duplicates", "duplicates", Count, Sum, ["queue"];
    /// Messages worked off after a later message about the same key.
    OutOfOrder = "out_of_order", "out of order", Count, Sum, ["queue"];
    /// Messages given up on after too many tries, and kept aside.
    DeadLetters = "dead_letters", "dead letters", Count, Sum, ["queue"];
    /// Messages lost: handed out once and not worked off, in memory alone when the queue crashed, or acknowledged by a leader
    /// that died before its followers had them.
    LostMessages = "lost_messages", "lost messages", Count, Sum, ["queue"];
    /// Messages dropped to make room, or because nobody subscribes to them.
    DroppedMessages = "dropped_messages", "dropped messages", Count, Sum, ["queue"];
    /// Messages that were not worked off before their retention was over.
    ExpiredMessages = "expired_messages", "expired messages", Count, Sum, ["queue"];
    /// Consumers without a message at the end of a frame.
    IdleConsumers = "idle_consumers", "idle consumers", Count, Mean, ["queue"];
    /// Nodes of a queue that are in sync, the leader counted; none while there is no leader.
    InSync = "in_sync", "nodes in sync", Count, Mean, ["queue"];
    /// Locks held.
    LocksHeld = "locks_held", "locks held", Count, Mean, ["lock-service"];
    /// Leases that ran out and were given to the next while their holder had not let go.
    LeasesLost = "leases_lost", "leases lost", Count, Sum, ["lock-service"];
    /// Writes accepted from a holder whose lock somebody else has used since: lost updates.
    UnsafeWrites = "unsafe_writes", "unsafe writes", Count, Sum, ["lock-service"];
    /// Writes of such holders that fencing has stopped.
    FencedWrites = "fenced_writes", "fenced writes", Count, Sum, ["lock-service"];
    /// Memory in use by its processes, what requests hold included.
    Memory = "memory", "memory", Bytes, Mean, SERVERS;
    /// The busy share of its network line.
    LineUtilization = "line_utilization", "line busy", Share, Mean, SERVERS;
    /// Instances there and paid for, those that are starting included.
    Instances = "instances", "instances", Count, Mean, GROUPS;
    /// Work that it had promised in an answer and then lost.
    LostWork = "lost_work", "lost work", Count, Sum, SERVERS;
    /// Requests that the rate limit refused.
    Limited = "limited", "limited", Count, Sum, ["load-balancer", "api-gateway", "external"];
    /// Requests that the filter blocked.
    Filtered = "filtered", "filtered", Count, Sum, ["load-balancer"];
    /// TLS handshakes: connections that were opened.
    Handshakes = "handshakes", "handshakes", Count, Sum, ["load-balancer"];
    /// Users logged in who had no token.
    Logins = "logins", "log-ins", Count, Sum, ["api-gateway"];
    /// Bytes of answers that compression saved.
    BytesSaved = "bytes_saved", "bytes saved", Bytes, Sum, ["load-balancer"];
    /// DNS look-ups: a resolver had no answer that was good.
    Lookups = "lookups", "look-ups", Count, Sum, ["dns"];
    /// What the calls have cost, in dollars.
    Spent = "spent", "dollars spent", Count, Sum, ["external"];
}

impl Fold {
    /// Adds a frame's figure to what earlier frames came to; `frames` counts this one too.
    pub fn add(self, so_far: f64, figure: f64, frames: u32) -> f64 {
        match self {
            Fold::Sum => so_far + figure,
            Fold::Mean => so_far + (figure - so_far) / f64::from(frames.max(1)),
            Fold::Max => so_far.max(figure),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_add_up() {
        let check = |fold: Fold, expected: f64| {
            let frames = [3.0, 1.0, 5.0];
            let folded = frames.iter().zip(1..).fold(0.0, |so_far, (figure, count)| fold.add(so_far, *figure, count));
            assert!((folded - expected).abs() < 1e-12, "{fold:?}: {folded}");
        };
        check(Fold::Sum, 9.0);
        check(Fold::Mean, 3.0);
        check(Fold::Max, 5.0);
    }

    #[test]
    fn figures_are_of_known_kinds() {
        for figure in Figure::ALL {
            let info = figure.info();
            assert!(!info.kinds.is_empty(), "{}", info.word);
            assert!(info.kinds.iter().all(|kind| crate::design::Kind::of(kind).is_some()), "{}", info.word);
        }
    }
}
