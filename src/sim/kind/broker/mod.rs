//! The broker (readers read "queue"): keeps messages until a worker has worked them off.
//!
//! A message is published by a call; the answer is the broker's acknowledgement that it is stored. Every group of
//! consumers gets every message. A delivery is an attempt without a caller, from the broker to one consumer of a worker;
//! its answer is the consumer's acknowledgement.

mod acknowledgement;
mod alarm;
mod consumers;
mod group;
mod handout;
mod ledger;
mod machines;
mod nodes;
mod priority;
mod publish;
mod replicas;

use std::collections::VecDeque;

use crate::design::{self, Fetch, Priorities, Terms};
use crate::units::Time;

use crate::sim::engine::Simulation;
use crate::sim::part::{Behavior, Duration};
use crate::sim::random::{Stream, mix};
use crate::sim::station::Station;
use crate::sim::{ComponentFrame, FRAME, Figure};

pub use group::Group;
pub use ledger::Ledger;

/// A broker at run time.
#[derive(Clone, Debug)]
pub struct Broker {
    /// What the design says.
    pub settings: design::Queue,
    /// What it works by.
    pub terms: Terms,
    /// Messages being stored, and those that wait to be.
    pub station: Station,
    /// The time it takes to store one.
    pub publish: Duration,
    /// The groups, each with its messages. There is always one.
    groups: Vec<Group>,
    /// The wires to workers, each with its worker and group.
    links: Vec<Link>,
    /// Deliveries under way, in a slab reused by index.
    deliveries: Vec<Delivery>,
    free: Vec<u32>,
    /// Publishers that wait for room.
    blocked: VecDeque<u32>,
    /// The alarm that is running (0 is none), and when it rings.
    alarm: (u32, Time),
    /// Workers that went silent, until when they are held for alive, and whether they crashed.
    silent: Vec<Silence>,
    /// Its nodes, where it has several.
    replication: Option<Box<replicas::Replication>>,
    /// Which host a message goes to, and which one is asked first.
    stream: Stream,
    /// What had been counted when the last frame was harvested.
    counted: Ledger,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Link {
    wire: u32,
    worker: u32,
    group: usize,
}

#[derive(Clone, Copy, Debug)]
struct Silence {
    worker: u32,
    /// Of its machines, the one that is meant; none is all.
    machine: Option<u16>,
    until: Time,
    crashed: bool,
}

/// One message on its way to a consumer, there, or on its way back as an acknowledgement.
#[derive(Clone, Copy, Debug)]
struct Delivery {
    attempt: u32,
    group: usize,
    number: u32,
    consumer: u32,
    /// The consumer's slot at its worker.
    slot: u32,
    /// It counts among the messages that its consumer holds.
    held: bool,
}

impl Broker {
    /// An empty broker.
    pub fn new(settings: &design::Queue, seed: u64, name: &str) -> Broker {
        let terms = settings.terms();
        Broker {
            settings: settings.clone(),
            station: Station::new(0, 0),
            publish: Duration { distribution: terms.publish, constant: None },
            groups: vec![Group::new("", Vec::new(), lanes_of(&terms))],
            links: Vec::new(),
            deliveries: Vec::new(),
            free: Vec::new(),
            blocked: VecDeque::new(),
            alarm: (0, Time::MAX),
            silent: Vec::new(),
            replication: None,
            stream: Stream::new(seed, &format!("{name}/hosts")),
            counted: Ledger::default(),
            terms,
        }
    }

    /// Whether it is a log whose partitions are shared out.
    fn partitioned(&self) -> bool {
        self.terms.partitions > 0
    }

    /// Whether consumers fetch their messages.
    fn polled(&self) -> bool {
        self.partitioned() || self.terms.fetch == Fetch::Poll
    }

    fn add_delivery(&mut self, delivery: Delivery) -> u32 {
        match self.free.pop() {
            Some(index) => {
                self.deliveries[index as usize] = delivery;
                index
            }
            None => {
                self.deliveries.push(delivery);
                self.deliveries.len() as u32 - 1
            }
        }
    }

    /// The slot of the consumer that a delivery is for.
    pub fn slot_of(&self, delivery: u32) -> u32 {
        self.deliveries[delivery as usize].slot
    }

    /// The group and number of the message that a delivery is of.
    fn message_of(&self, delivery: u32) -> (usize, u32) {
        let delivery = &self.deliveries[delivery as usize];
        (delivery.group, delivery.number)
    }

    /// How many messages came and how they left, all groups together.
    pub fn ledger(&self) -> Ledger {
        let mut sum = Ledger::default();
        self.groups.iter().for_each(|group| sum.add(&group.ledger()));
        sum
    }

    /// The memory it takes.
    pub fn bytes(&self) -> usize {
        self.groups.iter().map(Group::bytes).sum::<usize>()
            + self.deliveries.len() * size_of::<Delivery>()
            + self.replication.as_ref().map_or(0, |of| of.bytes())
    }

    /// Fills in the frame that ends now.
    pub fn harvest(&mut self, now: Time, frame: &mut ComponentFrame) {
        let (busy, _) = self.station.harvest(now, FRAME);
        (frame.busy, frame.servers) = (busy, self.station.servers as f32);
        let (mut backlog, mut in_hand, mut ages) = (0.0, 0.0, (0.0, 0));
        for group in &mut self.groups {
            backlog += group.waiting.harvest(now, FRAME);
            in_hand += group.in_hand.harvest(now, FRAME);
            ages = (ages.0 + group.ages.0, ages.1 + group.ages.1);
            group.ages = (0.0, 0);
        }
        (frame.waiting, frame.capacity) = (backlog, self.terms.capacity as f32);
        (frame.held, frame.slots) = (in_hand, 0.0);
        let oldest = self.groups.iter().filter_map(Group::oldest).min().map_or(0.0, |at| now.since(at).as_secs_f64());
        let consumers = self.groups.iter().flat_map(|group| &group.consumers).filter(|consumer| consumer.active);
        let idle = consumers.filter(|consumer| consumer.holding == 0).count();
        let (seen, before) = (self.ledger(), self.counted);
        self.counted = seen;
        let figures = &mut frame.figures;
        figures.push((Figure::Backlog, backlog));
        figures.push((Figure::InHand, in_hand));
        figures.push((Figure::OldestMessage, oldest as f32));
        figures.extend((ages.1 > 0).then(|| (Figure::MessageAge, (ages.0 / f64::from(ages.1)) as f32)));
        figures.push((Figure::Redelivered, (seen.redelivered - before.redelivered) as f32));
        figures.push((Figure::Duplicates, (seen.duplicates - before.duplicates) as f32));
        figures.push((Figure::OutOfOrder, (seen.out_of_order - before.out_of_order) as f32));
        figures.push((Figure::DeadLetters, (seen.dead - before.dead) as f32));
        figures.push((Figure::LostMessages, (seen.lost - before.lost) as f32));
        figures.push((Figure::DroppedMessages, (seen.dropped - before.dropped) as f32));
        figures.push((Figure::ExpiredMessages, (seen.expired - before.expired) as f32));
        figures.push((Figure::IdleConsumers, idle as f32));
        figures.extend(self.replication.as_ref().map(|of| (Figure::InSync, of.nodes.in_sync() as f32)));
    }
}

/// How many lanes a group has.
fn lanes_of(terms: &Terms) -> usize {
    match terms.priorities {
        _ if terms.partitions > 0 => terms.partitions as usize,
        Priorities::None => terms.hosts as usize,
        priorities => priority::lanes(priorities),
    }
}

/// The partition of a class's subject.
fn partition_of(class: u16, subject: u32, partitions: u32) -> u16 {
    (mix(u64::from(class) << 32 | u64::from(subject)) % u64::from(partitions)) as u16
}

impl Simulation {
    fn broker(&mut self, at: u32) -> &mut Broker {
        match &mut self.parts[at as usize].behavior {
            Behavior::Broker(broker) => broker,
            _ => unreachable!("only brokers have messages"),
        }
    }

    /// The broker at one end of a wire to a worker, however it is drawn.
    pub(super) fn broker_at(&self, wire: u32) -> u32 {
        let wire = &self.wires[wire as usize];
        match self.parts[wire.from as usize].behavior {
            Behavior::Broker(_) => wire.from,
            _ => wire.to,
        }
    }

    /// How many messages came to the queue of this name and how they left it, counted one by one.
    pub fn ledger(&self, name: &str) -> Option<Ledger> {
        let part = self.parts.iter().rev().find(|part| part.name == name)?;
        match &part.behavior {
            Behavior::Broker(broker) => {
                let mut sum = Ledger::default();
                broker.groups.iter().for_each(|group| sum.add(&group.audit()));
                Some(sum)
            }
            _ => None,
        }
    }

    /// Takes over what the design says; the consumers are met once all workers are known.
    pub(in crate::sim) fn configure_broker(&mut self, at: u32, settings: &design::Queue) {
        let terms = settings.terms();
        let publish = self.prepared(terms.publish);
        let levels = self.classes.iter().map(|class| priority::lane_of(terms.priorities, class.cost.criticality));
        let levels: Vec<u16> = levels.collect();
        self.parts[at as usize].boot = settings.boot;
        let now = self.now;
        let broker = self.broker(at);
        broker.settings = settings.clone();
        broker.publish = publish;
        broker.station.servers = terms.concurrency;
        broker.station.capacity = PUBLISHERS_MAX;
        let (lanes, partitions) = (lanes_of(&terms), terms.partitions);
        let (before, priorities) = (&broker.terms, terms.priorities);
        if before.partitions != partitions || before.hosts != terms.hosts || before.priorities != priorities {
            for group in &mut broker.groups {
                group.commit_all(now);
                group.relay(lanes, |message| match partitions {
                    0 if priorities != Priorities::None => levels[usize::from(message.class)],
                    0 => (message.subject % lanes as u32) as u16,
                    partitions => partition_of(message.class, message.subject, partitions),
                });
                group.sharers.clear();
            }
        }
        broker.terms = terms;
        self.configure_replicas(at);
    }
}

/// Publishers that may wait for a broker that is busy storing.
const PUBLISHERS_MAX: u32 = 1_000_000;
