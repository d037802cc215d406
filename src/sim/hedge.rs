//! Hedged calls (Dean & Barroso, *The Tail at Scale*, 2013): another attempt beside one that is slow to answer; the first
//! good answer wins, and the others go on as work for nobody, since a callee cannot know.
//!
//! The attempts of one call form a list from the caller's `child`, linked by `twin`. The first of them keeps the clock.

use crate::units::Time;

use super::attempt::{NONE, Stage};
use super::calendar::Delay;
use super::engine::Simulation;
use super::event::Event;
use super::settle::another;

impl Simulation {
    /// Plans the hedge of the first attempt of a call, when that is sent.
    #[cold]
    pub(super) fn plan_hedge(&mut self, index: u32, wire: u32) {
        let Some(hedging) = &self.wires[wire as usize].hedging else { return };
        if self.attempts.rare(index).is_hedge {
            return;
        }
        // Where it had to wait for the bulkhead first, that time counts too: the caller has waited.
        let waited = self.now.since(self.attempts[index].sent);
        let delay = if waited == Time::ZERO { hedging.delay } else { Delay::For(hedging.after.since(waited)) };
        self.attempts.rare_mut(index).hedge = self.calendar.schedule(self.now, delay, Event::Hedge.on(index));
    }

    /// A caller has waited long enough: it sends another attempt, if it may.
    pub(super) fn hedge(&mut self, index: u32, seq: u32) {
        if self.attempts.rare(index).hedge != seq {
            return;
        }
        let wire_index = self.attempts[index].wire;
        let wire = &mut self.wires[wire_index as usize];
        self.attempts.rare_mut(index).hedge = 0;
        let Some(hedging) = wire.hedging.as_mut().filter(|_| !wire.gone) else { return };
        if hedging.budget.as_mut().is_some_and(|budget| !budget.withdraw()) {
            return;
        }
        let delay = hedging.delay;
        let most = hedging.most;
        let twin = another(&self.attempts[index], self.attempts[index].parent);
        let twin = self.attempts.add(twin);
        let rare = self.attempts.rare_mut(index);
        rare.hedged += 1;
        let more = rare.hedged < most;
        let after = std::mem::replace(&mut rare.twin, twin);
        let second = self.attempts.rare_mut(twin);
        (second.twin, second.is_hedge) = (after, true);
        if more {
            self.attempts.rare_mut(index).hedge = self.calendar.schedule(self.now, delay, Event::Hedge.on(index));
        }
        self.send(twin);
    }

    /// An attempt of a call ends. If others go on for the same call and this one did not end well, it alone is over, and
    /// this is true; if it ended well, it has beaten the others.
    #[cold]
    pub(super) fn others_go_on(&mut self, index: u32, ok: bool, over: bool) -> bool {
        let parent = self.attempts[index].parent;
        let rare = self.attempts.rare_mut(index);
        rare.hedge = 0;
        let after = std::mem::replace(&mut rare.twin, NONE);
        let first = self.attempts[parent].child;
        if first == index {
            self.attempts[parent].child = after;
        } else {
            let mut before = first;
            while before != NONE && self.attempts.rare(before).twin != index {
                before = self.attempts.rare(before).twin;
            }
            if before == NONE {
                // Its caller makes several calls at once: this one is on its own.
                return false;
            }
            self.attempts.rare_mut(before).twin = after;
        }
        if self.attempts[parent].child == NONE {
            return false;
        }
        if ok {
            self.beat(parent);
            return false;
        }
        self.attempts[index].parent = NONE;
        if over {
            self.attempts.remove(index);
        }
        true
    }

    /// All other attempts of a call are beaten.
    fn beat(&mut self, caller: u32) {
        let mut next = std::mem::replace(&mut self.attempts[caller].child, NONE);
        while next != NONE {
            let index = next;
            next = self.attempts.rare(index).twin;
            debug_assert!(self.attempts[index].stage != Stage::Pausing, "retries have no twins");
            self.abandon_one(index, None);
        }
    }
}
