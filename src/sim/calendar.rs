//! The future event list: a total order by (time, sequence), whatever structure an event waits in.
//!
//! Random delays wait in a hierarchical wheel, whose cost does not grow with the number of events; constant delays wait
//! in first-in-first-out lanes, where cancelled timers cost next to nothing.

mod wheel;

use std::collections::VecDeque;

use crate::units::Time;

use wheel::Wheel;

/// One entry: when, its place among equals, and what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When it happens.
    pub time: Time,
    /// Its number: entries of equal time happen in the order they were scheduled. Never 0.
    pub seq: u32,
    /// What happens, packed by the engine.
    pub event: u32,
}

impl Entry {
    /// Whether this one comes first. Sequence numbers wrap; entries of equal time are never 2³¹ apart.
    #[inline(always)]
    fn before(&self, other: &Entry) -> bool {
        self.time < other.time || (self.time == other.time && (self.seq.wrapping_sub(other.seq) as i32) < 0)
    }
}

/// How long an event is put off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delay {
    /// By the constant delay of this lane.
    Lane(u8),
    /// By this.
    For(Time),
}

/// More distinct constant delays than this go to the wheel, so that finding the next event stays cheap.
const LANES_MAX: usize = 8;

/// In place of an entry where there is none: it comes after all that will ever happen.
const NEVER: Entry = Entry { time: Time::MAX, seq: 0, event: 0 };

#[derive(Clone, Debug)]
struct Lane {
    delay: Time,
    /// Its first entry, beside the others so that finding the next of all lanes touches no queue.
    first: Entry,
    rest: VecDeque<Entry>,
}

impl Lane {
    fn len(&self) -> usize {
        self.rest.len() + usize::from(self.first != NEVER)
    }
}

/// The future event list.
#[derive(Clone, Debug)]
pub struct Calendar {
    wheel: Wheel,
    lanes: Vec<Lane>,
    /// The lane whose first entry is next, and that entry.
    next: usize,
    first: Entry,
    seq: u32,
}

impl Default for Calendar {
    fn default() -> Calendar {
        Calendar { wheel: Wheel::default(), lanes: Vec::new(), next: 0, first: NEVER, seq: 0 }
    }
}

impl Calendar {
    /// The cheapest way to put something off by a constant.
    pub fn constant(&mut self, delay: Time) -> Delay {
        if let Some(lane) = self.lanes.iter().position(|lane| lane.delay == delay) {
            return Delay::Lane(lane as u8);
        }
        if self.lanes.len() == LANES_MAX {
            return Delay::For(delay);
        }
        self.lanes.push(Lane { delay, first: NEVER, rest: VecDeque::new() });
        Delay::Lane(self.lanes.len() as u8 - 1)
    }

    /// Schedules an event and returns its sequence number, by which its owner recognises it.
    #[inline]
    pub fn schedule(&mut self, now: Time, delay: Delay, event: u32) -> u32 {
        match delay {
            Delay::For(delay) => self.after(now + delay, event),
            Delay::Lane(index) => self.queue_up(now, index, event),
        }
    }

    #[inline(always)]
    fn numbered(&mut self, time: Time, event: u32) -> Entry {
        self.seq = self.seq.wrapping_add(1).max(1);
        Entry { time, seq: self.seq, event }
    }

    fn after(&mut self, time: Time, event: u32) -> u32 {
        let entry = self.numbered(time, event);
        self.wheel.insert(entry);
        entry.seq
    }

    fn queue_up(&mut self, now: Time, index: u8, event: u32) -> u32 {
        let mut entry = self.numbered(now, event);
        let lane = &mut self.lanes[usize::from(index)];
        entry.time = now + lane.delay;
        if lane.first != NEVER {
            lane.rest.push_back(entry);
            return entry.seq;
        }
        lane.first = entry;
        if entry.before(&self.first) {
            (self.next, self.first) = (usize::from(index), entry);
        }
        entry.seq
    }

    /// Takes the next event before `until`. Entries of lanes that are not `live` are dropped on the way; the engine
    /// must skip dead entries of the wheel itself.
    #[inline(always)]
    pub fn pop(&mut self, until: Time, live: impl Fn(&Entry) -> bool) -> Option<Entry> {
        match self.wheel.peek() {
            Some(random) if random.before(&self.first) => {
                if random.time >= until {
                    return None;
                }
                self.wheel.pop();
                Some(random)
            }
            _ => {
                let constant = self.first;
                if constant.time >= until {
                    return None;
                }
                self.pop_lane(live);
                Some(constant)
            }
        }
    }

    #[inline(always)]
    fn pop_lane(&mut self, live: impl Fn(&Entry) -> bool) {
        let lane = &mut self.lanes[self.next];
        lane.first = loop {
            match lane.rest.pop_front() {
                Some(entry) if !live(&entry) => {}
                entry => break entry.unwrap_or(NEVER),
            }
        };
        self.first = NEVER;
        for (index, lane) in self.lanes.iter().enumerate() {
            if lane.first.before(&self.first) {
                (self.next, self.first) = (index, lane.first);
            }
        }
    }

    /// Drops dead entries of lanes that hold many more entries than there are `alive` things: long timeouts at a high
    /// rate would otherwise fill the memory with timers that nobody waits for.
    pub fn prune(&mut self, alive: usize, live: impl Fn(&Entry) -> bool) {
        for (index, lane) in self.lanes.iter_mut().enumerate() {
            if lane.len() < 4 * alive + 4096 {
                continue;
            }
            lane.rest.retain(&live);
            // The one that is known to be next stays.
            if index != self.next && lane.first != NEVER && !live(&lane.first) {
                lane.first = lane.rest.pop_front().unwrap_or(NEVER);
            }
        }
    }

    /// The memory it takes.
    pub fn bytes(&self) -> usize {
        self.len() * size_of::<Entry>() + Wheel::BYTES
    }

    /// Entries held, dead ones counted.
    pub fn len(&self) -> usize {
        self.wheel.len() + self.lanes.iter().map(Lane::len).sum::<usize>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::random::Stream;

    /// The calendar against a plain sorted list, over many seeds and all mixes of lanes and random delays.
    #[test]
    fn keeps_the_total_order() {
        for seed in 0..200 {
            let mut stream = Stream::new(seed, "calendar");
            let (mut calendar, mut list) = (Calendar::default(), Vec::new());
            let lanes = [5u64, 1_000, 70_000].map(|delay| (delay, calendar.constant(Time(delay))));
            let (mut now, mut event) = (Time(stream.bits() >> (1 + stream.below(62))), 0);
            for step in 0..2000 {
                // Bursts, so that the near end overflows too.
                if stream.below(100) < if step % 500 < 200 { 95 } else { 35 } {
                    let (delay, how) = match stream.below(4) {
                        0..=2 => lanes[stream.below(3) as usize],
                        _ => {
                            let delay = stream.bits() >> (20 + stream.below(43));
                            (delay, Delay::For(Time(delay)))
                        }
                    };
                    let seq = calendar.schedule(now, how, event);
                    list.push((now + Time(delay), seq, event));
                    event += 1;
                } else {
                    // Looking ahead without taking anything must change nothing.
                    if stream.below(3) == 0 {
                        assert_eq!(calendar.pop(now, |_| true), None, "seed {seed}");
                    }
                    list.sort_unstable();
                    let expected = (!list.is_empty()).then(|| list.remove(0));
                    let seen = calendar.pop(Time::MAX, |_| true).map(|entry| (entry.time, entry.seq, entry.event));
                    assert_eq!(seen, expected, "seed {seed}");
                    now = seen.map_or(now, |(time, ..)| time);
                }
            }
            assert_eq!(calendar.len(), list.len(), "seed {seed}");
        }
    }

    #[test]
    fn drops_dead_timers() {
        let mut calendar = Calendar::default();
        let lane = calendar.constant(Time(100));
        (0..10_000).for_each(|event| _ = calendar.schedule(Time(u64::from(event)), lane, event));
        calendar.prune(1, |entry| entry.event == 9_999);
        let rest: Vec<u32> = std::iter::from_fn(|| calendar.pop(Time::MAX, |entry| entry.event == 9_999))
            .map(|entry| entry.event)
            .collect();
        assert_eq!(rest, [0, 9_999]);
    }
}
