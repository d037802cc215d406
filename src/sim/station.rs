//! The station of queueing theory: a waiting room and servers, first come first served (or last come, where asked).

use crate::units::Time;

use super::attempt::{Attempts, NONE};

/// What became of an arrival.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// A server is free: it is served now.
    Served,
    /// It waits.
    Waits,
    /// The waiting room is full.
    Full,
}

/// A waiting room and servers. Areas are time integrals in things · ns; they wrap, and only their differences count.
#[derive(Clone, Debug)]
pub struct Station {
    /// How many can be served at once.
    pub servers: u32,
    /// How many may wait.
    pub capacity: u32,
    /// How many are being served.
    pub busy: u32,
    /// How many wait.
    pub waiting: u32,
    /// The last to come is the next to be served.
    pub lifo: bool,
    first: u32,
    last: u32,
    changed: Time,
    busy_area: u64,
    waiting_area: u64,
    /// The areas when the last frame was harvested.
    harvested: (u64, u64),
}

impl Station {
    /// An empty station.
    pub fn new(servers: u32, capacity: u32) -> Station {
        Station {
            servers,
            capacity,
            busy: 0,
            waiting: 0,
            lifo: false,
            first: NONE,
            last: NONE,
            changed: Time::ZERO,
            busy_area: 0,
            waiting_area: 0,
            harvested: (0, 0),
        }
    }

    #[inline(always)]
    fn account(&mut self, now: Time) {
        let span = now.since(self.changed).0;
        self.busy_area = self.busy_area.wrapping_add(span.wrapping_mul(u64::from(self.busy)));
        self.waiting_area = self.waiting_area.wrapping_add(span.wrapping_mul(u64::from(self.waiting)));
        self.changed = now;
    }

    /// Admits an attempt: serves it, lets it wait, or turns it away.
    #[inline]
    pub fn admit(&mut self, now: Time, attempt: u32, attempts: &mut Attempts) -> Admission {
        if self.busy < self.servers {
            self.account(now);
            self.busy += 1;
            return Admission::Served;
        }
        if self.waiting >= self.capacity {
            return Admission::Full;
        }
        self.account(now);
        attempts[attempt].since = now;
        if self.lifo && self.waiting > 0 {
            attempts[attempt].next = self.first;
            self.first = attempt;
        } else {
            attempts[attempt].next = NONE;
            match self.last {
                NONE => self.first = attempt,
                last => attempts[last].next = attempt,
            }
            self.last = attempt;
        }
        self.waiting += 1;
        Admission::Waits
    }

    /// Ends one service.
    #[inline(always)]
    pub fn release(&mut self, now: Time) {
        self.account(now);
        self.busy -= 1;
    }

    /// The next in line, if a server is free for it; it is served from now on.
    #[inline(always)]
    pub fn next(&mut self, now: Time, attempts: &Attempts) -> Option<u32> {
        if self.waiting == 0 || self.busy >= self.servers {
            return None;
        }
        self.account(now);
        let attempt = self.first;
        self.first = attempts[attempt].next;
        if self.first == NONE {
            self.last = NONE;
        }
        self.waiting -= 1;
        self.busy += 1;
        Some(attempt)
    }

    /// Empties it: a crash.
    pub fn clear(&mut self, now: Time) {
        self.account(now);
        (self.busy, self.waiting, self.first, self.last) = (0, 0, NONE, NONE);
    }

    /// The time averages of busy and waiting over the last `span`, which ends now; starts anew.
    pub fn harvest(&mut self, now: Time, span: Time) -> (f32, f32) {
        self.account(now);
        let busy = self.busy_area.wrapping_sub(self.harvested.0);
        let waiting = self.waiting_area.wrapping_sub(self.harvested.1);
        self.harvested = (self.busy_area, self.waiting_area);
        ((busy as f64 / span.0 as f64) as f32, (waiting as f64 / span.0 as f64) as f32)
    }

    /// The busy area up to now, from whenever: for differences (which may wrap).
    pub fn busy_area(&mut self, now: Time) -> u64 {
        self.account(now);
        self.busy_area
    }
}
