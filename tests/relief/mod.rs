//! The experiment: more of one resource, and the design as it would be with it.

use pressure_point::design::{Analytics, Chat, Design, Kind, Notification, Payment, Search, Server};
use pressure_point::insight::{Part, Resource, Suspect};
use pressure_point::sim::Parts;
use pressure_point::units::{Bytes, Rate};

/// The design with `factor` times as much of these resources; none where one is nothing that can be bought (locks).
pub fn relieved(design: &Design, parts: &Parts, suspects: &[Suspect], factor: u32) -> Option<Design> {
    let mut design = design.clone();
    for suspect in suspects {
        match suspect.part {
            Part::Component(at) => {
                let name = parts.components.get(at as usize)?;
                let component = design.components.iter_mut().find(|component| component.name == *name)?;
                relieve(&mut component.kind, suspect.resource, factor)?;
            }
            Part::Wire(at) => {
                let (from, to) = *parts.wires.get(at as usize)?;
                let (from, to) = (parts.components.get(from as usize)?, parts.components.get(to as usize)?);
                let wire = design.wires.iter_mut().find(|wire| wire.from == *from && wire.to == *to)?;
                match suspect.resource {
                    Resource::Bandwidth => more_bytes(wire.policy.bandwidth.as_mut()?, factor),
                    Resource::Bulkhead => more(wire.policy.bulkhead.as_mut()?, factor),
                    _ => return None,
                }
            }
        }
    }
    Some(design)
}

fn more(setting: &mut u32, factor: u32) {
    *setting = setting.saturating_mul(factor);
}

fn more_bytes(setting: &mut Bytes, factor: u32) {
    setting.0 = setting.0.saturating_mul(u64::from(factor));
}

fn more_rate(setting: &mut Rate, factor: u32) {
    setting.0 *= f64::from(factor);
}

fn relieve(kind: &mut Kind, resource: Resource, factor: u32) -> Option<()> {
    if let Some(server) = server_of(kind) {
        return relieve_server(server, resource, factor);
    }
    match (kind, resource) {
        (Kind::LoadBalancer(balancer), Resource::Cpu) => more(balancer.cores.as_mut()?, factor),
        (Kind::LoadBalancer(balancer), Resource::Slots) => more(balancer.concurrency.as_mut()?, factor),
        (Kind::LoadBalancer(balancer), Resource::Room) => more(&mut balancer.capacity, factor),
        (Kind::LoadBalancer(balancer), Resource::RateLimit) => {
            balancer.limit.iter_mut().for_each(|limit| more_rate(&mut limit.rate, factor));
            balancer.shape.iter_mut().for_each(|shape| more_rate(&mut shape.rate, factor));
        }
        (Kind::ApiGateway(gateway), Resource::Cpu) => more(&mut gateway.cores, factor),
        (Kind::ApiGateway(gateway), Resource::Slots) => more(&mut gateway.concurrency, factor),
        (Kind::ApiGateway(gateway), Resource::Room) => more(&mut gateway.capacity, factor),
        (Kind::ApiGateway(gateway), Resource::RateLimit) => more_rate(&mut gateway.limit.as_mut()?.rate, factor),
        (Kind::External(external), Resource::ThirdParty) => more(&mut external.concurrency, factor),
        (Kind::External(external), Resource::Room) => more(&mut external.capacity, factor),
        (Kind::External(external), Resource::RateLimit) => more_rate(&mut external.limit.as_mut()?.rate, factor),
        (Kind::Cache(cache), Resource::Operations) => more(&mut cache.concurrency, factor),
        (Kind::Cache(cache), Resource::Room) => more(&mut cache.capacity, factor),
        (Kind::Cache(cache), Resource::CacheMemory) => match &mut cache.memory {
            Some(memory) => more_bytes(memory, factor),
            None => more(&mut cache.entries, factor),
        },
        (Kind::Cdn(cdn), Resource::Operations) => more(&mut cdn.concurrency, factor),
        (Kind::Cdn(cdn), Resource::CacheMemory) => more_bytes(&mut cdn.memory, factor),
        (Kind::Database(database), Resource::Statements) => {
            more(&mut database.concurrency, factor);
            database.connections = database.connections.max(database.concurrency);
        }
        (Kind::Database(database), Resource::Cpu) => more(database.cores.as_mut()?, factor),
        (Kind::Database(database), Resource::Connections) => more(&mut database.connections, factor),
        (Kind::Database(database), Resource::Disk) => {
            // Twice the disks: twice as many pages at once, each as fast as before.
            let disk = database.disk.as_mut()?;
            more(&mut disk.iops, factor);
            more(&mut disk.depth, factor);
        }
        (Kind::ObjectStorage(storage), Resource::Line) => more_bytes(&mut storage.bandwidth, factor),
        (Kind::ObjectStorage(storage), Resource::Slots) => more(&mut storage.concurrency, factor),
        (Kind::ObjectStorage(storage), Resource::Room) => more(&mut storage.capacity, factor),
        (Kind::Queue(queue), Resource::Operations) => queue.concurrency = Some(queue.terms().concurrency * factor),
        (Kind::Queue(queue), Resource::Backlog) => queue.capacity = Some(queue.terms().capacity * factor),
        (Kind::Worker(worker), Resource::Cpu) => more(&mut worker.cores, factor),
        (Kind::Worker(worker), Resource::Consumers) => more(&mut worker.consumers, factor),
        (Kind::LockService(locks), Resource::Operations) => more(&mut locks.concurrency, factor),
        _ => return None,
    }
    Some(())
}

fn server_of(kind: &mut Kind) -> Option<&mut Server> {
    match kind {
        Kind::Server(server)
        | Kind::Payment(Payment(server))
        | Kind::Search(Search(server))
        | Kind::Notification(Notification(server))
        | Kind::Analytics(Analytics(server))
        | Kind::Chat(Chat(server)) => Some(server),
        _ => None,
    }
}

fn relieve_server(server: &mut Server, resource: Resource, factor: u32) -> Option<()> {
    match resource {
        Resource::Cpu => server.cores = server.cores_there().saturating_mul(factor),
        Resource::Slots => more(&mut server.concurrency, factor),
        Resource::Room => more(&mut server.capacity, factor),
        Resource::Memory => server.memory = Some(Bytes(server.memory_there()?.0 * u64::from(factor))),
        Resource::Line => server.bandwidth = Some(Bytes(server.bandwidth_there()?.0 * u64::from(factor))),
        _ => return None,
    }
    Some(())
}
