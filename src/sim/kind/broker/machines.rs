//! Workers of several machines: their consumers come and go with them, and the machines with the queue.

use crate::design::CONSUMERS_MAX;
use crate::sim::engine::Simulation;
use crate::sim::part::Behavior;
use crate::units::Time;

use super::Link;
use super::group::Consumer;

impl Consumer {
    /// The machine that it is on.
    pub fn machine(&self) -> u16 {
        (self.slot / CONSUMERS_MAX) as u16
    }
}

impl Simulation {
    /// A worker has more machines, or fewer: its brokers meet the new consumers, and hand nothing out to those that leave.
    pub(in crate::sim::kind) fn consumers_change(&mut self, worker: u32) {
        let Behavior::Server(server) = &self.parts[worker as usize].behavior else { return };
        let slots = server.consumers_there();
        for at in self.brokers_of(worker) {
            for link in self.broker(at).links.clone().into_iter().filter(|link| link.worker == worker) {
                let changed = self.broker(at).set_consumers(link, &slots);
                if self.take_back(at, link) || changed {
                    self.rebalance(at, link.group);
                }
                self.broker(at).ask_all(link.group);
            }
            self.rebalance_if_at_rest(at);
            self.serve(at);
        }
    }

    /// Takes consumers back into their group that had been held for dead and run again; whether there were any.
    pub(super) fn take_back(&mut self, at: u32, link: Link) -> bool {
        let Behavior::Server(server) = &self.parts[link.worker as usize].behavior else { return false };
        let running = server.machines_running();
        let consumers = &mut self.broker(at).groups[link.group].consumers;
        let theirs =
            |consumer: &&mut Consumer| consumer.wire == link.wire && running.binary_search(&consumer.machine()).is_ok();
        consumers.iter_mut().filter(theirs).fold(false, |any, consumer| any | std::mem::take(&mut consumer.expelled))
    }

    /// Whether a machine of a worker runs.
    pub(super) fn machine_runs(&self, worker: u32, machine: u16) -> bool {
        matches!(&self.parts[worker as usize].behavior, Behavior::Server(server) if server.instance_runs(machine))
    }

    /// How many messages the groups have that a worker consumes for, waiting or in hand; and the age of the oldest.
    pub(in crate::sim::kind) fn messages_for(&self, worker: u32) -> (u32, Time) {
        let (mut count, mut oldest) = (0, self.now);
        for at in self.brokers_of(worker) {
            let Behavior::Broker(broker) = &self.parts[at as usize].behavior else { continue };
            let mut groups: Vec<usize> =
                broker.links.iter().filter(|link| link.worker == worker).map(|link| link.group).collect();
            groups.dedup();
            for group in groups.into_iter().map(|group| &broker.groups[group]) {
                count += group.waiting.count + group.in_hand.count;
                oldest = oldest.min(group.oldest().unwrap_or(self.now));
            }
        }
        (count, self.now.since(oldest))
    }

    /// Whether a consumer of one of a worker's machines still holds a message.
    pub(in crate::sim::kind) fn hold_messages(&self, worker: u32, instance: u16) -> bool {
        let meant =
            |consumer: &Consumer| consumer.worker == worker && consumer.machine() == instance && consumer.holding > 0;
        self.parts.iter().any(|part| match &part.behavior {
            Behavior::Broker(broker) => broker.groups.iter().any(|group| group.consumers.iter().any(meant)),
            _ => false,
        })
    }
}
