//! The resources that a component or a wire has, each with a limit, and how much of it a frame shows in use.

use crate::design::{CallPolicy, Kind, Limit, Per};
use crate::sim::{ComponentFrame, FRAME, Figure, WireFrame};

/// A part of the run, by its index in [`crate::sim::Parts`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// A component.
    Component(u32),
    /// A wire.
    Wire(u32),
}

/// Something that there is only so much of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Resource {
    /// Cores of a server, a worker, a database, a gateway or a balancer.
    Cpu,
    /// Requests worked on at once; a slot is held while its request waits for another component.
    Slots,
    /// Statements that a database works on at once.
    Statements,
    /// Operations at once, of a cache, a CDN, a lock service, or of a queue that stores messages.
    Operations,
    /// Consumers of a worker.
    Consumers,
    /// Calls at once that somebody else's API allows.
    ThirdParty,
    /// Pages per second of a disk.
    Disk,
    /// Bytes per second of a server's or a storage's network line.
    Line,
    /// Rows (or names) that one at a time may work on: the share of those who want one and wait.
    Locks,
    /// Requests per second that a rate limit or traffic shaping lets through.
    RateLimit,
    /// Memory of a server's processes.
    Memory,
    /// Memory of a cache: full is normal, but then it drops what may be wanted again.
    CacheMemory,
    /// Connections of a database, those that wait included.
    Connections,
    /// Places in a waiting room.
    Room,
    /// Messages that a queue may hold.
    Backlog,
    /// Bytes per second of a wire.
    Bandwidth,
    /// Calls in flight that a wire's bulkhead allows.
    Bulkhead,
}

/// What being full of it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nature {
    /// It does the work: no more work gets done when all of it is in use.
    Works,
    /// It is held for as long as a request takes, whoever makes it take long.
    Held,
    /// It only stores: what is full here is too slow elsewhere.
    Stores,
}

impl Resource {
    /// Its name on the screen, after that of its part: `db · statements at once`.
    pub fn label(self) -> &'static str {
        match self {
            Resource::Cpu => "CPU",
            Resource::Slots => "concurrency slots",
            Resource::Statements => "statements at once",
            Resource::Operations => "operations at once",
            Resource::Consumers => "consumers",
            Resource::ThirdParty => "calls at once",
            Resource::Disk => "disk",
            Resource::Line => "network line",
            Resource::Locks => "locks",
            Resource::RateLimit => "rate limit",
            Resource::Memory => "memory",
            Resource::CacheMemory => "cache memory",
            Resource::Connections => "connections",
            Resource::Room => "waiting room",
            Resource::Backlog => "backlog",
            Resource::Bandwidth => "bandwidth",
            Resource::Bulkhead => "bulkhead",
        }
    }

    /// What being full of it means.
    pub fn nature(self) -> Nature {
        match self {
            Resource::Cpu | Resource::Disk | Resource::Line | Resource::RateLimit | Resource::Bandwidth => {
                Nature::Works
            }
            Resource::Slots
            | Resource::Statements
            | Resource::Operations
            | Resource::Consumers
            | Resource::ThirdParty
            | Resource::Bulkhead
            | Resource::Locks => Nature::Held,
            Resource::Memory | Resource::CacheMemory | Resource::Connections | Resource::Room | Resource::Backlog => {
                Nature::Stores
            }
        }
    }

    /// The resources of a component of this kind, with these settings.
    pub fn of(kind: &Kind) -> Vec<Resource> {
        use Resource::{
            Backlog, CacheMemory, Connections, Consumers, Cpu, Disk, Line, Locks, Memory, Operations, RateLimit, Room,
            Slots, Statements, ThirdParty,
        };
        let only = |has: bool, resource: Resource| has.then_some(resource);
        let all: Vec<Option<Resource>> = match kind {
            Kind::Clients(_) | Kind::Dns(_) | Kind::ShardRouter(_) => Vec::new(),
            Kind::LoadBalancer(balancer) => vec![
                only(balancer.cores.is_some(), Cpu),
                only(balancer.concurrency.is_some(), Slots),
                only(balancer.concurrency.is_some(), Room),
                only(is_global(balancer.limit.as_ref()) || balancer.shape.is_some(), RateLimit),
            ],
            Kind::ApiGateway(gateway) => {
                vec![Some(Cpu), Some(Slots), Some(Room), only(is_global(gateway.limit.as_ref()), RateLimit)]
            }
            Kind::External(external) => {
                vec![Some(ThirdParty), Some(Room), only(is_global(external.limit.as_ref()), RateLimit)]
            }
            Kind::Cache(_) => vec![Some(Operations), Some(CacheMemory), Some(Room)],
            Kind::Cdn(_) => vec![Some(Operations), Some(CacheMemory)],
            Kind::Database(database) => vec![
                Some(Statements),
                only(database.cores.is_some() && database.quorum.is_none(), Cpu),
                only(database.disk.is_some(), Disk),
                only(database.locks, Locks),
                Some(Connections),
            ],
            Kind::ObjectStorage(_) => vec![Some(Line), Some(Slots), Some(Room)],
            Kind::Queue(_) => vec![Some(Operations), Some(Backlog)],
            Kind::Worker(_) => vec![Some(Cpu), Some(Consumers)],
            Kind::LockService(_) => vec![Some(Operations), Some(Locks)],
            Kind::Server(_)
            | Kind::Payment(_)
            | Kind::Search(_)
            | Kind::Notification(_)
            | Kind::Analytics(_)
            | Kind::Chat(_) => {
                let server = kind.server().expect("these are servers");
                vec![
                    Some(Cpu),
                    Some(Slots),
                    Some(Room),
                    only(server.memory_there().is_some(), Memory),
                    only(server.bandwidth_there().is_some(), Line),
                ]
            }
        };
        all.into_iter().flatten().collect()
    }

    /// The resources of a wire with this policy.
    pub fn of_wire(policy: &CallPolicy) -> Vec<Resource> {
        let bandwidth = policy.bandwidth.map(|_| Resource::Bandwidth);
        bandwidth.into_iter().chain(policy.bulkhead.map(|_| Resource::Bulkhead)).collect()
    }

    /// How much of it a component uses in a frame, and how much there is. `calls` are its own calls in flight.
    pub(super) fn reading(self, kind: &Kind, frame: &ComponentFrame, calls: f64) -> (f64, f64) {
        let figure = |figure| frame.figure(figure).unwrap_or(0.0);
        let (busy, servers) = (f64::from(frame.busy), f64::from(frame.servers));
        let (held, slots) = (f64::from(frame.held), f64::from(frame.slots));
        let waiting = f64::from(frame.waiting);
        match self {
            Resource::Cpu | Resource::Operations | Resource::ThirdParty => (busy, servers),
            Resource::Slots | Resource::Consumers | Resource::Connections => (held, slots),
            Resource::Line => match kind {
                Kind::ObjectStorage(_) => (busy, servers),
                _ => (figure(Figure::LineUtilization), 1.0),
            },
            Resource::Statements => match kind {
                Kind::Database(database) if database.cores.is_some() && database.quorum.is_none() => {
                    let statements = f64::from(database.concurrency.min(database.connections));
                    (held.min(statements), statements)
                }
                _ => (busy, servers),
            },
            Resource::Disk => (figure(Figure::DiskUtilization), 1.0),
            Resource::Locks => match kind {
                Kind::Database(database) => (figure(Figure::LockWaiters), f64::from(database.concurrency)),
                _ => (waiting, waiting + held),
            },
            Resource::RateLimit => {
                let passed = f64::from(frame.arrivals) - figure(Figure::Limited);
                (passed.max(0.0), rate_of(kind) * FRAME.as_secs_f64())
            }
            Resource::Memory => (figure(Figure::Memory), memory_of(kind, servers)),
            Resource::CacheMemory => match kind {
                Kind::Cache(cache) if cache.memory.is_none() => {
                    (if figure(Figure::Evictions) > 0.0 { 1.0 } else { 0.0 }, 1.0)
                }
                Kind::Cache(cache) => (figure(Figure::MemoryUsed), cache.memory.map_or(0.0, |memory| memory.0 as f64)),
                _ => (if figure(Figure::Evictions) > 0.0 { 1.0 } else { 0.0 }, 1.0),
            },
            // Those who wait for a core or the line have a slot already.
            Resource::Room => match kind.server() {
                Some(_) => {
                    let inside = (held - busy - calls).clamp(0.0, held);
                    (if held >= 0.9 * slots { (waiting - inside).max(0.0) } else { 0.0 }, f64::from(frame.capacity))
                }
                None => (waiting, f64::from(frame.capacity)),
            },
            Resource::Backlog => (waiting, f64::from(frame.capacity)),
            Resource::Bandwidth | Resource::Bulkhead => (0.0, 0.0),
        }
    }

    /// How much of it a wire uses in a frame, and how much there is.
    pub(super) fn wire_reading(self, policy: &CallPolicy, frame: &WireFrame) -> (f64, f64) {
        match self {
            Resource::Bandwidth => {
                let limit = policy.bandwidth.map_or(0.0, |bytes| bytes.0 as f64 * FRAME.as_secs_f64());
                (frame.bytes as f64, limit)
            }
            Resource::Bulkhead => (f64::from(frame.in_flight), policy.bulkhead.map_or(0.0, f64::from)),
            _ => (0.0, 0.0),
        }
    }
}

fn is_global(limit: Option<&Limit>) -> bool {
    limit.is_some_and(|limit| limit.per == Per::Global)
}

/// The requests per second that a component lets through at most.
fn rate_of(kind: &Kind) -> f64 {
    let of = |limit: &Option<Limit>| limit.as_ref().filter(|limit| limit.per == Per::Global).map(|limit| limit.rate.0);
    let rate = match kind {
        Kind::LoadBalancer(balancer) => {
            let shape = balancer.shape.as_ref().map(|shape| shape.rate.0);
            of(&balancer.limit).into_iter().chain(shape).reduce(f64::min)
        }
        Kind::ApiGateway(gateway) => of(&gateway.limit),
        Kind::External(external) => of(&external.limit),
        _ => None,
    };
    rate.unwrap_or(f64::INFINITY)
}

/// The memory of all instances that are there, told by their cores.
fn memory_of(kind: &Kind, cores: f64) -> f64 {
    let Some(server) = kind.server() else { return 0.0 };
    let instances = (cores / f64::from(server.cores_there().max(1))).max(1.0);
    server.memory_there().map_or(0.0, |memory| memory.0 as f64 * instances)
}
