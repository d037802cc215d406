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
            locks: carrying(|to| matches!(to, Behavior::Locks(_))),
        }
    }

    /// Lays down what a request of each class does here.
    pub(in crate::sim) fn plan_server(&mut self, at: u32) {
        let services = self.wires_to(at, |to| matches!(to, Behavior::Server(_) | Behavior::Balancer(_)));
        let queues = self.wires_to(at, |to| matches!(to, Behavior::Broker(_)));
        let Behavior::Server(server) = &self.parts[at as usize].behavior else { return };
        let (settings, worker) = (server.settings.clone(), server.inbox.is_some());
        let mut plans = Vec::with_capacity(self.classes.len());
        let stores: Vec<Stores> = (0..self.classes.len()).map(|class| self.stores_of(at, class as u16)).collect();
        for (class, (stores, index)) in self.classes.iter().zip(stores.iter().zip(0..)) {
            plans.push(self.steps.len() as u32);
            let carries = |wire: &u32| self.wires[*wire as usize].carries(index);
            let services = services.iter().copied().filter(carries);
            let cost = &class.cost;
            // A worker does the job, where there is one: the request itself was a server's.
            let cpu = settings.cpu.unwrap_or(cost.cpu);
            let cpu = Step::Cpu(faster(if worker { cost.job.unwrap_or(cpu) } else { cpu }, settings.speed));
            // Under a lock: read, compute, write.
            let locked = cost.lock && !stores.locks.is_empty();
            self.steps.push(if locked { Step::Lock } else { cpu });
            let before = self.steps.len();
            self.steps.extend(services.map(Step::Call));
            let calls = self.steps.len() > before;
            match (stores.databases.is_empty(), !calls) {
                (false, _) => {
                    self.steps.extend((0..cost.reads).map(|_| Step::Read));
                    self.steps.extend(locked.then_some(cpu));
                    self.steps.extend((0..cost.writes).map(|_| Step::Write));
                }
                // The server that published has done the rest.
                _ if worker => self.steps.extend(locked.then_some(cpu)),
                // Whoever is called does the reading.
                (true, false) => self.steps.extend(locked.then_some(cpu)),
                (true, true) if cost.uses_keys() => self.steps.push(Step::NoStore),
                (true, true) => self.steps.extend(locked.then_some(cpu)),
            }
            self.steps.extend(locked.then_some(Step::Unlock));
            if !stores.storages.is_empty() {
                self.steps.extend((0..cost.blobs).map(|_| Step::Fetch));
                self.steps.extend((cost.body.0 > 0).then_some(Step::Put));
            }
            // With a queue, a job is published; without one, it is done before the answer.
            let queues: Vec<u32> = if worker { Vec::new() } else { queues.iter().copied().filter(carries).collect() };
            let job = cost.job.filter(|_| !worker && queues.is_empty());
            self.steps.extend(queues.into_iter().filter(|_| cost.job.is_some()).map(Step::Call));
            self.steps.extend(job.map(|job| Step::Cpu(faster(job, settings.speed))));
            let judged = cost.poison.0 > 0.0 && (worker || job.is_some());
            self.steps.extend(judged.then_some(Step::Judge));
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
