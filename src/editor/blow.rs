//! What a learner's hand can do to a running part: the faults that make sense for it, with good values.

use crate::design::{FaultKind, FaultSettings, Kind};
use crate::units::Time;

/// One blow: what the menu says, and the fault.
pub type Blow = (&'static str, FaultSettings);

/// The blows to a component of this kind, or (none) to a wire.
pub fn blows(kind: Option<&Kind>) -> Vec<Blow> {
    match kind {
        None => vec![
            ("Cut this wire for 20 s", fault(FaultKind::Partition, Some(20))),
            ("Slow it down 5× for 20 s", fault(FaultKind::SlowDown, Some(20))),
            ("Add 100 ms each way for 20 s", fault(FaultKind::AddedLatency, Some(20))),
            ("Lose one packet in ten for 20 s", fault(FaultKind::PacketLoss, Some(20))),
        ],
        Some(Kind::Clients(_)) => vec![
            ("Send 5× the traffic for 20 s", fault(FaultKind::TrafficSurge, Some(20))),
            (
                "Ask for one key for 20 s",
                FaultSettings { share: crate::units::Chance(0.8), ..fault(FaultKind::HotKey, Some(20)) },
            ),
            ("Cut them off for 20 s", fault(FaultKind::Partition, Some(20))),
        ],
        Some(kind) => component_blows(kind),
    }
}

fn component_blows(kind: &Kind) -> Vec<Blow> {
    let mut blows = vec![("Kill it", fault(FaultKind::Crash, None))];
    let server = kind.server();
    let machines = match kind {
        Kind::Worker(worker) => worker.server().instances_at_start(),
        _ => server.map_or(1, |server| server.instances_at_start()),
    };
    if machines > 1 {
        blows.push(("Kill one of its machines", FaultSettings { instances: 1, ..fault(FaultKind::Crash, None) }));
    }
    blows.push(("Restart it", fault(FaultKind::Restart, None)));
    blows.push(("Slow it down 5× for 20 s", fault(FaultKind::SlowDown, Some(20))));
    blows.push(("Cut it off for 20 s", fault(FaultKind::Partition, Some(20))));
    match kind {
        Kind::Cache(_) => blows.push(("Flush it", fault(FaultKind::CacheFlush, None))),
        Kind::Cdn(_) => blows.push(("Purge it", fault(FaultKind::CacheFlush, None))),
        Kind::LoadBalancer(balancer) if balancer.cache.is_some() => {
            blows.push(("Flush its copies", fault(FaultKind::CacheFlush, None)))
        }
        Kind::Queue(queue) if queue.terms().replicas.is_some() => {
            let one = |followers| FaultSettings { instances: 1, followers, ..fault(FaultKind::Crash, Some(30)) };
            blows.push(("Kill its leader for 30 s", one(false)));
            blows.push(("Kill a follower for 30 s", one(true)));
        }
        Kind::Database(_) => blows.push(("Fill its disk for 20 s", fault(FaultKind::DiskFull, Some(20)))),
        _ => {}
    }
    if let Some(server) = server {
        blows.push(("Make it stand still for 2 s", fault(FaultKind::GcPause, Some(2))));
        if server.memory_there().is_some() {
            blows.push(("Leak 50 MB/s for 60 s", fault(FaultKind::MemoryLeak, Some(60))));
        }
        let slow = FaultSettings { factor: 2.0, ..fault(FaultKind::Deploy, Some(60)) };
        blows.push(("Deploy a version 2× slower for 60 s", slow));
    }
    blows.push(("Lose one of its packets in ten for 20 s", fault(FaultKind::PacketLoss, Some(20))));
    blows.push(("Add 100 ms to its network for 20 s", fault(FaultKind::AddedLatency, Some(20))));
    blows
}

fn fault(kind: FaultKind, lasts: Option<u64>) -> FaultSettings {
    FaultSettings { fault: kind, lasts: lasts.map(Time::from_secs), ..FaultSettings::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds_of(blows: &[Blow]) -> Vec<FaultKind> {
        blows.iter().map(|(_, settings)| settings.fault).collect()
    }

    #[test]
    fn every_fault_is_in_somebodys_menu() {
        let mut server = Kind::of("server").expect("a kind");
        crate::design::put_path(server.settings_mut(), "memory", crate::design::Node::text("4GB")).expect("a setting");
        let kinds = Kind::WORDS.iter().map(|word| Kind::of(word).expect("a kind")).chain([server]);
        let all: Vec<FaultKind> =
            kinds.flat_map(|kind| kinds_of(&blows(Some(&kind)))).chain(kinds_of(&blows(None))).collect();
        for word in FaultKind::WORDS {
            assert!(all.iter().any(|kind| kind.word() == *word), "nobody can be struck with {word}");
        }
    }

    #[test]
    fn what_would_do_nothing_is_not_offered() {
        let of = |word: &str| kinds_of(&blows(Some(&Kind::of(word).expect("a kind"))));
        assert!(!of("worker").contains(&FaultKind::Deploy));
        assert!(!of("database").contains(&FaultKind::GcPause));
        assert!(!of("clients").contains(&FaultKind::Crash));
        assert!(!of("server").contains(&FaultKind::MemoryLeak), "it has no memory to leak");
        assert!(!of("server").contains(&FaultKind::CacheFlush));
    }
}
