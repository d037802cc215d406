//! Into a server and out of it: which instance takes a request, who is shed, and who is next.

use crate::design::{self, Criticality, Spread};
use crate::sim::Outcome;
use crate::sim::attempt::{PROBE, Stage};
use crate::sim::engine::Simulation;
use crate::sim::part::Behavior;
use crate::sim::random::Stream;
use crate::sim::station::Admission;
use crate::units::{Chance, Time};

use super::agenda::Chore;
use super::{Instance, Server, State};

/// How many may wait for a request of this criticality to be let in. Fixed thresholds: a simple form of admission by
/// priority, as in DAGOR (Zhou et al., SoCC 2018) and in "Site Reliability Engineering" (Google 2016), chapter 21.
pub(super) fn limit(settings: &design::Server, shed: &design::Shed, of: Criticality) -> u32 {
    let share = match of {
        Criticality::Low => shed.low,
        Criticality::Normal => shed.normal,
        Criticality::High => shed.high,
        Criticality::Critical => Chance(1.0),
    };
    places(settings, share)
}

/// A share of the waiting room.
pub(super) fn places(settings: &design::Server, share: Chance) -> u32 {
    libm::floor(f64::from(settings.capacity) * share.0) as u32
}

impl Server {
    /// The instance that takes the next request; none if none serves.
    #[inline]
    fn pick(&mut self, stream: &mut Stream) -> Option<u16> {
        match self.instances.as_slice() {
            [only] => (only.state == State::Up).then_some(0),
            _ => self.pick_of_many(stream),
        }
    }

    fn pick_of_many(&mut self, stream: &mut Stream) -> Option<u16> {
        let up = |instance: &Instance| instance.state == State::Up;
        let n = self.instances.len();
        let load = |instance: &Instance| instance.slots.busy + instance.slots.waiting;
        let turn = |cursor: u32| (1..=n).map(move |offset| (cursor as usize + offset) % n);
        let picked = match self.settings.spread {
            Spread::RoundRobin => turn(self.cursor).find(|index| up(&self.instances[*index])),
            Spread::LeastConnections => {
                let serving = turn(self.cursor).filter(|index| up(&self.instances[*index]));
                serving.min_by_key(|index| load(&self.instances[*index]))
            }
            Spread::Random => {
                let serving = self.serving();
                let nth = if serving == 0 { 0 } else { stream.below(serving) as usize };
                (0..n).filter(|index| up(&self.instances[*index])).nth(nth)
            }
        }?;
        self.cursor = picked as u32;
        Some(picked as u16)
    }

    /// Whether someone who has waited this long is shed: the queue has been standing, or even that was too long.
    ///
    /// Controlled delay as in "Fail at Scale" (Maurer, ACM Queue 2015), after CoDel (Nichols & Jacobson 2012).
    fn waited_too_long(&mut self, instance: usize, waited: Time, now: Time) -> bool {
        let Some(codel) = &self.settings.codel else { return false };
        let instance = &mut self.instances[instance];
        let standing = now.since(instance.emptied) > codel.interval;
        if instance.slots.waiting == 0 {
            instance.emptied = now;
        }
        waited > if standing { codel.target } else { codel.interval.max(codel.target) }
    }
}

impl Simulation {
    /// A request arrives at a server.
    #[inline]
    pub(in crate::sim) fn enter_server(&mut self, at: u32, index: u32) {
        let now = self.now;
        let part = &mut self.parts[at as usize];
        let Behavior::Server(server) = &mut part.behavior else { return };
        let Some(picked) = server.pick(&mut part.stream) else { return self.answer(index, Outcome::Failed) };
        let attempt = &mut self.attempts[index];
        (attempt.since, attempt.instance) = (now, picked);
        let class = attempt.class;
        let instance = &mut server.instances[usize::from(picked)];
        if instance.slots.waiting == 0 {
            instance.emptied = now;
        }
        if instance.slots.busy >= instance.slots.servers
            && server.limits.get(usize::from(class)).is_some_and(|limit| instance.slots.waiting >= *limit)
        {
            return self.shed(at, index);
        }
        let admission = instance.slots.admit(now, index, &mut self.attempts);
        if admission != Admission::Full
            && server.watches_memory()
            && server.memory_grows(usize::from(picked), class, now)
        {
            // Not at once: whoever called is in the middle of something.
            self.plan_chore(at, Time::ZERO, Chore::Kill(picked));
        }
        match admission {
            Admission::Served => self.begin(index),
            Admission::Waits => self.attempts[index].stage = Stage::WaitingSlot,
            Admission::Full => self.shed(at, index),
        }
    }

    /// Whether a request that the waiting room has let in has waited too long to be worth it; if so, it is shed.
    #[inline]
    pub(in crate::sim) fn shed_late(&mut self, at: u32, index: u32, waited: Time) -> bool {
        let now = self.now;
        let Behavior::Server(server) = &mut self.parts[at as usize].behavior else { return false };
        let late = server.settings.codel.is_some()
            && server.waited_too_long(usize::from(self.attempts[index].instance), waited, now);
        if late {
            self.free_place(at, index);
            self.shed(at, index);
        }
        late
    }

    /// Whether an optional call is left out, as too many wait; its fallback answers for it.
    pub(super) fn leaves_out(&mut self, at: u32, index: u32, wire: u32) -> bool {
        let Behavior::Server(server) = &self.parts[at as usize].behavior else { return false };
        let Some(most) = server.degrades else { return false };
        let wire = &mut self.wires[wire as usize];
        let attempt = &mut self.attempts[index];
        if !wire.policy.fallback || server.instances[usize::from(attempt.instance)].slots.waiting <= most {
            return false;
        }
        wire.frame.degraded += 1;
        attempt.outcome = Outcome::Degraded;
        true
    }

    /// What a server did after its answer is done, or has failed: nobody waits for it.
    pub(in crate::sim) fn work_after_ends(&mut self, at: u32, index: u32, outcome: Outcome) {
        let lost = !matches!(outcome, Outcome::Ok | Outcome::Degraded);
        self.server(at).lost += if lost { self.attempts[index].version.max(1) } else { 0 };
        self.attempts.remove(index);
    }

    /// A request gives back its slot, its memory; the next in line is let in.
    #[inline]
    pub(in crate::sim) fn free_place(&mut self, at: u32, index: u32) {
        let now = self.now;
        let Behavior::Server(server) = &mut self.parts[at as usize].behavior else { return };
        let (picked, class) = (self.attempts[index].instance, self.attempts[index].class);
        let instance = &mut server.instances[usize::from(picked)];
        instance.slots.release(now);
        if let Some(next) = instance.slots.next(now, &self.attempts) {
            // Not at once: a chain of answers that take no time would nest without bound.
            self.ready.push_back(next);
        }
        let leaving = matches!(instance.state, State::Draining | State::Updating) && instance.is_empty();
        if server.watches_memory() {
            server.memory_shrinks(usize::from(picked), class, now);
        }
        if leaving {
            self.plan_chore(at, Time::ZERO, Chore::Drained(picked));
        }
    }

    /// Lets waiting ones in, and runnable ones on, where there is more room now than before.
    pub(in crate::sim) fn refill_server(&mut self, at: u32) {
        let now = self.now;
        let Behavior::Server(server) = &mut self.parts[at as usize].behavior else { return };
        for picked in 0..server.instances.len() {
            self.refill_instance(at, picked, now);
        }
        self.settle_ready();
    }

    fn refill_instance(&mut self, at: u32, picked: usize, now: Time) {
        let slots = |server: &mut Server, attempts: &_| server.instances[picked].slots.next(now, attempts);
        while let Behavior::Server(server) = &mut self.parts[at as usize].behavior
            && let Some(next) = slots(server, &self.attempts)
        {
            self.ready.push_back(next);
        }
        while let Behavior::Server(server) = &mut self.parts[at as usize].behavior
            && let Some(next) = server.instances[picked].cores.next(now, &self.attempts)
        {
            self.core_starts(at, next);
        }
        while let Behavior::Server(server) = &mut self.parts[at as usize].behavior
            && let Some(next) = server.instances[picked].line.next(now, &self.attempts)
        {
            self.line_starts(at, next);
        }
    }
}

/// Probes know no class.
const _: () = assert!(PROBE == u16::MAX, "a probe's class is beyond all classes, so it has no limit");
