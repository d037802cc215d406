//! The load balancer: strategies, and health checks that are real requests.

use crate::design::{self, HealthCheck, Strategy};

use crate::sim::attempt::{Attempt, NONE, Op, PROBE};
use crate::sim::calendar::Delay;
use crate::sim::engine::Simulation;
use crate::sim::event::Event;
use crate::sim::part::Behavior;
use crate::sim::wire::Turns;
use crate::sim::{Happening, Outcome};

/// A load balancer at run time.
#[derive(Clone, Debug)]
pub struct Balancer {
    /// What the design says.
    pub settings: design::LoadBalancer,
    /// Wires to all backends.
    pub backends: Vec<u32>,
    /// Wires to those held for healthy; to all if none is (a balancer that trusts nobody serves nobody).
    pub turns: Turns,
}

impl Balancer {
    /// A balancer without backends.
    pub fn new(settings: &design::LoadBalancer) -> Balancer {
        Balancer { settings: settings.clone(), backends: Vec::new(), turns: Turns::default() }
    }
}

impl Simulation {
    fn balancer(&mut self, at: u32) -> &mut Balancer {
        match &mut self.parts[at as usize].behavior {
            Behavior::Balancer(balancer) => balancer,
            _ => unreachable!("only balancers balance"),
        }
    }

    /// Sends a request on to a backend.
    pub(in crate::sim) fn balance(&mut self, at: u32, index: u32) {
        if self.attempts[index].op == Op::Probe {
            return self.answer(index, Outcome::Ok);
        }
        let wire = self.pick(at, index);
        if wire == NONE {
            return self.answer(index, Outcome::Failed);
        }
        let (op, key) = (self.attempts[index].op, self.attempts[index].key);
        self.call(index, wire, op, key, 0);
    }

    fn pick(&mut self, at: u32, index: u32) -> u32 {
        let (user, class) = (self.user_hash(index), self.attempts[index].class);
        let part = &mut self.parts[at as usize];
        let Behavior::Balancer(balancer) = &mut part.behavior else { return NONE };
        let wires = &self.wires;
        let Some(turn) = balancer.turns.of(class) else { return NONE };
        let n = turn.wires.len() as u32;
        if n == 0 {
            return NONE;
        }
        let in_flight = |wire: u32| wires[wire as usize].in_flight;
        match balancer.settings.strategy {
            Strategy::RoundRobin => turn.next(),
            Strategy::WeightedRoundRobin => turn.next_weighted(|wire| i64::from(wires[wire as usize].policy.weight)),
            Strategy::LeastConnections => {
                // Ties go in turn, or the first backend would get every quiet moment.
                turn.cursor = (turn.cursor + 1) % n;
                let order = (0..n).map(|offset| turn.wires[((turn.cursor + offset) % n) as usize]);
                order.min_by_key(|wire| in_flight(*wire)).unwrap_or(NONE)
            }
            Strategy::Random => turn.wires[part.stream.below(n) as usize],
            Strategy::PowerOfTwo => {
                let first = part.stream.below(n);
                let second = (first + 1 + part.stream.below(n.max(2) - 1)) % n;
                let (first, second) = (turn.wires[first as usize], turn.wires[second as usize]);
                if in_flight(second) < in_flight(first) { second } else { first }
            }
            Strategy::IpHash => turn.wires[(user % u64::from(n)) as usize],
        }
    }

    /// Counts the healthy anew.
    pub(in crate::sim) fn refresh_turn(&mut self, at: u32) {
        let classes = self.classes.len();
        let Behavior::Balancer(balancer) = &mut self.parts[at as usize].behavior else { return };
        let wires = &self.wires;
        let mut healthy: Vec<u32> =
            balancer.backends.iter().copied().filter(|wire| !wires[*wire as usize].check.sick).collect();
        if healthy.is_empty() {
            healthy = balancer.backends.clone();
        }
        let turns = Turns::new(&healthy, wires, classes);
        if !turns.same_wires(&balancer.turns) {
            balancer.turns = turns.resume(&balancer.turns);
        }
    }

    fn check_of(&self, wire: u32) -> Option<HealthCheck> {
        let wire = &self.wires[wire as usize];
        let part = &self.parts[wire.from as usize];
        match &part.behavior {
            Behavior::Balancer(balancer) if !wire.gone && !part.gone => balancer.settings.health.clone(),
            _ => None,
        }
    }

    /// Starts the probes of a wire, spread over the interval so that they do not all come at once.
    pub(in crate::sim) fn start_probes(&mut self, wire: u32) {
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
        self.travel(index, false);
    }

    /// Notes the result of a probe.
    pub(in crate::sim) fn probed(&mut self, wire_index: u32, ok: bool) {
        let Some(policy) = self.check_of(wire_index) else { return };
        let wire = &mut self.wires[wire_index as usize];
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
        let (sick, from) = (check.sick, wire.from);
        self.tell(if sick { Happening::TakenOut(wire_index) } else { Happening::BroughtBack(wire_index) });
        self.refresh_turn(from);
    }

    /// Takes over what the design says.
    pub(in crate::sim) fn configure_balancer(&mut self, at: u32, settings: &design::LoadBalancer) {
        let backends = self.wires_to(at, |_| true);
        let balancer = self.balancer(at);
        (balancer.settings, balancer.backends) = (settings.clone(), backends.clone());
        self.refresh_turn(at);
        backends.into_iter().for_each(|wire| self.start_probes(wire));
    }
}
