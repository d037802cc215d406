//! Row locks: one writer of a key at a time, first come first served.

use crate::units::Time;

use crate::sim::attempt::{Attempts, NONE};
use crate::sim::{ComponentFrame, FRAME, Figure};

use super::fit;

/// The locks held, and who waits for them.
#[derive(Clone, Debug, Default)]
pub struct Locks {
    /// The lock of each key of each class, or NONE while nobody holds it.
    places: Vec<Vec<u32>>,
    held: Vec<Lock>,
    free: Vec<u32>,
    waiting: u32,
    changed: Time,
    area: u64,
    longest: Time,
}

#[derive(Clone, Debug)]
struct Lock {
    class: u16,
    key: u32,
    holder: u32,
    first: u32,
    last: u32,
}

impl Locks {
    /// The keys of each class are 0..`counts[class]`.
    pub fn configure(&mut self, counts: &[u32]) {
        fit(&mut self.places, counts, NONE);
    }

    fn account(&mut self, now: Time) {
        self.area += now.since(self.changed).0 * u64::from(self.waiting);
        self.changed = now;
    }

    /// An attempt wants its key; whether it has the lock now, or whoever holds it is `own`. Otherwise it waits.
    pub fn take(&mut self, now: Time, class: u16, index: u32, own: u32, attempts: &mut Attempts) -> bool {
        let key = attempts[index].key;
        let place = &mut self.places[usize::from(class)][key as usize];
        if *place == NONE {
            let lock = Lock { class, key, holder: index, first: NONE, last: NONE };
            *place = match self.free.pop() {
                Some(free) => {
                    self.held[free as usize] = lock;
                    free
                }
                None => {
                    self.held.push(lock);
                    self.held.len() as u32 - 1
                }
            };
            return true;
        }
        let lock = &mut self.held[*place as usize];
        if lock.holder == own {
            return true;
        }
        attempts[index].next = NONE;
        attempts[index].since = now;
        match lock.last {
            NONE => lock.first = index,
            last => attempts[last].next = index,
        }
        lock.last = index;
        self.account(now);
        self.waiting += 1;
        false
    }

    /// Whoever holds a key is done with it; who has the lock next. Others than its holder cannot give it.
    pub fn give(&mut self, now: Time, class: u16, key: u32, holder: u32, attempts: &Attempts) -> Option<u32> {
        let place = self.places.get_mut(usize::from(class))?.get_mut(key as usize)?;
        let lock = self.held.get_mut(*place as usize).filter(|lock| lock.holder == holder)?;
        if lock.first == NONE {
            self.free.push(std::mem::replace(place, NONE));
            lock.holder = NONE;
            return None;
        }
        let next = lock.first;
        (lock.holder, lock.first) = (next, attempts[next].next);
        if lock.first == NONE {
            lock.last = NONE;
        }
        self.longest = self.longest.max(now.since(attempts[next].since));
        self.account(now);
        self.waiting -= 1;
        Some(next)
    }

    /// All keys that somebody holds.
    pub fn held_by(&self, holder: u32) -> Vec<(u16, u32)> {
        self.held.iter().filter(|lock| lock.holder == holder).map(|lock| (lock.class, lock.key)).collect()
    }

    /// A lock passes from one holder to another, without its waiters.
    pub fn hand_over(&mut self, class: u16, key: u32, from: u32, to: u32) {
        let place = self.places[usize::from(class)][key as usize];
        if let Some(lock) = self.held.get_mut(place as usize).filter(|lock| lock.holder == from) {
            lock.holder = to;
        }
    }

    /// Nobody holds or waits any more: a crash.
    pub fn clear(&mut self, now: Time) {
        self.account(now);
        self.waiting = 0;
        self.places.iter_mut().for_each(|places| places.fill(NONE));
        self.held.clear();
        self.free.clear();
    }

    /// Whether nobody holds or waits for any lock.
    #[cfg(test)]
    pub fn is_free(&self) -> bool {
        self.waiting == 0 && self.places.iter().flatten().all(|place| *place == NONE)
    }

    /// The memory it takes.
    pub fn bytes(&self) -> usize {
        self.places.iter().map(Vec::len).sum::<usize>() * size_of::<u32>() + self.held.len() * size_of::<Lock>()
    }

    /// Fills in the frame that ends now.
    pub fn harvest(&mut self, now: Time, frame: &mut ComponentFrame) {
        self.account(now);
        let longest = std::mem::replace(&mut self.longest, Time::ZERO);
        frame.figures.push((Figure::LockWait, longest.as_secs_f64() as f32));
        frame.figures.push((Figure::LockWaiters, (self.area as f64 / FRAME.0 as f64) as f32));
        self.area = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::attempt::{Attempt, Op};

    #[test]
    fn a_key_has_one_writer_at_a_time_in_the_order_of_asking() {
        let (mut locks, mut attempts) = (Locks::default(), Attempts::default());
        locks.configure(&[5]);
        let mut writer = |key: u32| attempts.add(Attempt { key, ..Attempt::new(0, Op::Write) });
        let (a, b, c, other) = (writer(1), writer(1), writer(1), writer(2));
        assert!(locks.take(Time(0), 0, a, NONE - 1, &mut attempts));
        assert!(!locks.take(Time(1), 0, b, NONE - 1, &mut attempts));
        assert!(!locks.take(Time(2), 0, c, NONE - 1, &mut attempts));
        assert!(locks.take(Time(2), 0, other, NONE - 1, &mut attempts));
        assert_eq!(locks.give(Time(3), 0, 1, c, &attempts), None, "whoever does not hold it cannot give it");
        assert_eq!(locks.give(Time(5), 0, 1, a, &attempts), Some(b));
        assert_eq!(locks.give(Time(6), 0, 1, b, &attempts), Some(c));
        assert_eq!((locks.longest, locks.waiting), (Time(4), 0));
        assert_eq!(locks.give(Time(7), 0, 1, c, &attempts), None);
        assert!(locks.take(Time(8), 0, b, NONE - 1, &mut attempts), "it is free again");
    }
}
