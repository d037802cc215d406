//! The plan of a request at a server: what is done for it, step by step, follows from what is wired to the server.

use super::Stores;
use crate::design::{self, ClassCost};
use crate::sim::engine::Simulation;
use crate::sim::part::{Behavior, Step};
use crate::units::{Distribution, Time};

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
        let services = self.wires_to(at, Behavior::is_service);
        let queues = self.wires_to(at, |to| matches!(to, Behavior::Broker(_)));
        let Behavior::Server(server) = &self.parts[at as usize].behavior else { return };
        let (settings, worker) = (server.settings.clone(), server.inbox.is_some());
        let mut plans = Vec::with_capacity(self.classes.len());
        let stores: Vec<Stores> = (0..self.classes.len()).map(|class| self.stores_of(at, class as u16)).collect();
        for (class, (stores, index)) in self.classes.iter().zip(stores.iter().zip(0..)) {
            plans.push(self.steps.len() as u32);
            let carried = |wires: &[u32]| -> Vec<u32> {
                wires.iter().copied().filter(|wire| self.wires[*wire as usize].carries(index)).collect()
            };
            let (services, queues) = (carried(&services), carried(&queues));
            let cost = &class.cost;
            // A third party reads nothing of ours.
            let ours = |wire: &u32| {
                !matches!(self.parts[self.wires[*wire as usize].to as usize].behavior, Behavior::External(_))
            };
            let wiring = Wiring {
                stores,
                services: &services,
                reading: services.iter().any(ours),
                stored: !stores.databases.is_empty() || self.goes_through(&stores.caches, index),
                queues: &queues,
                worker,
            };
            let cpu = wiring.cpu(cost, &settings);
            self.steps.extend((settings.batch.is_some() || !wiring.locks(cost)).then_some(cpu));
            let answers_first = settings.answer_first || settings.batch.is_some();
            if answers_first {
                self.steps.extend(sending(&settings, cost));
                self.steps.push(Step::Accept);
            }
            match &settings.batch {
                Some(batch) => {
                    self.steps.extend([Step::Batch, Step::Bulk(faster(batch.cpu, settings.speed))]);
                    self.steps.extend(services.iter().map(|wire| Step::Call(*wire)));
                    let writes = cost.writes > 0 && wiring.stored;
                    self.steps.extend(writes.then_some(Step::Write));
                }
                None => work_of(cost, &wiring, &settings, &mut self.steps),
            }
            if !answers_first {
                self.steps.extend(sending(&settings, cost));
            }
            if let Some(hold) = settings.hold {
                self.steps.extend((!answers_first).then_some(Step::Accept));
                self.steps.push(Step::Hold(hold));
            }
            self.steps.push(Step::Done);
        }
        if let Behavior::Server(server) = &mut self.parts[at as usize].behavior {
            (server.plans, server.stores) = (plans, stores);
        }
    }
}

/// What requests of one class find at a server.
struct Wiring<'a> {
    stores: &'a Stores,
    /// The wires to services, in order.
    services: &'a [u32],
    /// Whether one of them does the reading and writing.
    reading: bool,
    /// Whether there is a data store of its own: a database, or a cache that reads and writes one.
    stored: bool,
    queues: &'a [u32],
    /// It works off messages.
    worker: bool,
}

impl Wiring<'_> {
    /// Whether the class's key is locked.
    fn locks(&self, cost: &ClassCost) -> bool {
        cost.lock && !self.stores.locks.is_empty()
    }

    /// The computing of a request. A worker does the job, where there is one: the request itself was a server's.
    fn cpu(&self, cost: &ClassCost, settings: &design::Server) -> Step {
        let cpu = settings.cpu.unwrap_or(cost.cpu);
        Step::Cpu(faster(if self.worker { cost.job.unwrap_or(cpu) } else { cpu }, settings.speed))
    }
}

/// What is done for a single request after the first look at it: calls, reads and writes, blobs, the job. Under a lock,
/// that look is between reads and writes.
fn work_of(cost: &ClassCost, wiring: &Wiring, settings: &design::Server, steps: &mut Vec<Step>) {
    let (stores, services) = (wiring.stores, wiring.services);
    let locked = wiring.locks(cost);
    let cpu = locked.then_some(wiring.cpu(cost, settings));
    steps.extend(locked.then_some(Step::Lock));
    steps.extend(services.iter().flat_map(|wire| (0..settings.fan_out).map(|_| Step::Call(*wire))));
    let indexed = settings.index.map(|time| Step::Cpu(faster(time, settings.speed)));
    let needs = cost.writes > 0 || cost.reads > 0 && indexed.is_none();
    if let Some(look_up) = indexed {
        steps.extend((0..cost.reads).map(|_| look_up));
    }
    match (!wiring.stored, !wiring.reading) {
        (false, _) => {
            steps.extend((0..if indexed.is_some() { 0 } else { cost.reads }).map(|_| Step::Read));
            steps.extend(cpu);
            steps.extend((0..cost.writes).map(|_| Step::Write));
        }
        // Whoever is called does the reading; the server that published has done so already.
        (true, false) => steps.extend(cpu),
        (true, true) if needs && !wiring.worker => steps.push(Step::NoStore),
        (true, true) => steps.extend(cpu),
    }
    steps.extend(locked.then_some(Step::Unlock));
    if !stores.storages.is_empty() {
        steps.extend((0..cost.blobs).map(|_| Step::Fetch));
        steps.extend((cost.body.0 > 0).then_some(Step::Put));
    }
    // With a queue, a job is published; without one, it is done before the answer. A worker has done it.
    let Some(job) = cost.job.filter(|_| !wiring.worker) else {
        return steps.extend((wiring.worker && cost.poison.0 > 0.0).then_some(Step::Judge));
    };
    if !wiring.queues.is_empty() {
        return steps.extend(wiring.queues.iter().map(|wire| Step::Call(*wire)));
    }
    steps.push(Step::Cpu(faster(job, settings.speed)));
    steps.extend((cost.poison.0 > 0.0).then_some(Step::Judge));
}

/// Sending the answer takes time where the line has a limit.
fn sending(settings: &design::Server, cost: &ClassCost) -> Option<Step> {
    let bandwidth = settings.bandwidth_there()?;
    Some(Step::Send(Time::from_secs_f64(cost.response.0 as f64 / bandwidth.0 as f64)))
}

fn faster(time: Distribution, speed: f64) -> Distribution {
    if speed == 1.0 { time } else { time.scaled(1.0 / speed) }
}
