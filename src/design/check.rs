//! What may be wired to what, and what a finished design still lacks. An unfinished design runs all the same.

use super::{CacheMode, Component, Design, Kind};

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
    if let (Kind::Database(_), Kind::Database(_)) = (&caller.kind, &callee.kind) {
        replica_may_follow(design, from, to)?;
    }
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

/// Whether the wire between the old ends may run between the new ones instead; otherwise why not.
pub fn may_rewire(design: &Design, old: (&str, &str), new: (&str, &str)) -> Result<(), String> {
    let mut without = design.clone();
    without.wires.retain(|wire| (wire.from.as_str(), wire.to.as_str()) != old);
    may_connect(&without, new.0, new.1)
}

fn kinds_may_connect(caller: &Kind, callee: &Kind) -> Result<(), String> {
    let refused = |why: &str| Err(why.to_owned());
    match (caller, callee) {
        (_, Kind::Clients(_)) => refused("users make requests; nothing calls them"),
        // The callee becomes a replica.
        (Kind::Database(_), Kind::Database(_)) => Ok(()),
        (Kind::Database(_), _) => refused("a database calls nobody, except that it ships its writes to a replica"),
        (Kind::ShardRouter(_), Kind::Database(_)) => Ok(()),
        (Kind::ShardRouter(_), _) => refused("a shard router spreads keys over databases; wire it to those"),
        (Kind::Cache(_), Kind::Database(_) | Kind::ShardRouter(_)) => Ok(()),
        (Kind::Cache(_), _) => refused("a cache calls nobody but the databases that it reads and writes through to"),
        (Kind::Queue(_), Kind::Worker(_)) | (Kind::Worker(_), Kind::Queue(_)) => Ok(()),
        (Kind::Queue(_), _) => refused("a queue hands its messages to workers only; wire it to a worker"),
        (_, Kind::Worker(_)) => refused("a worker takes its work from a queue, when it has time; wire a queue to it"),
        (Kind::LockService(_), _) => refused("a lock service answers; it calls nobody"),
        (caller, Kind::LockService(_)) if !matches!(caller, Kind::Server(_) | Kind::Worker(_)) => {
            refused("locks are taken by the code that reads and writes: wire a server to it")
        }
        (Kind::ObjectStorage(_), _) => {
            Err(format!("a {} answers; it calls nobody", caller.label().to_ascii_lowercase()))
        }
        (Kind::External(_), _) => refused("somebody else's API answers; whom it calls is not your concern"),
        (Kind::Clients(_), Kind::Dns(_)) => Ok(()),
        (_, Kind::Dns(_)) => refused("DNS sends users to a region; inside your system, wire to what you call"),
        (Kind::Clients(_) | Kind::Dns(_) | Kind::LoadBalancer(_), Kind::External(_)) => {
            refused("users come to you; it is your servers (or a gateway) that call somebody else's API")
        }
        (Kind::Dns(_) | Kind::ApiGateway(_), Kind::Database(_) | Kind::ShardRouter(_)) => {
            refused("a database speaks to servers, not to browsers: put a server before it")
        }
        (Kind::Clients(_) | Kind::LoadBalancer(_) | Kind::Dns(_) | Kind::ApiGateway(_), Kind::Cache(_)) => {
            refused("a cache remembers database answers for servers; wire a server to it")
        }
        (Kind::Cdn(_), Kind::LoadBalancer(_) | Kind::ApiGateway(_) | Kind::Server(_) | Kind::ObjectStorage(_)) => {
            Ok(())
        }
        (Kind::Cdn(_), _) => refused(
            "a CDN fetches answers to users' requests: wire it to a balancer, a gateway, a server or object storage",
        ),
        (caller, Kind::Cdn(_)) if !matches!(caller, Kind::Clients(_) | Kind::Dns(_)) => {
            refused("a CDN stands between users and the origin: wire users to it")
        }
        _ => Ok(()),
    }
}

/// Whether one database may be a replica of another: one primary, and its replicas around it.
fn replica_may_follow(design: &Design, primary: &str, replica: &str) -> Result<(), String> {
    let is_database = |name: &str| design.component(name).is_some_and(|one| matches!(one.kind, Kind::Database(_)));
    let leads = |name: &str| design.wires.iter().any(|wire| wire.from == name && is_database(&wire.to));
    let follows = |name: &str| design.wires.iter().any(|wire| wire.to == name && is_database(&wire.from));
    match () {
        () if follows(primary) => Err(format!("`{primary}` is a replica itself; wire `{replica}` to its primary")),
        () if follows(replica) => Err(format!("`{replica}` is a replica already; it can follow one primary only")),
        () if leads(replica) => Err(format!("`{replica}` has replicas of its own; a replica cannot lead others")),
        () => Ok(()),
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

/// Whether this is a cache that reads and writes a database itself.
fn talks_to_a_database(design: &Design, name: &str) -> bool {
    match design.component(name).map(|component| &component.kind) {
        Some(Kind::Cache(cache)) => cache.mode != CacheMode::Aside && calls_a_database(design, name),
        _ => false,
    }
}

fn calls_a_database(design: &Design, name: &str) -> bool {
    let callees = design.wires_from(name).filter_map(|wire| design.component(&wire.to));
    callees.into_iter().any(|callee| matches!(callee.kind, Kind::Database(_) | Kind::ShardRouter(_)))
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

/// Whether a cluster without a leader is asked for what only single machines have here.
fn clashes(database: &super::Database) -> bool {
    database.quorum.is_some() && (database.locks || database.disk.is_some() || database.cores.is_some())
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
        if let Some(message) = remark_on_region(design, component) {
            remark(&component.name, message);
        }
    }
    let reads = design.classes.iter().any(|class| class.cost.reads > 0 || class.cost.writes > 0);
    for component in &design.components {
        let name = component.name.as_str();
        let calls = |wanted: fn(&Kind) -> bool| {
            design.wires_from(name).any(|wire| design.component(&wire.to).is_some_and(|callee| wanted(&callee.kind)))
        };
        match &component.kind {
            Kind::Clients(_) | Kind::LoadBalancer(_) | Kind::Dns(_) | Kind::ApiGateway(_) | Kind::ShardRouter(_)
                if design.wires_from(name).next().is_none() =>
            {
                remark(name, "it calls nobody: draw a wire from it".to_owned());
            }
            kind if kind.server().is_some_and(|server| server.batch.is_none() && server.index.is_none())
                && reads
                && !calls(|kind| {
                    matches!(
                        kind,
                        Kind::Database(_) | Kind::ShardRouter(_) | Kind::LoadBalancer(_) | Kind::ApiGateway(_)
                    ) || kind.server().is_some()
                })
                && !design.wires_from(name).any(|wire| talks_to_a_database(design, &wire.to)) =>
            {
                remark(
                    name,
                    "its requests read and write data, but no database is wired to it: they will fail".to_owned(),
                );
            }
            Kind::Database(database) if clashes(database) => {
                let clash =
                    "the nodes of a cluster have no locks, cores or disk of their own here: set one or the other";
                remark(name, clash.to_owned());
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
        if let Some(message) = remark_on_copies(design, component) {
            remark(name, message);
        }
    }
    remarks
}

/// A component's region that the table of regions does not know.
fn remark_on_region(design: &Design, component: &super::Component) -> Option<String> {
    let region = component.region.as_deref()?;
    if design.regions.pairs.is_empty() || design.regions.names(region) {
        return None;
    }
    let listed = design.regions.pairs.iter().flat_map(|pair| [pair.from.as_str(), pair.to.as_str()]);
    let (far, near) = (design.regions.default, super::suggest(region, listed));
    Some(format!("its region `{region}` is not in the table of regions, so it is {far} from all others; {near}"))
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

/// What a cache, a CDN or a queue of several nodes lacks.
fn remark_on_copies(design: &Design, component: &Component) -> Option<String> {
    match &component.kind {
        Kind::Cache(cache) => {
            let wired = calls_a_database(design, &component.name);
            match (cache.mode, wired) {
                (CacheMode::Aside, true) => Some(
                    "as cache-aside it never calls the database wired to it: set its mode to read-through, or another"
                        .to_owned(),
                ),
                (CacheMode::Aside, false) | (_, true) => None,
                (mode, false) => Some(format!(
                    "to be {}, it needs a wire to a database; without one, it is cache-aside",
                    mode.word()
                )),
            }
        }
        Kind::Queue(queue) => queue.remark(),
        Kind::Cdn(_) if design.wires_from(&component.name).next().is_none() => {
            Some("it has no origin: draw a wire to the balancer, server or storage that has the content".to_owned())
        }
        Kind::Cdn(_) if !design.classes.iter().any(|class| class.cost.is_static) => {
            Some("no request class is static, so there is nothing it may keep: everything passes through".to_owned())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn design(cache: &str, wires: &str) -> Design {
        let text = format!(
            "version = 1\n[classes.feed]\nreads = 1\n[components.users]\nkind = \"clients\"\n[components.app]\n\
             kind = \"server\"\n[components.cdn]\nkind = \"cdn\"\n[components.lb]\nkind = \"load-balancer\"\n\
             [components.db]\nkind = \"database\"\n[components.cache]\nkind = \"cache\"\n{cache}\n[wires]\n{wires}"
        );
        crate::design::read(&text).expect("a good design")
    }

    #[test]
    fn copies_stand_where_they_can_be_filled() {
        let design = design("", "");
        let allowed = |from: &str, to: &str| may_connect(&design, from, to).is_ok();
        for (from, to) in [("cache", "db"), ("app", "cache"), ("users", "cdn"), ("cdn", "lb"), ("cdn", "app")] {
            assert!(allowed(from, to), "{from} -> {to}");
        }
        for (from, to) in [("cache", "app"), ("users", "cache"), ("lb", "cdn"), ("app", "cdn"), ("cdn", "db")] {
            assert!(!allowed(from, to), "{from} -> {to}");
        }
    }

    #[test]
    fn a_mode_that_cannot_work_is_told() {
        let told = |cache: &str, wires: &str| {
            let of = |remark: &Remark| remark.component == "cache" || remark.component == "app";
            remarks(&design(cache, wires)).into_iter().filter(of).map(|remark| remark.message).collect::<Vec<_>>()
        };
        let (users, through) = ("\"users -> app\" = {}\n\"app -> cache\" = {}\n", "\"cache -> db\" = {}\n");
        let mode = "mode = \"write-through\"";
        assert_eq!(told(mode, &format!("{users}{through}")), Vec::<String>::new());
        assert!(told(mode, &format!("{users}\"app -> db\" = {{}}\n"))[0].contains("it needs a wire to a database"));
        let unused = told("", &format!("{users}{through}"));
        assert!(unused.iter().any(|message| message.contains("they will fail")), "{unused:?}");
        assert!(unused.iter().any(|message| message.contains("set its mode to read-through")), "{unused:?}");
    }
}
