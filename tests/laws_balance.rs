//! Laws of load balancing: strategies against their closed forms, who stays where, and how fast the sick are found.

mod support;

use std::collections::{BTreeMap, BTreeSet};

use pressure_point::metrics::Report;
use pressure_point::sim::{Frame, Happening, Parts, Simulation, Step};
use pressure_point::units::Time;
use support::{near, report, run};

/// Users → balancer → `n` servers with one core each.
fn farm(n: u32, traffic: &str, cpu: &str, balancer: &str, duration: &str) -> String {
    let mut text = format!(
        "version = 1\nduration = \"{duration}\"\n[classes.page]\ncpu = \"{cpu}\"\nreads = 0\n[components.users]\nkind = \"clients\"\n\
         {traffic}\n[components.lb]\nkind = \"load-balancer\"\n{balancer}\n"
    );
    for server in 0..n {
        text += &format!(
            "[components.app-{server}]\nkind = \"server\"\ncores = 1\nconcurrency = 1000000\ncapacity = 1000000\n"
        );
    }
    text += "[wires]\n\"users -> lb\" = {}\n";
    (0..n).for_each(|server| text += &format!("\"lb -> app-{server}\" = {{}}\n"));
    text
}

fn strategy(name: &str) -> String {
    format!("strategy = \"{name}\"\nhealth = \"none\"")
}

/// Traffic of the report's wires from `lb`, in the order of the file.
fn taken(report: &Report) -> Vec<u64> {
    report.wires.iter().filter(|(name, _)| name.starts_with("lb -> ")).map(|(_, wire)| wire.attempts).collect()
}

/// The shares of servers with at least 1, 2, … 6 requests. Service takes four seconds: a frame of 0.1 s is a snapshot.
fn tails(strategy_name: &str, n: u32, rho: f64, seeds: std::ops::Range<u64>) -> [f64; 6] {
    let traffic = format!("traffic = \"{}/s\"", f64::from(n) * rho / 4.0);
    let text = farm(n, &traffic, "exp(4s)", &strategy(strategy_name), "900s");
    let (mut at_least, mut all) = ([0.0; 6], 0.0);
    for seed in seeds {
        let frames = run(&text, seed).1;
        for frame in frames[3000..].iter().step_by(50) {
            // The first wire is the users'.
            for wire in &frame.wires[1..] {
                all += 1.0;
                at_least.iter_mut().zip(1..).for_each(|(count, level)| {
                    *count += f64::from(u8::from(wire.in_flight + 0.5 >= level as f32));
                });
            }
        }
    }
    at_least.map(|count| count / all)
}

/// Mitzenmacher (1996): with two choices, the share of servers with at least i requests is ρ^(2^i − 1), doubly exponential.
#[test]
fn power_of_two_has_mitzenmachers_tail() {
    // 27,000 arrivals a seed make the load uncertain by 0.6 %, and ρ⁷ by 4 %: the tolerance is three standard errors of it.
    let seen = tails("power-of-two", 200, 0.9, 0..4);
    for (index, share) in seen.iter().enumerate() {
        let expected = 0.9f64.powi((1 << (index + 1)) - 1);
        assert!((share - expected).abs() < 0.03, "at least {}: {share} instead of {expected}", index + 1);
    }
}

/// Joining the shortest queue: with many servers nearly nobody finds one before it, and nobody finds two.
#[test]
fn least_connections_hardly_ever_queues_two() {
    let seen = tails("least-connections", 200, 0.9, 0..2);
    assert!((seen[0] - 0.9).abs() < 0.02, "{seen:?}");
    assert!(seen[1] < 0.15 && seen[2] < 0.001, "two choices would have 0.73 and 0.48: {seen:?}");
}

fn mean_wait(text: &str) -> f64 {
    let seeds = [1, 2, 3];
    let wait = |seed: &u64| {
        let seen = report(text, *seed, Time::from_secs(20));
        let servers = || seen.components.iter().filter(|(name, _)| name.starts_with("app-")).map(|(_, part)| part);
        servers().map(|part| part.mean_wait_s).sum::<f64>() / servers().count() as f64
    };
    seeds.iter().map(wait).sum::<f64>() / seeds.len() as f64
}

/// At random, each server is an M/M/1 queue of its own: Poisson traffic split by chance stays Poisson.
#[test]
fn random_makes_each_server_an_mm1_queue() {
    let text = farm(10, "traffic = \"800/s\"", "exp(10ms)", &strategy("random"), "300s");
    near("Wq", mean_wait(&text), 0.8 / 20.0, 0.05);
}

/// In turn, each of n servers gets every n-th request: Erlang gaps. GI/M/1: Wq = σ/(μ(1−σ)), σ = (nλ/(nλ + μ(1−σ)))ⁿ.
#[test]
fn round_robin_makes_each_server_an_erlang_queue() {
    let text = farm(10, "traffic = \"800/s\"", "exp(10ms)", &strategy("round-robin"), "300s");
    let (lambda, mu) = (80.0, 100.0);
    let sigma = (0..500).fold(0.5, |sigma: f64, _| {
        let total: f64 = 10.0 * lambda;
        (total / (total + mu * (1.0 - sigma))).powi(10)
    });
    near("Wq", mean_wait(&text), sigma / (mu * (1.0 - sigma)), 0.05);
}

#[test]
fn the_more_a_balancer_knows_the_less_is_waited() {
    let wait = |name: &str| mean_wait(&farm(20, "traffic = \"1800/s\"", "exp(10ms)", &strategy(name), "120s"));
    let ladder = ["least-connections", "power-of-two", "round-robin", "random"].map(wait);
    assert!(ladder.windows(2).all(|pair| pair[0] * 1.2 < pair[1]), "{ladder:?}");
}

#[test]
fn weights_are_kept_to_the_request() {
    let text = farm(3, "arrivals = \"even\"\ntraffic = \"100/s\"", "1ms", &strategy("weighted-round-robin"), "71s")
        .replace("\"lb -> app-0\" = {}", "\"lb -> app-0\" = { weight = 5 }")
        .replace("\"lb -> app-1\" = {}", "\"lb -> app-1\" = { weight = 2 }");
    let taken = taken(&report(&text, 1, Time::ZERO));
    let all: u64 = taken.iter().sum();
    for (seen, weight) in taken.iter().zip([5, 2, 1]) {
        assert!(seen.abs_diff(all * weight / 8) <= 1, "{taken:?}");
    }
}

#[test]
fn hashing_spreads_users_evenly() {
    for name in ["ip-hash", "consistent-hash"] {
        let text = farm(10, "traffic = \"2000/s\"", "1ms", &strategy(name), "60s");
        let taken = taken(&report(&text, 1, Time::ZERO));
        let all = taken.iter().sum::<u64>() as f64;
        for seen in &taken {
            let off = (*seen as f64 / all - 0.1).abs();
            // By chance alone, or by that and the 128 points that each has on the ring.
            let deviation = if name == "ip-hash" { (0.09 / all).sqrt() } else { 0.1 / 128f64.sqrt() };
            assert!(off < 4.0 * deviation, "{name}: {taken:?}");
        }
    }
}

/// Which backends each of the single users was sent to, from the sampled trips in these frames: one set by clients.
fn homes(parts: &Parts, frames: &[Frame]) -> BTreeMap<u32, BTreeSet<u32>> {
    let mut clients_of = BTreeMap::new();
    let mut homes: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
    for mark in frames.iter().flat_map(|frame| &frame.marks) {
        match mark.step {
            Step::Wanted { clients, .. } => {
                clients_of.insert(mark.trip, clients);
            }
            Step::Sent { wire, .. } => {
                let (from, to) = parts.wires[wire as usize];
                if parts.components[from as usize] == "lb"
                    && let Some(clients) = clients_of.get(&mark.trip)
                {
                    homes.entry(*clients).or_default().insert(to);
                }
            }
            _ => {}
        }
    }
    homes
}

/// Forty users, told apart by being clients of their own; `app-0` dies at 20 s and is found out.
fn forty_users(name: &str) -> (Simulation, Vec<Frame>) {
    let mut text = farm(
        5,
        "traffic = \"0/s\"",
        "1ms",
        &format!("strategy = \"{name}\"\nhealth = {{ interval = \"500ms\" }}"),
        "40s",
    );
    let mut parts = String::new();
    for user in 0..40 {
        parts += &format!(
            "[components.user-{user}]\nkind = \"clients\"\ntraffic = \"0/s\"\nusers = 1\nthink = \"exp(700ms)\"\n"
        );
        text += &format!("\"user-{user} -> lb\" = {{}}\n");
    }
    text = text.replace("[components.lb]", &format!("{parts}[components.lb]"));
    text += "[[faults]]\nat = \"20s\"\ntarget = \"app-0\"\nfault = \"crash\"\n";
    run(&text, 3)
}

/// How many users stayed at their backend, and how many moved though theirs lives on, when another died.
fn stayed_and_moved(name: &str) -> (usize, usize) {
    let (simulation, frames) = forty_users(name);
    let parts = simulation.parts();
    let (before, after) = (homes(parts, &frames[..200]), homes(parts, &frames[220..]));
    assert_eq!((before.len(), after.len()), (40, 40), "everybody was seen");
    assert!(before.values().chain(after.values()).all(|homes| homes.len() == 1), "{name}: a user keeps to one backend");
    let dead = parts.component("app-0").expect("it was there");
    let alive = before.iter().filter(|(_, homes)| !homes.contains(&dead));
    let (stayed, moved): (Vec<_>, Vec<_>) = alive.partition(|(user, homes)| after[user] == **homes);
    assert!(after.values().all(|homes| !homes.contains(&dead)));
    (stayed.len(), moved.len())
}

#[test]
fn when_a_backend_dies_a_consistent_hash_moves_only_its_own_users() {
    let (stayed, moved) = stayed_and_moved("consistent-hash");
    assert!(stayed > 20 && moved == 0, "{stayed} stayed, {moved} moved");
    // Counting backends moves most of the others too: user mod 4 is seldom user mod 5.
    let (stayed, moved) = stayed_and_moved("ip-hash");
    assert!(moved > stayed, "{stayed} stayed, {moved} moved");
}

#[test]
fn a_bounded_hash_spills_a_hot_user_over() {
    // One user asks for everything: a plain hash sends all to one backend, a bounded one lets it have 1.25 times its share.
    let users = "traffic = \"0/s\"\nusers = 1\nthink = \"0s\"";
    let one = |bound: &str| {
        let text = farm(4, users, "exp(10ms)", &format!("{}\n{bound}", strategy("consistent-hash")), "20s");
        let hot = text
            .replace("think = \"0s\"", "think = \"0s\"\n[components.crowd]\nkind = \"clients\"\ntraffic = \"300/s\"")
            + "\"crowd -> lb\" = {}\n";
        let frames = run(&hot, 1).1;
        let worst = |frame: &Frame| {
            let lb: Vec<f32> = frame.wires[1..5].iter().map(|wire| wire.in_flight).collect();
            let all: f32 = lb.iter().sum();
            lb.iter().copied().fold(0.0, f32::max) / (all / 4.0).max(1.0)
        };
        frames[50..].iter().map(|frame| f64::from(worst(frame))).sum::<f64>() / (frames.len() - 50) as f64
    };
    let (plain, bounded) = (one(""), one("hash_bound = 1.25"));
    assert!(
        bounded < plain * 0.75,
        "the fullest backend over the average: {plain} without a bound, {bounded} with one"
    );
}

#[test]
fn least_latency_turns_away_from_a_slow_backend() {
    let slow = "[[faults]]\nat = \"20s\"\ntarget = \"app-2\"\nfault = \"slow-down\"\nfactor = 10\n";
    for seed in 1..=3 {
        let share = |name: &str| {
            let text = farm(5, "traffic = \"200/s\"", "exp(5ms)", &strategy(name), "80s") + slow;
            let taken = taken(&report(&text, seed, Time::from_secs(25)));
            taken[2] as f64 / taken.iter().sum::<u64>() as f64
        };
        let (turns, latency) = (share("round-robin"), share("least-latency"));
        assert!((turns - 0.2).abs() < 0.01, "round robin does not look: {turns}");
        assert!(latency < 0.05 && latency > 0.0, "seed {seed}: {latency} still go there, to see how it does");
    }
}

#[test]
fn the_nearest_backends_serve() {
    let text = farm(3, "traffic = \"100/s\"", "1ms", &strategy("geographic"), "20s")
        .replace("\"lb -> app-0\" = {}", "\"lb -> app-0\" = { latency = \"80ms\" }")
        .replace("\"lb -> app-1\" = {}", "\"lb -> app-1\" = { latency = \"5ms\" }")
        .replace("\"lb -> app-2\" = {}", "\"lb -> app-2\" = { latency = \"5ms\" }");
    let taken = taken(&report(&text, 1, Time::ZERO));
    assert!(taken[0] == 0 && taken[1].abs_diff(taken[2]) <= 1, "{taken:?}");
}

/// When a happening was told first, in seconds.
fn told(frames: &[Frame], wanted: impl Fn(&Happening) -> bool) -> Vec<f64> {
    let log = frames.iter().flat_map(|frame| &frame.log);
    log.filter(|entry| wanted(&entry.what)).map(|entry| entry.at.as_secs_f64()).collect()
}

/// A probe is due every `interval`: the first that fails comes within one, the second one later; a silent backend is found
/// out when the second times out.
#[test]
fn the_dead_are_found_within_the_bounds_of_the_health_check() {
    let health =
        "strategy = \"round-robin\"\nhealth = { interval = \"2s\", timeout = \"700ms\", unhealthy = 3, healthy = 2 }";
    for (fault, extra) in [("crash", 0.0), ("partition", 0.7)] {
        let text = farm(3, "traffic = \"50/s\"", "1ms", health, "60s")
            + &format!("[[faults]]\nat = \"20s\"\ntarget = \"app-1\"\nfault = \"{fault}\"\nfor = \"20s\"\n");
        for seed in 0..15 {
            let frames = run(&text, seed).1;
            let out = told(&frames, |what| matches!(what, Happening::TakenOut(_)));
            assert_eq!(out.len(), 1, "seed {seed}: {out:?}");
            let took = out[0] - 20.0;
            assert!(took >= 4.0 + extra - 1e-6 && took <= 6.0 + extra + 1e-6, "{fault}, seed {seed}: {took}");
            let back = told(&frames, |what| matches!(what, Happening::BroughtBack(_)))[0] - 40.0;
            assert!((2.0..=4.0).contains(&back), "{fault}, seed {seed}: {back}");
        }
    }
}

#[test]
fn a_backend_that_comes_back_starts_slowly() {
    let health = "strategy = \"round-robin\"\nhealth = { interval = \"500ms\", slow_start = \"20s\" }";
    let crash = "[[faults]]\nat = \"10s\"\ntarget = \"app-1\"\nfault = \"crash\"\nfor = \"5s\"\n";
    for name in ["round-robin", "least-connections", "random", "power-of-two"] {
        let text = farm(2, "traffic = \"150/s\"", "exp(5ms)", &health.replace("round-robin", name), "60s") + crash;
        let frames = run(&text, 1).1;
        let back = told(&frames, |what| matches!(what, Happening::BroughtBack(_)))[0];
        let share = |from: f64, to: f64| {
            let frames = &frames[(from * 10.0) as usize..(to * 10.0) as usize];
            let of = |wire: usize| frames.iter().map(|frame| f64::from(frame.wires[wire].attempts)).sum::<f64>();
            of(2) / (of(1) + of(2))
        };
        let (first, last) = (share(back, back + 2.0), share(back + 25.0, 60.0));
        assert!(first < 0.3 && first > 0.0, "{name}: {first} at first");
        assert!((last - 0.5).abs() < 0.04, "{name}: {last} in the end");
        if name == "round-robin" || name == "random" {
            // The weight is 0.1 of the other's: 0.1/1.1 of 300 requests.
            assert!((first - 0.09).abs() < 0.05, "{name}: {first}");
        }
    }
}

/// Five failures in a row take it out for 3 s, the next five for 6 s, then 9 s: as in Envoy.
#[test]
fn outliers_are_ejected_for_longer_each_time() {
    let outlier =
        "strategy = \"round-robin\"\nhealth = \"none\"\noutlier = { errors = 5, eject = \"3s\", most = \"40%\" }";
    let text = farm(3, "traffic = \"100/s\"", "1ms", outlier, "40s")
        + "[[faults]]\nat = \"10s\"\ntarget = \"app-1\"\nfault = \"crash\"\n";
    let (simulation, frames) = run(&text, 2);
    let ejected = told(&frames, |what| matches!(what, Happening::Ejected(_)));
    let back = told(&frames, |what| matches!(what, Happening::BroughtBack(_)));
    assert!(ejected.len() >= 3, "{ejected:?}");
    for (round, (out, again)) in ejected.iter().zip(&back).enumerate() {
        assert!((again - out - 3.0 * (round + 1) as f64).abs() < 1e-6, "round {round}: {out} to {again}");
    }
    let failed = Report::of(&simulation).expect("totals were asked for").requests.failed.failed;
    assert_eq!(
        failed,
        5 * ejected.len() as u64 + failed % 5,
        "five for each ejection, and what came since the last return"
    );
}

#[test]
fn balancers_stand_behind_balancers() {
    let text = "version = 1\nduration = \"20s\"\n[classes.page]\ncpu = \"1ms\"\n[components.users]\nkind = \"clients\"\ntraffic = \"400/s\"\n\
                [components.world]\nkind = \"load-balancer\"\n[components.east]\nkind = \"load-balancer\"\n[components.west]\n\
                kind = \"load-balancer\"\n[components.e-1]\nkind = \"server\"\n[components.e-2]\nkind = \"server\"\n[components.w-1]\n\
                kind = \"server\"\n[wires]\n\"users -> world\" = {}\n\"world -> east\" = {}\n\"world -> west\" = {}\n\"east -> e-1\" = {}\n\
                \"east -> e-2\" = {}\n\"west -> w-1\" = {}\n[[faults]]\nat = \"10s\"\ntarget = \"e-2\"\nfault = \"crash\"\n";
    let seen = report(text, 1, Time::ZERO);
    let arrivals =
        |name: &str| seen.components.iter().find(|(known, _)| known == name).map_or(0, |(_, part)| part.arrivals);
    assert!(arrivals("east").abs_diff(arrivals("west")) <= 1, "the world is halved");
    assert_eq!(arrivals("e-1") + arrivals("e-2"), arrivals("east"));
    assert!(arrivals("e-1") > arrivals("e-2"), "the inner balancer fails over by itself");
    let lost = seen.requests.failed.failed as f64 / seen.requests.issued as f64;
    assert!(lost < 0.08, "only until it was found out: {lost}");
}
