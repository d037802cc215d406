//! The broker's alarm: one event for the next thing that it has to look after by itself.

use crate::sim::calendar::Delay;
use crate::sim::engine::Simulation;
use crate::sim::event::Event;
use crate::units::Time;

use super::group::{End, Group};

impl Simulation {
    /// Sees to it that the alarm rings at this time at the latest.
    pub(super) fn ring_at(&mut self, at: u32, time: Time) {
        if self.broker(at).alarm.0 != 0 && self.broker(at).alarm.1 <= time {
            return;
        }
        let seq = self.calendar.schedule(self.now, Delay::For(time.since(self.now)), Event::Alarm.on(at));
        self.broker(at).alarm = (seq, time);
    }

    /// Sees to it that messages which grow too old are noticed.
    pub(super) fn watch_retention(&mut self, at: u32) {
        let now = self.now;
        let broker = self.broker(at);
        let Some(retention) = broker.terms.retention else { return };
        // While an alarm is set for an older message, there is nothing to do.
        if broker.alarm.0 != 0 && broker.alarm.1 <= now + retention {
            return;
        }
        let oldest = self.broker(at).groups.iter().filter_map(Group::oldest_waiting).min();
        if let Some(oldest) = oldest {
            self.ring_at(at, (oldest + retention).max(self.now));
        }
    }

    /// The alarm rings.
    pub(in crate::sim) fn alarm(&mut self, at: u32, seq: u32) {
        let now = self.now;
        let broker = self.broker(at);
        if broker.alarm.0 != seq {
            return;
        }
        broker.alarm = (0, Time::MAX);
        if self.parts[at as usize].gone {
            return;
        }
        let broker = self.broker(at);
        if let Some(retention) = broker.terms.retention {
            for group in &mut broker.groups {
                while group.oldest_waiting().is_some_and(|published| published + retention <= now) {
                    group.discard_oldest(End::Expired, now);
                }
            }
        }
        self.end_sessions(at);
        self.rebalance_if_at_rest(at);
        let broker = self.broker(at);
        let still = broker.groups.iter().filter_map(|group| group.still_until).filter(|until| *until > now);
        let silent = broker.silent.iter().map(|silence| silence.until);
        if let Some(next) = still.chain(silent).min() {
            self.ring_at(at, next);
        }
        self.watch_retention(at);
        self.serve(at);
    }
}
