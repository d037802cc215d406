//! Laws of scaled runs: a run in which each request stands for k tells what the exact one tells, within measured bounds.

mod support;

use pressure_point::design::{Design, Scale};
use pressure_point::insight::{Explanation, post_mortem};
use pressure_point::metrics::{Recording, Report};
use pressure_point::sim::{Change, FRAME, Figure, Replay, Scenario, Simulation};
use pressure_point::units::Time;
use support::read;

const SEEDS: std::ops::Range<u64> = 1..5;

/// A flash crowd of 10 s that comes `factor` times as often as before, at a fleet, a cache that is cold at first and a
/// database. 20,000 requests a second load the servers to 0.7; so many that stations are large, so few that the exact run
/// takes a second.
fn fleet(factor: f64) -> String {
    let crowd = 20_000.0 * factor;
    format!(
        "version = 1\nduration = \"9s\"\n[classes.feed]\ncpu = \"exp(7ms)\"\nreads = 1\n\
         keys = {{ count = 100000, zipf = 1.0 }}\n\
         [components.users]\nkind = \"clients\"\ntraffic = [[\"0s\", \"20000/s\"], [\"3s\", \"20000/s\"], \
         [\"3500ms\", \"{crowd}/s\"], [\"5500ms\", \"{crowd}/s\"], [\"6s\", \"20000/s\"]]\n\
         [components.app]\nkind = \"server\"\ncores = 2\nconcurrency = 16\ncapacity = 40\ninstances = 100\n\
         [components.cache]\nkind = \"cache\"\nentries = 10000\nconcurrency = 1000\n\
         [components.db]\nkind = \"database\"\nread = \"exp(8ms)\"\nconcurrency = 500\nconnections = 1000\n\
         [wires]\n\"users -> app\" = {{ latency = \"5ms\", timeout = \"1s\", retry = {{ tries = 2, backoff = \"exponential\", \
         base = \"100ms\", jitter = \"full\" }} }}\n\"app -> cache\" = {{ latency = \"1ms\" }}\n\
         \"app -> db\" = {{ latency = \"1ms\", timeout = \"500ms\" }}\n"
    )
}

/// The same crowd at one large machine: its cores and places are divided, of which 50 are left at k = 10.
fn machine(factor: f64) -> String {
    let crowd = 40_000.0 * factor;
    format!(
        "version = 1\nduration = \"9s\"\n[classes.feed]\ncpu = \"exp(10ms)\"\n\
         [components.users]\nkind = \"clients\"\ntraffic = [[\"0s\", \"40000/s\"], [\"3s\", \"40000/s\"], \
         [\"3500ms\", \"{crowd}/s\"], [\"5500ms\", \"{crowd}/s\"], [\"6s\", \"40000/s\"]]\n\
         [components.app]\nkind = \"server\"\ncores = 500\nconcurrency = 20000\ncapacity = 10000\n\
         [wires]\n\"users -> app\" = {{ timeout = \"500ms\", retry = {{ tries = 2, backoff = \"fixed\", base = \"100ms\" }} }}\n"
    )
}

/// What is compared.
#[derive(Clone, Copy, Debug, Default)]
struct Told {
    mean_ms: f64,
    p99_ms: f64,
    /// The share of requests that were answered well.
    goodput: f64,
    /// Most requests waiting at the servers in any frame.
    waiting: f64,
    /// The cache's hit ratio: over all, and in the first second, while it is cold.
    hits: f64,
    hits_cold: f64,
}

fn told(text: &str, k: u32) -> Told {
    let mut sum = Told::default();
    for seed in SEEDS {
        let design = Design { seed, ..read(text) };
        let mut simulation = Simulation::scaled(&design, Some(Time::ZERO), k);
        let (mut waiting, mut cold) = (0.0, (0, 0));
        while let Some(frame) = simulation.frame() {
            waiting = f64::max(waiting, f64::from(frame.components[1].waiting));
            if let Some(cache) = frame.components.get(2).filter(|_| frame.index < 10) {
                cold = (cold.0 + cache.hits, cold.1 + cache.hits + cache.misses);
            }
        }
        let report = Report::of(&simulation).expect("totals were asked for");
        assert_eq!(report.scale, k);
        let cache = report.components.iter().find(|(name, _)| name == "cache");
        sum.mean_ms += 1e3 * report.latency_s.mean;
        sum.p99_ms += 1e3 * report.latency_s.p99;
        sum.goodput += report.requests.succeeded as f64 / report.requests.issued as f64;
        sum.waiting += waiting;
        sum.hits += cache.and_then(|(_, cache)| cache.hit_ratio).unwrap_or(0.0);
        sum.hits_cold += f64::from(cold.0) / f64::from(cold.1.max(1));
    }
    let runs = SEEDS.count() as f64;
    for figure in
        [&mut sum.mean_ms, &mut sum.p99_ms, &mut sum.goodput, &mut sum.waiting, &mut sum.hits, &mut sum.hits_cold]
    {
        *figure /= runs;
    }
    sum
}

#[test]
fn scaled_runs_tell_what_exact_runs_tell() {
    // Before the crowd the load is 0.7 at the fleet, 0.8 at the machine; the crowd raises it to what the name says.
    let cases = [
        ("fleet, 0.84", fleet(1.2), false),
        ("fleet, 1.4", fleet(2.0), true),
        ("machine, 0.88", machine(1.1), false),
        ("machine, 1.6", machine(2.0), true),
    ];
    for (name, text, overload) in cases {
        let exact = told(&text, 1);
        println!("{name}: {exact:.3?}");
        for k in [2, 4, 10] {
            let scaled = told(&text, k);
            println!("{name}, k = {k}: {scaled:.3?}");
            let what = |figure: &str| format!("{name}, k = {k}, {figure}");
            support::near(&what("mean"), scaled.mean_ms, exact.mean_ms, 0.05);
            support::near(&what("p99"), scaled.p99_ms, exact.p99_ms, 0.06);
            let points = |seen: f64, expected: f64| 100.0 * (seen - expected).abs();
            assert!(points(scaled.goodput, exact.goodput) < 1.0, "{}", what("goodput"));
            // Fewer requests warm a cache: a first miss of each popular key counts k times. At the rates that are scaled
            // that is nothing; at this one it is felt at k = 10.
            let hits = if k < 10 { 0.5 } else { 2.0 };
            assert!(points(scaled.hits, exact.hits) < hits, "{}", what("hits"));
            assert!(points(scaled.hits_cold, exact.hits_cold) < 4.0 * hits, "{}", what("hits while cold"));
            if overload {
                support::near(&what("peak waiting"), scaled.waiting, exact.waiting, 0.02);
            }
        }
    }
}

/// A design at a rate that asks for a scale of 4, with other lines for its server and more lines after it.
fn big(server: &str, more: &str) -> Design {
    read(&format!(
        "version = 1\nduration = \"1s\"\n[classes.feed]\nreads = 1\nkeys = {{ count = 100000 }}\n\
         [components.users]\nkind = \"clients\"\ntraffic = \"2000000/s\"\n\
         [components.app]\nkind = \"server\"\n{server}\n{more}\n[wires]\n\"users -> app\" = {{}}\n"
    ))
}

#[test]
fn a_scale_is_as_small_as_the_rate_and_the_design_allow() {
    let check = |server: &str, more: &str, k: u32, because: &str| {
        let scale = Scale::of(&[&big(server, more)], &[]);
        let told = scale.because.clone().unwrap_or_default();
        assert_eq!(scale.k, k, "{server} {more}: {told}");
        assert!(told.contains(because) && told.is_empty() == because.is_empty(), "{server} {more}: {told}");
        assert_eq!(scale.words().is_some(), k > 1 || !told.is_empty());
    };
    let fleet = "instances = 1000";
    check(fleet, "", 4, "");
    check("instances = 100", "", 4, "");
    // Five divide them, four do not.
    check("instances = 65", "", 5, "");
    check("instances = 30", "", 3, "`app` has 30 instances, and 10 or more must be left");
    check("instances = 19", "", 1, "`app` has 19 instances");
    check("cores = 4", "", 1, "`app` has 4 cores, and 50 or more must be left");
    check("cores = 4000\nconcurrency = 4000", "", 4, "");
    check("cores = 4000\nconcurrency = 4000\ninstances = 3", "", 4, "");
    check("cores = 4000", "", 1, "`app` has 64 requests at once");
    check("cores = 4000\ninstances = 30", "", 3, "`app` has 64 requests at once in each instance");
    check("autoscale = { min = 400, max = 800 }", "", 4, "");
    check("autoscale = { min = 2, max = 800 }", "", 1, "`app` has 2 instances at least");
    let db = |settings: &str| format!("[components.db]\nkind = \"database\"\n{settings}");
    check(fleet, &db(""), 1, "`db` has 40 statements at once");
    check(fleet, &db("concurrency = 400\nconnections = 1000"), 4, "");
    let buy = "[classes.buy]\nwrites = 1\nkeys = { of = [\"feed\"] }\n";
    check(fleet, &db("concurrency = 400\nlocks = true"), 4, "");
    check(fleet, &(buy.to_owned() + &db("concurrency = 400")), 4, "");
    check(fleet, &(buy.to_owned() + &db("concurrency = 400\nlocks = true")), 1, "locks rows");
    check(fleet, &db("concurrency = 400\ndisk = true"), 1, "3 pages at once");
    let cache = |settings: &str| format!("[components.cache]\nkind = \"cache\"\n{settings}");
    check(fleet, &cache(""), 4, "");
    check(fleet, &cache("ttl = \"60s\""), 4, "");
    check(fleet, &cache("ttl = \"10ms\""), 1, "run out so soon");
    check(fleet, &cache("concurrency = 1"), 1, "`cache` has 1 look-up at once");
    check(fleet, &(buy.to_owned() + &cache("")), 1, "outdated");
    check(fleet, "[components.jobs]\nkind = \"queue\"", 1, "single messages");
    // Copies of answers that nobody writes are never outdated; of what is written they are.
    let cdn = |keys: &str| {
        format!("[classes.image]\nshare = 1\nstatic = true\nkeys = {{ {keys} }}\n[components.cdn]\nkind = \"cdn\"")
    };
    check(fleet, &cdn("count = 1000"), 4, "");
    check(fleet, &(buy.to_owned() + &cdn("count = 1000")), 4, "");
    check(fleet, &(buy.to_owned() + &cdn("of = [\"feed\"]")), 1, "outdated");
    let limit = |burst: u32| {
        format!("[components.lb]\nkind = \"load-balancer\"\nlimit = {{ rate = \"1000000/s\", burst = {burst} }}")
    };
    check(fleet, &limit(20), 1, "`lb` has 20 requests in the bucket");
    check(fleet, &limit(10_000), 4, "");
    let fault =
        |count: u32| format!("[[faults]]\nat = \"0s\"\ntarget = \"app\"\nfault = \"crash\"\ninstances = {count}");
    check(fleet, &fault(20), 4, "");
    // Five divide it, four do not.
    check(fleet, &fault(5), 5, "");
    check(fleet, "[[faults]]\nat = \"0s\"\ntarget = \"app\"\nfault = \"deploy\"", 1, "one instance after another");
    check("cores = 4000\nconcurrency = 4000", "[[faults]]\nat = \"0s\"\ntarget = \"app\"\nfault = \"deploy\"", 4, "");
    let resized = |size: &str| big(&format!("instances = 400\nsize = \"{size}\""), "");
    let (small, large) = (resized("small"), resized("large"));
    assert_eq!((Scale::of(&[&small, &small], &[]).k, Scale::of(&[&small, &large], &[]).k), (4, 1));
}

#[test]
fn up_to_half_a_million_a_second_each_request_is_simulated_by_itself() {
    let mut design = big("instances = 1000\ncores = 1", "");
    let pressure_point::design::Kind::Clients(clients) = &mut design.components[0].kind else { unreachable!() };
    clients.traffic.0[0].1.0 = 500_000.0;
    design.duration = Time::from_millis(200);
    let hash = |mut simulation: Simulation| {
        while simulation.frame().is_some() {}
        (simulation.stands_for(), simulation.trace_hash())
    };
    let exact = hash(Simulation::scaled(&design, None, 1));
    assert_eq!((hash(Simulation::new(&design, None)), exact.0), (exact, 1));
    let scaled = hash(Simulation::new(&big("instances = 1000", ""), None));
    assert_eq!(scaled, hash(Simulation::new(&big("instances = 1000", ""), None)), "the same scenario, the same run");
    assert_eq!(scaled.0, 4);
}

#[test]
fn scaled_requests_are_conserved() {
    let mut runs = 0;
    for seed in 0..60 {
        let k = [2, 3, 7][seed as usize % 3];
        // Designs that no scale is honest for run all the same.
        let design = support::random_design(seed);
        let mut simulation = Simulation::scaled(&design, Some(Time::ZERO), k);
        let (mut ended, mut issued, mut in_flight) = (0u64, 0u64, 0u64);
        while let Some(frame) = simulation.frame() {
            if frame.index == 25 {
                simulation.change(&Design { duration: design.duration, ..support::random_design(seed + 1000) });
            }
            in_flight = 0;
            for users in &frame.users {
                issued += u64::from(users.issued);
                ended += u64::from(users.succeeded + users.lost());
                in_flight += u64::from(users.in_flight);
                assert_eq!(users.issued % k, 0, "seed {seed}");
                let answered: u32 = users.latency.latencies().map(|(_, count)| count).sum();
                assert_eq!(answered, users.succeeded, "seed {seed}");
            }
        }
        assert_eq!(issued, ended + in_flight, "seed {seed}");
        let totals = simulation.totals().expect("they were asked for");
        assert_eq!((totals.requests().issued, totals.requests().in_flight()), (issued, in_flight), "seed {seed}");
        runs += u32::from(issued > 0);
    }
    assert!(runs > 40, "only {runs} designs had traffic");
}

#[test]
fn a_post_mortem_says_what_a_request_stands_for() {
    let page = |k: u32| {
        let mut simulation = Simulation::scaled(&read(&machine(2.0)), None, k);
        let mut recording = Recording::default();
        while let Some(frame) = simulation.frame() {
            recording.keep(simulation.parts(), &frame);
        }
        let scenario = Scenario::of(read(&machine(2.0)));
        let explanation = Explanation::of(&recording, &scenario);
        assert!(explanation.worst().is_some(), "half of the crowd gets no answer");
        post_mortem("the crowd", &explanation, &recording, &scenario.design)
    };
    assert!(page(10).contains("1 simulated request stands for 10 real ones"));
    assert!(!page(1).contains("stands for"));
}

#[test]
fn instances_that_come_and_go_are_told_in_full() {
    let text = "version = 1\nduration = \"60s\"\n[classes.feed]\ncpu = \"exp(5ms)\"\n\
        [components.users]\nkind = \"clients\"\ntraffic = [[\"0s\", \"4000/s\"], [\"10s\", \"12000/s\"]]\n\
        [components.app]\nkind = \"server\"\ncores = 1\n\
        autoscale = { min = 40, max = 160, interval = \"2s\", start_up = \"4s\" }\n\
        [[faults]]\nat = \"50s\"\ntarget = \"app\"\nfault = \"crash\"\ninstances = 12\n\
        [wires]\n\"users -> app\" = {}\n";
    let instances = |k: u32| {
        let mut simulation = Simulation::scaled(&read(text), Some(Time::ZERO), k);
        let mut log = Vec::new();
        let frames: Vec<f64> = std::iter::from_fn(|| simulation.frame())
            .map(|mut frame| {
                log.append(&mut frame.log);
                frame.components[1].figure(Figure::Instances).expect("it is a group")
            })
            .collect();
        let died = log.iter().any(|entry| matches!(entry.what, pressure_point::sim::Happening::InstancesDied(1, 12)));
        assert!(died, "k = {k}");
        (frames[0], frames[450], frames.iter().sum::<f64>())
    };
    let (exact, scaled) = (instances(1), instances(4));
    assert_eq!((exact.0, scaled.0), (40.0, 40.0));
    support::near("instances after the crowd came", scaled.1, exact.1, 0.06);
    support::near("instances paid for", scaled.2, exact.2, 0.05);
}

#[test]
fn a_change_that_asks_for_another_scale_computes_the_run_anew() {
    let quiet =
        Design { duration: Time::from_secs(1), ..big("instances = 400\ncores = 1\nconcurrency = 2\ncapacity = 2", "") };
    let with = |rate: f64| {
        let mut design = quiet.clone();
        let pressure_point::design::Kind::Clients(clients) = &mut design.components[0].kind else { unreachable!() };
        clients.traffic.0[0].1.0 = rate;
        design
    };
    let mut replay = Replay::new(with(20_000.0));
    assert_eq!((replay.run(Time::from_millis(400), u64::MAX).0.len(), replay.parts().scale), (4, 1));
    // Another rate below the threshold keeps the past.
    let small = Change::Design(Box::new(with(30_000.0)));
    assert_eq!(replay.change(Time::from_millis(300), small), Time::from_millis(300));
    let change = Change::Design(Box::new(with(1_600_000.0)));
    assert_eq!(replay.change(Time::from_millis(300), change), Time::ZERO, "a run has one scale");
    let (frames, _) = replay.run(Time::MAX, u64::MAX);
    assert_eq!((frames.len() as u64 * FRAME.0, replay.parts().scale), (1_000_000_000, 4));
    let mut again = Replay::of(replay.scenario().clone());
    assert_eq!(again.run(Time::MAX, u64::MAX).0, frames, "the scenario says it all");
    assert_eq!(Scenario::of(with(20_000.0)).scale().k, 1);
}
