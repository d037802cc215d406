//! What may be wired to what, and what a finished design still lacks. An unfinished design runs all the same.

use super::{Design, Kind};

/// Whether a wire may run from one component to the other; otherwise why not, in a student's words.
pub fn may_connect(design: &Design, from: &str, to: &str) -> Result<(), String> {
    let find = |name: &str| design.component(name).ok_or_else(|| format!("there is no component called `{name}`"));
    let (caller, callee) = (find(from)?, find(to)?);
    if from == to {
        return Err("a component cannot call itself".to_owned());
    }
    if design.wire(from, to).is_some() {
        return Err(format!("`{from}` already calls `{to}`"));
    }
    kinds_may_connect(&caller.kind, &callee.kind)?;
    // A worker may be drawn to its queue as well as the queue to its worker: messages flow to the worker.
    let drawn_back = is_worker(&caller.kind);
    let consumes = |a: &Kind, b: &Kind| matches!(a, Kind::Queue(_)) && is_worker(b);
    if consumes(&caller.kind, &callee.kind) || consumes(&callee.kind, &caller.kind) {
        if design.wire(to, from).is_some() {
            return Err(format!(
                "`{to}` and `{from}` are wired already; one wire between a queue and a worker will do"
            ));
        }
        let (from, to) = if drawn_back { (to, from) } else { (from, to) };
        return match reaches(design, to, from) {
            true => Err(format!("`{to}` already leads to `{from}`; messages would go round in a circle")),
            false => Ok(()),
        };
    }
    if reaches(design, to, from) {
        return Err(format!("`{to}` already leads to `{from}`; calls would go round in a circle"));
    }
    Ok(())
}

fn kinds_may_connect(caller: &Kind, callee: &Kind) -> Result<(), String> {
    let refused = |why: &str| Err(why.to_owned());
    match (caller, callee) {
        (_, Kind::Clients(_)) => refused("users make requests; nothing calls them"),
        (Kind::Queue(_), Kind::Worker(_)) | (Kind::Worker(_), Kind::Queue(_)) => Ok(()),
        (Kind::Queue(_), _) => refused("a queue hands its messages to workers only; wire it to a worker"),
        (_, Kind::Worker(_)) => refused("a worker takes its work from a queue, when it has time; wire a queue to it"),
        (Kind::LockService(_), _) => refused("a lock service answers; it calls nobody"),
        (caller, Kind::LockService(_)) if !matches!(caller, Kind::Server(_) | Kind::Worker(_)) => {
            refused("locks are taken by the code that reads and writes: wire a server to it")
        }
        (Kind::Database(_) | Kind::ObjectStorage(_) | Kind::Cache(_), _) => {
            Err(format!("a {} answers; it calls nobody", caller.label().to_ascii_lowercase()))
        }
        (Kind::External(_), _) => refused("somebody else's API answers; whom it calls is not your concern"),
        (Kind::Clients(_), Kind::Dns(_)) => Ok(()),
        (_, Kind::Dns(_)) => refused("DNS sends users to a region; inside your system, wire to what you call"),
        (Kind::Clients(_) | Kind::Dns(_) | Kind::LoadBalancer(_), Kind::External(_)) => {
            refused("users come to you; it is your servers (or a gateway) that call somebody else's API")
        }
        (Kind::Dns(_) | Kind::ApiGateway(_), Kind::Database(_)) => {
            refused("a database speaks to servers, not to browsers: put a server before it")
        }
        (Kind::Clients(_) | Kind::LoadBalancer(_) | Kind::Dns(_) | Kind::ApiGateway(_), Kind::Cache(_)) => {
            refused("a cache remembers database answers for servers; wire a server to it")
        }
        _ => Ok(()),
    }
}

fn is_worker(kind: &Kind) -> bool {
    matches!(kind, Kind::Worker(_))
}

/// Whether calls and messages from `start` can end up at `goal`.
fn reaches(design: &Design, start: &str, goal: &str) -> bool {
    let mut seen = vec![start];
    let mut next = 0;
    while let Some(&name) = seen.get(next) {
        if name == goal {
            return true;
        }
        for wire in &design.wires {
            let (from, to) = design.flow(wire);
            if from == name && !seen.contains(&to) {
                seen.push(to);
            }
        }
        next += 1;
    }
    false
}

/// The classes that an API gateway has no route for.
fn unrouted<'a>(design: &'a Design, gateway: &str) -> Vec<&'a str> {
    let takes = |class: &str| {
        let named = |wire: &super::Wire| wire.policy.classes.0.iter().any(|name| name == class);
        design.wires_from(gateway).any(|wire| named(wire) || wire.policy.classes.0.is_empty())
    };
    let asked = design.classes.iter().filter(|class| class.cost.share > 0.0).map(|class| class.name.as_str());
    asked.filter(|class| !takes(class)).collect()
}

/// Something a design lacks; it still runs, but not as its author may think.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// The component it is about; empty for the whole design.
    pub component: String,
    /// What is amiss and what to try.
    pub message: String,
}

/// All that a design still lacks.
pub fn remarks(design: &Design) -> Vec<Remark> {
    let mut remarks = Vec::new();
    let mut remark =
        |component: &str, message: String| remarks.push(Remark { component: component.to_owned(), message });
    let clients: Vec<&str> =
        design.components.iter().filter(|c| matches!(c.kind, Kind::Clients(_))).map(|c| c.name.as_str()).collect();
    if clients.is_empty() {
        remark("", "nobody uses it yet: add users".to_owned());
    }
    for component in &design.components {
        let Some(region) = component.region.as_deref() else { continue };
        if !design.regions.pairs.is_empty() && !design.regions.names(region) {
            let listed = design.regions.pairs.iter().flat_map(|pair| [pair.from.as_str(), pair.to.as_str()]);
            let (far, near) = (design.regions.default, super::suggest(region, listed));
            remark(
                &component.name,
                format!("its region `{region}` is not in the table of regions, so it is {far} from all others; {near}"),
            );
        }
    }
    let reads = design.classes.iter().any(|class| class.cost.reads > 0 || class.cost.writes > 0);
    for component in &design.components {
        let name = component.name.as_str();
        let calls = |wanted: fn(&Kind) -> bool| {
            design.wires_from(name).any(|wire| design.component(&wire.to).is_some_and(|callee| wanted(&callee.kind)))
        };
        match &component.kind {
            Kind::Clients(_) | Kind::LoadBalancer(_) | Kind::Dns(_) | Kind::ApiGateway(_)
                if design.wires_from(name).next().is_none() =>
            {
                remark(name, "it calls nobody: draw a wire from it".to_owned());
            }
            kind if kind.server().is_some_and(|server| server.batch.is_none() && server.index.is_none())
                && reads
                && !calls(|kind| {
                    matches!(kind, Kind::Database(_) | Kind::LoadBalancer(_) | Kind::ApiGateway(_))
                        || kind.server().is_some()
                }) =>
            {
                remark(
                    name,
                    "its requests read and write data, but no database is wired to it: they will fail".to_owned(),
                );
            }
            Kind::Queue(_) if !has_worker(design, name) => {
                remark(name, "nobody takes its messages: wire it to a worker".to_owned());
            }
            Kind::Worker(_) if !has_queue(design, name) => {
                remark(name, "it has no queue to take work from: wire a queue to it".to_owned());
            }
            Kind::LockService(_) if !design.classes.iter().any(|class| class.cost.lock) => {
                remark(name, "no request class locks its key: give one `lock = true`".to_owned());
            }
            Kind::ApiGateway(_) if !unrouted(design, name).is_empty() => {
                let classes = unrouted(design, name).join("`, `");
                remark(
                    name,
                    format!(
                        "`{classes}` has no route here and will fail: draw a wire that names it, or one that names no class"
                    ),
                );
            }
            Kind::Clients(_) => {}
            _ if !clients.iter().any(|client| reaches(design, client, name)) => {
                remark(name, "no request can reach it: draw a wire to it".to_owned());
            }
            _ => {}
        }
    }
    remarks
}

fn neighbours<'a>(design: &'a Design, name: &'a str) -> impl Iterator<Item = &'a Kind> {
    let other = move |wire: &'a super::Wire| match () {
        () if wire.from == name => Some(wire.to.as_str()),
        () if wire.to == name => Some(wire.from.as_str()),
        () => None,
    };
    design.wires.iter().filter_map(other).filter_map(|other| Some(&design.component(other)?.kind))
}

fn has_worker(design: &Design, name: &str) -> bool {
    neighbours(design, name).any(is_worker)
}

fn has_queue(design: &Design, name: &str) -> bool {
    neighbours(design, name).any(|kind| matches!(kind, Kind::Queue(_)))
}
