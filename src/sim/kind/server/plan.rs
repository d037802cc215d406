//! The plan of a request at a server: what is done for it, step by step, follows from what is wired to the server.

use super::Stores;
use crate::sim::engine::Simulation;
use crate::sim::part::{Behavior, Step};
use crate::units::Distribution;

impl Simulation {
    /// The stores that requests of a class use at a server.
    fn stores_of(&self, at: u32, class: u16) -> Stores {
        let carrying = |fits: fn(&Behavior) -> bool| {
            let mut wires = self.wires_to(at, fits);
            wires.retain(|wire| self.wires[*wire as usize].carries(class));
            wires
        };
        Stores {
            caches: carrying(|to| matches!(to, Behavior::Cache(_))),
            databases: carrying(|to| matches!(to, Behavior::Database(_))),
            storages: carrying(|to| matches!(to, Behavior::Storage(_))),
        }
    }

    /// Lays down what a request of each class does here.
    pub(in crate::sim) fn plan_server(&mut self, at: u32) {
        let services = self.wires_to(at, Behavior::is_service);
        let Behavior::Server(server) = &self.parts[at as usize].behavior else { return };
        let settings = server.settings.clone();
        let mut plans = Vec::with_capacity(self.classes.len());
        let stores: Vec<Stores> = (0..self.classes.len()).map(|class| self.stores_of(at, class as u16)).collect();
        for (class, (stores, index)) in self.classes.iter().zip(stores.iter().zip(0..)) {
            plans.push(self.steps.len() as u32);
            let services = services.iter().copied().filter(|wire| self.wires[*wire as usize].carries(index));
            let cost = &class.cost;
            let cpu = settings.cpu.unwrap_or(cost.cpu);
            self.steps.push(Step::Cpu(faster(cpu, settings.speed)));
            let before = self.steps.len();
            self.steps.extend(services.map(Step::Call));
            // A third party reads nothing of ours.
            let calls = self.steps[before..].iter().any(|step| match step {
                Step::Call(wire) => {
                    !matches!(self.parts[self.wires[*wire as usize].to as usize].behavior, Behavior::External(_))
                }
                _ => false,
            });
            match (stores.databases.is_empty(), !calls) {
                (false, _) => {
                    self.steps.extend((0..cost.reads).map(|_| Step::Read));
                    self.steps.extend((0..cost.writes).map(|_| Step::Write));
                }
                // Whoever is called does the reading.
                (true, false) => {}
                (true, true) if cost.uses_keys() => self.steps.push(Step::NoStore),
                (true, true) => {}
            }
            if !stores.storages.is_empty() {
                self.steps.extend((0..cost.blobs).map(|_| Step::Fetch));
                self.steps.extend((cost.body.0 > 0).then_some(Step::Put));
            }
            // Without a queue, a job is done before the answer.
            self.steps.extend(cost.job.map(|job| Step::Cpu(faster(job, settings.speed))));
            self.steps.push(Step::Done);
        }
        if let Behavior::Server(server) = &mut self.parts[at as usize].behavior {
            (server.plans, server.stores) = (plans, stores);
        }
    }
}

fn faster(time: Distribution, speed: f64) -> Distribution {
    if speed == 1.0 { time } else { time.scaled(1.0 / speed) }
}
