//! The machines of a worker: instances of a server whose consumers come and go with them.

use crate::design::CONSUMERS_MAX;
use crate::sim::engine::Simulation;
use crate::sim::part::Behavior;
use crate::units::Time;

use super::agenda::Chore;
use super::{Instance, Server, State};

impl Server {
    /// The slots of a worker's consumers: those of the machines that work, or will again after a crash.
    pub fn consumers_there(&self) -> Vec<u32> {
        let count = self.inbox.as_ref().map_or(0, |inbox| inbox.consumers);
        let machines = self.which(Instance::consumes).into_iter().map(u32::from);
        machines.flat_map(|machine| (0..count).map(move |place| machine * CONSUMERS_MAX + place)).collect()
    }

    /// How many machines have consumers.
    pub(super) fn machines_there(&self) -> u32 {
        self.instances.iter().filter(|instance| instance.consumes()).count() as u32
    }

    /// Whether there was never more than one machine.
    pub fn is_alone(&self) -> bool {
        self.instances.len() == 1
    }

    /// The instances whose process runs, in order.
    pub fn machines_running(&self) -> Vec<u16> {
        self.which(Instance::runs)
    }

    /// Whether the process of this instance runs.
    pub fn instance_runs(&self, instance: u16) -> bool {
        self.instances.get(usize::from(instance)).is_some_and(Instance::runs)
    }
}

impl Instance {
    /// Whether its consumers are there to be given messages.
    fn consumes(&self) -> bool {
        matches!(self.state, State::Up | State::Updating | State::Booting)
    }
}

impl Simulation {
    /// Machines of a worker that are to go do so as soon as their consumers hold no message.
    pub(in crate::sim::kind) fn machines_may_go(&mut self, at: u32) {
        let Behavior::Server(server) = &self.parts[at as usize].behavior else { return };
        if server.inbox.is_none() || server.instances.len() == 1 {
            return;
        }
        for machine in server.which(|instance| instance.state == State::Draining) {
            let planned = self.server(at).agenda.has(Chore::Drained(machine));
            if !planned && !self.hold_messages(at, machine) {
                self.plan_chore(at, Time::ZERO, Chore::Drained(machine));
            }
        }
    }
}
