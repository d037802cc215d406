//! How the next backend is picked.

use crate::design::{self, HashBy, Strategy};
use crate::units::Time;

use crate::sim::attempt::NONE;
use crate::sim::random::{Stream, mix};
use crate::sim::ring::Ring;
use crate::sim::turn::Turn;
use crate::sim::wire::Wire;

/// How fast a peak-EWMA forgets: Finagle's `decayTime`.
const DECAY: f64 = 10e9;
/// What a failed answer counts as at least, in ns, or a backend that fails fast would look like the fastest of all.
const FAILURE: f64 = 1e9;
/// The least share of a backend that starts slowly (Envoy's `min_weight_percent`).
const WARM_LEAST: f64 = 0.1;

/// A peak-sensitive moving average of answer times, as in Finagle's `PeakEwma`: a slower answer counts at once and in full,
/// faster ones bring it down slowly; without answers it falls to nothing, so that a slow backend gets another chance.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PeakEwma {
    cost: f64,
    at: Time,
}

impl PeakEwma {
    /// Takes an answer into account.
    pub fn note(&mut self, now: Time, took: Time, ok: bool) {
        let took = if ok { took.0 as f64 } else { (took.0 as f64).max(FAILURE) };
        if took >= self.cost {
            self.cost = took;
        } else {
            let kept = self.kept(now);
            self.cost = self.cost * kept + took * (1.0 - kept);
        }
        self.at = now;
    }

    fn kept(&self, now: Time) -> f64 {
        libm::exp(-(now.since(self.at).0 as f64) / DECAY)
    }

    /// The average now, in ns.
    pub fn value(&self, now: Time) -> f64 {
        self.cost * self.kept(now)
    }

    /// The load of a backend with this many requests in flight: what one more would cost.
    pub fn load(&self, now: Time, in_flight: u32) -> f64 {
        // One that never answered yet gets a single request to begin with.
        let cost = if self.cost == 0.0 && in_flight > 0 { FAILURE } else { self.value(now) };
        // The smallest cost keeps the order by requests in flight among those that cost nothing.
        cost.max(1.0) * f64::from(in_flight + 1)
    }
}

/// What a strategy may know of a request.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    /// When.
    pub now: Time,
    /// The user.
    pub user: u32,
    /// The class.
    pub class: u16,
    /// The key it is about.
    pub key: u32,
}

impl Asked {
    /// A hash of the user.
    fn user_hash(&self) -> u64 {
        user_hash(self.user)
    }

    /// A hash of the key; keys of different classes are different keys.
    fn key_hash(&self) -> u64 {
        mix((u64::from(self.class) + 1) << 32 | u64::from(self.key))
    }
}

/// A hash of a user.
pub fn user_hash(user: u32) -> u64 {
    mix(u64::from(user) ^ 0x5bd1_e995)
}

/// What a strategy needs besides the turn of healthy wires.
#[derive(Clone, Debug, Default)]
pub struct Picker {
    /// All backends on a ring, sick ones too: those are skipped, and only their keys move.
    pub ring: Ring,
    /// Until when some backend starts slowly.
    pub warm_until: Time,
}

/// The share of a backend that came back a short while ago: it grows from a tenth to 1 over the slow start.
fn warmth(wire: &Wire, now: Time, slow_start: Time) -> f64 {
    let back = wire.check.back;
    if back == Time::ZERO || slow_start == Time::ZERO {
        return 1.0;
    }
    (now.since(back).0 as f64 / slow_start.0 as f64).clamp(WARM_LEAST, 1.0)
}

impl Picker {
    /// The wire that a request goes over; NONE if there is none.
    pub fn pick(
        &self,
        settings: &design::LoadBalancer,
        turn: &mut Turn,
        wires: &[Wire],
        stream: &mut Stream,
        asked: Asked,
    ) -> u32 {
        let n = turn.wires.len() as u32;
        if n == 0 {
            return NONE;
        }
        if asked.now < self.warm_until {
            return self.pick_warming(settings, turn, wires, stream, asked);
        }
        let in_flight = |wire: u32| wires[wire as usize].in_flight;
        match settings.strategy {
            Strategy::RoundRobin => turn.next(),
            Strategy::WeightedRoundRobin => turn.next_weighted(|wire| i64::from(wires[wire as usize].policy.weight)),
            Strategy::LeastConnections => least(turn, in_flight),
            Strategy::Random => turn.wires[stream.below(n) as usize],
            Strategy::PowerOfTwo => {
                let (first, second) = two(turn, stream);
                if in_flight(second) < in_flight(first) { second } else { first }
            }
            Strategy::IpHash => turn.wires[(asked.user_hash() % u64::from(n)) as usize],
            Strategy::ConsistentHash => self.on_ring(settings, turn, wires, asked),
            Strategy::LeastLatency => least(turn, |wire| load(wires, wire, asked.now)),
            Strategy::Geographic => nearest(turn, |wire| wires[wire as usize].reach(asked.user)),
        }
    }

    /// The same with shares of those that start slowly; strategies that keep users or keys together have no slow start.
    fn pick_warming(
        &self,
        settings: &design::LoadBalancer,
        turn: &mut Turn,
        wires: &[Wire],
        stream: &mut Stream,
        asked: Asked,
    ) -> u32 {
        let slow_start = settings.health.as_ref().map_or(Time::ZERO, |health| health.slow_start);
        let warmth = |wire: u32| warmth(&wires[wire as usize], asked.now, slow_start);
        match settings.strategy {
            Strategy::RoundRobin => turn.next_weighted(|wire| (1000.0 * warmth(wire)) as i64),
            Strategy::WeightedRoundRobin => turn
                .next_weighted(|wire| (1000.0 * warmth(wire) * f64::from(wires[wire as usize].policy.weight)) as i64),
            // As in Envoy: in turn, by weight over requests in flight.
            Strategy::LeastConnections | Strategy::PowerOfTwo => {
                turn.next_weighted(|wire| (1e6 * warmth(wire) / f64::from(wires[wire as usize].in_flight + 1)) as i64)
            }
            Strategy::Random => {
                let total: f64 = turn.wires.iter().map(|wire| warmth(*wire)).sum();
                let mut left = stream.unit() * total;
                let drawn = turn.wires.iter().find(|wire| {
                    left -= warmth(**wire);
                    left < 0.0
                });
                *drawn.unwrap_or(&turn.wires[0])
            }
            Strategy::IpHash => turn.wires[(asked.user_hash() % turn.wires.len() as u64) as usize],
            Strategy::ConsistentHash => self.on_ring(settings, turn, wires, asked),
            Strategy::LeastLatency => least(turn, |wire| load(wires, wire, asked.now) / warmth(wire)),
            Strategy::Geographic => nearest(turn, |wire| wires[wire as usize].reach(asked.user)),
        }
    }

    fn on_ring(&self, settings: &design::LoadBalancer, turn: &Turn, wires: &[Wire], asked: Asked) -> u32 {
        let hash = match settings.hash_by {
            HashBy::User => asked.user_hash(),
            HashBy::Key => asked.key_hash(),
        };
        // In a ring of a few hundred points the first is nearly always healthy.
        let mut open = self.ring.from(hash).filter(|wire| turn.wires.contains(wire));
        let Some(bound) = settings.hash_bound else { return open.next().unwrap_or(NONE) };
        let in_flight = |wire: u32| wires[wire as usize].in_flight;
        let all: u32 = turn.wires.iter().map(|wire| in_flight(*wire)).sum();
        // Mirrokni, Thorup & Zadimoghaddam: no more than ⌈c·m/n⌉ for the m requests with this one.
        let most = (bound * f64::from(all + 1) / turn.wires.len() as f64).ceil();
        let home = self.ring.from(hash).find(|wire| turn.wires.contains(wire));
        open.find(|wire| f64::from(in_flight(*wire) + 1) <= most).or(home).unwrap_or(NONE)
    }
}

fn load(wires: &[Wire], wire: u32, now: Time) -> f64 {
    let wire = &wires[wire as usize];
    wire.ewma.load(now, wire.in_flight)
}

/// The wire with the least load. Ties go in turn, or the first backend would get every quiet moment.
fn least<L: PartialOrd + Copy>(turn: &mut Turn, load: impl Fn(u32) -> L) -> u32 {
    let n = turn.wires.len() as u32;
    turn.cursor = (turn.cursor + 1) % n;
    let mut best = turn.wires[turn.cursor as usize];
    let mut lightest = load(best);
    for offset in 1..n {
        let wire = turn.wires[((turn.cursor + offset) % n) as usize];
        let load = load(wire);
        if load < lightest {
            (best, lightest) = (wire, load);
        }
    }
    best
}

/// Two different wires at random; the same one twice if there is no other.
fn two(turn: &Turn, stream: &mut Stream) -> (u32, u32) {
    let n = turn.wires.len() as u32;
    let first = stream.below(n);
    let second = (first + 1 + stream.below(n.max(2) - 1)) % n;
    (turn.wires[first as usize], turn.wires[second as usize])
}

/// The nearest wires in turn.
pub fn nearest<D: Ord>(turn: &mut Turn, distance: impl Fn(u32) -> D) -> u32 {
    let Some(shortest) = turn.wires.iter().map(|wire| distance(*wire)).min() else { return NONE };
    for _ in 0..turn.wires.len() {
        let wire = turn.next();
        if distance(wire) == shortest {
            return wire;
        }
    }
    NONE
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(ms: u64) -> Time {
        Time::from_millis(ms)
    }

    #[test]
    fn a_peak_counts_at_once_and_is_forgotten_slowly() {
        let mut ewma = PeakEwma::default();
        ewma.note(ms(0), ms(10), true);
        ewma.note(ms(100), ms(500), true);
        assert_eq!(ewma.value(ms(100)), 500e6, "a peak counts at once");
        ewma.note(ms(200), ms(10), true);
        assert!(ewma.value(ms(200)) > 490e6, "one fast answer is not enough to forget it");
        // After one decay time without answers, 1/e is left.
        let (now, later) = (ewma.value(ms(200)), ewma.value(ms(10_200)));
        assert!((later / now - 0.367_879).abs() < 1e-6, "{later} of {now}");
    }

    #[test]
    fn failing_fast_is_not_being_fast() {
        let mut ewma = PeakEwma::default();
        ewma.note(ms(0), ms(1), false);
        assert_eq!(ewma.value(ms(0)), FAILURE);
    }

    #[test]
    fn one_that_never_answered_gets_one_request_to_begin_with() {
        let ewma = PeakEwma::default();
        assert!(ewma.load(ms(5), 0) <= 1.0);
        assert!(ewma.load(ms(5), 1) > 1e9);
    }
}
