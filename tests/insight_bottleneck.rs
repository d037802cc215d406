//! The bottleneck finder, checked by experiment: twice as much of the resource that it names raises goodput more than twice
//! as much of any other.
//!
//! `COUNT=300 cargo test --test insight_bottleneck -- --nocapture` judges more designs and tells what was missed.
#![cfg(not(target_arch = "wasm32"))]

mod relief;
mod support;

use pressure_point::design::{Design, Kind};
use pressure_point::insight::{Pressures, Suspect};
use pressure_point::sim::{Frame, Parts, Simulation};
use relief::relieved;
use support::{Dice, read};

/// Frames before the system has settled.
const WARM_UP: usize = 40;

/// A design at random that is asked for more than it can do: users, perhaps a gateway or balancer, servers, and behind them
/// one to three of cache, database, third party, blobs, a payment service, a queue with workers.
fn overloaded(seed: u64) -> Design {
    let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let mut wires = Vec::new();
    let mut text = format!(
        "version = 1\nseed = {seed}\nduration = \"12s\"\n[classes.c]\ncpu = \"{}\"\nreads = {}\nwrites = {}\nkeys = {{ count = 500, zipf = 0.8 }}\n",
        dice.pick(&["exp(4ms)", "3ms", "lognormal(5ms, 1.5)", "exp(8ms)", "exp(1ms)"]),
        1 + dice.below(2),
        dice.below(2),
    );
    text += dice.pick(&["", "response = \"40KB\"\n", "blobs = 1\nresponse = \"20KB\"\n"]);
    text += dice.pick(&["", "job = \"exp(10ms)\"\n"]);
    text += &format!("[components.users]\nkind = \"clients\"\ntraffic = [[\"0s\", \"{}/s\"]]\n", 150 + dice.below(450));
    let servers = 1 + dice.below(3);
    let front = match (servers, dice.below(4)) {
        (1, 0) => {
            text += &format!("[components.front]\nkind = \"api-gateway\"\ncores = {}\n", 1 + dice.below(2));
            text += dice.pick(&["", "limit = { rate = \"150/s\" }\n", "auth = { verify = \"3ms\" }\n"]);
            "front"
        }
        (1, _) => "users",
        _ => {
            text += "[components.front]\nkind = \"load-balancer\"\nhealth = \"none\"\n";
            text += dice.pick(&["", "limit = { rate = \"200/s\" }\n", "strategy = \"least-connections\"\n"]);
            "front"
        }
    };
    let timeout = dice.pick(&["timeout = \"1s\"", "timeout = \"500ms\"", "timeout = \"300ms\"", ""]);
    let retry = dice.pick(&["", "", "retry = { tries = 2 }"]);
    if front == "front" {
        wires.push(format!(
            "\"users -> front\" = {{ {} }}",
            [timeout, retry].join(if timeout.is_empty() || retry.is_empty() { "" } else { ", " })
        ));
    }
    let behind: Vec<String> = backends(&mut dice, &mut text, &mut wires);
    let settings = format!(
        "kind = \"server\"\ncores = {}\nconcurrency = {}\ncapacity = {}\n{}",
        1 + dice.below(4),
        4 + dice.below(60),
        10 + dice.below(150),
        dice.pick(&["", "", "bandwidth = \"3MB\"\n"]),
    );
    let policies: Vec<&str> = behind
        .iter()
        .map(|_| dice.pick(&["", "", "", "bulkhead = 4", "bandwidth = \"2MB\"", "timeout = \"400ms\""]))
        .collect();
    for server in 1..=servers {
        text += &format!("[components.app-{server}]\n{settings}");
        wires.push(format!("\"{front} -> app-{server}\" = {{ {} }}", if front == "users" { timeout } else { "" }));
        for (to, policy) in behind.iter().zip(&policies) {
            wires.push(format!("\"app-{server} -> {to}\" = {{ {policy} }}"));
        }
    }
    read(&format!("{text}[wires]\n{}\n", wires.join("\n")))
}

fn backends(dice: &mut Dice, text: &mut String, wires: &mut Vec<String>) -> Vec<String> {
    let mut behind = vec!["db".to_owned()];
    *text += &format!(
        "[components.db]\nkind = \"database\"\nread = \"exp({}ms)\"\nwrite = \"exp({}ms)\"\nconcurrency = {}\nconnections = {}\n{}",
        2 + dice.below(8),
        3 + dice.below(9),
        1 + dice.below(8),
        20 + dice.below(100),
        dice.pick(&["", "cores = 2\n", "disk = { iops = 400 }\nbuffer = 50\n", "disk = { iops = 900 }\n"]),
    );
    if dice.below(3) == 0 {
        *text += &format!("[components.cache]\nkind = \"cache\"\nentries = {}\n", 20 + dice.below(400));
        *text += dice.pick(&["", "concurrency = 1\nlookup = \"2ms\"\n"]);
        behind.push("cache".to_owned());
    }
    if dice.below(4) == 0 {
        *text += &format!(
            "[components.api]\nkind = \"external\"\nlatency = \"exp(20ms)\"\nconcurrency = {}\n",
            2 + dice.below(20)
        );
        *text += dice.pick(&["limit = \"none\"\n", "limit = { rate = \"120/s\" }\n"]);
        behind.push("api".to_owned());
    }
    if text.contains("blobs") {
        *text += &format!("[components.blobs]\nkind = \"object-storage\"\nbandwidth = \"{}MB\"\n", 2 + dice.below(10));
        behind.push("blobs".to_owned());
    }
    if dice.below(4) == 0 {
        *text += &format!(
            "[components.pay]\nkind = \"payment\"\ncores = {}\nconcurrency = {}\n",
            1 + dice.below(3),
            2 + dice.below(30)
        );
        behind.push("pay".to_owned());
    }
    if text.contains("job") && dice.below(2) == 0 {
        *text += "[components.jobs]\nkind = \"queue\"\n";
        *text += &format!(
            "[components.crew]\nkind = \"worker\"\nconsumers = {}\ncores = {}\n",
            1 + dice.below(6),
            1 + dice.below(4)
        );
        wires.push("\"jobs -> crew\" = {}".to_owned());
        behind.push("jobs".to_owned());
    }
    behind
}

/// A run's frames, and what they came to per second once settled: good answers and jobs done; requests wanted.
struct Seen {
    parts: Parts,
    frames: Vec<Frame>,
    good: f64,
    wanted: f64,
}

fn watch(design: &Design) -> Seen {
    let mut simulation = Simulation::new(design, None);
    let frames: Vec<Frame> = std::iter::from_fn(|| simulation.frame()).collect();
    let parts = simulation.parts().clone();
    let workers: Vec<usize> = (0..parts.components.len())
        .filter(|at| matches!(design.component(&parts.components[*at]).map(|found| &found.kind), Some(Kind::Worker(_))))
        .collect();
    let (mut good, mut wanted) = (0.0, 0.0);
    for frame in &frames[WARM_UP.min(frames.len())..] {
        good += frame.users.iter().map(|users| f64::from(users.succeeded)).sum::<f64>();
        good += workers.iter().map(|at| f64::from(frame.components[*at].completions)).sum::<f64>();
        wanted += frame.users.iter().map(|users| f64::from(users.issued)).sum::<f64>();
    }
    let seconds = (frames.len() - WARM_UP.min(frames.len())) as f64 / 10.0;
    Seen { parts, frames, good: good / seconds, wanted: wanted / seconds }
}

/// What became of one experiment.
#[derive(Debug, PartialEq)]
enum Verdict {
    /// Not overloaded, or no single resource helps: there is nothing to name.
    Moot,
    /// Twice the named resource helps most, or no less than chance can tell from it; and whether, with five times as much
    /// of it, what was said to be next is the bottleneck.
    Hit(bool),
    /// Another helps more; what was named and what would have been right.
    Missed(String),
}

fn name(parts: &Parts, suspect: Suspect) -> String {
    let part = match suspect.part {
        pressure_point::insight::Part::Component(at) => parts.components[at as usize].clone(),
        pressure_point::insight::Part::Wire(at) => {
            let (from, to) = parts.wires[at as usize];
            format!("{} -> {}", parts.components[from as usize], parts.components[to as usize])
        }
    };
    format!("{part} {}", suspect.resource.label())
}

/// Whether the resource that was said to be next is the bottleneck once there is enough of the first.
fn next_was_right(design: &Design, before: &Seen, found: &Pressures) -> bool {
    let Some((bottleneck, next)) = found.bottleneck.as_ref().zip(found.next) else { return false };
    let Some(more) = relieved(design, &before.parts, &bottleneck.fleet, 5) else { return false };
    let after = watch(&more);
    let then = Pressures::at(&more, &after.parts, &after.frames, after.frames.len());
    then.bottleneck.is_some_and(|bottleneck| bottleneck.fleet.contains(&next))
}

/// Doubles each resource in turn, those of a fleet together.
fn judge(design: &Design) -> Verdict {
    let before = watch(design);
    if before.good > 0.95 * before.wanted && !design.components.iter().any(|c| matches!(c.kind, Kind::Worker(_))) {
        return Verdict::Moot;
    }
    let found = Pressures::at(design, &before.parts, &before.frames, before.frames.len());
    let Some(bottleneck) = &found.bottleneck else { return Verdict::Moot };
    let gain = |suspects: &[Suspect]| {
        let more = relieved(design, &before.parts, suspects, 2)?;
        Some(watch(&more).good - before.good)
    };
    let mut tried: Vec<Suspect> = bottleneck.fleet.clone();
    let Some(named) = gain(&bottleneck.fleet) else { return Verdict::Moot };
    let mut best: Option<(f64, Suspect)> = None;
    for pressure in &found.list {
        if tried.contains(&pressure.of) {
            continue;
        }
        let fleet = found.fleet(pressure.of);
        tried.extend(&fleet);
        if let Some(gain) = gain(&fleet)
            && best.is_none_or(|(most, _)| gain > most)
        {
            best = Some((gain, pressure.of));
        }
    }
    let (other, of) = best.map_or((0.0, None), |(gain, of)| (gain, Some(of)));
    // Two percent of the traffic is what a run of eight seconds differs by from seed to seed.
    let noise = 0.02 * before.wanted;
    if named.max(other) < 1.5 * noise {
        return Verdict::Moot;
    }
    // Counts of eight seconds differ by their square root from run to run; so do their differences.
    let seconds = 8.0;
    let chance = 2.0 * ((2.0 * before.good + named + other).max(0.0) / seconds).sqrt();
    if named >= other - chance {
        return Verdict::Hit(next_was_right(design, &before, &found));
    }
    Verdict::Missed(format!(
        "{} (used {:.2}, costs {:.0}/s) gives {named:.1}/s, {} gives {other:.1}/s; {:.0}/s of {:.0}/s good",
        name(&before.parts, bottleneck.of),
        bottleneck.used,
        bottleneck.costs,
        of.map_or_else(String::new, |of| name(&before.parts, of)),
        before.good,
        before.wanted,
    ))
}

/// Users, a server with plenty of everything, and what a row adds.
fn scene(server: &str, rest: &str, wires: &str) -> Design {
    read(&format!(
        "version = 1\nduration = \"15s\"\n[classes.c]\ncpu = \"exp(2ms)\"\nreads = 1\nwrites = 1\njob = \"exp(10ms)\"\n\
         response = \"20KB\"\nkeys = {{ count = 2000, zipf = 0.8 }}\n\
         [components.users]\nkind = \"clients\"\ntraffic = [[\"0s\", \"300/s\"]]\n[components.app]\nkind = \"server\"\n{server}{rest}\
         [wires]\n\"users -> app\" = {{ timeout = \"1s\" }}\n{wires}"
    ))
}

/// The finder names this, at the end of the run.
#[track_caller]
fn names(design: &Design, expected: &str) {
    let seen = watch(design);
    let found = Pressures::at(design, &seen.parts, &seen.frames, seen.frames.len());
    let named = found.bottleneck.as_ref().map(|bottleneck| name(&seen.parts, bottleneck.of));
    let list = || found.list.iter().map(|p| format!("{} {:.2}\n", name(&seen.parts, p.of), p.used)).collect::<String>();
    assert_eq!(named.as_deref(), Some(expected), "\n{}", list());
    assert!(found.bottleneck.is_some_and(|bottleneck| bottleneck.costs > 0.0), "it costs something");
}

#[test]
fn each_resource_is_named_where_it_is_the_one() {
    let ample = "cores = 16\nconcurrency = 400\ncapacity = 400\n";
    let db = |settings: &str| {
        format!(
            "[components.db]\nkind = \"database\"\nread = \"exp(2ms)\"\nwrite = \"exp(2ms)\"\nconnections = 500\n{settings}"
        )
    };
    let fast = db("concurrency = 40\n");
    let to_db = "\"app -> db\" = {}\n";
    names(&scene("cores = 1\nconcurrency = 400\n", &fast, to_db), "app CPU");
    names(&scene(&format!("{ample}bandwidth = \"3MB\"\n"), &fast, to_db), "app network line");
    // Slots that are held for a slow answer are to blame where nothing behind them is full …
    let slow = "[components.api]\nkind = \"external\"\nlatency = \"exp(200ms)\"\nlimit = \"none\"\n";
    names(&scene("cores = 16\nconcurrency = 20\n", slow, "\"app -> api\" = {}\n"), "app concurrency slots");
    // … and not where something is.
    let narrow = db("concurrency = 1\n");
    names(&scene("cores = 16\nconcurrency = 20\n", &narrow, to_db), "db statements at once");
    names(&scene(ample, &db("concurrency = 40\ncores = 1\n"), to_db), "db CPU");
    names(&scene(ample, &db("concurrency = 40\ndisk = { iops = 250 }\n"), to_db), "db disk");
    let limited = "[components.api]\nkind = \"external\"\nlatency = \"20ms\"\nlimit = { rate = \"100/s\" }\n";
    names(&scene(ample, limited, "\"app -> api\" = {}\n"), "api rate limit");
    names(&scene(ample, &fast, "\"app -> db\" = { bandwidth = \"500KB\" }\n"), "app -> db bandwidth");
    names(&scene(ample, &fast, "\"app -> db\" = { bulkhead = 1 }\n"), "app -> db bulkhead");
    let crew = "[components.jobs]\nkind = \"queue\"\n[components.crew]\nkind = \"worker\"\n";
    let to_crew = "\"app -> db\" = {}\n\"app -> jobs\" = {}\n\"jobs -> crew\" = {}\n";
    names(&scene(ample, &format!("{fast}{crew}consumers = 2\ncores = 8\n"), to_crew), "crew consumers");
    names(&scene(ample, &format!("{fast}{crew}consumers = 20\ncores = 2\n"), to_crew), "crew CPU");
    let mut hot = scene(ample, &db("concurrency = 40\nlocks = true\n"), to_db);
    hot.classes[0].cost.keys.count = 1;
    hot.classes[0].cost.cpu =
        pressure_point::units::Distribution::Constant(pressure_point::units::Time::from_millis(1));
    let slow_writes = hot.components.iter_mut().find_map(|component| match &mut component.kind {
        Kind::Database(database) => Some(database),
        _ => None,
    });
    slow_writes.expect("there is a database").write = "exp(6ms)".parse().expect("a time");
    names(&hot, "db locks");
}

#[test]
fn twice_the_named_resource_helps_most() {
    let (mut hits, mut next, mut misses) = (0, 0, Vec::new());
    let count = std::env::var("COUNT").ok().and_then(|text| text.parse().ok()).unwrap_or(60);
    for seed in 0..count {
        match judge(&overloaded(seed)) {
            Verdict::Moot => {}
            Verdict::Hit(then) => (hits, next) = (hits + 1, next + usize::from(then)),
            Verdict::Missed(why) => misses.push(format!("seed {seed}: {why}")),
        }
    }
    let judged = hits + misses.len();
    println!("{hits} of {judged} named rightly, {next} of {hits} next ones\n{}", misses.join("\n"));
    assert!(judged >= 20, "{judged} designs were overloaded");
    assert!(hits * 100 >= judged * 90, "{hits} of {judged}\n{}", misses.join("\n"));
}
