//! The API gateway: routes by class, and the duties that it shares with the load balancer.

use crate::design;
use crate::units::Time;

use crate::sim::attempt::NONE;
use crate::sim::engine::Simulation;
use crate::sim::part::Behavior;
use crate::sim::turn::Turn;
use crate::sim::{ComponentFrame, Outcome};

use super::{Duties, Work};

/// A gateway at run time.
#[derive(Clone, Debug, Default)]
pub struct Gateway {
    /// The wires of each class, in turn by weight.
    pub routes: Vec<Turn>,
    /// Log-in, limits, slots and cores.
    pub duties: Duties,
}

impl Gateway {
    /// Loses all work in hand.
    pub fn clear(&mut self, now: Time) {
        self.duties.clear(now);
    }

    /// Fills in the frame that ends now.
    pub fn harvest(&mut self, now: Time, frame: &mut ComponentFrame) {
        self.duties.harvest(now, frame);
    }
}

impl Simulation {
    /// Sends a request on to the service of its class.
    pub(super) fn route(&mut self, at: u32, index: u32) {
        let (class, op, key) = (self.attempts[index].class, self.attempts[index].op, self.attempts[index].key);
        let wires = &self.wires;
        let Behavior::Gateway(gateway) = &mut self.parts[at as usize].behavior else { return };
        let wire = match gateway.routes.get_mut(usize::from(class)) {
            None => NONE,
            Some(turn) if turn.wires.len() == 1 => turn.wires[0],
            Some(turn) => turn.next_weighted(|wire| i64::from(wires[wire as usize].policy.weight)),
        };
        match wire {
            // No route: 404.
            NONE => self.turn_away(at, index, Outcome::Failed),
            wire => self.call(index, wire, op, key, 0),
        }
    }

    /// Takes over what the design says.
    pub(in crate::sim) fn configure_gateway(&mut self, at: u32, settings: &design::ApiGateway) {
        self.parts[at as usize].boot = settings.boot;
        let routes: Vec<Turn> = (0..self.classes.len()).map(|class| Turn::new(self.routes_of(at, class))).collect();
        let Behavior::Gateway(gateway) = &mut self.parts[at as usize].behavior else { return };
        gateway.duties.configure(Work::of_gateway(settings));
        let same = routes.iter().map(|turn| &turn.wires).eq(gateway.routes.iter().map(|turn| &turn.wires));
        if !same {
            gateway.routes = routes;
        }
    }

    /// The wires that name a class; or else those that name none.
    fn routes_of(&self, at: u32, class: usize) -> Vec<u32> {
        let all = self.wires_to(at, |_| true);
        let carried = |wire: &u32| self.wires[*wire as usize].carried.as_slice();
        let naming: Vec<u32> = all.iter().copied().filter(|wire| carried(wire).get(class) == Some(&true)).collect();
        if naming.is_empty() { all.into_iter().filter(|wire| carried(wire).is_empty()).collect() } else { naming }
    }
}
