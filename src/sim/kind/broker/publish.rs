//! Publishing: a message is stored for every group, or turned away, or something older makes room for it.

use crate::design::Overflow;

use crate::sim::Outcome;
use crate::sim::attempt::{NONE, Stage};
use crate::sim::engine::Simulation;
use crate::sim::part::Behavior;

use super::group::{End, Message, State};
use super::{Broker, partition_of};

impl Broker {
    /// Whether some group has no room for a message of this class.
    fn is_full(&self, class: u16) -> bool {
        let mut groups = self.groups.iter().filter(|group| group.subscribes(class));
        groups.any(|group| group.waiting.count >= self.terms.capacity)
    }
}

impl Simulation {
    /// A broker is ready to store what it was sent.
    pub(in crate::sim) fn broker_done(&mut self, at: u32, index: u32) {
        let now = self.now;
        let class = self.attempts[index].class;
        let Behavior::Broker(broker) = &mut self.parts[at as usize].behavior else { return };
        broker.station.release(now);
        self.ready.extend(broker.station.next(now, &self.attempts));
        match broker.terms.overflow {
            Overflow::Reject if broker.is_full(class) => return self.shed(at, index),
            Overflow::Block if broker.is_full(class) || !broker.blocked.is_empty() => {
                broker.blocked.push_back(index);
                self.attempts[index].stage = Stage::WaitingCore;
                return;
            }
            _ => {}
        }
        self.store(at, index);
        self.answer(index, Outcome::Ok);
        self.serve(at);
    }

    /// Stores a message for every group that subscribes to it.
    fn store(&mut self, at: u32, index: u32) {
        let now = self.now;
        let attempt = &self.attempts[index];
        let class = attempt.class;
        let subject = if self.classes[usize::from(class)].cost.uses_keys() { attempt.key } else { attempt.user };
        let mut message = Message {
            published: now,
            key: attempt.key,
            user: attempt.user,
            subject,
            trip: attempt.trip,
            delivery: NONE,
            consumer: NONE,
            span: attempt.span,
            class,
            failures: 0,
            lane: 0,
            state: State::Waiting,
            worked: false,
            stale: 0,
        };
        let broker = self.broker(at);
        let (partitions, hosts, capacity) = (broker.terms.partitions, broker.terms.hosts, broker.terms.capacity);
        if partitions > 0 {
            message.lane = partition_of(class, subject, partitions);
        } else if hosts > 1 {
            message.lane = broker.stream.below(hosts) as u16;
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
            self.answer(index, Outcome::Ok);
            for group in 0..self.broker(at).groups.len() {
                self.hand_out(at, group);
            }
        }
    }
}
