//! Incidents with a known cause: what the run shows must lead back to it. The cause is never told: all that only the one
//! who broke it can know is taken out of the recording first.
//!
//! Measured when this was written: 98 of 99 with these seeds, 99 of 99 with seeds 11 to 13, which nothing was fitted to. The
//! kinds of incident are those that the search was made for.

mod support;

use pressure_point::design::Design;
use pressure_point::insight::{Incident, Place, What, incidents};
use pressure_point::metrics::Recording;
use pressure_point::sim::{Happening, Health, Parts, Replay, Scenario};
use pressure_point::units::Time;

const SEEDS: [u64; 3] = [1, 2, 3];

/// A scripted incident: its name, the design, and the causes that count as the true one.
struct Case {
    name: &'static str,
    design: String,
    causes: &'static [(What, &'static str)],
}

/// Users, a balancer, two servers, a database; what differs is put in.
fn shop(users: &str, app: &str, db: &str, wires: &str, rest: &str) -> String {
    format!(
        r#"
version = 1
duration = "60s"
[classes.read]
share = 8
cpu = "exp(4ms)"
reads = 1
keys = {{ count = 20000, zipf = 0.8 }}
[classes.write]
share = 2
cpu = "exp(4ms)"
writes = 1
keys = {{ count = 20000, zipf = 0.8 }}
[components.users]
kind = "clients"
{users}
[components.lb]
kind = "load-balancer"
[components.app-1]
kind = "server"
cores = 2
{app}
[components.app-2]
kind = "server"
cores = 2
{app}
[components.db]
kind = "database"
read = "exp(8ms)"
write = "exp(10ms)"
concurrency = 20
{db}
[wires]
"users -> lb" = {{ latency = "10ms", timeout = "2s" }}
"lb -> app-1" = {{}}
"lb -> app-2" = {{}}
"app-1 -> db" = {{ {wires} }}
"app-2 -> db" = {{ {wires} }}
{rest}
"#
    )
}

fn steady() -> &'static str {
    "traffic = [[\"0s\", \"300/s\"]]"
}

fn fault(target: &str, fault: &str, rest: &str) -> String {
    format!("[[faults]]\nat = \"25s\"\ntarget = \"{target}\"\nfault = \"{fault}\"\n{rest}\n")
}

fn struck(target: &str, kind: &str, rest: &str) -> String {
    shop(steady(), "", "", "timeout = \"1s\"", &fault(target, kind, rest))
}

fn cached(cache: &str, rest: &str) -> String {
    let more = format!(
        "\"app-1 -> cache\" = {{}}\n\"app-2 -> cache\" = {{}}\n[components.cache]\nkind = \"cache\"\nentries = 20000\n{cache}\n{rest}"
    );
    shop(
        "traffic = [[\"0s\", \"900/s\"]]",
        "cores = 4\nconcurrency = 200",
        "concurrency = 5",
        "timeout = \"1s\"",
        &more,
    )
    .replace("20000", "6000")
    .replace("cores = 2\ncores = 4", "cores = 4")
    .replace("concurrency = 20\nconcurrency = 5", "concurrency = 5")
}

/// Jobs through a queue.
fn jobs(users: &str, class: &str, queue: &str, worker: &str, rest: &str) -> String {
    format!(
        r#"
version = 1
duration = "60s"
[classes.upload]
cpu = "exp(2ms)"
job = "exp(50ms)"
{class}
[components.users]
kind = "clients"
{users}
[components.app]
kind = "server"
cores = 2
[components.jobs]
kind = "queue"
{queue}
[components.worker]
kind = "worker"
{worker}
[wires]
"users -> app" = {{ timeout = "2s" }}
"app -> jobs" = {{ timeout = "1s" }}
"jobs -> worker" = {{}}
{rest}
"#
    )
}

/// A server that calls somebody else's API.
fn partner(external: &str, wire: &str, rest: &str) -> String {
    format!(
        r#"
version = 1
duration = "60s"
[classes.pay]
cpu = "exp(3ms)"
[components.users]
kind = "clients"
traffic = [["0s", "200/s"]]
[components.app]
kind = "server"
cores = 2
concurrency = 64
capacity = 200
[components.bank]
kind = "external"
latency = "lognormal(100ms, 0.4)"
limit = {{ rate = "1000/s" }}
{external}
[wires]
"users -> app" = {{ timeout = "2s" }}
"app -> bank" = {{ {wire} }}
{rest}
"#
    )
}

fn cases() -> Vec<Case> {
    use What::*;
    let case = |name, design, causes| Case { name, design, causes };
    vec![
        case("slow database", struck("db", "slow-down", "factor = 8\nfor = \"20s\""), &[(Slowed, "db")]),
        case("database crash", struck("db", "crash", "for = \"10s\""), &[(Crashed, "db")]),
        case("database restart", struck("db", "restart", ""), &[(Crashed, "db")]),
        case("disk full", struck("db", "disk-full", "for = \"15s\""), &[(DiskFull, "db")]),
        case(
            "dead server, no checks",
            struck("app-2", "crash", "").replace("\"load-balancer\"", "\"load-balancer\"\nhealth = \"none\""),
            &[(Crashed, "app-2")],
        ),
        case("dead server, with checks", struck("app-2", "crash", ""), &[(Crashed, "app-2")]),
        case("slow server", struck("app-1", "slow-down", "factor = 6\nfor = \"20s\""), &[(Slowed, "app-1")]),
        case("long GC pause", struck("app-1", "gc-pause", "for = \"4s\""), &[(Stalled, "app-1")]),
        case("bad deploy", struck("app-1", "deploy", "factor = 8\nfor = \"25s\""), &[(Deployed, "app-1")]),
        case(
            "packet loss",
            struck("app-1 -> db", "packet-loss", "share = \"20%\"\nfor = \"20s\""),
            &[(PacketLoss, "app-1 → db")],
        ),
        case("a wire is cut", struck("lb -> app-2", "partition", "for = \"15s\""), &[(Cut, "lb → app-2")]),
        case("the database is cut off", struck("db", "partition", "for = \"15s\""), &[(Cut, "db")]),
        case(
            "a longer way",
            struck("app-1 -> db", "added-latency", "latency = \"400ms\"\nfor = \"20s\""),
            &[(Delayed, "app-1 → db")],
        ),
        case(
            "traffic surge",
            shop(
                "traffic = [[\"25s\", \"300/s\"], [\"28s\", \"3000/s\"], [\"45s\", \"3000/s\"], [\"46s\", \"300/s\"]]",
                "",
                "",
                "timeout = \"1s\"",
                "",
            ),
            &[(Surge, "users")],
        ),
        case("surge as a fault", struck("users", "traffic-surge", "factor = 8\nfor = \"15s\""), &[(Surge, "users")]),
        case(
            "retry storm after a blip",
            shop(
                "traffic = [[\"0s\", \"420/s\"]]\npatience = \"4s\"\nrefreshes = 2",
                "capacity = 4000",
                "",
                "timeout = \"1s\"",
                &fault("app-1", "gc-pause", "for = \"3s\""),
            )
            .replace("timeout = \"2s\" }", "timeout = \"1s\", retry = { tries = 4, backoff = \"none\" } }"),
            &[(Stalled, "app-1")],
        ),
        case("cache flush", cached("", &fault("cache", "cache-flush", "")), &[(CacheEmptied, "cache")]),
        case("cache crash", cached("", &fault("cache", "restart", "")), &[(Crashed, "cache")]),
        case("entries that expire together", expiring(), &[(CacheExpired, "cache")]),
        case(
            "lock contention on a hot row",
            shop(
                steady(),
                "",
                "locks = true",
                "timeout = \"1s\"",
                &fault("users", "hot-key", "share = \"100%\"\nfor = \"20s\""),
            )
            .replace("write = \"exp(10ms)\"", "write = \"exp(25ms)\""),
            &[(LockContention, "db")],
        ),
        case("hot shard", sharded(), &[(HotShard, "shards")]),
        case(
            "connection pool too small",
            shop(
                "traffic = [[\"20s\", \"200/s\"], [\"40s\", \"700/s\"]]",
                "cores = 8\nconcurrency = 100",
                "concurrency = 200\nconnections = 4",
                "timeout = \"1s\"",
                "",
            )
            .replace("cores = 2\ncores = 8", "cores = 8")
            .replace("concurrency = 20\nconcurrency = 200", "concurrency = 200"),
            &[(ConnectionsFull, "db")],
        ),
        case(
            "rate limit too low",
            shop("traffic = [[\"20s\", \"150/s\"], [\"40s\", \"350/s\"]]", "", "", "timeout = \"1s\"", "")
                .replace("kind = \"load-balancer\"", "kind = \"load-balancer\"\nlimit = { rate = \"200/s\" }"),
            &[(RateLimited, "lb")],
        ),
        case(
            "bulkhead too small",
            shop(
                "traffic = [[\"20s\", \"150/s\"], [\"40s\", \"500/s\"]]",
                "",
                "",
                "timeout = \"1s\", bulkhead = 2",
                "",
            ),
            &[(BulkheadFull, "app-1 → db"), (BulkheadFull, "app-2 → db")],
        ),
        case(
            "third-party outage",
            partner("", "timeout = \"1s\"", &fault("bank", "crash", "for = \"15s\"")),
            &[(Crashed, "bank")],
        ),
        case(
            "slow third party takes all slots",
            partner("", "", &fault("bank", "slow-down", "factor = 12\nfor = \"20s\"")),
            &[(Slowed, "bank")],
        ),
        case(
            "third party's limit",
            partner("", "timeout = \"1s\"", "").replace("rate = \"1000/s\"", "rate = \"120/s\""),
            &[(RateLimited, "bank")],
        ),
        case(
            "consumers too few",
            jobs("traffic = [[\"15s\", \"20/s\"], [\"25s\", \"100/s\"]]", "", "", "consumers = 2", ""),
            &[(Saturated, "worker"), (Surge, "users")],
        ),
        case(
            "full queue",
            jobs("traffic = [[\"15s\", \"30/s\"], [\"20s\", \"150/s\"]]", "", "capacity = 100", "consumers = 3", ""),
            &[(Saturated, "worker"), (Surge, "users")],
        ),
        case(
            "worker crash",
            jobs("traffic = [[\"0s\", \"40/s\"]]", "", "", "", &fault("worker", "crash", "")),
            &[(Crashed, "worker")],
        ),
        case(
            "poison messages",
            jobs("traffic = [[\"0s\", \"40/s\"]]", "poison = \"5%\"", "", "", ""),
            &[(Poison, "jobs")],
        ),
        case("memory leak", leaking(), &[(MemoryLeak, "app-1")]),
        case("some instances die", instances(), &[(InstancesDied, "app")]),
    ]
}

fn sharded() -> String {
    format!(
        r#"
version = 1
duration = "60s"
[classes.read]
cpu = "exp(1ms)"
reads = 1
keys = {{ count = 20000, zipf = 0.3 }}
[components.users]
kind = "clients"
traffic = [["0s", "600/s"]]
[components.app]
kind = "server"
cores = 4
concurrency = 200
[components.shards]
kind = "shard-router"
[components.db-1]
kind = "database"
concurrency = 3
[components.db-2]
kind = "database"
concurrency = 3
[components.db-3]
kind = "database"
concurrency = 3
[wires]
"users -> app" = {{ timeout = "2s" }}
"app -> shards" = {{ timeout = "1s" }}
"shards -> db-1" = {{}}
"shards -> db-2" = {{}}
"shards -> db-3" = {{}}
{}"#,
        fault("users", "hot-key", "share = \"60%\"\nkey = 77\nfor = \"20s\"")
    )
}

/// A few dear keys that all come from the database at once when they expire.
fn expiring() -> String {
    r#"
version = 1
duration = "60s"
[classes.read]
cpu = "500us"
reads = 1
keys = { count = 20, zipf = 0.0 }
[components.users]
kind = "clients"
traffic = [["0s", "2000/s"]]
[components.app]
kind = "server"
cores = 4
concurrency = 500
[components.cache]
kind = "cache"
ttl = "20s"
[components.db]
kind = "database"
read = "exp(400ms)"
concurrency = 40
connections = 400
[wires]
"users -> app" = { timeout = "2s" }
"app -> cache" = {}
"app -> db" = { timeout = "1s" }
"#
    .to_owned()
}

fn leaking() -> String {
    let leak = fault("app-1", "memory-leak", "rate = \"60MB\"");
    shop(steady(), "memory = \"1GB\"\nbase_memory = \"300MB\"", "", "timeout = \"1s\"", &leak)
}

fn instances() -> String {
    format!(
        r#"
version = 1
duration = "60s"
[classes.read]
cpu = "exp(4ms)"
[components.users]
kind = "clients"
traffic = [["0s", "900/s"]]
[components.app]
kind = "server"
cores = 1
instances = 5
[wires]
"users -> app" = {{ timeout = "1s" }}
{}"#,
        fault("app", "crash", "instances = 3\nfor = \"15s\"")
    )
}

fn record(design: &Design) -> (Recording, Scenario) {
    let mut replay = Replay::new(design.clone());
    let mut recording = Recording::default();
    recording.extend(replay.run(design.duration, u64::MAX).0);
    assert_eq!(recording.end(), design.duration);
    recording.parts = replay.parts().clone();
    (recording, replay.scenario().clone())
}

/// Takes out what no operator can see: announcements of faults, and the marks that they leave on a component's health.
fn blindfold(recording: &mut Recording, scenario: &mut Scenario) {
    recording.log.retain(|entry| {
        !matches!(
            entry.what,
            Happening::Slowed(..)
                | Happening::WireSlowed(..)
                | Happening::CutOff(_)
                | Happening::WireCut(_)
                | Happening::WireRecovered(_)
                | Happening::Lossy(..)
                | Happening::Delayed(..)
                | Happening::RegionCutOff(_)
                | Happening::NetworkRecovered(_)
                | Happening::Flushed(_)
                | Happening::Paused(_)
                | Happening::Leaking(_)
                | Happening::HotKey(_)
                | Happening::Surged(..)
        )
    });
    for entry in &mut recording.log {
        if let Happening::Deploying(_, percent) = &mut entry.what {
            *percent = 100;
        }
    }
    for component in recording.frames.iter_mut().flat_map(|frame| &mut frame.components) {
        if matches!(component.health, Health::Slow | Health::CutOff) {
            component.health = Health::Up;
        }
    }
    scenario.design.faults.clear();
}

fn name(place: Option<Place>, parts: &Parts) -> String {
    let of = |index: u32| parts.components[index as usize].clone();
    match place {
        Some(Place::Component(index)) => of(index),
        Some(Place::Wire(index)) => {
            let (from, to) = parts.wires[index as usize];
            format!("{} → {}", of(from), of(to))
        }
        None => String::new(),
    }
}

/// The incident that hurt most, of those that go on after the warm-up of the design.
fn worst(incidents: &[Incident]) -> Option<&Incident> {
    incidents
        .iter()
        .filter(|incident| incident.end > Time::from_secs(12))
        .max_by(|a, b| a.harm.lost.total_cmp(&b.harm.lost))
}

fn told(incidents: &[Incident], recording: &Recording) -> String {
    let mut out = String::new();
    for incident in incidents {
        out += &format!("  {} to {} recovered {}\n", incident.start, incident.end, incident.recovered);
        for (index, entry) in incident.entries.iter().enumerate() {
            let mark = if index == incident.root { "ROOT" } else { "" };
            let place = name(entry.place, &recording.parts);
            out += &format!(
                "    {index:>2} {:<8}{:<16}{place:<14}{:?}  {} {mark}\n",
                entry.at.to_string(),
                entry.what.word(),
                entry.because,
                entry.evidence
            );
        }
    }
    out
}

#[test]
fn the_true_cause_is_named() {
    let (mut right, mut all, mut missed) = (0, 0, String::new());
    for case in cases() {
        for seed in SEEDS {
            let design = Design { seed, ..support::read(&case.design) };
            let (mut recording, mut scenario) = record(&design);
            blindfold(&mut recording, &mut scenario);
            let incidents = incidents(&recording, &scenario);
            let named = worst(&incidents).map(|incident| {
                let root = &incident.entries[incident.root];
                (root.what, name(root.place, &recording.parts))
            });
            let hit = named.as_ref().is_some_and(|(what, place)| case.causes.contains(&(*what, place)));
            all += 1;
            right += usize::from(hit);
            if !hit || std::env::var("SHOW").is_ok_and(|show| case.name.contains(&show)) {
                missed += &format!("{} (seed {seed}): {named:?}\n{}", case.name, told(&incidents, &recording));
            }
        }
    }
    println!("{right} of {all}\n{missed}");
    assert!(right * 100 >= all * 90, "only {right} of {all} causes were named");
}

#[test]
fn a_calm_run_has_no_incident() {
    for seed in 1..=10 {
        let design = Design { seed, ..support::read(&shop(steady(), "", "", "timeout = \"1s\"", "")) };
        let (recording, scenario) = record(&design);
        let incidents = incidents(&recording, &scenario);
        assert!(incidents.is_empty(), "seed {seed}\n{}", told(&incidents, &recording));
    }
}

#[test]
fn entries_are_in_order_and_causes_come_before() {
    for case in cases() {
        let design = Design { seed: 9, ..support::read(&case.design) };
        let (recording, scenario) = record(&design);
        for incident in incidents(&recording, &scenario) {
            let entries = &incident.entries;
            let second = |at: Time| at.0 / 1_000_000_000;
            assert!(entries.windows(2).all(|pair| second(pair[0].at) <= second(pair[1].at)), "{}", case.name);
            for (index, entry) in entries.iter().enumerate() {
                assert!(incident.chain(index).len() <= entries.len(), "{}: a circle", case.name);
                let cause = entry.because.map(|because| entries[because].at);
                // What shows in whole seconds may seem to begin a little after what follows from it.
                assert!(cause.is_none_or(|cause| cause <= entry.at + Time::from_secs(2)), "{}", case.name);
            }
        }
    }
}
