//! Who is healthy: probes that are real requests, and outliers told by the failures of real traffic.

use crate::design::{HealthCheck, Outlier};
use crate::units::Time;

use crate::sim::attempt::{Attempt, Op, PROBE};
use crate::sim::calendar::Delay;
use crate::sim::engine::Simulation;
use crate::sim::event::Event;
use crate::sim::part::Behavior;
use crate::sim::turn::Turns;
use crate::sim::wire::Wire;
use crate::sim::{Happening, Outcome};

/// Wires to choose from, and which of them are healthy.
#[derive(Clone, Debug, Default)]
pub struct Pool {
    /// Wires to all backends.
    pub backends: Vec<u32>,
    /// Wires to those held for healthy; to all if none is (a balancer that trusts nobody serves nobody).
    pub turns: Turns,
}

impl Pool {
    /// Counts the healthy anew; whether they are others than before.
    fn refresh(&mut self, wires: &[Wire], classes: usize) {
        let well = |wire: &u32| !wires[*wire as usize].check.is_out();
        let mut healthy: Vec<u32> = self.backends.iter().copied().filter(well).collect();
        if healthy.is_empty() {
            healthy = self.backends.clone();
        }
        let turns = Turns::new(&healthy, wires, classes);
        if !turns.same_wires(&self.turns) {
            self.turns = turns.resume(&self.turns);
        }
    }
}

impl Simulation {
    fn pool(&mut self, at: u32) -> Option<&mut Pool> {
        match &mut self.parts[at as usize].behavior {
            Behavior::Balancer(balancer) => Some(&mut balancer.pool),
            Behavior::Dns(dns) => Some(&mut dns.pool),
            _ => None,
        }
    }

    /// Counts the healthy anew.
    pub(in crate::sim) fn refresh_turn(&mut self, at: u32) {
        let classes = self.classes.len();
        let Some(mut pool) = self.pool(at).map(std::mem::take) else { return };
        pool.refresh(&self.wires, classes);
        if let Some(place) = self.pool(at) {
            *place = pool;
        }
    }

    /// Takes over the wires that the design says, and starts probes on the new ones.
    pub(in crate::sim) fn configure_pool(&mut self, at: u32, observed: bool) {
        let backends = self.wires_to(at, |_| true);
        for wire in &backends {
            self.wires[*wire as usize].observed = observed;
        }
        if let Some(pool) = self.pool(at) {
            pool.backends = backends.clone();
        }
        self.refresh_turn(at);
        backends.into_iter().for_each(|wire| self.start_probes(wire));
    }

    fn check_of(&self, wire: u32) -> Option<HealthCheck> {
        let wire = &self.wires[wire as usize];
        let part = &self.parts[wire.from as usize];
        match &part.behavior {
            _ if wire.gone || part.gone => None,
            Behavior::Balancer(balancer) => balancer.settings.health.clone(),
            Behavior::Dns(dns) => dns.settings.health.clone(),
            _ => None,
        }
    }

    /// Starts the probes of a wire, spread over the interval so that they do not all come at once.
    fn start_probes(&mut self, wire: u32) {
        let Some(check) = self.check_of(wire) else { return };
        let running = &mut self.wires[wire as usize];
        if running.check.running {
            return;
        }
        running.check.running = true;
        let first = check.interval * running.stream.unit();
        self.calendar.schedule(self.now, Delay::For(first), Event::Probe.on(wire));
    }

    /// Sends a probe, and plans the next.
    pub(in crate::sim) fn probe(&mut self, wire_index: u32) {
        let Some(check) = self.check_of(wire_index) else {
            let forgotten = &mut self.wires[wire_index as usize];
            forgotten.check = Default::default();
            let from = forgotten.from;
            return self.refresh_turn(from);
        };
        self.calendar.schedule(self.now, Delay::For(check.interval), Event::Probe.on(wire_index));
        let wire = &self.wires[wire_index as usize];
        if self.parts[wire.from as usize].refuses() {
            return;
        }
        let mut probe = Attempt::new(PROBE, Op::Probe);
        (probe.wire, probe.at, probe.sent) = (wire_index, wire.to, self.now);
        let index = self.attempts.add(probe);
        self.attempts[index].timer =
            self.calendar.schedule(self.now, Delay::For(check.timeout), Event::Timeout.on(index));
        self.set_out(index);
    }

    /// Notes the result of a probe and how long it took.
    pub(in crate::sim) fn probed(&mut self, wire_index: u32, ok: bool, took: Time) {
        let Some(policy) = self.check_of(wire_index) else { return };
        let now = self.now;
        let wire = &mut self.wires[wire_index as usize];
        wire.probes.note(now, took, ok);
        let check = &mut wire.check;
        if ok != check.sick {
            check.against = 0;
            return;
        }
        check.against += 1;
        let needed = if check.sick { policy.healthy } else { policy.unhealthy };
        if check.against < needed {
            return;
        }
        (check.sick, check.against) = (!check.sick, 0);
        match check.sick {
            true => self.tell(Happening::TakenOut(wire_index)),
            false => self.comes_back(wire_index, policy.slow_start),
        }
        let from = self.wires[wire_index as usize].from;
        self.refresh_turn(from);
    }

    /// A backend is trusted again, with a small share at first if the health check says so.
    fn comes_back(&mut self, wire_index: u32, slow_start: Time) {
        let now = self.now;
        let wire = &mut self.wires[wire_index as usize];
        wire.check.back = now;
        let from = wire.from;
        self.tell(Happening::BroughtBack(wire_index));
        if let Behavior::Balancer(balancer) = &mut self.parts[from as usize].behavior {
            balancer.picker.warm_until = balancer.picker.warm_until.max(now + slow_start);
        }
    }

    /// Notes how a real request over an observed wire ended: for the moving average, and for outlier ejection.
    pub(in crate::sim) fn observe(&mut self, wire_index: u32, outcome: Outcome, took: Time) {
        let now = self.now;
        let wire = &mut self.wires[wire_index as usize];
        let ok = matches!(outcome, Outcome::Ok | Outcome::Degraded);
        wire.ewma.note(now, took, ok);
        let Behavior::Balancer(balancer) = &self.parts[wire.from as usize].behavior else { return };
        let Some(outlier) = &balancer.settings.outlier else { return };
        wire.check.failures = if ok { 0 } else { wire.check.failures + 1 };
        if wire.check.failures >= outlier.errors && wire.check.ejected == 0 {
            let outlier = outlier.clone();
            self.eject(wire_index, &outlier);
        }
    }

    /// Takes a backend out for a while, unless too many are out already.
    fn eject(&mut self, wire_index: u32, outlier: &Outlier) {
        let from = self.wires[wire_index as usize].from;
        let Some(pool) = self.pool(from) else { return };
        let backends = pool.backends.clone();
        let out = backends.iter().filter(|wire| self.wires[**wire as usize].check.ejected != 0).count();
        let most = ((outlier.most.0 * backends.len() as f64) as usize).max(1);
        if out >= most {
            return;
        }
        let check = &mut self.wires[wire_index as usize].check;
        check.failures = 0;
        check.ejections = check.ejections.saturating_add(1);
        // As in Envoy: each ejection lasts longer than the one before.
        let lasts = outlier.eject * f64::from(check.ejections);
        let seq = self.calendar.schedule(self.now, Delay::For(lasts), Event::Readmit.on(wire_index));
        self.wires[wire_index as usize].check.ejected = seq;
        self.tell(Happening::Ejected(wire_index));
        self.refresh_turn(from);
    }

    /// An ejection is over.
    pub(in crate::sim) fn readmit(&mut self, wire_index: u32, seq: u32) {
        let wire = &mut self.wires[wire_index as usize];
        if wire.check.ejected != seq {
            return;
        }
        wire.check.ejected = 0;
        let from = wire.from;
        let slow_start = self.check_of(wire_index).map_or(Time::ZERO, |check| check.slow_start);
        self.comes_back(wire_index, slow_start);
        self.refresh_turn(from);
    }
}
