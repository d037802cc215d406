//! What to change so that an incident does not come back: drawn from its chain of causes and from what the design lacks.

use crate::design::{Backoff, CallPolicy, Design, Jitter, Kind};
use crate::sim::Parts;

use super::incident::words::{place as named, seconds};
use super::{Entry, Incident, Place, What};

/// What the design lacks, and what would help against it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advice {
    /// What made it worse: a sentence without its full stop; empty if it only began it.
    pub factor: String,
    /// What to change: a sentence without its full stop.
    pub change: String,
}

/// Advice from an incident, the root first.
pub fn advice(incident: &Incident, design: &Design, parts: &Parts) -> Vec<Advice> {
    let mut adviser = Adviser { design, parts, advice: Vec::new() };
    let root = &incident.entries[incident.root];
    adviser.about_root(root);
    incident.entries.iter().for_each(|entry| adviser.about(entry));
    adviser.advice
}

struct Adviser<'a> {
    design: &'a Design,
    parts: &'a Parts,
    advice: Vec<Advice>,
}

impl Adviser<'_> {
    fn add(&mut self, factor: String, change: String) {
        let known = self.advice.iter().any(|advice| advice.change == change);
        if !known {
            self.advice.push(Advice { factor, change });
        }
    }

    fn kind(&self, place: Option<Place>) -> Option<&Kind> {
        let Some(Place::Component(index)) = place else { return None };
        let name = self.parts.components.get(index as usize)?;
        self.design.component(name).map(|component| &component.kind)
    }

    fn policy(&self, place: Option<Place>) -> Option<&CallPolicy> {
        let Some(Place::Wire(index)) = place else { return None };
        let (from, to) = *self.parts.wires.get(index as usize)?;
        let name = |index: u32| self.parts.components[index as usize].as_str();
        self.design.wire(name(from), name(to)).map(|wire| &wire.policy)
    }

    fn name(&self, entry: &Entry) -> String {
        entry.place.map_or(String::new(), |place| named(place, self.parts))
    }

    fn about_root(&mut self, root: &Entry) {
        let name = self.name(root);
        let change = match root.what {
            What::Surge => "Decide what happens when more come than fit: add capacity ahead, scale by load, or turn some away early with a rate limit".to_owned(),
            What::Slowed => format!("Watch how long one piece of work takes at {name}, and warn before callers time out"),
            What::Deployed => format!("Send new versions of {name} to a few first, compare, and roll back at once if they are slower"),
            What::MemoryLeak => format!("Find the leak in {name}; until then restart it in turn, before its memory is full"),
            What::DiskFull => format!("Warn when the disk of {name} is at 80 %, and delete or move old data"),
            What::Stalled => format!("Give {name} health checks that notice when it stands still, and tune its garbage collector"),
            What::HotShard => format!("Split the hot key behind {name} into several, or put a cache in front of it"),
            What::LockContention => format!("Let fewer writes touch the same row of {name}: collect them, or split the row"),
            What::Poison => format!("Let {name} put messages that keep failing aside early (dead letters), and look at them"),
            What::RateLimited if matches!(self.kind(root.place), Some(Kind::External(_))) => {
                format!("Call {name} less: cache its answers, collect calls, or buy a higher limit")
            }
            What::RateLimited => format!("Raise the rate limit of {name}, or tell users when to come back"),
            What::ConnectionsFull => format!("Give {name} as many connections as it can serve at once, or let calls wait for one"),
            What::BulkheadFull => format!("Size the bulkhead of {name}: calls a second times seconds a call (Little's law), and some room"),
            What::Saturated => format!("Give {name} more capacity, or ask less of it"),
            What::Cut | What::PacketLoss | What::Delayed => format!("Give callers another way than {name}, or an answer without it"),
            _ => return,
        };
        self.add(String::new(), change);
    }

    fn about(&mut self, entry: &Entry) {
        match entry.what {
            What::Crashed | What::Resized | What::OutOfMemory => self.about_death(entry),
            What::CacheEmptied | What::CacheExpired => self.about_cache(entry),
            What::Retries => self.about_retries(entry),
            What::TimedOut | What::CallsFail => self.about_calls(entry),
            What::SlotsHeld => self.about_slots(entry),
            What::QueueGrew | What::Overflowed => self.about_room(entry),
            What::Reloads => self.add(
                "Users reloaded the page, and every reload was new work".to_owned(),
                "Answer early that it will not work now, with a poorer page if need be: who has an answer does not reload".to_owned(),
            ),
            _ => {}
        }
    }

    fn about_death(&mut self, entry: &Entry) {
        let Some(Place::Component(index)) = entry.place else { return };
        let name = self.name(entry);
        let callers: Vec<u32> = self.parts.wires.iter().filter(|(_, to)| *to == index).map(|(from, _)| *from).collect();
        let sibling = self.parts.wires.iter().any(|(from, to)| {
            let same = self.kind(Some(Place::Component(*to))).map(Kind::word) == self.kind(entry.place).map(Kind::word);
            *to != index && callers.contains(from) && same
        });
        if !sibling {
            let change =
                format!("Give {name} a second one of its kind (a replica, another instance), and failover to it");
            return self.add(format!("{name} is a single point of failure"), change);
        }
        for caller in callers {
            if let Some(Kind::LoadBalancer(balancer)) = self.kind(Some(Place::Component(caller)))
                && balancer.health.is_none()
            {
                let lb = named(Place::Component(caller), self.parts);
                let change = format!("Give {lb} health checks");
                self.add(format!("{lb} has no health checks, and went on sending requests to {name}"), change);
            }
        }
    }

    fn about_cache(&mut self, entry: &Entry) {
        let name = self.name(entry);
        let Some(Kind::Cache(cache)) = self.kind(entry.place) else { return };
        let (coalesce, jitter) = (cache.coalesce, cache.ttl_jitter.0);
        if !coalesce {
            let change = format!("Let {name} fetch each missing key once, however many ask for it (coalescing)");
            self.add(format!("Every miss at {name} asked the database by itself"), change);
        }
        if entry.what == What::CacheExpired && jitter == 0.0 {
            let change = format!("Spread the ttl of {name} (jitter), so that entries do not expire together");
            self.add(format!("Entries of {name} that were filled together expired together"), change);
        }
        let change =
            format!("Make sure that what stands behind {name} survives when {name} is empty, or warm it up first");
        self.add(format!("What stands behind {name} cannot bear the load without it"), change);
    }

    fn about_retries(&mut self, entry: &Entry) {
        let name = self.name(entry);
        let Some(retry) = self.policy(entry.place).and_then(|policy| policy.retry.clone()) else { return };
        if retry.backoff == Backoff::None || retry.jitter == Jitter::None {
            let change = format!("Let retries {name} wait longer each time (exponential backoff), spread by jitter");
            self.add(format!("Retries {name} came back at once and all together"), change);
        }
        if retry.budget.is_none() {
            let change = format!("Give retries {name} a budget, such as 10 % of the calls");
            self.add(format!("Nothing bounded the retries {name} ({} tries each)", retry.tries), change);
        }
    }

    fn about_calls(&mut self, entry: &Entry) {
        let name = self.name(entry);
        let Some(policy) = self.policy(entry.place) else { return };
        let (breaker, timeout) = (policy.breaker.is_some(), policy.timeout);
        let Some(Place::Wire(wire)) = entry.place else { return };
        let from = self.parts.wires[wire as usize].0;
        if self.parts.clients.contains(&from) {
            return;
        }
        if !breaker {
            let change = format!("Put a breaker on {name}, so that callers stop asking what cannot answer");
            self.add(format!("Nothing stopped calls {name} that could not succeed"), change);
        }
        if let Some(timeout) = timeout.filter(|timeout| timeout.as_secs_f64() >= 1.0 && entry.what == What::TimedOut) {
            let change = format!("Make the timeout of {name} shorter: a little above its usual 99th percentile");
            self.add(
                format!("Callers waited {} for {name}, holding their slots", seconds(timeout.as_secs_f64())),
                change,
            );
        }
    }

    fn about_slots(&mut self, entry: &Entry) {
        let Some(Place::Component(index)) = entry.place else { return };
        let wires: Vec<u32> =
            (0..self.parts.wires.len() as u32).filter(|wire| self.parts.wires[*wire as usize].0 == index).collect();
        for wire in wires {
            let place = Place::Wire(wire);
            let Some(policy) = self.policy(Some(place)) else { continue };
            let (timeout, bulkhead) = (policy.timeout.is_some(), policy.bulkhead.is_some());
            let name = named(place, self.parts);
            if !timeout {
                self.add(
                    format!("Calls {name} have no timeout: a slot is held for ever"),
                    format!("Set a timeout on {name}"),
                );
            }
            if !bulkhead {
                let change = format!("Put a bulkhead on {name}, so that a slow callee cannot take all slots");
                self.add(format!("Calls {name} could take all slots"), change);
            }
        }
    }

    /// A waiting room that holds more than can be served before callers give up.
    fn about_room(&mut self, entry: &Entry) {
        let name = self.name(entry);
        let Some(kind) = self.kind(entry.place) else { return };
        let Some(server) = kind.server() else { return };
        if server.capacity > 4 * server.concurrency {
            let factor =
                format!("The waiting room of {name} ({} places) holds more than it can serve in time", server.capacity);
            self.add(
                factor,
                format!(
                    "Bound the waiting room of {name}: what waits longer than a caller's patience is work for nobody"
                ),
            );
        }
    }
}
