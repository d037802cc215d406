//! Acknowledgements: a delivery ends well or badly, or its time is over; the message is done with, or comes back.

use crate::design::Redelivery;
use crate::units::Time;

use crate::sim::attempt::{Attempt, BROKER, NONE, Stage};
use crate::sim::calendar::Delay;
use crate::sim::engine::Simulation;
use crate::sim::event::Event;
use crate::sim::{Happening, Outcome, Step};

use super::group::{End, State};
use super::{Broker, Delivery};

/// Dead letters are told of again only after this long.
const DEAD_QUIET: Time = Time::from_secs(10);
/// The time after which TCP sends a lost packet again, at the least (Linux; RFC 6298 asks for more).
const RETRANSMISSION: Time = Time::from_millis(200);

impl Simulation {
    /// A packet of a connection that is not cut was lost: it is sent again.
    fn send_again(&mut self, index: u32) {
        let Attempt { wire, stage, .. } = self.attempts[index];
        self.wires[wire as usize].frame.lost += 1;
        let latency = self.wires[wire as usize].policy.latency;
        let event = if stage == Stage::Travelling { Event::Deliver } else { Event::Answer };
        if stage != Stage::Travelling {
            self.attempts[index].stage = Stage::Returning;
        }
        self.move_on(index, Delay::For(latency + RETRANSMISSION), event);
    }

    /// A delivery, or its acknowledgement, gets through no more. What was promised once only is lost; anything else
    /// comes back when its time is over.
    pub(in crate::sim) fn delivery_lost(&mut self, index: u32) {
        let Attempt { wire, at: worker, .. } = self.attempts[index];
        let broker = self.broker_at(wire);
        if !self.wires[wire as usize].cut && !self.parts[worker as usize].cut && !self.parts[broker as usize].cut {
            return self.send_again(index);
        }
        if self.attempts[index].parent != BROKER {
            self.end_delivery(index);
            return;
        }
        self.attempts[index].stage = Stage::Lost;
        let at = self.broker_at(self.attempts[index].wire);
        if self.broker(at).at_most_once() {
            self.settle_once(at, index);
        }
    }

    /// Ends a delivery that is promised once only: what its consumer did not do is lost.
    fn settle_once(&mut self, at: u32, index: u32) {
        let now = self.now;
        let Delivery { group, number, .. } = self.end_delivery(index);
        let group = &mut self.broker(at).groups[group];
        let worked = group.message(number).is_some_and(|message| message.worked);
        group.retire(number, if worked { End::Processed } else { End::Lost }, now);
    }

    /// Forgets a delivery; its consumer has one message less.
    fn end_delivery(&mut self, index: u32) -> Delivery {
        let Attempt { wire, parent, version, at: worker, .. } = self.attempts[index];
        if parent == BROKER {
            self.wires[wire as usize].fly(self.now, -1);
        }
        self.attempts.remove(index);
        let at = self.broker_at(wire);
        let broker = self.broker(at);
        broker.let_go(version);
        broker.free.push(version);
        let delivery = broker.deliveries[version as usize];
        let group = &mut broker.groups[delivery.group];
        if parent != BROKER
            && let Some(message) = group.message(delivery.number)
        {
            message.stale -= 1;
            group.trim();
        }
        self.machines_may_go(worker);
        delivery
    }

    /// A consumer's acknowledgement, or its failure, reaches the broker.
    pub(in crate::sim) fn acknowledged(&mut self, index: u32) {
        let attempt = &self.attempts[index];
        let (wire, outcome, worker, machine) = (attempt.wire, attempt.outcome, attempt.at, attempt.instance);
        let at = self.broker_at(wire);
        if attempt.parent != BROKER {
            self.mark(index, Step::Late);
            self.wires[wire as usize].frame.late += 1;
            self.end_delivery(index);
            return self.after_ack(at);
        }
        if self.parts[at as usize].cut && !self.parts[at as usize].gone {
            return self.delivery_lost(index);
        }
        self.mark(index, Step::Settled(outcome));
        self.wires[wire as usize].count(outcome);
        let ok = matches!(outcome, Outcome::Ok | Outcome::Degraded);
        let crashed = self.parts[worker as usize].refuses() || !self.machine_runs(worker, machine);
        let broker = self.broker(at);
        match (ok, broker.at_most_once(), broker.partitioned()) {
            (_, true, _) => self.settle_once(at, index),
            (true, _, _) => self.settle_well(at, index),
            (false, _, true) if crashed => self.orphan(at, index),
            (false, _, true) => self.settle_dead(at, index),
            (false, _, false) => self.settle_badly(at, index, crashed),
        }
        self.after_ack(at);
    }

    fn after_ack(&mut self, at: u32) {
        self.rebalance_if_at_rest(at);
        self.serve(at);
    }

    /// A message was worked off.
    pub(super) fn settle_well(&mut self, at: u32, index: u32) {
        let now = self.now;
        let Delivery { group, number, consumer, .. } = self.end_delivery(index);
        let broker = self.broker(at);
        if !broker.partitioned() {
            return broker.groups[group].retire(number, End::Processed, now);
        }
        if let Some(message) = broker.groups[group].message(number) {
            (message.state, message.delivery) = (State::Worked, NONE);
        }
        broker.groups[group].consumers[consumer as usize].batch.push(number);
        broker.commit(group, consumer, now);
    }

    /// A partition's message that the consumer itself has given up on.
    fn settle_dead(&mut self, at: u32, index: u32) {
        let now = self.now;
        let Delivery { group, number, consumer, .. } = self.end_delivery(index);
        let broker = self.broker(at);
        broker.groups[group].retire(number, End::Dead, now);
        broker.commit(group, consumer, now);
        self.tell_dead(at);
    }

    /// A message whose consumer died with it: it waits until the group has noticed.
    fn orphan(&mut self, at: u32, index: u32) {
        let Delivery { group, number, .. } = self.end_delivery(index);
        if let Some(message) = self.broker(at).groups[group].message(number) {
            message.delivery = NONE;
        }
    }

    /// A message whose work failed, or whose consumer died.
    fn settle_badly(&mut self, at: u32, index: u32, crashed: bool) {
        let broker = self.broker(at);
        let (redelivery, backoff) = (broker.terms.redelivery, broker.terms.backoff);
        match (redelivery, crashed) {
            (Redelivery::Disconnect, true) => self.come_back(at, index, true),
            (Redelivery::Disconnect, false) => {
                self.attempts[index].stage = Stage::Lost;
                self.attempts[index].timer =
                    self.calendar.schedule(self.now, Delay::For(backoff), Event::Timeout.on(index));
                self.free_consumer(at, index);
            }
            // Made when the queue had other settings, it has no time that could run out.
            (Redelivery::Timeout, _) if self.attempts[index].timer == 0 => self.come_back(at, index, true),
            (Redelivery::Timeout, _) => {
                self.attempts[index].stage = Stage::Lost;
                self.free_consumer(at, index);
            }
        }
    }

    /// The consumer is done with a delivery that is not settled yet.
    fn free_consumer(&mut self, at: u32, index: u32) {
        let Attempt { version: delivery, at: worker, .. } = self.attempts[index];
        self.broker(at).let_go(delivery);
        self.machines_may_go(worker);
    }

    /// The time of a delivery is over: the message is handed out again, whoever may still work on it.
    pub(in crate::sim) fn delivery_expires(&mut self, index: u32) {
        let wire = self.attempts[index].wire;
        let at = self.broker_at(wire);
        let over = self.attempts[index].stage == Stage::Lost;
        if !over {
            self.mark(index, Step::Settled(Outcome::TimedOut));
            self.wires[wire as usize].count(Outcome::TimedOut);
        }
        self.come_back(at, index, over);
        self.after_ack(at);
    }

    /// A message in hand comes back after a failed try. If its delivery is not over, that goes on as work for nobody.
    fn come_back(&mut self, at: u32, index: u32, over: bool) {
        let now = self.now;
        let Delivery { group, number, .. } = self.detach(at, index, over);
        let broker = self.broker(at);
        let attempts_max = broker.terms.attempts_max;
        let Some(message) = broker.groups[group].message(number) else { return };
        message.failures = message.failures.saturating_add(1);
        if attempts_max > 0 && u32::from(message.failures) >= attempts_max {
            broker.groups[group].retire(number, End::Dead, now);
            return self.tell_dead(at);
        }
        broker.groups[group].put_back(number, now);
    }

    /// Parts a delivery from its message.
    pub(super) fn detach(&mut self, at: u32, index: u32, over: bool) -> Delivery {
        if over {
            let delivery = self.end_delivery(index);
            if let Some(message) = self.broker(at).groups[delivery.group].message(delivery.number) {
                message.delivery = NONE;
            }
            return delivery;
        }
        let attempt = &mut self.attempts[index];
        (attempt.parent, attempt.timer) = (NONE, 0);
        let (wire, version) = (attempt.wire, attempt.version);
        self.wires[wire as usize].fly(self.now, -1);
        let broker = self.broker(at);
        let delivery = broker.deliveries[version as usize];
        if let Some(message) = broker.groups[delivery.group].message(delivery.number) {
            message.delivery = NONE;
            message.stale += 1;
        }
        delivery
    }

    fn tell_dead(&mut self, at: u32) {
        let part = &mut self.parts[at as usize];
        let quiet = part.overflowed.is_some_and(|last| self.now.since(last) < DEAD_QUIET);
        part.overflowed = Some(self.now);
        if !quiet {
            self.tell(Happening::DeadLettered(at));
        }
    }
}

impl Broker {
    /// The consumer of a delivery has one message less, once, and may have another.
    pub(super) fn let_go(&mut self, delivery: u32) {
        let Delivery { group, consumer, .. } = self.deliveries[delivery as usize];
        if std::mem::replace(&mut self.deliveries[delivery as usize].held, false) {
            let consumer = &mut self.groups[group].consumers[consumer as usize];
            consumer.holding = consumer.holding.saturating_sub(1);
        }
        self.ask_again(group, consumer);
    }

    /// Puts a consumer into the row if it may have more messages and is not there yet.
    pub(super) fn ask_again(&mut self, group: usize, consumer: u32) {
        if self.partitioned() {
            return;
        }
        let room = if self.polled() { 1 } else { self.terms.prefetch };
        let group = &mut self.groups[group];
        let known = &mut group.consumers[consumer as usize];
        if known.takes_part() && !known.asks && known.holding < room {
            known.asks = true;
            group.row.push_back(consumer);
        }
    }

    /// Commits the offsets of a consumer that has finished its batch.
    pub(super) fn commit(&mut self, group: usize, consumer: u32, now: Time) {
        let group = &mut self.groups[group];
        if group.consumers[consumer as usize].holding > 0 {
            return;
        }
        for number in std::mem::take(&mut group.consumers[consumer as usize].batch) {
            group.retire(number, End::Processed, now);
        }
    }
}

impl Simulation {
    /// Notes at the worker that a message was worked off; gives its age if that was the first time.
    pub(in crate::sim::kind) fn message_worked(&mut self, index: u32) -> Option<Time> {
        let now = self.now;
        let at = self.broker_at(self.attempts[index].wire);
        let delivery = self.attempts[index].version;
        let broker = self.broker(at);
        let (group, number) = broker.message_of(delivery);
        let group = &mut broker.groups[group];
        let published = group.message(number).map_or(now, |message| message.published);
        group.note_worked(number, now).then(|| now.since(published))
    }

    /// Whether a consumer tries a failed message again by itself: in a log nothing may overtake it. Gives the pause.
    pub(in crate::sim::kind) fn tries_again_itself(&mut self, index: u32) -> Option<Time> {
        let at = self.broker_at(self.attempts[index].wire);
        let Attempt { parent, version, .. } = self.attempts[index];
        let broker = self.broker(at);
        if parent != BROKER || !broker.partitioned() || broker.at_most_once() {
            return None;
        }
        let (attempts_max, backoff) = (broker.terms.attempts_max, broker.terms.backoff);
        let (group, number) = broker.message_of(version);
        let group = &mut broker.groups[group];
        let message = group.message(number)?;
        message.failures = message.failures.saturating_add(1);
        if attempts_max > 0 && u32::from(message.failures) >= attempts_max {
            return None;
        }
        group.note_retried();
        Some(backoff)
    }
}

impl Simulation {
    /// Whether the group of a delivery's message stands still until its partitions are shared anew.
    pub(in crate::sim::kind) fn is_group_still(&mut self, index: u32) -> bool {
        let at = self.broker_at(self.attempts[index].wire);
        let version = self.attempts[index].version;
        let broker = self.broker(at);
        broker.groups[broker.message_of(version).0].still_until.is_some()
    }

    /// A consumer gives deliveries of a partition back that nobody works on.
    pub(in crate::sim::kind) fn give_back(&mut self, deliveries: &[u32]) {
        let now = self.now;
        let Some(first) = deliveries.first() else { return };
        let at = self.broker_at(self.attempts[*first].wire);
        for index in deliveries {
            let Delivery { group, number, consumer, .. } = self.detach(at, *index, true);
            let broker = self.broker(at);
            broker.groups[group].put_back(number, now);
            broker.commit(group, consumer, now);
        }
        self.after_ack(at);
    }
}
