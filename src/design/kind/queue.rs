//! Settings of message queues, and what the presets set them to.

use crate::design::setting::{choices, settings};
use crate::units::{Distribution, Time};

choices! {
    /// Which product a queue is like where nothing else is said.
    Preset {
        /// A simple queue: one message at a time to each consumer, acknowledged after the work.
        Plain = "plain",
        /// A log in partitions: each is read in order by one consumer of a group, from the last committed offset.
        Kafka = "kafka",
        /// Pushes many messages ahead to each consumer, in turn; a broken connection gives them back at once.
        RabbitMq = "rabbitmq",
        /// Consumers fetch batches; what is not deleted in time becomes visible again; no order.
        Sqs = "sqs",
        /// A log in memory with a list of pending entries, which others claim after a while.
        RedisStreams = "redis-streams",
    }
}

choices! {
    /// What a full queue does with the next message.
    Overflow {
        /// Turns it away: its publisher sees that the queue is full.
        Reject = "reject",
        /// Drops the oldest message that waits.
        DropOldest = "drop-oldest",
        /// Lets the publisher wait until there is room.
        Block = "block",
    }
}

choices! {
    /// What is promised of each message.
    Delivery {
        /// It is handed out once and never again: what a consumer loses is lost.
        AtMostOnce = "at-most-once",
        /// It is handed out again until a consumer has acknowledged it: it may be worked off twice.
        AtLeastOnce = "at-least-once",
    }
}

choices! {
    /// How messages come to consumers.
    Fetch {
        /// The queue sends them ahead, up to `prefetch` that are not acknowledged.
        Push = "push",
        /// A consumer asks for up to `prefetch` at once when it has finished what it had, and waits for the first.
        Poll = "poll",
    }
}

choices! {
    /// What gives back the messages of a consumer that died.
    Redelivery {
        /// Its broken connection.
        Disconnect = "disconnect",
        /// Only the visibility timeout.
        Timeout = "timeout",
    }
}

choices! {
    /// When a publisher is answered by a queue of several nodes.
    Acks {
        /// Before the message is stored anywhere.
        None = "none",
        /// When the leader has stored it. The followers copy it after.
        Leader = "leader",
        /// When all nodes that are in sync have it (quorum queues of RabbitMQ: when most nodes have it).
        All = "all",
    }
}

settings! {
    /// Copies of every message on several nodes, of which one leads. For queues like Kafka, RabbitMQ or none in particular.
    Replicas {
        /// Nodes that keep each message, the leader counted.
        count: u32 = 3, Some((1.0, 9.0));
        /// When a publisher is answered: none (at once), leader (it has stored the message) or all (those in sync have it).
        acks: Acks = Acks::All, None;
        /// With acks from all: nodes that must be in sync, the leader counted. With fewer, publishing fails.
        min_in_sync: u32 = 1, Some((1.0, 9.0));
        /// How long until a follower has what the leader has stored.
        lag: Distribution = Distribution::Exponential(Time::from_millis(2)), Some((0.0, 60.0));
        /// How long until the death of a node is noticed: a follower then counts no more as in sync, a leader is replaced.
        failover: Time = Time::from_secs(9), Some((0.0, 3600.0));
        /// Whether a follower that was not in sync may lead if no other is there: what it had not copied is lost.
        unclean: bool = false, None;
    }
}

choices! {
    /// Which of the messages that wait is handed out next.
    Priorities {
        /// The oldest.
        None = "none",
        /// Of the most critical classes first, as classic queues of RabbitMQ do.
        Strict = "strict",
        /// Two of high or critical classes for each other one, as quorum queues of RabbitMQ do.
        Fair = "fair",
    }
}

settings! {
    /// Keeps messages until a worker has worked them off.
    Queue {
        /// The product it is like: it gives every setting below that says none.
        preset: Preset = Preset::Plain, None;
        /// Messages that may wait for each group of consumers; none asks the preset.
        capacity: Option<u32> = None, Some((1.0, 2_000_000.0));
        /// What it does with the next message when full: reject, drop-oldest or block; none asks the preset.
        overflow: Option<Overflow> = None, None;
        /// Whether a message is handed out again when its work is not acknowledged; none asks the preset.
        delivery: Option<Delivery> = None, None;
        /// How long a message in hand stays hidden from other consumers; then it is handed out again. None asks the preset.
        visibility: Option<Time> = None, Some((0.001, 86_400.0));
        /// Messages that one consumer holds at most: sent ahead, or fetched at once. None asks the preset.
        prefetch: Option<u32> = None, Some((1.0, 10_000.0));
        /// Tries after which a message goes to the dead letters; 0 is no limit, none asks the preset.
        attempts_max: Option<u32> = None, Some((0.0, 60_000.0));
        /// The pause before a failed message is tried again, where the consumer says that it failed; none asks the preset.
        backoff: Option<Time> = None, Some((0.001, 3600.0));
        /// Partitions that keep the order of each key; 0 is a queue whose consumers compete. None asks the preset.
        partitions: Option<u32> = None, Some((0.0, 1000.0));
        /// Machines that messages are spread over; order is kept on each, not between them. None asks the preset.
        hosts: Option<u32> = None, Some((1.0, 100.0));
        /// Whether messages are pushed to consumers or fetched by them; none asks the preset.
        fetch: Option<Fetch> = None, None;
        /// What gives back the messages of a consumer that died: disconnect or timeout. None asks the preset.
        redelivery: Option<Redelivery> = None, None;
        /// How long a consumer that has gone silent is still held for alive; none asks the preset.
        session: Option<Time> = None, Some((0.001, 3600.0));
        /// How long a group stands still when its consumers share the partitions anew; none asks the preset.
        rebalance: Option<Time> = None, Some((0.0, 3600.0));
        /// How long a message is kept, read or not; none asks the preset.
        retention: Option<Time> = None, Some((0.1, 31_536_000.0));
        /// The time it takes to store a message; none asks the preset.
        publish: Option<Distribution> = None, Some((0.0, 60.0));
        /// Messages stored at once: with `publish`, its throughput. None asks the preset.
        concurrency: Option<u32> = None, Some((1.0, 1_000_000.0));
        /// The time it takes to hand a message out; none asks the preset.
        handover: Option<Time> = None, Some((0.000_001, 60.0));
        /// How long a message may be in memory alone: a crash loses the younger ones. None asks the preset.
        flush: Option<Time> = None, Some((0.0, 86_400.0));
        /// How long it takes to come back after a restart.
        boot: Time = Time::from_secs(5), Some((0.0, 3600.0));
        /// Copies on several nodes, of which one leads; none is a queue that is there or not as a whole.
        replicas: Option<Replicas> = None, None;
        /// Whether messages of more critical classes come first: none, strict or fair. For queues like RabbitMQ or none in
        /// particular.
        priorities: Priorities = Priorities::None, None;
    }
}

/// A queue's settings with the preset's in place of those left out.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "each is told of at the setting of the same name")]
pub struct Terms {
    pub capacity: u32,
    pub overflow: Overflow,
    pub delivery: Delivery,
    pub visibility: Option<Time>,
    pub prefetch: u32,
    pub attempts_max: u32,
    pub backoff: Time,
    pub partitions: u32,
    pub hosts: u32,
    pub fetch: Fetch,
    pub redelivery: Redelivery,
    pub session: Time,
    pub rebalance: Time,
    pub retention: Option<Time>,
    pub publish: Distribution,
    pub concurrency: u32,
    pub handover: Time,
    pub flush: Time,
    pub replicas: Option<Replicas>,
    /// A message is safe when most nodes have it, and they must be there: Raft.
    pub by_majority: bool,
    pub priorities: Priorities,
}

/// A queue that is like no product in particular.
const PLAIN: Terms = Terms {
    capacity: 10_000,
    overflow: Overflow::Reject,
    delivery: Delivery::AtLeastOnce,
    visibility: Some(Time::from_secs(30)),
    prefetch: 1,
    attempts_max: 5,
    backoff: Time::from_millis(100),
    partitions: 0,
    hosts: 1,
    fetch: Fetch::Push,
    redelivery: Redelivery::Disconnect,
    session: Time::from_secs(10),
    rebalance: Time::ZERO,
    retention: None,
    publish: Distribution::Constant(Time::from_millis(1)),
    concurrency: 100,
    handover: Time::from_millis(1),
    flush: Time::ZERO,
    replicas: None,
    by_majority: false,
    priorities: Priorities::None,
};

/// Defaults of Kafka 3: max.poll.records 500, session.timeout.ms 45,000, retention.ms 7 days,
/// group.initial.rebalance.delay.ms 3,000; a topic in six partitions; stored on all replicas before the answer. It has no
/// dead letters of its own.
const KAFKA: Terms = Terms {
    capacity: 2_000_000,
    visibility: None,
    prefetch: 500,
    attempts_max: 0,
    partitions: 6,
    fetch: Fetch::Poll,
    session: Time::from_secs(45),
    rebalance: Time::from_secs(3),
    retention: Some(Time::from_secs(7 * 86_400)),
    publish: Distribution::Constant(Time::from_millis(2)),
    concurrency: 1000,
    ..PLAIN
};

/// Defaults of RabbitMQ 4 quorum queues: delivery-limit 20, consumer_timeout 30 min, heartbeat 60 s, overflow drop-head; a
/// prefetch of 250 as Spring AMQP sets it. What comes back is handed out at once.
const RABBITMQ: Terms = Terms {
    capacity: 1_000_000,
    overflow: Overflow::DropOldest,
    visibility: Some(Time::from_secs(1800)),
    prefetch: 250,
    attempts_max: 20,
    backoff: Time::from_millis(1),
    session: Time::from_secs(60),
    concurrency: 30,
    handover: Time(200_000),
    by_majority: true,
    ..PLAIN
};

/// Defaults of Amazon SQS standard queues: visibility 30 s, retention 4 days, batches of at most 10, no redrive policy,
/// practically no limits; every step is a call over HTTPS.
const SQS: Terms = Terms {
    capacity: 2_000_000,
    prefetch: 10,
    attempts_max: 0,
    hosts: 3,
    fetch: Fetch::Poll,
    redelivery: Redelivery::Timeout,
    retention: Some(Time::from_secs(4 * 86_400)),
    publish: Distribution::Lognormal(Time::from_millis(10), 0.5),
    concurrency: 10_000,
    handover: Time::from_millis(10),
    ..PLAIN
};

/// Redis Streams: one thread, memory, XADD with MAXLEN, XREADGROUP COUNT 10, XAUTOCLAIM after a minute, appendfsync
/// everysec.
const REDIS_STREAMS: Terms = Terms {
    capacity: 1_000_000,
    overflow: Overflow::DropOldest,
    visibility: Some(Time::from_secs(60)),
    prefetch: 10,
    attempts_max: 0,
    fetch: Fetch::Poll,
    redelivery: Redelivery::Timeout,
    publish: Distribution::Constant(Time(20_000)),
    concurrency: 1,
    handover: Time(200_000),
    flush: Time::from_secs(1),
    ..PLAIN
};

impl Preset {
    /// What the preset sets.
    pub fn terms(self) -> Terms {
        match self {
            Preset::Plain => PLAIN,
            Preset::Kafka => KAFKA,
            Preset::RabbitMq => RABBITMQ,
            Preset::Sqs => SQS,
            Preset::RedisStreams => REDIS_STREAMS,
        }
    }
}

impl Preset {
    /// Whether its nodes are the user's to choose. (SQS keeps its copies itself; replicas of Redis are not modelled.)
    fn may_have_replicas(self) -> bool {
        matches!(self, Preset::Plain | Preset::Kafka | Preset::RabbitMq)
    }

    /// Whether the product knows priorities.
    fn may_have_priorities(self) -> bool {
        matches!(self, Preset::Plain | Preset::RabbitMq)
    }
}

impl Queue {
    /// What is set and has no effect here, or cannot work.
    pub fn remark(&self) -> Option<String> {
        let terms = self.terms();
        let what = self.preset.word();
        match (&self.replicas, &terms.replicas) {
            (Some(_), None) => {
                return Some(format!(
                    "its `replicas` have no effect: {what} does not leave that to you, or it is not modelled"
                ));
            }
            (_, Some(replicas)) if replicas.min_in_sync > replicas.count => {
                return Some("its `min_in_sync` is more than the nodes there are: nothing can be published".to_owned());
            }
            _ => {}
        }
        (self.priorities != terms.priorities).then(|| {
            format!("its `priorities` have no effect: {what}, partitions and several hosts have their own order")
        })
    }

    /// The terms it works by: what is set, otherwise the preset's.
    pub fn terms(&self) -> Terms {
        let preset = self.preset.terms();
        let terms = Terms {
            capacity: self.capacity.unwrap_or(preset.capacity),
            overflow: self.overflow.unwrap_or(preset.overflow),
            delivery: self.delivery.unwrap_or(preset.delivery),
            visibility: self.visibility.or(preset.visibility),
            prefetch: self.prefetch.unwrap_or(preset.prefetch),
            attempts_max: self.attempts_max.unwrap_or(preset.attempts_max),
            backoff: self.backoff.unwrap_or(preset.backoff),
            partitions: self.partitions.unwrap_or(preset.partitions),
            hosts: self.hosts.unwrap_or(preset.hosts),
            fetch: self.fetch.unwrap_or(preset.fetch),
            redelivery: self.redelivery.unwrap_or(preset.redelivery),
            session: self.session.unwrap_or(preset.session),
            rebalance: self.rebalance.unwrap_or(preset.rebalance),
            retention: self.retention.or(preset.retention),
            publish: self.publish.unwrap_or(preset.publish),
            concurrency: self.concurrency.unwrap_or(preset.concurrency),
            handover: self.handover.unwrap_or(preset.handover),
            flush: self.flush.unwrap_or(preset.flush),
            replicas: self.replicas.clone().filter(|_| self.preset.may_have_replicas()),
            by_majority: preset.by_majority,
            priorities: self.priorities,
        };
        let orders_by_age = terms.partitions > 0 || terms.hosts > 1 || !self.preset.may_have_priorities();
        let terms = Terms { priorities: if orders_by_age { Priorities::None } else { terms.priorities }, ..terms };
        match terms.redelivery {
            // What only a timeout gives back needs one.
            Redelivery::Timeout if terms.visibility.is_none() => Terms { visibility: PLAIN.visibility, ..terms },
            _ => terms,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_wins_over_the_preset() {
        let queue = Queue { preset: Preset::Sqs, prefetch: Some(1), ..Queue::default() };
        let terms = queue.terms();
        assert_eq!((terms.prefetch, terms.hosts, terms.fetch), (1, 3, Fetch::Poll));
        assert_eq!(Queue::default().terms(), Preset::Plain.terms());
    }

    #[test]
    fn what_a_product_does_not_have_is_left_out_and_told() {
        let check = |preset: Preset, replicas: bool, priorities: bool| {
            let (copies, order) =
                (replicas.then(Replicas::default), if priorities { Priorities::Strict } else { Priorities::None });
            let queue = Queue { preset, replicas: copies, priorities: order, ..Queue::default() };
            let terms = queue.terms();
            (terms.replicas.is_some(), terms.priorities != Priorities::None, queue.remark().is_some())
        };
        assert_eq!(check(Preset::Kafka, true, false), (true, false, false));
        assert_eq!(check(Preset::Kafka, false, true), (false, false, true));
        assert_eq!(check(Preset::RabbitMq, true, true), (true, true, false));
        assert_eq!(check(Preset::Sqs, true, false), (false, false, true));
        let replicas = Some(Replicas { min_in_sync: 4, ..Replicas::default() });
        assert!(Queue { replicas, ..Queue::default() }.remark().is_some_and(|what| what.contains("min_in_sync")));
    }
}
