//! Settings of workers: their consumers, and how many machines of them there are.

use crate::design::Server;
use crate::design::setting::{Name, choices, settings};
use crate::units::{Chance, Time};

use super::Autoscale;

/// Consumers of one machine at most.
pub const CONSUMERS_MAX: u32 = 10_000;
/// Machines at most.
const MACHINES_MAX: f64 = 100.0;

choices! {
    /// What the number of a worker's machines follows.
    ScaleBy {
        /// The messages that wait or are in hand: `backlog` for each machine.
        Backlog = "backlog",
        /// The age of the oldest message: `age` at most.
        Age = "age",
        /// The CPU utilization: `target`, as for servers.
        Cpu = "cpu",
    }
}

settings! {
    /// Machines of a worker that come and go with its queue, as the scalers of KEDA and of AWS have it.
    WorkerScale {
        /// What the number of machines follows: backlog, age or cpu.
        by: ScaleBy = ScaleBy::Backlog, None;
        /// By backlog: messages, waiting or in hand, that one machine is there for.
        backlog: u32 = 100, Some((1.0, 1_000_000.0));
        /// By age: how old the oldest message may be.
        age: Time = Time::from_secs(30), Some((0.001, 86_400.0));
        /// By cpu: the CPU utilization that the number of machines aims at.
        target: Chance = Chance(0.6), Some((0.05, 1.0));
        /// Machines at least.
        min: u32 = 1, Some((1.0, MACHINES_MAX));
        /// Machines at most.
        max: u32 = 10, Some((1.0, MACHINES_MAX));
        /// Time between two looks.
        interval: Time = Time::from_secs(15), Some((0.1, 3600.0));
        /// Machines are only taken away when their number has not changed for this long.
        cooldown: Time = Time::from_secs(120), Some((0.0, 86400.0));
        /// How long a new machine takes before it consumes.
        start_up: Time = Time::from_secs(60), Some((0.0, 3600.0));
    }
}

settings! {
    /// Works off the messages of a queue.
    Worker {
        /// Consumers: messages worked on at once. Each takes one after the other.
        consumers: u32 = 4, Some((1.0, CONSUMERS_MAX as f64));
        /// CPU cores, shared by the consumers.
        cores: u32 = 4, Some((1.0, 1_000_000.0));
        /// How fast a core is, against the one that the classes were measured on.
        speed: f64 = 1.0, Some((0.01, 100.0));
        /// Workers of one group share the messages; every group gets every message.
        group: Name = Name("workers".to_owned()), None;
        /// How long it takes to come back after a restart.
        boot: Time = Time::from_secs(5), Some((0.0, 3600.0));
        /// Identical machines, each with these consumers and cores.
        instances: u32 = 1, Some((1.0, MACHINES_MAX));
        /// Adds and takes away machines with the queue.
        autoscale: Option<WorkerScale> = None, None;
    }
}

impl Worker {
    /// The server that it is, but for where its work comes from.
    pub fn server(&self) -> Server {
        Server {
            cores: self.cores,
            concurrency: self.consumers,
            speed: self.speed,
            boot: self.boot,
            instances: self.instances,
            autoscale: self.autoscale.as_ref().map(WorkerScale::group),
            ..Server::default()
        }
    }
}

impl WorkerScale {
    /// The group of a server that it is, but for what it follows.
    fn group(&self) -> Autoscale {
        Autoscale {
            min: self.min,
            max: self.max,
            target: self.target,
            interval: self.interval,
            cooldown: self.cooldown,
            start_up: self.start_up,
        }
    }
}
