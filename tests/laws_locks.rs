//! Laws of locks: one holder at a time while nobody pauses longer than its lease, and fencing where somebody does.

mod support;

use pressure_point::design::Design;
use pressure_point::metrics::Report;
use pressure_point::sim::{Figure, Frame};
use pressure_point::units::Time;
use support::{near, read, run_design};

/// Users → two servers → database, with a lock service beside: what a request costs, and the service's settings.
fn shop(traffic: &str, class: &str, locks: &str) -> String {
    let server = "kind = \"server\"\ncores = 16\nconcurrency = 100000\ncapacity = 0";
    format!(
        "version = 1\nduration = \"60s\"\n[classes.buy]\n{class}\nlock = true\n[components.users]\nkind = \"clients\"\n{traffic}\n\
         [components.lb]\nkind = \"load-balancer\"\nhealth = \"none\"\n[components.app-1]\n{server}\n[components.app-2]\n{server}\n\
         [components.db]\nkind = \"database\"\nread = \"0s\"\nwrite = \"0s\"\n[components.locks]\nkind = \"lock-service\"\noperation = \"0s\"\n{locks}\n\
         [wires]\n\"users -> lb\" = {{}}\n\"lb -> app-1\" = {{}}\n\"lb -> app-2\" = {{}}\n\"app-1 -> db\" = {{}}\n\"app-2 -> db\" = {{}}\n\
         \"app-1 -> locks\" = {{}}\n\"app-2 -> locks\" = {{}}\n"
    )
}

#[track_caller]
fn play(text: &str, seed: u64, warmup: Time) -> (Report, Vec<Frame>) {
    let (simulation, frames) = run_design(&Design { seed, ..read(text) }, warmup);
    (Report::of(&simulation).expect("totals were asked for"), frames)
}

fn figure(report: &Report, word: &str) -> f64 {
    report.components.iter().find(|(name, _)| name == "locks").expect("it is there").1.figures[word]
}

#[test]
fn a_lock_is_one_server_for_each_key() {
    for keys in [1, 4] {
        // Each key is an M/M/1 queue of 70/s at 100/s, however many cores there are: W = 1/(μ − λ).
        let class = format!("cpu = \"exp(10ms)\"\nwrites = 1\nkeys = {{ count = {keys}, zipf = 0 }}");
        let design = shop(&format!("traffic = \"{}/s\"", 70 * keys), &class, "").replace("\"60s\"", "\"900s\"");
        let seen = (1..=3).map(|seed| play(&design, seed, Time::from_secs(20)).0.latency_s.mean).sum::<f64>() / 3.0;
        near(&format!("W with {keys} keys"), seen, 1.0 / 30.0, 0.06);
    }
}

#[test]
fn without_a_lock_service_nobody_waits_for_a_key() {
    let class = "cpu = \"exp(10ms)\"\nwrites = 1\nkeys = { count = 1 }";
    let design = shop("traffic = \"70/s\"", class, "");
    let free = design.replace("\"app-1 -> locks\" = {}\n\"app-2 -> locks\" = {}\n", "");
    near("W", play(&free, 1, Time::from_secs(5)).0.latency_s.mean, 0.010, 0.05);
}

#[test]
fn one_at_a_time_while_nobody_pauses() {
    for seed in 1..=5 {
        // More than one key's lock can take: there is always somebody waiting, and never more than one at work.
        let class = "cpu = \"exp(10ms)\"\nreads = 1\nwrites = 1\nkeys = { count = 1 }";
        let (report, frames) = play(&shop("traffic = \"150/s\"", class, ""), seed, Time::ZERO);
        let busy = |frame: &Frame| frame.components.iter().skip(2).take(2).map(|app| f64::from(app.busy)).sum::<f64>();
        assert!(frames.iter().all(|frame| busy(frame) <= 1.000_01), "seed {seed}");
        assert!(frames[100..].iter().all(|frame| busy(frame) > 0.99), "seed {seed}");
        for word in ["leases_lost", "unsafe_writes", "fenced_writes"] {
            assert_eq!(figure(&report, word), 0.0, "seed {seed}: {word}");
        }
    }
}

/// A server that becomes so slow that its requests compute far longer than their leases last: a long pause.
fn with_a_pause(locks: &str) -> String {
    let class = "cpu = \"20ms\"\nreads = 1\nwrites = 1\nkeys = { count = 5, zipf = 0 }";
    let design = shop("traffic = [[\"0s\", \"60/s\"], [\"30s\", \"60/s\"], [\"30s\", \"0/s\"]]", class, locks);
    design + "[[faults]]\ntarget = \"app-1\"\nfault = \"slow-down\"\nfactor = 100\nat = \"10s\"\nfor = \"3s\"\n"
}

#[test]
fn a_pause_longer_than_the_lease_loses_updates_unless_fenced() {
    for seed in 1..=8 {
        let open = play(&with_a_pause("lease = \"500ms\""), seed, Time::ZERO).0;
        assert!(figure(&open, "leases_lost") > 0.0, "seed {seed}");
        assert!(figure(&open, "unsafe_writes") > 0.0, "seed {seed}");
        assert_eq!(figure(&open, "fenced_writes"), 0.0, "seed {seed}");

        let fenced = play(&with_a_pause("lease = \"500ms\"\nfencing = true"), seed, Time::ZERO).0;
        assert_eq!(figure(&fenced, "unsafe_writes"), 0.0, "seed {seed}");
        assert!(figure(&fenced, "fenced_writes") > 0.0, "seed {seed}");
        // Who is refused tells its user so.
        assert_eq!(fenced.requests.failed.failed as f64, figure(&fenced, "fenced_writes"), "seed {seed}");

        let long = play(&with_a_pause("lease = \"30s\""), seed, Time::ZERO).0;
        assert_eq!((figure(&long, "unsafe_writes"), figure(&long, "leases_lost")), (0.0, 0.0), "seed {seed}");
        assert!(long.latency_s.max > open.latency_s.p50 * 50.0, "safe, but everybody waits for the slow one");
    }
}

/// The real thing: a stop-the-world collection freezes the holder between its read and its write.
#[test]
fn a_garbage_collection_does_the_same() {
    let (mut open, mut fenced) = (0.0, 0.0);
    for seed in 1..=8 {
        let pause = |locks: &str| with_a_pause(locks).replace("slow-down", "gc-pause");
        let run = play(&pause("lease = \"500ms\""), seed, Time::ZERO).0;
        open += figure(&run, "unsafe_writes");
        let run = play(&pause("lease = \"500ms\"\nfencing = true"), seed, Time::ZERO).0;
        assert_eq!(figure(&run, "unsafe_writes"), 0.0, "seed {seed}");
        fenced += figure(&run, "fenced_writes");
    }
    assert!(open > 0.0 && fenced > 0.0, "{open} unsafe, {fenced} fenced");
}

#[test]
fn a_living_holder_renews_and_a_dead_one_does_not() {
    let mut taken_over = 0;
    for seed in 1..=5 {
        // It is slow, but alive: it renews for as long as it computes.
        let renewed = play(&with_a_pause("lease = \"500ms\"\nrenewal = true"), seed, Time::ZERO).0;
        assert_eq!((figure(&renewed, "leases_lost"), figure(&renewed, "unsafe_writes")), (0.0, 0.0), "seed {seed}");

        let died = with_a_pause("lease = \"2s\"\nrenewal = true").replace("slow-down", "crash");
        let (died, frames) = play(&died, seed, Time::ZERO);
        let held = |frame: &Frame| frame.components.iter().find_map(|seen| seen.figure(Figure::LocksHeld));
        let lost = figure(&died, "leases_lost");
        taken_over += u32::from(lost > 0.0);
        assert_eq!(figure(&died, "unsafe_writes"), 0.0, "seed {seed}: the dead write nothing");
        // Those who wait for the lock of a dead holder wait for its lease; nobody waits much longer.
        let longest = died.latency_s.max;
        assert!(if lost > 0.0 { (1.9..3.0).contains(&longest) } else { longest < 1.0 }, "seed {seed}: {longest}");
        assert!(frames.last().and_then(held).is_some_and(|held| held <= 5.0), "seed {seed}");
    }
    assert!(taken_over >= 2, "the next gets the lock when the lease has run out");
}

/// A cache's leases and a lock's tokens do not get in each other's way: who reads through a cache lets go of its lock.
#[test]
fn a_lock_and_a_cache_go_together() {
    let class = "cpu = \"exp(10ms)\"\nreads = 2\nwrites = 1\nkeys = { count = 4, zipf = 0 }";
    let design = shop("traffic = \"200/s\"", class, "lease = \"10s\"").replace(
        "[wires]",
        "[components.cache]\nkind = \"cache\"\nlookup = \"0s\"\n[wires]\n\"app-1 -> cache\" = {}\n\"app-2 -> cache\" = {}",
    );
    let (report, _) = play(&design, 1, Time::from_secs(5));
    assert!(report.latency_s.max < 1.0, "nobody waits for a lease to run out: {}", report.latency_s.max);
    assert_eq!((figure(&report, "leases_lost"), figure(&report, "unsafe_writes")), (0.0, 0.0));
    assert!(report.requests.succeeded > 10_000, "{:?}", report.requests);
}

#[test]
fn a_request_that_fails_lets_go_of_its_lock() {
    let class = "cpu = \"exp(5ms)\"\nreads = 1\nwrites = 2\nkeys = { count = 20 }";
    let design =
        shop("traffic = [[\"0s\", \"100/s\"], [\"30s\", \"100/s\"], [\"30s\", \"0/s\"]]", class, "lease = \"1h\"")
            + "[[faults]]\ntarget = \"db\"\nfault = \"crash\"\nat = \"5s\"\nfor = \"10s\"\n";
    for seed in 1..=3 {
        let (report, frames) = play(&design, seed, Time::ZERO);
        assert!(report.requests.failed.failed > 500, "seed {seed}: {:?}", report.requests);
        assert_eq!(report.requests.in_flight, 0, "seed {seed}");
        let held = |frame: &Frame| frame.components.iter().find_map(|seen| seen.figure(Figure::LocksHeld));
        assert_eq!(frames.last().and_then(held), Some(0.0), "seed {seed}");
    }
}
