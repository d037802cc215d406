//! The worker: a server whose requests are messages. Each of its consumers takes one after the other, out of its own room.

use crate::design::{self, CONSUMERS_MAX};
use crate::units::Time;

use crate::sim::attempt::{Attempt, BROKER, Stage};
use crate::sim::calendar::Delay;
use crate::sim::engine::Simulation;
use crate::sim::event::Event;
use crate::sim::part::Behavior;
use crate::sim::random::mix;
use crate::sim::station::{Admission, Station};
use crate::sim::{ComponentFrame, FRAME, Figure, Outcome};

/// What makes a server a worker: a room for each consumer, where messages wait that were handed to it ahead.
#[derive(Clone, Debug)]
pub struct Inbox {
    /// How many consumers each machine has.
    pub consumers: u32,
    /// The group that they consume for.
    pub group: String,
    /// What the number of machines follows, where they come and go.
    pub scale: Option<design::WorkerScale>,
    /// For each machine, one for each consumer there ever was on it.
    rooms: Vec<Vec<Station>>,
    /// The ages of the messages worked off in this frame, in seconds: their sum, and how many.
    ages: (f64, u32),
}

impl Inbox {
    /// An empty inbox.
    pub fn new(settings: &design::Worker) -> Inbox {
        let mut inbox = Inbox { consumers: 0, group: String::new(), scale: None, rooms: Vec::new(), ages: (0.0, 0) };
        inbox.configure(settings);
        inbox
    }

    fn configure(&mut self, settings: &design::Worker) {
        self.consumers = settings.consumers;
        self.group.clone_from(&settings.group.0);
        self.scale.clone_from(&settings.autoscale);
    }

    /// The room of a slot.
    fn room(&mut self, slot: u32) -> &mut Station {
        let (machine, place) = ((slot / CONSUMERS_MAX) as usize, (slot % CONSUMERS_MAX) as usize);
        if self.rooms.len() <= machine {
            self.rooms.resize_with(machine + 1, Vec::new);
        }
        let rooms = &mut self.rooms[machine];
        while rooms.len() <= place {
            rooms.push(Station::new(1, u32::MAX));
        }
        &mut rooms[place]
    }

    /// Loses all work in hand.
    pub fn clear(&mut self, now: Time) {
        self.rooms.iter_mut().flatten().for_each(|room| room.clear(now));
    }

    /// Loses the work in hand of one machine.
    pub fn clear_machine(&mut self, machine: usize, now: Time) {
        self.rooms.get_mut(machine).into_iter().flatten().for_each(|room| room.clear(now));
    }

    /// Adds to the frame that ends now; of so many machines that work.
    pub fn harvest(&mut self, now: Time, machines: u32, frame: &mut ComponentFrame) {
        for room in self.rooms.iter_mut().flatten() {
            let (held, waiting) = room.harvest(now, FRAME);
            frame.held += held;
            frame.waiting += waiting;
        }
        // Prefetched messages wait here, but no room of the worker's own bounds them.
        (frame.slots, frame.capacity) = (self.consumers as f32 * machines as f32, 0.0);
        let (sum, count) = std::mem::take(&mut self.ages);
        frame.figures.extend((count > 0).then(|| (Figure::MessageAge, (sum / f64::from(count)) as f32)));
    }
}

/// Whether the job about this subject (a key, or a user) fails every time: a share of subjects does, told by their hash.
pub fn is_poison(class: u16, subject: u32, share: f64) -> bool {
    let hash = mix((u64::from(class) << 32 | u64::from(subject)) ^ 0x70_6f69_736f_6e21);
    (hash >> 11) as f64 * (1.0 / (1u64 << 53) as f64) < share
}

impl Simulation {
    /// The inbox of a worker.
    pub(super) fn inbox(&mut self, at: u32) -> &mut Inbox {
        match &mut self.parts[at as usize].behavior {
            Behavior::Server(server) => server.inbox.as_mut().expect("workers have one"),
            _ => unreachable!("only workers have an inbox"),
        }
    }

    /// Takes over what the design says.
    pub(in crate::sim) fn configure_inbox(&mut self, at: u32, settings: &design::Worker) {
        self.inbox(at).configure(settings);
    }

    /// A message reaches its consumer.
    pub(super) fn inbox_takes(&mut self, at: u32, index: u32) {
        let now = self.now;
        self.attempts[index].since = now;
        let slot = self.slot_of(index);
        let Behavior::Server(server) = &mut self.parts[at as usize].behavior else { return };
        let machine = (slot / CONSUMERS_MAX) as u16;
        self.attempts[index].instance = machine;
        if !server.instance_runs(machine) {
            // It was sent to a machine that has gone since; nobody waits for it any more.
            return self.answer(index, Outcome::Failed);
        }
        let Some(inbox) = &mut server.inbox else { return };
        match inbox.room(slot).admit(now, index, &mut self.attempts) {
            Admission::Served => self.begin(index),
            Admission::Waits => self.attempts[index].stage = Stage::WaitingSlot,
            Admission::Full => unreachable!("a consumer's room has no bound"),
        }
    }

    fn slot_of(&self, index: u32) -> u32 {
        let Attempt { wire, version, .. } = self.attempts[index];
        match &self.parts[self.broker_at(wire) as usize].behavior {
            Behavior::Broker(broker) => broker.slot_of(version),
            _ => unreachable!("messages come from brokers"),
        }
    }

    /// The work on a message is over.
    pub(super) fn inbox_leaves(&mut self, at: u32, index: u32, outcome: Outcome) {
        let now = self.now;
        let done = matches!(outcome, Outcome::Ok | Outcome::Degraded);
        if done {
            if let Some(age) = self.message_worked(index) {
                let ages = &mut self.inbox(at).ages;
                *ages = (ages.0 + age.as_secs_f64(), ages.1 + 1);
            }
        } else if let Some(backoff) = self.tries_again_itself(index) {
            // The partition stands still behind it: nothing after it may come before it.
            self.attempts[index].stage = Stage::Calling;
            return self.move_on(index, Delay::For(backoff), Event::Resend);
        }
        let slot = self.slot_of(index);
        let Behavior::Server(server) = &mut self.parts[at as usize].behavior else { return };
        let Some(inbox) = &mut server.inbox else { return };
        let room = inbox.room(slot);
        room.release(now);
        if let Some(next) = room.next(now, &self.attempts) {
            self.ready.push_back(next);
        }
        self.answer(index, outcome);
    }

    /// A consumer tries a partition's message again that failed.
    pub(in crate::sim) fn consume_again(&mut self, index: u32) {
        let at = self.attempts[index].at;
        (self.attempts[index].since, self.attempts[index].outcome) = (self.now, Outcome::Ok);
        if self.attempts[index].parent != BROKER {
            // Meanwhile the group has given it to another.
            return self.inbox_leaves(at, index, Outcome::Failed);
        }
        if self.is_group_still(index) {
            return self.hands_batch_back(at, index);
        }
        self.begin(index);
    }

    /// A consumer gives back what it has not worked off, so that the partitions can be shared anew.
    fn hands_batch_back(&mut self, at: u32, index: u32) {
        let now = self.now;
        let slot = self.slot_of(index);
        let mut back = vec![index];
        let Behavior::Server(server) = &mut self.parts[at as usize].behavior else { return };
        let Some(inbox) = &mut server.inbox else { return };
        let room = inbox.room(slot);
        room.release(now);
        while let Some(next) = room.next(now, &self.attempts) {
            if self.attempts[next].wire != self.attempts[index].wire || self.attempts[next].parent != BROKER {
                self.ready.push_back(next);
                break;
            }
            room.release(now);
            back.push(next);
        }
        self.give_back(&back);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_of_poison_is_kept_and_always_the_same() {
        let bad = (0..100_000).filter(|key| is_poison(3, *key, 0.01)).count();
        assert!((900..1100).contains(&bad), "{bad}");
        assert!((0..1000).all(|key| is_poison(0, key, 1.0) && !is_poison(0, key, 0.0)));
    }
}
