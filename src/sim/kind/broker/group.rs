//! One group of consumers and its messages: a log with a state for each message, and what waits in its lanes.
//!
//! A lane is a partition, a host, or the one line of a simple queue. This file knows no engine: it can be tested alone.

use std::collections::{BTreeMap, VecDeque};

use crate::sim::attempt::NONE;
use crate::sim::gauge::Gauge;
use crate::units::Time;

use super::ledger::Ledger;

/// Messages gone from the log's middle are kept until those before them are gone too, unless they are this many.
const GONE_MAX: usize = 65_536;

/// Where a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// In a lane.
    Waiting,
    /// Handed to a consumer.
    InHand,
    /// Worked off, but its offset is not committed yet.
    Worked,
    /// No longer in the queue.
    Gone,
}

/// How a message left the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Worked off.
    Processed,
    /// Given up on after too many tries.
    Dead,
    /// Dropped to make room, or because nobody subscribes to it.
    Dropped,
    /// Too old.
    Expired,
    /// Lost by a consumer that had it for good, or in a crash.
    Lost,
}

/// A message, as one group sees it.
#[derive(Clone, Debug)]
pub struct Message {
    /// When it was published.
    pub published: Time,
    /// The key it is about.
    pub key: u32,
    /// The user it is for.
    pub user: u32,
    /// What orders it: its key, or its user where its class has no keys.
    pub subject: u32,
    /// The sampled trip it belongs to, plus one; 0 is none.
    pub trip: u32,
    /// The delivery under way; NONE if there is none.
    pub delivery: u32,
    /// The consumer that had it last; NONE if it was never handed out.
    pub consumer: u32,
    /// The span that published it.
    pub span: u16,
    /// Which message it was, of those that a leader has stored; 0 where there is none.
    pub stored: u32,
    /// Its request class.
    pub class: u16,
    /// Tries that failed.
    pub failures: u16,
    /// Its lane.
    pub lane: u16,
    /// Where it is.
    pub state: State,
    /// It was worked off once.
    pub worked: bool,
    /// Earlier deliveries that are still being worked on.
    pub stale: u16,
}

/// A consumer of the group.
#[derive(Clone, Debug)]
pub struct Consumer {
    /// The worker it is part of.
    pub worker: u32,
    /// The wire that its messages go over.
    pub wire: u32,
    /// Which of the worker's consumers it is.
    pub slot: u32,
    /// Messages it has.
    pub holding: u32,
    /// It is part of the design as it is now.
    pub active: bool,
    /// Taken for dead.
    pub expelled: bool,
    /// It stands in the row of those that take messages.
    pub asks: bool,
    /// Messages of a partition that it has worked off since its last commit.
    pub batch: Vec<u32>,
}

impl Consumer {
    /// Whether it takes part.
    pub fn takes_part(&self) -> bool {
        self.active && !self.expelled
    }
}

/// A group of consumers and its messages.
#[derive(Clone, Debug)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// Which classes it subscribes to; empty is all.
    pub carried: Vec<bool>,
    /// No worker is left, and others took its place.
    pub closed: bool,
    /// The numbers of the messages that wait, oldest first, by lane.
    pub lanes: Vec<VecDeque<u32>>,
    /// All consumers it ever had.
    pub consumers: Vec<Consumer>,
    /// Consumers that take messages, in turn.
    pub row: VecDeque<u32>,
    /// The consumers that share the partitions, by rank.
    pub sharers: Vec<u32>,
    /// It stands still until then, and until nobody holds a message: the partitions are shared anew.
    pub still_until: Option<Time>,
    /// Whose turn it is, where priorities are fair.
    pub turn: u8,
    /// Messages that wait.
    pub waiting: Gauge,
    /// Messages in hand.
    pub in_hand: Gauge,
    /// The ages of messages when they were worked off first, in seconds: their sum, and how many.
    pub ages: (f64, u32),
    counts: Ledger,
    /// The number of the first message of the log.
    base: u32,
    log: VecDeque<Message>,
    /// The number of the last message worked off, by class and subject; what no message can undercut is forgotten.
    latest: BTreeMap<(u16, u32), u32>,
}

impl Group {
    /// A group without consumers and messages.
    pub fn new(name: &str, carried: Vec<bool>, lanes: usize) -> Group {
        Group {
            name: name.to_owned(),
            carried,
            closed: false,
            lanes: vec![VecDeque::new(); lanes],
            consumers: Vec::new(),
            row: VecDeque::new(),
            sharers: Vec::new(),
            still_until: None,
            turn: 0,
            waiting: Gauge::default(),
            in_hand: Gauge::default(),
            ages: (0.0, 0),
            counts: Ledger::default(),
            base: 0,
            log: VecDeque::new(),
            latest: BTreeMap::new(),
        }
    }

    /// Whether it gets messages of this class.
    pub fn subscribes(&self, class: u16) -> bool {
        !self.closed
            && (self.carried.is_empty() || self.carried.get(usize::from(class)).is_some_and(|carried| *carried))
    }

    /// The message of this number, if it is still in the log.
    pub fn message(&mut self, number: u32) -> Option<&mut Message> {
        self.log.get_mut(number.wrapping_sub(self.base) as usize)
    }

    /// The numbers of the messages that consumers have which fit.
    pub fn held_by(&self, fits: impl Fn(&Consumer) -> bool) -> Vec<u32> {
        let held = |message: &Message| matches!(message.state, State::InHand | State::Worked);
        let of = |message: &Message| self.consumers.get(message.consumer as usize).is_some_and(&fits);
        let all = self.log.iter().enumerate();
        let found = all.filter(|(_, message)| held(message) && of(message));
        found.map(|(offset, _)| self.base.wrapping_add(offset as u32)).collect()
    }

    /// Takes in a message that is published now; gives its number.
    pub fn publish(&mut self, message: Message, now: Time) -> u32 {
        let number = self.base.wrapping_add(self.log.len() as u32);
        self.lanes[usize::from(message.lane)].push_back(number);
        self.log.push_back(message);
        self.counts.published += 1;
        self.waiting.add(now, 1);
        number
    }

    /// A message that nobody could take: it is counted, and gone.
    pub fn unroutable(&mut self) {
        self.counts.published += 1;
        self.counts.dropped += 1;
    }

    /// A message that was promised, and lost before anybody could see it.
    pub fn unseen(&mut self) {
        self.counts.published += 1;
        self.counts.lost += 1;
    }

    /// Takes the first message of a lane into the hands of a consumer.
    pub fn take(&mut self, lane: usize, consumer: u32, now: Time) -> Option<u32> {
        let number = self.lanes[lane].pop_front()?;
        let message = self.message(number)?;
        let again = message.consumer != NONE;
        (message.state, message.consumer) = (State::InHand, consumer);
        self.counts.redelivered += u64::from(again);
        self.waiting.add(now, -1);
        self.in_hand.add(now, 1);
        self.consumers[consumer as usize].holding += 1;
        Some(number)
    }

    /// Puts a message in hand back into its lane, at its old place.
    pub fn put_back(&mut self, number: u32, now: Time) {
        let Some(message) = self.message(number) else { return };
        message.state = State::Waiting;
        message.delivery = NONE;
        let lane = &mut self.lanes[usize::from(self.log[number.wrapping_sub(self.base) as usize].lane)];
        let place = lane.partition_point(|other| (other.wrapping_sub(number) as i32) < 0);
        lane.insert(place, number);
        self.in_hand.add(now, -1);
        self.waiting.add(now, 1);
    }

    /// A message in hand was worked off, by whomever. Whether that was the first time.
    pub fn note_worked(&mut self, number: u32, now: Time) -> bool {
        let Some(message) = self.message(number) else {
            self.counts.duplicates += 1;
            return false;
        };
        let (first, subject) = (!message.worked, (message.class, message.subject));
        let age = now.since(message.published);
        message.worked = true;
        match self.latest.get(&subject) {
            Some(latest) if (latest.wrapping_sub(number) as i32) > 0 => self.counts.out_of_order += 1,
            _ => _ = self.latest.insert(subject, number),
        }
        if first {
            self.ages = (self.ages.0 + age.as_secs_f64(), self.ages.1 + 1);
        } else {
            self.counts.duplicates += 1;
        }
        first
    }

    /// One more try that the consumer itself makes.
    pub fn note_retried(&mut self) {
        self.counts.redelivered += 1;
    }

    /// A message in hand leaves the queue.
    pub fn retire(&mut self, number: u32, end: End, now: Time) {
        self.in_hand.add(now, -1);
        self.gone(number, end);
    }

    fn gone(&mut self, number: u32, end: End) {
        let Some(message) = self.message(number) else { return };
        (message.state, message.delivery) = (State::Gone, NONE);
        *match end {
            End::Processed => &mut self.counts.processed,
            End::Dead => &mut self.counts.dead,
            End::Dropped => &mut self.counts.dropped,
            End::Expired => &mut self.counts.expired,
            End::Lost => &mut self.counts.lost,
        } += 1;
        self.trim();
    }

    /// Forgets what is gone at the log's beginning. Deliveries that are still worked on keep their message known.
    pub fn trim(&mut self) {
        let full =
            |group: &Group| group.log.len() > 4 * (group.waiting.count + group.in_hand.count) as usize + GONE_MAX;
        while let Some(first) = self.log.front() {
            if first.state != State::Gone || (first.stale > 0 && !full(self)) {
                break;
            }
            self.log.pop_front();
            self.base = self.base.wrapping_add(1);
        }
        if self.latest.len() > 2 * self.log.len() + 1024 {
            // No message before the log's first can still be worked off.
            let base = self.base;
            self.latest.retain(|_, latest| (latest.wrapping_sub(base) as i32) >= 0);
        }
    }

    /// Commits all that is worked off, finished batches or not.
    pub fn commit_all(&mut self, now: Time) {
        let batches: Vec<u32> =
            self.consumers.iter_mut().flat_map(|consumer| std::mem::take(&mut consumer.batch)).collect();
        batches.into_iter().for_each(|number| self.retire(number, End::Processed, now));
    }

    /// Takes the oldest message that waits out of its lane, for this end; whether there was one.
    pub fn discard_oldest(&mut self, end: End, now: Time) -> bool {
        let first = |lane: &VecDeque<u32>| lane.front().map(|number| number.wrapping_sub(self.base));
        let oldest = (0..self.lanes.len()).filter(|lane| !self.lanes[*lane].is_empty());
        let Some(lane) = oldest.min_by_key(|lane| first(&self.lanes[*lane])) else { return false };
        let Some(number) = self.lanes[lane].pop_front() else { return false };
        self.waiting.add(now, -1);
        self.gone(number, end);
        true
    }

    /// When the oldest message that waits was published.
    pub fn oldest_waiting(&self) -> Option<Time> {
        let firsts = self.lanes.iter().filter_map(|lane| lane.front());
        firsts.map(|number| self.log[number.wrapping_sub(self.base) as usize].published).min()
    }

    /// When the oldest message in the queue was published, in hand or not.
    pub fn oldest(&self) -> Option<Time> {
        self.log.iter().find(|message| message.state != State::Gone).map(|message| message.published)
    }

    /// Loses the messages that were published after `since` and are in no consumer's hands.
    pub fn lose_younger(&mut self, since: Time, now: Time) {
        self.lose_last(now, |message| message.published > since);
    }

    /// Loses the messages that a new leader does not have and that are in no consumer's hands.
    pub fn lose_stored_after(&mut self, last: u32, now: Time) {
        self.lose_last(now, |message| message.stored > last);
    }

    fn lose_last(&mut self, now: Time, fits: impl Fn(&Message) -> bool) {
        let young = |group: &Group, number: u32| fits(&group.log[number.wrapping_sub(group.base) as usize]);
        for lane in 0..self.lanes.len() {
            while let Some(&number) = self.lanes[lane].back()
                && young(self, number)
            {
                self.lanes[lane].pop_back();
                self.waiting.add(now, -1);
                self.gone(number, End::Lost);
            }
        }
    }

    /// Sorts what waits into lanes anew.
    pub fn relay(&mut self, lanes: usize, lane_of: impl Fn(&Message) -> u16) {
        self.lanes = vec![VecDeque::new(); lanes];
        for (offset, message) in self.log.iter_mut().enumerate() {
            message.lane = lane_of(message);
            if message.state == State::Waiting {
                self.lanes[usize::from(message.lane)].push_back(self.base.wrapping_add(offset as u32));
            }
        }
    }

    /// How many messages came, and how they left.
    pub fn ledger(&self) -> Ledger {
        Ledger { waiting: self.waiting.count.into(), in_hand: self.in_hand.count.into(), ..self.counts }
    }

    /// The same with what waits and what is in hand counted one by one, for who trusts no sums.
    pub fn audit(&self) -> Ledger {
        let count = |fits: fn(State) -> bool| self.log.iter().filter(|message| fits(message.state)).count() as u64;
        let in_lanes = self.lanes.iter().map(|lane| lane.len() as u64).sum();
        assert_eq!(count(|state| state == State::Waiting), in_lanes, "what waits stands in a lane");
        Ledger {
            waiting: in_lanes,
            in_hand: count(|state| matches!(state, State::InHand | State::Worked)),
            ..self.counts
        }
    }

    /// The memory it takes.
    pub fn bytes(&self) -> usize {
        self.log.len() * (size_of::<Message>() + size_of::<u32>()) + self.latest.len() * 24
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(subject: u32, at: u64) -> Message {
        Message {
            published: Time::from_secs(at),
            key: subject,
            user: 0,
            subject,
            trip: 0,
            delivery: NONE,
            consumer: NONE,
            span: 0,
            stored: 0,
            class: 0,
            failures: 0,
            lane: 0,
            state: State::Waiting,
            worked: false,
            stale: 0,
        }
    }

    /// A group of two consumers with these subjects' messages, published a second apart.
    fn group(subjects: &[u32]) -> Group {
        let mut group = Group::new("workers", Vec::new(), 1);
        for slot in 0..2 {
            group.consumers.push(Consumer {
                worker: 0,
                wire: 0,
                slot,
                holding: 0,
                active: true,
                expelled: false,
                asks: false,
                batch: Vec::new(),
            });
        }
        for (at, subject) in (0..).zip(subjects) {
            group.publish(message(*subject, at), Time::from_secs(at));
        }
        group
    }

    const NOW: Time = Time::from_secs(100);

    #[test]
    fn what_comes_back_takes_its_old_place() {
        let mut group = group(&[1, 2, 3]);
        let (first, second) = (group.take(0, 0, NOW), group.take(0, 1, NOW));
        assert_eq!((first, second), (Some(0), Some(1)));
        group.put_back(1, NOW);
        group.put_back(0, NOW);
        assert_eq!(group.lanes[0], [0, 1, 2]);
        assert_eq!(group.take(0, 1, NOW), Some(0));
        let seen = group.audit();
        assert_eq!((seen.redelivered, seen.waiting, seen.in_hand), (1, 2, 1));
        assert_eq!(seen, group.ledger());
    }

    #[test]
    fn later_messages_of_the_same_key_count_as_overtaking() {
        let mut group = group(&[7, 7, 8]);
        (0..3).for_each(|_| _ = group.take(0, 0, NOW));
        assert!(group.note_worked(1, NOW) && group.note_worked(2, NOW) && group.note_worked(0, NOW));
        assert!(!group.note_worked(1, NOW), "that was done before");
        let seen = group.ledger();
        assert_eq!((seen.out_of_order, seen.duplicates), (1, 1));
        assert_eq!(group.ages, (99.0 + 98.0 + 100.0, 3));
    }

    #[test]
    fn the_log_forgets_its_beginning_but_not_what_is_still_worked_on() {
        let mut group = group(&[1, 2, 3]);
        (0..3).for_each(|_| _ = group.take(0, 0, NOW));
        group.message(0).expect("it is there").stale = 1;
        group.retire(1, End::Processed, NOW);
        group.retire(0, End::Dead, NOW);
        assert!(group.message(0).is_some() && group.message(1).is_some());
        assert_eq!(group.oldest(), Some(Time::from_secs(2)));
        group.message(0).expect("it is there").stale = 0;
        group.trim();
        assert!(group.message(0).is_none() && group.message(1).is_none() && group.message(2).is_some());
        assert_eq!(group.publish(message(4, 9), NOW), 3);
    }

    #[test]
    fn the_oldest_goes_first_of_all_lanes() {
        let mut group = group(&[]);
        group.lanes = vec![VecDeque::new(); 2];
        for lane in [1, 0, 1] {
            group.publish(Message { lane, ..message(0, u64::from(lane)) }, NOW);
        }
        assert!(group.discard_oldest(End::Expired, NOW) && group.discard_oldest(End::Dropped, NOW));
        assert_eq!((&group.lanes[0], group.lanes[1].front()), (&VecDeque::new(), Some(&2)));
        let seen = group.audit();
        assert_eq!((seen.expired, seen.dropped, seen.waiting), (1, 1, 1));
    }

    #[test]
    fn a_crash_loses_the_young() {
        let mut group = group(&[1, 2, 3, 4]);
        group.take(0, 0, NOW);
        group.lose_younger(Time::from_secs(1), NOW);
        assert_eq!(group.lanes[0], [1]);
        assert_eq!(group.audit().lost, 2);
    }
}
