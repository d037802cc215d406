//! What stands guard at a caller before a call is sent: its own deadline, breaker, bulkhead.

use crate::units::Time;

use super::attempt::Stage;
use super::calendar::Delay;
use super::engine::Simulation;
use super::event::Event;
use super::{Outcome, Step};

impl Simulation {
    /// Sends an attempt over a wire that does more than wait and try again.
    pub(super) fn send_guarded(&mut self, index: u32, wire_index: u32) {
        let (hedge, tries) = (self.attempts.rare(index).is_hedge, self.attempts[index].tries);
        let wire = &mut self.wires[wire_index as usize];
        if hedge {
            // Beside a retry it is none itself.
            wire.frame.hedges += 1;
            wire.frame.retries -= u32::from(tries > 1);
        }
        if wire.is_full() {
            return self.wait_for_place(index, wire_index);
        }
        if wire.gone || !wire.breaker.as_mut().is_none_or(|breaker| breaker.permits(self.now)) {
            return self.refuse(index);
        }
        self.start_timer(index, wire_index);
        self.launch(index, wire_index);
    }

    /// An attempt finds the bulkhead full: it waits there, or is refused.
    fn wait_for_place(&mut self, index: u32, wire_index: u32) {
        let wire = &mut self.wires[wire_index as usize];
        if wire.gone || wire.queue.len() >= wire.policy.bulkhead_queue as usize {
            return self.refuse(index);
        }
        wire.queue.push_back(index);
        self.attempts[index].stage = Stage::Queued;
        self.start_timer(index, wire_index);
    }

    /// Turns an attempt away before it is sent.
    #[cold]
    pub(super) fn refuse(&mut self, index: u32) {
        let wire = &mut self.wires[self.attempts[index].wire as usize];
        wire.frame.turned_away += 1;
        wire.count(Outcome::Refused);
        self.mark(index, Step::Settled(Outcome::Refused));
        self.conclude_badly(index, Outcome::Refused, true);
    }

    /// Lets an attempt go that neither breaker nor bulkhead holds back.
    pub(super) fn launch(&mut self, index: u32, wire_index: u32) {
        let wire = &mut self.wires[wire_index as usize];
        wire.fly(self.now, 1);
        if wire.hedging.is_some() {
            self.plan_hedge(index, wire_index);
        }
        self.set_out(index);
    }

    /// Starts the clock of an attempt's caller: its timeout, or what is left of the caller's own time.
    fn start_timer(&mut self, index: u32, wire_index: u32) {
        let wire = &self.wires[wire_index as usize];
        let delay = if wire.policy.deadline { self.time_left(index, wire_index) } else { wire.timeout };
        if let Some(delay) = delay {
            self.attempts[index].timer = self.calendar.schedule(self.now, delay, Event::Timeout.on(index));
        }
    }

    /// What is left of the timeout, or of the caller's own time if that is less.
    fn time_left(&self, index: u32, wire_index: u32) -> Option<Delay> {
        let wire = &self.wires[wire_index as usize];
        let own = wire.policy.timeout.map_or(Time::MAX, |timeout| self.now + timeout);
        match self.attempts.deadline(index) {
            deadline if deadline < own => Some(Delay::For(deadline.since(self.now))),
            _ => wire.timeout,
        }
    }

    /// Gives an attempt its deadline: its own timeout, but no more than its caller has left (as in gRPC). Where nothing
    /// is left, the call is not made; then it is over, and this is false.
    pub(super) fn takes_deadline(&mut self, index: u32) -> bool {
        let (wire, parent) = (self.attempts[index].wire, self.attempts[index].parent);
        let wire = &self.wires[wire as usize];
        if !wire.policy.deadline {
            return true;
        }
        let own = wire.policy.timeout.map_or(Time::MAX, |timeout| self.now + timeout);
        let deadline = own.min(self.attempts.deadline(parent));
        if deadline <= self.now {
            self.parts[wire.from as usize].frame.expired += 1;
            self.conclude_badly(index, Outcome::TimedOut, true);
            return false;
        }
        if deadline < Time::MAX {
            self.attempts.rare_mut(index).deadline = deadline;
        }
        true
    }
}
