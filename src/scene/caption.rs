//! Parts in words, for screen readers, tooltips and the outline.

use crate::design::{CallPolicy, Component, Design, Kind, Preset, Wire};

use super::figures::{count_text, rate_text, share_text};
use super::glance::{Flow, Vitals};
use super::state::{FlowState, State};

/// A component in words: `app-1, server, 82 % busy, 12 waiting, calls db`.
pub fn component_words(design: &Design, component: &Component, vitals: Option<&Vitals>) -> String {
    let mut words = vec![component.name.clone(), component.kind.label().to_ascii_lowercase()];
    words.extend(component.region.as_ref().map(|region| format!("in {region}")));
    if let Some(vitals) = vitals {
        words.extend(figures(&component.kind, vitals));
    }
    let flows = || design.wires.iter().map(|wire| design.flow(wire));
    let callees: Vec<&str> = flows().filter(|(from, _)| *from == component.name).map(|(_, to)| to).collect();
    if !callees.is_empty() {
        let does = if matches!(component.kind, Kind::Queue(_)) { "hands messages to" } else { "calls" };
        words.push(format!("{does} {}", listed(&callees)));
    }
    words.join(", ")
}

fn figures(kind: &Kind, vitals: &Vitals) -> Vec<String> {
    let state = vitals.state();
    let mut words = Vec::new();
    if state != State::Healthy {
        words.push(state.word().to_ascii_lowercase());
    }
    match kind {
        Kind::Clients(_) => {
            words.push(format!("{} requests", rate_text(vitals.rate)));
            if vitals.broken > 0.0 {
                words.push(format!("{} lost", share_text(vitals.broken)));
            }
        }
        _ => {
            words.push(vitals.load.map_or(rate_text(vitals.rate), |load| format!("{} busy", share_text(load))));
            if vitals.waiting >= 0.5 {
                words.push(format!("{} waiting", count_text(vitals.waiting)));
            }
        }
    }
    words
}

/// A wire in words: `wire from app-1 to db, 1.2k/s, 5 % broken`.
pub fn wire_words(wire: &Wire, flow: Option<&Flow>) -> String {
    let mut words = vec![format!("wire from {} to {}", wire.from, wire.to)];
    if let Some(flow) = flow {
        let state = flow.state();
        if !matches!(state, FlowState::Quiet | FlowState::Flowing) {
            words.push(state.word().to_ascii_lowercase());
        }
        words.push(rate_text(flow.rate));
        if flow.broken > 0.0 {
            words.push(format!("{} broken", share_text(flow.broken)));
        }
    }
    words.join(", ")
}

fn listed(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [rest @ .., last] if names.len() <= 6 => format!("{} and {last}", rest.join(", ")),
        [first, second, third, rest @ ..] => format!("{first}, {second}, {third} and {} more", rest.len()),
        _ => names.join(", "),
    }
}

/// The settings of a component that matter most, in a few letters: what its box says before a run.
pub fn summary(kind: &Kind) -> String {
    let count = |count: u32, one: &str, many: &str| {
        format!("{} {}", count_text(f64::from(count)), if count == 1 { one } else { many })
    };
    match kind {
        Kind::Clients(clients) => {
            let top = clients.traffic.0.iter().map(|(_, rate)| rate.0).fold(0.0, f64::max);
            let start = clients.traffic.0.first().map_or(0.0, |(_, rate)| rate.0);
            match top > start {
                true => format!("{} to {}", count_text(start), rate_text(top)),
                false => rate_text(top),
            }
        }
        Kind::LoadBalancer(balancer) => balancer.strategy.word().replace('-', " "),
        Kind::ApiGateway(gateway) => count(gateway.cores, "core", "cores"),
        Kind::Dns(dns) => format!("{}, {}", dns.policy.word(), dns.ttl),
        Kind::External(external) => match &external.limit {
            Some(limit) => format!("≤ {}", rate_text(limit.rate.0)),
            None => external.latency.mean().to_string(),
        },
        Kind::Cache(cache) => match cache.memory {
            Some(memory) => memory.to_string(),
            None => count(cache.entries, "entry", "entries"),
        },
        Kind::Cdn(cdn) => format!("{} an edge", cdn.memory),
        Kind::Database(database) => match &database.quorum {
            Some(quorum) => format!("{} nodes, r {}, w {}", quorum.n, quorum.r, quorum.w),
            None => format!("{} at once", count_text(f64::from(database.concurrency))),
        },
        Kind::ShardRouter(router) => router.strategy.word().replace('-', " "),
        Kind::ObjectStorage(storage) => format!("{} at once", count_text(f64::from(storage.concurrency))),
        Kind::Queue(queue) => match queue.preset {
            Preset::Plain => format!("{} messages", count_text(f64::from(queue.terms().capacity))),
            preset => preset.word().replace('-', " "),
        },
        Kind::Worker(worker) => {
            let consumers = count(worker.consumers, "consumer", "consumers");
            match worker.server().instances_at_start() {
                1 => consumers,
                many => format!("{many} × {consumers}"),
            }
        }
        Kind::LockService(locks) => format!("lease {}{}", locks.lease, if locks.fencing { ", fenced" } else { "" }),
        Kind::Server(_)
        | Kind::Payment(_)
        | Kind::Search(_)
        | Kind::Notification(_)
        | Kind::Analytics(_)
        | Kind::Chat(_) => {
            let server = kind.server().expect("these are servers");
            let cores = count(server.cores_there(), "core", "cores");
            match server.instances_at_start() {
                1 => cores,
                many => format!("{many} × {cores}"),
            }
        }
    }
}

/// What a wire does for its caller, in a few letters: `≤ 1s, 3 tries, breaker`; empty for a bare wire.
pub fn policy_summary(policy: &CallPolicy) -> String {
    let word = |on: bool, word: &str| on.then(|| word.to_owned());
    let parts = [
        policy.timeout.map(|timeout| format!("≤ {timeout}")),
        word(policy.deadline, "deadline"),
        policy.retry.as_ref().map(|retry| format!("{} tries", retry.tries)),
        policy.hedge.as_ref().map(|hedge| format!("hedge {}", hedge.after)),
        word(policy.breaker.is_some(), "breaker"),
        policy.bulkhead.map(|places| format!("bulkhead {places}")),
        word(policy.fallback, "fallback"),
        policy.bandwidth.map(|bytes| format!("{bytes}/s")),
        (policy.loss.0 > 0.0).then(|| format!("loses {}", policy.loss)),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}
