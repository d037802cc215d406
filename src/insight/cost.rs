//! What a design costs per hour, by a price table of our own.
//!
//! Prices are round numbers of the size that large clouds ask in 2024 for machines by the hour; no discounts, no
//! traffic, no staff. They are there to be compared with each other, not to plan a budget by.
//!
//! | component | dollars per hour | counted by |
//! |---|---|---|
//! | users | 0 | – |
//! | load balancer | 0.025 | each |
//! | server | 0.01 + 0.04 a core of speed 1 | `cores`, `speed`: a core twice as fast costs twice as much |
//! | cache | 0.02 + 0.01 per 10,000 entries | `entries` |
//! | database | 0.05 + 0.02 a statement at once + 0.0002 a connection | `concurrency`, `connections` |
//! | object storage | 0.02 | each |
//! | queue | 0.03 | each |
//! | worker | 0.01 + 0.04 a core of speed 1 | `cores`, `speed`, as a server |
//! | lock service | 0.06 | each: three small machines that agree |

use crate::design::{Design, Kind};
use crate::units::Money;

/// What the design costs per hour.
pub fn cost_per_hour(design: &Design) -> Money {
    Money(design.components.iter().map(|component| component_cost_per_hour(&component.kind).0).sum())
}

/// What a component costs per hour.
pub fn component_cost_per_hour(kind: &Kind) -> Money {
    Money(match kind {
        Kind::Clients(_) => 0.0,
        Kind::LoadBalancer(_) => 0.025,
        Kind::Server(server) => 0.01 + 0.04 * f64::from(server.cores) * server.speed,
        Kind::Cache(cache) => 0.02 + 0.01 * f64::from(cache.entries) / 10_000.0,
        Kind::Database(database) => {
            0.05 + 0.02 * f64::from(database.concurrency) + 0.0002 * f64::from(database.connections)
        }
        Kind::ObjectStorage(_) => 0.02,
        Kind::Queue(_) => 0.03,
        Kind::Worker(worker) => 0.01 + 0.04 * f64::from(worker.cores) * worker.speed,
        Kind::LockService(_) => 0.06,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_of_the_parts() {
        let design = crate::design::read(
            "version = 1\n[components.users]\nkind = \"clients\"\n[components.app]\nkind = \"server\"\ncores = 4\n\
             [components.lb]\nkind = \"load-balancer\"\n[components.db]\nkind = \"database\"\n",
        );
        let cost = cost_per_hour(&design.expect("a good design")).0;
        let expected = 0.17 + 0.025 + 0.05 + 0.8 + 0.04;
        assert!((cost - expected).abs() < 1e-9, "{cost}");
    }
}
