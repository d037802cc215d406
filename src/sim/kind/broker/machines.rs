//! Workers of several machines: their consumers come and go with them, and the machines with the queue.

use crate::design::CONSUMERS_MAX;
use crate::sim::engine::Simulation;
use crate::sim::part::Behavior;
use crate::units::Time;

use super::group::Consumer;

impl Simulation {
    /// A worker has more machines, or fewer: its brokers meet the new consumers, and hand nothing out to those that leave.
    pub(in crate::sim::kind) fn consumers_change(&mut self, worker: u32) {
        let Behavior::Server(server) = &self.parts[worker as usize].behavior else { return };
        let slots = server.consumers_there();
        for at in self.brokers_of(worker) {
            for link in self.broker(at).links.clone().into_iter().filter(|link| link.worker == worker) {
                if self.broker(at).set_consumers(link, &slots) {
                    self.rebalance(at, link.group);
                }
                self.broker(at).ask_all(link.group);
            }
            self.rebalance_if_at_rest(at);
            self.serve(at);
        }
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
        let meant = |consumer: &Consumer| {
            consumer.worker == worker && consumer.slot / CONSUMERS_MAX == u32::from(instance) && consumer.holding > 0
        };
        self.parts.iter().any(|part| match &part.behavior {
            Behavior::Broker(broker) => broker.groups.iter().any(|group| group.consumers.iter().any(meant)),
            _ => false,
        })
    }
}
