//! Edits and faults in words, for the live region; and which edits a run would notice.

use crate::design::{Edit, Fault, FaultKind};

/// Whether a run of the design would differ.
pub fn behaves(edit: &Edit) -> bool {
    match edit {
        Edit::Move(..) | Edit::SetSpans(_) => false,
        Edit::All(edits) => edits.iter().any(behaves),
        _ => true,
    }
}

/// The edit as something done: `moved app-1`.
pub fn done(edit: &Edit) -> String {
    match edit {
        Edit::AddComponent(_, component) => format!("added {}", component.name),
        Edit::RemoveComponent(name) => format!("removed {name}"),
        Edit::SetComponent(component) => format!("changed {}", component.name),
        Edit::Move(name, _) => format!("moved {name}"),
        Edit::Rename(from, to) => format!("renamed {from} to {to}"),
        Edit::AddWire(_, wire) => format!("connected {} to {}", wire.from, wire.to),
        Edit::RemoveWire(from, to) => format!("disconnected {from} from {to}"),
        Edit::Rewire(old, new) => {
            format!("moved the wire from {} to {}: it now runs from {} to {}", old.0, old.1, new.0, new.1)
        }
        Edit::SetPolicy(from, to, _) => format!("changed the wire from {from} to {to}"),
        Edit::SetClasses(_) => "changed the request classes".to_owned(),
        Edit::SetSpans(_) => "changed the named spans".to_owned(),
        Edit::SetFaults(_) => "changed the scripted faults".to_owned(),
        Edit::SetRegions(_) => "changed how far apart regions are".to_owned(),
        Edit::SetRun(..) => "changed seed or duration".to_owned(),
        Edit::All(edits) => match edits.as_slice() {
            [one] => done(one),
            [first, rest @ ..] => format!("{} and {} more", done(first), rest.len()),
            [] => "changed nothing".to_owned(),
        },
    }
}

/// The blow of a fault: `app-1 crashes`.
pub fn strike(fault: &Fault) -> String {
    let target = &fault.target;
    match fault.settings.fault {
        FaultKind::Crash => format!("{target} crashes"),
        FaultKind::Restart => format!("{target} restarts"),
        FaultKind::SlowDown => format!("{target} becomes {} times slower", fault.settings.factor),
        FaultKind::Partition => format!("{target} is cut off"),
        FaultKind::DiskFull => format!("the disk of {target} is full"),
        FaultKind::PacketLoss => format!("{target} loses {} of its packets", fault.settings.share),
        FaultKind::AddedLatency => format!("{target} becomes slower by {} each way", fault.settings.latency),
        FaultKind::CacheFlush => format!("{target} forgets everything"),
        FaultKind::GcPause => format!("{target} stands still"),
        FaultKind::MemoryLeak => format!("{target} leaks memory"),
        FaultKind::Deploy => format!("{target} is deployed anew"),
        FaultKind::HotKey => format!("{target} all ask for one key"),
        FaultKind::TrafficSurge => format!("{target} come {} times as often", fault.settings.factor),
    }
}
