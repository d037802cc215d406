//! Fetches and writes under way, one for each key, and those who wait for them: request collapsing.
//!
//! Known as single flight (Go's `singleflight`), request collapsing (Varnish, CDNs), cache lock (nginx) or lease (Nishtala et
//! al. 2013, "Scaling Memcache at Facebook"). A key has at most one flight; who comes later waits in line for its end.

use std::collections::BTreeMap;

use crate::units::Time;

use crate::sim::attempt::{Attempts, NONE};

/// The flights of a store, by class and key. Few keys are in flight at once.
#[derive(Clone, Debug, Default)]
pub struct Flights(BTreeMap<(u16, u32), Flight>);

/// One fetch or write of a key.
#[derive(Clone, Debug)]
pub struct Flight {
    /// The number of the last who set out for the key; numbers count up.
    token: u32,
    /// The first of those who set out whose news still counts.
    valid: u32,
    /// Since when the last one is out.
    pub since: Time,
    /// Whether it changes the key, so that even those who find it cached must wait.
    pub writing: bool,
    /// Those who wait, in order, linked by their attempts' `next`.
    first: u32,
    last: u32,
}

impl Flights {
    /// The flight of a key.
    #[inline]
    pub fn of(&self, class: u16, key: u32) -> Option<&Flight> {
        if self.0.is_empty() {
            return None;
        }
        self.0.get(&(class, key))
    }

    /// Whether a key is being written.
    #[inline]
    pub fn is_writing(&self, class: u16, key: u32) -> bool {
        self.of(class, key).is_some_and(|flight| flight.writing)
    }

    /// Whether this is the last who set out for the key: if it fails, all who wait have waited in vain.
    pub fn is_last(&self, class: u16, key: u32, token: u32) -> bool {
        self.of(class, key).is_some_and(|flight| flight.token == token)
    }

    /// Whether what this one brings still counts: nothing has voided it since it set out.
    pub fn is_valid(&self, class: u16, key: u32, token: u32) -> bool {
        let counts = |flight: &Flight| token.wrapping_sub(flight.valid) <= flight.token.wrapping_sub(flight.valid);
        token != 0 && self.of(class, key).is_some_and(counts)
    }

    /// A flight begins, and voids whatever is under way for this key; those who waited for that wait for this one.
    pub fn open(&mut self, class: u16, key: u32, token: u32, writing: bool, now: Time) {
        let flight = Flight { token, valid: token, since: now, writing, first: NONE, last: NONE };
        let flight = self.0.entry((class, key)).or_insert(flight);
        (flight.token, flight.valid, flight.since, flight.writing) = (token, token, now, writing);
    }

    /// One more sets out for a key whose fetch takes long; whoever comes back first brings what all wait for.
    pub fn join_in(&mut self, class: u16, key: u32, token: u32, now: Time) {
        match self.0.get_mut(&(class, key)) {
            Some(flight) if !flight.writing => (flight.token, flight.since) = (token, now),
            _ => self.open(class, key, token, false, now),
        }
    }

    /// One more waits for the flight of this key, which must be there.
    pub fn join(&mut self, class: u16, key: u32, attempt: u32, attempts: &mut Attempts) {
        let Some(flight) = self.0.get_mut(&(class, key)) else { return };
        attempts[attempt].next = NONE;
        match flight.last {
            NONE => flight.first = attempt,
            last => attempts[last].next = attempt,
        }
        flight.last = attempt;
    }

    /// Takes the first of those who wait out of the line; NONE if nobody waits.
    pub fn next(&mut self, class: u16, key: u32, attempts: &Attempts) -> u32 {
        let Some(flight) = self.0.get_mut(&(class, key)) else { return NONE };
        let attempt = flight.first;
        if attempt != NONE {
            flight.first = attempts[attempt].next;
            if flight.first == NONE {
                flight.last = NONE;
            }
        }
        attempt
    }

    /// A flight is over.
    pub fn close(&mut self, class: u16, key: u32) {
        self.0.remove(&(class, key));
    }

    /// All are over: a crash.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// The memory it takes, roughly.
    pub fn memory(&self) -> usize {
        self.0.len() * (size_of::<Flight>() + size_of::<(u16, u32)>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::attempt::{Attempt, Op};

    #[test]
    fn those_who_wait_leave_in_order_even_when_another_takes_over() {
        let (mut attempts, mut flights) = (Attempts::default(), Flights::default());
        let waiting: Vec<u32> = (0..3).map(|_| attempts.add(Attempt::new(0, Op::Read))).collect();
        assert!(flights.of(0, 7).is_none());
        flights.open(0, 7, 100, false, Time::ZERO);
        waiting.iter().for_each(|attempt| flights.join(0, 7, *attempt, &mut attempts));
        assert!(flights.is_last(0, 7, 100) && !flights.is_writing(0, 7) && flights.of(1, 7).is_none());
        assert_eq!(flights.next(0, 7, &attempts), waiting[0]);
        flights.join_in(0, 7, 101, Time::from_secs(1));
        assert!(flights.is_last(0, 7, 101) && [100, 101].iter().all(|token| flights.is_valid(0, 7, *token)));
        flights.open(0, 7, 102, true, Time::from_secs(1));
        assert!(flights.is_last(0, 7, 102) && flights.is_writing(0, 7));
        assert!([0, 99, 100, 101, 103].iter().all(|token| !flights.is_valid(0, 7, *token)));
        assert_eq!(flights.next(0, 7, &attempts), waiting[1]);
        assert_eq!(flights.next(0, 7, &attempts), waiting[2]);
        assert_eq!(flights.next(0, 7, &attempts), NONE);
        flights.close(0, 7);
        assert!(flights.of(0, 7).is_none());
    }
}
