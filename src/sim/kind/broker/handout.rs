//! Handing out: messages that wait go to consumers that are ready, each as a delivery.

use crate::design::{self, Priorities};
use crate::units::Time;

use crate::sim::Step;
use crate::sim::attempt::{Attempt, BROKER, Op};
use crate::sim::calendar::Delay;
use crate::sim::engine::Simulation;
use crate::sim::event::Event;
use crate::sim::line::Passage;
use crate::sim::part::Behavior;

use super::group::Group;
use super::{Broker, Delivery};

impl Broker {
    /// Takes the next messages for a consumer, which is asking: all it may hold if it fetches, otherwise one.
    fn next_for(&mut self, group: usize, consumer: u32, now: Time) -> Option<u32> {
        if self.terms.priorities != Priorities::None {
            let group = &mut self.groups[group];
            let lane = group.lane_in_turn(self.terms.priorities)?;
            return group.take(lane, consumer, now);
        }
        let hosts = self.terms.hosts;
        let start = if hosts > 1 { self.stream.below(hosts) } else { 0 };
        let group = &mut self.groups[group];
        let lane =
            (0..hosts).map(|step| ((start + step) % hosts) as usize).find(|lane| !group.lanes[*lane].is_empty())?;
        group.take(lane, consumer, now)
    }

    pub(super) fn at_most_once(&self) -> bool {
        self.terms.delivery == design::Delivery::AtMostOnce
    }
}

impl Group {
    /// The consumer that the messages of a lane go to, if it has finished what it had.
    fn owner_at_rest(&self, lane: usize) -> Option<u32> {
        let owner = *self.sharers.get(lane.checked_rem(self.sharers.len())?)?;
        let consumer = &self.consumers[owner as usize];
        (consumer.holding == 0 && consumer.takes_part()).then_some(owner)
    }
}

impl Simulation {
    /// Hands out the messages of a group that wait for a consumer that is ready.
    pub(super) fn hand_out(&mut self, at: u32, group: usize) {
        if self.parts[at as usize].refuses() || self.parts[at as usize].cut {
            return;
        }
        if self.broker(at).partitioned() {
            return self.hand_out_lanes(at, group);
        }
        while let Some(consumer) = self.next_in_row(at, group) {
            let now = self.now;
            let broker = self.broker(at);
            let (polled, prefetch) = (broker.polled(), broker.terms.prefetch);
            for _ in 0..if polled { prefetch } else { 1 } {
                let Some(number) = self.broker(at).next_for(group, consumer, now) else { break };
                self.hand_over(at, group, consumer, number);
            }
            let group = &mut self.broker(at).groups[group];
            if !polled && group.consumers[consumer as usize].holding < prefetch {
                group.consumers[consumer as usize].asks = true;
                group.row.push_back(consumer);
            }
        }
    }

    /// Takes the next consumer out of the row, if there is a message for it; those that cannot be reached leave the row.
    fn next_in_row(&mut self, at: u32, group: usize) -> Option<u32> {
        loop {
            let broker = self.broker(at);
            // What is promised once only is not sent into the void for as long as there is more of it.
            let asks_first = broker.polled() || broker.at_most_once();
            let group = &mut broker.groups[group];
            if group.waiting.count == 0 {
                return None;
            }
            let consumer = group.row.pop_front()?;
            let known = &mut group.consumers[consumer as usize];
            known.asks = false;
            let (takes_part, worker, wire, machine) = (known.takes_part(), known.worker, known.wire, known.machine());
            if takes_part && self.can_take(worker, wire, machine, asks_first) {
                return Some(consumer);
            }
        }
    }

    /// Whether a consumer takes messages. One that is cut off cannot ask for any, but is still sent some.
    fn can_take(&self, worker: u32, wire: u32, machine: u16, asks_first: bool) -> bool {
        if !self.machine_runs(worker, machine) {
            return false;
        }
        let (part, wire) = (&self.parts[worker as usize], &self.wires[wire as usize]);
        !part.refuses() && !wire.gone && !(asks_first && (part.cut || wire.cut))
    }

    /// Hands out the messages of partitions, each to its owner, if that has finished its batch.
    fn hand_out_lanes(&mut self, at: u32, group: usize) {
        let known = &self.broker(at).groups[group];
        if known.still_until.is_some() || known.waiting.count == 0 {
            return;
        }
        for lane in 0..known.lanes.len() {
            let known = &self.broker(at).groups[group];
            if known.lanes[lane].is_empty() {
                continue;
            }
            let Some(owner) = known.owner_at_rest(lane) else { continue };
            let consumer = &known.consumers[owner as usize];
            let (worker, wire, machine) = (consumer.worker, consumer.wire, consumer.machine());
            if self.can_take(worker, wire, machine, true) {
                self.fetch_batch(at, group, owner, lane);
            }
        }
    }

    /// Hands a consumer the next batch out of its partitions, beginning with this one.
    fn fetch_batch(&mut self, at: u32, group: usize, consumer: u32, first: usize) {
        let now = self.now;
        let broker = self.broker(at);
        let (mut left, lanes) = (broker.terms.prefetch, broker.groups[group].lanes.len());
        let sharers = broker.groups[group].sharers.len();
        // Its lanes are those of its rank, which is that of the first.
        for lane in (first..lanes).step_by(sharers).chain((first % sharers..first).step_by(sharers)) {
            while left > 0
                && let Some(number) = self.broker(at).groups[group].take(lane, consumer, now)
            {
                self.hand_over(at, group, consumer, number);
                left -= 1;
            }
        }
    }

    /// Sends a message to a consumer.
    fn hand_over(&mut self, at: u32, group: usize, consumer: u32, number: u32) {
        let now = self.now;
        let Behavior::Broker(broker) = &mut self.parts[at as usize].behavior else { return };
        let known = &mut broker.groups[group];
        let (worker, wire) = (known.consumers[consumer as usize].worker, known.consumers[consumer as usize].wire);
        let slot = known.consumers[consumer as usize].slot;
        let Some(message) = known.message(number).cloned() else { return };
        let mut attempt = Attempt::new(message.class, Op::Consume);
        (attempt.parent, attempt.wire, attempt.at) = (BROKER, wire, worker);
        (attempt.key, attempt.user, attempt.trip, attempt.sent) = (message.key, message.user, message.trip, now);
        attempt.tries = message.failures.saturating_add(1);
        let index = self.attempts.add(attempt);
        let delivery = broker.add_delivery(Delivery { attempt: index, group, number, consumer, slot, held: true });
        self.attempts[index].version = delivery;
        if let Some(message) = broker.groups[group].message(number) {
            message.delivery = delivery;
        }
        let handover = broker.terms.handover;
        let visibility = broker.terms.visibility.filter(|_| !broker.at_most_once() && !broker.partitioned());
        self.open_span(index);
        self.mark(index, Step::Sent { parent: Some(message.span), wire, attempt: message.failures.saturating_add(1) });
        let link = &mut self.wires[wire as usize];
        link.frame.attempts += 1;
        link.frame.retries += u32::from(message.failures > 0);
        link.fly(now, 1);
        // The connection to a consumer is kept: what gets lost on it is sent again, a little later.
        let passage = if link.cut { Passage::Lost } else { link.pass(now, 0) };
        if let Some(visibility) = visibility {
            self.attempts[index].timer = self.calendar.schedule(now, Delay::For(visibility), Event::Timeout.on(index));
        }
        match passage {
            Passage::Lost => self.delivery_lost(index),
            Passage::Takes(latency) => self.move_on(index, Delay::For(latency + handover), Event::Deliver),
        }
    }
}
