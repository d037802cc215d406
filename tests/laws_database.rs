//! Laws of databases: statements against closed forms, and row locks, disks and quorums against theirs.

mod support;

use pressure_point::metrics::{ComponentReport, Report};
use pressure_point::sim::{Figure, Frame};
use pressure_point::units::Time;
use support::{near, report, run};

/// Users straight at a database: `class` settles what a request costs, `settings` the database.
fn straight(traffic: &str, class: &str, settings: &str, duration: &str) -> String {
    format!(
        "version = 1\nduration = \"{duration}\"\n[classes.page]\n{class}\n\
         [components.users]\nkind = \"clients\"\n{traffic}\n\
         [components.db]\nkind = \"database\"\n{settings}\n[wires]\n\"users -> db\" = {{}}\n"
    )
}

fn open(rate: f64) -> String {
    format!("traffic = \"{rate}/s\"")
}

fn closed(users: u32, think: &str) -> String {
    format!("traffic = \"0/s\"\nusers = {users}\nthink = \"{think}\"")
}

/// The mean over seeds of a figure of the report, after a warm-up.
fn mean(design: &str, figure: impl Fn(&Report) -> f64) -> f64 {
    let seeds = [1, 2, 3, 4];
    seeds.iter().map(|seed| figure(&report(design, *seed, Time::from_secs(10)))).sum::<f64>() / seeds.len() as f64
}

fn part<'a>(report: &'a Report, name: &str) -> &'a ComponentReport {
    &report.components.iter().find(|(known, _)| known == name).expect("it is in the design").1
}

fn db(report: &Report) -> &ComponentReport {
    part(report, "db")
}

fn throughput(report: &Report) -> f64 {
    // By what the database did: in a flood, requests of after the warm-up wait behind those of before.
    db(report).completions as f64 / (report.simulated_s - 10.0)
}

fn total(frames: &[Frame], at: usize, figure: Figure) -> f64 {
    frames.iter().filter_map(|frame| frame.components[at].figure(figure)).sum()
}

const AMPLE: &str = "concurrency = 100000\nconnections = 100000\n";

#[test]
fn connections_are_limited_and_one_more_is_turned_away() {
    let design = straight(&open(500.0), "reads = 1", "concurrency = 3\nconnections = 7\nread = \"exp(20ms)\"", "30s");
    for seed in 1..4 {
        let (_, frames) = run(&design, seed);
        assert!(frames.iter().all(|frame| frame.components[1].held <= 7.0), "seed {seed}");
        let shed: u32 = frames.iter().map(|frame| frame.components[1].shed).sum();
        // 150 a second are served; whoever finds 7 there is shed.
        assert!((shed as f64 / 30.0 - 350.0).abs() < 25.0, "seed {seed}: {shed}");
    }
}

/// Gunther's Universal Scalability Law: X(n) = n / (S (1 + α(n−1) + βn(n−1))).
#[test]
fn throughput_follows_the_universal_scalability_law() {
    let (alpha, beta, service) = (0.03, 0.0008, 0.010);
    let settings = format!("{AMPLE}read = \"exp(10ms)\"\ncontention = {alpha}\ncoherency = {beta}");
    let seen: Vec<(f64, f64)> = [1u32, 4, 12, 35, 80, 150]
        .into_iter()
        .map(|n| {
            let x = mean(&straight(&closed(n, "0s"), "reads = 1", &settings, "60s"), throughput);
            let n = f64::from(n);
            near(&format!("X({n})"), x, n / (service * (1.0 + alpha * (n - 1.0) + beta * n * (n - 1.0))), 0.02);
            (n, x)
        })
        .collect();
    // The peak is at √((1−α)/β) ≈ 35: beyond, more concurrency means less throughput.
    assert!(seen[3].1 > seen[2].1 && seen[3].1 > seen[4].1 && seen[4].1 > seen[5].1, "{seen:?}");
}

/// Writes of one hot row are an M/M/1 queue at that row, however many statements may run.
/// A few slow queries make all others wait: M/G/1, W = Σ λ E[S²] / 2 / (1 − ρ) (Pollaczek and Khinchine).
#[test]
fn a_slow_query_keeps_all_others_waiting() {
    let design = |query: f64| {
        format!(
            "version = 1\nduration = \"1000s\"\n[classes.quick]\nshare = 60\nreads = 1\n[classes.report]\nshare = 2\nreads = 1\n\
             query = {query}\n[components.users]\nkind = \"clients\"\ntraffic = \"62/s\"\n[components.db]\n\
             kind = \"database\"\nconcurrency = 1\nconnections = 10000\nread = \"exp(5ms)\"\n[wires]\n\"users -> db\" = {{}}\n"
        )
    };
    for query in [1.0, 20.0] {
        let (quick, slow) = (0.005, 0.005 * query);
        let rho = 60.0 * quick + 2.0 * slow;
        let wait = (60.0 * quick * quick + 2.0 * slow * slow) / (1.0 - rho);
        let expected = wait + (60.0 * quick + 2.0 * slow) / 62.0;
        near(&format!("query = {query}"), mean(&design(query), |r| r.latency_s.mean), expected, 0.05);
        near(&format!("busy, query = {query}"), mean(&design(query), |r| db(r).utilization), rho, 0.03);
    }
}

#[test]
fn a_hot_row_is_a_queue_of_its_own() {
    let class = "writes = 1\nkeys = { count = 1 }";
    let settings = format!("{AMPLE}write = \"exp(10ms)\"\nlocks = true");
    let design = straight(&open(80.0), class, &settings, "600s");
    near("W", mean(&design, |r| r.latency_s.mean), 1.0 / 20.0, 0.06);
    near("Lq", mean(&design, |r| db(r).figures["lock_waiters"]), 0.64 / 0.2, 0.08);
    let flood = straight(&open(150.0), class, &settings, "60s");
    near("throughput of one row", mean(&flood, throughput), 100.0, 0.03);
    let spread = straight(&open(150.0), "writes = 1\nkeys = { count = 100000, zipf = 0 }", &settings, "60s");
    near("throughput of many rows", mean(&spread, throughput), 150.0, 0.03);
    near("latency of many rows", mean(&spread, |r| r.latency_s.mean), 0.010, 0.03);
    let free = straight(&open(150.0), class, &settings.replace("true", "false"), "60s");
    near("latency without locks", mean(&free, |r| r.latency_s.mean), 0.010, 0.03);
}

/// Erlang C: the chance that an arrival waits, for `a` erlangs offered to `c` servers (Erlang 1917).
fn erlang_c(c: u32, a: f64) -> f64 {
    let b = (1..=c).fold(1.0, |b, k| a * b / (f64::from(k) + a * b));
    let rho = a / f64::from(c);
    b / (1.0 - rho * (1.0 - b))
}

#[test]
fn statements_wait_for_cores_as_erlang_c_says() {
    let settings = format!("{AMPLE}read = \"exp(10ms)\"\ncores = 4");
    let design = straight(&open(320.0), "reads = 1", &settings, "300s");
    let wait = erlang_c(4, 3.2) / (400.0 - 320.0);
    near("W", mean(&design, |r| r.latency_s.mean), 0.010 + wait, 0.05);
    near("ρ", mean(&design, |r| db(r).utilization), 0.8, 0.02);
}

/// The hit ratio of an LRU buffer by Che's approximation (Che, Tung & Wang 2002): a key is held if it was asked for
/// within the characteristic time T, which solves Σ (1 − e^(−pT)) = C.
#[test]
fn the_buffer_hits_as_che_says() {
    let (count, exponent) = (2000u32, 0.8);
    let weights: Vec<f64> = (1..=count).map(|rank| f64::from(rank).powf(-exponent)).collect();
    let sum: f64 = weights.iter().sum();
    for room in [50u32, 400] {
        let held = |t: f64| weights.iter().map(|w| 1.0 - (-w / sum * t).exp()).sum::<f64>();
        let (mut low, mut high) = (0.0, 1e7);
        for _ in 0..100 {
            let middle = (low + high) / 2.0;
            *if held(middle) < f64::from(room) { &mut low } else { &mut high } = middle;
        }
        let expected: f64 = weights.iter().map(|w| w / sum * (1.0 - (-w / sum * low).exp())).sum();
        let class = format!("reads = 1\nkeys = {{ count = {count}, zipf = {exponent} }}");
        let settings = format!("{AMPLE}read = \"1ms\"\nbuffer = {room}\ndisk = {{ iops = 1000000, depth = 1 }}");
        let design = straight(&open(2000.0), &class, &settings, "60s");
        let seen = mean(&design, |r| db(r).hit_ratio.expect("a buffer counts hits"));
        near(&format!("hit ratio with room for {room}"), seen, expected, 0.02);
    }
}

/// A buffer that holds nothing sends every read to the disk, which is an M/D/1 queue.
#[test]
fn what_is_not_in_memory_waits_for_the_disk() {
    let settings = format!("{AMPLE}read = \"0s\"\nbuffer = 1\ndisk = {{ iops = 100, depth = 1 }}");
    let design = straight(&open(70.0), "reads = 1\nkeys = { count = 1000000, zipf = 0 }", &settings, "300s");
    near("W", mean(&design, |r| r.latency_s.mean), 0.010 + 0.7 * 0.010 / (2.0 * 0.3), 0.04);
    near("disk busy", mean(&design, |r| db(r).figures["disk_utilization"]), 0.7, 0.02);
}

#[test]
fn every_write_goes_to_the_log_unless_they_go_together() {
    let log = |together: bool| {
        let settings = format!("{AMPLE}write = \"0s\"\ndisk = {{ iops = 100, depth = 1, group_commit = {together} }}");
        straight(&open(300.0), "writes = 1", &settings, "40s")
    };
    near("one by one", mean(&log(false), throughput), 100.0, 0.01);
    near("together", mean(&log(true), throughput), 300.0, 0.03);
    // A write waits for half a go on average, then for its own.
    near("latency together", mean(&log(true), |r| r.latency_s.mean), 0.0155, 0.06);
}

#[test]
fn a_restart_leaves_the_buffer_cold() {
    let settings = format!("{AMPLE}read = \"0s\"\nbuffer = 1000\ndisk = {{ iops = 100000, depth = 1 }}\nboot = \"1s\"");
    let design = straight(&open(1000.0), "reads = 1\nkeys = { count = 1000, zipf = 0 }", &settings, "30s")
        + "[[faults]]\nat = \"20s\"\ntarget = \"db\"\nfault = \"restart\"\n";
    let (_, frames) = run(&design, 1);
    let misses = |from: usize| frames[from..from + 10].iter().map(|frame| frame.components[1].misses).sum::<u32>();
    assert_eq!(misses(190), 0, "warm");
    // Of 1000 keys, a thousand draws ask for 63 % at least once.
    assert!((misses(210) as f64 - 632.0).abs() < 60.0, "{}", misses(210));
}

#[test]
fn a_full_disk_fails_writes_and_serves_reads() {
    let design = "version = 1\nduration = \"30s\"\n[classes.read]\nreads = 1\nshare = 1\n[classes.write]\nwrites = 1\nshare = 1\n\
                  [components.users]\nkind = \"clients\"\ntraffic = \"200/s\"\n[components.db]\nkind = \"database\"\n\
                  [wires]\n\"users -> db\" = {}\n\
                  [[faults]]\nat = \"10s\"\ntarget = \"db\"\nfault = \"disk-full\"\nfor = \"10s\"\n";
    let (_, frames) = run(design, 3);
    let ended = |class: usize, from: usize| {
        let answers = frames[from..from + 90].iter().map(|frame| &frame.classes[class]);
        answers.fold((0, 0), |(good, bad), seen| (good + seen.succeeded, bad + seen.failed))
    };
    assert!(ended(0, 105).1 == 0 && ended(0, 105).0 > 700, "reads work");
    assert!(ended(1, 105).0 == 0 && ended(1, 105).1 > 700, "writes fail");
    assert!(ended(1, 205).1 == 0 && ended(1, 205).0 > 700, "and work again");
}

/// One user who reads a key and then writes it, again and again: each read comes `pause` after the last write was
/// answered. The share of stale reads.
fn staleness(quorum: &str, pause: &str) -> f64 {
    let design = format!(
        "version = 1\nduration = \"400s\"\n[classes.page]\ncpu = \"0s\"\nreads = 1\nwrites = 1\nkeys = {{ count = 1 }}\n\
         [components.users]\nkind = \"clients\"\n{}\n[components.app]\nkind = \"server\"\n[components.db]\n\
         kind = \"database\"\n{AMPLE}read = \"0s\"\nwrite = \"exp(10ms)\"\nquorum = {quorum}\n\
         [wires]\n\"users -> app\" = {{}}\n\"app -> db\" = {{}}\n",
        closed(1, pause)
    );
    mean(&design, |r| db(r).stale_reads.expect("databases count them") as f64 / (db(r).arrivals as f64 / 2.0))
}

/// Probabilistically bounded staleness (Bailis et al. 2012) with exponential spreading at rate λ = 100/s: when w nodes
/// have a write, the others get it after memoryless times, so that a read of one node at t is stale with probability
/// (n − w)/n · e^(−λt), and one of two nodes if neither has it.
#[test]
fn quorum_reads_are_stale_as_pbs_says() {
    let e = |x: f64| (-x).exp();
    near("n 3, r 1, w 1, 10 ms", staleness("{ n = 3, r = 1, w = 1 }", "10ms"), 2.0 / 3.0 * e(1.0), 0.03);
    near("n 3, r 1, w 1, 25 ms", staleness("{ n = 3, r = 1, w = 1 }", "25ms"), 2.0 / 3.0 * e(2.5), 0.07);
    near("n 5, r 1, w 1, 5 ms", staleness("{ n = 5, r = 1, w = 1 }", "5ms"), 4.0 / 5.0 * e(0.5), 0.03);
    near("n 3, r 1, w 2, 5 ms", staleness("{ n = 3, r = 1, w = 2 }", "5ms"), 1.0 / 3.0 * e(0.5), 0.04);
    near("n 3, r 2, w 1, 5 ms", staleness("{ n = 3, r = 2, w = 1 }", "5ms"), 1.0 / 3.0 * e(1.0), 0.05);
}

#[test]
fn overlapping_quorums_are_never_stale() {
    for quorum in ["{ n = 3, r = 2, w = 2 }", "{ n = 3, r = 1, w = 3 }", "{ n = 5, r = 3, w = 3 }", "{ n = 1 }"] {
        assert_eq!(staleness(quorum, "0s"), 0.0, "{quorum}");
    }
}

/// A write is answered by its w-th fastest node: the order statistics of n exponentials, 1/λ · Σ 1/i.
#[test]
fn a_write_takes_as_long_as_its_slowest_needed_node() {
    for (w, expected) in [(1, 1.0 / 3.0), (2, 1.0 / 3.0 + 0.5), (3, 1.0 / 3.0 + 0.5 + 1.0)] {
        let settings = format!("{AMPLE}write = \"exp(10ms)\"\nquorum = {{ n = 3, r = 1, w = {w} }}");
        let design = straight(&open(100.0), "writes = 1", &settings, "100s");
        near(&format!("w = {w}"), mean(&design, |r| r.latency_s.mean), 0.010 * expected, 0.02);
        // All n nodes do all the work.
        near("busy nodes", mean(&design, |r| db(r).utilization * 300_000.0), 3.0, 0.03);
    }
}

/// Nodes of a cluster die for a minute, from second 20 on: whether reads and writes go on depends on how many they need.
#[test]
fn a_cluster_answers_as_long_as_enough_nodes_live() {
    let check = |quorum: &str, dead: u32, reads_work: bool, writes_work: bool| {
        let design = format!(
            "version = 1\nduration = \"110s\"\n[classes.look]\ncpu = \"0s\"\nreads = 1\n[classes.put]\ncpu = \"0s\"\n\
             writes = 1\nkeys = {{ of = [\"look\"] }}\n[components.users]\nkind = \"clients\"\ntraffic = \"100/s\"\n\
             [components.app]\nkind = \"server\"\n[components.db]\nkind = \"database\"\n{AMPLE}quorum = {quorum}\n\
             [wires]\n\"users -> app\" = {{}}\n\"app -> db\" = {{}}\n[[faults]]\nat = \"20s\"\ntarget = \"db\"\n\
             fault = \"crash\"\ninstances = {dead}\nfor = \"60s\"\n"
        );
        for seed in [1, 2, 3] {
            let (_, frames) = run(&design, seed);
            let ended = |class: usize, from: usize, to: usize| {
                let answers = frames[from * 10..to * 10].iter().map(|frame| &frame.classes[class]);
                answers.fold((0, 0), |(good, bad), seen| (good + seen.succeeded, bad + seen.failed))
            };
            for (class, works) in [(0, reads_work), (1, writes_work)] {
                let (good, bad) = ended(class, 21, 79);
                assert!(
                    if works { bad == 0 && good > 2000 } else { good == 0 && bad > 2000 },
                    "{quorum}, {dead}: {class}"
                );
                let (good, bad) = ended(class, 81, 110);
                assert!(bad == 0 && good > 1000, "{quorum}: class {class} works again");
            }
        }
    };
    check("{ n = 3, r = 2, w = 2 }", 1, true, true);
    check("{ n = 3, r = 2, w = 2 }", 2, false, false);
    check("{ n = 3, r = 1, w = 3 }", 1, true, false);
    check("{ n = 3, r = 1, w = 1 }", 2, true, true);
    check("{ n = 5, r = 3, w = 3 }", 2, true, true);
    check("{ n = 5, r = 3, w = 3 }", 3, false, false);
}

/// A node that comes back has missed writes, and nobody tells it: with r + w > n a read meets another that knows.
#[test]
fn a_node_that_was_away_is_stale_unless_reads_and_writes_overlap() {
    let stale = |quorum: &str| {
        let design = format!(
            "version = 1\nduration = \"100s\"\n[classes.look]\ncpu = \"0s\"\nreads = 1\nkeys = {{ count = 2000, zipf = 0 }}\n\
             [classes.put]\nshare = 0.1\ncpu = \"0s\"\nwrites = 1\nkeys = {{ of = [\"look\"] }}\n[components.users]\n\
             kind = \"clients\"\ntraffic = \"200/s\"\n[components.app]\nkind = \"server\"\n[components.db]\n\
             kind = \"database\"\n{AMPLE}read = \"0s\"\nwrite = \"0s\"\nquorum = {quorum}\n[wires]\n\"users -> app\" = {{}}\n\
             \"app -> db\" = {{}}\n[[faults]]\nat = \"10s\"\ntarget = \"db\"\nfault = \"crash\"\ninstances = 1\nfor = \"40s\"\n"
        );
        mean(&design, |r| db(r).stale_reads.expect("databases count them") as f64)
    };
    assert_eq!(stale("{ n = 3, r = 2, w = 2 }"), 0.0);
    assert!(stale("{ n = 3, r = 1, w = 1 }") > 100.0);
}

/// A node is dead from second 5 to second 20, in which 6,000 writes go to 2,000 keys; from then on nobody writes, and 200
/// reads a second each ask one node. Gives the share of stale reads in every second.
fn after_an_outage(quorum: &str) -> (Vec<f64>, Vec<Frame>) {
    let design = format!(
        "version = 1\nduration = \"80s\"\n[classes.look]\nshare = 1\ncpu = \"0s\"\nreads = 1\nkeys = {{ count = 2000, zipf = 0 }}\n\
         [classes.put]\nshare = 2\ncpu = \"0s\"\nwrites = 1\nkeys = {{ of = [\"look\"], zipf = 0 }}\n[components.users]\n\
         kind = \"clients\"\ntraffic = \"600/s\"\n[components.reader]\nkind = \"server\"\n[components.writer]\n\
         kind = \"server\"\n[components.db]\nkind = \"database\"\n{AMPLE}read = \"0s\"\nwrite = \"5ms\"\n\
         quorum = {{ n = 3, r = 1, w = 2{quorum} }}\n[wires]\n\"users -> reader\" = {{ classes = [\"look\"] }}\n\
         \"users -> writer\" = {{ classes = [\"put\"] }}\n\"reader -> db\" = {{}}\n\"writer -> db\" = {{}}\n\
         [[faults]]\nat = \"5s\"\ntarget = \"db\"\nfault = \"crash\"\ninstances = 1\nfor = \"15s\"\n\
         [[faults]]\nat = \"20s\"\ntarget = \"users -> writer\"\nfault = \"partition\"\n"
    );
    let mut stale = vec![0.0; 80];
    let seeds = [1, 2, 3, 4, 5];
    let mut last = Vec::new();
    for seed in seeds {
        let (_, frames) = run(&design, seed);
        for (second, frames) in frames.chunks(10).enumerate() {
            let sum = frames.iter().map(|frame| f64::from(frame.components[3].stale)).sum::<f64>();
            stale[second] += sum / 200.0 / seeds.len() as f64;
        }
        last = frames;
    }
    (stale, last)
}

/// The mean of these seconds.
fn over(stale: &[f64], from: usize, to: usize) -> f64 {
    stale[from..to].iter().sum::<f64>() / (to - from) as f64
}

/// A key is repaired by the first read that compares: after t, a share e^(−λpt/K) of the keys that were missed is left.
#[test]
fn read_repair_mends_key_by_key() {
    let missed = 1.0 - (-3.0_f64).exp();
    let (never, _) = after_an_outage("");
    near("without", over(&never, 22, 80), missed / 3.0, 0.02);
    for (share, rate) in [("100%", 0.1), ("25%", 0.025)] {
        let (stale, frames) = after_an_outage(&format!(", read_repair = \"{share}\""));
        for second in [20, 30, 40] {
            let decay =
                ((-rate * (second as f64 - 20.0)).exp() - (-rate * (second as f64 - 15.0)).exp()) / (5.0 * rate);
            near(&format!("{share}, from {second} s"), over(&stale, second, second + 5), missed / 3.0 * decay, 0.1);
        }
        let repairs = total(&frames, 3, Figure::ReadRepairs);
        assert!(repairs > 800.0 && repairs < 2500.0, "a missed key is mended once, and not again: {repairs}");
    }
}

/// What was kept is sent one write after another: 1,900 keys at 5 ms each. Writes after the end of the window are not kept.
#[test]
fn hints_catch_a_node_up_when_it_is_back() {
    let missed = 1.0 - (-3.0_f64).exp();
    let (stale, frames) = after_an_outage(", hints = \"1h\"");
    let takes = missed * 2000.0 * 0.005;
    let left = 1.0 - 2.5 / takes;
    near("in the middle of it", over(&stale, 20, 25), missed / 3.0 * left, 0.05);
    assert_eq!(over(&stale, 30, 80), 0.0, "caught up after {takes} s");
    let kept = |second: usize| frames[second * 10].components[3].figure(Figure::Hints).expect("it is a cluster");
    near("kept", kept(20), missed * 2000.0, 0.03);
    assert_eq!((kept(4), kept(31)), (0.0, 0.0));
    // Of a window of 5 s, what was written in the 10 s after it is missing.
    let (stale, _) = after_an_outage(", hints = \"5s\"");
    near("after a window", over(&stale, 32, 80), (1.0 - (-2.0_f64).exp()) / 3.0, 0.03);
}

#[test]
fn figures_of_locks_come_in_frames() {
    let class = "writes = 1\nkeys = { count = 1 }";
    let design = straight(&open(80.0), class, &format!("{AMPLE}write = \"10ms\"\nlocks = true"), "20s");
    let (_, frames) = run(&design, 1);
    assert!(total(&frames, 1, Figure::LockWait) > 0.0);
}
