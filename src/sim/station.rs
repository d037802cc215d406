//! The station of queueing theory: a waiting room and servers, first come first served.

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

/// A waiting room and servers. Areas are time integrals since the last [`Station::harvest`], in things · ns.
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
    first: u32,
    last: u32,
    changed: Time,
    busy_area: u64,
    waiting_area: u64,
}

impl Station {
    /// An empty station.
    pub fn new(servers: u32, capacity: u32) -> Station {
        Station {
            servers,
            capacity,
            busy: 0,
            waiting: 0,
            first: NONE,
            last: NONE,
            changed: Time::ZERO,
            busy_area: 0,
            waiting_area: 0,
        }
    }

    #[inline]
    fn account(&mut self, now: Time) {
        let span = now.since(self.changed).0;
        self.busy_area += span * u64::from(self.busy);
        self.waiting_area += span * u64::from(self.waiting);
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
        attempts[attempt].next = NONE;
        attempts[attempt].since = now;
        match self.last {
            NONE => self.first = attempt,
            last => attempts[last].next = attempt,
        }
        self.last = attempt;
        self.waiting += 1;
        Admission::Waits
    }

    /// Ends one service.
    #[inline]
    pub fn release(&mut self, now: Time) {
        self.account(now);
        self.busy -= 1;
    }

    /// The next in line, if a server is free for it; it is served from now on.
    #[inline]
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
        let averages = (self.busy_area as f64 / span.0 as f64, self.waiting_area as f64 / span.0 as f64);
        (self.busy_area, self.waiting_area) = (0, 0);
        (averages.0 as f32, averages.1 as f32)
    }
}
