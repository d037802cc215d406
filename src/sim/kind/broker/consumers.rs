//! Who consumes: consumers come and go with the design, die, fall silent and return; partitions are shared anew.

use std::collections::BTreeMap;

use crate::design::CONSUMERS_MAX;
use crate::sim::Happening;
use crate::sim::attempt::{BROKER, NONE, Stage};
use crate::sim::engine::Simulation;
use crate::sim::part::Behavior;
use crate::units::{Time, put_in_order};

use super::group::{Consumer, End, Group};
use super::{Broker, Link, Silence, lanes_of};

impl Broker {
    /// The group of this name and these classes; where there are no groups yet, it takes over what has come already.
    fn group_named(&mut self, name: &str, carried: &[bool]) -> usize {
        let known = self.groups.iter().position(|group| group.name == name && group.carried == carried);
        if let Some(known) = known {
            self.groups[known].closed = false;
            return known;
        }
        if let Some(orphan) = self.groups.iter().position(|group| !group.closed && group.is_orphan()) {
            let group = &mut self.groups[orphan];
            (group.name, group.carried) = (name.to_owned(), carried.to_vec());
            return orphan;
        }
        self.groups.push(Group::new(name, carried.to_vec(), lanes_of(&self.terms)));
        self.groups.len() - 1
    }

    /// Makes the consumers of a link be those of these slots, in order; whether anything changed.
    pub(super) fn set_consumers(&mut self, link: Link, slots: &[u32]) -> bool {
        let group = &mut self.groups[link.group];
        let mut changed = false;
        let of_wire =
            |(place, consumer): (usize, &Consumer)| (consumer.wire == link.wire).then_some((consumer.slot, place));
        let known: BTreeMap<u32, usize> = group.consumers.iter().enumerate().filter_map(of_wire).collect();
        for &slot in slots {
            match known.get(&slot) {
                Some(place) => changed |= !std::mem::replace(&mut group.consumers[*place].active, true),
                None => {
                    changed = true;
                    group.consumers.push(Consumer {
                        worker: link.worker,
                        wire: link.wire,
                        slot,
                        holding: 0,
                        active: true,
                        expelled: false,
                        asks: false,
                        batch: Vec::new(),
                    });
                }
            }
        }
        for consumer in group.consumers.iter_mut().filter(|consumer| consumer.wire == link.wire) {
            if consumer.active && slots.binary_search(&consumer.slot).is_err() {
                (consumer.active, changed) = (false, true);
            }
        }
        changed
    }

    pub(super) fn ask_all(&mut self, group: usize) {
        (0..self.groups[group].consumers.len() as u32).for_each(|consumer| self.ask_again(group, consumer));
    }
}

impl Group {
    /// Whether no consumer is left.
    fn is_orphan(&self) -> bool {
        self.consumers.iter().all(|consumer| !consumer.active)
    }

    /// Shares the partitions among those who take part: the first consumers of all workers, and of all their machines,
    /// first.
    fn share_out(&mut self) {
        let mut sharers: Vec<(u32, u32)> = Vec::new();
        for (index, consumer) in (0..).zip(&self.consumers) {
            if consumer.takes_part() {
                sharers.push((consumer.slot % CONSUMERS_MAX, index));
            }
        }
        sharers.sort_unstable();
        self.sharers = sharers.into_iter().map(|(_, index)| index).collect();
    }
}

impl Simulation {
    /// Lets every broker meet its consumers, once all parts and wires are what the design says.
    pub(in crate::sim) fn connect_brokers(&mut self) {
        for at in 0..self.parts.len() as u32 {
            if matches!(self.parts[at as usize].behavior, Behavior::Broker(_)) && !self.parts[at as usize].gone {
                self.connect_broker(at);
            }
        }
    }

    fn connect_broker(&mut self, at: u32) {
        let before = std::mem::take(&mut self.broker(at).links);
        let first = before.is_empty() && self.now == Time::ZERO;
        let mut changed: Vec<usize> = Vec::new();
        let workers = self.workers_of(at);
        for link in before.iter().filter(|link| !workers.iter().any(|(wire, ..)| *wire == link.wire)) {
            self.leave_group(at, *link, &mut changed);
        }
        for (wire, worker, slots) in workers {
            let carried = self.wires[wire as usize].carried.clone();
            let name = self.inbox(worker).group.clone();
            if let Some(old) = before.iter().find(|link| link.wire == wire) {
                let group = &self.broker(at).groups[old.group];
                if group.name != name || group.carried != carried {
                    self.leave_group(at, *old, &mut changed);
                }
            }
            let broker = self.broker(at);
            let link = Link { wire, worker, group: broker.group_named(&name, &carried) };
            broker.links.push(link);
            if broker.set_consumers(link, &slots) {
                changed.push(link.group);
            }
        }
        self.close_groups(at);
        // A change can mend a wire, too.
        self.resolve_lost(at, None);
        put_in_order(&mut changed, |a, b| a < b);
        changed.dedup();
        for group in changed {
            match first {
                true => self.broker(at).groups[group].share_out(),
                false => self.rebalance(at, group),
            }
        }
        for group in 0..self.broker(at).groups.len() {
            let broker = self.broker(at);
            if broker.partitioned()
                && broker.groups[group].sharers.is_empty()
                && broker.groups[group].still_until.is_none()
            {
                broker.groups[group].share_out();
            }
            broker.ask_all(group);
        }
        self.watch_retention(at);
        self.serve(at);
    }

    /// The workers that consume from a broker: wire, worker, and the slots of its consumers.
    fn workers_of(&self, at: u32) -> Vec<(u32, u32, Vec<u32>)> {
        let mut found = Vec::new();
        for (index, wire) in self.wires.iter().enumerate() {
            let other = match (wire.from == at, wire.to == at) {
                _ if wire.gone => continue,
                (true, _) => wire.to,
                (_, true) => wire.from,
                _ => continue,
            };
            if let Behavior::Server(server) = &self.parts[other as usize].behavior
                && server.inbox.is_some()
            {
                found.push((index as u32, other, server.consumers_there()));
            }
        }
        found
    }

    /// A link's consumers leave their group; what they hold comes back.
    fn leave_group(&mut self, at: u32, link: Link, changed: &mut Vec<usize>) {
        self.expel(at, link.group, |consumer| consumer.wire == link.wire);
        for consumer in &mut self.broker(at).groups[link.group].consumers {
            if consumer.wire == link.wire {
                (consumer.active, consumer.expelled) = (false, false);
            }
        }
        changed.push(link.group);
    }

    /// Closes groups that have lost their last worker while others go on; the last one keeps its messages for the next.
    fn close_groups(&mut self, at: u32) {
        let now = self.now;
        let broker = self.broker(at);
        if broker.links.is_empty() {
            return;
        }
        for group in broker.groups.iter_mut().filter(|group| !group.closed && group.is_orphan()) {
            group.closed = true;
            group.still_until = None;
            while group.discard_oldest(End::Dropped, now) {}
        }
    }

    /// Takes from consumers what they hold: it waits again, and whoever works on it works for nobody.
    fn expel(&mut self, at: u32, group: usize, fits: impl Fn(&Consumer) -> bool) {
        let now = self.now;
        let broker = self.broker(at);
        if broker.terms.delivery == crate::design::Delivery::AtMostOnce {
            return;
        }
        let held = broker.groups[group].held_by(&fits);
        for number in held {
            let broker = self.broker(at);
            let Some(message) = broker.groups[group].message(number) else { continue };
            let delivery = message.delivery;
            if delivery != NONE {
                let index = broker.deliveries[delivery as usize].attempt;
                broker.let_go(delivery);
                let over = self.attempts[index].stage == Stage::Lost;
                self.detach(at, index, over);
            }
            self.broker(at).groups[group].put_back(number, now);
        }
        for consumer in self.broker(at).groups[group].consumers.iter_mut().filter(|consumer| fits(consumer)) {
            consumer.batch.clear();
        }
    }

    /// Stands a group still until its partitions are shared anew.
    pub(super) fn rebalance(&mut self, at: u32, group: usize) {
        let now = self.now;
        let broker = self.broker(at);
        if !broker.partitioned() || broker.groups[group].closed {
            return;
        }
        let until = now + broker.terms.rebalance;
        broker.groups[group].still_until = Some(until);
        self.ring_at(at, until);
        self.tell(Happening::Rebalancing(at));
    }

    /// Shares partitions anew where the time for it has come and every living consumer has finished its batch.
    pub(super) fn rebalance_if_at_rest(&mut self, at: u32) {
        let now = self.now;
        for group in &mut self.broker(at).groups {
            if group.still_until.is_some_and(|until| until <= now) && group.in_hand.count == 0 {
                group.still_until = None;
                group.share_out();
            }
        }
    }

    /// The connection of a worker (or of one of its machines) broke, or it went silent.
    pub(in crate::sim) fn consumers_vanish(&mut self, worker: u32, machine: Option<u16>, crashed: bool) {
        for at in self.brokers_of(worker) {
            let now = self.now;
            let broker = self.broker(at);
            let by_timeout = broker.terms.redelivery == crate::design::Redelivery::Timeout;
            // A broken connection is noticed at once, but a log's coordinator waits for the session to end.
            if !broker.partitioned() && (by_timeout || crashed) {
                continue;
            }
            let until = now + broker.terms.session;
            if let Some(known) = broker.silent.iter_mut().find(|of| (of.worker, of.machine) == (worker, machine)) {
                known.crashed |= crashed;
                continue;
            }
            broker.silent.push(Silence { worker, machine, until, crashed });
            self.ring_at(at, until);
        }
    }

    pub(super) fn brokers_of(&self, worker: u32) -> Vec<u32> {
        let links = |at: &u32| match &self.parts[*at as usize].behavior {
            Behavior::Broker(broker) => broker.links.iter().any(|link| link.worker == worker),
            _ => false,
        };
        (0..self.parts.len() as u32).filter(links).collect()
    }

    /// Takes workers for dead whose time of silence is over.
    pub(super) fn end_sessions(&mut self, at: u32) {
        let now = self.now;
        let (over, left) = self.broker(at).silent.iter().partition(|silence| silence.until <= now);
        self.broker(at).silent = left;
        let over: Vec<Silence> = over;
        for silence in over {
            let links: Vec<Link> = self.broker(at).links.clone();
            for link in links.iter().filter(|link| link.worker == silence.worker) {
                let (part, wire) = (&self.parts[link.worker as usize], &self.wires[link.wire as usize]);
                let runs = silence.machine.is_none_or(|machine| self.machine_runs(link.worker, machine));
                let back = runs && !part.refuses() && !part.cut && !wire.cut;
                if back && !silence.crashed {
                    continue;
                }
                let meant = |consumer: &Consumer| {
                    consumer.wire == link.wire && silence.machine.is_none_or(|machine| machine == consumer.machine())
                };
                self.expel(at, link.group, meant);
                for consumer in &mut self.broker(at).groups[link.group].consumers {
                    if meant(consumer) {
                        consumer.expelled = !back;
                    }
                }
                self.broker(at).ask_all(link.group);
                self.rebalance(at, link.group);
            }
        }
    }

    /// A part is back, or can be reached again: brokers take its consumers in, and hand out what waits.
    pub(in crate::sim) fn stir(&mut self, part: u32) {
        if self.parts[part as usize].refuses() || self.parts[part as usize].cut {
            return;
        }
        if matches!(self.parts[part as usize].behavior, Behavior::Broker(_)) {
            self.resolve_lost(part, None);
            for group in 0..self.broker(part).groups.len() {
                self.broker(part).ask_all(group);
            }
            return self.serve(part);
        }
        for at in self.brokers_of(part) {
            self.broker(at).silent.retain(|silence| silence.worker != part || silence.crashed);
            self.resolve_lost(at, Some(part));
            let links = self.broker(at).links.clone();
            for link in links.iter().filter(|link| link.worker == part) {
                let rejoined = self.take_back(at, *link);
                self.broker(at).ask_all(link.group);
                if rejoined {
                    self.rebalance(at, link.group);
                }
            }
            self.rebalance_if_at_rest(at);
            self.serve(at);
        }
    }

    /// Once connections are back, what was lost on them is sent again: acknowledgements, and messages that never arrived.
    /// (Where only a timeout gives messages back, nobody does.)
    fn resolve_lost(&mut self, at: u32, worker: Option<u32>) {
        let now = self.now;
        let cut = self.parts[at as usize].cut;
        let broker = self.broker(at);
        let by_timeout = broker.terms.redelivery == crate::design::Redelivery::Timeout && !broker.partitioned();
        if cut {
            return;
        }
        let known: Vec<u32> = broker.deliveries.iter().map(|delivery| delivery.attempt).collect();
        for (delivery, index) in (0..).zip(known) {
            let attempt = &self.attempts[index];
            let here = attempt.stage == Stage::Lost && attempt.parent == BROKER && attempt.version == delivery;
            if !here || worker.is_some_and(|worker| worker != attempt.at) || self.broker_at(attempt.wire) != at {
                continue;
            }
            if self.parts[attempt.at as usize].cut || self.wires[attempt.wire as usize].cut {
                continue;
            }
            // (A delivery without a time was made when the queue had other settings.)
            if by_timeout && attempt.timer != 0 {
                continue;
            }
            // A failed message that waits for its next try is lost nowhere.
            let broker = self.broker(at);
            if !broker.deliveries[delivery as usize].held {
                continue;
            }
            let (group, number) = broker.message_of(delivery);
            let worked = broker.groups[group].message(number).is_some_and(|message| message.worked);
            match worked {
                true => self.settle_well(at, index),
                false => {
                    self.detach(at, index, true);
                    self.broker(at).groups[group].put_back(number, now);
                }
            }
        }
    }

    /// The broker's process dies, or it is taken out of the design: what was in memory alone is lost, all deliveries are
    /// off, and messages in hand wait again.
    pub(in crate::sim) fn broker_crashes(&mut self, at: u32) {
        let (now, gone) = (self.now, self.parts[at as usize].gone);
        self.publishers_are_cut_off(at, gone);
        for group in 0..self.broker(at).groups.len() {
            self.expel(at, group, |_| true);
            let broker = self.broker(at);
            broker.blocked.clear();
            // Where only the leader died, the others have in memory what it had.
            let (flush, beheaded) = (broker.terms.flush, broker.is_leaderless());
            let group = &mut broker.groups[group];
            if gone {
                while group.discard_oldest(End::Lost, now) {}
            } else if flush > Time::ZERO && !beheaded {
                group.lose_younger(now.since(flush), now);
            }
        }
        self.broker(at).silent.clear();
    }
}
