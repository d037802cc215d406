//! How calls end for their callers: timed out, tried again, answered by a fallback, abandoned; and what comes too late.

use crate::design::RetryOn;
use crate::units::Time;

use super::attempt::{Attempt, NONE, Op, PROBE, Stage};
use super::calendar::Delay;
use super::call::Reply;
use super::engine::Simulation;
use super::event::Event;
use super::part::Behavior;
use super::{BreakerState, Happening, Outcome, Step};

impl Simulation {
    /// A caller stops waiting. The callee cannot know: it works on, unless a deadline tells it.
    pub(super) fn time_out(&mut self, index: u32) {
        let (wire, stage) = (self.attempts[index].wire, self.attempts[index].stage);
        let over = matches!(stage, Stage::Lost | Stage::Queued);
        if self.attempts[index].class == PROBE {
            let took = self.now.since(self.attempts[index].sent);
            if over {
                self.attempts.remove(index);
            }
            return self.probed(wire, false, took);
        }
        if self.attempts[index].op == Op::Consume {
            return self.delivery_expires(index);
        }
        match stage {
            Stage::Queued => self.leave_queue(index, Outcome::TimedOut),
            _ => self.land(index, Outcome::TimedOut),
        }
        self.conclude_badly(index, Outcome::TimedOut, over);
    }

    /// A call in flight ends for its caller: counts it.
    pub(super) fn land(&mut self, index: u32, outcome: Outcome) {
        self.mark(index, Step::Settled(outcome));
        let (wire_index, sent) = (self.attempts[index].wire, self.attempts[index].sent);
        let wire = &mut self.wires[wire_index as usize];
        wire.fly(self.now, -1);
        wire.count(outcome);
        if wire.is_watched() {
            self.watchers_note(wire_index, outcome, sent);
        }
    }

    /// Who watches a wire, breaker, bulkhead and caller, learns how a call has ended.
    #[inline(never)]
    fn watchers_note(&mut self, wire_index: u32, outcome: Outcome, sent: Time) {
        let wire = &mut self.wires[wire_index as usize];
        let turned = wire.breaker.as_mut().and_then(|breaker| breaker.note(self.now, sent, outcome.is_good()));
        if !wire.queue.is_empty() {
            self.plan_admission(wire_index);
        }
        match turned {
            Some(BreakerState::Open) => self.tell(Happening::BreakerOpened(wire_index)),
            Some(BreakerState::Closed) => self.tell(Happening::BreakerClosed(wire_index)),
            _ => {}
        }
        if self.wires[wire_index as usize].observed {
            self.observe(wire_index, outcome, self.now.since(sent));
        }
    }

    /// The caller takes an answer that has come; a bad one only if it does not try again.
    pub(super) fn conclude(&mut self, index: u32, outcome: Outcome) {
        if !outcome.is_good() {
            return self.conclude_badly(index, outcome, true);
        }
        if self.attempts[index].rare != NONE && self.others_go_on(index, true, true) {
            return;
        }
        let attempt = &mut self.attempts[index];
        let parent = std::mem::replace(&mut attempt.parent, NONE);
        let reply = Reply::of(attempt, outcome);
        self.attempts.remove(index);
        self.resume(parent, reply);
    }

    /// The caller tries again or takes the bad outcome. `over` says that nobody works on this attempt any more.
    #[inline(never)]
    pub(super) fn conclude_badly(&mut self, index: u32, outcome: Outcome, over: bool) {
        if self.attempts[index].rare != NONE && self.others_go_on(index, false, over) {
            return;
        }
        let attempt = &mut self.attempts[index];
        let parent = std::mem::replace(&mut attempt.parent, NONE);
        let failed = attempt.clone();
        if over {
            self.attempts.remove(index);
        }
        if let Some(pause) = self.pause(&failed, outcome, parent) {
            return self.plan_retry(parent, &failed, pause);
        }
        let mut reply = Reply::of(&failed, outcome);
        self.fall_back(failed.wire, &mut reply);
        self.resume(parent, reply);
    }

    /// A call has failed for good: the caller may have a poorer answer of its own.
    fn fall_back(&mut self, wire: u32, reply: &mut Reply) {
        let wire = &mut self.wires[wire as usize];
        if wire.policy.fallback && !wire.gone {
            wire.frame.degraded += 1;
            (reply.outcome, reply.hit) = (Outcome::Degraded, false);
        }
    }

    /// Plans the next attempt of a call.
    fn plan_retry(&mut self, parent: u32, failed: &Attempt, pause: Time) {
        let mut again = another(failed, parent);
        (again.tries, again.pause) = (failed.tries + 1, pause);
        again.stage = Stage::Pausing;
        let again = self.attempts.add(again);
        self.attempts[parent].child = again;
        self.move_on(again, Delay::For(pause), Event::Resend);
    }

    /// The pause before an attempt's call is tried again; none if it is not.
    fn pause(&mut self, failed: &Attempt, outcome: Outcome, caller: u32) -> Option<Time> {
        let wire = &mut self.wires[failed.wire as usize];
        let retry = wire.policy.retry.as_ref()?;
        let may = match retry.on {
            RetryOn::Any => true,
            RetryOn::Failures => matches!(outcome, Outcome::TimedOut | Outcome::Failed),
            RetryOn::Timeouts => outcome == Outcome::TimedOut,
        };
        if !may || wire.gone || u32::from(failed.tries) >= retry.tries {
            return None;
        }
        if wire.budget.as_mut().is_some_and(|budget| !budget.withdraw()) {
            return None;
        }
        let pause = wire.pause(failed.tries, failed.pause)?;
        // A caller whose own time is up by then does not try again.
        if wire.policy.deadline && self.now + pause >= self.attempts.deadline(caller) {
            wire.budget.iter_mut().for_each(|budget| budget.refund());
            return None;
        }
        Some(pause)
    }

    /// A caller goes on with the outcome of its call.
    #[inline(always)]
    pub(super) fn resume(&mut self, caller: u32, reply: Reply) {
        let attempt = &mut self.attempts[caller];
        attempt.child = NONE;
        let at = attempt.at;
        // A look-up that a fallback answered is a miss: the caller asks elsewhere and gets the true answer there. And what
        // was written is written, whether or not a cache has let go of it.
        if reply.outcome == Outcome::Degraded && !matches!(reply.op, Op::Lookup | Op::Delete) {
            attempt.outcome = Outcome::Degraded;
        }
        if reply.op == Op::Serve && attempt.op != Op::Consume {
            // The version of the content that passes through; a consumer's attempt keeps its message there.
            attempt.version = reply.version;
        }
        match &self.parts[at as usize].behavior {
            Behavior::Clients(_) => self.finish(caller, reply.outcome),
            Behavior::Server(_) => self.server_resumes(at, caller, reply),
            Behavior::Router(_) => self.router_resumes(at, caller, reply),
            Behavior::Balancer(balancer) if balancer.duties.is_some() => self.duty_resumes(at, caller, reply),
            Behavior::Gateway(_) => self.duty_resumes(at, caller, reply),
            Behavior::Cache(_) => self.cache_resumes(at, caller, reply),
            Behavior::Cdn(_) => self.cdn_resumes(at, caller, reply),
            _ => self.answer_now(caller, reply.outcome),
        }
    }

    /// A caller is gone: whoever works for it works for nobody from now on.
    pub(super) fn abandon(&mut self, index: u32, outcome: Outcome) {
        let mut next = index;
        while next != NONE {
            let index = next;
            next = self.attempts.rare(index).twin;
            self.abandon_one(index, Some(outcome));
        }
    }

    /// Nobody waits for this attempt any more: with an outcome, or because its twin answered first.
    pub(super) fn abandon_one(&mut self, index: u32, outcome: Option<Outcome>) {
        let attempt = &mut self.attempts[index];
        attempt.timer = 0;
        if attempt.rare != NONE {
            let rare = self.attempts.rare_mut(index);
            (rare.hedge, rare.twin) = (0, NONE);
        }
        match self.attempts[index].stage {
            Stage::Pausing => self.attempts.remove(index),
            Stage::Queued => {
                self.leave_queue(index, outcome.unwrap_or(Outcome::TimedOut));
                self.attempts.remove(index);
            }
            stage => {
                self.land_silently(index, outcome);
                self.attempts[index].parent = NONE;
                if stage == Stage::Lost {
                    self.attempts.remove(index);
                }
            }
        }
    }

    fn land_silently(&mut self, index: u32, outcome: Option<Outcome>) {
        self.mark(index, Step::Settled(outcome.unwrap_or(Outcome::TimedOut)));
        let (wire_index, sent) = (self.attempts[index].wire, self.attempts[index].sent);
        let wire = &mut self.wires[wire_index as usize];
        wire.fly(self.now, -1);
        wire.breaker.iter_mut().for_each(|breaker| breaker.forget(sent));
        match outcome {
            Some(outcome) => wire.count(outcome),
            None => wire.frame.beaten += 1,
        }
        if !wire.queue.is_empty() {
            self.plan_admission(wire_index);
        }
    }

    /// An attempt that waits for a place in the bulkhead waits no more.
    fn leave_queue(&mut self, index: u32, outcome: Outcome) {
        self.mark(index, Step::Settled(outcome));
        let wire = &mut self.wires[self.attempts[index].wire as usize];
        wire.queue.retain(|waiting| *waiting != index);
        wire.count(outcome);
    }

    /// Lets those in that wait for a place in a bulkhead: not at once, for a chain of answers that take no time would
    /// nest without bound.
    pub(super) fn plan_admission(&mut self, wire: u32) {
        self.calendar.schedule(self.now, Delay::For(Time::ZERO), Event::Admit.on(wire));
    }

    /// A bulkhead may have a free place.
    pub(super) fn admit(&mut self, wire_index: u32) {
        loop {
            let wire = &mut self.wires[wire_index as usize];
            if wire.has_no_place() && !wire.gone {
                return;
            }
            let Some(index) = wire.queue.pop_front() else { return };
            if wire.gone || !wire.breaker.as_mut().is_none_or(|breaker| breaker.permits(self.now)) {
                self.refuse(index);
            } else {
                self.launch(index, wire_index);
            }
        }
    }
}

/// Another attempt for the same call.
pub(super) fn another(of: &Attempt, parent: u32) -> Attempt {
    let mut another = Attempt::new(of.class, of.op);
    another.parent = parent;
    (another.wire, another.at, another.key, another.user) = (of.wire, of.at, of.key, of.user);
    (another.trip, another.counts) = (of.trip, of.counts);
    (another.version, another.fence) = (of.version, of.fence);
    (another.tries, another.pause) = (of.tries, of.pause);
    another
}
