//! Publishing: a message is stored for every group, or turned away, or something older makes room for it.

use crate::design::Overflow;

use crate::sim::Outcome;
use crate::sim::attempt::{Attempt, NONE, Stage};
use crate::sim::engine::Simulation;
use crate::sim::part::Behavior;

use super::group::{End, Message, State};
use super::{Broker, partition_of, priority};

impl Broker {
    /// Whether some group has no room for a message of this class.
    fn is_full(&self, class: u16) -> bool {
        let mut groups = self.groups.iter().filter(|group| group.subscribes(class));
        let unseen = self.replication.as_ref().map_or(0, |of| of.unseen()) as u32;
        groups.any(|group| group.waiting.count + unseen >= self.terms.capacity)
    }

    /// Counts a message that finds no room though its publisher was answered.
    fn drop_promised(&mut self, class: u16) {
        self.groups.iter_mut().filter(|group| group.subscribes(class)).for_each(|group| group.unroutable());
    }
}

impl Simulation {
    /// A broker is ready to store what it was sent.
    pub(in crate::sim) fn broker_done(&mut self, at: u32, index: u32) {
        let now = self.now;
        let Attempt { class, wire, .. } = self.attempts[index];
        // Its publisher was answered before.
        let promised = wire == NONE;
        let Behavior::Broker(broker) = &mut self.parts[at as usize].behavior else { return };
        broker.station.release(now);
        self.ready.extend(broker.station.next(now, &self.attempts));
        match broker.terms.overflow {
            Overflow::Reject if broker.is_full(class) => match promised {
                true => {
                    broker.drop_promised(class);
                    return self.attempts.remove(index);
                }
                false => return self.shed(at, index),
            },
            Overflow::Block if broker.is_full(class) || !broker.blocked.is_empty() => {
                broker.blocked.push_back(index);
                self.attempts[index].stage = Stage::WaitingCore;
                return;
            }
            _ => {}
        }
        self.store(at, index);
        self.serve(at);
    }

    /// Stores a message, and answers its publisher: at once, or when it is safe.
    fn store(&mut self, at: u32, index: u32) {
        let message = self.message_of(index);
        if self.broker(at).replication.is_some() {
            return self.replicate(at, index, message);
        }
        self.reveal(at, message);
        self.tell_publisher(index, Outcome::Ok);
    }

    /// The message that an attempt publishes.
    fn message_of(&self, index: u32) -> Message {
        let now = self.now;
        let attempt = &self.attempts[index];
        let class = attempt.class;
        let subject = if self.classes[usize::from(class)].cost.uses_keys() { attempt.key } else { attempt.user };
        Message {
            published: now,
            key: attempt.key,
            user: attempt.user,
            subject,
            trip: attempt.trip,
            delivery: NONE,
            consumer: NONE,
            span: attempt.span,
            stored: 0,
            class,
            failures: 0,
            lane: 0,
            state: State::Waiting,
            worked: false,
            stale: 0,
        }
    }

    /// Gives a message to every group that subscribes to it.
    pub(super) fn reveal(&mut self, at: u32, mut message: Message) {
        let now = self.now;
        let Message { class, subject, .. } = message;
        let criticality = self.classes[usize::from(class)].cost.criticality;
        let broker = self.broker(at);
        let (partitions, hosts, capacity) = (broker.terms.partitions, broker.terms.hosts, broker.terms.capacity);
        if partitions > 0 {
            message.lane = partition_of(class, subject, partitions);
        } else if hosts > 1 {
            message.lane = broker.stream.below(hosts) as u16;
        } else {
            message.lane = priority::lane_of(broker.terms.priorities, criticality);
        }
        let mut nobody = true;
        for group in broker.groups.iter_mut().filter(|group| group.subscribes(class)) {
            nobody = false;
            // Whoever rejects or blocks has looked already; a capacity that shrank in mid-run drops more than one.
            while group.waiting.count >= capacity && group.discard_oldest(End::Dropped, now) {}
            group.publish(message.clone(), now);
        }
        if nobody && let Some(group) = broker.groups.first_mut() {
            group.unroutable();
        }
        self.watch_retention(at);
    }

    /// Hands out what can be handed out, and lets publishers in that wait for room.
    pub(super) fn serve(&mut self, at: u32) {
        if self.parts[at as usize].refuses() || self.parts[at as usize].cut {
            return;
        }
        for group in 0..self.broker(at).groups.len() {
            self.hand_out(at, group);
        }
        while let Some(&index) = self.broker(at).blocked.front() {
            let class = self.attempts[index].class;
            let broker = self.broker(at);
            if broker.is_full(class) {
                return;
            }
            broker.blocked.pop_front();
            self.store(at, index);
            for group in 0..self.broker(at).groups.len() {
                self.hand_out(at, group);
            }
        }
    }
}
