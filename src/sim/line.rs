//! A line of finite bandwidth, and what becomes of a message on it.

use crate::units::{Bytes, Time};

/// What becomes of a message on a wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passage {
    /// It gets lost.
    Lost,
    /// It takes this long.
    Takes(Time),
}

/// A line of finite bandwidth: one message at a time, first come first served. As the time of each is known when it
/// comes, it is enough to remember when the line is free (Lindley's recursion).
#[derive(Clone, Debug)]
pub struct Line {
    /// Bytes per second.
    pub bandwidth: Bytes,
    free: Time,
}

impl Line {
    /// A line of this bandwidth, free when the one before it would have been.
    pub fn after(before: Option<&Line>, bandwidth: Bytes) -> Line {
        Line { bandwidth, free: before.map_or(Time::ZERO, |line| line.free) }
    }

    /// Takes a message on. How long it takes from now until its last byte is through.
    pub fn carry(&mut self, now: Time, bytes: u64) -> Time {
        let start = self.free.max(now);
        self.free = start + Time::from_secs_f64(bytes as f64 / self.bandwidth.0 as f64);
        self.free.since(now)
    }

    /// Bytes that it has taken on and not carried yet.
    pub fn backlog(&self, now: Time) -> u64 {
        (self.free.since(now).as_secs_f64() * self.bandwidth.0 as f64) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_message_goes_through_after_the_other() {
        let mut line = Line::after(None, Bytes(1_000_000));
        let check = |seen: Time, millis: u64| assert_eq!(seen, Time::from_millis(millis));
        check(line.carry(Time::ZERO, 10_000), 10);
        check(line.carry(Time::from_millis(4), 10_000), 16);
        check(line.carry(Time::from_millis(4), 0), 16);
        assert_eq!(line.backlog(Time::from_millis(5)), 15_000);
        check(line.carry(Time::from_millis(100), 5_000), 5);
        // A faster line begins when what is under way is through.
        let mut faster = Line::after(Some(&line), Bytes(10_000_000));
        check(faster.carry(Time::from_millis(100), 10_000), 6);
    }
}
