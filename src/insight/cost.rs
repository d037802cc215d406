//! What a design costs per hour, and what a run has cost, by a price table of our own.
//!
//! Prices are round numbers of the size that large clouds ask in 2024 for machines by the hour; no discounts, no staff.
//! They are there to be compared with each other, not to plan a budget by.
//!
//! | component | dollars per hour | counted by |
//! |---|---|---|
//! | users | 0 | – |
//! | load balancer | 0.025, and 0.04 a core where `cores` says how many | each, `cores` |
//! | API gateway | 0.025 + 0.04 a core | `cores` |
//! | DNS | 0.001 | each |
//! | external API | 0 by the hour | its calls are counted by the figure `spent` |
//! | server with a `size` | tiny 0.05, small 0.09, medium 0.18, large 0.36, xlarge 0.72, xxlarge 1.44 | each instance; times `speed`; 0.04 a core more than the size has |
//! | any other server | 0.01 + 0.04 a core of speed 1, + 0.005 per GB of a `memory` that is set | each instance |
//! | cache | 0.02 + 0.01 per 10,000 entries, or per 20 MB | `entries`, `memory` |
//! | CDN | 0.1 + 0.02 per GB of an edge | `memory` |
//! | database | 0.05 + 0.02 a statement at once + 0.0002 a connection | `concurrency`, `connections` |
//! | – its cores, buffer, disk | 0.04 a core, 0.01 per 100,000 keys, 0.00001 an I/O per second | `cores`, `buffer`, `disk.iops` |
//! | – as a cluster | all of that for each node | `quorum.n`; replicas are databases of their own |
//! | shard router | 0.05 | each |
//! | object storage | 0.02 | each |
//! | queue | 0.03 | each, and each node of `replicas` |
//! | worker | 0.01 + 0.04 a core of speed 1 | each instance, as a server |
//! | lock service | 0.06 | each: three small machines that agree |
//!
//! A run also pays for what it sends to users, 0.09 dollars per GB of good answers, and for the calls to external APIs.

use crate::design::{Design, Kind, Server};
use crate::metrics::Report;
use crate::sim::{Figure, Frame, Parts};
use crate::units::Money;

/// The bytes of memory that cost as much as one entry.
const CACHE_ENTRY: f64 = 2000.0;
/// Dollars per gigabyte sent to users.
const TRANSFER: f64 = 0.09;

/// What the design costs per hour.
pub fn cost_per_hour(design: &Design) -> Money {
    Money(design.components.iter().map(|component| component_cost_per_hour(&component.kind).0).sum())
}

/// What a component costs per hour, with the instances that it starts with.
pub fn component_cost_per_hour(kind: &Kind) -> Money {
    Money(match kind {
        Kind::Clients(_) => 0.0,
        Kind::LoadBalancer(balancer) => 0.025 + 0.04 * f64::from(balancer.cores.unwrap_or(0)),
        Kind::ApiGateway(gateway) => 0.025 + 0.04 * f64::from(gateway.cores),
        Kind::Dns(_) => 0.001,
        Kind::External(_) => 0.0,
        Kind::Cache(cache) => {
            let entries = cache.memory.map_or(f64::from(cache.entries), |memory| memory.0 as f64 / CACHE_ENTRY);
            0.02 + 0.01 * entries / 10_000.0
        }
        Kind::Cdn(cdn) => 0.1 + 0.02 * cdn.memory.0 as f64 / 1e9,
        Kind::Database(database) => {
            let machine = 0.05 + 0.02 * f64::from(database.concurrency) + 0.0002 * f64::from(database.connections);
            let cores = 0.04 * f64::from(database.cores.unwrap_or(0));
            let buffer = 0.01 * f64::from(database.buffer.unwrap_or(0)) / 100_000.0;
            let disk = database.disk.as_ref().map_or(0.0, |disk| 0.000_01 * f64::from(disk.iops));
            let nodes = database.quorum.as_ref().map_or(1.0, |quorum| f64::from(quorum.n));
            nodes * (machine + cores + buffer + disk)
        }
        Kind::ShardRouter(_) => 0.05,
        Kind::ObjectStorage(_) => 0.02,
        Kind::Queue(queue) => 0.03 * queue.terms().replicas.map_or(1.0, |replicas| f64::from(replicas.count)),
        Kind::Worker(worker) => group_cost_per_hour(&worker.server()),
        Kind::LockService(_) => 0.06,
        Kind::Server(_)
        | Kind::Payment(_)
        | Kind::Search(_)
        | Kind::Notification(_)
        | Kind::Analytics(_)
        | Kind::Chat(_) => group_cost_per_hour(kind.server().expect("these are servers")),
    })
}

fn group_cost_per_hour(server: &Server) -> f64 {
    instance_cost_per_hour(server) * f64::from(server.instances_at_start())
}

fn instance_cost_per_hour(server: &Server) -> f64 {
    match server.size {
        Some(size) => {
            let more = server.cores_there().saturating_sub(size.info().cores);
            (size.info().price + 0.04 * f64::from(more)) * server.speed
        }
        None => {
            let gigabytes = server.memory.map_or(0.0, |memory| memory.0 as f64 / 1e9);
            0.01 + 0.04 * f64::from(server.cores) * server.speed + 0.005 * gigabytes
        }
    }
}

/// The prices of a design, to be taken times the instances that there are at each moment.
#[derive(Clone, Debug, Default)]
pub struct Prices {
    fixed: f64,
    /// Groups whose instances may change: name, dollars per hour of one, how many at the start.
    groups: Vec<(String, f64, f64)>,
}

impl Prices {
    /// The prices of this design.
    pub fn of(design: &Design) -> Prices {
        let mut prices = Prices::default();
        for component in &design.components {
            let worker = match &component.kind {
                Kind::Worker(worker) => Some(worker.server()),
                _ => None,
            };
            match component.kind.server().or(worker.as_ref()) {
                Some(server) => {
                    let count = f64::from(server.instances_at_start());
                    prices.groups.push((component.name.clone(), instance_cost_per_hour(server), count));
                }
                None => prices.fixed += component_cost_per_hour(&component.kind).0,
            }
        }
        prices
    }

    /// Dollars per hour, with as many instances of each group as `instances` says (of one it knows nothing of, as at the
    /// start).
    fn with(&self, instances: impl Fn(&str) -> Option<f64>) -> f64 {
        let group = |(name, price, start): &(String, f64, f64)| price * instances(name).unwrap_or(*start);
        self.fixed + self.groups.iter().map(group).sum::<f64>()
    }

    /// What the design costs per hour as it stands in this frame; none if no component has instances that come and go.
    pub fn in_frame(&self, parts: &Parts, frame: &Frame) -> Option<Money> {
        let instances = |name: &str| frame.components.get(parts.component(name)? as usize)?.figure(Figure::Instances);
        self.groups.iter().any(|(name, ..)| instances(name).is_some()).then(|| Money(self.with(instances)))
    }
}

/// What a run has cost, its warm-up left out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RunCost {
    /// Dollars for machines, by the time that each was there.
    pub machines: Money,
    /// Dollars for what was sent to users.
    pub transfer: Money,
    /// Dollars for calls to other people's APIs.
    pub calls: Money,
    /// Dollars per million requests that were answered well; none if none was.
    pub per_million: Option<Money>,
}

impl RunCost {
    /// What this run of this design has cost.
    pub fn of(design: &Design, report: &Report) -> RunCost {
        let word = Figure::Instances.info().word;
        let instances = |name: &str| {
            let found = report.components.iter().find(|(known, _)| known == name)?;
            found.1.figures.get(word).copied()
        };
        let machines = Prices::of(design).with(instances) * report.counted_s / 3600.0;
        let bytes =
            |name: &str| design.classes.iter().find(|class| class.name == name).map(|class| class.cost.response.0);
        let sent: f64 =
            report.classes.iter().filter_map(|(name, class)| Some(class.succeeded as f64 * bytes(name)? as f64)).sum();
        let transfer = sent / 1e9 * TRANSFER;
        let spent = Figure::Spent.info().word;
        let calls: f64 = report.components.iter().filter_map(|(_, seen)| seen.figures.get(spent)).sum();
        let succeeded = report.requests.succeeded as f64;
        let per_million = (succeeded > 0.0).then(|| Money((machines + transfer + calls) / succeeded * 1e6));
        RunCost { machines: Money(machines), transfer: Money(transfer), calls: Money(calls), per_million }
    }

    /// Dollars for all of it.
    pub fn total(&self) -> Money {
        Money(self.machines.0 + self.transfer.0 + self.calls.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn costs(components: &str, expected: f64) {
        let design = crate::design::read(&format!("version = 1\n{components}"));
        let cost = cost_per_hour(&design.expect("a good design")).0;
        assert!((cost - expected).abs() < 1e-9, "{cost}");
    }

    #[test]
    fn the_sum_of_the_parts() {
        costs(
            "[components.users]\nkind = \"clients\"\n[components.app]\nkind = \"server\"\ncores = 4\n\
             [components.lb]\nkind = \"load-balancer\"\n[components.db]\nkind = \"database\"\n",
            0.17 + 0.025 + 0.05 + 0.8 + 0.04,
        );
    }

    #[test]
    fn each_instance_costs_by_its_size() {
        costs("[components.app]\nkind = \"server\"\nsize = \"xlarge\"\ninstances = 3\n", 3.0 * 0.72);
        costs("[components.app]\nkind = \"server\"\nsize = \"small\"\ncores = 4\n", 0.09 + 2.0 * 0.04);
        costs("[components.app]\nkind = \"server\"\nmemory = \"4GB\"\n", 0.09 + 4.0 * 0.005);
        costs("[components.app]\nkind = \"payment\"\nautoscale = { min = 2 }\n", 2.0 * 0.09);
    }
}
