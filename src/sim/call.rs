//! The life of a call: sent, delivered, answered, received; timed out, tried again; and what comes too late.

use crate::units::Time;

use super::attempt::{Attempt, NONE, Op, PROBE, Stage};
use super::calendar::Delay;
use super::engine::Simulation;
use super::event::Event;
use super::part::Behavior;
use super::{BreakerState, Happening, Outcome, Step};

/// An overflow is told of again only after this long.
const OVERFLOW_QUIET: Time = Time::from_secs(10);

/// What a caller learns from an answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reply {
    pub op: Op,
    pub outcome: Outcome,
    pub hit: bool,
    pub key: u32,
    pub version: u32,
    pub class: u16,
}

impl Simulation {
    /// Lets an attempt call over a wire; the attempt waits for the answer.
    pub(super) fn call(&mut self, caller: u32, wire: u32, op: Op, key: u32, version: u32) {
        let parent = &mut self.attempts[caller];
        parent.stage = Stage::Calling;
        let mut attempt = Attempt::new(parent.class, op);
        attempt.parent = caller;
        attempt.wire = wire;
        attempt.at = self.wires[wire as usize].to;
        attempt.key = key;
        attempt.version = version;
        attempt.user = parent.user;
        attempt.trip = parent.trip;
        attempt.counts = parent.counts;
        attempt.token = parent.token;
        let index = self.attempts.add(attempt);
        self.attempts[caller].child = index;
        if let Some(budget) = &mut self.wires[wire as usize].budget {
            budget.deposit();
        }
        self.send(index);
    }

    /// Sends an attempt over its wire, unless breaker or bulkhead refuse it.
    pub(super) fn send(&mut self, index: u32) {
        let now = self.now;
        let attempt = &mut self.attempts[index];
        attempt.sent = now;
        let (wire_index, tries, parent) = (attempt.wire, attempt.tries, attempt.parent);
        if attempt.trip != 0 {
            self.open_span(index);
            let caller = &self.attempts[parent];
            let parent = (caller.wire != NONE).then_some(caller.span);
            self.mark(index, Step::Sent { parent, wire: wire_index, attempt: tries });
        }
        let wire = &mut self.wires[wire_index as usize];
        wire.frame.attempts += 1;
        wire.frame.retries += u32::from(tries > 1);
        if self.attempts[index].counts && matches!(self.parts[wire.from as usize].behavior, Behavior::Clients(_)) {
            self.totals.iter_mut().for_each(|totals| totals.attempts += 1);
        }
        let full = wire.policy.bulkhead.is_some_and(|most| wire.in_flight >= most);
        if full || wire.gone || !wire.breaker.as_mut().is_none_or(|breaker| breaker.permits(now)) {
            self.wires[wire_index as usize].count(Outcome::Refused);
            self.mark(index, Step::Settled(Outcome::Refused));
            return self.conclude(index, Outcome::Refused, true);
        }
        wire.fly(now, 1);
        if let Some(timeout) = wire.timeout {
            self.attempts[index].timer = self.calendar.schedule(now, timeout, Event::Timeout.on(index));
        }
        self.travel(index, wire_index);
    }

    /// A pause is over: a call is tried again, or a consumer's work.
    pub(super) fn resend(&mut self, index: u32) {
        match self.attempts[index].op {
            Op::Consume => self.consume_again(index),
            _ => self.send(index),
        }
    }

    fn travel(&mut self, index: u32, wire: u32) {
        let wire = &self.wires[wire as usize];
        if wire.cut {
            self.attempts[index].stage = Stage::Lost;
            return;
        }
        match wire.latency {
            None => self.deliver(index),
            Some(latency) => {
                self.attempts[index].stage = Stage::Travelling;
                self.move_on(index, latency, Event::Deliver);
            }
        }
    }

    /// An attempt reaches its callee.
    pub(super) fn deliver(&mut self, index: u32) {
        let (at, op) = (self.attempts[index].at, self.attempts[index].op);
        self.mark(index, Step::Arrived);
        let part = &mut self.parts[at as usize];
        if part.cut {
            return self.lose(index);
        }
        part.frame.arrivals += u32::from(op != Op::Probe);
        if part.refuses() {
            return self.answer(index, Outcome::Failed);
        }
        match &part.behavior {
            Behavior::Clients(_) => self.answer(index, Outcome::Failed),
            Behavior::Balancer(_) => self.balance(at, index),
            _ => self.enter(at, index),
        }
    }

    /// An attempt that gets through no more. Only its caller's timeout ends it.
    fn lose(&mut self, index: u32) {
        if self.attempts[index].op == Op::Consume {
            return self.delivery_lost(index);
        }
        if self.attempts[index].parent == NONE && self.attempts[index].timer == 0 {
            return self.attempts.remove(index);
        }
        self.attempts[index].stage = Stage::Lost;
    }

    /// The callee is done with an attempt; the answer goes back.
    pub(super) fn answer(&mut self, index: u32, outcome: Outcome) {
        let attempt = &self.attempts[index];
        if attempt.op != Op::Probe {
            let frame = &mut self.parts[attempt.at as usize].frame;
            frame.late += u32::from(attempt.parent == NONE);
            *match outcome {
                Outcome::Ok | Outcome::Degraded => &mut frame.completions,
                _ => &mut frame.failed,
            } += 1;
        }
        self.reply(index, outcome);
    }

    /// Turns an attempt away because a waiting room is full.
    pub(super) fn shed(&mut self, at: u32, index: u32) {
        let part = &mut self.parts[at as usize];
        part.frame.shed += u32::from(self.attempts[index].op != Op::Probe);
        let quiet = part.overflowed.is_some_and(|last| self.now.since(last) < OVERFLOW_QUIET);
        part.overflowed = Some(self.now);
        if !quiet {
            self.tell(Happening::Overflowed(at));
        }
        self.reply(index, Outcome::Shed);
    }

    fn reply(&mut self, index: u32, outcome: Outcome) {
        let attempt = &mut self.attempts[index];
        attempt.outcome = outcome;
        let (at, wire) = (attempt.at, attempt.wire);
        self.mark(index, Step::Answered(outcome));
        let wire = &self.wires[wire as usize];
        if wire.cut || self.parts[at as usize].cut {
            return self.lose(index);
        }
        match wire.latency {
            None => self.receive(index),
            Some(latency) => {
                self.attempts[index].stage = Stage::Returning;
                self.move_on(index, latency, Event::Answer);
            }
        }
    }

    /// An answer reaches the caller, who may have stopped waiting.
    pub(super) fn receive(&mut self, index: u32) {
        let attempt = &self.attempts[index];
        let (outcome, wire) = (attempt.outcome, attempt.wire);
        if attempt.class == PROBE {
            let waited = attempt.timer != 0;
            self.attempts.remove(index);
            if waited {
                self.probed(wire, outcome == Outcome::Ok);
            }
            return;
        }
        if attempt.op == Op::Consume {
            return self.acknowledged(index);
        }
        if attempt.parent == NONE {
            self.wires[wire as usize].frame.late += 1;
            self.mark(index, Step::Late);
            return self.attempts.remove(index);
        }
        self.attempts[index].timer = 0;
        self.land(index, outcome);
        self.conclude(index, outcome, true);
    }

    /// A caller stops waiting. The callee cannot know: it works on.
    pub(super) fn time_out(&mut self, index: u32) {
        let (wire, lost) = (self.attempts[index].wire, self.attempts[index].stage == Stage::Lost);
        if self.attempts[index].class == PROBE {
            if lost {
                self.attempts.remove(index);
            }
            return self.probed(wire, false);
        }
        if self.attempts[index].op == Op::Consume {
            return self.delivery_expires(index);
        }
        self.land(index, Outcome::TimedOut);
        self.conclude(index, Outcome::TimedOut, lost);
    }

    /// A call in flight ends for its caller: counts it.
    fn land(&mut self, index: u32, outcome: Outcome) {
        self.mark(index, Step::Settled(outcome));
        let wire_index = self.attempts[index].wire;
        let wire = &mut self.wires[wire_index as usize];
        wire.fly(self.now, -1);
        wire.count(outcome);
        let ok = matches!(outcome, Outcome::Ok | Outcome::Degraded);
        match wire.breaker.as_mut().and_then(|breaker| breaker.note(self.now, ok)) {
            Some(BreakerState::Open) => self.tell(Happening::BreakerOpened(wire_index)),
            Some(BreakerState::Closed) => self.tell(Happening::BreakerClosed(wire_index)),
            _ => {}
        }
    }

    /// The caller tries again or takes the outcome. `over` says that nobody works on this attempt any more.
    fn conclude(&mut self, index: u32, outcome: Outcome, over: bool) {
        let attempt = &mut self.attempts[index];
        let parent = std::mem::replace(&mut attempt.parent, NONE);
        let ok = matches!(outcome, Outcome::Ok | Outcome::Degraded);
        let again = if ok { None } else { Some(attempt.clone()) };
        let Attempt { op, hit, key, version, class, .. } = *attempt;
        if over {
            self.attempts.remove(index);
        }
        if let Some(failed) = again
            && let Some(pause) = self.pause(&failed)
        {
            return self.plan_retry(parent, &failed, pause);
        }
        self.attempts[parent].child = NONE;
        self.resume(parent, Reply { op, outcome, hit, key, version, class });
    }

    /// Plans the next attempt of a call.
    fn plan_retry(&mut self, parent: u32, failed: &Attempt, pause: Time) {
        let mut again = Attempt::new(failed.class, failed.op);
        again.parent = parent;
        (again.wire, again.at, again.key, again.user) = (failed.wire, failed.at, failed.key, failed.user);
        (again.trip, again.counts, again.token) = (failed.trip, failed.counts, failed.token);
        (again.tries, again.pause) = (failed.tries + 1, pause);
        again.stage = Stage::Pausing;
        let again = self.attempts.add(again);
        self.attempts[parent].child = again;
        self.move_on(again, Delay::For(pause), Event::Resend);
    }

    /// The pause before an attempt's call is tried again; none if it is not.
    fn pause(&mut self, failed: &Attempt) -> Option<Time> {
        let wire = &mut self.wires[failed.wire as usize];
        let tries = wire.policy.retry.as_ref()?.tries;
        if wire.gone || u32::from(failed.tries) >= tries {
            return None;
        }
        if wire.budget.as_mut().is_some_and(|budget| !budget.withdraw()) {
            return None;
        }
        wire.pause(failed.tries, failed.pause)
    }

    /// A caller goes on with the outcome of its call.
    fn resume(&mut self, caller: u32, reply: Reply) {
        let at = self.attempts[caller].at;
        match &self.parts[at as usize].behavior {
            Behavior::Clients(_) => self.finish(caller, reply.outcome),
            Behavior::Server(_) => self.server_resumes(at, caller, reply),
            _ => self.answer(caller, reply.outcome),
        }
    }

    /// A caller is gone: whoever works for it works for nobody from now on.
    pub(super) fn abandon(&mut self, index: u32, outcome: Outcome) {
        if index == NONE {
            return;
        }
        let attempt = &mut self.attempts[index];
        attempt.timer = 0;
        match attempt.stage {
            Stage::Pausing => self.attempts.remove(index),
            stage => {
                self.land_silently(index, outcome);
                self.attempts[index].parent = NONE;
                if stage == Stage::Lost {
                    self.attempts.remove(index);
                }
            }
        }
    }

    fn land_silently(&mut self, index: u32, outcome: Outcome) {
        self.mark(index, Step::Settled(outcome));
        let wire = &mut self.wires[self.attempts[index].wire as usize];
        wire.fly(self.now, -1);
        wire.count(outcome);
    }
}
