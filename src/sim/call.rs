//! The way of a call to its callee and back: sent, delivered, answered, received.

use crate::units::Time;

use super::attempt::{Attempt, BROKER, NONE, Op, PROBE, Stage};
use super::engine::Simulation;
use super::event::Event;
use super::network::{bytes_back, bytes_there};
use super::part::Behavior;
use super::{Happening, Outcome, Step};

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
    pub token: u32,
    pub class: u16,
}

impl Reply {
    /// What the answer to this attempt says.
    #[inline(always)]
    pub fn of(attempt: &Attempt, outcome: Outcome) -> Reply {
        let Attempt { op, hit, key, version, token, class, .. } = *attempt;
        Reply { op, outcome, hit, key, version, token, class }
    }
}

impl Simulation {
    /// Lets an attempt call over a wire; the attempt waits for the answer.
    pub(super) fn call(&mut self, caller: u32, wire: u32, op: Op, key: u32, version: u32) {
        let sent = self.now;
        let index = self.attempts.place();
        let parent = &mut self.attempts[caller];
        (parent.stage, parent.child) = (Stage::Calling, index);
        let Attempt { class, user, trip, counts, fence, .. } = *parent;
        let root = parent.wire == NONE;
        let over = &mut self.wires[wire as usize];
        over.deposit();
        let at = over.to;
        let attempt = Attempt {
            parent: caller,
            wire,
            at,
            key,
            version,
            user,
            trip,
            counts,
            fence,
            sent,
            ..Attempt::new(class, op)
        };
        self.attempts.put(index, attempt);
        if over.guarded || trip != 0 {
            return self.send(index);
        }
        // The same, where nothing of that kind can be.
        over.frame.attempts += 1;
        over.fly(sent, 1);
        if let Some(timeout) = over.timeout {
            self.attempts[index].timer = self.calendar.schedule(sent, timeout, Event::Timeout.on(index));
        }
        let (plain, latency) = (over.plain, over.latency);
        if plain {
            over.frame.bytes += bytes_there(op, class, &self.classes);
        }
        if counts && root {
            self.leaves_users(wire);
        }
        if !plain {
            return self.travel_with_care(index, false);
        }
        match latency {
            None => self.reach(at, index, op),
            Some(delay) => self.is_on_its_way(index, delay, false),
        }
    }

    /// Counts an attempt, if it is users who send it.
    #[inline]
    fn leaves_users(&mut self, wire: u32) {
        let from = self.wires[wire as usize].from;
        if matches!(self.parts[from as usize].behavior, Behavior::Clients(_)) {
            self.totals.iter_mut().for_each(|totals| totals.attempts += u64::from(totals.weight));
        }
    }

    /// Sends a message over a wire: nobody waits for it, nothing answers it, and no policy of the wire but its latency,
    /// bandwidth and loss concerns it.
    pub(super) fn post(&mut self, wire: u32, message: Attempt) {
        if self.wires[wire as usize].gone {
            return;
        }
        let to = self.wires[wire as usize].to;
        let index = self.attempts.add(Attempt { wire, at: to, ..message });
        self.set_out(index);
    }

    /// Sends an attempt over its wire, unless its deadline has passed, or breaker or bulkhead refuse it.
    pub(super) fn send(&mut self, index: u32) {
        let now = self.now;
        let attempt = &mut self.attempts[index];
        attempt.sent = now;
        let (wire_index, tries, parent) = (attempt.wire, attempt.tries, attempt.parent);
        let guarded = self.wires[wire_index as usize].guarded;
        if guarded && !self.takes_deadline(index) {
            return;
        }
        if self.attempts[index].trip != 0 {
            self.open_span(index);
            let caller = &self.attempts[parent];
            let parent = (caller.wire != NONE).then_some(caller.span);
            self.mark(index, Step::Sent { parent, wire: wire_index, attempt: tries });
        }
        let wire = &mut self.wires[wire_index as usize];
        wire.frame.attempts += 1;
        wire.frame.retries += u32::from(tries > 1);
        let timeout = wire.timeout;
        if self.attempts[index].counts {
            self.leaves_users(wire_index);
        }
        if guarded {
            return self.send_guarded(index, wire_index);
        }
        self.wires[wire_index as usize].fly(now, 1);
        if let Some(timeout) = timeout {
            self.attempts[index].timer = self.calendar.schedule(now, timeout, Event::Timeout.on(index));
        }
        self.set_out(index);
    }

    /// A pause is over: a call is tried again, or a consumer's work.
    pub(super) fn resend(&mut self, index: u32) {
        match self.attempts[index].op {
            Op::Consume => self.consume_again(index),
            _ => self.send(index),
        }
    }

    /// An attempt reaches its callee.
    pub(super) fn deliver(&mut self, index: u32) {
        let (at, op) = (self.attempts[index].at, self.attempts[index].op);
        self.mark(index, Step::Arrived);
        self.reach(at, index, op);
    }

    /// The same, once it is marked, where it is sampled.
    fn reach(&mut self, at: u32, index: u32, op: Op) {
        let part = &self.parts[at as usize];
        if (part.cut || part.refuses()) && !self.is_resolved(at, index) {
            return self.deliver_in_vain(at, index);
        }
        let part = &mut self.parts[at as usize];
        part.frame.arrivals += u32::from(op.is_request());
        match &part.behavior {
            Behavior::Server(_) if op != Op::Consume => self.enter_server(at, index),
            Behavior::Clients(_) => self.answer(index, Outcome::Failed),
            Behavior::Balancer(balancer) if balancer.duties.is_none() => self.balance(at, index),
            Behavior::Balancer(_) | Behavior::Gateway(_) | Behavior::External(_) => self.knock(at, index),
            Behavior::Dns(_) => self.resolve(at, index),
            Behavior::Router(_) => self.send_to_shard(at, index),
            _ => self.enter(at, index),
        }
    }

    /// An attempt reaches a callee that is dead, or cut off.
    #[cold]
    fn deliver_in_vain(&mut self, at: u32, index: u32) {
        let part = &mut self.parts[at as usize];
        if part.cut {
            return self.lose(index);
        }
        let request = u32::from(self.attempts[index].op.is_request());
        part.frame.arrivals += request;
        part.frame.dead += request;
        self.answer(index, Outcome::Failed);
    }

    /// An attempt that gets through no more. Only its caller's timeout ends it.
    pub(super) fn lose(&mut self, index: u32) {
        if self.attempts[index].op == Op::Consume {
            return self.delivery_lost(index);
        }
        let attempt = &mut self.attempts[index];
        self.wires[attempt.wire as usize].frame.lost += u32::from(attempt.class != PROBE);
        if attempt.parent == NONE && attempt.timer == 0 {
            return self.attempts.remove(index);
        }
        attempt.stage = Stage::Lost;
    }

    /// The callee is done with an attempt; the answer goes back. What rests on a fallback somewhere below is degraded.
    pub(super) fn answer(&mut self, index: u32, outcome: Outcome) {
        self.answer_now(index, outcome);
    }

    /// The same, within its caller.
    #[inline(always)]
    pub(super) fn answer_now(&mut self, index: u32, mut outcome: Outcome) {
        let attempt = &self.attempts[index];
        if outcome == Outcome::Ok && attempt.outcome == Outcome::Degraded {
            outcome = Outcome::Degraded;
        }
        if attempt.op.is_request() {
            let frame = &mut self.parts[attempt.at as usize].frame;
            frame.late += u32::from(attempt.parent == NONE);
            *if outcome.is_good() { &mut frame.completions } else { &mut frame.failed } += 1;
        }
        self.reply(index, outcome);
    }

    /// Turns an attempt away because a waiting room is full.
    pub(super) fn shed(&mut self, at: u32, index: u32) {
        let part = &mut self.parts[at as usize];
        part.frame.shed += u32::from(self.attempts[index].op.is_request());
        let quiet = part.overflowed.is_some_and(|last| self.now.since(last) < OVERFLOW_QUIET);
        part.overflowed = Some(self.now);
        if !quiet {
            self.tell(Happening::Overflowed(at));
        }
        self.reply(index, Outcome::Shed);
    }

    /// Whether nobody waits any more for what an attempt asks, as its deadline tells.
    #[inline]
    pub(super) fn is_overdue(&self, index: u32) -> bool {
        self.attempts[index].rare != NONE && self.attempts.deadline(index) <= self.now
    }

    /// Drops an attempt that is overdue, from its place in the component's station.
    #[cold]
    pub(super) fn expire(&mut self, at: u32, index: u32) {
        self.parts[at as usize].frame.expired += 1;
        self.free_slot(at, index);
        match self.attempts[index].parent {
            // The usual case: its caller has given up, at the latest now.
            NONE => {
                self.mark(index, Step::Answered(Outcome::TimedOut));
                self.attempts.remove(index);
            }
            _ => self.reply(index, Outcome::TimedOut),
        }
    }

    fn reply(&mut self, index: u32, outcome: Outcome) {
        let attempt = &mut self.attempts[index];
        attempt.outcome = outcome;
        if attempt.op == Op::Set {
            return self.attempts.remove(index);
        }
        if attempt.trip != 0 {
            self.mark(index, Step::Answered(outcome));
        }
        let attempt = &self.attempts[index];
        let over = &mut self.wires[attempt.wire as usize];
        if !over.plain {
            return self.travel_with_care(index, true);
        }
        let part = &self.parts[attempt.at as usize];
        if part.cut {
            return self.lose(index);
        }
        over.frame.bytes += bytes_back(attempt, part, &self.classes);
        match over.latency {
            None => self.receive_now(index),
            Some(delay) => self.is_on_its_way(index, delay, true),
        }
    }

    /// An answer reaches the caller, who may have stopped waiting.
    pub(super) fn receive(&mut self, index: u32) {
        self.receive_now(index);
    }

    /// The same, within its caller.
    #[inline(always)]
    fn receive_now(&mut self, index: u32) {
        let attempt = &self.attempts[index];
        let over = &mut self.wires[attempt.wire as usize];
        let (outcome, parent) = (attempt.outcome, attempt.parent);
        // Probes and deliveries have no attempt that waits for them.
        let usual = parent < BROKER && outcome.is_good() && attempt.rare == NONE && attempt.trip == 0;
        if !usual || over.is_watched() {
            return self.receive_with_care(index);
        }
        over.fly(self.now, -1);
        over.frame.ok += 1;
        let reply = Reply::of(attempt, outcome);
        self.attempts.remove(index);
        self.resume(parent, reply);
    }

    /// The same, where an answer is more than good news for one who waits.
    #[inline(never)]
    fn receive_with_care(&mut self, index: u32) {
        let attempt = &self.attempts[index];
        let (outcome, wire) = (attempt.outcome, attempt.wire);
        if attempt.class == PROBE {
            let waited = attempt.timer != 0;
            let took = self.now.since(attempt.sent);
            self.attempts.remove(index);
            if waited {
                self.probed(wire, outcome == Outcome::Ok, took);
            }
            return;
        }
        if attempt.op == Op::Consume {
            return self.acknowledged(index);
        }
        if let (Some(hedging), Outcome::Ok | Outcome::Degraded) = (&mut self.wires[wire as usize].hedging, outcome) {
            hedging.note(self.now, self.now.since(attempt.sent));
        }
        if attempt.parent == NONE {
            self.wires[wire as usize].frame.late += 1;
            self.mark(index, Step::Late);
            return self.attempts.remove(index);
        }
        self.attempts[index].timer = 0;
        self.land(index, outcome);
        self.conclude(index, outcome);
    }
}
