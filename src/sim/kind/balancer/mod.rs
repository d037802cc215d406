//! The load balancer: strategies, health checks that are real requests, and duties of its own.

mod copies;
mod duties;
mod health;
mod strategy;
mod work;

use crate::design::{self, Strategy};
use crate::units::Time;

use crate::sim::attempt::{Attempt, NONE, Op};
use crate::sim::engine::Simulation;
use crate::sim::part::Behavior;
use crate::sim::ring::Ring;
use crate::sim::{ComponentFrame, Outcome};

pub use duties::Duties;
pub use health::Pool;
pub use strategy::{PeakEwma, nearest, user_hash};
pub use work::Work;

use strategy::{Asked, Picker};

/// A load balancer at run time.
#[derive(Clone, Debug)]
pub struct Balancer {
    /// What the design says.
    pub settings: design::LoadBalancer,
    /// The backends.
    pub pool: Pool,
    /// What strategies know.
    pub picker: Picker,
    /// What it does besides passing requests on; none for one that only passes on. Once there, it stays: requests in
    /// flight hold its slots.
    pub duties: Option<Box<Duties>>,
}

impl Balancer {
    /// A balancer without backends.
    pub fn new(settings: &design::LoadBalancer) -> Balancer {
        Balancer { settings: settings.clone(), pool: Pool::default(), picker: Picker::default(), duties: None }
    }

    /// Forgets all copies; whether it keeps any.
    pub fn flush_copies(&mut self) -> bool {
        let copies = self.duties.as_mut().and_then(|duties| duties.copies.as_mut());
        copies.map(|copies| copies.clear()).is_some()
    }

    /// Loses all work in hand.
    pub fn clear(&mut self, now: Time) {
        self.duties.iter_mut().for_each(|duties| duties.clear(now));
    }

    /// Fills in the frame that ends now.
    pub fn harvest(&mut self, now: Time, frame: &mut ComponentFrame) {
        self.duties.iter_mut().for_each(|duties| duties.harvest(now, frame));
    }
}

impl Simulation {
    /// Sends a request on to a backend.
    #[inline(always)]
    pub(in crate::sim) fn balance(&mut self, at: u32, index: u32) {
        if self.attempts[index].op == Op::Probe {
            return self.answer(index, Outcome::Ok);
        }
        match self.pick(at, index) {
            NONE => self.turn_away(at, index, Outcome::Failed),
            wire => {
                let (op, key) = (self.attempts[index].op, self.attempts[index].key);
                self.call(index, wire, op, key, 0);
            }
        }
    }

    fn pick(&mut self, at: u32, index: u32) -> u32 {
        let Attempt { user, class, key, .. } = self.attempts[index];
        let asked = Asked { now: self.now, user, class, key };
        let part = &mut self.parts[at as usize];
        let Behavior::Balancer(balancer) = &mut part.behavior else { return NONE };
        let Some(turn) = balancer.pool.turns.of(class) else { return NONE };
        balancer.picker.pick(&balancer.settings, turn, &self.wires, &mut part.stream, asked)
    }

    /// Takes over what the design says.
    pub(in crate::sim) fn configure_balancer(&mut self, at: u32, settings: &design::LoadBalancer) {
        let work = Work::of_balancer(settings, &self.classes);
        let Behavior::Balancer(balancer) = &mut self.parts[at as usize].behavior else { return };
        balancer.settings = settings.clone();
        if balancer.duties.is_some() || work.is_any() {
            balancer.duties.get_or_insert_default().configure(work);
        }
        self.configure_copies(at, settings.cache.as_ref());
        let observed = settings.outlier.is_some() || settings.strategy == Strategy::LeastLatency;
        self.configure_pool(at, observed);
        let ring = self.ring_of(at);
        if let Behavior::Balancer(balancer) = &mut self.parts[at as usize].behavior {
            balancer.picker.ring = ring;
        }
    }

    /// The ring of a balancer's backends, for the strategy that has one. A backend's place depends on its name alone.
    fn ring_of(&self, at: u32) -> Ring {
        let Behavior::Balancer(balancer) = &self.parts[at as usize].behavior else { return Ring::default() };
        if balancer.settings.strategy != Strategy::ConsistentHash {
            return Ring::default();
        }
        let name = |wire: &u32| self.parts[self.wires[*wire as usize].to as usize].name.as_str();
        Ring::new(balancer.pool.backends.iter().map(|wire| (*wire, crate::sim::random::hash_of(name(wire)))))
    }
}
